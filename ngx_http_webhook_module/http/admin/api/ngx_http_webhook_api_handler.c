
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The way of a request: who asks, which route, may he, is it right as far as
 * the frame can tell, its body, has it been done before; then its route.
 */

#include "http/admin/api/ngx_http_webhook_api_int.h"
#include "core/base/webhook_hash.h"
#include "http/runtime/wipe/ngx_http_webhook_wipe.h"


static const ngx_webhook_page_file_t *ngx_webhook_api_file(
    ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_api_no_file(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_api_begin(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_api_admit(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_api_unknown(ngx_webhook_api_t *api,
    ngx_int_t status, const char *why);
static ngx_int_t ngx_webhook_api_find(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_api_may(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_api_size(ngx_webhook_api_t *api,
    ngx_uint_t *some);
static void ngx_webhook_api_read(ngx_webhook_api_t *api, ngx_int_t rc);
static void ngx_webhook_api_digest(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_api_unread(ngx_webhook_api_t *api, ngx_int_t rc);
static ngx_int_t ngx_webhook_api_ready(ngx_webhook_api_t *api, ngx_int_t rc);
static ngx_int_t ngx_webhook_api_run(ngx_webhook_api_t *api);
static void ngx_webhook_api_go(ngx_webhook_api_t *api, ngx_int_t rc);
static void ngx_webhook_api_end(ngx_webhook_api_t *api, ngx_int_t rc);


ngx_int_t
ngx_webhook_api_handler(ngx_http_request_t *r)
{
    ngx_int_t                rc;
    ngx_webhook_api_t       *api;
    ngx_webhook_loc_conf_t  *wlcf;

    wlcf = ngx_http_get_module_loc_conf(r, ngx_http_webhook_module);

    if (r != r->main) {

        /* its headers are those of somebody who asked for something else */

        ngx_log_error(NGX_LOG_WARN, r->connection->log, 0,
                      "webhook api: a subrequest to \"%V\" was refused",
                      &r->uri);
        return NGX_HTTP_FORBIDDEN;
    }

    api = ngx_webhook_api_make(r, wlcf->api);
    if (api == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_webhook_wipe(r) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    api->frame->file = ngx_webhook_api_file(api);

    if (api->frame->file && (r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return ngx_webhook_page_send(r, api->frame->file, &wlcf->api->frame);
    }

    api->frame->go = ngx_webhook_api_go;
    api->frame->run = ngx_webhook_api_run;

    r->main->count++;

    if (api->frame->file) {
        ngx_webhook_api_go(api, ngx_webhook_api_no_file(api));
        return NGX_DONE;
    }

    rc = ngx_webhook_api_begin(api);

    /* NGX_DONE: the body is read, and the request may have ended with that */

    if (rc != NGX_DONE) {
        ngx_webhook_api_go(api, rc);
    }

    return NGX_DONE;
}


/* The page's file that this asks for, if it does: the API has no such paths,
   and is at "" for all but browsers. */

static const ngx_webhook_page_file_t *
ngx_webhook_api_file(ngx_webhook_api_t *api)
{
    if (api->frame->path.len) {
        return ngx_webhook_page_find(&api->frame->path);
    }

    if ((api->request->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))
        && ngx_webhook_api_accept_page(api))
    {
        return ngx_webhook_page_document();
    }

    return NULL;
}


/* Another method, of a file. */

static ngx_int_t
ngx_webhook_api_no_file(ngx_webhook_api_t *api)
{
    ngx_int_t  rc;

    static ngx_str_t  allow = ngx_string("GET, HEAD, OPTIONS");

    api->frame->file = NULL;

    rc = api->request->method == NGX_HTTP_OPTIONS
         ? ngx_webhook_api_empty(api)
         : ngx_webhook_api_problem(api, NGX_HTTP_NOT_ALLOWED, "This takes %V",
                                   &allow);

    return rc == NGX_OK ? ngx_webhook_api_header(api, "Allow", &allow) : rc;
}


/* What a handler of a route returns, or NGX_DONE: the body is being read. */

static ngx_int_t
ngx_webhook_api_begin(ngx_webhook_api_t *api)
{
    ngx_int_t   rc;
    ngx_uint_t  some;

    rc = ngx_webhook_api_admit(api);

    if (rc == NGX_DECLINED) {
        return NGX_OK;
    }

    if (rc == NGX_OK && api->route == NULL) {

        /* OPTIONS */

        return NGX_OK;
    }

    if (rc == NGX_OK) {
        rc = ngx_webhook_api_size(api, &some);
    }

    if (rc != NGX_OK) {
        return rc == NGX_DECLINED ? NGX_OK : rc;
    }

    if (some) {
        ngx_webhook_api_body(api, ngx_webhook_api_read);
        return NGX_DONE;
    }

    ngx_webhook_api_digest(api);

    return ngx_webhook_api_ready(api, NGX_OK);
}


/* NGX_OK; NGX_DECLINED, with a problem; NGX_ERROR. */

static ngx_int_t
ngx_webhook_api_admit(ngx_webhook_api_t *api)
{
    ngx_int_t            rc, status;
    const char          *why;
    ngx_http_request_t  *r;

    r = api->request;

    status = ngx_webhook_access_find(r, &api->who, &why);

    if (status == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (status != NGX_OK
        && !(api->frame->conf->health
             && (r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))
             && api->frame->path.len == sizeof("health") - 1
             && ngx_strncmp(api->frame->path.data, "health",
                            sizeof("health") - 1)
                == 0))
    {
        return ngx_webhook_api_unknown(api, status, why);
    }

    rc = (status == NGX_OK) ? ngx_webhook_api_quota(api) : NGX_OK;

    if (rc == NGX_OK) {
        rc = ngx_webhook_api_find(api);
    }

    if (rc != NGX_OK || api->route == NULL) {
        return rc;
    }

    if (status == NGX_OK) {
        rc = ngx_webhook_api_may(api);
    }

    if (rc == NGX_OK) {
        rc = ngx_webhook_api_accept(api);
    }

    if (rc == NGX_OK) {
        rc = ngx_webhook_api_args(api);
    }

    if (rc == NGX_OK) {
        rc = ngx_webhook_api_if_match(api);
    }

    if (rc == NGX_OK) {
        rc = ngx_webhook_api_once(api);
    }

    return rc;
}


static ngx_int_t
ngx_webhook_api_unknown(ngx_webhook_api_t *api, ngx_int_t status,
    const char *why)
{
    static ngx_str_t  bearer = ngx_string("Bearer");
    static ngx_str_t  invalid = ngx_string("Bearer error=\"invalid_token\"");

    if (ngx_webhook_api_problem(api, status, "%s", why) != NGX_OK) {
        return NGX_ERROR;
    }

    if (status == NGX_HTTP_UNAUTHORIZED
        && ngx_webhook_api_header(api, "WWW-Authenticate",
                                  api->who.token ? &invalid : &bearer)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_DECLINED;
}


static ngx_int_t
ngx_webhook_api_find(ngx_webhook_api_t *api)
{
    u_char                   names[NGX_WEBHOOK_API_ALLOW];
    ngx_int_t                rc;
    ngx_str_t                allow;
    ngx_uint_t               method;
    ngx_webhook_redacted_t   shown;

    method = api->request->method;

    if (method == NGX_HTTP_HEAD) {
        method = NGX_HTTP_GET;
    }

    allow.data = names;

    switch (ngx_webhook_api_route(api, method, &allow)) {

    case NGX_OK:
        return NGX_OK;

    case NGX_DECLINED:
        break;

    default:
        rc = ngx_webhook_api_problem(api, NGX_HTTP_NOT_FOUND,
                 "There is nothing at \"%V\"",
                 ngx_webhook_redacted(&shown, api->frame->path.data,
                                      api->frame->path.len));

        return ngx_webhook_api_refused(rc);
    }

    allow.data = ngx_pnalloc(api->pool, allow.len);
    if (allow.data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(allow.data, names, allow.len);

    if (method == NGX_HTTP_OPTIONS) {
        rc = ngx_webhook_api_empty(api);

    } else {
        rc = ngx_webhook_api_problem(api, NGX_HTTP_NOT_ALLOWED,
                                     "This takes %V", &allow);
    }

    if (rc == NGX_OK) {
        rc = ngx_webhook_api_header(api, "Allow", &allow);
    }

    if (rc == NGX_OK && method != NGX_HTTP_OPTIONS) {
        return NGX_DECLINED;
    }

    return rc;
}


static ngx_int_t
ngx_webhook_api_may(ngx_webhook_api_t *api)
{
    ngx_int_t    rc;
    ngx_uint_t   needs;
    const char  *why;

    why = NULL;
    needs = api->route->needs;

    if ((needs & NGX_WEBHOOK_API_SET)
        && !(api->who.may & NGX_WEBHOOK_MAY_SET))
    {
        why = "This needs company.setting, and you have company.view";

    } else if ((needs & NGX_WEBHOOK_API_PAYLOAD)
               && !(api->who.may & NGX_WEBHOOK_MAY_PAYLOAD))
    {
        why = "You may not see payloads";

    } else if (api->route->method == NGX_HTTP_GET
               || ngx_webhook_access_site(api->request, &api->who, &why)
                  == NGX_OK)
    {
        return NGX_OK;
    }

    rc = ngx_webhook_api_problem(api, NGX_HTTP_FORBIDDEN, "%s", why);

    return ngx_webhook_api_refused(rc);
}


/* Is there a body to be read, and is it one that the route takes? */

static ngx_int_t
ngx_webhook_api_size(ngx_webhook_api_t *api, ngx_uint_t *some)
{
    off_t        len;
    ngx_int_t    rc;
    ngx_uint_t   needs;

    *some = 0;

    needs = api->route->needs;
    len = api->request->headers_in.content_length_n;

    if (!(needs & (NGX_WEBHOOK_API_BODY|NGX_WEBHOOK_API_BODY_MAY))) {
        return NGX_OK;
    }

    if (len > 0 || api->request->headers_in.chunked) {
        rc = ngx_webhook_api_body_type(api);

        if (rc != NGX_OK) {
            return rc;
        }
    }

    api->frame->body_max = needs & NGX_WEBHOOK_API_LARGE
                           ? NGX_WEBHOOK_API_LARGE_MAX
                           : NGX_WEBHOOK_API_BODY_MAX;

    if (len > (off_t) api->frame->body_max) {
        return ngx_webhook_api_refused(ngx_webhook_api_unread(api,
                                        NGX_HTTP_REQUEST_ENTITY_TOO_LARGE));
    }

    *some = 1;

    return NGX_OK;
}


/* Behind the body. */

static void
ngx_webhook_api_read(ngx_webhook_api_t *api, ngx_int_t rc)
{
    if (rc != NGX_OK) {
        ngx_webhook_api_go(api, ngx_webhook_api_unread(api, rc));
        return;
    }

    ngx_webhook_api_digest(api);

    if (api->frame->body_len) {
        ngx_webhook_api_go(api,
                          ngx_webhook_api_parse(api, ngx_webhook_api_ready));
        return;
    }

    ngx_webhook_api_go(api, ngx_webhook_api_ready(api, NGX_OK));
}


/* Of what was said, for a repeat to be told from something else. */

static void
ngx_webhook_api_digest(ngx_webhook_api_t *api)
{
    webhook_hash_t  hash;

    webhook_hash_init(&hash);
    webhook_hash_text(&hash, ngx_webhook_str(&api->request->args));

    if (api->frame->body_len) {
        webhook_hash_add(&hash, api->frame->body, api->frame->body_len);
    }

    webhook_hash_end(&hash, api->once.body);
}


/* What a route's handler returns. */

static ngx_int_t
ngx_webhook_api_unread(ngx_webhook_api_t *api, ngx_int_t rc)
{
    switch (rc) {

    case NGX_HTTP_REQUEST_ENTITY_TOO_LARGE:
        return ngx_webhook_api_problem(api, rc,
                                       "The body is larger than %uz bytes",
                                       api->frame->body_max);

    case NGX_HTTP_BAD_REQUEST:
        return ngx_webhook_api_problem(api, rc,
                                       "The chunks of the body are malformed");

    case NGX_HTTP_REQUEST_TIME_OUT:
        return ngx_webhook_api_problem(api, rc,
                                       "The body did not arrive in time");

    default:
        return NGX_ERROR;
    }
}


/* The body is there, if there is one: what the parser returned. */

static ngx_int_t
ngx_webhook_api_ready(ngx_webhook_api_t *api, ngx_int_t rc)
{
    if (rc != NGX_OK) {
        return rc == NGX_DECLINED ? NGX_OK : rc;
    }

    if (api->body == NULL && (api->route->needs & NGX_WEBHOOK_API_BODY)) {
        return ngx_webhook_api_problem(api, NGX_HTTP_BAD_REQUEST,
                                       "A JSON object is needed as the body");
    }

    if (api->once.keep == 0) {
        return ngx_webhook_api_run(api);
    }

    rc = ngx_webhook_api_once_hold(api);

    if (rc != NGX_OK) {
        return rc == NGX_DECLINED ? NGX_OK : rc;
    }

    if (api->route->needs & NGX_WEBHOOK_API_ONCE) {
        return ngx_webhook_api_run(api);
    }

    return ngx_webhook_api_once_ask(api);
}


static ngx_int_t
ngx_webhook_api_run(ngx_webhook_api_t *api)
{
    return api->route->handler(api);
}


/* Goes on, with what a route's handler has returned. */

static void
ngx_webhook_api_go(ngx_webhook_api_t *api, ngx_int_t rc)
{
    ngx_uint_t           status;
    ngx_http_request_t  *r;

    r = api->request;

    if (rc == NGX_AGAIN) {
        return;
    }

    status = api->answer->status;

    if (rc != NGX_OK || status == 0) {
        ngx_webhook_api_end(api, NGX_ERROR);
        return;
    }

    if (api->once.keep && !api->frame->kept
        && !(api->route->needs & NGX_WEBHOOK_API_ONCE)
        && status >= NGX_HTTP_OK && status < NGX_HTTP_SPECIAL_RESPONSE)
    {
        api->frame->kept = 1;

        rc = ngx_webhook_api_once_keep(api);

        if (rc == NGX_AGAIN) {
            return;
        }

        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "webhook api: an answer could not be kept for its "
                      "Idempotency-Key: there is no memory");
    }

    ngx_webhook_api_end(api, NGX_OK);
}


static void
ngx_webhook_api_end(ngx_webhook_api_t *api, ngx_int_t rc)
{
    ngx_http_request_t  *r;

    r = api->request;

    if (rc != NGX_OK) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "webhook api: the answer could not be made");

        if (ngx_webhook_api_problem(api, NGX_HTTP_INTERNAL_SERVER_ERROR,
                                    "There was no memory, or the server "
                                    "failed; its log may say more")
            != NGX_OK)
        {
            ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
            return;
        }
    }

    ngx_webhook_api_once_release(api);
    ngx_webhook_api_body_wipe(api);

    /* a body that nobody reads is not asked for */

    r->expect_tested = 1;

    if (r->headers_in.expect && r->request_body == NULL) {
        r->keepalive = 0;
    }

    if (ngx_http_discard_request_body(r) != NGX_OK) {
        r->keepalive = 0;
    }

    ngx_http_finalize_request(r, ngx_webhook_api_send(api));
}
