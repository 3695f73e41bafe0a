
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of charsets: JSON that is called what it is not, or is what it is not
 * called.
 */

#include <string.h>

#include "tap.h"
#include "core/json/webhook_charset.h"


#define BYTES(s)  s, sizeof(s) - 1


static void
label(const char *type, const char *want)
{
    webhook_str_t  from, got;

    from.data = (unsigned char *) type;
    from.len = strlen(type);

    webhook_charset_label(&from, &got);

    tap_ok(got.len == strlen(want) && memcmp(want, got.data ? (char *) got.data
                                             : "", got.len) == 0,
           "the charset of \"%s\"", type);
}


/* want NULL: it cannot be converted. */

static void
json(const char *charset, const char *bytes, size_t len, const char *want,
    const char *name)
{
    int            rc;
    const char    *what;
    webhook_buf_t  out;
    webhook_str_t  from, of, text;

    from.data = (unsigned char *) bytes;
    from.len = len;
    of.data = (unsigned char *) charset;
    of.len = strlen(charset);
    what = NULL;

    webhook_buf_init(&out, 1024 * 1024);

    rc = webhook_charset_json(&from, &of, &out, &text, &what);

    if (want == NULL) {
        tap_ok(rc == WEBHOOK_ERROR && what, "%s", name);

    } else {
        tap_ok(rc == WEBHOOK_OK && text.data && text.len == strlen(want)
               && memcmp(text.data, want, text.len) == 0, "%s", name);
    }

    webhook_buf_free(&out);
}


static void
test_large(void)
{
    size_t         i;
    const char    *what;
    static char    bytes[200000];
    webhook_buf_t  out;
    webhook_str_t  text;
    webhook_str_t  from = { sizeof(bytes), (unsigned char *) bytes };
    webhook_str_t  latin = webhook_str("iso-8859-1");

    memset(bytes, 0xe9, sizeof(bytes));

    webhook_buf_init(&out, 0);

    tap_ok(webhook_charset_json(&from, &latin, &out, &text, &what)
           == WEBHOOK_OK
           && text.len == 2 * sizeof(bytes), "a long text is converted");

    for (i = 0; i < text.len; i += 2) {
        if (memcmp(text.data + i, "\xc3\xa9", 2) != 0) {
            break;
        }
    }

    tap_ok(i == text.len, "all of it");

    webhook_buf_free(&out);
    webhook_buf_init(&out, 300000);

    tap_ok(webhook_charset_json(&from, &latin, &out, &text, &what)
           == WEBHOOK_LIMIT, "within a bound");

    webhook_buf_free(&out);
}


static void
test_doubtful(void)
{
    webhook_str_t  none = webhook_str("");
    webhook_str_t  utf8 = webhook_str("UTF-8");
    webhook_str_t  latin = webhook_str("latin1");

    tap_ok(!webhook_charset_doubtful((unsigned char *) BYTES("{\"a"), &none)
           && !webhook_charset_doubtful((unsigned char *) BYTES("{}"), &utf8)
           && !webhook_charset_doubtful(NULL, 0, &utf8),
           "UTF-8 passes without a look");
    tap_ok(webhook_charset_doubtful((unsigned char *) BYTES("\xef\xbb\xbf"),
                                    &utf8)
           && webhook_charset_doubtful((unsigned char *) BYTES("\xff\xfe{"),
                                       &none)
           && webhook_charset_doubtful((unsigned char *) BYTES("{\"a"),
                                       &latin),
           "a mark or another label does not");
}


int
main(void)
{
    label("application/json; charset=ISO-8859-1", "ISO-8859-1");
    label("application/json;charset=\"utf-16\"; v=1", "utf-16");
    label("application/json; v=1; Charset=x", "x");
    label("application/json; charset=", "");
    label("application/json; xcharset=a", "");
    label("application/json", "");
    label("", "");
    label(";", "");

    json("", BYTES("{\"a\":1}"), "{\"a\":1}", "plain JSON");
    json("utf-8", BYTES("\xef\xbb\xbf{}"), "{}", "a byte order mark");
    json("", BYTES("\xef\xbb\xbf"), "", "nothing else");
    json("", BYTES("\xff\xfe"), "", "nothing else, in UTF-16");
    json("", BYTES("\xff\xfe\0\0"), "", "nothing else, in UTF-32");
    json("iso-8859-1", BYTES("{\"a\":\"\xc3\xa9\"}"), "{\"a\":\"\xc3\xa9\"}",
         "UTF-8 under another label");
    json("ISO-8859-1", BYTES("{\"a\":\"\xe9\"}"), "{\"a\":\"\xc3\xa9\"}",
         "ISO 8859-1");
    json("windows-1252", BYTES("\"\x80\""), "\"\xe2\x82\xac\"",
         "Windows 1252");
    json("utf-16le", BYTES("{\0}\0"), "{}", "UTF-16 by its label");
    json("utf-16", BYTES("\xfe\xff\0{\0}"), "{}", "UTF-16 with its mark");
    json("", BYTES("\xff\xfe{\0}\0"), "{}", "and by that alone");
    json("", BYTES("\xff\xfe\0\0{\0\0\0}\0\0\0"), "{}", "UTF-32");
    json("utf-16le", BYTES("{\0}"), NULL, "half a character");
    json("shift_jis", BYTES("\"\x93\xfa\""), "\"\xe6\x97\xa5\"", "Shift JIS");
    json("nonsense", BYTES("\"\xe9\""), NULL, "a charset of no name");
    json("iso-8859-1//translit", BYTES("\"\xe9\""), NULL,
         "what iconv would take beside a name");
    json("iso-2022-cn-ext", BYTES("\"\xe9\""), NULL, "an exotic one");
    json("iso-8859-99999999999999", BYTES("\"\xe9\""), NULL,
         "a number that there is not");
    json("nonsense", BYTES("{}"), "{}", "a label that nobody needs");
    json("", BYTES("\"\xe9\""), "\"\xe9\"", "no label: left as it is");

    test_large();
    test_doubtful();

    return tap_done();
}
