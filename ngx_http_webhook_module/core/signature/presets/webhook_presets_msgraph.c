
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Microsoft Graph gives back the secret of a subscription in each notification
 * of it.  A call can have notifications of several subscriptions, of other
 * people's as well: all of them have to be right.
 */

#include "core/signature/presets/webhook_presets_int.h"


static webhook_verify_e webhook_msgraph_state(webhook_verify_t *v,
    const webhook_json_value_t *notification);


webhook_verify_e
webhook_verify_msgraph(webhook_verify_t *v)
{
    uint32_t               iter;
    webhook_verify_e       rc;
    webhook_json_value_t   root, list, notification;

    rc = webhook_verify_payload(v);
    if (rc != WEBHOOK_VERIFY_OK) {
        return rc;
    }

    if (v->payload != WEBHOOK_PAYLOAD_JSON) {
        return WEBHOOK_VERIFY_BAD_BODY;
    }

    webhook_json_root(v->doc, &root);

    if (webhook_json_member(v->doc, &root, &v->preset->signature.name, &list)
        != WEBHOOK_OK
        || list.type != WEBHOOK_JSON_ARRAY
        || webhook_json_count(v->doc, &list) == 0)
    {
        return WEBHOOK_VERIFY_NO_SIGNATURE;
    }

    iter = 0;

    while (webhook_json_next(v->doc, &list, &iter, NULL, &notification)
           == WEBHOOK_OK)
    {
        rc = webhook_msgraph_state(v, &notification);
        if (rc != WEBHOOK_VERIFY_OK) {
            return rc;
        }
    }

    return WEBHOOK_VERIFY_OK;
}


static webhook_verify_e
webhook_msgraph_state(webhook_verify_t *v,
    const webhook_json_value_t *notification)
{
    webhook_str_t          text;
    webhook_verify_e       rc;
    webhook_json_value_t   state;

    static const webhook_str_t  name = webhook_str("clientState");

    if (webhook_json_member(v->doc, notification, &name, &state)
        != WEBHOOK_OK)
    {
        return WEBHOOK_VERIFY_NO_SIGNATURE;
    }

    if (state.type != WEBHOOK_JSON_STRING) {
        return WEBHOOK_VERIFY_BAD_SIGNATURE;
    }

    if (state.span.len > WEBHOOK_VERIFY_VALUE_MAX) {
        return WEBHOOK_VERIFY_TOO_LONG;
    }

    rc = webhook_verify_json_text(v, &state, &text);
    if (rc != WEBHOOK_VERIFY_OK) {
        return rc;
    }

    return webhook_verify_secret(v, &text);
}
