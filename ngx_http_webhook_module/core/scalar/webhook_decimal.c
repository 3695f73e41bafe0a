
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/scalar/webhook_decimal.h"


#define WEBHOOK_DECIMAL_MAX_EXP  1000000000000000LL


static size_t webhook_decimal_digits(const unsigned char *p,
    const unsigned char *last);
static int webhook_decimal_exponent(const unsigned char *p,
    const unsigned char *last, int64_t *exponent);
static int webhook_decimal_magnitude(const webhook_decimal_t *a,
    const webhook_decimal_t *b);


int
webhook_decimal_parse(const webhook_str_t *text, webhook_decimal_t *d)
{
    size_t                whole, fraction;
    int64_t               exponent;
    const unsigned char  *p, *last, *start;

    memset(d, 0, sizeof(webhook_decimal_t));

    if (text->len == 0) {
        return WEBHOOK_ERROR;
    }

    p = text->data;
    last = p + text->len;

    if (*p == '-') {
        d->negative = 1;
        p++;
    }

    start = p;
    whole = webhook_decimal_digits(p, last);

    if (whole == 0 || (whole > 1 && *p == '0')) {
        return WEBHOOK_ERROR;
    }

    p += whole;
    fraction = 0;

    if (p < last && *p == '.') {
        fraction = webhook_decimal_digits(p + 1, last);

        if (fraction == 0) {
            return WEBHOOK_ERROR;
        }

        p += 1 + fraction;
    }

    d->last = p;

    if (webhook_decimal_exponent(p, last, &exponent) != WEBHOOK_OK) {
        return WEBHOOK_ERROR;
    }

    d->point = exponent + (int64_t) whole;

    for (p = start; p < d->last; p++) {

        if (*p == '.') {
            continue;
        }

        if (*p != '0') {
            d->digits = p;
            return WEBHOOK_OK;
        }

        d->point--;
    }

    /* zero has no sign and no size */

    d->negative = 0;
    d->point = 0;

    return WEBHOOK_OK;
}


static size_t
webhook_decimal_digits(const unsigned char *p, const unsigned char *last)
{
    const unsigned char  *start;

    start = p;

    while (p < last && *p >= '0' && *p <= '9') {
        p++;
    }

    return p - start;
}


static int
webhook_decimal_exponent(const unsigned char *p, const unsigned char *last,
    int64_t *exponent)
{
    int      negative;
    int64_t  n;

    *exponent = 0;

    if (p == last) {
        return WEBHOOK_OK;
    }

    if (*p != 'e' && *p != 'E') {
        return WEBHOOK_ERROR;
    }

    p++;
    negative = 0;

    if (p < last && (*p == '-' || *p == '+')) {
        negative = (*p == '-');
        p++;
    }

    if (p == last || webhook_decimal_digits(p, last) != (size_t) (last - p)) {
        return WEBHOOK_ERROR;
    }

    for (n = 0; p < last; p++) {
        n = n * 10 + (*p - '0');

        if (n > WEBHOOK_DECIMAL_MAX_EXP) {
            n = WEBHOOK_DECIMAL_MAX_EXP;
        }
    }

    *exponent = negative ? -n : n;

    return WEBHOOK_OK;
}


int
webhook_decimal_compare(const webhook_decimal_t *a,
    const webhook_decimal_t *b)
{
    int  rc;

    if (a->digits == NULL && b->digits == NULL) {
        return 0;
    }

    if (a->digits == NULL) {
        return b->negative ? 1 : -1;
    }

    if (b->digits == NULL) {
        return a->negative ? -1 : 1;
    }

    if (a->negative != b->negative) {
        return a->negative ? -1 : 1;
    }

    rc = webhook_decimal_magnitude(a, b);

    return a->negative ? -rc : rc;
}


static int
webhook_decimal_magnitude(const webhook_decimal_t *a,
    const webhook_decimal_t *b)
{
    unsigned char         c, d;
    const unsigned char  *p, *q;

    if (a->point != b->point) {
        return a->point < b->point ? -1 : 1;
    }

    p = a->digits;
    q = b->digits;

    /* where one ends, zeros go on */

    while (p < a->last || q < b->last) {

        if (p < a->last && *p == '.') {
            p++;
            continue;
        }

        if (q < b->last && *q == '.') {
            q++;
            continue;
        }

        c = (p < a->last) ? *p++ : '0';
        d = (q < b->last) ? *q++ : '0';

        if (c != d) {
            return c < d ? -1 : 1;
        }
    }

    return 0;
}
