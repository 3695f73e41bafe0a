
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The way of a call: its headers are checked, its body read and checked, all
 * of its actions rendered, then run one after the other, and the outcome is
 * answered, counted and kept in the history.
 */


#include "ngx_http_webhook_receive_int.h"
#include "ngx_http_webhook_metrics.h"


static ngx_uint_t ngx_http_webhook_receive_direct(ngx_http_request_t *r,
    ngx_http_webhook_call_t *call);
static ngx_int_t ngx_http_webhook_receive_unreachable(ngx_http_request_t *r);
static ngx_int_t ngx_http_webhook_receive_refuse(
    ngx_http_webhook_call_t *call, ngx_uint_t status, ngx_str_t *error);
static void ngx_http_webhook_receive_run(ngx_http_request_t *r);
static void ngx_http_webhook_receive_next(ngx_http_webhook_call_t *call);
static ngx_int_t ngx_http_webhook_receive_failed(
    ngx_http_webhook_call_t *call, ngx_http_webhook_act_t *act);
static void ngx_http_webhook_receive_read(ngx_http_request_t *r);
static void ngx_http_webhook_receive_cleanup(void *data);
static ngx_int_t ngx_http_webhook_receive_header_filter(
    ngx_http_request_t *r);
static ngx_int_t ngx_http_webhook_receive_body_filter(ngx_http_request_t *r,
    ngx_chain_t *in);
static ngx_int_t ngx_http_webhook_receive_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_webhook_receive_phase(ngx_http_core_main_conf_t *c,
    ngx_uint_t phase, ngx_http_handler_pt handler);


static ngx_http_output_header_filter_pt  ngx_http_next_header_filter;
static ngx_http_output_body_filter_pt    ngx_http_next_body_filter;


static ngx_str_t  ngx_http_webhook_receiver_name =
    ngx_string("webhook_receiver");


ngx_int_t
ngx_http_webhook_receive_handler(ngx_http_request_t *r)
{
    ngx_str_t                 error;
    ngx_uint_t                status;
    ngx_http_webhook_call_t  *call;

    if (r != r->main) {

        /* an action, or a page, that leads back to a receiver */

        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "webhook: a subrequest cannot call a receiver");
        return NGX_HTTP_NOT_FOUND;
    }

    call = ngx_http_webhook_call_get(r);

    if (call == NULL || !ngx_http_webhook_receive_direct(r, call)) {
        return ngx_http_webhook_receive_unreachable(r);
    }

    if (ngx_http_webhook_receive_mask_all(call) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    status = ngx_http_webhook_receive_check_headers(call, &error);

    if (status == 0) {
        return ngx_http_webhook_receive_body(call);
    }

    return ngx_http_webhook_receive_refuse(call, status, &error);
}


/*
 * True for what the caller asked for; a rewrite may have looked at it, but it
 * is no error page or redirect to here.
 */

static ngx_uint_t
ngx_http_webhook_receive_direct(ngx_http_request_t *r,
    ngx_http_webhook_call_t *call)
{
    if (!r->internal) {
        return 1;
    }

    return r->err_status == 0
           && call->path.len
           && r->uri.len == call->path.len
           && ngx_memcmp(r->uri.data, call->path.data, r->uri.len) == 0;
}


/*
 * Under no prefix when its headers were read: what is too short for a token,
 * or a rewrite of an URL that nobody masked.
 */

static ngx_int_t
ngx_http_webhook_receive_unreachable(ngx_http_request_t *r)
{
    ngx_str_t                 error;
    ngx_http_webhook_call_t  *call;

    call = ngx_http_webhook_call_make(r);
    if (call == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    call->receiver = NULL;
    call->masked = 0;
    call->masked_uri = 0;

    if (ngx_http_webhook_receive_mask_all(call) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (r->internal) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "webhook: a receiver cannot be called by a rewrite or a "
                      "redirect, which would not keep its URL secret");
    }

    ngx_str_set(&error, "There is no such hook");

    return ngx_http_webhook_receive_refuse(call, NGX_HTTP_NOT_FOUND, &error);
}


