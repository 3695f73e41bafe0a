
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of charsets: texts that are called what they are not, or are what they
 * are not called, as either side reads them; and values of a body.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"
#include "core/charset/webhook_charset.h"


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


#define UNKNOWN  "(unknown)"


/* want NULL: its bytes do not fit. */

static void
read_text(const char *charset, webhook_charset_way_e way, const char *bytes,
    size_t len, const char *want, const char *name)
{
    int             rc, ok;
    const char     *what;
    unsigned char  *copy;
    webhook_buf_t   out;
    webhook_str_t   from, of, text;

    copy = malloc(len ? len : 1);

    if (copy == NULL) {
        tap_ok(0, "no memory");
        return;
    }

    memcpy(copy, bytes, len);

    from.data = copy;
    from.len = len;
    of.data = (unsigned char *) charset;
    of.len = strlen(charset);
    what = NULL;

    webhook_buf_init(&out, 1024 * 1024);

    rc = webhook_charset_text(&from, &of, way, &out, &text, &what);

    if (want == NULL) {
        ok = rc == WEBHOOK_ERROR && what;

    } else if (strcmp(want, UNKNOWN) == 0) {
        ok = rc == WEBHOOK_CHARSET_UNKNOWN && what;

    } else {
        ok = rc == WEBHOOK_OK && text.data && text.len == strlen(want)
             && memcmp(text.data, want, text.len) == 0;
    }

    if (!tap_ok(ok, "%s: %s, %s", charset, name,
                way == WEBHOOK_CHARSET_LOOSE ? "loose" : "strict"))
    {
        printf("#   got: %d %s\n", rc, what ? what : "");
    }

    webhook_buf_free(&out);
    free(copy);
}


static void
json(const char *charset, const char *bytes, size_t len, const char *want,
    const char *name)
{
    read_text(charset, WEBHOOK_CHARSET_LOOSE, bytes, len, want, name);
}


static void
strict(const char *charset, const char *bytes, size_t len, const char *want,
    const char *name)
{
    read_text(charset, WEBHOOK_CHARSET_STRICT, bytes, len, want, name);
}


static void
both(const char *charset, const char *bytes, size_t len, const char *want,
    const char *name)
{
    json(charset, bytes, len, want, name);
    strict(charset, bytes, len, want, name);
}


/* Charsets of Thailand and Vietnam, and what is mistaken for another. */

