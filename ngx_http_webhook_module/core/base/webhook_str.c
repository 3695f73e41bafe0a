
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/base/webhook_str.h"

#include <stdlib.h>


#define WEBHOOK_BUF_FIRST  256          /* bytes of a first allocation */


int
webhook_str_eq(const webhook_str_t *a, const webhook_str_t *b)
{
    if (a->len != b->len) {
        return 0;
    }

    return a->len == 0 || memcmp(a->data, b->data, a->len) == 0;
}


static inline unsigned char
webhook_str_small(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}


/* back[i] is how much of the text's beginning ends at i, too, short of all. */

int
webhook_str_find_init(webhook_str_find_t *f, const webhook_str_t *text)
{
    size_t  i, n;

    if (text->len > WEBHOOK_STR_FIND_MAX) {
        return WEBHOOK_LIMIT;
    }

    memset(f, 0, sizeof(*f));
    f->len = text->len;

    for (i = 0; i < f->len; i++) {
        f->text[i] = webhook_str_small(text->data[i]);
    }

    for (i = 1, n = 0; i < f->len; i++) {

        while (n && f->text[i] != f->text[n]) {
            n = f->back[n - 1];
        }

        n += (f->text[i] == f->text[n]);
        f->back[i] = (unsigned char) n;
    }

    return WEBHOOK_OK;
}


int
webhook_str_find(const webhook_str_find_t *f, const void *data, size_t len)
{
    size_t                i, n;
    unsigned char         c;
    const unsigned char  *p;

    p = data;

    for (i = 0, n = 0; i < len && n < f->len; i++) {
        c = webhook_str_small(p[i]);

        while (n && c != f->text[n]) {
            n = f->back[n - 1];
        }

        n += (c == f->text[n]);
    }

    return n == f->len;
}


void
webhook_buf_init(webhook_buf_t *b, size_t max)
{
    memset(b, 0, sizeof(webhook_buf_t));

    b->max = max;
}


void
webhook_buf_init_over(webhook_buf_t *b, size_t max, void *data, size_t size)
{
    webhook_buf_init(b, max);

    b->data = data;
    b->size = max && size > max ? max : size;
    b->lent = 1;
}


int
webhook_buf_reserve(webhook_buf_t *b, size_t len)
{
    size_t          need, size;
    unsigned char  *data;

    if (b->failed) {
        return b->failed;
    }

    if (len <= b->size - b->len) {
        return WEBHOOK_OK;
    }

    if (b->max && len > b->max - b->len) {
        b->failed = WEBHOOK_LIMIT;
        return b->failed;
    }

    if (len > SIZE_MAX - b->len) {
        b->failed = WEBHOOK_NOMEM;
        return b->failed;
    }

    need = b->len + len;
    size = b->size > SIZE_MAX / 2 ? SIZE_MAX : b->size * 2;

    if (size < WEBHOOK_BUF_FIRST) {
        size = WEBHOOK_BUF_FIRST;
    }

    if (b->max && size > b->max) {
        size = b->max;
    }

    if (size < need) {
        size = need;
    }

    data = realloc(b->lent ? NULL : b->data, size);
    if (data == NULL) {
        b->failed = WEBHOOK_NOMEM;
        return b->failed;
    }

    if (b->lent) {
        memcpy(data, b->data, b->len);
        b->lent = 0;
    }

    b->data = data;
    b->size = size;

    return WEBHOOK_OK;
}


int
webhook_buf_add(webhook_buf_t *b, const void *data, size_t len)
{
    if (webhook_buf_reserve(b, len) != WEBHOOK_OK) {
        return b->failed;
    }

    /* memcpy() may not be given NULL, which an empty view may hold */

    if (len) {
        memcpy(b->data + b->len, data, len);
        b->len += len;
    }

    return WEBHOOK_OK;
}


int
webhook_buf_byte(webhook_buf_t *b, unsigned char c)
{
    if (b->len == b->size || b->failed) {
        if (webhook_buf_reserve(b, 1) != WEBHOOK_OK) {
            return b->failed;
        }
    }

    b->data[b->len++] = c;

    return WEBHOOK_OK;
}


int
webhook_buf_number(webhook_buf_t *b, int64_t n)
{
    uint64_t        u;
    unsigned char  *p, digits[sizeof("-9223372036854775808")];

    /* negated as unsigned: the least number has no positive counterpart */

    u = n < 0 ? 0 - (uint64_t) n : (uint64_t) n;
    p = digits + sizeof(digits);

    do {
        *--p = (unsigned char) ('0' + u % 10);
        u /= 10;
    } while (u);

    if (n < 0) {
        *--p = '-';
    }

    return webhook_buf_add(b, p, digits + sizeof(digits) - p);
}


void
webhook_buf_free(webhook_buf_t *b)
{
    if (!b->lent) {
        free(b->data);
    }

    b->data = NULL;
    b->len = 0;
    b->size = 0;
    b->failed = 0;
    b->lent = 0;
}