/* Ends a call whose body was not read. */

static ngx_int_t
ngx_http_webhook_receive_refuse(ngx_http_webhook_call_t *call,
    ngx_uint_t status, ngx_str_t *error)
{
    ngx_http_request_t  *r;

    r = call->request;

    if (r->http_version >= NGX_HTTP_VERSION_20
        && status != NGX_HTTP_REQUEST_ENTITY_TOO_LARGE
        && r->headers_in.content_length_n <= NGX_HTTP_WEBHOOK_DRAIN_MAX)
    {
        /*
         * the answer would be followed by a reset of the stream, for which
         * clients throw the answer away too
         */

        call->refused = status;
        call->error = *error;

        return ngx_http_webhook_receive_body(call);
    }

    /* no "100 Continue": no body is asked for */

    r->expect_tested = 1;

    if (r->headers_in.expect) {
        r->keepalive = 0;
    }

    if (ngx_http_discard_request_body(r) != NGX_OK) {
        r->keepalive = 0;
    }

    return ngx_http_webhook_call_end(call, status, error);
}


void
ngx_http_webhook_call_body(ngx_http_webhook_call_t *call)
{
    ngx_int_t            rc;
    ngx_str_t            error, json;
    ngx_uint_t           status;
    ngx_http_request_t  *r;

    r = call->request;

    status = ngx_http_webhook_receive_check_body(call, &error);

    if (status) {
        rc = ngx_http_webhook_call_end(call, status, &error);
        ngx_http_finalize_request(r, rc);
        return;
    }

    if (ngx_http_webhook_receive_dry_run(r)) {
        call->dry_run = 1;

        if (ngx_http_webhook_receive_dry_json(call, &json) != NGX_OK) {
            ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
            return;
        }

        call->instead = json;

        rc = ngx_http_webhook_call_end(call, NGX_HTTP_OK, NULL);
        ngx_http_finalize_request(r, rc);
        return;
    }

    /* from here on the actions run to their end, whatever the caller does */

    call->running = 1;

    r->read_event_handler = ngx_http_webhook_receive_read;
    r->write_event_handler = ngx_http_webhook_receive_run;

    ngx_http_webhook_receive_next(call);
}


/* The main request's write event handler while actions run. */

static void
ngx_http_webhook_receive_run(ngx_http_request_t *r)
{
    ngx_http_webhook_act_t   *act;
    ngx_http_webhook_call_t  *call;

    call = ngx_http_webhook_call_get(r);

    if (call == NULL || !call->woken) {
        /* an event of the caller's connection */
        return;
    }

    call->woken = 0;

    /* of the upstream, which is done */
    r->connection->log->action = NULL;

    act = &call->acts[call->current];

    if (act->status < 200 || act->status > 299 || act->broken) {
        ngx_http_finalize_request(r,
                                  ngx_http_webhook_receive_failed(call, act));
        return;
    }

    call->current++;

    ngx_http_webhook_receive_next(call);
}


static void
ngx_http_webhook_receive_next(ngx_http_webhook_call_t *call)
{
    ngx_int_t                rc;
    ngx_str_t                error;
    ngx_uint_t               status;
    ngx_http_request_t      *r;
    ngx_http_webhook_act_t  *act;

    r = call->request;

    if (call->current == call->nacts) {
        rc = ngx_http_webhook_call_end(call, NGX_HTTP_OK, NULL);
        ngx_http_finalize_request(r, rc);
        return;
    }

    act = &call->acts[call->current];

    if (ngx_http_webhook_receive_act(act) == NGX_OK) {
        return;
    }

    status = call->current ? NGX_HTTP_BAD_GATEWAY
                           : NGX_HTTP_SERVICE_UNAVAILABLE;

    ngx_http_webhook_receive_say(r, &error,
                                 "Action %ui of %ui could not be called%s",
                                 act->number, call->nacts,
                                 call->current ? "" : "; nothing was done");

    rc = ngx_http_webhook_call_end(call, status, &error);
    ngx_http_finalize_request(r, rc);
}


