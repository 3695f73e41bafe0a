
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Lists of endpoints and receivers, and one of them: those of nginx.conf, for
 * who asks for all companies, and those that were registered.  Event loop.
 */

#ifndef NGX_WEBHOOK_OBJECTS_H
#define NGX_WEBHOOK_OBJECTS_H

#include "http/admin/routes/common/ngx_http_webhook_shown.h"


/* The names of their query. */
#define NGX_WEBHOOK_OBJECTS_QUERY  "company cursor limit"


/* GET endpoints, GET receivers: the whole of a handler. */
ngx_int_t ngx_webhook_objects_list(ngx_webhook_api_t *api,
    webhook_object_e kind);

/* GET endpoints/{id}, GET receivers/{id}. */
ngx_int_t ngx_webhook_objects_get(ngx_webhook_api_t *api,
    webhook_object_e kind);

/*
 * The definition of the object that the path names, with its secrets, as the
 * store has it: goes on with read, whose definition is NULL for one of
 * nginx.conf.  Where there is none that the caller sees, or no key opens it,
 * that is answered.
 */
ngx_int_t ngx_webhook_objects_read(ngx_webhook_api_t *api,
    webhook_object_e kind, ngx_int_t (*read)(ngx_webhook_api_t *api,
    const webhook_object_t *object, json_t *definition));


#endif /* NGX_WEBHOOK_OBJECTS_H */
