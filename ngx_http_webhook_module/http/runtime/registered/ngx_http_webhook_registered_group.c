
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What was registered by one company, and who listens to what among it.
 */

#include "http/runtime/registered/ngx_http_webhook_registered.h"


ngx_webhook_registered_group_t *
ngx_webhook_registered_group_create(ngx_str_t *company, ngx_uint_t n,
    ngx_uint_t ntypes, ngx_log_t *log)
{
    size_t                           size;
    ngx_webhook_registered_group_t  *group;

    size = sizeof(ngx_webhook_registered_group_t)
           + ntypes * sizeof(ngx_webhook_listeners_t *)
           + n * sizeof(ngx_webhook_object_t *) + company->len;

    group = ngx_calloc(size, log);
    if (group == NULL) {
        return NULL;
    }

    group->ntypes = ntypes;
    group->objects = (ngx_webhook_object_t **) &group->listeners[ntypes + 1];

    if (company->len) {
        group->company.data = (u_char *) (group->objects + n);
        group->company.len = company->len;
        ngx_memcpy(group->company.data, company->data, company->len);
    }

    return group;
}


void
ngx_webhook_registered_group_free(ngx_webhook_registered_group_t *group)
{
    ngx_uint_t  i;

    for (i = 0; i < group->ntypes; i++) {
        if (group->listeners[i]) {
            ngx_free(group->listeners[i]);
        }
    }

    ngx_free(group);
}
