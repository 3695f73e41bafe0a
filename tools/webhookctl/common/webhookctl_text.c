
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Words, times and numbers for a terminal.  Stored bytes come from outside:
 * none that a terminal could take for a command gets through.
 */

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "webhookctl/webhookctl.h"
#include "core/json/webhook_show.h"


/*
 * Prints at most max bytes of it; line ends become a space, and what a
 * terminal would not show as it is becomes \xNN.  Returns the columns, as far
 * as each character takes one.
 */

size_t
ctl_text_to(FILE *out, const webhook_str_t *s, size_t max)
{
    size_t                columns;
    unsigned              n;
    const unsigned char  *p, *last, *end;

    p = s->data;
    end = s->data + s->len;
    last = end;

    if (s->len > max) {
        last = s->data + max;

        /* not in the middle of a character */

        while (last > p && (*last & 0xc0) == 0x80 && s->data + max - last < 4) {
            last--;
        }
    }

    columns = 0;

    while (p < last) {

        if (*p == '\n' || *p == '\t' || *p == '\r') {

            /* one space for a run of them and of the blanks around */

            do {
                p++;
            } while (p < last && *p && strchr("\n\t\r ", *p));

            putc(' ', out);
            columns++;
            continue;
        }

        n = (unsigned) webhook_show_plain(p, last);

        if (n == 0) {

            /* all bytes of a character that is not shown */

            n = (unsigned) webhook_show_length(p, last);

            columns += 4 * n;

            for ( /* void */ ; n; n--) {
                fprintf(out, "\\x%02x", *p++);
            }

            continue;
        }

        columns++;

        for ( /* void */ ; n; n--) {
            putc(*p++, out);
        }
    }

    if (last < end) {
        fputs(" ...", out);
        columns += 4;
    }

    return columns;
}


size_t
ctl_text(const webhook_str_t *s, size_t max)
{
    return ctl_text_to(stdout, s, max);
}


void
ctl_column(const webhook_str_t *s, size_t width)
{
    size_t  n;

    for (n = ctl_text(s, 255); n < width; n++) {
        putchar(' ');
    }
}


/* An endpoint's name; one that was never named has a number, which "show"
   takes too. */

void
ctl_endpoint(const webhook_str_t *name, uint64_t id)
{
    if (name->len) {
        (void) ctl_text(name, 255);

    } else {
        printf("#%016" PRIx64, id);
    }
}


/* A body on a terminal: its lines, but nothing that commands. */

void
ctl_body(const webhook_str_t *s, int indent)
{
    size_t         i, begin;
    webhook_str_t  line;

    begin = 0;

    for (i = 0; i <= s->len; i++) {

        if (i < s->len && s->data[i] != '\n') {
            continue;
        }

        line.data = s->data + begin;
        line.len = i - begin;

        if (line.len || i < s->len) {
            printf("%*s", indent, "");
            (void) ctl_text(&line, line.len);
            printf("\n");
        }

        begin = i + 1;
    }
}


const char *
ctl_time(uint64_t wall, char *buf, size_t len)
{
    char       date[40], zone[8];
    time_t     t;
    struct tm  tm;

    t = (time_t) (wall / 1000);

    /* what a damaged or a foreign row says may be no time at all */

    if (localtime_r(&t, &tm) == NULL
        || strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm) == 0
        || strftime(zone, sizeof(zone), "%z", &tm) < 5)
    {
        snprintf(buf, len, "?");
        return buf;
    }

    snprintf(buf, len, "%s.%03u%.3s:%s", date, (unsigned) (wall % 1000), zone,
             zone + 3);

    return buf;
}


const char *
ctl_span(int64_t ms, char *buf, size_t len)
{
    if (ms <= 0) {
        snprintf(buf, len, "now");

    } else if (ms < 120000) {
        snprintf(buf, len, "in %.1f s", (double) ms / 1000);

    } else if (ms < 7200000) {
        snprintf(buf, len, "in %.1f min", (double) ms / 60000);

    } else {
        snprintf(buf, len, "in %.1f h", (double) ms / 3600000);
    }

    return buf;
}


const char *
ctl_usec(uint32_t usec, char *buf, size_t len)
{
    if (usec < 10000000) {
        snprintf(buf, len, "%.1f ms", usec / 1000.0);

    } else {
        snprintf(buf, len, "%.1f s", usec / 1000000.0);
    }

    return buf;
}


const char *
ctl_bytes(uint64_t n, char *buf, size_t len)
{
    unsigned  i;
    double    value;

    static const char  *units[] = { "B", "kB", "MB", "GB", "TB" };

    value = (double) n;

    for (i = 0; value >= 1024 && i < 4; i++) {
        value /= 1024;
    }

    snprintf(buf, len, "%.*f %s", i ? 1 : 0, value, units[i]);

    return buf;
}


void
ctl_id(const webhook_id_t *id, char *buf)
{
    webhook_id_text(id, (unsigned char *) buf);
    buf[WEBHOOK_ID_TEXT_LEN] = '\0';
}


/* A line; what came into it from outside is shown as ctl_text() shows it. */

void
ctl_line_to(FILE *out, const char *fmt, va_list args)
{
    int             n;
    char           *text, buf[256];
    va_list         again;
    webhook_str_t   line;

    va_copy(again, args);

    n = vsnprintf(buf, sizeof(buf), fmt, again);

    va_end(again);

    text = NULL;

    if (n >= (int) sizeof(buf)) {
        text = malloc((size_t) n + 1);

        if (text) {
            vsnprintf(text, (size_t) n + 1, fmt, args);
        }
    }

    line.data = (unsigned char *) (text ? text : buf);
    line.len = n < 0 ? 0 : text ? (size_t) n : strlen(buf);

    (void) ctl_text_to(out, &line, line.len);
    putc('\n', out);

    free(text);
}


void
ctl_tell(const char *fmt, ...)
{
    va_list  args;

    va_start(args, fmt);
    ctl_line_to(stdout, fmt, args);
    va_end(args);
}
