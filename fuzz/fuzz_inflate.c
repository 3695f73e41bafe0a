
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Fuzzes webhook_inflate.  The first byte of the input is the coding, the rest
 * a body, which is given and taken in pieces of several sizes: they make no
 * difference, and no more is made than may be.
 */

#include "core/media/webhook_inflate.h"
#include "lib/check.h"


#define MAX_MADE  65536


typedef struct {
    const uint8_t  *data;
    size_t          size;
    size_t          pos;
    size_t          piece;              /* given at a time */
    unsigned char  *copy;               /* of one: no byte behind it is read */
    size_t          step;               /* of room */
    size_t          max;
    webhook_buf_t   out;
} body_t;


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
body_next(void *data, webhook_str_t *bytes)
{
    body_t *b = data;

    size_t  n;

    n = b->size - b->pos < b->piece ? b->size - b->pos : b->piece;

    free(b->copy);
    b->copy = malloc(n ? n : 1);
    check(b->copy != NULL);

    if (n) {
        memcpy(b->copy, b->data + b->pos, n);
    }

    bytes->data = b->copy;
    bytes->len = n;
    b->pos += n;
}


static int
body_room(void *data, unsigned char **p, size_t *len)
{
    body_t *b = data;

    *len = b->max - b->out.len < b->step ? b->max - b->out.len : b->step;
    *p = NULL;

    if (*len) {
        check(webhook_buf_reserve(&b->out, *len) == WEBHOOK_OK);
        *p = b->out.data + b->out.len;
    }

    return WEBHOOK_OK;
}


static void
body_made(void *data, size_t len)
{
    body_t *b = data;

    b->out.len += len;
    check(b->out.len <= b->max);
}


static int
run(webhook_coding_e coding, const uint8_t *data, size_t size, size_t piece,
    size_t step, size_t max, webhook_buf_t *out)
{
    int                rc;
    body_t             b;
    const char        *what;
    webhook_inflate_t  io;

    memset(&b, 0, sizeof(body_t));

    b.data = data;
    b.size = size;
    b.piece = piece;
    b.step = step;
    b.max = max;

    io.data = &b;
    io.next = body_next;
    io.room = body_room;
    io.made = body_made;
    io.exact = size & 1;

    what = NULL;
    rc = webhook_inflate(coding, &io, &what);

    check(rc == WEBHOOK_OK || what != NULL);

    free(b.copy);
    *out = b.out;

    return rc;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int               rc, again;
    webhook_buf_t     first, second;
    webhook_str_t     header;
    webhook_coding_e  coding, list[WEBHOOK_CODINGS];

    if (size == 0) {
        return 0;
    }

    header.data = (unsigned char *) data;
    header.len = size;

    check(webhook_codings(&header, list) <= WEBHOOK_CODINGS);

    coding = data[0] & 1 ? WEBHOOK_CODING_DEFLATE : WEBHOOK_CODING_GZIP;

    data++;
    size--;

    rc = run(coding, data, size, size ? size : 1, MAX_MADE, MAX_MADE, &first);

    if (size < 4096 && first.len < 4096) {
        again = run(coding, data, size, 1, 1, MAX_MADE, &second);

        check(again == rc);
        check(second.len == first.len);
        check(first.len == 0
              || memcmp(first.data, second.data, first.len) == 0);

        webhook_buf_free(&second);
    }

    /* one byte less than it makes is too little */

    if (rc == WEBHOOK_OK && first.len) {
        again = run(coding, data, size, 7, 11, first.len - 1, &second);

        check(again == WEBHOOK_LIMIT);
        check(second.len == first.len - 1);

        webhook_buf_free(&second);

        again = run(coding, data, size, 7, 11, first.len, &second);

        check(again == WEBHOOK_OK);

        webhook_buf_free(&second);
    }

    webhook_buf_free(&first);

    return 0;
}