static void
test_text(void)
{
    /* these two bytes are UTF-8, too */

    both("tis-620", BYTES("\"\xc3\xa1\""), "\"\u0e23\u0e01\"",
         "what its label says");
    both("TIS620", BYTES("\"\xa1\x85\x80\""), "\"\u0e01\u2026\u20ac\"",
         "what Windows sends under it");
    both("windows-874", BYTES("\"\xca\xc7\xd1\xca\xb4\xd5\""),
         "\"\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35\"", "a word");
    both("iso-8859-11", BYTES("\"\xca\""), "\"\u0e2a\"", "its other name");
    strict("tis-620", BYTES("\"\xff\""), NULL, "no character");
    read_text("tis-620", WEBHOOK_CHARSET_SIGNED, BYTES("\"\xc3\xa1\""), NULL,
              "what is UTF-8, signed");
    read_text("tis-620", WEBHOOK_CHARSET_SIGNED, BYTES("\"\xca\""),
              "\"\u0e2a\"", "what is none, signed");
    strict("tis-620", BYTES("\"\u0e01\""), NULL, "UTF-8 under it");
    json("tis-620", BYTES("\"\u0e01\""), "\"\u0e01\"", "UTF-8 under it");

    /* a letter and a mark, which are one; the last waits for one to come */

    both("windows-1258", BYTES("\"Vi\xea\xf2t\""), "\"Vi\u1ec7t\"",
         "a tone");
    both("windows-1258", BYTES("\xe9\xea"), "\u00e9\u00ea",
         "the last character");
    both("tcvn", BYTES("\"Vi\xd6t\""), "\"Vi\u1ec7t\"", "a word");

    both("latin1", BYTES("\"\x80\x99\""), "\"\u20ac\u2122\"",
         "what Windows sends under it");
    both("latin1", BYTES("\"\u00e9\""), "\"\u00e9\"", "UTF-8 under it");
    strict("latin1", BYTES("\"\x81\""), NULL, "no character");
    both("iso-8859-15", BYTES("\"\xa4\""), "\"\u20ac\"", "a currency");
    both("cp1251", BYTES("\"\xf9\xb8\""), "\"\u0449\u0451\"", "Cyrillic");
    both("big5", BYTES("\"\xa4\xa4\""), "\"\u4e2d\"", "Chinese");
    both("gb2312", BYTES("\"\xc1\xaa\xcd\xa8\""), "\"\u8054\u901a\"",
         "what looks like UTF-8");
    both("shift_jis", BYTES("\"\\n\x8f\x5c\""), "\"\\n\u5341\"",
         "a backslash, and half of a character");
    both("euc-kr", BYTES("\"\xb0\xa1\""), "\"\uac00\"", "Korean");

    both("utf8", BYTES("\"\u0e01\""), "\"\u0e01\"", "a name of UTF-8");
    both("us-ascii", BYTES("{}"), "{}", "ASCII");
    both("US-ASCII", BYTES("\"\u0e01\""), "\"\u0e01\"",
         "JSON is UTF-8, whatever it is called");
    both("us-ascii", BYTES("\"\xe9\""), NULL, "no ASCII");

    both("utf-16", BYTES("\0{\0}"), "{}", "the larger byte first");
    both("utf-16", BYTES("{\0}\0"), "{}", "the smaller one");
    both("utf-16", BYTES("\"\0\x01\x0e\"\0"), "\"\u0e01\"", "a letter");
    both("ucs-2", BYTES("\0\"\x0e\x01\0\""), "\"\u0e01\"", "a letter");
    both("utf-32", BYTES("\0\0\0{\0\0\0}"), "{}", "four bytes each");
    both("utf-16", BYTES("{}"), "{}", "UTF-8 under it");
    both("utf-16le", BYTES("\xfe\xff\0{\0}"), "{}",
         "a mark says more than the label");
    both("utf-16le", BYTES("\"\0\x00\xd8\"\0"), NULL, "half of a pair");
    both("tis-620", BYTES("\xef\xbb\xbf\"\u0e01\""), "\"\u0e01\"",
         "a mark says more than the label");

    strict("nonsense", BYTES("{}"), UNKNOWN, "a charset of no name");
    strict("iso-8859-", BYTES("\"\xe9\""), UNKNOWN, "a number is missing");
    strict("utf-7", BYTES("{}"), UNKNOWN, "one that hides characters");
    strict("a label that is much too long to be one", BYTES("{}"), UNKNOWN,
           "no label");
}


/* want NULL: its bytes do not fit. */

static void
value(webhook_charsets_t *set, const char *charset, const char *bytes,
    size_t len, const char *want, const char *name)
{
    int                 rc;
    unsigned char      *copy;
    webhook_str_t       of, from, text;
    webhook_charset_t  *cs;

    copy = malloc(len ? len : 1);

    if (copy == NULL) {
        tap_ok(0, "no memory");
        return;
    }

    memcpy(copy, bytes, len);

    of.data = (unsigned char *) charset;
    of.len = strlen(charset);
    from.data = copy;
    from.len = len;

    rc = webhook_charsets_find(set, &of, &cs);

    if (rc == WEBHOOK_OK) {
        rc = webhook_charsets_value(set, cs, &from, &text);

        if (want == NULL) {
            tap_ok(rc == WEBHOOK_ERROR, "%s: %s", charset, name);

        } else {
            tap_ok(rc == WEBHOOK_OK && text.len == strlen(want)
                   && (text.len == 0
                       || memcmp(text.data, want, text.len) == 0),
                   "%s: %s", charset, name);
        }

    } else {
        tap_ok(0, "%s: %s (%d)", charset, name, rc);
    }

    free(copy);
}


