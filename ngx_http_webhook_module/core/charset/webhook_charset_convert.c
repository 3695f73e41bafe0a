
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/charset/webhook_charset_int.h"
#include "core/json/webhook_json_text.h"

#include <errno.h>
#include <iconv.h>


#define WEBHOOK_CHARSET_PIECE  16384    /* converted at a time */

#define WEBHOOK_CHARSET_MARK   "\xef\xbb\xbf"


int
webhook_charset_marked(const webhook_str_t *text, webhook_charset_t *charset)
{
    const char  *name;

    memset(charset, 0, sizeof(webhook_charset_t));

    if (text->len >= 3 && memcmp(text->data, WEBHOOK_CHARSET_MARK, 3) == 0) {
        charset->kind = WEBHOOK_CHARSET_UTF8;
        return 1;
    }

    if (text->len >= 4 && memcmp(text->data, "\xff\xfe\0\0", 4) == 0) {
        name = "UTF-32LE";

    } else if (text->len >= 2 && memcmp(text->data, "\xff\xfe", 2) == 0) {
        name = "UTF-16LE";

    } else if (text->len >= 2 && memcmp(text->data, "\xfe\xff", 2) == 0) {
        name = "UTF-16BE";

    } else {
        return 0;
    }

    charset->kind = WEBHOOK_CHARSET_WIDE;
    strcpy(charset->name, name);

    return 1;
}


void
webhook_charset_unmark(webhook_str_t *text)
{
    if (text->len >= 3 && memcmp(text->data, WEBHOOK_CHARSET_MARK, 3) == 0) {
        text->data += 3;
        text->len -= 3;
    }
}


int
webhook_charset_is_utf8(const webhook_str_t *text, int zeros)
{
    if (!zeros && text->len && memchr(text->data, '\0', text->len)) {
        return 0;
    }

    return webhook_json_valid(text);
}


int
webhook_charset_is_ascii(const webhook_str_t *text)
{
    size_t  i;

    for (i = 0; i < text->len; i++) {
        if (text->data[i] >= 0x80) {
            return 0;
        }
    }

    return 1;
}


int
webhook_charset_open(webhook_charset_t *charset)
{
    iconv_t  cd;

    cd = iconv_open("UTF-8", charset->name);

    if (cd == (iconv_t) -1) {
        return (errno == ENOMEM) ? WEBHOOK_NOMEM : WEBHOOK_CHARSET_UNKNOWN;
    }

    charset->converter = cd;

    return WEBHOOK_OK;
}


void
webhook_charset_close(webhook_charset_t *charset)
{
    if (charset->converter) {
        iconv_close((iconv_t) charset->converter);
        charset->converter = NULL;
    }
}


int
webhook_charset_convert(webhook_charset_t *charset, const webhook_str_t *from,
    webhook_buf_t *out)
{
    int      rc, end;
    char    *in, *to, piece[WEBHOOK_CHARSET_PIECE];
    size_t   left, room, n;
    iconv_t  cd;

    cd = (iconv_t) charset->converter;

    (void) iconv(cd, NULL, NULL, NULL, NULL);

    in = (char *) from->data;
    left = from->len;
    end = 0;

    for ( ;; ) {

        to = piece;
        room = sizeof(piece);

        /* at last what waits for a mark to combine with */

        n = end ? iconv(cd, NULL, NULL, &to, &room)
                : iconv(cd, &in, &left, &to, &room);

        if (n == (size_t) -1) {

            if (errno != E2BIG) {
                return WEBHOOK_ERROR;
            }

        } else if (n != 0) {
            return WEBHOOK_ERROR;
        }

        rc = webhook_buf_add(out, piece, sizeof(piece) - room);

        if (rc != WEBHOOK_OK) {
            return rc;
        }

        if (n == 0 && end++) {
            return WEBHOOK_OK;
        }
    }
}
