
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/json/webhook_value.h"


void
webhook_value_from_json(webhook_value_t *v, const webhook_json_value_t *from)
{
    memset(v, 0, sizeof(webhook_value_t));

    if (from == NULL) {
        v->missing = 1;
        return;
    }

    v->type = from->type;
    v->span = from->span;
}


int
webhook_value_text(const webhook_value_t *v, webhook_buf_t *out)
{
    if (v->missing) {
        return out->failed;
    }

    if (!v->is_text) {

        if (v->type == WEBHOOK_JSON_STRING) {
            return webhook_json_decode(&v->span, out);
        }

        if (v->type == WEBHOOK_JSON_NULL) {
            return out->failed;
        }
    }

    return webhook_buf_add(out, v->span.data, v->span.len);
}


int
webhook_value_view(const webhook_value_t *v, webhook_buf_t *scratch,
    webhook_str_t *text)
{
    int  rc;

    scratch->len = 0;

    text->len = 0;
    text->data = NULL;

    if (v->missing) {
        return WEBHOOK_OK;
    }

    *text = v->span;

    if (v->is_text) {
        return WEBHOOK_OK;
    }

    if (v->type == WEBHOOK_JSON_NULL) {
        text->len = 0;
        return WEBHOOK_OK;
    }

    if (v->type != WEBHOOK_JSON_STRING) {
        return WEBHOOK_OK;
    }

    if (text->len < 2) {
        return WEBHOOK_ERROR;
    }

    if (memchr(text->data, '\\', text->len) == NULL) {
        text->data++;
        text->len -= 2;
        return WEBHOOK_OK;
    }

    rc = webhook_json_decode(&v->span, scratch);

    text->data = scratch->data;
    text->len = scratch->len;

    return rc;
}


int
webhook_value_empty(const webhook_value_t *v)
{
    size_t         i;
    unsigned char  c;

    if (v->missing) {
        return 1;
    }

    if (v->is_text) {
        return v->span.len == 0;
    }

    switch (v->type) {

    case WEBHOOK_JSON_NULL:
        return 1;

    case WEBHOOK_JSON_STRING:
        return v->span.len == 2;

    case WEBHOOK_JSON_ARRAY:
    case WEBHOOK_JSON_OBJECT:

        for (i = 1; i + 1 < v->span.len; i++) {
            c = v->span.data[i];

            if (c != ' ' && c != '\t' && c != '\r' && c != '\n') {
                return 0;
            }
        }

        return 1;

    default:
        return 0;
    }
}
