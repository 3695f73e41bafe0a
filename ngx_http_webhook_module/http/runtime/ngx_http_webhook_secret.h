
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Memory for keys, tokens and passwords of a configuration, and of what is
 * registered: pages of their own, which a core dump leaves out and which are
 * overwritten when the configuration or the registered thing goes.  They are
 * not locked into memory: where the machine has swap, it should be encrypted.
 * The functions run while the configuration is read, and on the event loop.
 */

#ifndef NGX_WEBHOOK_SECRET_H
#define NGX_WEBHOOK_SECRET_H

#include "http/model/ngx_http_webhook_build.h"


/* Zeroed memory for any type, which lasts as long as the pool of the build;
   NULL if there is none, which was logged. */
void *ngx_webhook_secret_alloc(ngx_webhook_build_t *b, size_t size);

/* A copy of src, with a NUL behind it, in such memory; src is overwritten,
   whatever is returned: NGX_OK or NGX_ERROR. */
ngx_int_t ngx_webhook_secret_move(ngx_webhook_build_t *b, ngx_str_t *dst,
    ngx_str_t *src);


#endif /* NGX_WEBHOOK_SECRET_H */
