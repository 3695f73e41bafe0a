
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/template/webhook_token.h"
#include "core/json/webhook_path.h"


static int webhook_token_has(unsigned char c, int json);


int
webhook_token_read(const unsigned char *p, const unsigned char *last,
    int json, webhook_token_t *token)
{
    int                   step;
    size_t                len;
    const unsigned char  *start, *bar;

    start = p;
    bar = NULL;
    step = 1;           /* a step of the path may begin here */

    for (p += 2; p < last; p++) {

        len = step ? webhook_path_quoted(p, last) : 0;

        if (len) {
            p += len - 1;
            step = 0;
            continue;
        }

        if (*p == '}' || !webhook_token_has(*p, json)) {
            break;
        }

        if (*p == '|' && bar == NULL) {
            bar = p;
        }

        step = (*p == '.' && bar == NULL);
    }

    if (p == last || *p != '}') {
        token->len = p - start;
        return WEBHOOK_ERROR;
    }

    token->len = p + 1 - start;

    token->path.data = (unsigned char *) start + 2;
    token->path.len = (bar ? bar : p) - token->path.data;

    token->filters.data = bar ? (unsigned char *) bar + 1 : NULL;
    token->filters.len = bar ? p - bar - 1 : 0;

    return WEBHOOK_OK;
}


static int
webhook_token_has(unsigned char c, int json)
{
    return c >= 0x20 && c != 0x7f && c != '{'
           && !(json && (c == '"' || c == '\\'));
}
