
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A pause is a row of the store, which STATS shows: what is registered stays
 * as it is.  On a node of a cluster it is an object of that, which the store of
 * each node gets from there.
 */

#include "http/admin/api/ngx_http_webhook_api_wait.h"
#include "http/admin/routes/common/ngx_http_webhook_objects.h"
#include "http/admin/routes/common/ngx_http_webhook_pause.h"
#include "http/admin/routes/common/ngx_http_webhook_record.h"
#include "http/admin/routes/shared/ngx_http_webhook_shared.h"
#include "http/runtime/notice/ngx_http_webhook_notice.h"
#include "http/runtime/registered/ngx_http_webhook_registered_api.h"


typedef struct {
    webhook_object_e           kind;
    ngx_webhook_scope_thing_t  thing;
    ngx_uint_t                 resume;
    webhook_str_t              reason;
    webhook_op_t               op;
} ngx_webhook_pause_t;


static ngx_int_t ngx_webhook_pause_go(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_pause_share(ngx_webhook_api_t *api,
    ngx_webhook_pause_t *pause);
static ngx_int_t ngx_webhook_pause_store(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_pause_record(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_pause_recorded(ngx_webhook_api_t *api,
    webhook_op_t *op);
static ngx_int_t ngx_webhook_pause_refused(ngx_webhook_api_t *api,
    ngx_webhook_pause_t *pause);
static ngx_int_t ngx_webhook_pause_reason(ngx_webhook_api_t *api,
    webhook_str_t *reason);
static ngx_int_t ngx_webhook_pause_done(ngx_webhook_api_t *api,
    webhook_op_t *op);
static void ngx_webhook_pause_notice(ngx_webhook_pause_t *pause);


static const char  *ngx_webhook_pause_actions[2][2] = {
    { "endpoint.pause", "endpoint.resume" },
    { "receiver.pause", "receiver.resume" }
};


ngx_int_t
ngx_webhook_pause(ngx_webhook_api_t *api, webhook_object_e kind,
    ngx_uint_t resume)
{
    ngx_webhook_pause_t  *pause;

    pause = ngx_pcalloc(api->pool, sizeof(ngx_webhook_pause_t));
    if (pause == NULL) {
        return NGX_ERROR;
    }

    pause->kind = kind;
    pause->resume = resume;
    api->data = pause;

    return ngx_webhook_scope_begin(api, ngx_webhook_pause_go);
}


static ngx_int_t
ngx_webhook_pause_go(ngx_webhook_api_t *api)
{
    json_t               *more;
    ngx_int_t             rc;
    webhook_op_t         *op;
    ngx_webhook_pause_t  *pause;

    pause = ngx_webhook_scope(api)->data;

    if (!ngx_webhook_scope_thing(api, pause->kind, &pause->thing)) {
        return ngx_webhook_api_not_found(api,
                                         ngx_webhook_scope_kind(pause->kind),
                                         &api->values[0]);
    }

    if (!pause->resume) {
        rc = ngx_webhook_pause_refused(api, pause);

        if (rc == NGX_OK) {
            rc = ngx_webhook_pause_reason(api, &pause->reason);
        }

        if (rc != NGX_OK) {
            return rc == NGX_DECLINED ? NGX_OK : NGX_ERROR;
        }
    }

    op = &pause->op;

    op->type = WEBHOOK_OP_PAUSE;
    op->u.pause.endpoint = pause->thing.key;
    op->u.pause.resume = pause->resume ? 1 : 0;
    op->u.pause.make = pause->kind == WEBHOOK_OBJECT_ENDPOINT
                       || !pause->resume;
    op->u.pause.reason = pause->reason;

    more = NULL;

    if (pause->reason.len) {
        more = json_pack("{s:o}", "reason",
                         ngx_webhook_api_string(&pause->reason));
        if (more == NULL) {
            return NGX_ERROR;
        }
    }

    if (ngx_webhook_record_with(api, op,
                         ngx_webhook_pause_actions[pause->kind][pause->resume],
                         &pause->thing.id,
                         ngx_webhook_str(&pause->thing.company), more)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return api->wmcf->cluster ? ngx_webhook_pause_share(api, pause)
                              : ngx_webhook_pause_store(api);
}


/* The cluster first: it is a thing of its own there, under the name by which
   stores know where deliveries go. */

static ngx_int_t
ngx_webhook_pause_share(ngx_webhook_api_t *api, ngx_webhook_pause_t *pause)
{
    u_char                    *p;
    webhook_cluster_object_t   object;

    ngx_memzero(&object, sizeof(webhook_cluster_object_t));

    object.object.id = *ngx_webhook_str(&pause->thing.id);

    if (pause->kind == WEBHOOK_OBJECT_RECEIVER) {
        p = ngx_pnalloc(api->pool, NGX_WEBHOOK_REGISTERED_API_LEN
                                   + pause->thing.id.len);
        if (p == NULL) {
            return NGX_ERROR;
        }

        object.object.id.data = p;
        object.object.id.len += NGX_WEBHOOK_REGISTERED_API_LEN;

        p = ngx_cpymem(p, NGX_WEBHOOK_REGISTERED_API,
                       NGX_WEBHOOK_REGISTERED_API_LEN);
        ngx_memcpy(p, pause->thing.id.data, pause->thing.id.len);
    }

    object.kind = WEBHOOK_CLUSTER_PAUSE;
    object.object.name = object.object.id;
    object.object.company = *ngx_webhook_str(&pause->thing.company);
    object.object.by = *ngx_webhook_str(&api->who.name);
    object.object.data = pause->reason;
    object.expect = WEBHOOK_CLUSTER_PUT;
    object.remove = pause->resume ? 1 : 0;

    return ngx_webhook_shared(api, &object, ngx_webhook_pause_record);
}


static ngx_int_t
ngx_webhook_pause_store(ngx_webhook_api_t *api)
{
    ngx_webhook_pause_t  *pause;

    pause = ngx_webhook_scope(api)->data;

    return ngx_webhook_api_store(api, &pause->op, ngx_webhook_pause_done);
}


/* The store has it by now, and maybe what others did since: only the record is
   left to be kept. */

static ngx_int_t
ngx_webhook_pause_record(ngx_webhook_api_t *api)
{
    webhook_op_t          op;
    webhook_recorded_t   *recorded;
    ngx_webhook_pause_t  *pause;

    pause = ngx_webhook_scope(api)->data;
    recorded = pause->op.recorded;

    ngx_memzero(&op, sizeof(webhook_op_t));

    op.type = WEBHOOK_OP_RECORD;
    op.u.record.wall = recorded->wall;
    op.u.record.company = recorded->company;
    op.u.record.data = recorded->audit;

    return ngx_webhook_api_store(api, &op, ngx_webhook_pause_recorded);
}


static ngx_int_t
ngx_webhook_pause_recorded(ngx_webhook_api_t *api, webhook_op_t *op)
{
    ngx_webhook_pause_t  *pause;

    pause = ngx_webhook_scope(api)->data;

    ngx_webhook_pause_notice(pause);

    return ngx_webhook_objects_get(api, pause->kind);
}


/*
 * Where a receiver runs its actions before it answers nothing waits.  Of one
 * that is held it may not be known what it does, and it does nothing.
 * NGX_DECLINED: a 409 was set.
 */

static ngx_int_t
ngx_webhook_pause_refused(ngx_webhook_api_t *api, ngx_webhook_pause_t *pause)
{
    ngx_webhook_receiver_t  *receiver;

    receiver = pause->thing.receiver;

    if (receiver == NULL || receiver->mode == NGX_WEBHOOK_MODE_DURABLE
        || (pause->thing.object && pause->thing.object->reason))
    {
        return NGX_OK;
    }

    return ngx_webhook_api_problem(api, NGX_HTTP_CONFLICT,
                                   "The receiver is not durable: its actions "
                                   "are run before a call is answered, and "
                                   "cannot wait")
           == NGX_OK ? NGX_DECLINED : NGX_ERROR;
}


/* What somebody says, or who paused it.  NGX_DECLINED: a 422 was set. */

static ngx_int_t
ngx_webhook_pause_reason(ngx_webhook_api_t *api,
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


/* One that was paused, or was not, stays so: that is no mistake.  A receiver of
   which the store knows nothing is not paused. */

static ngx_int_t
ngx_webhook_pause_done(ngx_webhook_api_t *api, webhook_op_t *op)
{
    ngx_webhook_pause_t  *pause;

    pause = ngx_webhook_scope(api)->data;

    if (op->result == WEBHOOK_STORE_OK) {
        ngx_webhook_pause_notice(pause);

    } else if (op->result == WEBHOOK_STORE_FULL) {
        return ngx_webhook_api_full(api);

    } else if (op->result != WEBHOOK_STORE_DUPLICATE && op->u.pause.make) {
        return ngx_webhook_api_not_found(api,
                                         ngx_webhook_scope_kind(pause->kind),
                                         &api->values[0]);
    }

    return ngx_webhook_objects_get(api, pause->kind);
}


static void
ngx_webhook_pause_notice(ngx_webhook_pause_t *pause)
{
    ngx_webhook_notice_t  notice;
    u_char                id[NGX_WEBHOOK_REGISTERED_API_LEN + WEBHOOK_NAME_MAX];

    ngx_memzero(&notice, sizeof(ngx_webhook_notice_t));

    notice.kind = pause->resume ? NGX_WEBHOOK_NOTICE_RESUMED
                                : NGX_WEBHOOK_NOTICE_PAUSED;
    notice.subject = pause->thing.key;
    notice.id = pause->thing.id;
    notice.name = pause->thing.name;
    notice.company = pause->thing.company;
    notice.reason = *ngx_webhook_nstr(&pause->reason);

    if (pause->kind == WEBHOOK_OBJECT_RECEIVER) {
        notice.id.data = id;
        notice.id.len = ngx_snprintf(id, sizeof(id),
                                     NGX_WEBHOOK_REGISTERED_API "%V",
                                     &pause->thing.id)
                        - id;
    }

    ngx_webhook_notice(&notice);
}
