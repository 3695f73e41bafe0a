
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the rules made of a request, in variables: $webhook_event, $webhook_id,
 * and its part of $webhook_status.  Event loop only.
 */

#ifndef NGX_WEBHOOK_CAPTURE_VAR_H
#define NGX_WEBHOOK_CAPTURE_VAR_H

#include "http/model/ngx_http_webhook.h"


/* Adds the variables (preconfiguration). */
ngx_int_t ngx_webhook_capture_variables(ngx_conf_t *cf);

/* $webhook_status of a request whose response a rule matched; NGX_DECLINED if
   none did.  The value stays as long as the process. */
ngx_int_t ngx_webhook_capture_var_status(ngx_http_request_t *r,
    ngx_str_t *value);


#endif /* NGX_WEBHOOK_CAPTURE_VAR_H */
