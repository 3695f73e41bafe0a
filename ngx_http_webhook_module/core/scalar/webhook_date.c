
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/scalar/webhook_date.h"


#define WEBHOOK_DATE_MIN  (-62135596800000LL)   /* 0001-01-01T00:00:00 */
#define WEBHOOK_DATE_MAX  253402300799999LL     /* 9999-12-31T23:59:59.999 */

#define WEBHOOK_DATE_MS   100000000000LL        /* from here on they are ms */

#define WEBHOOK_DATE_DAY  86400LL


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


static int webhook_date_number(const webhook_str_t *text, int64_t *ms);
static int webhook_date_iso(const webhook_str_t *text, int64_t *ms);
static int webhook_date_digits(const unsigned char **p,
    const unsigned char *last, int n, int *value);
static int webhook_date_zone(const unsigned char **p,
    const unsigned char *last, int *minutes);
static int64_t webhook_date_days(int year, int month, int day);
static void webhook_date_split(int64_t ms, webhook_date_t *d);
static int webhook_date_month_days(int year, int month);
static void webhook_date_field(const webhook_date_t *d, int64_t seconds,
    unsigned char letter, webhook_buf_t *out);
static void webhook_date_add(webhook_buf_t *out, int value, int width);


static const webhook_str_t  webhook_date_name_iso = webhook_str("iso");
static const webhook_str_t  webhook_date_name_unix = webhook_str("unix");
static const webhook_str_t  webhook_date_name_ms = webhook_str("ms");

static const char  webhook_date_letters[] = "YmdHMSLyjFTszZabe%";


int
webhook_date_parse(const webhook_str_t *text, int64_t *ms)
{
    int  rc;

    if (text->len == 0) {
        return WEBHOOK_ERROR;
    }

    if (text->len > 4
        && text->data[4] == '-'
        && text->data[0] >= '0' && text->data[0] <= '9')
    {
        rc = webhook_date_iso(text, ms);

    } else {
        rc = webhook_date_number(text, ms);
    }

    if (rc != WEBHOOK_OK || *ms < WEBHOOK_DATE_MIN || *ms > WEBHOOK_DATE_MAX) {
        return WEBHOOK_ERROR;
    }

    return WEBHOOK_OK;
}


static int
webhook_date_number(const webhook_str_t *text, int64_t *ms)
{
    int                   minus, digits;
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

        for (p++, digits = 0; p < last && *p >= '0' && *p <= '9';
             p++, digits++)
        {
            fraction += (*p - '0') * unit;
            unit /= 10;
        }

        if (digits == 0) {
            return WEBHOOK_ERROR;
        }
    }

    if (p < last) {
        return WEBHOOK_ERROR;
    }

    if (n < WEBHOOK_DATE_MS) {
        n = n * 1000 + fraction;
    }

    *ms = minus ? -n : n;

    return WEBHOOK_OK;
}


static int
webhook_date_iso(const webhook_str_t *text, int64_t *ms)
{
    int                   year, month, day, hour, minute, second, zone;
    int64_t               unit, fraction;
    const unsigned char  *p, *last;

    p = text->data;
    last = p + text->len;

    hour = 0;
    minute = 0;
    second = 0;
    zone = 0;
    fraction = 0;

    if (webhook_date_digits(&p, last, 4, &year) != WEBHOOK_OK
        || p == last || *p++ != '-'
        || webhook_date_digits(&p, last, 2, &month) != WEBHOOK_OK
        || p == last || *p++ != '-'
        || webhook_date_digits(&p, last, 2, &day) != WEBHOOK_OK)
    {
        return WEBHOOK_ERROR;
    }

    if (year < 1 || month < 1 || month > 12 || day < 1
        || day > webhook_date_month_days(year, month))
    {
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

    *ms = (webhook_date_days(year, month, day) * WEBHOOK_DATE_DAY
           + hour * 3600 + minute * 60 + second - zone * 60) * 1000
          + fraction;

    return WEBHOOK_OK;
}


static int
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


/* The rest of a text: nothing, "Z", or a distance to UTC. */

static int
webhook_date_zone(const unsigned char **p, const unsigned char *last,
    int *minutes)
{
    int  sign, h, m;

    if (*p == last) {
        return WEBHOOK_OK;
    }

    if (**p == 'Z' || **p == 'z') {
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

static int64_t
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


int
webhook_date_format_valid(const webhook_str_t *format)
{
    int     any;
    size_t  i;

    if (webhook_str_eq(format, &webhook_date_name_iso)
        || webhook_date_format_number(format))
    {
        return 1;
    }

    any = 0;

    for (i = 0; i < format->len; i++) {

        if (format->data[i] != '%') {
            continue;
        }

        if (++i == format->len || format->data[i] == '\0'
            || strchr(webhook_date_letters, format->data[i]) == NULL)
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
    return webhook_str_eq(format, &webhook_date_name_unix)
           || webhook_str_eq(format, &webhook_date_name_ms);
}


int
webhook_date_write(int64_t ms, const webhook_str_t *format,
    webhook_buf_t *out)
{
    size_t          i;
    int64_t         seconds;
    webhook_str_t   f;
    webhook_date_t  d;

    static const webhook_str_t  iso = webhook_str("%Y-%m-%dT%H:%M:%SZ");

    webhook_date_split(ms, &d);

    seconds = (ms - d.ms) / 1000;

    if (webhook_str_eq(format, &webhook_date_name_ms)) {
        return webhook_buf_number(out, ms);
    }

    if (webhook_str_eq(format, &webhook_date_name_unix)) {
        return webhook_buf_number(out, seconds);
    }

    f = *format;

    if (f.len == 0 || webhook_str_eq(format, &webhook_date_name_iso)) {
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
