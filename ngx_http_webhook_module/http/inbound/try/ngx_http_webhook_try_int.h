
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Between the files of the room.
 */

#ifndef NGX_WEBHOOK_TRY_INT_H
#define NGX_WEBHOOK_TRY_INT_H

#include "http/model/ngx_http_webhook.h"


/* Calls visit for each path that a receiver looks at, until one returns
   non-zero, which is then returned. */
int ngx_webhook_try_paths(ngx_webhook_receiver_t *receiver,
    int (*visit)(void *data, const webhook_path_t *path), void *data);

/* 1 if a receiver looks at more of a call than its payload. */
ngx_uint_t ngx_webhook_try_asks(ngx_webhook_receiver_t *receiver);


#endif /* NGX_WEBHOOK_TRY_INT_H */
