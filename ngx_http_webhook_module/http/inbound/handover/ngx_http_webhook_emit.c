
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/inbound/handover/ngx_http_webhook_emit.h"
#include "http/outbound/payload/ngx_http_webhook_document.h"
#include "http/outbound/payload/ngx_http_webhook_traceparent.h"
#include "http/outbound/fanout/ngx_http_webhook_fanout.h"
#include "http/inbound/call/ngx_http_webhook_call_lookup.h"
#include "http/inbound/call/ngx_http_webhook_message.h"
#include "http/runtime/ngx_http_webhook_hops.h"


#define NGX_WEBHOOK_EMIT_MAX      1048576       /* beside the payload */
#define NGX_WEBHOOK_EMIT_COMPANY  256           /* bytes of what may be none */


static ngx_int_t ngx_webhook_emit_listen(ngx_webhook_call_t *call,
    ngx_webhook_emit_t *emit, ngx_webhook_fanout_t *fanout);
static ngx_int_t ngx_webhook_emit_when(ngx_webhook_call_t *call,
    ngx_webhook_emit_t *emit);


ngx_uint_t
ngx_webhook_emit(ngx_webhook_call_t *call, ngx_webhook_emit_t *emit,
    webhook_id_t *id, ngx_webhook_event_t **event, ngx_str_t *error)
{
    u_char                  *text;
    ngx_int_t                rc;
    ngx_str_t                body, type, id_text;
    ngx_uint_t               status;
    const char              *reason;
    ngx_chain_t             *chain;
    webhook_error_t          err;
    webhook_trace_t          trace;
    ngx_webhook_fanout_t     fanout;
    ngx_webhook_document_t   document;

    *event = NULL;

    switch (ngx_webhook_emit_when(call, emit)) {

    case NGX_OK:
        break;

    case NGX_DECLINED:
        return 0;

    default:
        ngx_str_set(error, "Out of memory");
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    body = call->payload;

    if (emit->body) {
        status = ngx_webhook_call_lookup_text(call, emit->body,
                                              call->payload.len
                                              + NGX_WEBHOOK_EMIT_MAX, &body,
                                              &err);
        if (status) {
            ngx_webhook_message(call, error, "The event '%V' could "
                                "not be made: %s", &emit->type_name, err.text);
            return status;
        }
    }

    text = ngx_pnalloc(call->pool, WEBHOOK_ID_TEXT_LEN);

    if (text == NULL
        || ngx_webhook_event_chain(call->pool, &body, &chain) != NGX_OK)
    {
        ngx_str_set(error, "Out of memory");
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    webhook_id_text(id, text);
    id_text.data = text;
    id_text.len = WEBHOOK_ID_TEXT_LEN;
    ngx_str_set(&type, "application/json");
    ngx_webhook_document_init(&document, call->pool, chain, body.len, &type);

    ngx_memzero(&fanout, sizeof(ngx_webhook_fanout_t));

    reason = NULL;

    fanout.pool = call->pool;
    fanout.log = call->log;
    fanout.wmcf = ngx_http_get_module_main_conf(call->request,
                                                ngx_http_webhook_module);
    fanout.id = id;
    fanout.id_text = &id_text;
    fanout.wall = call->wall;
    fanout.type = &emit->type->name;
    fanout.payload = &document;
    fanout.max = body.len + NGX_WEBHOOK_EMIT_MAX;
    fanout.hops = call->hops;
    fanout.trace = ngx_webhook_traceparent(call->request, &trace);
    fanout.endpoints = &emit->type->endpoints;
    fanout.lookup = ngx_webhook_call_lookup;
    fanout.ctx = call;
    fanout.reason = &reason;

    rc = ngx_webhook_emit_listen(call, emit, &fanout);

    if (rc == NGX_OK) {
        rc = ngx_webhook_fanout(&fanout, event, &reason);
    }

    ngx_webhook_document_free(&document);

    if (rc == NGX_DECLINED) {
        /* nobody asks for it */
        return 0;
    }

    if (rc != NGX_OK) {
        ngx_webhook_message(call, error,
                            "The event '%V' could not be made: %s",
                            &emit->type_name,
                            reason ? reason : "no memory");
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    return 0;
}


/*
 * Whose event it is: of a receiver that was registered as that is, whatever a
 * caller says, also nobody's; else as with the events of responses.  Who listens
 * to it by that.  NGX_OK or NGX_ERROR.
 */

static ngx_int_t
ngx_webhook_emit_listen(ngx_webhook_call_t *call, ngx_webhook_emit_t *emit,
    ngx_webhook_fanout_t *fanout)
{
    ngx_int_t                     rc;
    ngx_str_t                     company;
    webhook_buf_t                 text;
    ngx_webhook_registry_conf_t  *registry;

    fanout->threaded = call->away;
    registry = fanout->wmcf->registry;

    if (call->receiver->bounds || registry == NULL
        || registry->company == NULL)
    {
        return ngx_webhook_fanout_listen(fanout, call->registered, emit->type,
                                         &call->receiver->company);
    }

    webhook_buf_init(&text, NGX_WEBHOOK_EMIT_COMPANY);
    ngx_str_null(&company);

    rc = ngx_webhook_document_label(fanout->payload, registry->company, &text);

    if (rc == NGX_OK && text.len) {
        company.data = text.data;
        company.len = text.len;

        if (ngx_webhook_company_valid(&company)) {
            company.data = ngx_pstrdup(call->pool, &company);
            rc = company.data ? NGX_OK : NGX_ERROR;

        } else {
            rc = NGX_DECLINED;
        }
    }

    webhook_buf_free(&text);

    if (rc == NGX_DECLINED) {
        ngx_str_null(&company);

        ngx_webhook_message_warn(call, "event '%V' is nobody's: what stands in "
                                       "its payload can be no company",
                                 &emit->type_name);

    } else if (rc != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_webhook_fanout_listen(fanout, call->registered, emit->type,
                                     &company);
}


/* NGX_OK, NGX_DECLINED if the call makes no such event, NGX_ERROR. */

static ngx_int_t
ngx_webhook_emit_when(ngx_webhook_call_t *call, ngx_webhook_emit_t *emit)
{
    int  holds;

    holds = emit->when ? ngx_webhook_call_condition(call, emit->when) : 1;

    switch (holds) {

    case 1:
        return ngx_webhook_hops_allow(call->hops, &emit->type_name, call->log)
               ? NGX_OK : NGX_DECLINED;

    case WEBHOOK_NOMEM:
        return NGX_ERROR;

    case WEBHOOK_LIMIT:
        ngx_webhook_message_warn(call,
                                 "the condition of event '%V' ran into the "
                                 "limits of regular expressions",
                                 &emit->type_name);

        /* fall through */

    default:
        return NGX_DECLINED;
    }
}
