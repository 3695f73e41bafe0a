
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Times as they are typed.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE                     /* strptime() */
#endif

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "webhookctl/command/webhookctl_when.h"


static int ctl_zone(const char *text, int64_t *ms, int *utc);


/* What may follow a time: .250, and Z or +02:00, with *utc set then. */

static int
ctl_zone(const char *text, int64_t *ms, int *utc)
{
    int       scale, sign;
    size_t    i, len;
    unsigned  hours, minutes;

    if (*text == '.') {
        len = strspn(text + 1, "0123456789");

        if (len == 0 || len > 9) {
            return -1;
        }

        for (i = 0, scale = 100; i < len && i < 3; i++, scale /= 10) {
            *ms += scale * (text[1 + i] - '0');
        }

        text += 1 + len;
    }

    if (*text == '\0') {
        return 0;
    }

    *utc = 1;

    if (strcmp(text, "Z") == 0) {
        return 0;
    }

    if (*text != '+' && *text != '-') {
        return -1;
    }

    sign = *text++ == '+' ? -1 : 1;

    if (strspn(text, "0123456789") < 2) {
        return -1;
    }

    hours = (unsigned) (text[0] - '0') * 10 + (unsigned) (text[1] - '0');

    text += text[2] == ':' ? 3 : 2;

    if (strspn(text, "0123456789") != 2 || text[2]) {
        return -1;
    }

    minutes = (unsigned) (text[0] - '0') * 10 + (unsigned) (text[1] - '0');

    if (hours > 23 || minutes > 59) {
        return -1;
    }

    *ms += sign * (int64_t) (hours * 60 + minutes) * 60000;

    return 0;
}


int
ctl_when(const char *text, uint64_t *wall)
{
    int           utc;
    char         *end;
    time_t        t;
    int64_t       ms;
    uint64_t      n;
    struct tm     tm;
    const char   *unit;

    static const char      units[] = "smhd";
    static const unsigned  seconds[] = { 1, 60, 3600, 86400 };

    memset(&tm, 0, sizeof(tm));
    tm.tm_isdst = -1;
    ms = 0;
    utc = 0;

    end = strptime(text, "%Y-%m-%d", &tm);

    if (end && (*end == 'T' || *end == ' ')) {
        text = end + 1;
        end = strptime(text, "%H:%M:%S", &tm);

        if (end == NULL) {
            end = strptime(text, "%H:%M", &tm);
        }

        if (end == NULL || ctl_zone(end, &ms, &utc) != 0) {
            return -1;
        }

    } else if (end && *end) {
        return -1;
    }

    if (end) {
        t = utc ? timegm(&tm) : mktime(&tm);

        if (t < 0 || (int64_t) t * 1000 + ms < 0) {
            return -1;
        }

        *wall = (uint64_t) ((int64_t) t * 1000 + ms);

        return 0;
    }

    if (*text < '0' || *text > '9') {
        return -1;
    }

    errno = 0;
    n = strtoull(text, &end, 10);

    unit = *end ? strchr(units, *end) : NULL;

    if (errno || unit == NULL || end[1]) {
        return -1;
    }

    t = time(NULL);

    if (n > (uint64_t) t / seconds[unit - units]) {
        return -1;
    }

    *wall = ((uint64_t) t - n * seconds[unit - units]) * 1000;

    return 0;
}
