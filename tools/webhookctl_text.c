
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Words, times and numbers for a terminal.  Stored bytes come from outside:
 * none that a terminal could take for a command gets through.
 */

#include <inttypes.h>
#include <time.h>

#include "webhookctl.h"


static size_t ctl_hidden(const unsigned char *p, size_t len);


/*
 * Prints at most max bytes of it; line ends become a space, and what a
 * terminal would not show as it is becomes \xNN.  Returns the columns, as far
 * as each character takes one.
 */

size_t
ctl_text(const webhook_str_t *s, size_t max)
{
    size_t                i, n, len, columns;
    json_t               *json;
    unsigned char         c;
    webhook_str_t         head;
    const unsigned char  *p;

    head.data = s->data;
    head.len = s->len < max ? s->len : max;

    json = ctl_json_text(&head);        /* valid UTF-8 from here on */

    p = (const unsigned char *) json_string_value(json);
    len = json_string_length(json);
    columns = 0;

    for (i = 0; i < len; i++) {
        c = p[i];

        if (c == '\n' || c == '\t' || c == '\r') {

            /* one space for a run of them and of the blanks around */

            while (i + 1 < len && p[i + 1] && strchr("\n\t\r ", p[i + 1])) {
                i++;
            }

            putchar(' ');
            columns++;
            continue;
        }

        n = ctl_hidden(p + i, len - i);

        if (n == 0) {
            putchar(c);
            columns += (c & 0xc0) != 0x80;
            continue;
        }

        for ( /* void */ ; n; n--, i++) {
            printf("\\x%02x", p[i]);
            columns += 4;
        }

        i--;
    }

    json_decref(json);

    if (head.len < s->len) {
        printf(" ...");
        columns += 4;
    }

    return columns;
}


/*
 * The length of the character at p if a terminal would take it for a command
 * or hide by it what follows: C0 and C1 controls, marks that turn the
 * direction of writing, line and paragraph separators.  Else 0.
 */

static size_t
ctl_hidden(const unsigned char *p, size_t len)
{
    if (p[0] < 0x20 || p[0] == 0x7f) {
        return 1;
    }

    if (p[0] == 0xc2 && len > 1 && p[1] < 0xa0) {
        return 2;
    }

    if (p[0] != 0xe2 || len < 3) {
        return 0;
    }

    /* U+200B to U+200F, U+2028 to U+202E, U+2060 to U+206F */

    if ((p[1] == 0x80 && ((p[2] >= 0x8b && p[2] <= 0x8f)
                          || (p[2] >= 0xa8 && p[2] <= 0xae)))
        || (p[1] == 0x81 && p[2] >= 0xa0 && p[2] <= 0xaf))
    {
        return 3;
    }

    return 0;
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
ctl_body(const webhook_str_t *s)
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
            (void) ctl_text(&line, line.len);
            printf("\n");
        }

        begin = i + 1;
    }
}


const char *
ctl_time(uint64_t wall, char *buf, size_t len)
{
    char       date[24], zone[8];
    time_t     t;
    struct tm  tm;

    t = (time_t) (wall / 1000);

    if (localtime_r(&t, &tm) == NULL) {
        snprintf(buf, len, "?");
        return buf;
    }

    strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
    strftime(zone, sizeof(zone), "%z", &tm);

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
