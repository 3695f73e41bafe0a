
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The paths in a rule: whose bodies they need, and whether they can
 * have a value.
 */

#ifndef NGX_WEBHOOK_CONF_EVENT_PATHS_H
#define NGX_WEBHOOK_CONF_EVENT_PATHS_H

#include "http/model/ngx_http_webhook_build.h"


/* What is known of a rule while the paths in it are looked at. */

typedef struct {
    ngx_webhook_build_t  *b;
    ngx_webhook_rule_t   *rule;
    unsigned              request:1;        /* out: whose bodies they name */
    unsigned              response:1;
} ngx_webhook_event_paths_t;


/* Whose body has to be kept, and whether every path can have a value. */
char *ngx_webhook_event_needs(ngx_webhook_build_t *b,
    ngx_webhook_rule_t *rule);

/* For webhook_template_paths() and the like; ctx is a
   ngx_webhook_event_paths_t. */
int ngx_webhook_event_path(void *ctx, const webhook_path_t *path);

/* What is to be looked at in a rule when all is known: NGX_OK or NGX_ERROR. */
ngx_int_t ngx_webhook_event_check(ngx_webhook_build_t *b,
    ngx_webhook_main_conf_t *wmcf, ngx_webhook_rule_t *rule);


#endif /* NGX_WEBHOOK_CONF_EVENT_PATHS_H */
