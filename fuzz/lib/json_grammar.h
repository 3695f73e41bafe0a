
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A slow and obvious reader of JSON, which follows the grammar of RFC 8259, and
 * tells what jansson refuses besides.
 */

#ifndef FUZZ_JSON_GRAMMAR_H
#define FUZZ_JSON_GRAMMAR_H

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "check.h"


#define MAX_DEPTH   512         /* jansson's own is 2048 */


typedef struct {
    const unsigned char  *p;
    const unsigned char  *last;
    uint32_t              depth;
    uint32_t              max_depth;
    uint32_t              values;       /* and keys */
    int                   too_deep;
    int                   refused;      /* by jansson, and why */
} grammar_t;


static int grammar_value(grammar_t *g);


static void
grammar_space(grammar_t *g)
{
    while (g->p < g->last && *g->p && strchr(" \t\r\n", *g->p)) {
        g->p++;
    }
}


/* Takes the byte c if it comes next. */

static int
grammar_take(grammar_t *g, unsigned char c)
{
    if (g->p < g->last && *g->p == c) {
        g->p++;
        return 1;
    }

    return 0;
}


static int
grammar_digits(grammar_t *g)
{
    int  n;

    for (n = 0; g->p < g->last && strchr("0123456789", *g->p) && *g->p; n++) {
        g->p++;
    }

    return n;
}


static int
grammar_number(grammar_t *g)
{
    int                   real;
    char                 *text;
    double                d;
    const unsigned char  *start;

    start = g->p;
    real = 0;

    grammar_take(g, '-');

    if (!grammar_take(g, '0') && grammar_digits(g) == 0) {
        return 0;
    }

    if (grammar_take(g, '.')) {
        real = 1;

        if (grammar_digits(g) == 0) {
            return 0;
        }
    }

    if (grammar_take(g, 'e') || grammar_take(g, 'E')) {
        real = 1;

        if (!grammar_take(g, '+')) {
            grammar_take(g, '-');
        }

        if (grammar_digits(g) == 0) {
            return 0;
        }
    }

    text = strndup((const char *) start, g->p - start);
    check(text != NULL);

    errno = 0;

    if (real) {
        d = strtod(text, NULL);
        g->refused |= (d == HUGE_VAL || d == -HUGE_VAL);

    } else {
        (void) strtoll(text, NULL, 10);
        g->refused |= (errno == ERANGE);
    }

    free(text);

    return 1;
}


/* One character as Unicode's table of UTF-8 has it; -1 if it is none. */

static long
grammar_utf8(const unsigned char **pp, const unsigned char *last)
{
    long                  c, least;
    int                   more;
    const unsigned char  *p;

    p = *pp;
    c = *p++;

    if (c < 0x80) {
        *pp = p;
        return c;
    }

    if ((c & 0xe0) == 0xc0) {
        more = 1;
        least = 0x80;
        c &= 0x1f;

    } else if ((c & 0xf0) == 0xe0) {
        more = 2;
        least = 0x800;
        c &= 0x0f;

    } else if ((c & 0xf8) == 0xf0) {
        more = 3;
        least = 0x10000;
        c &= 0x07;

    } else {
        return -1;
    }

    while (more--) {
        if (p == last || (*p & 0xc0) != 0x80) {
            return -1;
        }

        c = c * 64 + (*p++ & 0x3f);
    }

    if (c < least || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) {
        return -1;
    }

    *pp = p;

    return c;
}


static int
grammar_string(grammar_t *g, int key)
{
    int   i;
    char  hex[5];
    long  c, high;

    if (!grammar_take(g, '"')) {
        return 0;
    }

    high = 0;           /* the first half of a pair that waits for its second */

    for ( ;; ) {

        if (g->p == g->last) {
            return 0;
        }

        if (!grammar_take(g, '\\')) {

            g->refused |= (high != 0);
            high = 0;

            if (grammar_take(g, '"')) {
                return 1;
            }

            if (grammar_utf8(&g->p, g->last) < 0x20) {
                return 0;
            }

            continue;
        }

        if (!grammar_take(g, 'u')) {

            g->refused |= (high != 0);
            high = 0;

            if (g->p == g->last || *g->p == '\0'
                || strchr("\"\\/bfnrt", *g->p) == NULL)
            {
                return 0;
            }

            g->p++;
            continue;
        }

        memset(hex, 0, sizeof(hex));

        for (i = 0; i < 4; i++) {
            if (g->p == g->last || *g->p == '\0'
                || strchr("0123456789abcdefABCDEF", *g->p) == NULL)
            {
                return 0;
            }

            hex[i] = (char) *g->p++;
        }

        c = strtol(hex, NULL, 16);

        if (high) {
            g->refused |= (c < 0xdc00 || c > 0xdfff);
            high = 0;

        } else if (c >= 0xd800 && c < 0xdc00) {
            high = c;

        } else {
            g->refused |= (c >= 0xdc00 && c < 0xe000) || (key && c == 0);
        }
    }
}


static int
grammar_nested(grammar_t *g, unsigned char end)
{
    int  ok;

    if (g->depth == MAX_DEPTH) {
        g->too_deep = 1;
        return 0;
    }

    g->depth++;

    if (g->max_depth < g->depth) {
        g->max_depth = g->depth;
    }

    grammar_space(g);

    if (grammar_take(g, end)) {
        g->depth--;
        return 1;
    }

    for ( ;; ) {

        if (end == '}') {
            grammar_space(g);

            if (!grammar_string(g, 1)) {
                return 0;
            }

            g->values++;
            grammar_space(g);

            if (!grammar_take(g, ':')) {
                return 0;
            }
        }

        if (!grammar_value(g)) {
            return 0;
        }

        ok = grammar_take(g, end);

        if (ok) {
            g->depth--;
            return 1;
        }

        if (!grammar_take(g, ',')) {
            return 0;
        }
    }
}


/* A value with the white space around it. */

static int
grammar_value(grammar_t *g)
{
    int     i, ok;
    size_t  len;

    static const char  *words[] = { "null", "true", "false" };

    grammar_space(g);

    if (g->p == g->last) {
        return 0;
    }

    g->values++;
    ok = 0;

    if (*g->p == '"') {
        ok = grammar_string(g, 0);

    } else if (grammar_take(g, '[')) {
        ok = grammar_nested(g, ']');

    } else if (grammar_take(g, '{')) {
        ok = grammar_nested(g, '}');

    } else if (*g->p == '-' || (*g->p >= '0' && *g->p <= '9')) {
        ok = grammar_number(g);

    } else {
        for (i = 0; i < 3; i++) {
            len = strlen(words[i]);

            if ((size_t) (g->last - g->p) >= len
                && memcmp(g->p, words[i], len) == 0)
            {
                g->p += len;
                ok = 1;
                break;
            }
        }
    }

    grammar_space(g);

    return ok;
}


#endif /* FUZZ_JSON_GRAMMAR_H */
