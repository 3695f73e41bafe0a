
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/runtime/registered/ngx_http_webhook_registered_api.h"
#include "core/base/webhook_id.h"


uint64_t
ngx_webhook_registered_api_key(const webhook_str_t *id)
{
    webhook_str_t  name;
    u_char         buf[NGX_WEBHOOK_REGISTERED_API_LEN + WEBHOOK_NAME_MAX];

    if (id->len > WEBHOOK_NAME_MAX) {
        return 0;
    }

    ngx_memcpy(ngx_cpymem(buf, NGX_WEBHOOK_REGISTERED_API,
                          NGX_WEBHOOK_REGISTERED_API_LEN), id->data, id->len);

    name.data = buf;
    name.len = NGX_WEBHOOK_REGISTERED_API_LEN + id->len;

    return webhook_id_name(&name);
}


ngx_uint_t
ngx_webhook_registered_api_named(const webhook_str_t *name, webhook_str_t *id)
{
    if (name->len <= NGX_WEBHOOK_REGISTERED_API_LEN
        || ngx_memcmp(name->data, NGX_WEBHOOK_REGISTERED_API,
                      NGX_WEBHOOK_REGISTERED_API_LEN)
           != 0)
    {
        return 0;
    }

    id->data = name->data + NGX_WEBHOOK_REGISTERED_API_LEN;
    id->len = name->len - NGX_WEBHOOK_REGISTERED_API_LEN;

    return 1;
}
