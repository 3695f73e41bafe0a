
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What an object of the store says, and what this worker has of it.
 */

#include "http/admin/registry/ngx_http_webhook_registry_int.h"
#include "core/base/webhook_id.h"


int
ngx_webhook_registry_opened(ngx_webhook_main_conf_t *wmcf,
    const webhook_object_t *object, json_t **definition)
{
    return webhook_definition_open((webhook_definition_kind_e) object->kind,
                                   &object->id, &object->data,
                                   wmcf->registry->keys, definition);
}


json_t *
ngx_webhook_registry_open(ngx_webhook_main_conf_t *wmcf,
    const webhook_object_t *object, ngx_webhook_why_t *held)
{
    int      rc;
    json_t  *definition;

    ngx_memzero(held, sizeof(ngx_webhook_why_t));
    definition = NULL;

    rc = ngx_webhook_registry_opened(wmcf, object, &definition);

    switch (rc) {

    case WEBHOOK_OK:
        return definition;

    case WEBHOOK_DEFINITION_LOCKED:
        held->code = "locked";
        held->text = "no \"key\" of webhook_registry decrypts its secrets";
        return definition;

    case WEBHOOK_NOMEM:
        held->code = "unread";
        held->text = "there is no memory to read it";
        return NULL;

    default:
        held->code = "damaged";
        held->text = "it is damaged, or was not sealed for this id";
        return NULL;
    }
}


ngx_int_t
ngx_webhook_registry_state(ngx_webhook_main_conf_t *wmcf,
    webhook_object_e kind, ngx_str_t *id, ngx_webhook_registry_state_t *state)
{
    uint64_t                   key;
    ngx_webhook_object_t      *object;
    ngx_webhook_registered_t  *set;

    set = ngx_webhook_registered_hold(wmcf);

    key = webhook_id_name(ngx_webhook_str(id));

    object = (kind == WEBHOOK_OBJECT_ENDPOINT)
             ? ngx_webhook_registered_endpoint(set, key)
             : ngx_webhook_registered_receiver(set, key);

    if (object) {
        state->version = object->version;
        state->change = object->change;
        state->why.code = object->code;
        state->why.text = object->reason;
        state->unconfirmed = object->unconfirmed;
    }

    ngx_webhook_registered_release(set);

    return object ? NGX_OK : NGX_DECLINED;
}
