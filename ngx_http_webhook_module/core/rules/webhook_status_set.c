
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/rules/webhook_status_set.h"


static int webhook_status_set_add(webhook_status_set_t *set,
    const unsigned char *p);


int
webhook_status_set_parse(const webhook_str_t *text, webhook_status_set_t *set)
{
    size_t  i;

    memset(set, 0, sizeof(webhook_status_set_t));

    /* items of three characters with a comma between: 3, 7, 11, ... */

    if (text->len % 4 != 3) {
        return WEBHOOK_ERROR;
    }

    for (i = 0; i < text->len; i += 4) {

        if (i + 3 < text->len && text->data[i + 3] != ',') {
            return WEBHOOK_ERROR;
        }

        if (webhook_status_set_add(set, text->data + i) != WEBHOOK_OK) {
            return WEBHOOK_ERROR;
        }
    }

    return WEBHOOK_OK;
}


static int
webhook_status_set_add(webhook_status_set_t *set, const unsigned char *p)
{
    unsigned  first, last, i;

    if (p[0] < '1' || p[0] > '5') {
        return WEBHOOK_ERROR;
    }

    first = (p[0] - '0') * 100 - 100;

    if (p[1] == 'x' && p[2] == 'x') {
        last = first + 99;

    } else if (p[1] >= '0' && p[1] <= '9' && p[2] >= '0' && p[2] <= '9') {
        first += (p[1] - '0') * 10 + (p[2] - '0');
        last = first;

    } else {
        return WEBHOOK_ERROR;
    }

    for (i = first; i <= last; i++) {
        set->bits[i / 64] |= (uint64_t) 1 << (i % 64);
    }

    return WEBHOOK_OK;
}


int
webhook_status_set_has(const webhook_status_set_t *set, unsigned status)
{
    if (status < 100 || status > 599) {
        return 0;
    }

    status -= 100;

    return (set->bits[status / 64] >> (status % 64)) & 1;
}
