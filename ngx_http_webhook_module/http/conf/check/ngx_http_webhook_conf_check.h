
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The check of the whole.
 */

#ifndef NGX_WEBHOOK_CONF_CHECK_H
#define NGX_WEBHOOK_CONF_CHECK_H

#include "http/model/ngx_http_webhook.h"


/* The check of the whole, in postconfiguration: NGX_OK or NGX_ERROR. */
ngx_int_t ngx_webhook_conf_check(ngx_conf_t *cf);

/* The check of what is called, behind receive_init(), which finds the ordinary
   locations: NGX_OK or NGX_ERROR. */
ngx_int_t ngx_webhook_conf_check_calls(ngx_conf_t *cf);


#endif /* NGX_WEBHOOK_CONF_CHECK_H */
