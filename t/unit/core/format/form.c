
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Pairs as forms and queries have them.
 */

#include "tap.h"
#include "core/format/webhook_form.h"

#include <stdio.h>


static webhook_str_t
test_str(const char *text)
{
    webhook_str_t  s;

    s.data = (unsigned char *) text;
    s.len = strlen(text);

    return s;
}


static void
test_form(void)
{
    char           got[256], *p;
    size_t         i, pos;
    ssize_t        len;
    webhook_str_t  text, name, value;
    unsigned char  plain[64];

    static const struct {
        const char  *text;
        const char  *pairs;
    } forms[] = {
        { "", "" }, { "&", "" }, { "&&&", "" },
        { "a", "[a|]" }, { "a=", "[a|]" }, { "=a", "[|a]" }, { "=", "[|]" },
        { "a=b=c&d", "[a|b=c][d|]" }, { "&a=1&&b=2&", "[a|1][b|2]" }
    };

    static const struct {
        const char  *text;
        const char  *plain;
    } texts[] = {
        { "", "" }, { "a+b", "a b" }, { "%41%2b%2B", "A++" },
        { "%", NULL }, { "%4", NULL }, { "%4g", NULL }, { "a%zz", NULL },
        { "%%41", NULL }
    };

    for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {

        text = test_str(forms[i].text);
        pos = 0;
        p = got;
        *p = '\0';

        while (webhook_form_next(&text, &pos, &name, &value) == WEBHOOK_OK) {
            p += sprintf(p, "[%.*s|%.*s]", (int) name.len, (char *) name.data,
                         (int) value.len, (char *) value.data);
        }

        tap_bytes(got, strlen(got), forms[i].pairs, forms[i].text);
    }

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        text = test_str(texts[i].text);
        len = webhook_form_decode(&text, plain);

        tap_ok(texts[i].plain ? len == (ssize_t) strlen(texts[i].plain)
                                && memcmp(plain, texts[i].plain, len) == 0
                              : len == WEBHOOK_ERROR,
               "form: \"%s\" decodes", texts[i].text);
    }
}


int
main(void)
{
    test_form();

    return tap_done();
}
