
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * HubSpot signs the URL with some of its escapes decoded, and no others.
 */

#include "core/signature/presets/webhook_presets_int.h"

#include <openssl/crypto.h>


static webhook_verify_e webhook_hubspot_signed(webhook_verify_t *v,
    const webhook_signatures_t *s);
static size_t webhook_hubspot_decode(const webhook_str_t *url,
    unsigned char *out);
static int webhook_hubspot_digit(unsigned char c);


webhook_verify_e
webhook_verify_hubspot(webhook_verify_t *v)
{
    unsigned char         *p;
    webhook_verify_e       rc;
    webhook_signatures_t   s;
    const webhook_str_t   *url;

    rc = webhook_verify_signatures(v, &s);

    if (rc == WEBHOOK_VERIFY_OK) {
        rc = webhook_verify_timestamp(v);
    }

    if (rc == WEBHOOK_VERIFY_OK) {
        rc = webhook_verify_repeat_id(v);
    }

    if (rc != WEBHOOK_VERIFY_OK) {
        return rc;
    }

    url = &v->call->url;

    if (memchr(url->data, '%', url->len) == NULL) {
        return webhook_hubspot_signed(v, &s);
    }

    p = webhook_verify_room(v, url->len);
    if (p == NULL) {
        return WEBHOOK_VERIFY_FAULT;
    }

    v->message.url.data = p;
    v->message.url.len = webhook_hubspot_decode(url, p);

    rc = webhook_hubspot_signed(v, &s);

    /* it may be a secret */

    OPENSSL_cleanse(p, url->len);

    v->message.url = *url;

    return rc;
}


static webhook_verify_e
webhook_hubspot_signed(webhook_verify_t *v, const webhook_signatures_t *s)
{
    webhook_str_t     values[WEBHOOK_SCHEME_PARTS];
    webhook_verify_e  rc;

    rc = webhook_verify_values(v, values);

    if (rc == WEBHOOK_VERIFY_OK) {
        rc = webhook_verify_proof(v, s);
    }

    return rc == WEBHOOK_VERIFY_OK ? webhook_verify_window(v) : rc;
}


/* The escapes that HubSpot's documentation lists. */

static size_t
webhook_hubspot_decode(const webhook_str_t *url, unsigned char *out)
{
    int             high, low;
    size_t          i;
    unsigned char  *p;

    static const char  decoded[] = ":/?@!$'()*,;";

    p = out;

    for (i = 0; i < url->len; i++) {

        if (url->data[i] == '%' && i + 2 < url->len) {

            high = webhook_hubspot_digit(url->data[i + 1]);
            low = webhook_hubspot_digit(url->data[i + 2]);

            if (high > 0 && low >= 0 && strchr(decoded, high << 4 | low)) {
                *p++ = (unsigned char) (high << 4 | low);
                i += 2;
                continue;
            }
        }

        *p++ = url->data[i];
    }

    return p - out;
}


static int
webhook_hubspot_digit(unsigned char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }

    c |= 0x20;

    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}
