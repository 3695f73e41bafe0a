
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Mercado Pago signs "id:ID;request-id:ID;ts:TIME;", where what a call does not
 * have is left out with its name.  Its manual has the first one in small
 * letters, its libraries have it as it came: either will do.
 */

#include "core/signature/presets/webhook_presets_int.h"


static webhook_verify_e webhook_mercadopago_proof(webhook_verify_t *v,
    const webhook_signatures_t *s, const webhook_str_t *data,
    const webhook_str_t *request);
static void webhook_mercadopago_part(webhook_buf_t *text, const char *name,
    const webhook_str_t *value);


webhook_verify_e
webhook_verify_mercadopago(webhook_verify_t *v)
{
    int                    found, capital;
    size_t                 i;
    webhook_str_t          data, request, lower;
    webhook_verify_e       rc;
    webhook_signatures_t   s;

    static const webhook_str_t  parameter = webhook_str("data.id");

    rc = webhook_verify_signatures(v, &s);
    if (rc != WEBHOOK_VERIFY_OK) {
        return rc;
    }

    rc = webhook_verify_timestamp(v);
    if (rc != WEBHOOK_VERIFY_OK) {
        return rc;
    }

    rc = webhook_verify_parameter(v, &parameter, &data, &found);
    if (rc != WEBHOOK_VERIFY_OK) {
        return rc;
    }

    if (!found) {
        data.len = 0;
    }

    rc = webhook_verify_header(v, &v->preset->id.name, &request);
    if (rc != WEBHOOK_VERIFY_OK) {
        return rc;
    }

    /* what separates the parts cannot be in one of them */

    if ((data.len && memchr(data.data, ';', data.len))
        || (request.len && memchr(request.data, ';', request.len)))
    {
        return WEBHOOK_VERIFY_BAD_ID;
    }

    rc = webhook_mercadopago_proof(v, &s, &data, &request);

    if (rc == WEBHOOK_VERIFY_MISMATCH && data.len) {

        capital = 0;

        lower.len = data.len;
        lower.data = webhook_verify_room(v, data.len);

        if (lower.data == NULL) {
            return WEBHOOK_VERIFY_FAULT;
        }

        for (i = 0; i < data.len; i++) {
            lower.data[i] = data.data[i];

            if (data.data[i] >= 'A' && data.data[i] <= 'Z') {
                lower.data[i] |= 0x20;
                capital = 1;
            }
        }

        if (capital) {
            rc = webhook_mercadopago_proof(v, &s, &lower, &request);
        }
    }

    if (rc != WEBHOOK_VERIFY_OK) {
        return rc;
    }

    rc = webhook_verify_repeat_id(v);

    return rc == WEBHOOK_VERIFY_OK ? webhook_verify_window(v) : rc;
}


static webhook_verify_e
webhook_mercadopago_proof(webhook_verify_t *v, const webhook_signatures_t *s,
    const webhook_str_t *data, const webhook_str_t *request)
{
    webhook_buf_t      buf;
    webhook_str_t      text;
    webhook_scheme_t   scheme;
    webhook_verify_e   rc;

    static const webhook_part_t  body = { .what = WEBHOOK_PART_BODY };

    webhook_buf_init(&buf, 0);

    webhook_mercadopago_part(&buf, "id:", data);
    webhook_mercadopago_part(&buf, "request-id:", request);
    webhook_mercadopago_part(&buf, "ts:", &v->message.stamp);

    if (buf.failed) {
        webhook_buf_free(&buf);
        return WEBHOOK_VERIFY_FAULT;
    }

    text.data = buf.data;
    text.len = buf.len;

    scheme = *v->verifier->scheme;
    scheme.nparts = 1;
    scheme.parts = &body;
    scheme.values = 0;

    v->scheme = &scheme;
    v->message.body = &text;
    v->message.pieces = 1;

    rc = webhook_verify_proof(v, s);

    v->scheme = v->verifier->scheme;

    webhook_buf_free(&buf);

    return rc;
}


static void
webhook_mercadopago_part(webhook_buf_t *text, const char *name,
    const webhook_str_t *value)
{
    if (value->len == 0) {
        return;
    }

    (void) webhook_buf_add(text, name, strlen(name));
    (void) webhook_buf_add(text, value->data, value->len);
    (void) webhook_buf_byte(text, ';');
}
