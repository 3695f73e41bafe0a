
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Is a call what its receiver asks for?  Everything that can be said against
 * it is found before the first of its actions is called.
 */

#ifndef NGX_WEBHOOK_CHECK_H
#define NGX_WEBHOOK_CHECK_H

#include "http/inbound/call/ngx_http_webhook_call.h"


/* 0, or the status to answer, with its sentence in *error (of the pool).  Event
   loop. */
ngx_uint_t ngx_webhook_check_headers(ngx_webhook_call_t *call,
    ngx_str_t *error);

/* Steps: of the type that was sent, of what is in the body, whether it is for
   us, of its lists, of what it is about.  Any thread. */
ngx_int_t ngx_webhook_check_type(ngx_webhook_call_t *call);
ngx_int_t ngx_webhook_check_payload(ngx_webhook_call_t *call);
ngx_int_t ngx_webhook_check_skip(ngx_webhook_call_t *call);
ngx_int_t ngx_webhook_check_lists(ngx_webhook_call_t *call);
ngx_int_t ngx_webhook_check_fields(ngx_webhook_call_t *call);
ngx_int_t ngx_webhook_check_filters(ngx_webhook_call_t *call);
ngx_int_t ngx_webhook_check_targets(ngx_webhook_call_t *call);


#endif /* NGX_WEBHOOK_CHECK_H */
