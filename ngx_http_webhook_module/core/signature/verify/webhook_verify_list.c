
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Signatures: one, or a list of them, in which what is empty, malformed, or of
 * another name, version or length is passed over.
 */

#include "core/signature/verify/webhook_verify_engine.h"


static webhook_verify_e webhook_verify_numbered(webhook_verify_t *v,
    webhook_signatures_t *s, unsigned *found);
static webhook_verify_e webhook_verify_one(webhook_verify_t *v,
    webhook_signatures_t *s, const webhook_str_t *value);
static webhook_verify_e webhook_verify_items(webhook_verify_t *v,
    webhook_signatures_t *s, const webhook_str_t *value);
static void webhook_verify_item(webhook_verify_t *v, webhook_signatures_t *s,
    webhook_str_t *item);
static void webhook_verify_private(webhook_signatures_t *s,
    const webhook_str_t *text);
static int webhook_verify_bytes(const webhook_scheme_t *scheme,
    const webhook_str_t *text, unsigned char *out);


webhook_verify_e
webhook_verify_signatures(webhook_verify_t *v, webhook_signatures_t *s)
{
    unsigned                 found;
    webhook_str_t            value;
    webhook_verify_e         rc;
    const webhook_preset_t  *p;

    p = v->preset;

    /* not the bytes, which are many */

    memset(s, 0, offsetof(webhook_signatures_t, bytes));

    if (p->numbered) {
        rc = webhook_verify_numbered(v, s, &found);

    } else {
        rc = webhook_verify_place(v, &p->signature, &value);

        if (rc == WEBHOOK_VERIFY_OK && value.len == 0
            && p->signature.other.len)
        {
            v->other = 1;
            rc = webhook_verify_place(v, &p->signature, &value);
        }

        found = value.len != 0;

        if (rc == WEBHOOK_VERIFY_OK && found) {
            rc = webhook_verify_one(v, s, &value);
        }
    }

    if (rc != WEBHOOK_VERIFY_OK) {
        return rc;
    }

    if (s->n || s->npublic) {
        return WEBHOOK_VERIFY_OK;
    }

    return found && s->bad ? WEBHOOK_VERIFY_BAD_SIGNATURE
                           : WEBHOOK_VERIFY_NO_SIGNATURE;
}


/* name1, name2 ...: one for each key of the sender's. */

static webhook_verify_e
webhook_verify_numbered(webhook_verify_t *v, webhook_signatures_t *s,
    unsigned *found)
{
    unsigned              i;
    webhook_str_t         name, value;
    unsigned char         text[128];
    webhook_verify_e      rc;
    const webhook_str_t  *base;

    base = &v->preset->signature.name;

    *found = 0;

    memcpy(text, base->data, base->len);
    name.data = text;

    for (i = 1; i <= WEBHOOK_VERIFY_HEADERS; i++) {

        name.len = base->len;

        if (i == 10) {
            text[name.len++] = '1';
        }

        text[name.len++] = (unsigned char) ('0' + i % 10);

        rc = webhook_verify_header(v, &name, &value);

        if (rc == WEBHOOK_VERIFY_OK && value.len) {
            *found = 1;
            rc = webhook_verify_one(v, s, &value);
        }

        if (rc != WEBHOOK_VERIFY_OK) {
            return rc;
        }
    }

    return WEBHOOK_VERIFY_OK;
}


/* The value of one header, parameter or field. */

static webhook_verify_e
webhook_verify_one(webhook_verify_t *v, webhook_signatures_t *s,
    const webhook_str_t *value)
{
    webhook_str_t  item;

    if (v->preset->list.len) {
        return webhook_verify_items(v, s, value);
    }

    item = *value;

    webhook_verify_item(v, s, &item);

    return WEBHOOK_VERIFY_OK;
}


