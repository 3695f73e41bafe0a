
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The deliveries of an export, put back together as events.  Those of an event
 * stand one after the other there, each with what it sends; they are put in one
 * operation, in which each form is kept once.  Events go in batches, which cost
 * one write of the disk each.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "webhookctl/webhookctl.h"
#include "webhookctl/transfer/webhookctl_export.h"
#include "core/base/webhook_codec.h"


#define CTL_BATCH_FORMS     64          /* of an event */
#define CTL_BATCH_ATTEMPTS  1000        /* of a delivery */
#define CTL_BATCH_SENDS     INT32_MAX   /* of it: more are to come */
#define CTL_BATCH_LINES     64          /* after which it is put */
#define CTL_BATCH_BYTES     (8 * 1024 * 1024)


/* A delivery. */

typedef struct {
    json_t               *json;
    webhook_id_t          event;
    webhook_id_t          wire;
    uint64_t              wall;
    uint64_t              endpoint;
    webhook_str_t         type;
    webhook_str_t         company;
    webhook_past_t        past;
    webhook_rendition_t   forms[CTL_BATCH_FORMS];
    uint32_t              forms_count;
} ctl_line_t;


typedef struct {
    webhook_op_t          op;
    size_t                lines;        /* it is made of */
    webhook_rendition_t   forms[CTL_BATCH_FORMS];
} ctl_event_t;


struct ctl_batch_s {
    ctl_line_t           *lines;
    size_t                count;
    size_t                size;
    size_t                bytes;        /* of bodies */
};


static int ctl_batch_read(ctl_line_t *line);
static int ctl_batch_form(ctl_line_t *line, json_t *json);
static int ctl_batch_forms(ctl_line_t *line, const char *name);
static int ctl_batch_attempts(ctl_line_t *line);
static void ctl_batch_drop(ctl_line_t *line);
static size_t ctl_batch_event(ctl_line_t *line, size_t left,
    webhook_put_t *puts, ctl_event_t *event);
static int ctl_batch_share(ctl_event_t *event, const ctl_line_t *line,
    uint32_t *form);
static int ctl_batch_same(const webhook_rendition_t *a,
    const webhook_rendition_t *b, uint32_t n);
static void ctl_batch_told(ctl_import_t *m, ctl_line_t *lines,
    ctl_event_t *event);
static size_t ctl_batch_missing(ctl_import_t *m, const ctl_line_t *lines,
    const ctl_event_t *event);


int
ctl_import_delivery(ctl_import_t *m, json_t *json)
{
    size_t        size;
    uint32_t      i;
    ctl_line_t   *lines, *line;
    ctl_batch_t  *b;

    b = m->batch;

    if (b == NULL) {
        b = calloc(1, sizeof(ctl_batch_t));
        if (b == NULL) {
            return -1;
        }

        m->batch = b;
    }

    if (b->count == b->size) {
        size = b->size ? b->size * 2 : 16;

        lines = realloc(b->lines, size * sizeof(ctl_line_t));
        if (lines == NULL) {
            return -1;
        }

        b->lines = lines;
        b->size = size;
    }

    line = &b->lines[b->count];

    memset(line, 0, sizeof(ctl_line_t));

    line->json = json;

    if (ctl_batch_read(line) != 0) {
        free(line->past.attempts);
        return -1;
    }

    if ((b->count >= CTL_BATCH_LINES || b->bytes >= CTL_BATCH_BYTES)
        && memcmp(&line->event, &line[-1].event, sizeof(webhook_id_t)) != 0)
    {
        size = b->count;

        ctl_import_flush(m);

        b->lines[0] = b->lines[size];
    }

    line = &b->lines[b->count++];

    for (i = 0; i < line->forms_count; i++) {
        b->bytes += line->forms[i].body.len;
    }

    return 0;
}


static int
ctl_batch_read(ctl_line_t *line)
{
    int               state;
    json_t           *json;
    unsigned char     order[8];
    webhook_str_t     text;
    webhook_past_t   *past;

    json = line->json;
    past = &line->past;

    if (ctl_import_id(json, "event", &line->event) != 0
        || ctl_import_text(json, "type", &line->type) != 0
        || line->type.len == 0
        || ctl_import_text(json, "company", &line->company) != 0
        || ctl_import_text(json, "state", &text) != 0)
    {
        return -1;
    }

    state = webhook_state_parse(&text);

    if (state == -1 || ctl_import_name(json, "endpoint", &line->endpoint) != 0)
    {
        return -1;
    }

    line->wire = line->event;

    if (json_object_get(json, "webhook_id")
        && ctl_import_id(json, "webhook_id", &line->wire) != 0)
    {
        return -1;
    }

    line->wall = ctl_import_number(json, "time_ms");

    past->state = (webhook_state_e) state;
    past->sends = ctl_import_u32(json, "sends");
    past->status = ctl_import_u32(json, "status");
    past->finished = ctl_import_number(json, "finished_ms");
    past->blocks = json_is_true(json_object_get(json, "blocks"));

    if (past->sends > CTL_BATCH_SENDS) {
        return -1;
    }

    if (json_is_string(json_object_get(json, "order_key"))) {

        if (ctl_import_hex(json, "order_key", order, sizeof(order)) != 0) {
            return -1;
        }

        past->order = webhook_get_u64(order);
        past->place = ctl_import_number(json, "order_place");
    }

    if (ctl_batch_forms(line, "done") != 0) {
        return -1;
    }

    past->step = line->forms_count;

    if (ctl_batch_form(line, json) != 0
        || ctl_batch_forms(line, "next") != 0)
    {
        return -1;
    }

    return ctl_batch_attempts(line);
}


