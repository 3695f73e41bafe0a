
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the durable actions of a receiver are sent to: an endpoint of the store
 * that is named "receiver:" and the receiver's id, or its name in nginx.conf.
 * Any thread.
 */

#ifndef NGX_WEBHOOK_REGISTERED_API_H
#define NGX_WEBHOOK_REGISTERED_API_H

#include "core/base/webhook_str.h"
#include "http/model/ngx_http_webhook.h"


#define NGX_WEBHOOK_REGISTERED_API      "receiver:"
#define NGX_WEBHOOK_REGISTERED_API_LEN  (sizeof(NGX_WEBHOOK_REGISTERED_API) - 1)


/* The key by which the store knows it; 0: the id is too long for one. */
uint64_t ngx_webhook_registered_api_key(const webhook_str_t *id);

/* 1 and the receiver's id, if an endpoint of that name is such a one. */
ngx_uint_t ngx_webhook_registered_api_named(const webhook_str_t *name,
    webhook_str_t *id);


#endif /* NGX_WEBHOOK_REGISTERED_API_H */
