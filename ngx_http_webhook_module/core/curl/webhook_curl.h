
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A request as a line of curl that can be pasted into a POSIX shell, whatever
 * others wrote into it: each word stands in single quotes, where a shell obeys
 * nothing, and no byte of it is one that a terminal would obey or hide.
 */

#ifndef WEBHOOK_CURL_H
#define WEBHOOK_CURL_H

#include "core/base/webhook_str.h"


#define WEBHOOK_CURL_BODY_MAX  4096     /* bytes of a body that stand in the
                                           line; terminals cut long ones */
#define WEBHOOK_CURL_FILE      "payload.bin"


typedef struct {
    webhook_str_t          name;
    webhook_str_t          value;
    unsigned               secret:1;    /* $WEBHOOK_SECRET stands behind the
                                           value ("Bearer ") in place of what
                                           the caller does not give */
    unsigned               left:1;      /* out: it has bytes that no line
                                           should have, and is not in it */
} webhook_curl_header_t;

typedef struct {
    webhook_str_t          method;
    webhook_str_t          url;         /* absolute */
    webhook_curl_header_t *headers;
    size_t                 headers_count;
    webhook_str_t          body;
    unsigned               has_body:1;  /* also an empty one */
    unsigned               in_file:1;   /* out: the line reads the body from
                                           WEBHOOK_CURL_FILE, in which it has
                                           to be put: it is long, or has bytes
                                           that no line should have */
} webhook_curl_t;


/*
 * Adds the line, without a line end.  WEBHOOK_OK; WEBHOOK_ERROR where the URL
 * or the method has bytes that no line should have; else what is kept in
 * out->failed.
 */
int webhook_curl_line(webhook_curl_t *curl, webhook_buf_t *out);

/* Adds one word in single quotes; the bytes are not judged.  As
   webhook_buf_add(). */
int webhook_curl_word(webhook_buf_t *out, const webhook_str_t *word);

/* 1 if a text has no byte that a terminal would obey or hide, and is UTF-8. */
int webhook_curl_plain(const webhook_str_t *text);


#endif /* WEBHOOK_CURL_H */
