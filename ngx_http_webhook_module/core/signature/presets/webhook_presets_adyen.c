
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Adyen signs some fields of each item of a list, and puts the signature into
 * the item.  All items have to be signed, or one that is not could ride along
 * with one that is.
 */

#include "core/json/webhook_path.h"
#include "core/signature/presets/webhook_presets_int.h"


#define WEBHOOK_ADYEN_ITEMS  64


static webhook_verify_e webhook_adyen_item(webhook_verify_t *v,
    const webhook_json_value_t *item);
static webhook_verify_e webhook_adyen_text(webhook_verify_t *v,
    const webhook_json_value_t *item, const webhook_str_t *path,
    webhook_str_t *text);
static webhook_verify_e webhook_adyen_value(webhook_verify_t *v,
    const webhook_json_value_t *item, const webhook_path_t *path,
    webhook_json_value_t *value, int *found);


/* The row's place is the list; the parts of its string are of an item. */

static const webhook_str_t  webhook_adyen_list =
    webhook_str("notificationItems");

static const webhook_str_t  webhook_adyen_signature =
    webhook_str("NotificationRequestItem.additionalData.hmacSignature");

static const webhook_str_t  webhook_adyen_reference =
    webhook_str("NotificationRequestItem.merchantReference");


const char *
webhook_adyen_check(const webhook_verifier_t *verifier)
{
    const webhook_preset_t  *p;

    p = verifier->preset;

    if (p->signature.in != WEBHOOK_PLACE_FIELD
        || !webhook_str_eq(&p->signature.name, &webhook_adyen_list)
        || p->encoding != WEBHOOK_ENCODING_BASE64
        || p->prefix.len || p->list.len || p->pair.len)
    {
        return "its signatures are in the items of \"notificationItems\": for "
               "one in a header take \"hmac\"";
    }

    return NULL;
}


webhook_verify_e
webhook_verify_adyen(webhook_verify_t *v)
{
    uint32_t              n, iter;
    webhook_verify_e      rc;
    webhook_json_value_t  root, list, item;

    rc = webhook_verify_payload(v);
    if (rc != WEBHOOK_VERIFY_OK) {
        return rc;
    }

    if (v->payload != WEBHOOK_PAYLOAD_JSON) {
        return WEBHOOK_VERIFY_BAD_BODY;
    }

    webhook_json_root(v->doc, &root);

    if (webhook_json_times(v->doc, &root, &webhook_adyen_list) > 1) {
        return WEBHOOK_VERIFY_REPEATED;
    }

    if (webhook_json_member(v->doc, &root, &webhook_adyen_list, &list)
        != WEBHOOK_OK
        || list.type != WEBHOOK_JSON_ARRAY)
    {
        return WEBHOOK_VERIFY_NO_SIGNATURE;
    }

    n = webhook_json_count(v->doc, &list);

    if (n == 0) {
        return WEBHOOK_VERIFY_NO_SIGNATURE;
    }

    if (n > WEBHOOK_ADYEN_ITEMS) {
        return WEBHOOK_VERIFY_TOO_LONG;
    }

    iter = 0;

    while (webhook_json_next(v->doc, &list, &iter, NULL, &item) == WEBHOOK_OK) {

        rc = webhook_adyen_item(v, &item);
        if (rc != WEBHOOK_VERIFY_OK) {
            return rc;
        }
    }

    return webhook_verify_repeat_id(v);
}


static webhook_verify_e
webhook_adyen_item(webhook_verify_t *v, const webhook_json_value_t *item)
{
    size_t                 len;
    unsigned               i;
    webhook_str_t          text, values[WEBHOOK_SCHEME_PARTS];
    webhook_verify_e       rc;
    webhook_signatures_t   s;
    const webhook_part_t  *part;

    rc = webhook_adyen_text(v, item, &webhook_adyen_signature, &text);
    if (rc != WEBHOOK_VERIFY_OK) {
        return rc;
    }

    if (text.len == 0) {
        return WEBHOOK_VERIFY_NO_SIGNATURE;
    }

    memset(&s, 0, offsetof(webhook_signatures_t, bytes));

    len = webhook_digest_len(v->scheme->digest);

    if (webhook_base64_decode(&text, s.bytes[0], len) != (ssize_t) len) {
        return WEBHOOK_VERIFY_BAD_SIGNATURE;
    }

    s.n = 1;

    for (i = 0; i < v->scheme->nparts; i++) {
        part = &v->scheme->parts[i];

        if (part->what != WEBHOOK_PART_FIELD) {
            continue;
        }

        rc = webhook_adyen_text(v, item, &part->text, &values[i]);
        if (rc != WEBHOOK_VERIFY_OK) {
            return rc;
        }

        /* what is signed has to be split in one way alone: the reference is
           the merchant's own, and has the only colons that there may be */

        if (values[i].len && memchr(values[i].data, ':', values[i].len)
            && !webhook_str_eq(&part->text, &webhook_adyen_reference))
        {
            return WEBHOOK_VERIFY_BAD_BODY;
        }
    }

    v->message.values = values;

    rc = webhook_verify_proof(v, &s);

    v->message.values = NULL;

    return rc;
}


/* Empty where it is missing, as Adyen signs it. */

static webhook_verify_e
webhook_adyen_text(webhook_verify_t *v, const webhook_json_value_t *item,
    const webhook_str_t *path, webhook_str_t *text)
{
    int                    found;
    webhook_path_t        *steps;
    webhook_verify_e       rc;
    webhook_json_value_t   value;

    text->len = 0;
    text->data = NULL;

    steps = webhook_path_compile(path, NULL);
    if (steps == NULL) {
        return WEBHOOK_VERIFY_FAULT;
    }

    rc = webhook_adyen_value(v, item, steps, &value, &found);

    webhook_path_free(steps);

    if (rc != WEBHOOK_VERIFY_OK || !found) {
        return rc;
    }

    return webhook_verify_json_text(v, &value, text);
}


/* Of a name that stands twice, others might take the other value. */

static webhook_verify_e
webhook_adyen_value(webhook_verify_t *v, const webhook_json_value_t *item,
    const webhook_path_t *path, webhook_json_value_t *value, int *found)
{
    uint32_t              i;
    const webhook_str_t  *step;
    webhook_json_value_t  member;

    *value = *item;
    *found = 0;

    for (i = 0; i < webhook_path_steps(path); i++) {
        step = webhook_path_step(path, i);

        if (webhook_json_times(v->doc, value, step) > 1) {
            return WEBHOOK_VERIFY_REPEATED;
        }

        if (webhook_json_member(v->doc, value, step, &member) != WEBHOOK_OK) {
            return WEBHOOK_VERIFY_OK;
        }

        *value = member;
    }

    *found = 1;

    return WEBHOOK_VERIFY_OK;
}
