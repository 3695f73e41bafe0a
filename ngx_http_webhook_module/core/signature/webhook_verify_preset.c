
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What presets sign by HMAC and ed25519: in one header, or in a list, with the
 * time in a header of its own, in that list or in the body.
 */

#include "core/json/webhook_json.h"
#include "core/signature/webhook_verify_int.h"


static webhook_verify_e webhook_verify_headers(webhook_verify_t *v,
    const webhook_scheme_t *s, const webhook_str_t *signature,
    const webhook_str_t *timestamp, const webhook_str_t *id);
static webhook_verify_e webhook_verify_repeat_id(webhook_verify_t *v,
    const webhook_str_t *name);
static webhook_verify_e webhook_verify_standard_list(const webhook_str_t *list,
    webhook_candidates_t *hmac, webhook_candidates_t *ed25519);
static webhook_verify_e webhook_verify_stripe_item(webhook_verify_t *v,
    const webhook_str_t *item, int *timed, webhook_candidates_t *c);


/* One signature in one header, of a string that its row describes. */

webhook_verify_e
webhook_verify_plain(webhook_verify_t *v)
{
    const webhook_preset_t  *p;

    p = v->preset;

    return webhook_verify_headers(v, &p->scheme, &p->signature,
                                  &p->timestamp, &p->id);
}


webhook_verify_e
webhook_verify_custom(webhook_verify_t *v)
{
    const webhook_verifier_t  *conf;

    conf = v->verifier;

    if (v->message.url.len == 0
        && webhook_scheme_has(conf->scheme, WEBHOOK_PART_URL))
    {
        return WEBHOOK_VERIFY_NO_URL;
    }

    return webhook_verify_headers(v, conf->scheme, &conf->signature,
                                  &conf->timestamp, &conf->id);
}


static webhook_verify_e
webhook_verify_headers(webhook_verify_t *v, const webhook_scheme_t *s,
    const webhook_str_t *signature, const webhook_str_t *timestamp,
    const webhook_str_t *id)
{
    webhook_str_t         value;
    webhook_verify_e      rc;
    webhook_candidates_t  c;

    c.n = 0;

    rc = webhook_verify_header(v, signature, &value);
    if (rc != WEBHOOK_VERIFY_OK) {
        return rc;
    }

    if (value.len == 0) {
        return WEBHOOK_VERIFY_NO_SIGNATURE;
    }

    if (s->prefix.len) {

        if (value.len < s->prefix.len
            || memcmp(value.data, s->prefix.data, s->prefix.len) != 0)
        {
            return WEBHOOK_VERIFY_BAD_SIGNATURE;
        }

        value.data += s->prefix.len;
        value.len -= s->prefix.len;
    }

    rc = webhook_verify_candidate(&c, s, &value);
    if (rc != WEBHOOK_VERIFY_OK) {
        return rc;
    }

    if (timestamp->len) {
        rc = webhook_verify_timestamp(v, timestamp);
        if (rc != WEBHOOK_VERIFY_OK) {
            return rc;
        }
    }

    rc = webhook_verify_repeat_id(v, id);
    if (rc != WEBHOOK_VERIFY_OK) {
        return rc;
    }

    if (v->verified.id.len == 0 && webhook_scheme_has(s, WEBHOOK_PART_ID)) {
        return WEBHOOK_VERIFY_NO_ID;
    }

    v->message.id = v->verified.id;

    rc = webhook_verify_hmac(v, s, &c);
    if (rc != WEBHOOK_VERIFY_OK) {
        return rc;
    }

    return timestamp->len ? webhook_verify_window(v, v->message.timestamp)
                          : WEBHOOK_VERIFY_OK;
}


/* An id goes into keys and logs: visible ASCII, and not much of it. */

static webhook_verify_e
webhook_verify_repeat_id(webhook_verify_t *v, const webhook_str_t *name)
{
    size_t            i;
    webhook_verify_e  rc;

    rc = webhook_verify_header(v, name, &v->verified.id);
    if (rc != WEBHOOK_VERIFY_OK) {
        return rc;
    }

    if (v->verified.id.len > WEBHOOK_VERIFY_ID_MAX) {
        return WEBHOOK_VERIFY_TOO_LONG;
    }

    for (i = 0; i < v->verified.id.len; i++) {
        if (v->verified.id.data[i] <= 0x20 || v->verified.id.data[i] >= 0x7f) {
            return WEBHOOK_VERIFY_BAD_ID;
        }
    }

    return WEBHOOK_VERIFY_OK;
}


/*
 * Standard Webhooks; some senders still give the three headers their older
 * names.  All three are taken from the one set whose signature came.
 */

