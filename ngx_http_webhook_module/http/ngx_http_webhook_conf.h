
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Reads the directives into the compiled configuration
 * (ngx_http_webhook.h) and checks it as a whole once all is read:
 *
 *   conf.c            store, types, defaults, merge, the check of the whole
 *   conf_endpoint.c   webhook_endpoint { }
 *   conf_event.c      webhook_event
 *   conf_receiver.c   webhook_receiver { }
 *
 * Every message names file and line and says what to change.  These rooms may
 * call client (targets), metrics (the zone) and core/.  They run while the
 * configuration is read.
 */

#ifndef NGX_HTTP_WEBHOOK_CONF_H
#define NGX_HTTP_WEBHOOK_CONF_H

#include "ngx_http_webhook.h"


void *ngx_http_webhook_create_main_conf(ngx_conf_t *cf);
char *ngx_http_webhook_init_main_conf(ngx_conf_t *cf, void *conf);
void *ngx_http_webhook_create_loc_conf(ngx_conf_t *cf);
char *ngx_http_webhook_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child);

/* Directive handlers. */
char *ngx_http_webhook_store(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_webhook_event_type(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_webhook_endpoint(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_webhook_event(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_webhook_receiver(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_webhook_receive(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* The check of the whole, in postconfiguration. */
ngx_int_t ngx_http_webhook_conf_check(ngx_conf_t *cf);

/* Helpers for the rooms of conf. */

/* Logs at emerg "... in FILE:LINE" for a place that is not being read now. */
void ngx_cdecl ngx_http_webhook_conf_error(ngx_conf_t *cf,
    ngx_http_webhook_place_t *place, const char *fmt, ...);

/* Fills in place with where cf stands. */
void ngx_http_webhook_conf_place(ngx_conf_t *cf,
    ngx_http_webhook_place_t *place);

/* Milliseconds of "500ms", "10s", "1m30s", "7d"; NGX_ERROR otherwise. */
ngx_int_t ngx_http_webhook_conf_msec(ngx_str_t *text, uint64_t *ms);

/*
 * A secret from "file:PATH" (relative to the configuration prefix, one
 * trailing newline dropped, at most 4096 bytes) or as it is written.  The
 * error message never shows it.
 */
char *ngx_http_webhook_conf_secret(ngx_conf_t *cf, ngx_str_t *value,
    ngx_str_t *secret);

/* Text of a template argument: as written, or from "file:PATH". */
char *ngx_http_webhook_conf_text(ngx_conf_t *cf, ngx_str_t *value,
    ngx_str_t *text);


#endif /* NGX_HTTP_WEBHOOK_CONF_H */
