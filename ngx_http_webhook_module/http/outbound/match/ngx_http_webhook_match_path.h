
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The path that a rule is matched against.
 */

#ifndef NGX_WEBHOOK_MATCH_PATH_H
#define NGX_WEBHOOK_MATCH_PATH_H

#include "http/outbound/context/ngx_http_webhook_capture_state.h"


/*
 * The path as the client asked for it, decoded and normalized as nginx did it
 * before any rewrite: NGX_OK; NGX_DECLINED where there is none, NGX_ERROR with
 * no memory.
 */
ngx_int_t ngx_webhook_capture_path(ngx_http_request_t *r, ngx_str_t *path);


#endif /* NGX_WEBHOOK_MATCH_PATH_H */
