
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_registry { }, once all is read.
 */

#include "http/conf/admin/ngx_http_webhook_conf_registry.h"
#include "http/conf/bounds/ngx_http_webhook_conf_bounds.h"
#include "http/conf/read/ngx_http_webhook_conf_build.h"
#include "http/net/peer/ngx_http_webhook_tls.h"
#include "http/runtime/registered/ngx_http_webhook_registered.h"
#include "core/seal/webhook_seal.h"


/* What has secrets in it is overwritten when it is freed: from here on, in this
   process and those that it forks. */

ngx_int_t
ngx_webhook_registry_check(ngx_conf_t *cf)
{
    ngx_webhook_build_t           build, *b;
    ngx_webhook_main_conf_t      *wmcf;
    ngx_webhook_registry_conf_t  *rc;

    b = ngx_webhook_conf_build(cf, &build);
    wmcf = b->wmcf;
    rc = wmcf->registry;

    if (rc == NULL) {
        return NGX_OK;
    }

    if (wmcf->store == NULL) {
        ngx_webhook_build_at(NGX_LOG_EMERG, b, &rc->source_pos,
                             "\"webhook_registry\" needs a "
                             "\"webhook_store\", and there is none");
        return NGX_ERROR;
    }

    if (b->resolver == NULL) {
        ngx_webhook_build_at(NGX_LOG_EMERG, b, &rc->source_pos,
                             "\"webhook_registry\" needs a \"resolver\" in "
                             "http {}: the hosts of what is registered are "
                             "looked up when something is sent");
        return NGX_ERROR;
    }

    if (rc->keys == NULL) {
        ngx_webhook_build_at(NGX_LOG_WARN, b, &rc->source_pos,
                             "\"webhook_registry\" has no \"key\": nothing "
                             "with a URL or a secret can be registered");
    }

    if (ngx_webhook_bounds_done(b, &rc->bounds, rc->company != NULL) != NGX_OK
        || ngx_webhook_tls_default(b, &rc->source_pos) != NGX_OK)
    {
        return NGX_ERROR;
    }

    webhook_seal_jansson();

    return ngx_webhook_registered_zone(cf, wmcf);
}
