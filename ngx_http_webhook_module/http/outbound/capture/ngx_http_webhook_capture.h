
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Sees proxied requests and their responses and makes events of those that a
 * rule matches: header filter, body filter, request body filter and log
 * handler.  Event loop only.
 */

#ifndef NGX_WEBHOOK_CAPTURE_H
#define NGX_WEBHOOK_CAPTURE_H

#include "http/model/ngx_http_webhook.h"


/* Directive webhook_event; defined in ngx_http_webhook_conf_event.c, as all
   other directives are in their ngx_webhook_conf*.c. */

/* Installs the filters, which pass all on where no rule is, and the log handler
   where a rule exists (postconfiguration). */
ngx_int_t ngx_webhook_capture_init(ngx_conf_t *cf);


#endif /* NGX_WEBHOOK_CAPTURE_H */
