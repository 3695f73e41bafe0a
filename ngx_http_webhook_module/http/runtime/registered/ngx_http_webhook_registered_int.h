
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Between the files of what was registered.
 */

#ifndef NGX_WEBHOOK_REGISTERED_INT_H
#define NGX_WEBHOOK_REGISTERED_INT_H

#include "http/runtime/registered/ngx_http_webhook_registered.h"


/* A set takes the place of the old one, which may be NULL; the objects, which
   the old one has not, are held. */
void ngx_webhook_registered_succeed(ngx_webhook_registered_t *set,
    ngx_webhook_registered_t *old, ngx_webhook_object_t **objects,
    ngx_uint_t n);


#endif /* NGX_WEBHOOK_REGISTERED_INT_H */
