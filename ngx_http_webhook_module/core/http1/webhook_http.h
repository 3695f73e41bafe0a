
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Reads an HTTP/1.x answer as it comes, piece by piece.  It knows no sockets
 * and allocates nothing; everything that a peer sends is bounded.
 *
 * What is read with doubt (two framings, a header line that is folded or
 * that is none) is read to the side that is safe: the connection is not to be
 * kept.  An error is only what leaves in doubt whether this is an answer, or
 * where its head or its body ends.
 */

#ifndef WEBHOOK_HTTP_H
#define WEBHOOK_HTTP_H

#include "core/base/webhook_str.h"


#define WEBHOOK_HTTP_HEAD_MAX     16384     /* bytes of heads, chunk extensions
                                               and trailers, all together */
#define WEBHOOK_HTTP_BODY_MAX     65536     /* bytes of a body that are read so
                                               that a connection can be kept */
#define WEBHOOK_HTTP_INTERIM_MAX  8         /* answers 1xx before the last */

#define WEBHOOK_HTTP_NAME_LEN     17        /* transfer-encoding */
#define WEBHOOK_HTTP_VALUE_LEN    96


typedef enum {
    WEBHOOK_HTTP_MORE = 0,          /* more bytes are needed */
    WEBHOOK_HTTP_DONE,              /* the answer is complete, or as much of
                                       it was read as ever will be */
    WEBHOOK_HTTP_BAD                /* "error" says why */
} webhook_http_result_e;


typedef struct {

    /* what came of it */

    unsigned        status;         /* 0 until the head is complete; 1xx are
                                       passed over, but for 101 */
    unsigned char  *body;           /* the caller's */
    size_t          body_max;
    size_t          body_len;       /* bytes kept there */
    const char     *error;          /* a static text, without a full stop */
    webhook_str_t   retry_after;    /* view into this structure; or empty */
    unsigned        keep_alive;     /* seconds from "Keep-Alive: timeout=",
                                       0 where not told */
    unsigned        begun:1;        /* at least one byte came */
    unsigned        keep:1;         /* after DONE: the connection may take
                                       another request */

    /* the reader's own */

    unsigned        no_body:1;      /* the request was HEAD */
    unsigned        chunked:1;
    unsigned        coded:1;        /* Transfer-Encoding came */
    unsigned        sized:1;        /* Content-Length came */
    unsigned        cut:1;          /* the value was too long to keep */
    unsigned        minor:1;        /* HTTP/1.x */
    unsigned        state;
    unsigned        code;           /* status, as it is read */
    unsigned        interim;
    unsigned        count;          /* bytes or digits of the present item */
    size_t          head;           /* bytes, see WEBHOOK_HTTP_HEAD_MAX */
    uint64_t        length;         /* Content-Length */
    uint64_t        rest;           /* of the body or chunk */
    uint64_t        seen;           /* bytes of the body that came */
    unsigned char   name[WEBHOOK_HTTP_NAME_LEN];
    unsigned        name_len;       /* may exceed it by one */
    unsigned char   value[WEBHOOK_HTTP_VALUE_LEN];
    unsigned        value_len;
    unsigned char   retry[WEBHOOK_HTTP_VALUE_LEN];
} webhook_http_t;


/*
 * Begins an answer.  Up to body_max first bytes of its body are put into body
 * (which may be NULL if body_max is 0); no_body is 1 for the answer to a HEAD.
 */
void webhook_http_init(webhook_http_t *h, unsigned char *body,
    size_t body_max, int no_body);

/*
 * Reads len bytes; sets *used to how many of them belong to the answer (what
 * is left after DONE was not asked for: the connection must not be kept).
 * Not to be called again once it returned DONE or BAD.
 *
 * BAD with a status: the head was complete and the body is broken.
 */
webhook_http_result_e webhook_http_feed(webhook_http_t *h,
    const unsigned char *data, size_t len, size_t *used);

/* The peer closed: DONE if that ends the answer, else BAD. */
webhook_http_result_e webhook_http_eof(webhook_http_t *h);


#endif /* WEBHOOK_HTTP_H */
