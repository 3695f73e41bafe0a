
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Between the rooms of webhookctl: the commands (webhookctl.c), how their
 * results look (webhookctl_print.c), what is done by hand (webhookctl_admin.c,
 * webhookctl_replay.c), all of it for other programs (webhookctl_export.c), and
 * new secret URLs (webhookctl_receiver.c).
 */

#ifndef WEBHOOKCTL_H
#define WEBHOOKCTL_H

#include <stdio.h>

#include <jansson.h>

#include "../ngx_http_webhook_module/store/webhook_store.h"


/* What the command line says. */

typedef struct {
    const char     *store;
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
int ctl_check(ctl_t *ctl, webhook_store_t *st);
int ctl_export(ctl_t *ctl, webhook_store_t *st);
int ctl_backup(ctl_t *ctl, webhook_store_t *st);


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

/* A delivery and an attempt as JSON, a text too (what is not UTF-8 becomes
   U+FFFD), and an object on a line of its own, which is freed. */
json_t *ctl_delivery_json(const webhook_delivery_t *d);
json_t *ctl_attempt_json(const webhook_attempt_t *a);
json_t *ctl_json_text(const webhook_str_t *s);
void ctl_json_line(json_t *json);


/* Prints a new URL for a receiver, and the line of the configuration that makes
   it one; base may be NULL.  Returns the exit status. */
int ctl_receiver_url(const char *name, const char *base, int json);


#endif /* WEBHOOKCTL_H */
