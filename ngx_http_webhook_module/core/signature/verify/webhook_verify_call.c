
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What a check takes from its call as it came, and the memory that it needs.
 */

#include "core/format/webhook_form.h"
#include "core/signature/verify/webhook_verify_engine.h"

#include <openssl/crypto.h>
#include <stdlib.h>


struct webhook_room_s {
    webhook_room_t  *next;
    size_t           size;
    unsigned char    bytes[] __attribute__((aligned(16)));
};


webhook_verify_e
webhook_verify_header(webhook_verify_t *v, const webhook_str_t *name,
    webhook_str_t *value)
{
    int  n;

    value->len = 0;
    value->data = NULL;

    if (name->len == 0) {
        return WEBHOOK_VERIFY_OK;
    }

    n = v->call->header(v->call->data, name, value);

    if (n == 0) {
        value->len = 0;
        return WEBHOOK_VERIFY_OK;
    }

    /* which one is meant, the sender and we may see differently */

    if (n > 1) {
        return WEBHOOK_VERIFY_REPEATED;
    }

    if (value->len > WEBHOOK_VERIFY_VALUE_MAX) {
        return WEBHOOK_VERIFY_TOO_LONG;
    }

    return WEBHOOK_VERIFY_OK;
}


webhook_verify_e
webhook_verify_body(webhook_verify_t *v, webhook_str_t *body)
{
    size_t  i, len;

    if (v->call->pieces == 1) {
        *body = v->call->body[0];
        return WEBHOOK_VERIFY_OK;
    }

    if (v->copy.len == 0) {

        len = 0;

        for (i = 0; i < v->call->pieces; i++) {
            len += v->call->body[i].len;
        }

        (void) webhook_buf_reserve(&v->copy, len);

        for (i = 0; i < v->call->pieces; i++) {
            (void) webhook_buf_add(&v->copy, v->call->body[i].data,
                                   v->call->body[i].len);
        }
    }

    body->data = v->copy.data;
    body->len = v->copy.len;

    return v->copy.failed ? WEBHOOK_VERIFY_FAULT : WEBHOOK_VERIFY_OK;
}


void *
webhook_verify_room(webhook_verify_t *v, size_t size)
{
    webhook_room_t  *room;

    room = malloc(sizeof(webhook_room_t) + size);
    if (room == NULL) {
        return NULL;
    }

    room->next = v->rooms;
    room->size = size;
    v->rooms = room;

    return room->bytes;
}


webhook_verify_e
webhook_verify_decode(webhook_verify_t *v, const webhook_str_t *raw,
    webhook_str_t *text)
{
    size_t          i;
    ssize_t         n;
    unsigned char  *p;

    for (i = 0; i < raw->len; i++) {
        if (raw->data[i] == '%' || raw->data[i] == '+') {
            break;
        }
    }

    if (i == raw->len) {
        *text = *raw;
        return WEBHOOK_VERIFY_OK;
    }

    p = webhook_verify_room(v, raw->len);
    if (p == NULL) {
        return WEBHOOK_VERIFY_FAULT;
    }

    n = webhook_form_decode(raw, p);
    if (n < 0) {
        return WEBHOOK_VERIFY_BAD_BODY;
    }

    text->data = p;
    text->len = (size_t) n;

    return WEBHOOK_VERIFY_OK;
}


void
webhook_verify_end(webhook_verify_t *v)
{
    webhook_room_t  *room;

    while (v->rooms) {
        room = v->rooms;
        v->rooms = room->next;

        /* a token that was decoded, which is the secret itself */

        if (v->preset->kind == WEBHOOK_VERIFY_TOKEN) {
            OPENSSL_cleanse(room->bytes, room->size);
        }

        free(room);
    }

    if (v->doc) {
        webhook_json_free(v->doc);
    }

    if (v->copy.data) {

        if (v->preset->kind == WEBHOOK_VERIFY_TOKEN) {
            OPENSSL_cleanse(v->copy.data, v->copy.len);
        }

        webhook_buf_free(&v->copy);
    }
}
