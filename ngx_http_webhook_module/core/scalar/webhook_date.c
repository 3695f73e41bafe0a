
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/scalar/webhook_date_int.h"


#define WEBHOOK_DATE_MIN  (-62135596800000LL)   /* 0001-01-01T00:00:00 */
#define WEBHOOK_DATE_MAX  253402300799999LL     /* 9999-12-31T23:59:59.999 */

#define WEBHOOK_DATE_MS   100000000000LL        /* from here on they are ms */


static int webhook_date_number(const webhook_str_t *text, int zone,
    int64_t *ms);
static int webhook_date_packed(const webhook_str_t *text, int zone,
    int64_t *ms);
static int webhook_date_iso(const webhook_str_t *text, int zone,
    int64_t *ms);
static int webhook_date_read_day(const unsigned char **p,
    const unsigned char *last, int separator, int64_t *days);
static int64_t webhook_date_make(int64_t days, int seconds, int zone);
static int webhook_date_month_days(int year, int month);


int
webhook_date_parse(const webhook_str_t *text, const webhook_str_t *format,
    int64_t *ms)
{
    int  rc, zone;

    if (text->len == 0) {
        return WEBHOOK_ERROR;
    }

    zone = 0;

    if (format) {
        (void) webhook_date_format(format, &zone);
    }

    if (text->len > 4
        && text->data[4] == '-'
        && text->data[0] >= '0' && text->data[0] <= '9')
    {
        rc = webhook_date_iso(text, zone, ms);

    } else {
        rc = webhook_date_number(text, zone, ms);
    }

    if (rc != WEBHOOK_OK || *ms < WEBHOOK_DATE_MIN || *ms > WEBHOOK_DATE_MAX) {
        return WEBHOOK_ERROR;
    }

    return WEBHOOK_OK;
}


static int
webhook_date_number(const webhook_str_t *text, int zone, int64_t *ms)
{
    int                   minus, digits, parts;
    int64_t               n, unit, fraction;
    const unsigned char  *p, *last;

    p = text->data;
    last = p + text->len;

    minus = (p < last && *p == '-');
    p += minus;

    n = 0;

    for (digits = 0; p < last && *p >= '0' && *p <= '9'; p++, digits++) {

        if (digits == 16) {
            return WEBHOOK_ERROR;
        }

        n = n * 10 + (*p - '0');
    }

    if (digits == 0) {
        return WEBHOOK_ERROR;
    }

    fraction = 0;

    if (p < last && *p == '.') {
        unit = 100;

        for (p++, parts = 0; p < last && *p >= '0' && *p <= '9';
             p++, parts++)
        {
            fraction += (*p - '0') * unit;
            unit /= 10;
        }

        if (parts == 0) {
            return WEBHOOK_ERROR;
        }

    } else if (!minus && p == last
               && (digits == 8 || digits == 12 || digits == 14))
    {
        return webhook_date_packed(text, zone, ms);
    }

    if (p < last) {
        return WEBHOOK_ERROR;
    }

    if ((digits != 9 && digits != 10 && digits != 13)
        || text->data[minus] == '0')
    {
        /* too few or too many for a time of these years */
        return WEBHOOK_ERROR;
    }

    if (n < WEBHOOK_DATE_MS) {
        n = n * 1000 + fraction;
    }

    *ms = minus ? -n : n;

    return WEBHOOK_OK;
}


/*
 * yyyyMMdd, yyyyMMddHHmm, yyyyMMddHHmmss.  With the day or the month in front,
 * two digits of the year, or a year of the Thai calendar, the digits in the
 * place of the year are no year of ours, or those of the month are no month.
 */

