
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/rules/webhook_pattern.h"


static int webhook_type_words(const unsigned char *p, size_t len);


int
webhook_type_valid(const webhook_str_t *text)
{
    return text->len <= WEBHOOK_TYPE_MAX
           && webhook_type_words(text->data, text->len);
}


int
webhook_pattern_valid(const webhook_str_t *text)
{
    size_t                len;
    const unsigned char  *p;

    len = text->len;
    p = text->data;

    if (len > WEBHOOK_TYPE_MAX) {
        return 0;
    }

    if (len == 1 && p[0] == '*') {
        return 1;
    }

    if (len > 2 && p[len - 2] == '.' && p[len - 1] == '*') {
        len -= 2;
    }

    return webhook_type_words(p, len);
}


/* 1 if the text is words of [A-Za-z0-9_] with a dot between each two. */

static int
webhook_type_words(const unsigned char *p, size_t len)
{
    size_t         i;
    unsigned char  c, prev;

    prev = '.';

    for (i = 0; i < len; i++) {
        c = p[i];

        if (c == '.') {

            if (prev == '.') {
                return 0;
            }

        } else if (!((c >= 'a' && c <= 'z')
                     || (c >= 'A' && c <= 'Z')
                     || (c >= '0' && c <= '9')
                     || c == '_'))
        {
            return 0;
        }

        prev = c;
    }

    return prev != '.';
}


int
webhook_pattern_match(const webhook_str_t *pattern, const webhook_str_t *type)
{
    size_t  len;

    len = pattern->len;

    if (len == 0 || type->len == 0) {
        return 0;
    }

    if (pattern->data[len - 1] != '*') {
        return len == type->len
               && memcmp(pattern->data, type->data, len) == 0;
    }

    /* the leading words and their dot; nothing at all for "*" */

    len--;

    return type->len > len && memcmp(pattern->data, type->data, len) == 0;
}
