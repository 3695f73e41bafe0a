
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The two bodies of a request: whether they are there, decoded, digested.
 */

#ifndef NGX_WEBHOOK_CAPTURE_BODY_H
#define NGX_WEBHOOK_CAPTURE_BODY_H

#include "http/outbound/context/ngx_http_webhook_capture_state.h"


/* A body, decoded; NULL if it cannot be had (its reason tells). */
ngx_webhook_document_t *ngx_webhook_capture_body(
    ngx_webhook_capture_t *capture, ngx_webhook_payload_e which);

/* Takes of the request what its body is read from, once. */
void ngx_webhook_capture_fetch(ngx_webhook_capture_t *capture);

/* Why a body could not be read, as static text. */
const char *ngx_webhook_capture_unread(ngx_webhook_document_t *d);

/* What a list of headers says of the content coding, on one line or several;
   *coding stays where it says nothing.  NGX_OK, or NGX_ERROR with no
   memory. */
ngx_int_t ngx_webhook_capture_encoding(ngx_pool_t *pool, ngx_list_t *headers,
    ngx_str_t *coding);

/* True if the copy of the request's body is whole by now. */
ngx_uint_t ngx_webhook_capture_request_whole(ngx_webhook_capture_t *capture);

/* True if more of it may still come. */
ngx_uint_t ngx_webhook_capture_request_comes(ngx_webhook_capture_t *capture);

/* Once the response has ended: makes it whole from what can still be had.
   Returns NULL, or why that cannot be, and what it counts as. */
const char *ngx_webhook_capture_request(ngx_webhook_capture_t *capture,
    ngx_webhook_counter_e *counter);

/* The digest of the request's body, whatever its size: NGX_OK, or NGX_DECLINED
   where it did not pass here to its end. */
ngx_int_t ngx_webhook_capture_request_digest(ngx_webhook_capture_t *capture,
    u_char digest[WEBHOOK_HASH_LEN]);


#endif /* NGX_WEBHOOK_CAPTURE_BODY_H */