static ngx_int_t
ngx_http_webhook_receive_failed(ngx_http_webhook_call_t *call,
    ngx_http_webhook_act_t *act)
{
    size_t               len;
    ngx_str_t            error, start;
    const char          *dots;
    ngx_http_request_t  *r;

    r = call->request;

    /* no arguments: they may hold what the caller is not to see */

    len = 0;

    while (len < act->uri.len && act->uri.data[len] != '?') {
        len++;
    }

    dots = "";

    if (len > 128) {
        len = 128;
        dots = "...";
    }

    if (act->broken) {
        ngx_http_webhook_receive_say(r, &error,
                "The API's answer to action %ui of %ui (%V %*s%s) broke off",
                act->number, call->nacts, &act->method_name,
                len, act->uri.data, dots);

    } else if (act->answered && act->status) {
        ngx_http_webhook_receive_say(r, &error,
                "The API answered %ui to action %ui of %ui (%V %*s%s)",
                act->status, act->number, call->nacts, &act->method_name,
                len, act->uri.data, dots);

    } else if (act->status) {
        ngx_http_webhook_receive_say(r, &error,
                "Action %ui of %ui (%V %*s%s) failed with %ui",
                act->number, call->nacts, &act->method_name,
                len, act->uri.data, dots, act->status);

    } else {
        ngx_http_webhook_receive_say(r, &error,
                "Action %ui of %ui (%V %*s%s) got no answer",
                act->number, call->nacts, &act->method_name,
                len, act->uri.data, dots);
    }

    if (act->start_len) {
        start.data = act->start;
        start.len = act->start_len;

        ngx_http_webhook_receive_say(r, &call->detail, "%V: %V", &error,
                                     &start);
    }

    return ngx_http_webhook_call_end(call, NGX_HTTP_BAD_GATEWAY, &error);
}


/* The main request's read event handler while actions run. */

static void
ngx_http_webhook_receive_read(ngx_http_request_t *r)
{
    ngx_connection_t         *c;
    ngx_http_webhook_call_t  *call;

    c = r->connection;

    call = ngx_http_webhook_call_get(r);

    if (c->error && call && call->running) {

        /*
         * an HTTP/2 stream was reset; with the error set, the end of an
         * action would be that of the request
         */

        call->gone = 1;
        c->error = 0;
    }

    ngx_http_block_reading(r);
}


