
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/scalar/webhook_date_int.h"


#define WEBHOOK_DATE_ZONE_LEN  6                /* "+07:00" */


webhook_str_t
webhook_date_format(const webhook_str_t *format, int *zone)
{
    size_t                len;
    webhook_str_t         f;
    const unsigned char  *p;

    *zone = 0;
    f = *format;

    len = WEBHOOK_DATE_ZONE_LEN;

    if (f.len < len
        || (f.data[0] != '+' && f.data[0] != '-')
        || f.data[3] != ':'
        || (f.len > len && f.data[len] != ' '))
    {
        return f;
    }

    p = f.data;

    if (webhook_date_zone(&p, f.data + len, zone) != WEBHOOK_OK) {
        *zone = 0;
        return f;
    }

    if (f.len > len) {
        len++;
    }

    f.data += len;
    f.len -= len;

    return f;
}


int
webhook_date_digits(const unsigned char **p, const unsigned char *last, int n,
    int *value)
{
    *value = 0;

    for ( /* void */ ; n; n--, (*p)++) {

        if (*p == last || **p < '0' || **p > '9') {
            return WEBHOOK_ERROR;
        }

        *value = *value * 10 + (**p - '0');
    }

    return WEBHOOK_OK;
}


int
webhook_date_zone(const unsigned char **p, const unsigned char *last,
    int *minutes)
{
    int  sign, h, m;

    if (*p == last) {
        return WEBHOOK_OK;
    }

    if (**p == 'Z' || **p == 'z') {
        *minutes = 0;
        (*p)++;
        return *p == last ? WEBHOOK_OK : WEBHOOK_ERROR;
    }

    if (**p != '+' && **p != '-') {
        return WEBHOOK_ERROR;
    }

    sign = (**p == '-') ? -1 : 1;
    m = 0;

    (*p)++;

    if (webhook_date_digits(p, last, 2, &h) != WEBHOOK_OK) {
        return WEBHOOK_ERROR;
    }

    if (*p < last) {

        if (**p == ':') {
            (*p)++;
        }

        if (webhook_date_digits(p, last, 2, &m) != WEBHOOK_OK) {
            return WEBHOOK_ERROR;
        }
    }

    if (*p != last || h > 23 || m > 59) {
        return WEBHOOK_ERROR;
    }

    *minutes = sign * (h * 60 + m);

    return WEBHOOK_OK;
}


/*
 * Days since 1970.  Years are counted from March, so that the leap day is the
 * last of one, in eras of 400 of them.
 */

int64_t
webhook_date_days(int year, int month, int day)
{
    int  y, era, of_era, of_year;

    y = month > 2 ? year : year - 1;

    era = y / 400;
    of_era = y - era * 400;
    of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

    return (int64_t) era * 146097
           + of_era * 365 + of_era / 4 - of_era / 100 + of_year
           - 719468;
}
