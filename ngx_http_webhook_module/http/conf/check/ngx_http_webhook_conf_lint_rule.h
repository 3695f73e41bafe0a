
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Warnings of rules that are allowed and hardly meant.
 */

#ifndef NGX_WEBHOOK_CONF_LINT_RULE_H
#define NGX_WEBHOOK_CONF_LINT_RULE_H

#include "http/model/ngx_http_webhook_build.h"


/* Warnings of rules, behind the check of the whole. */
void ngx_webhook_lint_rules(ngx_webhook_build_t *b,
    ngx_webhook_main_conf_t *wmcf);

/* A warning of an event that is made for nobody; what is the directive. */
void ngx_webhook_lint_unasked(ngx_webhook_build_t *b, ngx_str_t *type,
    const char *what, ngx_webhook_source_pos_t *pos);


#endif /* NGX_WEBHOOK_CONF_LINT_RULE_H */
