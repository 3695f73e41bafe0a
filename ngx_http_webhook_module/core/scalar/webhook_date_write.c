
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/scalar/webhook_date_int.h"


typedef struct {
    int64_t  days;              /* since 1970 */
    int      year;
    int      month;             /* 1.. */
    int      day;               /* 1.. */
    int      hour;
    int      minute;
    int      second;
    int      ms;
} webhook_date_t;


static void webhook_date_split(int64_t ms, webhook_date_t *d);
static void webhook_date_field(const webhook_date_t *d, int64_t seconds,
    unsigned char letter, webhook_buf_t *out);
static void webhook_date_add(webhook_buf_t *out, int value, int width);


static const webhook_str_t  webhook_date_name_iso = webhook_str("iso");
static const webhook_str_t  webhook_date_name_unix = webhook_str("unix");
static const webhook_str_t  webhook_date_name_ms = webhook_str("ms");

static const char  webhook_date_letters[] = "YmdHMSLyjFTszZabe%";


int
webhook_date_format_valid(const webhook_str_t *format)
{
    int            any, zone;
    size_t         i;
    webhook_str_t  f;

    f = webhook_date_format(format, &zone);

    if (f.len == 0 && format->len) {
        /* a zone alone */
        return 1;
    }

    if (webhook_str_eq(&f, &webhook_date_name_iso)
        || webhook_date_format_number(&f))
    {
        return 1;
    }

    any = 0;

    for (i = 0; i < f.len; i++) {

        if (f.data[i] != '%') {
            continue;
        }

        if (++i == f.len || f.data[i] == '\0'
            || strchr(webhook_date_letters, f.data[i]) == NULL)
        {
            return 0;
        }

        any = 1;
    }

    return any;
}


int
webhook_date_format_number(const webhook_str_t *format)
{
    int            zone;
    webhook_str_t  f;

    f = webhook_date_format(format, &zone);

    return webhook_str_eq(&f, &webhook_date_name_unix)
           || webhook_str_eq(&f, &webhook_date_name_ms);
}


int
webhook_date_write(int64_t ms, const webhook_str_t *format,
    webhook_buf_t *out)
{
    int             zone;
    size_t          i;
    int64_t         seconds;
    webhook_str_t   f;
    webhook_date_t  d;

    static const webhook_str_t  iso = webhook_str("%Y-%m-%dT%H:%M:%SZ");

    webhook_date_split(ms, &d);

    seconds = (ms - d.ms) / 1000;

    f = webhook_date_format(format, &zone);

    if (webhook_str_eq(&f, &webhook_date_name_ms)) {
        return webhook_buf_number(out, ms);
    }

    if (webhook_str_eq(&f, &webhook_date_name_unix)) {
        return webhook_buf_number(out, seconds);
    }

    if (f.len == 0 || webhook_str_eq(&f, &webhook_date_name_iso)) {
        f = iso;
    }

    for (i = 0; i < f.len; i++) {

        if (f.data[i] != '%' || i + 1 == f.len) {
            webhook_buf_byte(out, f.data[i]);
            continue;
        }

        webhook_date_field(&d, seconds, f.data[++i], out);
    }

    return out->failed;
}


static void
webhook_date_split(int64_t ms, webhook_date_t *d)
{
    int      of_era, year, of_year, month;
    int64_t  seconds, days, era;

    seconds = ms / 1000;
    d->ms = (int) (ms % 1000);

    if (d->ms < 0) {
        d->ms += 1000;
        seconds--;
    }

    days = seconds / WEBHOOK_DATE_DAY;
    seconds %= WEBHOOK_DATE_DAY;

    if (seconds < 0) {
        seconds += WEBHOOK_DATE_DAY;
        days--;
    }

    d->days = days;
    d->hour = (int) (seconds / 3600);
    d->minute = (int) (seconds / 60 % 60);
    d->second = (int) (seconds % 60);

    /* of the year 0, in March: never negative within our years */

    days += 719468;

    era = days / 146097;
    of_era = (int) (days - era * 146097);
    year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    of_year = of_era - (365 * year + year / 4 - year / 100);
    month = (5 * of_year + 2) / 153;

    d->day = of_year - (153 * month + 2) / 5 + 1;
    d->month = month < 10 ? month + 3 : month - 9;
    d->year = (int) (era * 400) + year + (d->month <= 2);
}


/* What a letter behind "%" stands for. */

static void
webhook_date_field(const webhook_date_t *d, int64_t seconds,
    unsigned char letter, webhook_buf_t *out)
{
    static const char  days[] = "ThuFriSatSunMonTueWed";
    static const char  months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

    switch (letter) {

    case 'Y':
        webhook_date_add(out, d->year, 4);
        break;

    case 'm':
        webhook_date_add(out, d->month, 2);
        break;

    case 'd':
        webhook_date_add(out, d->day, 2);
        break;

    case 'H':
        webhook_date_add(out, d->hour, 2);
        break;

    case 'M':
        webhook_date_add(out, d->minute, 2);
        break;

    case 'S':
        webhook_date_add(out, d->second, 2);
        break;

    case 'L':
        webhook_date_add(out, d->ms, 3);
        break;

    case 'y':
        webhook_date_add(out, d->year % 100, 2);
        break;

    case 'j':
        webhook_date_add(out, (int) (d->days
                                     - webhook_date_days(d->year, 1, 1)
                                     + 1), 3);
        break;

    case 'F':
        webhook_date_add(out, d->year, 4);
        webhook_buf_byte(out, '-');
        webhook_date_add(out, d->month, 2);
        webhook_buf_byte(out, '-');
        webhook_date_add(out, d->day, 2);
        break;

    case 'T':
        webhook_date_add(out, d->hour, 2);
        webhook_buf_byte(out, ':');
        webhook_date_add(out, d->minute, 2);
        webhook_buf_byte(out, ':');
        webhook_date_add(out, d->second, 2);
        break;

    case 's':
        webhook_buf_number(out, seconds);
        break;

    case 'z':
        webhook_buf_add(out, "+0000", 5);
        break;

    case 'Z':
        webhook_buf_add(out, "UTC", 3);
        break;

    case 'a':
        webhook_buf_add(out, days + ((d->days % 7 + 7) % 7) * 3, 3);
        break;

    case 'b':
        webhook_buf_add(out, months + (d->month - 1) * 3, 3);
        break;

    case 'e':
        webhook_buf_number(out, d->day);
        break;

    default:
        webhook_buf_byte(out, letter);
        break;
    }
}


static void
webhook_date_add(webhook_buf_t *out, int value, int width)
{
    int            i;
    unsigned char  digits[8];

    for (i = width - 1; i >= 0; i--) {
        digits[i] = (unsigned char) ('0' + value % 10);
        value /= 10;
    }

    webhook_buf_add(out, digits, width);
}