static int
webhook_date_packed(const webhook_str_t *text, int zone, int64_t *ms)
{
    int                   hour, minute, second;
    int64_t               days;
    const unsigned char  *p, *last;

    p = text->data;
    last = p + text->len;

    if (memcmp(p, "19", 2) != 0 && memcmp(p, "20", 2) != 0
        && memcmp(p, "21", 2) != 0)
    {
        return WEBHOOK_ERROR;
    }

    if (webhook_date_read_day(&p, last, 0, &days) != WEBHOOK_OK) {
        return WEBHOOK_ERROR;
    }

    hour = 0;
    minute = 0;
    second = 0;

    if ((p < last
         && (webhook_date_digits(&p, last, 2, &hour) != WEBHOOK_OK
             || webhook_date_digits(&p, last, 2, &minute) != WEBHOOK_OK))
        || (p < last
            && webhook_date_digits(&p, last, 2, &second) != WEBHOOK_OK)
        || hour > 23 || minute > 59 || second > 60)
    {
        return WEBHOOK_ERROR;
    }

    if (second == 60) {
        second = 59;
    }

    *ms = webhook_date_make(days, hour * 3600 + minute * 60 + second, zone);

    return WEBHOOK_OK;
}


static int
webhook_date_iso(const webhook_str_t *text, int zone, int64_t *ms)
{
    int                   hour, minute, second;
    int64_t               days, unit, fraction;
    const unsigned char  *p, *last;

    p = text->data;
    last = p + text->len;

    hour = 0;
    minute = 0;
    second = 0;
    fraction = 0;

    if (webhook_date_read_day(&p, last, '-', &days) != WEBHOOK_OK) {
        return WEBHOOK_ERROR;
    }

    if (p < last) {

        if (*p != 'T' && *p != 't' && *p != ' ') {
            return WEBHOOK_ERROR;
        }

        p++;

        if (webhook_date_digits(&p, last, 2, &hour) != WEBHOOK_OK
            || p == last || *p++ != ':'
            || webhook_date_digits(&p, last, 2, &minute) != WEBHOOK_OK)
        {
            return WEBHOOK_ERROR;
        }

        if (p < last && *p == ':') {
            p++;

            if (webhook_date_digits(&p, last, 2, &second) != WEBHOOK_OK) {
                return WEBHOOK_ERROR;
            }

            if (p < last && (*p == '.' || *p == ',')) {
                unit = 100;
                p++;

                if (p == last || *p < '0' || *p > '9') {
                    return WEBHOOK_ERROR;
                }

                for ( /* void */ ; p < last && *p >= '0' && *p <= '9'; p++) {
                    fraction += (*p - '0') * unit;
                    unit /= 10;
                }
            }
        }

        if (hour > 23 || minute > 59 || second > 60) {
            return WEBHOOK_ERROR;
        }

        if (second == 60) {
            second = 59;
        }

        if (webhook_date_zone(&p, last, &zone) != WEBHOOK_OK) {
            return WEBHOOK_ERROR;
        }
    }

    *ms = webhook_date_make(days, hour * 3600 + minute * 60 + second, zone)
          + fraction;

    return WEBHOOK_OK;
}


/* Year, month and day, with a separator between them or without (0). */

static int
webhook_date_read_day(const unsigned char **pp, const unsigned char *last,
    int separator, int64_t *days)
{
    int                   year, month, day;
    const unsigned char  *p;

    p = *pp;

    if (webhook_date_digits(&p, last, 4, &year) != WEBHOOK_OK
        || (separator && (p == last || *p++ != separator))
        || webhook_date_digits(&p, last, 2, &month) != WEBHOOK_OK
        || (separator && (p == last || *p++ != separator))
        || webhook_date_digits(&p, last, 2, &day) != WEBHOOK_OK)
    {
        return WEBHOOK_ERROR;
    }

    if (year < 1 || month < 1 || month > 12 || day < 1
        || day > webhook_date_month_days(year, month))
    {
        return WEBHOOK_ERROR;
    }

    *days = webhook_date_days(year, month, day);
    *pp = p;

    return WEBHOOK_OK;
}


static int64_t
webhook_date_make(int64_t days, int seconds, int zone)
{
    return (days * WEBHOOK_DATE_DAY + seconds - zone * 60) * 1000;
}


static int
webhook_date_month_days(int year, int month)
{
    static const char  days[] =
        { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

    if (month == 2
        && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
    {
        return 29;
    }

    return days[month - 1];
}