webhook_verify_e
webhook_verify_standard(webhook_verify_t *v)
{
    unsigned              set;
    webhook_str_t         list;
    webhook_verify_e      rc;
    webhook_candidates_t  hmac, ed25519;

    static const webhook_str_t  names[2][3] = {
        { webhook_str("webhook-signature"),
          webhook_str("webhook-timestamp"),
          webhook_str("webhook-id") },
        { webhook_str("svix-signature"),
          webhook_str("svix-timestamp"),
          webhook_str("svix-id") }
    };

    for (set = 0; set < 2; set++) {

        rc = webhook_verify_header(v, &names[set][0], &list);
        if (rc != WEBHOOK_VERIFY_OK) {
            return rc;
        }

        if (list.len) {
            break;
        }
    }

    if (set == 2) {
        return WEBHOOK_VERIFY_NO_SIGNATURE;
    }

    rc = webhook_verify_timestamp(v, &names[set][1]);
    if (rc != WEBHOOK_VERIFY_OK) {
        return rc;
    }

    rc = webhook_verify_repeat_id(v, &names[set][2]);
    if (rc != WEBHOOK_VERIFY_OK) {
        return rc;
    }

    if (v->verified.id.len == 0) {
        return WEBHOOK_VERIFY_NO_ID;
    }

    if (!webhook_id_signable(&v->verified.id)) {
        return WEBHOOK_VERIFY_BAD_ID;
    }

    v->message.id = v->verified.id;

    rc = webhook_verify_standard_list(&list, &hmac, &ed25519);
    if (rc != WEBHOOK_VERIFY_OK) {
        return rc;
    }

    rc = webhook_verify_hmac(v, &webhook_scheme_standard, &hmac);

    if (rc == WEBHOOK_VERIFY_MISMATCH) {
        rc = webhook_verify_ed25519(v, &webhook_scheme_standard, &ed25519);
    }

    if (rc != WEBHOOK_VERIFY_OK) {
        return rc;
    }

    return webhook_verify_window(v, v->message.timestamp);
}


/* "v1,base64 v1a,base64 ..."; versions that are not known are passed over. */

static webhook_verify_e
webhook_verify_standard_list(const webhook_str_t *list,
    webhook_candidates_t *hmac, webhook_candidates_t *ed25519)
{
    unsigned              n;
    webhook_str_t         item;
    unsigned char        *p, *end, *last, *comma;
    webhook_verify_e      rc;

    hmac->n = 0;
    ed25519->n = 0;

    p = list->data;
    last = p + list->len;

    for (n = 0; n < WEBHOOK_VERIFY_CANDIDATES; n++) {

        end = memchr(p, ' ', last - p);
        if (end == NULL) {
            end = last;
        }

        comma = memchr(p, ',', end - p);
        if (comma == NULL) {
            return WEBHOOK_VERIFY_BAD_SIGNATURE;
        }

        item.data = comma + 1;
        item.len = end - item.data;

        rc = WEBHOOK_VERIFY_OK;

        if (comma - p == 2 && memcmp(p, "v1", 2) == 0) {
            rc = webhook_verify_candidate(hmac, &webhook_scheme_standard,
                                          &item);

        } else if (comma - p == 3 && memcmp(p, "v1a", 3) == 0) {

            if (ed25519->n == WEBHOOK_VERIFY_ED25519) {
                return WEBHOOK_VERIFY_TOO_LONG;
            }

            if (webhook_base64_decode(&item, ed25519->bytes[ed25519->n],
                                      WEBHOOK_ED25519_LEN)
                != WEBHOOK_ED25519_LEN)
            {
                return WEBHOOK_VERIFY_BAD_SIGNATURE;
            }

            ed25519->n++;
        }

        if (rc != WEBHOOK_VERIFY_OK) {
            return rc;
        }

        if (end == last) {
            return WEBHOOK_VERIFY_OK;
        }

        p = end + 1;
    }

    return WEBHOOK_VERIFY_TOO_LONG;
}


/* "t=1492774577,v1=hex,v1=hex,v0=hex" */

webhook_verify_e
webhook_verify_stripe(webhook_verify_t *v)
{
    int                   timed;
    webhook_str_t         value, item;
    unsigned char        *end, *last;
    webhook_verify_e      rc;
    webhook_candidates_t  c;

    rc = webhook_verify_header(v, &v->preset->signature, &value);
    if (rc != WEBHOOK_VERIFY_OK) {
        return rc;
    }

    if (value.len == 0) {
        return WEBHOOK_VERIFY_NO_SIGNATURE;
    }

    c.n = 0;
    timed = 0;

    item.data = value.data;
    last = value.data + value.len;

    for ( ;; ) {
        end = memchr(item.data, ',', last - item.data);
        if (end == NULL) {
            end = last;
        }

        item.len = end - item.data;

        rc = webhook_verify_stripe_item(v, &item, &timed, &c);
        if (rc != WEBHOOK_VERIFY_OK) {
            return rc;
        }

        if (end == last) {
            break;
        }

        item.data = end + 1;
    }

    if (!timed) {
        return WEBHOOK_VERIFY_NO_TIMESTAMP;
    }

    if (c.n == 0) {
        return WEBHOOK_VERIFY_NO_SIGNATURE;
    }

    rc = webhook_verify_hmac(v, &v->preset->scheme, &c);
    if (rc != WEBHOOK_VERIFY_OK) {
        return rc;
    }

    return webhook_verify_window(v, v->message.timestamp);
}


