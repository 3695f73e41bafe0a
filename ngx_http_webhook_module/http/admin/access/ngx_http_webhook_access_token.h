
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The bearer tokens of webhook_tokens, of which no more than a SHA-256 is
 * known.
 */

#ifndef NGX_WEBHOOK_ACCESS_TOKEN_H
#define NGX_WEBHOOK_ACCESS_TOKEN_H

#include "http/model/ngx_http_webhook_build.h"


#define NGX_WEBHOOK_TOKENS_MAX      10000       /* lines with a token */
#define NGX_WEBHOOK_TOKEN_NAME_MAX  64


typedef struct {
    u_char         digest[NGX_WEBHOOK_DIGEST_LEN];
    ngx_str_t      name;
    ngx_uint_t     may;             /* NGX_WEBHOOK_MAY_... */
    ngx_str_t      company;         /* empty: all */
    time_t         expires;         /* 0: never */
    ngx_uint_t     line;
} ngx_webhook_token_t;


typedef struct ngx_webhook_tokens_s {
    ngx_array_t                 tokens;         /* ..._token_t, by digest */
    ngx_webhook_source_pos_t    source_pos;     /* of webhook_tokens */
} ngx_webhook_tokens_t;


/*
 * Reads the text of a file, which is called so in messages:
 *
 *   NAME sha256:HEX company.setting|company.view [company=C] [expires=DATE]
 *
 * a line, and empty lines and those that begin with "#".  What is kept is in
 * b->pool.  While the configuration is read.  NGX_OK, or NGX_ERROR, logged.
 */
ngx_int_t ngx_webhook_tokens_read(ngx_webhook_build_t *b, ngx_str_t *file,
    ngx_str_t *text, ngx_webhook_tokens_t *tokens);

/* The token that somebody showed, or NULL where it is unknown or has ended.
   How long it takes tells nothing of how near it comes to one. */
ngx_webhook_token_t *ngx_webhook_tokens_find(ngx_webhook_tokens_t *tokens,
    ngx_str_t *token);


#endif /* NGX_WEBHOOK_ACCESS_TOKEN_H */
