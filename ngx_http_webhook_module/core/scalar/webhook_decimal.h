
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Compares decimal numbers as they are written, of any length, without turning
 * them into anything that rounds: 0.1 is less than 0.10000000000000001, and
 * 12345678901234567890 less than 12345678901234567891.  All functions are
 * reentrant and allocate nothing.
 */

#ifndef WEBHOOK_DECIMAL_H
#define WEBHOOK_DECIMAL_H

#include "core/base/webhook_str.h"


/* A view of the text that was read; 0.d1d2d3... times ten to the power of
   point, where d1 is not 0. */

typedef struct {
    const unsigned char  *digits;       /* d1, NULL for zero */
    const unsigned char  *last;         /* behind the last one; a "." may
                                           stand between */
    int64_t               point;
    int                   negative;
} webhook_decimal_t;


/*
 * Reads a number as JSON writes it: no plus sign, no leading zero, no space.
 * Returns WEBHOOK_OK, or WEBHOOK_ERROR if the text is none.  Exponents past
 * 10^15 are taken as 10^15.
 */
int webhook_decimal_parse(const webhook_str_t *text, webhook_decimal_t *d);

/* -1, 0 or 1: a is less than, equal to, or greater than b. */
int webhook_decimal_compare(const webhook_decimal_t *a,
    const webhook_decimal_t *b);


#endif /* WEBHOOK_DECIMAL_H */