static webhook_verify_e
webhook_verify_items(webhook_verify_t *v, webhook_signatures_t *s,
    const webhook_str_t *value)
{
    webhook_str_t         item;
    unsigned char        *p, *last;
    const webhook_str_t  *list;

    list = &v->preset->list;

    p = value->data;
    last = p + value->len;

    while (p < last) {

        item.data = p;

        if (list->len == 1) {
            p = memchr(p, *list->data, last - p);

            if (p == NULL) {
                p = last;
            }

        } else {
            while (p < last && memchr(list->data, *p, list->len) == NULL) {
                p++;
            }
        }

        item.len = p - item.data;

        if (p < last) {
            p++;
        }

        while (item.len && (*item.data == ' ' || *item.data == '\t')) {
            item.data++;
            item.len--;
        }

        while (item.len && (item.data[item.len - 1] == ' '
                            || item.data[item.len - 1] == '\t'))
        {
            item.len--;
        }

        if (item.len == 0) {
            continue;
        }

        if (s->items++ == WEBHOOK_VERIFY_CANDIDATES) {
            return WEBHOOK_VERIFY_TOO_LONG;
        }

        webhook_verify_item(v, s, &item);
    }

    return WEBHOOK_VERIFY_OK;
}


/* One signature, or another part of a list: each counts only as what it is
   named. */

static void
webhook_verify_item(webhook_verify_t *v, webhook_signatures_t *s,
    webhook_str_t *item)
{
    unsigned char           *p;
    webhook_str_t            name;
    const webhook_preset_t  *preset;
    const webhook_scheme_t  *scheme;

    preset = v->preset;
    scheme = v->scheme;

    if (preset->pair.len) {

        p = memchr(item->data, *preset->pair.data, item->len);
        if (p == NULL) {
            s->bad = 1;
            return;
        }

        name.data = item->data;
        name.len = p - item->data;

        item->data = p + 1;
        item->len -= name.len + 1;

        if (preset->timestamp.in == WEBHOOK_PLACE_ITEM
            && webhook_str_eq(&name, &preset->timestamp.name))
        {
            v->item_stamp = *item;
            return;
        }

        if (preset->id.in == WEBHOOK_PLACE_ITEM
            && webhook_str_eq(&name, &preset->id.name))
        {
            v->item_id = *item;
            return;
        }

        if (preset->public.len && webhook_str_eq(&name, &preset->public)) {
            webhook_verify_private(s, item);
            return;
        }

        if (!webhook_str_eq(&name, &preset->item)) {
            return;
        }
    }

    if (scheme->prefix.len) {

        if (item->len < scheme->prefix.len
            || memcmp(item->data, scheme->prefix.data, scheme->prefix.len)
               != 0)
        {
            s->bad = 1;
            return;
        }

        item->data += scheme->prefix.len;
        item->len -= scheme->prefix.len;
    }

    if (preset->kind == WEBHOOK_VERIFY_PUBLIC_KEY) {
        webhook_verify_private(s, item);

    } else if (s->n < WEBHOOK_VERIFY_CANDIDATES
               && webhook_verify_bytes(scheme, item, s->bytes[s->n]))
    {
        s->n++;

    } else {
        s->bad = 1;
    }
}


/* One made by a private key: to check it costs more than to read it. */

static void
webhook_verify_private(webhook_signatures_t *s, const webhook_str_t *text)
{
    if (s->npublic < WEBHOOK_VERIFY_PUBLIC) {
        s->public[s->npublic++] = *text;

    } else {
        s->over = 1;
    }
}


static int
webhook_verify_bytes(const webhook_scheme_t *scheme, const webhook_str_t *text,
    unsigned char *out)
{
    size_t         len;
    webhook_hex_e  letters;

    len = webhook_digest_len(scheme->digest);

    switch (scheme->encoding) {

    case WEBHOOK_ENCODING_BASE64:
        return webhook_base64_decode(text, out, len) == (ssize_t) len;

    case WEBHOOK_ENCODING_BASE64URL:
        return webhook_base64_decode_loose(text, 1, out, len)
               == (ssize_t) len;

    case WEBHOOK_ENCODING_HEX_LOWER:
        letters = WEBHOOK_HEX_LOWER;
        break;

    case WEBHOOK_ENCODING_HEX_UPPER:
        letters = WEBHOOK_HEX_UPPER;
        break;

    default:
        letters = WEBHOOK_HEX_ANY;
    }

    return webhook_hex_decode(text, letters, out, len) == WEBHOOK_OK;
}
