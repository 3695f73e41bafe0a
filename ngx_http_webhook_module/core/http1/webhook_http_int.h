
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the reader's own files share: webhook_http.c, which calls
 * webhook_http_head.c, and webhook_http_state.c, which both call.
 */

#ifndef WEBHOOK_HTTP_INT_H
#define WEBHOOK_HTTP_INT_H

#include "core/http1/webhook_http.h"


/* In the order of an answer: those of the head are below BODY. */

typedef enum {
    WEBHOOK_HTTP_START = 0,
    WEBHOOK_HTTP_CODE,
    WEBHOOK_HTTP_CODE_END,
    WEBHOOK_HTTP_REASON,
    WEBHOOK_HTTP_STATUS_LF,         /* after the CR of the status line */
    WEBHOOK_HTTP_LINE,              /* the first byte of a header line */
    WEBHOOK_HTTP_NAME,
    WEBHOOK_HTTP_NAME_END,          /* between name and colon */
    WEBHOOK_HTTP_SPACE,             /* between colon and value */
    WEBHOOK_HTTP_VALUE,
    WEBHOOK_HTTP_SKIP,              /* the rest of a line that is not kept */
    WEBHOOK_HTTP_LF,                /* after the CR of a line */
    WEBHOOK_HTTP_END_LF,            /* after the CR of the empty line */
    WEBHOOK_HTTP_BODY,
    WEBHOOK_HTTP_UNTIL_CLOSE,
    WEBHOOK_HTTP_CHUNK,             /* the first digit of a chunk's size */
    WEBHOOK_HTTP_CHUNK_SIZE,
    WEBHOOK_HTTP_CHUNK_EXT,
    WEBHOOK_HTTP_CHUNK_LF,
    WEBHOOK_HTTP_CHUNK_DATA,
    WEBHOOK_HTTP_CHUNK_CR,          /* after a chunk's data */
    WEBHOOK_HTTP_CHUNK_END,
    WEBHOOK_HTTP_TRAILER,           /* the first byte of a trailer's line */
    WEBHOOK_HTTP_TRAILER_TEXT,
    WEBHOOK_HTTP_TRAILER_LF,
    WEBHOOK_HTTP_TRAILER_END,
    WEBHOOK_HTTP_COMPLETE
} webhook_http_state_e;


/* head */

/* Reads a byte of the head. */
webhook_http_result_e webhook_http_head(webhook_http_t *h, unsigned char c);


/* run */

/* Takes bytes that webhook_http_head() would take without a change of its
   state: how many, 0 if it has to look at the next one. */
size_t webhook_http_run(webhook_http_t *h, const unsigned char *data,
    size_t len);


/* state */

/* Ends the answer with an error; returns WEBHOOK_HTTP_BAD. */
webhook_http_result_e webhook_http_bad(webhook_http_t *h, const char *error);

/* 1 if nothing is gained from reading on. */
int webhook_http_enough(webhook_http_t *h);


#endif /* WEBHOOK_HTTP_INT_H */
