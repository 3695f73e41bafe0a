
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What reading and writing times have in common.
 */

#ifndef WEBHOOK_DATE_INT_H
#define WEBHOOK_DATE_INT_H

#include "core/scalar/webhook_date.h"


#define WEBHOOK_DATE_DAY  86400LL               /* seconds */


/* A format without the zone that it begins with, which is 0 if there is none,
   in minutes. */
webhook_str_t webhook_date_format(const webhook_str_t *format, int *zone);

/* The number that n digits at *p make; WEBHOOK_ERROR if they are none. */
int webhook_date_digits(const unsigned char **p, const unsigned char *last,
    int n, int *value);

/* The rest of a text: nothing, which leaves the zone as it is; "Z"; or a
   distance to UTC, in minutes. */
int webhook_date_zone(const unsigned char **p, const unsigned char *last,
    int *minutes);

/* Days since 1970. */
int64_t webhook_date_days(int year, int month, int day);


#endif /* WEBHOOK_DATE_INT_H */
