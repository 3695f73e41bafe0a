
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/charset/webhook_charset_int.h"

#include <strings.h>


#define WEBHOOK_CHARSET_LABEL  24       /* bytes of a label at most */


/*
 * iconv knows many more, some of them of a complexity that is not for bytes
 * from strangers.  A label that ends in "-" or "5" stands for all that begin so
 * and have a number behind it, and so does its name.
 */

static const struct {
    const char              *label;
    const char              *name;
    webhook_charset_kind_e   kind;
} webhook_charset_names[] = {
    { "utf-8",             "UTF-8",        WEBHOOK_CHARSET_UTF8 },
    { "utf8",              "UTF-8",        WEBHOOK_CHARSET_UTF8 },
    { "us-ascii",          "US-ASCII",     WEBHOOK_CHARSET_US_ASCII },
    { "ascii",             "US-ASCII",     WEBHOOK_CHARSET_US_ASCII },
    { "ansi_x3.4-1968",    "US-ASCII",     WEBHOOK_CHARSET_US_ASCII },
    { "iso646-us",         "US-ASCII",     WEBHOOK_CHARSET_US_ASCII },
    { "iso-8859-1",        "WINDOWS-1252", WEBHOOK_CHARSET_LATIN },
    { "iso8859-1",         "WINDOWS-1252", WEBHOOK_CHARSET_LATIN },
    { "iso_8859-1",        "WINDOWS-1252", WEBHOOK_CHARSET_LATIN },
    { "latin1",            "WINDOWS-1252", WEBHOOK_CHARSET_LATIN },
    { "latin-1",           "WINDOWS-1252", WEBHOOK_CHARSET_LATIN },
    { "windows-1252",      "WINDOWS-1252", WEBHOOK_CHARSET_LATIN },
    { "cp1252",            "WINDOWS-1252", WEBHOOK_CHARSET_LATIN },
    { "iso-8859-15",       "ISO-8859-15",  WEBHOOK_CHARSET_LATIN },
    { "tis-620",           "CP874",        WEBHOOK_CHARSET_OTHER },
    { "tis620",            "CP874",        WEBHOOK_CHARSET_OTHER },
    { "iso-8859-11",       "CP874",        WEBHOOK_CHARSET_OTHER },
    { "windows-874",       "CP874",        WEBHOOK_CHARSET_OTHER },
    { "x-windows-874",     "CP874",        WEBHOOK_CHARSET_OTHER },
    { "cp874",             "CP874",        WEBHOOK_CHARSET_OTHER },
    { "ms874",             "CP874",        WEBHOOK_CHARSET_OTHER },
    { "tcvn",              "TCVN",         WEBHOOK_CHARSET_OTHER },
    { "tcvn-5712",         "TCVN",         WEBHOOK_CHARSET_OTHER },
    { "viscii",            "VISCII",       WEBHOOK_CHARSET_OTHER },
    { "iso-8859-",         "ISO-8859-",    WEBHOOK_CHARSET_OTHER },
    { "windows-125",       "WINDOWS-125",  WEBHOOK_CHARSET_OTHER },
    { "cp125",             "WINDOWS-125",  WEBHOOK_CHARSET_OTHER },
    { "koi8-r",            "KOI8-R",       WEBHOOK_CHARSET_OTHER },
    { "koi8-u",            "KOI8-U",       WEBHOOK_CHARSET_OTHER },
    { "macintosh",         "MACINTOSH",    WEBHOOK_CHARSET_OTHER },
    { "shift_jis",         "CP932",        WEBHOOK_CHARSET_OTHER },
    { "shift-jis",         "CP932",        WEBHOOK_CHARSET_OTHER },
    { "sjis",              "CP932",        WEBHOOK_CHARSET_OTHER },
    { "windows-31j",       "CP932",        WEBHOOK_CHARSET_OTHER },
    { "euc-jp",            "EUC-JP",       WEBHOOK_CHARSET_OTHER },
    { "euc-kr",            "CP949",        WEBHOOK_CHARSET_OTHER },
    { "gbk",               "GBK",          WEBHOOK_CHARSET_OTHER },
    { "gb2312",            "GBK",          WEBHOOK_CHARSET_OTHER },
    { "gb18030",           "GB18030",      WEBHOOK_CHARSET_OTHER },
    { "big5",              "BIG5",         WEBHOOK_CHARSET_OTHER },
    { "utf-16",            "UTF-16",       WEBHOOK_CHARSET_UTF16 },
    { "ucs-2",             "UTF-16",       WEBHOOK_CHARSET_UTF16 },
    { "utf-16le",          "UTF-16LE",     WEBHOOK_CHARSET_WIDE },
    { "utf-16be",          "UTF-16BE",     WEBHOOK_CHARSET_WIDE },
    { "utf-32",            "UTF-32",       WEBHOOK_CHARSET_UTF32 },
    { "utf-32le",          "UTF-32LE",     WEBHOOK_CHARSET_WIDE },
    { "utf-32be",          "UTF-32BE",     WEBHOOK_CHARSET_WIDE }
};


void
webhook_charset_label(const webhook_str_t *content_type, webhook_str_t *label)
{
    unsigned char  *p, *last, *end;

    label->data = NULL;
    label->len = 0;

    if (content_type->len == 0) {
        return;
    }

    p = content_type->data;
    last = p + content_type->len;

    for ( ;; ) {
        p = memchr(p, ';', (size_t) (last - p));
        if (p == NULL) {
            return;
        }

        for (p++; p < last && (*p == ' ' || *p == '\t'); p++) { /* void */ }

        if ((size_t) (last - p) > 8
            && strncasecmp((char *) p, "charset=", 8) == 0)
        {
            break;
        }
    }

    p += 8;

    if (*p == '"') {
        p++;
    }

    for (end = p;
         end < last && *end != ';' && *end != '"' && *end != ' '
         && *end != '\t';
         end++)
    {
        /* void */
    }

    label->data = p;
    label->len = (size_t) (end - p);
}


int
webhook_charset_utf8(const webhook_str_t *label)
{
    webhook_charset_t  charset;

    return label->len == 0
           || (webhook_charset_read(label, &charset)
               && charset.kind == WEBHOOK_CHARSET_UTF8);
}


int
webhook_charset_read(const webhook_str_t *label, webhook_charset_t *charset)
{
    size_t       i, len;
    char         text[WEBHOOK_CHARSET_LABEL + 1];
    const char  *known, *rest;

    memset(charset, 0, sizeof(webhook_charset_t));

    charset->kind = WEBHOOK_CHARSET_OTHER;

    if (label->len == 0 || label->len > WEBHOOK_CHARSET_LABEL) {
        return 0;
    }

    memcpy(text, label->data, label->len);
    text[label->len] = '\0';

    if (strlen(text) != label->len) {
        return 0;
    }

    for (i = 0; i < sizeof(webhook_charset_names)
                    / sizeof(webhook_charset_names[0]); i++)
    {
        known = webhook_charset_names[i].label;
        len = strlen(known);

        if (strncasecmp(text, known, len) != 0) {
            continue;
        }

        rest = text + len;

        /* a number may follow, and nothing else */

        if (*rest != '\0'
            && ((known[len - 1] != '-' && strcmp(known + len - 3, "125") != 0)
                || strspn(rest, "0123456789") != strlen(rest)
                || strlen(rest) > 2))
        {
            continue;
        }

        charset->kind = (unsigned char) webhook_charset_names[i].kind;

        strcpy(charset->name, webhook_charset_names[i].name);
        strcat(charset->name, rest);

        return 1;
    }

    return 0;
}
