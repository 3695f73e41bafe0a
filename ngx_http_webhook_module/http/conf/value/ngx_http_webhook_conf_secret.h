
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Secrets as a configuration gives them.  No message shows one.
 */

#ifndef NGX_WEBHOOK_CONF_SECRET_H
#define NGX_WEBHOOK_CONF_SECRET_H

#include "http/model/ngx_http_webhook_build.h"


/*
 * A secret from "file:PATH" (relative to the configuration prefix, one
 * trailing newline dropped, at most 4096 bytes), from "env:NAME", or as it is
 * written, after "text:" if that stands before it.  What is written is wiped
 * from nginx's own buffers.  The caller wipes the secret, which lives in
 * b->temp_pool.  No message shows it.
 */
char *ngx_webhook_conf_secret(ngx_webhook_build_t *b, ngx_str_t *value,
    ngx_str_t *secret);

/*
 * What stands where a secret may: refuses what is rather a misspelt parameter
 * (for arguments without a name), or a misspelt "file:" or "env:".
 */
char *ngx_webhook_conf_literal(ngx_webhook_build_t *b, ngx_str_t *value);
ngx_int_t ngx_webhook_conf_source(ngx_webhook_build_t *b, ngx_str_t *value);

/* 1 if the secret stands in the configuration itself. */
ngx_uint_t ngx_webhook_conf_written(ngx_str_t *value);

/*
 * Refuses an argument of a directive with secrets: it may be one, so no more
 * of it is shown than what looks like the name of a parameter.
 */
char *ngx_webhook_conf_unknown(ngx_webhook_build_t *b, ngx_str_t *arg);

/*
 * A secret, moved into secret memory, for what is sent as it is: a token, a
 * password.  It is refused if it is empty or has control characters; what is
 * its name in messages.
 */
char *ngx_webhook_conf_token(ngx_webhook_build_t *b, ngx_str_t *value,
    const char *what, ngx_str_t *token);

/*
 * Reads user=NAME and password=SECRET from the argument with number "first"
 * on and makes the value of an Authorization, in secret memory.
 */
char *ngx_webhook_conf_basic(ngx_webhook_build_t *b, ngx_uint_t first,
    ngx_str_t *authorization);


#endif /* NGX_WEBHOOK_CONF_SECRET_H */
