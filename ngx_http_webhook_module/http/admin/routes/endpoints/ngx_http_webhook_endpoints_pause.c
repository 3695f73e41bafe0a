
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * POST endpoints/{id}/pause and resume.
 */

#include "http/admin/api/ngx_http_webhook_api_wait.h"
#include "http/admin/routes/common/ngx_http_webhook_objects.h"
#include "http/admin/routes/common/ngx_http_webhook_record.h"
#include "http/admin/routes/endpoints/ngx_http_webhook_endpoints_int.h"
#include "http/runtime/notice/ngx_http_webhook_notice.h"


typedef struct {
    ngx_webhook_scope_thing_t  thing;
    ngx_uint_t                 resume;
    webhook_str_t              reason;
} ngx_webhook_endpoints_pause_t;


static ngx_int_t ngx_webhook_endpoints_pause_begin(ngx_webhook_api_t *api,
    ngx_uint_t resume);
static ngx_int_t ngx_webhook_endpoints_pause_go(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_endpoints_pause_reason(ngx_webhook_api_t *api,
    webhook_str_t *reason);
static ngx_int_t ngx_webhook_endpoints_paused(ngx_webhook_api_t *api,
    webhook_op_t *op);
static void ngx_webhook_endpoints_pause_notice(
    ngx_webhook_endpoints_pause_t *pause);


ngx_int_t
ngx_webhook_endpoints_pause(ngx_webhook_api_t *api)
{
    return ngx_webhook_endpoints_pause_begin(api, 0);
}


ngx_int_t
ngx_webhook_endpoints_resume(ngx_webhook_api_t *api)
{
    return ngx_webhook_endpoints_pause_begin(api, 1);
}


static ngx_int_t
ngx_webhook_endpoints_pause_begin(ngx_webhook_api_t *api, ngx_uint_t resume)
{
    ngx_webhook_endpoints_pause_t  *pause;

    pause = ngx_pcalloc(api->pool, sizeof(ngx_webhook_endpoints_pause_t));
    if (pause == NULL) {
        return NGX_ERROR;
    }

    pause->resume = resume;
    api->data = pause;

    return ngx_webhook_scope_begin(api, ngx_webhook_endpoints_pause_go);
}


static ngx_int_t
ngx_webhook_endpoints_pause_go(ngx_webhook_api_t *api)
{
    json_t                         *more;
    ngx_int_t                       rc;
    webhook_op_t                    op;
    ngx_webhook_endpoints_pause_t  *pause;

    pause = ngx_webhook_scope(api)->data;

    if (!ngx_webhook_scope_endpoint(api, &api->values[0], &pause->thing)) {
        return ngx_webhook_api_not_found(api, "endpoint", &api->values[0]);
    }

    if (!pause->resume) {
        rc = ngx_webhook_endpoints_pause_reason(api, &pause->reason);

        if (rc != NGX_OK) {
            return rc == NGX_DECLINED ? NGX_OK : NGX_ERROR;
        }
    }

    ngx_memzero(&op, sizeof(webhook_op_t));

    op.type = WEBHOOK_OP_PAUSE;
    op.u.pause.endpoint = pause->thing.key;
    op.u.pause.resume = pause->resume ? 1 : 0;
    op.u.pause.make = 1;
    op.u.pause.reason = pause->reason;

    more = NULL;

    if (pause->reason.len) {
        more = json_pack("{s:o}", "reason",
                         ngx_webhook_api_string(&pause->reason));
        if (more == NULL) {
            return NGX_ERROR;
        }
    }

    if (ngx_webhook_record_with(api, &op, pause->resume ? "endpoint.resume"
                                                        : "endpoint.pause",
                                &pause->thing.id,
                                ngx_webhook_str(&pause->thing.company), more)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_webhook_api_store(api, &op, ngx_webhook_endpoints_paused);
}


/* What somebody says, or who paused it.  NGX_DECLINED: a 422 was set. */

static ngx_int_t
ngx_webhook_endpoints_pause_reason(ngx_webhook_api_t *api,
    webhook_str_t *reason)
{
    u_char      *p;
    json_t      *given;
    const char  *pointer;

    given = json_object_get(api->body, "reason");

    if (json_object_size(api->body) > (given ? 1 : 0)
        || (given && !json_is_string(given))
        || json_string_length(given) > WEBHOOK_REASON_MAX)
    {
        pointer = given ? "/reason" : "";

        if (ngx_webhook_api_error(api, pointer,
                                  "a pause takes \"reason\" alone, a text of up "
                                  "to %d bytes", WEBHOOK_REASON_MAX)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        return ngx_webhook_api_invalid(api) == NGX_OK ? NGX_DECLINED
                                                      : NGX_ERROR;
    }

    if (json_string_length(given)) {
        reason->data = (u_char *) json_string_value(given);
        reason->len = json_string_length(given);
        return NGX_OK;
    }

    if (api->who.name.len == 0) {
        reason->data = (u_char *) "by the API";
        reason->len = sizeof("by the API") - 1;
        return NGX_OK;
    }

    reason->data = ngx_pnalloc(api->pool, sizeof("by ") - 1
                                          + api->who.name.len);
    if (reason->data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(reason->data, "by ", sizeof("by ") - 1);
    ngx_memcpy(p, api->who.name.data, api->who.name.len);
    reason->len = sizeof("by ") - 1 + api->who.name.len;

    return NGX_OK;
}


/* One that was paused, or was not, stays so: that is no mistake. */

static ngx_int_t
ngx_webhook_endpoints_paused(ngx_webhook_api_t *api, webhook_op_t *op)
{
    ngx_webhook_endpoints_pause_t  *pause;

    pause = ngx_webhook_scope(api)->data;

    if (op->result == WEBHOOK_STORE_OK) {
        ngx_webhook_endpoints_pause_notice(pause);

    } else if (op->result != WEBHOOK_STORE_DUPLICATE) {
        return ngx_webhook_api_not_found(api, "endpoint", &api->values[0]);
    }

    return ngx_webhook_objects_get(api, WEBHOOK_OBJECT_ENDPOINT);
}


static void
ngx_webhook_endpoints_pause_notice(ngx_webhook_endpoints_pause_t *pause)
{
    ngx_webhook_notice_t  notice;

    ngx_memzero(&notice, sizeof(ngx_webhook_notice_t));

    notice.kind = pause->resume ? NGX_WEBHOOK_NOTICE_RESUMED
                                : NGX_WEBHOOK_NOTICE_PAUSED;
    notice.subject = pause->thing.key;
    notice.id = pause->thing.id;
    notice.name = pause->thing.name;
    notice.company = pause->thing.company;
    notice.reason = *ngx_webhook_nstr(&pause->reason);

    ngx_webhook_notice(&notice);
}
