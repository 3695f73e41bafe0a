
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Rows as JSON: what webhookctl prints, and the API answers.  Each function
 * makes a new tree of jansson's, or returns NULL where there is no memory.
 *
 * Texts of rows may be any bytes.  A member that is such a text has U+FFFD for
 * what is no UTF-8, and then stands beside it with all its bytes, as
 * NAME_base64.  Times are "2026-11-28T02:06:10.432Z", or null where there is
 * none; what takes long, and is read by programs, is there in numbers, too,
 * with its unit in the name.  Any thread.
 */

#ifndef WEBHOOK_VIEW_H
#define WEBHOOK_VIEW_H

#include <jansson.h>

#include "store/webhook_store.h"


json_t *webhook_view_delivery(const webhook_delivery_t *d);

/* What it waits for: "due", "time", "turn", "held" or "paused"; NULL if it
   does not wait. */
const char *webhook_view_waits(const webhook_delivery_t *d);

json_t *webhook_view_attempt(const webhook_attempt_t *a);
json_t *webhook_view_call(const webhook_call_t *call);

/* What an endpoint is sent: "request" (null: as it is configured),
   "content_type", "headers", "body_length"; with body its bytes, too, as
   "body", or as "body_base64" alone where they are no UTF-8. */
json_t *webhook_view_rendition(const webhook_rendition_t *rendition, int body);

/* The store as a whole, and its endpoints; one of these. */
json_t *webhook_view_stats(const webhook_op_stats_t *stats);
json_t *webhook_view_endpoint(const webhook_endpoint_stats_t *ep);

/* What the store knows of an object, whose data are
   core/definition's: "id", "kind", "company", "name", "version", "change",
   "created", "updated", "by". */
json_t *webhook_view_object(const webhook_object_t *object);

/* A task; and a record of the audit: "number", "time", "company", and what is
   in its data, if that is an object of JSON. */
json_t *webhook_view_task(const webhook_task_t *task);
json_t *webhook_view_audit(const webhook_audit_t *record);

/* What of a filter is set. */
json_t *webhook_view_filter(const webhook_filter_t *filter);


/* What these are made of.  A text, with U+FFFD for what is no UTF-8; a wall
   clock's ms, null if 0; an id; a number that stands for a name, in hexadecimal
   digits; bytes in base64. */
json_t *webhook_view_text(const webhook_str_t *text);
json_t *webhook_view_time(uint64_t wall);
json_t *webhook_view_id(const webhook_id_t *id);
json_t *webhook_view_name(uint64_t id);
json_t *webhook_view_base64(const webhook_str_t *bytes);

/* Sets a member, and NAME_base64 beside it where the text is no UTF-8; or
   "body", or "body_base64" alone: 0, or -1 as json_object_set_new(). */
int webhook_view_set(json_t *json, const char *name,
    const webhook_str_t *text);
int webhook_view_set_body(json_t *json, const webhook_str_t *bytes);


#endif /* WEBHOOK_VIEW_H */