ngx_int_t
ngx_http_webhook_call_end(ngx_http_webhook_call_t *call, ngx_uint_t status,
    ngx_str_t *error)
{
    ngx_int_t                    rc;
    ngx_str_t                    json;
    ngx_log_t                   *log;
    ngx_uint_t                   level;
    ngx_http_request_t          *r;
    ngx_http_webhook_counter_e   counter;

    r = call->request;
    log = r->connection->log;

    call->running = 0;
    call->status = status;

    if (error) {
        call->error = *error;
    }

    if (status == NGX_HTTP_OK) {
        counter = NGX_HTTP_WEBHOOK_CALLS_OK;

    } else if (status < NGX_HTTP_INTERNAL_SERVER_ERROR) {
        counter = NGX_HTTP_WEBHOOK_CALLS_REFUSED;

    } else {
        counter = NGX_HTTP_WEBHOOK_CALLS_FAILED;
    }

    ngx_http_webhook_count(counter, 1);

    if (status != NGX_HTTP_OK) {

        /* what a caller does wrong is no fault of ours */

        level = (counter == NGX_HTTP_WEBHOOK_CALLS_FAILED) ? NGX_LOG_ERR
                                                           : NGX_LOG_INFO;

        if (call->receiver) {
            ngx_log_error(level, log, 0, "webhook receiver \"%V\": %V",
                          &call->receiver->name,
                          call->detail.len ? &call->detail : &call->error);

        } else {
            ngx_log_error(level, log, 0, "webhook: %V", &call->error);
        }
    }

    if (call->receiver && call->receiver->log_calls) {
        ngx_http_webhook_receive_log(call);
    }

    if (call->gone) {
        r->connection->error = 1;
        return NGX_HTTP_CLIENT_CLOSED_REQUEST;
    }

    if (status != NGX_HTTP_OK) {
        rc = ngx_http_webhook_receive_error_json(r, &call->error, &json);

        if (rc != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

    } else if (call->dry_run) {
        json = call->instead;

    } else {
        ngx_str_set(&json, "{\"status\": \"ok\"}");
    }

    return ngx_http_webhook_receive_send(r, status, &json);
}


uint64_t
ngx_http_webhook_receive_clock(void)
{
    struct timespec  ts;

    if (clock_gettime(CLOCK_MONOTONIC, &ts) == -1) {
        return 0;
    }

    return (uint64_t) ts.tv_sec * 1000000 + (uint64_t) ts.tv_nsec / 1000;
}


ngx_http_webhook_call_t *
ngx_http_webhook_call_get(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t  *cln;

    for (cln = r->pool->cleanup; cln; cln = cln->next) {
        if (cln->handler == ngx_http_webhook_receive_cleanup) {
            return cln->data;
        }
    }

    return NULL;
}


ngx_http_webhook_call_t *
ngx_http_webhook_call_make(ngx_http_request_t *r)
{
    ngx_time_t               *tp;
    ngx_pool_cleanup_t       *cln;
    ngx_http_webhook_call_t  *call;

    call = ngx_http_webhook_call_get(r);
    if (call) {
        return call;
    }

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_http_webhook_call_t));
    if (cln == NULL) {
        return NULL;
    }

    call = cln->data;
    ngx_memzero(call, sizeof(ngx_http_webhook_call_t));

    cln->handler = ngx_http_webhook_receive_cleanup;

    tp = ngx_timeofday();

    call->request = r;
    call->wall = (uint64_t) tp->sec * 1000 + tp->msec;
    call->begun = ngx_http_webhook_receive_clock();

    return call;
}


static void
ngx_http_webhook_receive_cleanup(void *data)
{
    ngx_http_webhook_call_t *call = data;

    if (call->running) {

        /* by worker_shutdown_timeout, or for lack of memory */

        call->running = 0;
        call->status = NGX_HTTP_SERVICE_UNAVAILABLE;
        ngx_str_set(&call->error,
                    "The call was cut off before all of its actions were done");

        ngx_http_webhook_count(NGX_HTTP_WEBHOOK_CALLS_FAILED, 1);

        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "webhook receiver \"%V\": %V", &call->receiver->name,
                      &call->error);

        if (call->receiver->log_calls) {
            ngx_http_webhook_receive_log(call);
        }
    }

    webhook_json_free(call->doc);
    call->doc = NULL;
}


static ngx_int_t
ngx_http_webhook_receive_header_filter(ngx_http_request_t *r)
{
    if (r != r->main) {

        if (ngx_http_webhook_receive_act_header(r)) {
            return NGX_OK;
        }

    } else if (ngx_http_webhook_receive_instead_header(r) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_next_header_filter(r);
}


static ngx_int_t
ngx_http_webhook_receive_body_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
    ngx_chain_t  *out;

    if (r != r->main) {

        if (ngx_http_webhook_receive_act_body(r, in)) {
            return NGX_OK;
        }

    } else if (ngx_http_webhook_receive_instead_body(r, in, &out)) {

        if (out == NULL && in) {
            return NGX_OK;
        }

        return ngx_http_next_body_filter(r, out);
    }

    return ngx_http_next_body_filter(r, in);
}


