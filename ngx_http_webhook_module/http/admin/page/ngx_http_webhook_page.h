
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The files of the page: what is in page/ of the sources, compressed when the
 * module is built, as answers.  They are constant, tell nothing of anybody, and
 * need no permission.  Event loop.
 */

#ifndef NGX_WEBHOOK_PAGE_H
#define NGX_WEBHOOK_PAGE_H

#include "http/model/ngx_http_webhook.h"


typedef struct ngx_webhook_page_file_s  ngx_webhook_page_file_t;


/* The document; and the file of a path as the document names it,
   "page/main.js", or NULL. */
const ngx_webhook_page_file_t *ngx_webhook_page_document(void);
const ngx_webhook_page_file_t *ngx_webhook_page_find(ngx_str_t *path);

/*
 * Answers a GET or HEAD with a file, or a 304: what a content handler returns.
 * "frame" is the source of frame-ancestors in the document's policy.  Whoever
 * does not take gzip gets the file as it was.
 */
ngx_int_t ngx_webhook_page_send(ngx_http_request_t *r,
    const ngx_webhook_page_file_t *file, ngx_str_t *frame);

/* frame= of webhook_api: NGX_OK, and what it is in the policy; NGX_DECLINED if
   it is no origin. */
ngx_int_t ngx_webhook_page_frame(ngx_str_t *value, ngx_str_t *frame);


#endif /* NGX_WEBHOOK_PAGE_H */
