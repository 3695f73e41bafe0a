
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/inbound/action/ngx_http_webhook_action_run.h"
#include "http/inbound/action/ngx_http_webhook_action_render.h"
#include "http/inbound/action/ngx_http_webhook_extract.h"
#include "http/inbound/action/ngx_http_webhook_scrub.h"
#include "http/inbound/action/ngx_http_webhook_subrequest.h"
#include "http/inbound/call/ngx_http_webhook_call_work.h"
#include "http/inbound/call/ngx_http_webhook_message.h"


static void ngx_webhook_run_begin(ngx_webhook_call_t *call);
static ngx_uint_t ngx_webhook_run_end(ngx_webhook_call_t *call);
static ngx_int_t ngx_webhook_run_next(ngx_webhook_call_t *call);
static void ngx_webhook_run_on(ngx_webhook_call_t *call, ngx_int_t rc);
static ngx_int_t ngx_webhook_run_render(ngx_webhook_call_t *call);
static void ngx_webhook_run_rendered(ngx_webhook_call_t *call, ngx_int_t rc);
static ngx_int_t ngx_webhook_run_prepare(ngx_webhook_call_t *call,
    ngx_webhook_act_t *act);
static void ngx_webhook_run_woken(ngx_webhook_call_t *call);
static ngx_int_t ngx_webhook_run_answered(ngx_webhook_call_t *call,
    ngx_webhook_act_t *act);
static ngx_int_t ngx_webhook_run_looked_up(ngx_webhook_call_t *call,
    ngx_webhook_act_t *act);
static ngx_int_t ngx_webhook_run_forgive(ngx_webhook_call_t *call,
    ngx_webhook_act_t *act, ngx_uint_t status, ngx_str_t *error);
static ngx_int_t ngx_webhook_run_done(ngx_webhook_call_t *call);
static ngx_int_t ngx_webhook_run_failed(ngx_webhook_call_t *call,
    ngx_webhook_act_t *act, ngx_uint_t status);
static void ngx_webhook_run_reason(ngx_webhook_call_t *call,
    ngx_webhook_act_t *act, ngx_str_t *what, ngx_str_t *text);
static ngx_int_t ngx_webhook_run_scrub(ngx_webhook_call_t *call);
static void ngx_webhook_run_scrubbed(ngx_webhook_call_t *call, ngx_int_t rc);
static ngx_int_t ngx_webhook_run_detail(ngx_webhook_call_t *call);


ngx_int_t
ngx_webhook_action_run(ngx_webhook_call_t *call)
{
    call->ran = 1;

    if (call->receiver->mode == NGX_WEBHOOK_MODE_TEST
        || ngx_webhook_run_end(call) == 0)
    {
        return ngx_webhook_run_done(call);
    }

    ngx_webhook_call_turn(call, ngx_webhook_run_begin);

    return NGX_AGAIN;
}


static void
ngx_webhook_run_begin(ngx_webhook_call_t *call)
{
    ngx_webhook_run_on(call, NGX_OK);
}


/* What is called now: the actions of a durable call go another way. */

static ngx_uint_t
ngx_webhook_run_end(ngx_webhook_call_t *call)
{
    return call->receiver->mode == NGX_WEBHOOK_MODE_DURABLE
           ? call->nlookups : call->nacts;
}


static ngx_int_t
ngx_webhook_run_next(ngx_webhook_call_t *call)
{
    ngx_int_t           rc;
    ngx_str_t           error;
    ngx_uint_t          status;
    ngx_webhook_act_t  *act;

    while (call->current < ngx_webhook_run_end(call)) {

        act = &call->acts[call->current];

        if (!act->rendered) {

            if (ngx_webhook_call_work_heavy(call)
                && ngx_webhook_call_work(call, ngx_webhook_run_render,
                                          ngx_webhook_run_rendered)
                   == NGX_AGAIN)
            {
                return NGX_AGAIN;
            }

            (void) ngx_webhook_run_render(call);

            rc = ngx_webhook_run_prepare(call, act);

            if (rc == NGX_DECLINED) {
                call->current++;
                continue;
            }

            if (rc != NGX_OK) {
                return rc;
            }
        }

        if (ngx_webhook_subrequest(act) == NGX_OK) {
            ngx_webhook_call_wait(call, ngx_webhook_run_woken);
            return NGX_AGAIN;
        }

        status = call->current ? NGX_HTTP_BAD_GATEWAY
                               : NGX_HTTP_SERVICE_UNAVAILABLE;

        ngx_webhook_message(call, &error,
                            "Action %ui of %ui could not be called%s",
                            act->number,
                            call->receiver->actions.nelts,
                            call->current ? "" : "; nothing was "
                                                  "done");

        return ngx_webhook_call_set(call, status, &error);
    }

    return ngx_webhook_run_done(call);
}


