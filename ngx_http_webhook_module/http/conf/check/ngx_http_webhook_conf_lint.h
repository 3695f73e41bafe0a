
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Warnings of what is allowed and hardly meant.
 */

#ifndef NGX_WEBHOOK_CONF_LINT_H
#define NGX_WEBHOOK_CONF_LINT_H

#include "http/model/ngx_http_webhook_build.h"


/* Behind the check of the whole. */
void ngx_webhook_conf_lint(ngx_webhook_build_t *b,
    ngx_webhook_main_conf_t *wmcf);


#endif /* NGX_WEBHOOK_CONF_LINT_H */