static int
ctl_batch_forms(ctl_line_t *line, const char *name)
{
    size_t   i;
    json_t  *list;

    list = json_object_get(line->json, name);

    for (i = 0; i < json_array_size(list); i++) {
        if (ctl_batch_form(line, json_array_get(list, i)) != 0) {
            return -1;
        }
    }

    return 0;
}


static int
ctl_batch_form(ctl_line_t *line, json_t *json)
{
    webhook_rendition_t  *rendition;

    if (line->forms_count == CTL_BATCH_FORMS
        || !(json_is_string(json_object_get(json, "body"))
             || json_is_string(json_object_get(json, "body_base64"))))
    {
        return -1;
    }

    rendition = &line->forms[line->forms_count++];

    if (ctl_import_text(json, "request", &rendition->request) != 0
        || ctl_import_text(json, "content_type", &rendition->content_type) != 0
        || ctl_import_text(json, "headers", &rendition->headers) != 0
        || ctl_import_text(json, "body", &rendition->body) != 0)
    {
        return -1;
    }

    return 0;
}


static int
ctl_batch_attempts(ctl_line_t *line)
{
    size_t              i, n;
    json_t             *list, *json;
    webhook_attempt_t  *a;

    list = json_object_get(line->json, "attempts");
    n = json_array_size(list);

    if (n == 0) {
        return 0;
    }

    if (n > CTL_BATCH_ATTEMPTS) {
        return -1;
    }

    line->past.attempts = calloc(n, sizeof(webhook_attempt_t));
    if (line->past.attempts == NULL) {
        return -1;
    }

    for (i = 0; i < n; i++) {
        json = json_array_get(list, i);
        a = &line->past.attempts[i];

        a->wall = ctl_import_number(json, "time_ms");
        a->number = ctl_import_u32(json, "number");
        a->status = ctl_import_u32(json, "status");
        a->connect = ctl_import_u32(json, "connect_usec");
        a->tls = ctl_import_u32(json, "tls_usec");
        a->first_byte = ctl_import_u32(json, "first_byte_usec");
        a->total = ctl_import_u32(json, "total_usec");

        if (ctl_import_text(json, "error", &a->error) != 0
            || ctl_import_text(json, "address", &a->address) != 0
            || ctl_import_text(json, "answer", &a->answer) != 0
            || a->number == 0
            || a->number > (uint64_t) line->past.sends + 1)
        {
            return -1;
        }
    }

    line->past.attempts_count = (uint32_t) n;

    return 0;
}


void
ctl_import_flush(ctl_import_t *m)
{
    size_t           i, n, used;
    uint32_t         count;
    ctl_batch_t     *b;
    ctl_event_t     *events;
    webhook_op_t   **ops;
    webhook_put_t   *puts;

    b = m->batch;

    if (b == NULL || b->count == 0) {
        return;
    }

    puts = calloc(b->count, sizeof(webhook_put_t));
    events = calloc(b->count, sizeof(ctl_event_t));
    ops = calloc(b->count, sizeof(webhook_op_t *));

    if (puts == NULL || events == NULL || ops == NULL) {
        ctl_say("no memory for %zu lines before line %" PRIu64, b->count,
                m->number);
        m->failed += b->count;
        goto done;
    }

    n = 0;
    count = 0;

    for (i = 0; i < b->count; i += used) {

        used = ctl_batch_event(&b->lines[i], b->count - i, &puts[i],
                               &events[n]);

        if (events[n].op.u.put_event.count) {
            ops[count++] = &events[n].op;
        }

        n++;
    }

    webhook_store_apply(m->st, ops, count);

    n = 0;

    for (i = 0; i < b->count; i += events[n++].lines) {
        ctl_batch_told(m, &b->lines[i], &events[n]);
    }

done:

    for (i = 0; i < b->count; i++) {
        ctl_batch_drop(&b->lines[i]);
    }

    b->count = 0;
    b->bytes = 0;

    free(ops);
    free(events);
    free(puts);
}


/* The operation that puts the event of a line and of those behind it; none if
   it has more forms than an event can have.  Returns how many lines it has. */