/* Goes on after an action, or with the next one: rc is NGX_OK where that may be
   called. */

static void
ngx_webhook_run_on(ngx_webhook_call_t *call, ngx_int_t rc)
{
    if (rc == NGX_OK) {
        rc = ngx_webhook_run_next(call);
    }

    if (rc != NGX_AGAIN) {
        ngx_webhook_call_resume(call, rc);
    }
}


/* An action that had to wait for the answers of others.  Any thread. */

static ngx_int_t
ngx_webhook_run_render(ngx_webhook_call_t *call)
{
    call->reason_status = ngx_webhook_action_render_act(
                                       &call->acts[call->current],
                                       &call->reason);
    return NGX_OK;
}


static void
ngx_webhook_run_rendered(ngx_webhook_call_t *call, ngx_int_t rc)
{
    rc = ngx_webhook_run_prepare(call, &call->acts[call->current]);

    if (rc == NGX_DECLINED) {
        call->current++;
        rc = NGX_OK;
    }

    ngx_webhook_run_on(call, rc);
}


/*
 * An action was rendered.  Returns NGX_OK; NGX_DECLINED if it is passed over;
 * or NGX_DONE.
 */

static ngx_int_t
ngx_webhook_run_prepare(ngx_webhook_call_t *call, ngx_webhook_act_t *act)
{
    ngx_str_t  error;

    if (call->reason_status == 0) {
        return act->skipped ? NGX_DECLINED : NGX_OK;
    }

    ngx_webhook_message(call, &error,
                        "Action %ui of %ui could not be made of the "
                        "API's answers: %V", act->number,
                        call->receiver->actions.nelts, &call->reason);

    return ngx_webhook_run_forgive(call, act, NGX_HTTP_BAD_GATEWAY, &error)
           == NGX_OK ? NGX_DECLINED : NGX_DONE;
}


/* The running action ended. */

static void
ngx_webhook_run_woken(ngx_webhook_call_t *call)
{
    ngx_int_t           rc;
    ngx_webhook_act_t  *act;

    act = &call->acts[call->current];

    rc = act->number ? ngx_webhook_run_answered(call, act)
                     : ngx_webhook_run_looked_up(call, act);

    if (rc == NGX_OK) {
        call->current++;
    }

    ngx_webhook_run_on(call, rc);
}


/* NGX_OK if the next one may be called, NGX_DONE, or NGX_AGAIN. */

static ngx_int_t
ngx_webhook_run_answered(ngx_webhook_call_t *call, ngx_webhook_act_t *act)
{
    ngx_str_t  error;

    if (act->status < 200 || act->status > 299 || act->broken) {
        return ngx_webhook_run_failed(call, act, NGX_HTTP_BAD_GATEWAY);
    }

    if (ngx_webhook_extract(act, &error) != NGX_OK) {
        return ngx_webhook_run_forgive(call, act, NGX_HTTP_BAD_GATEWAY,
                                       &error);
    }

    return NGX_OK;
}


/* What is no record is told from an API that does not work. */

static ngx_int_t
ngx_webhook_run_looked_up(ngx_webhook_call_t *call, ngx_webhook_act_t *act)
{
    if (act->status == NGX_HTTP_OK && !act->broken) {
        return NGX_OK;
    }

    if (act->status == 0 || act->broken
        || act->status >= NGX_HTTP_INTERNAL_SERVER_ERROR)
    {
        return ngx_webhook_run_failed(call, act, NGX_HTTP_BAD_GATEWAY);
    }

    return ngx_webhook_run_failed(call, act, call->receiver->missing);
}


/* A failure: the end, unless the action may fail. */

static ngx_int_t
ngx_webhook_run_forgive(ngx_webhook_call_t *call, ngx_webhook_act_t *act,
    ngx_uint_t status, ngx_str_t *error)
{
    ngx_str_t                which, outline, where, *reason;
    ngx_webhook_redacted_t   redacted;

    if (act->action->go_on) {

        call->failed++;
        reason = call->detail.len ? &call->detail : error;

        ngx_log_error(NGX_LOG_ERR, call->request->connection->log, 0,
                      "webhook receiver \"%V\": %V; going on",
                      &call->receiver->name,
                      ngx_webhook_redacted(&redacted, reason->data,
                                           reason->len));

        ngx_str_null(&call->detail);
        ngx_str_null(&call->outline);

        return NGX_OK;
    }

    which = *error;
    outline = call->outline;

    if (call->elements) {
        ngx_webhook_message(call, &where, ", for element %ui of %ui; %s done",
                            act->element + 1, call->nelements,
                            act->number ? "those before it were"
                                        : "nothing was");

        ngx_webhook_message(call, &which, "%V%V", error, &where);

        if (outline.len) {
            ngx_webhook_message(call, &outline, "%V%V", &call->outline,
                                &where);
        }
    }

    (void) ngx_webhook_call_set(call, status, &which);

    call->outline = outline;

    return NGX_DONE;
}


