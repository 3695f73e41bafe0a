
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Between the dispatcher's files: dispatcher_register.c makes the store know
 * the endpoints, dispatcher.c puts and claims.
 */

#ifndef NGX_WEBHOOK_DISPATCHER_INT_H
#define NGX_WEBHOOK_DISPATCHER_INT_H

#include "http/outbound/delivery/ngx_http_webhook_dispatcher.h"
#include "http/runtime/registered/ngx_http_webhook_registered.h"


void ngx_webhook_dispatcher_register_init(ngx_webhook_main_conf_t *wmcf,
    ngx_log_t *log);
void ngx_webhook_dispatcher_register_exit(void);

/* Makes the store know the endpoints and their limits. */
void ngx_webhook_dispatcher_register(void);

/* The same of some objects that are new in a set. */
void ngx_webhook_dispatcher_register_objects(ngx_webhook_registered_t *set,
    ngx_webhook_object_t **objects, ngx_uint_t n);

/* The same as of all, if it does not know them or was told long ago. */
void ngx_webhook_dispatcher_register_check(void);

/* It has forgotten some. */
void ngx_webhook_dispatcher_register_again(void);

/* Says once which deliveries nobody of this configuration will send. */
ngx_int_t ngx_webhook_dispatcher_register_stats(void);


#endif /* NGX_WEBHOOK_DISPATCHER_INT_H */
