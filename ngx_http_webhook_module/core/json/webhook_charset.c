
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/json/webhook_charset.h"
#include "core/json/webhook_json_text.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>
#include <strings.h>


#define WEBHOOK_CHARSET_NAME   24       /* bytes of a label at most */
#define WEBHOOK_CHARSET_PIECE  16384    /* converted at a time */


/*
 * iconv knows many more, some of them of a complexity that is not for bytes
 * from strangers.  Those that end in "-" stand for all that begin so.
 */

static const char *const  webhook_charsets[] = {
    "utf-16", "utf-16le", "utf-16be", "utf-32", "utf-32le", "utf-32be",
    "ucs-2", "iso-8859-", "windows-125", "cp125", "latin1", "latin-1",
    "koi8-r", "koi8-u", "macintosh", "tis-620", "shift_jis", "euc-jp",
    "euc-kr", "gbk", "gb2312", "gb18030", "big5", NULL
};


static int webhook_charset_plain(const unsigned char *p, size_t len);
static int webhook_charset_name(const webhook_str_t *label,
    char name[WEBHOOK_CHARSET_NAME + 1]);
static int webhook_charset_convert(const webhook_str_t *from,
    const char *name, webhook_buf_t *out);


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
    return label->len == 0
           || (label->len == 5
               && strncasecmp((char *) label->data, "utf-8", 5) == 0)
           || (label->len == 4
               && strncasecmp((char *) label->data, "utf8", 4) == 0);
}


int
webhook_charset_doubtful(const unsigned char *first, size_t len,
    const webhook_str_t *label)
{
    if (len >= 2 && (memcmp(first, "\xff\xfe", 2) == 0
                     || memcmp(first, "\xfe\xff", 2) == 0))
    {
        return 1;
    }

    return (len >= 3 && memcmp(first, "\xef\xbb\xbf", 3) == 0)
           || !webhook_charset_utf8(label);
}


int
webhook_charset_json(const webhook_str_t *from, const webhook_str_t *label,
    webhook_buf_t *out, webhook_str_t *text, const char **what)
{
    int   rc;
    char  name[WEBHOOK_CHARSET_NAME + 1];

    *text = *from;

    if (text->len >= 3 && memcmp(text->data, "\xef\xbb\xbf", 3) == 0) {
        text->data += 3;
        text->len -= 3;
        return WEBHOOK_OK;
    }

    if (text->len >= 4 && memcmp(text->data, "\xff\xfe\0\0", 4) == 0) {
        strcpy(name, "UTF-32");

    } else if (text->len >= 2
               && (memcmp(text->data, "\xff\xfe", 2) == 0
                   || memcmp(text->data, "\xfe\xff", 2) == 0))
    {
        strcpy(name, "UTF-16");

    } else if (webhook_charset_utf8(label)
               || webhook_charset_plain(text->data, text->len))
    {
        return WEBHOOK_OK;

    } else if (!webhook_charset_name(label, name)) {
        *what = "the body is not UTF-8, and the charset of its type is none "
                "that can be converted";
        return WEBHOOK_ERROR;
    }

    rc = webhook_charset_convert(from, name, out);

    if (rc == WEBHOOK_ERROR) {
        *what = "the body is neither UTF-8 nor in the charset of its type";
    }

    /* a byte order mark alone is converted to nothing */

    text->data = out->data ? out->data : (unsigned char *) "";
    text->len = out->len;

    if (text->len >= 3 && memcmp(text->data, "\xef\xbb\xbf", 3) == 0) {
        text->data += 3;
        text->len -= 3;
    }

    return rc;
}


/* Is it UTF-8?  What has a zero byte is no JSON in that. */

static int
webhook_charset_plain(const unsigned char *p, size_t len)
{
    int                   n;
    const unsigned char  *last;

    last = p + len;

    while (p < last) {

        if (*p < 0x80) {

            if (*p == '\0') {
                return 0;
            }

            p++;
            continue;
        }

        n = webhook_json_utf8(p, last);

        if (n <= 0) {
            return 0;
        }

        p += n;
    }

    return 1;
}


static int
webhook_charset_name(const webhook_str_t *label,
    char name[WEBHOOK_CHARSET_NAME + 1])
{
    size_t       i, len;
    const char  *known;

    if (label->len > WEBHOOK_CHARSET_NAME) {
        return 0;
    }

    memcpy(name, label->data, label->len);
    name[label->len] = '\0';

    for (i = 0; webhook_charsets[i]; i++) {
        known = webhook_charsets[i];
        len = strlen(known);

        if (strncasecmp(name, known, len) != 0) {
            continue;
        }

        /* a number may follow "-" and "125", and nothing else */

        if (known[len - 1] == '-' || known[len - 1] == '5') {

            if (strspn(name + len, "0123456789") == strlen(name + len)) {
                return 1;
            }

        } else if (name[len] == '\0') {
            return 1;
        }
    }

    return 0;
}


static int
webhook_charset_convert(const webhook_str_t *from, const char *name,
    webhook_buf_t *out)
{
    int      rc, done;
    char    *in, *to, piece[WEBHOOK_CHARSET_PIECE];
    size_t   left, room, n;
    iconv_t  cd;

    cd = iconv_open("UTF-8", name);

    if (cd == (iconv_t) -1) {
        return (errno == ENOMEM) ? WEBHOOK_NOMEM : WEBHOOK_ERROR;
    }

    in = (char *) from->data;
    left = from->len;
    rc = WEBHOOK_OK;
    done = 0;

    while (rc == WEBHOOK_OK && !done) {

        to = piece;
        room = sizeof(piece);

        n = iconv(cd, &in, &left, &to, &room);

        if (n == (size_t) -1 && errno != E2BIG) {
            rc = WEBHOOK_ERROR;
            break;
        }

        done = (n != (size_t) -1);

        rc = webhook_buf_add(out, piece, sizeof(piece) - room);
    }

    iconv_close(cd);

    return rc;
}
