
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A token of a template, ${path|filter}: where it ends.  Reentrant; allocates
 * nothing.
 */

#ifndef WEBHOOK_TOKEN_H
#define WEBHOOK_TOKEN_H

#include "core/base/webhook_str.h"


typedef struct {
    size_t         len;         /* of all of it, or up to what is wrong */
    webhook_str_t  path;
    webhook_str_t  filters;     /* behind "|", with those between them; data
                                   is NULL if there are none */
} webhook_token_t;


/*
 * Reads the token at p, which begins with "${".  WEBHOOK_OK, or WEBHOOK_ERROR
 * where it has no "}" before a control character, a "{" or the end; within
 * JSON (json is not 0) before a quote or a backslash, too.  A key of the path
 * that stands in quotes may have all but control characters.
 */
int webhook_token_read(const unsigned char *p, const unsigned char *last,
    int json, webhook_token_t *token);


#endif /* WEBHOOK_TOKEN_H */
