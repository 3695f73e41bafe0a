
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Between the rooms of webhookctl: the commands (webhookctl.c), how their
 * results look (webhookctl_print.c; as JSON: webhookctl_json.c; on a terminal:
 * webhookctl_text.c), what is done by hand (webhookctl_admin.c,
 * webhookctl_replay.c), all of it for other programs (webhookctl_export.c), new
 * secret URLs (webhookctl_receiver.c), and as whom it works
 * (webhookctl_owner.c).
 */

#ifndef WEBHOOKCTL_H
#define WEBHOOKCTL_H

#include <stdio.h>

#include <jansson.h>

#include "../ngx_http_webhook_module/store/webhook_store.h"


/* What the command line says. */

typedef struct {
    const char     *store;
    const char     *path;               /* of the store, for who opens it */
    int             target;             /* the file that is written, or -1 */
    const char     *base;
    const char     *endpoint_name;
    uint64_t        endpoint;
    int             state;              /* -1: any */
    webhook_str_t   type;
    uint64_t        since;
    uint64_t        until;
    uint64_t        limit;
    webhook_str_t   reason;
    int             limited;            /* the limit was given */
    int             json;
    int             body;
    int             dry_run;
    int             yes;
    int             argc;
    char          **argv;
} ctl_t;


/* Each command returns the exit status. */

int ctl_retry(ctl_t *ctl, webhook_store_t *st);
int ctl_cancel(ctl_t *ctl, webhook_store_t *st);
int ctl_pause(ctl_t *ctl, webhook_store_t *st);
int ctl_resume(ctl_t *ctl, webhook_store_t *st);
int ctl_replay(ctl_t *ctl, webhook_store_t *st);
int ctl_cancel_all(ctl_t *ctl, webhook_store_t *st);
int ctl_clock(ctl_t *ctl, webhook_store_t *st);
int ctl_clock_accept(ctl_t *ctl, webhook_store_t *st);
int ctl_check(ctl_t *ctl, webhook_store_t *st);
int ctl_export(ctl_t *ctl, webhook_store_t *st);
int ctl_import(ctl_t *ctl, webhook_store_t *st);
int ctl_backup(ctl_t *ctl, webhook_store_t *st);


/*
 * Who is root becomes the owner of the store's directory, for good; sets
 * ctl->path.  Whatever is odd there is told and refused: then -1, else 0.
 */
int ctl_become_owner(ctl_t *ctl, int write);

/*
 * Before that: makes the file that argv[1] names, as the caller, and goes on
 * in another process, where it returns -1 with ctl->target set.  The file is
 * taken away again if that fails.  Else returns the exit status.
 */
int ctl_target(ctl_t *ctl);

/* Reads EVENT or EVENT.ENDPOINT (0: none); 0, or the exit status. */
int ctl_delivery(const char *text, webhook_id_t *id, uint64_t *endpoint);

/* The filter that the command line says. */
void ctl_filter(const ctl_t *ctl, webhook_filter_t *filter);

/* Tells why an operation failed, frees it; returns the exit status. */
int ctl_failed(webhook_op_t *op, const char *what);

/* A line on the standard error output. */
void ctl_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

webhook_str_t ctl_str(const char *text);


/* The results of each command, for people or as JSON lines. */

void ctl_print_deliveries(const webhook_op_list_t *list, int json, int head);
int ctl_print_show(const webhook_op_show_t *show, int json, int body);
void ctl_print_calls(const webhook_op_calls_t *calls, int json, int head);
void ctl_print_stats(const webhook_op_stats_t *stats, int json);

/* A delivery, a form (its bytes too if body is set), an attempt and a call as
   JSON, a text too (what is not UTF-8 becomes U+FFFD), and an object on a line
   of its own, which is freed. */
json_t *ctl_delivery_json(const webhook_delivery_t *d);
json_t *ctl_form_json(const webhook_rendition_t *form, int body);
json_t *ctl_attempt_json(const webhook_attempt_t *a);
json_t *ctl_call_json(const webhook_call_t *call);
json_t *ctl_json_text(const webhook_str_t *s);
void ctl_json_line(json_t *json);

/* Prints a text, at most max bytes of it, with nothing in it that a terminal
   would obey; returns the columns that it takes.  Or fills a column with it. */
size_t ctl_text(const webhook_str_t *s, size_t max);
void ctl_column(const webhook_str_t *s, size_t width);

/* Prints an endpoint's name, or its number if it was never named; and a body,
   line by line. */
void ctl_endpoint(const webhook_str_t *name, uint64_t id);
void ctl_body(const webhook_str_t *s);

/* A time, a span from now, microseconds and a number of bytes for people: each
   is written into buf, which is returned. */
const char *ctl_time(uint64_t wall, char *buf, size_t len);
const char *ctl_span(int64_t ms, char *buf, size_t len);
const char *ctl_usec(uint32_t usec, char *buf, size_t len);
const char *ctl_bytes(uint64_t n, char *buf, size_t len);

/* An id into WEBHOOK_ID_TEXT_LEN + 1 bytes, ended by a zero. */
void ctl_id(const webhook_id_t *id, char *buf);


/* Prints a new URL for a receiver, and the line of the configuration that makes
   it one; base may be NULL.  Returns the exit status. */
int ctl_receiver_url(const char *name, const char *base, int json);


#endif /* WEBHOOKCTL_H */