/* All went well; how many there were is told where there may be several. */

static ngx_int_t
ngx_webhook_run_done(ngx_webhook_call_t *call)
{
    u_char  *p;

    if (call->receiver->profile != NGX_WEBHOOK_PROFILE_STRICT
        || (call->elements == NULL && call->failed == 0))
    {
        return NGX_OK;
    }

    p = ngx_pnalloc(call->pool,
                    sizeof("{\"status\": \"ok\", \"elements\": , \"failed\": }")
                    + 2 * NGX_INT_T_LEN);
    if (p == NULL) {
        return NGX_OK;
    }

    call->answer.data = p;

    p = ngx_cpymem(p, "{\"status\": \"ok\"", sizeof("{\"status\": \"ok\"") - 1);

    if (call->elements) {
        p = ngx_sprintf(p, ", \"elements\": %ui", call->nelements);
    }

    if (call->failed) {
        p = ngx_sprintf(p, ", \"failed\": %ui", call->failed);
    }

    *p++ = '}';

    call->answer.len = p - call->answer.data;

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_run_failed(ngx_webhook_call_t *call, ngx_webhook_act_t *act,
    ngx_uint_t status)
{
    size_t       len;
    ngx_str_t    name, what, error;
    const char  *dots;

    /* no arguments: they may hold what the caller is not to see */

    len = 0;

    while (len < act->redacted_uri.len && act->redacted_uri.data[len] != '?') {
        len++;
    }

    dots = "";

    if (len > 128) {
        len = 128;
        dots = "...";
    }

    if (act->number) {
        ngx_webhook_message(call, &name, "action %ui of %ui",
                            act->number,
                            call->receiver->actions.nelts);

    } else {
        ngx_str_set(&name, "the look-up of the target");
    }

    ngx_webhook_message(call, &what, "%V (%V %*s%s)", &name,
                        &act->method_name, len, act->redacted_uri.data, dots);

    ngx_webhook_run_reason(call, act, &what, &error);
    ngx_webhook_run_reason(call, act, &name, &call->outline);

    if (act->start_len == 0) {
        return ngx_webhook_run_forgive(call, act, status, &error);
    }

    call->reason = error;
    call->reason_status = status;

    if (call->receiver->redact.nelts
        && ngx_webhook_call_work_heavy(call)
        && ngx_webhook_call_work(call, ngx_webhook_run_scrub,
                                 ngx_webhook_run_scrubbed) == NGX_AGAIN)
    {
        return NGX_AGAIN;
    }

    (void) ngx_webhook_run_scrub(call);

    return ngx_webhook_run_detail(call);
}


/* What became of the request that is called so. */

static void
ngx_webhook_run_reason(ngx_webhook_call_t *call, ngx_webhook_act_t *act,
    ngx_str_t *what, ngx_str_t *text)
{
    if (act->timed_out) {
        ngx_webhook_message(call, text, "The API did not answer %V in time",
                            what);

    } else if (act->broken) {
        ngx_webhook_message(call, text, "The API's answer to %V broke off",
                            what);

    } else if (act->answered && act->status && !act->unheard) {
        ngx_webhook_message(call, text, "The API answered %ui to %V",
                            act->status, what);

    } else if (act->status) {
        ngx_webhook_message(call, text, "%V failed with %ui", what,
                            act->status);

    } else {
        ngx_webhook_message(call, text, "%V got no answer", what);
    }

    if (text->len) {
        text->data[0] = ngx_toupper(text->data[0]);
    }
}


/* What the API said, without what is redacted.  Any thread. */

static ngx_int_t
ngx_webhook_run_scrub(ngx_webhook_call_t *call)
{
    ngx_str_t           start;
    ngx_webhook_act_t  *act;

    act = &call->acts[call->current];

    start.data = act->start;
    start.len = act->start_len;

    call->element = act->element;

    ngx_webhook_scrub(call, &start);

    ngx_webhook_message(call, &call->detail, "%V: %V", &call->reason,
                        &start);
    return NGX_OK;
}


static void
ngx_webhook_run_scrubbed(ngx_webhook_call_t *call, ngx_int_t rc)
{
    rc = ngx_webhook_run_detail(call);

    if (rc == NGX_OK) {
        call->current++;
    }

    ngx_webhook_run_on(call, rc);
}


static ngx_int_t
ngx_webhook_run_detail(ngx_webhook_call_t *call)
{
    return ngx_webhook_run_forgive(call, &call->acts[call->current],
                                   call->reason_status, &call->reason);
}
