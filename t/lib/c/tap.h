
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A few functions for unit tests that print TAP.  A test program ends with
 * "return tap_done();".
 */

#ifndef TAP_H
#define TAP_H

#include <stdarg.h>
#include <stdio.h>
#include <string.h>


static int  tap_count;
static int  tap_failed;


/* One test: passes if ok is not 0; the name is a printf() format. */
__attribute__((format(printf, 2, 3), unused))
static int
tap_ok(int ok, const char *fmt, ...)
{
    va_list  args;

    tap_count++;

    if (!ok) {
        tap_failed++;
    }

    printf("%sok %d - ", ok ? "" : "not ", tap_count);

    va_start(args, fmt);
    vprintf(fmt, args);
    va_end(args);

    printf("\n");
    fflush(stdout);

    return ok;
}


/* Passes if the len bytes at got are the text want; shows both if not. */
__attribute__((unused))
static int
tap_bytes(const void *got, size_t len, const char *want, const char *name)
{
    int  ok;

    ok = (len == strlen(want)
          && (len == 0 || memcmp(got, want, len) == 0));

    tap_ok(ok, "%s", name);

    if (!ok) {
        printf("#   got: %.*s\n#  want: %s\n", (int) len, (const char *) got,
               want);
    }

    return ok;
}


/* Prints the plan; returns the program's exit status. */
__attribute__((unused))
static int
tap_done(void)
{
    printf("1..%d\n", tap_count);

    if (tap_failed) {
        printf("# %d of %d failed\n", tap_failed, tap_count);
    }

    return tap_failed ? 1 : 0;
}


#endif /* TAP_H */
