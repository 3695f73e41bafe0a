
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Values of an action's answer, for the actions behind it.  Event loop only.
 */

#ifndef NGX_WEBHOOK_EXTRACT_H
#define NGX_WEBHOOK_EXTRACT_H

#include "http/inbound/action/ngx_http_webhook_act.h"


/* Keeps some of an action's answer. */
void ngx_webhook_extract_keep(ngx_webhook_act_t *act, u_char *p, size_t len);

/* Takes the values of an action that succeeded: NGX_OK, or NGX_ERROR with the
   sentence in *error. */
ngx_int_t ngx_webhook_extract(ngx_webhook_act_t *act, ngx_str_t *error);


#endif /* NGX_WEBHOOK_EXTRACT_H */