ngx_int_t
ngx_http_webhook_receive_variables(ngx_conf_t *cf)
{
    ngx_http_variable_t  *var;

    var = ngx_http_add_variable(cf, &ngx_http_webhook_receiver_name,
                                NGX_HTTP_VAR_NOCACHEABLE);
    if (var == NULL) {
        return NGX_ERROR;
    }

    var->get_handler = ngx_http_webhook_receive_variable;

    return NGX_OK;
}


static ngx_int_t
ngx_http_webhook_receive_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_http_webhook_call_t  *call;

    call = ngx_http_webhook_call_get(r->main);

    if (call == NULL || call->receiver == NULL) {
        v->not_found = 1;
        return NGX_OK;
    }

    v->data = call->receiver->name.data;
    v->len = call->receiver->name.len;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}


ngx_int_t
ngx_http_webhook_receive_status(ngx_http_request_t *r, ngx_str_t *value)
{
    ngx_http_webhook_call_t      *call;
    ngx_http_webhook_loc_conf_t  *wlcf;

    r = r->main;

    wlcf = ngx_http_get_module_loc_conf(r, ngx_http_webhook_module);
    call = ngx_http_webhook_call_get(r);

    if (!wlcf->receive && (call == NULL || call->status == 0)) {
        return NGX_DECLINED;
    }

    if (call && call->status == NGX_HTTP_OK) {
        ngx_str_set(value, "ok");

    } else if (call && call->status >= NGX_HTTP_INTERNAL_SERVER_ERROR) {
        ngx_str_set(value, "failed");

    } else if (call && call->running) {
        ngx_str_null(value);

    } else {
        ngx_str_set(value, "refused");
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_webhook_receive_init(ngx_conf_t *cf)
{
    ngx_http_core_main_conf_t     *cmcf;
    ngx_http_webhook_main_conf_t  *wmcf;

    wmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_webhook_module);

    if (!wmcf->receive) {
        return NGX_OK;
    }

    if (ngx_http_webhook_receive_request_id_init(cf) != NGX_OK
        || ngx_http_webhook_receive_mask_init(cf, wmcf) != NGX_OK)
    {
        return NGX_ERROR;
    }

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    if (ngx_http_webhook_receive_phase(cmcf, NGX_HTTP_POST_READ_PHASE,
                                       ngx_http_webhook_receive_mask)
        != NGX_OK
        || ngx_http_webhook_receive_phase(cmcf, NGX_HTTP_SERVER_REWRITE_PHASE,
                                          ngx_http_webhook_receive_mask_late)
           != NGX_OK
        || ngx_http_webhook_receive_phase(cmcf, NGX_HTTP_REWRITE_PHASE,
                                          ngx_http_webhook_receive_mask_late)
           != NGX_OK
        || ngx_http_webhook_receive_phase(cmcf, NGX_HTTP_LOG_PHASE,
                                          ngx_http_webhook_receive_mask_log)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_http_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_http_webhook_receive_header_filter;

    ngx_http_next_body_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = ngx_http_webhook_receive_body_filter;

    return NGX_OK;
}


/*
 * Puts a handler before all others of its phase: the log phase runs them from
 * the first to the last, the others from the last to the first.
 */

static ngx_int_t
ngx_http_webhook_receive_phase(ngx_http_core_main_conf_t *cmcf,
    ngx_uint_t phase, ngx_http_handler_pt handler)
{
    ngx_array_t          *handlers;
    ngx_http_handler_pt  *h;

    handlers = &cmcf->phases[phase].handlers;

    h = ngx_array_push(handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    if (phase == NGX_HTTP_LOG_PHASE) {
        h = handlers->elts;
        ngx_memmove(h + 1, h,
                    (handlers->nelts - 1) * sizeof(ngx_http_handler_pt));
    }

    *h = handler;

    return NGX_OK;
}
