
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of what text from outside becomes in a line of a log.
 */

#include <string.h>

#include "tap.h"
#include "core/json/webhook_show.h"


static void
show(const char *text, size_t len, const char *want, const char *name)
{
    size_t         n;
    unsigned char  out[64];

    n = webhook_show(out, sizeof(out), (const unsigned char *) text, len);

    tap_bytes(out, n, want, name);
}


int
main(void)
{
    unsigned char  out[8];

#define SHOW(text, want, name)  show(text, sizeof(text) - 1, want, name)

    SHOW("", "", "nothing");
    SHOW("a \"quoted\" word", "a \"quoted\" word", "words");
    SHOW("a\nb\r\tc\0d", "a\\x0Ab\\x0D\\x09c\\x00d", "ends of lines");
    SHOW("\x1b[31m\x7f", "\\x1B[31m\\x7F", "a terminal's commands");
    SHOW("\xc2\x9b" "31m", "\\xC2\\x9B31m", "those of C1");
    SHOW("\xe2\x80\xa8", "\\xE2\\x80\\xA8", "a separator of lines");
    SHOW("caf\xc3\xa9 \xe6\x97\xa5", "caf\xc3\xa9 \xe6\x97\xa5", "UTF-8");
    SHOW("\xe9\xc3", "\\xE9\\xC3", "what is none");
    SHOW("\\x0A", "\\x5Cx0A", "what looks like an escape");

    tap_ok(webhook_show(out, 8, (const unsigned char *) "abc\ndef", 7) == 8
           && memcmp(out, "abc\\x0Ad", 8) == 0
           && webhook_show(out, 6, (const unsigned char *) "abc\ndef", 7) == 3
           && webhook_show(out, 0, (const unsigned char *) "abc", 3) == 0,
           "it is cut between characters");

    return tap_done();
}
