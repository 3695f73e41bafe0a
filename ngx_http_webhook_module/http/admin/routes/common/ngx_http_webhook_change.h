
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Changes of what is registered: posted to the registry, and its results as
 * answers.  Event loop.
 */

#ifndef NGX_WEBHOOK_CHANGE_H
#define NGX_WEBHOOK_CHANGE_H

#include "http/admin/registry/ngx_http_webhook_registry.h"
#include "http/admin/routes/common/ngx_http_webhook_shown.h"


/* 1 where things can be registered; else an answer was set that says so. */
ngx_uint_t ngx_webhook_change_possible(ngx_webhook_api_t *api, ngx_int_t *rc);

/*
 * Makes, patches, rotates, approves or removes the object that the path names
 * (of MAKE: the body alone) and answers: 201, 200 or 204.  The whole of a
 * handler that has the scope.
 */
ngx_int_t ngx_webhook_change(ngx_webhook_api_t *api, webhook_object_e kind,
    ngx_webhook_registry_action_e action);

/*
 * Judges and compiles the endpoint that the request's body has as a member of
 * this name, which is not kept, and goes on with tried, which may use c->compiled
 * as long as the request lasts.  Where it is not right that is answered.
 */
ngx_int_t ngx_webhook_change_try(ngx_webhook_api_t *api,
    ngx_int_t (*tried)(ngx_webhook_api_t *api,
    ngx_webhook_registry_change_t *c));


#endif /* NGX_WEBHOOK_CHANGE_H */