static void
test_values(void)
{
    webhook_charset_t  *cs, *again;
    webhook_charsets_t  set;

    static const webhook_str_t  nonsense = webhook_str("nonsense");
    static const webhook_str_t  wide = webhook_str("utf-16");
    static const webhook_str_t  thai = webhook_str("tis-620");
    static const webhook_str_t  same = webhook_str("Windows-874");
    static const webhook_str_t  one = webhook_str("koi8-r");

    webhook_charsets_init(&set);

    value(&set, "utf8", BYTES("\u0e01"), "\u0e01", "a letter");
    value(&set, "", BYTES("\xef\xbb\xbf\u0e01"), "\u0e01", "a mark");
    value(&set, "", BYTES("\xa1"), NULL, "no UTF-8");
    value(&set, "", BYTES("\xed\xa0\x80"), NULL, "a surrogate");
    value(&set, "us-ascii", BYTES("a"), "a", "a letter");
    value(&set, "us-ascii", BYTES("\u0e01"), NULL, "no ASCII");
    value(&set, "tis-620", BYTES("\xc3\xa1"), "\u0e23\u0e01",
          "what would be UTF-8");
    value(&set, "tis-620", BYTES("\xff"), NULL, "no character");
    value(&set, "tis-620", BYTES("\xa1"), "\u0e01", "and one more");
    value(&set, "tis-620", BYTES(""), "", "nothing");
    value(&set, "utf-16", BYTES("\xff\xfe\x01\x0e"), "\u0e01",
          "the smaller byte first");
    value(&set, "utf-16", BYTES("\xfe\xff\x0e\x01"), "\u0e01",
          "the larger one");
    value(&set, "utf-16", BYTES("\xff\xfe\x02\x0e"), "\u0e02",
          "and again the smaller");
    value(&set, "utf-16", BYTES("\x01\x0e"), NULL, "nobody knows which");
    value(&set, "utf-16", BYTES("\xff\xfe\x01"), NULL, "half a character");

    tap_ok(webhook_charsets_find(&set, &nonsense, &cs)
           == WEBHOOK_CHARSET_UNKNOWN, "a charset of no name");
    tap_ok(webhook_charsets_find(&set, &thai, &cs) == WEBHOOK_OK
           && webhook_charsets_find(&set, &same, &again) == WEBHOOK_OK
           && cs == again && webhook_charset_ascii(cs), "one of two names");
    tap_ok(webhook_charsets_find(&set, &wide, &cs) == WEBHOOK_OK
           && !webhook_charset_ascii(cs), "and one in which ASCII is not");
    tap_ok(webhook_charsets_find(&set, &one, &cs) == WEBHOOK_LIMIT,
           "there are too many");

    webhook_charsets_free(&set);
    webhook_charsets_free(&set);
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

    tap_ok(webhook_charset_text(&from, &latin, WEBHOOK_CHARSET_LOOSE, &out,
                                &text, &what)
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

    tap_ok(webhook_charset_text(&from, &latin, WEBHOOK_CHARSET_LOOSE, &out,
                                &text, &what)
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
           && webhook_charset_utf8(&utf8) && webhook_charset_utf8(&none)
           && !webhook_charset_utf8(&latin)
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
    both("nonsense", BYTES("\"\xe9\""), UNKNOWN, "a charset of no name");
    both("iso-8859-1//translit", BYTES("\"\xe9\""), UNKNOWN,
         "what iconv would take beside a name");
    both("iso-2022-cn-ext", BYTES("\"\xe9\""), UNKNOWN, "an exotic one");
    both("iso-8859-99999999999999", BYTES("\"\xe9\""), UNKNOWN,
         "a number that there is not");
    json("nonsense", BYTES("{}"), "{}", "a label that nobody needs");
    json("", BYTES("\"\xe9\""), "\"\xe9\"", "no label: left as it is");

    test_text();
    test_values();
    test_large();
    test_doubtful();

    return tap_done();
}