static size_t
ctl_batch_event(ctl_line_t *line, size_t left, webhook_put_t *puts,
    ctl_event_t *event)
{
    size_t                   i;
    webhook_op_put_event_t  *p;

    event->op.type = WEBHOOK_OP_PUT_EVENT;
    p = &event->op.u.put_event;

    p->id = line->event;
    p->wall = line->wall ? line->wall : webhook_id_time(&line->event);
    p->type = line->type;
    p->company = line->company;
    p->renditions = event->forms;
    p->deliveries = puts;
    p->wire = &line->wire;

    if (webhook_id_untimed(&line->event)) {

        /* of format 1: as the migration names it */

        webhook_id_timed(&line->event, p->wall, &p->id);
    }

    for (i = 0; i < left; i++) {

        if (memcmp(&line[i].event, &line->event, sizeof(webhook_id_t)) != 0) {
            break;
        }

        puts[i].endpoint = line[i].endpoint;
        puts[i].steps = line[i].forms_count;
        puts[i].past = &line[i].past;

        if (ctl_batch_share(event, &line[i], &puts[i].rendition) != 0) {
            p->count = 0;
            p->renditions_count = CTL_BATCH_FORMS + 1;

        } else if (p->renditions_count <= CTL_BATCH_FORMS) {
            p->count++;
        }
    }

    event->lines = i;

    return i;
}


/* The forms of a line, among those of its event: *form is the first. */

static int
ctl_batch_share(ctl_event_t *event, const ctl_line_t *line, uint32_t *form)
{
    uint32_t                 n;
    webhook_op_put_event_t  *p;

    p = &event->op.u.put_event;
    n = line->forms_count;

    if (p->renditions_count > CTL_BATCH_FORMS) {
        return 0;
    }

    for (*form = 0; *form + n <= p->renditions_count; (*form)++) {
        if (ctl_batch_same(&event->forms[*form], line->forms, n)) {
            return 0;
        }
    }

    if (p->renditions_count + n > CTL_BATCH_FORMS) {
        return -1;
    }

    *form = p->renditions_count;

    memcpy(&event->forms[*form], line->forms,
           n * sizeof(webhook_rendition_t));

    p->renditions_count += n;

    return 0;
}


static int
ctl_batch_same(const webhook_rendition_t *a, const webhook_rendition_t *b,
    uint32_t n)
{
    uint32_t  i;

    for (i = 0; i < n; i++) {

        if (!webhook_str_eq(&a[i].body, &b[i].body)
            || !webhook_str_eq(&a[i].request, &b[i].request)
            || !webhook_str_eq(&a[i].content_type, &b[i].content_type)
            || !webhook_str_eq(&a[i].headers, &b[i].headers))
        {
            return 0;
        }
    }

    return 1;
}


static void
ctl_batch_told(ctl_import_t *m, ctl_line_t *lines, ctl_event_t *event)
{
    char                      id[WEBHOOK_ID_TEXT_LEN + 1];
    size_t                    missing;
    const char               *text;
    webhook_store_result_e    result;

    result = event->op.u.put_event.count ? event->op.result
                                         : WEBHOOK_STORE_UNAVAILABLE;

    webhook_op_free(&event->op);

    if (result == WEBHOOK_STORE_OK) {
        m->events++;
        return;
    }

    ctl_id(&lines[0].event, id);

    if (result == WEBHOOK_STORE_DUPLICATE) {
        m->there++;

        missing = ctl_batch_missing(m, lines, event);

        if (missing) {
            ctl_say("event %s is in the store without %zu of its deliveries, "
                    "which cannot be added to it", id, missing);
            m->failed += missing;
        }

        return;
    }

    text = event->op.u.put_event.count
           ? webhook_store_result_text(result)
           : "it has more forms than an event can have";

    ctl_say("event %s: %s", id, text);

    m->failed += event->lines;
}


/* The number of its deliveries that are not in the store, though the event
   is. */

static size_t
ctl_batch_missing(ctl_import_t *m, const ctl_line_t *lines,
    const ctl_event_t *event)
{
    size_t         i, missing;
    uint32_t       n;
    webhook_op_t   op, *ops;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_SHOW;
    op.u.show.id = event->op.u.put_event.id;

    ops = &op;

    webhook_store_apply(m->st, &ops, 1);

    missing = 0;

    for (i = 0; op.result == WEBHOOK_STORE_OK && i < event->lines; i++) {

        for (n = 0; n < op.u.show.count; n++) {
            if (op.u.show.deliveries[n].delivery.endpoint
                == lines[i].endpoint)
            {
                break;
            }
        }

        missing += (n == op.u.show.count);
    }

    webhook_op_free(&op);

    return missing;
}


static void
ctl_batch_drop(ctl_line_t *line)
{
    free(line->past.attempts);
    json_decref(line->json);
}


void
ctl_import_free(ctl_import_t *m)
{
    if (m->batch) {
        free(m->batch->lines);
        free(m->batch);
        m->batch = NULL;
    }
}