static webhook_verify_e
webhook_verify_stripe_item(webhook_verify_t *v, const webhook_str_t *item,
    int *timed, webhook_candidates_t *c)
{
    size_t           len;
    webhook_str_t    value;
    unsigned char   *eq;

    eq = memchr(item->data, '=', item->len);
    if (eq == NULL) {
        return WEBHOOK_VERIFY_BAD_SIGNATURE;
    }

    len = eq - item->data;

    value.data = eq + 1;
    value.len = item->len - len - 1;

    if (len == 1 && item->data[0] == 't') {

        if (*timed) {
            return WEBHOOK_VERIFY_BAD_TIMESTAMP;
        }

        *timed = 1;

        return webhook_verify_number(&value, &v->message.timestamp);
    }

    if (len == 2 && memcmp(item->data, "v1", 2) == 0) {
        return webhook_verify_candidate(c, &v->preset->scheme, &value);
    }

    return WEBHOOK_VERIFY_OK;
}


/* The time is in the body, which is read only after its signature held. */

webhook_verify_e
webhook_verify_linear(webhook_verify_t *v)
{
    int                    rc;
    int64_t                ms;
    webhook_buf_t          buf;
    webhook_str_t          body;
    webhook_verify_e       result;
    webhook_json_doc_t    *doc;
    webhook_json_value_t   root, value;

    static const webhook_str_t  name = webhook_str("webhookTimestamp");

    result = webhook_verify_plain(v);
    if (result != WEBHOOK_VERIFY_OK) {
        return result;
    }

    result = webhook_verify_body(v, &buf, &body);
    if (result != WEBHOOK_VERIFY_OK) {
        webhook_buf_free(&buf);
        return result;
    }

    rc = webhook_json_read(&body, NULL, &doc, NULL);

    if (rc != WEBHOOK_OK) {
        webhook_buf_free(&buf);
        return rc == WEBHOOK_NOMEM ? WEBHOOK_VERIFY_FAULT
                                   : WEBHOOK_VERIFY_BAD_BODY;
    }

    webhook_json_root(doc, &root);

    if (webhook_json_member(doc, &root, &name, &value) != WEBHOOK_OK
        || value.type == WEBHOOK_JSON_NULL)
    {
        result = WEBHOOK_VERIFY_NO_TIMESTAMP;

    } else if (value.type != WEBHOOK_JSON_NUMBER) {
        result = WEBHOOK_VERIFY_BAD_TIMESTAMP;

    } else {
        result = webhook_verify_number(&value.span, &ms);
    }

    webhook_json_free(doc);
    webhook_buf_free(&buf);

    if (result != WEBHOOK_VERIFY_OK) {
        return result;
    }

    return webhook_verify_window(v, ms / 1000);
}


const char *
webhook_verify_custom_check(const webhook_verifier_t *verifier)
{
    unsigned                 i;
    const webhook_scheme_t  *s;

    s = verifier->scheme;

    if (verifier->signature.len == 0) {
        return "the header of the signature is not set";
    }

    if (s == NULL || !webhook_scheme_has(s, WEBHOOK_PART_BODY)) {
        return "the signed string has no {body}";
    }

    if (webhook_scheme_has(s, WEBHOOK_PART_TIMESTAMP)
        != (verifier->timestamp.len != 0))
    {
        return verifier->timestamp.len
               ? "the signed string has no {timestamp}, "
                 "so the header of the timestamp proves nothing"
               : "the header of the timestamp is not set";
    }

    if (webhook_scheme_has(s, WEBHOOK_PART_ID) && verifier->id.len == 0) {
        return "the header of the id is not set";
    }

    if (verifier->tolerance && verifier->timestamp.len == 0) {
        return "a tolerance is of no use: no timestamp is signed";
    }

    for (i = 0; i < verifier->nkeys; i++) {
        if (verifier->keys[i].kind != WEBHOOK_KEY_SECRET) {
            return "an ed25519 key is of use for \"standard\" only";
        }
    }

    return NULL;
}
