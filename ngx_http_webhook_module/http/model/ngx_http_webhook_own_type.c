
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The module's own event types, in the order of ngx_webhook_notice_e.
 */

#include "http/model/ngx_http_webhook.h"


typedef struct {
    ngx_str_t  name;
    ngx_str_t  description;
    ngx_str_t  example;
} ngx_webhook_own_type_t;


static ngx_webhook_own_type_t  ngx_webhook_own_type[] = {

    { ngx_string("webhook.endpoint.paused"),
      ngx_string("An endpoint was paused: by hand, or because it asked for "
                 "it."),
      ngx_string("{\"endpoint\":{\"id\":\"erp\",\"name\":\"erp\","
                 "\"company\":null},\"reason\":\"it answered 410 and wants "
                 "no more events\"}") },

    { ngx_string("webhook.endpoint.resumed"),
      ngx_string("Sending to a paused endpoint was resumed."),
      ngx_string("{\"endpoint\":{\"id\":\"erp\",\"name\":\"erp\","
                 "\"company\":null},\"reason\":null}") },

    { ngx_string("webhook.endpoint.disabled"),
      ngx_string("An endpoint was paused because it had failed for too long."),
      ngx_string("{\"endpoint\":{\"id\":\"erp\",\"name\":\"erp\","
                 "\"company\":null},\"reason\":\"disabled: it has failed for "
                 "120 hours\"}") },

    { ngx_string("webhook.delivery.dead"),
      ngx_string("A delivery was given up after its last send."),
      ngx_string("{\"endpoint\":{\"id\":\"erp\",\"name\":\"erp\","
                 "\"company\":null},"
                 "\"event\":\"019ac7d1-1a57-7b3c-8d8e-6a3c5f1e2b4d\","
                 "\"type\":\"order.add\",\"sends\":12,\"status\":500,"
                 "\"reason\":null}") },

    { ngx_string("webhook.store.high"),
      ngx_string("The store fills."),
      ngx_string("{\"used\":805306368,\"size\":1073741824,\"reason\":"
                 "\"75 percent of the store are in use\"}") },

    { ngx_string("webhook.receiver.failed"),
      ngx_string("A call of a receiver failed."),
      ngx_string("{\"receiver\":{\"id\":\"contact\",\"name\":\"contact\","
                 "\"company\":null},\"status\":502,\"reason\":null}") }
};

_Static_assert(sizeof(ngx_webhook_own_type)
               == NGX_WEBHOOK_OWN_TYPES * sizeof(ngx_webhook_own_type_t),
               "each of the module's own types is described");


ngx_int_t
ngx_webhook_own_types_add(ngx_webhook_main_conf_t *wmcf)
{
    ngx_uint_t           i;
    ngx_webhook_type_t  *type;

    wmcf->own_types = wmcf->types.nelts;

    type = ngx_array_push_n(&wmcf->types, NGX_WEBHOOK_OWN_TYPES);
    if (type == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(type, NGX_WEBHOOK_OWN_TYPES * sizeof(ngx_webhook_type_t));

    for (i = 0; i < NGX_WEBHOOK_OWN_TYPES; i++) {
        type[i].name = ngx_webhook_own_type[i].name;
        type[i].description = ngx_webhook_own_type[i].description;
        type[i].example = ngx_webhook_own_type[i].example;
        ngx_str_set(&type[i].group, "webhook");
        type[i].own = 1;
    }

    return NGX_OK;
}
