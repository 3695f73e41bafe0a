
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Requests as routes see them, and answers as they set them.
 */

#include "http/admin/api/ngx_http_webhook_api_int.h"
#include "http/runtime/ngx_http_webhook_cpu.h"
#include "core/json/webhook_json_text.h"


#define NGX_WEBHOOK_API_DETAIL_MAX  1024        /* bytes of a sentence */


static void ngx_webhook_api_cleanup(void *data);
static void ngx_webhook_api_free_body(void *data);
static void ngx_webhook_api_set(ngx_webhook_api_t *api, ngx_uint_t status,
    const char *type);
static ngx_int_t ngx_webhook_api_vproblem(ngx_webhook_api_t *api,
    ngx_uint_t status, const char *detail, va_list args);
static json_t *ngx_webhook_api_sentence(const char *fmt, va_list args);
static const char *ngx_webhook_api_title(ngx_uint_t status);
static json_t *ngx_webhook_api_request_id(ngx_webhook_api_t *api);


ngx_webhook_api_t *
ngx_webhook_api_make(ngx_http_request_t *r, ngx_webhook_api_conf_t *conf)
{
    ngx_webhook_api_t   *api;
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_webhook_api_t));
    if (cln == NULL) {
        return NULL;
    }

    api = cln->data;

    ngx_memzero(api, sizeof(ngx_webhook_api_t));

    api->request = r;
    api->pool = r->pool;
    api->wmcf = ngx_http_get_module_main_conf(r, ngx_http_webhook_module);

    api->answer = ngx_pcalloc(r->pool,
                              sizeof(struct ngx_webhook_api_answer_s));
    api->frame = ngx_pcalloc(r->pool, sizeof(struct ngx_webhook_api_frame_s));

    if (api->answer == NULL || api->frame == NULL) {
        return NULL;
    }

    cln->handler = ngx_webhook_api_cleanup;

    api->frame->conf = conf;

    if (r->uri.len >= conf->prefix.len
        && ngx_memcmp(r->uri.data, conf->prefix.data, conf->prefix.len) == 0)
    {
        api->frame->path.data = r->uri.data + conf->prefix.len;
        api->frame->path.len = r->uri.len - conf->prefix.len;

    } else {

        /* it was rewritten to something that is no path of ours */

        api->frame->path = r->uri;
    }

    return api;
}


static void
ngx_webhook_api_cleanup(void *data)
{
    ngx_webhook_api_t  *api = data;

    ngx_webhook_api_answer_clear(api);

    if (api->body) {
        ngx_webhook_cpu_free(api->body, api->frame->body_len
                                        * NGX_WEBHOOK_API_BODY_TREE,
                             ngx_webhook_api_free_body);
        api->body = NULL;
    }
}


static void
ngx_webhook_api_free_body(void *data)
{
    json_decref(data);
}


ngx_webhook_api_t *
ngx_webhook_api_of(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t  *cln;

    for (cln = r->pool->cleanup; cln; cln = cln->next) {
        if (cln->handler == ngx_webhook_api_cleanup) {
            return cln->data;
        }
    }

    return NULL;
}


void
ngx_webhook_api_answer_clear(ngx_webhook_api_t *api)
{
    struct ngx_webhook_api_answer_s  *answer = api->answer;

    json_decref(answer->json);
    json_decref(answer->errors);

    ngx_memzero(answer, sizeof(struct ngx_webhook_api_answer_s));
}


/* Headers may be set before and behind the answer. */

static void
ngx_webhook_api_set(ngx_webhook_api_t *api, ngx_uint_t status,
    const char *type)
{
    json_decref(api->answer->json);

    api->answer->json = NULL;
    ngx_str_null(&api->answer->bytes);
    ngx_str_null(&api->answer->items);

    api->answer->status = status;
    api->answer->type = type;
    api->answer->problem = 0;
    api->answer->made = 0;
}


ngx_int_t
ngx_webhook_api_json(ngx_webhook_api_t *api, ngx_uint_t status, json_t *body)
{
    if (body == NULL) {
        return NGX_ERROR;
    }

    ngx_webhook_api_set(api, status, "application/json");

    api->answer->json = body;

    return NGX_OK;
}


ngx_int_t
ngx_webhook_api_created(ngx_webhook_api_t *api, ngx_str_t *path, json_t *body)
{
    u_char     *p;
    ngx_str_t   uri, escaped;

    uri.len = api->frame->conf->prefix.len + path->len;
    uri.data = ngx_pnalloc(api->pool, uri.len);

    if (uri.data == NULL) {
        json_decref(body);
        return NGX_ERROR;
    }

    p = ngx_cpymem(uri.data, api->frame->conf->prefix.data,
                   api->frame->conf->prefix.len);
    ngx_memcpy(p, path->data, path->len);

    escaped.len = uri.len + 2 * ngx_escape_uri(NULL, uri.data, uri.len,
                                               NGX_ESCAPE_URI);
    escaped.data = ngx_pnalloc(api->pool, escaped.len);

    if (escaped.data == NULL) {
        json_decref(body);
        return NGX_ERROR;
    }

    (void) ngx_escape_uri(escaped.data, uri.data, uri.len, NGX_ESCAPE_URI);

    if (ngx_webhook_api_json(api, NGX_HTTP_CREATED, body) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_webhook_api_header(api, "Location", &escaped);
}


ngx_int_t
ngx_webhook_api_empty(ngx_webhook_api_t *api)
{
    ngx_webhook_api_set(api, NGX_HTTP_NO_CONTENT, NULL);

    return NGX_OK;
}


ngx_int_t
ngx_webhook_api_text(ngx_webhook_api_t *api, ngx_uint_t status,
    const char *type, ngx_str_t *bytes)
{
    ngx_webhook_api_set(api, status, type);

    api->answer->bytes = *bytes;

    return NGX_OK;
}


ngx_int_t
ngx_webhook_api_attachment(ngx_webhook_api_t *api, ngx_str_t *bytes,
    const char *name)
{
    u_char     *p;
    size_t      len;
    ngx_str_t   value;

    static ngx_str_t  sandbox = ngx_string("sandbox");

    ngx_webhook_api_set(api, NGX_HTTP_OK, "application/octet-stream");

    api->answer->bytes = *bytes;

    len = ngx_strlen(name);

    value.data = ngx_pnalloc(api->pool,
                             sizeof("attachment; filename=\"\"") - 1 + len);
    if (value.data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(value.data, "attachment; filename=\"",
                   sizeof("attachment; filename=\"") - 1);
    p = ngx_cpymem(p, name, len);
    *p++ = '"';

    value.len = p - value.data;

    if (ngx_webhook_api_header(api, "Content-Disposition", &value) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_webhook_api_header(api, "Content-Security-Policy", &sandbox);
}


ngx_int_t
ngx_webhook_api_header(ngx_webhook_api_t *api, const char *name,
    ngx_str_t *value)
{
    ngx_webhook_api_header_t  *h;

    if (api->answer->headers == NULL) {
        api->answer->headers = ngx_array_create(api->pool, 4,
                                            sizeof(ngx_webhook_api_header_t));
        if (api->answer->headers == NULL) {
            return NGX_ERROR;
        }
    }

    h = ngx_array_push(api->answer->headers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    h->name.data = (u_char *) name;
    h->name.len = ngx_strlen(name);
    h->value = *value;

    return NGX_OK;
}


ngx_int_t
ngx_webhook_api_etag(ngx_webhook_api_t *api, uint64_t version)
{
    ngx_str_t  value;

    value.data = ngx_pnalloc(api->pool, NGX_INT64_LEN + 2);
    if (value.data == NULL) {
        return NGX_ERROR;
    }

    value.len = ngx_sprintf(value.data, "\"%uL\"", version) - value.data;

    return ngx_webhook_api_header(api, "ETag", &value);
}


ngx_int_t ngx_cdecl
ngx_webhook_api_problem(ngx_webhook_api_t *api, ngx_uint_t status,
    const char *detail, ...)
{
    va_list    args;
    ngx_int_t  rc;

    va_start(args, detail);
    rc = ngx_webhook_api_vproblem(api, status, detail, args);
    va_end(args);

    return rc;
}


/* What was to be answered goes, with its headers. */

static ngx_int_t
ngx_webhook_api_vproblem(ngx_webhook_api_t *api, ngx_uint_t status,
    const char *detail, va_list args)
{
    json_t  *json;

    static ngx_str_t  second = ngx_string("1");

    ngx_webhook_api_answer_clear(api);

    json = json_pack("{s:s, s:s, s:i, s:o*, s:o*}",
                     "type", "about:blank",
                     "title", ngx_webhook_api_title(status),
                     "status", (int) status,
                     "detail", ngx_webhook_api_sentence(detail, args),
                     "request_id", ngx_webhook_api_request_id(api));

    if (ngx_webhook_api_json(api, status, json) != NGX_OK) {
        return NGX_ERROR;
    }

    api->answer->type = "application/problem+json";
    api->answer->problem = 1;

    return status == NGX_HTTP_SERVICE_UNAVAILABLE
           ? ngx_webhook_api_header(api, "Retry-After", &second) : NGX_OK;
}


static json_t *
ngx_webhook_api_sentence(const char *fmt, va_list args)
{
    webhook_str_t  text;
    u_char         buf[NGX_WEBHOOK_API_DETAIL_MAX];

    text.data = buf;
    text.len = ngx_vslprintf(buf, buf + sizeof(buf), fmt, args) - buf;

    return ngx_webhook_api_string(&text);
}


static const char *
ngx_webhook_api_title(ngx_uint_t status)
{
    ngx_uint_t  i;

    static const struct {
        ngx_uint_t   status;
        const char  *title;
    }  titles[] = {
        { 400, "Bad Request" },
        { 401, "Unauthorized" },
        { 403, "Forbidden" },
        { 404, "Not Found" },
        { 405, "Method Not Allowed" },
        { 406, "Not Acceptable" },
        { 408, "Request Timeout" },
        { 409, "Conflict" },
        { 412, "Precondition Failed" },
        { 413, "Content Too Large" },
        { 415, "Unsupported Media Type" },
        { 422, "Unprocessable Content" },
        { 428, "Precondition Required" },
        { 429, "Too Many Requests" },
        { 500, "Internal Server Error" },
        { 502, "Bad Gateway" },
        { 503, "Service Unavailable" },
        { 504, "Gateway Timeout" },
        { 507, "Insufficient Storage" },
        { 0, "Problem" }
    };

    for (i = 0; titles[i].status && titles[i].status != status; i++) {
        /* void */
    }

    return titles[i].title;
}


static json_t *
ngx_webhook_api_request_id(ngx_webhook_api_t *api)
{
    webhook_str_t               id;
    ngx_http_variable_value_t  *v;

    v = ngx_http_get_indexed_variable(api->request, api->wmcf->request_id);

    if (v == NULL || v->not_found) {
        return NULL;
    }

    id.data = v->data;
    id.len = v->len;

    return ngx_webhook_api_string(&id);
}


ngx_int_t ngx_cdecl
ngx_webhook_api_error(ngx_webhook_api_t *api, const char *pointer,
    const char *detail, ...)
{
    va_list         args;
    json_t         *error, *text;
    webhook_str_t   p;

    if (api->answer->errors == NULL) {
        api->answer->errors = json_array();
    }

    if (json_array_size(api->answer->errors) >= NGX_WEBHOOK_API_ERRORS_MAX) {
        return NGX_OK;
    }

    va_start(args, detail);
    text = ngx_webhook_api_sentence(detail, args);
    va_end(args);

    p.data = (u_char *) pointer;
    p.len = ngx_strlen(pointer);

    error = json_pack("{s:o, s:o}", "pointer", ngx_webhook_api_string(&p),
                      "detail", text);

    return json_array_append_new(api->answer->errors, error) == 0 ? NGX_OK
                                                                  : NGX_ERROR;
}


ngx_int_t
ngx_webhook_api_invalid(ngx_webhook_api_t *api)
{
    size_t   n;
    json_t  *errors;

    errors = api->answer->errors;
    api->answer->errors = NULL;

    n = json_array_size(errors);

    if (ngx_webhook_api_problem(api, 422,
            n == 1 ? "One member of the body is invalid; nothing was changed"
                   : "%uz members of the body are invalid; nothing was "
                     "changed", n)
        != NGX_OK)
    {
        json_decref(errors);
        return NGX_ERROR;
    }

    return ngx_webhook_api_member(api, "errors", errors);
}


ngx_int_t
ngx_webhook_api_member(ngx_webhook_api_t *api, const char *name,
    json_t *value)
{
    return json_object_set_new(api->answer->json, name, value) == 0
           ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_webhook_api_not_found(ngx_webhook_api_t *api, const char *what,
    ngx_str_t *name)
{
    ngx_webhook_redacted_t  shown;

    return ngx_webhook_api_problem(api, NGX_HTTP_NOT_FOUND,
                                   "There is no %s \"%V\"", what,
                                   ngx_webhook_redacted(&shown, name->data,
                                                        name->len));
}


ngx_int_t
ngx_webhook_api_full(ngx_webhook_api_t *api)
{
    return ngx_webhook_api_problem(api, NGX_HTTP_INSUFFICIENT_STORAGE,
                                   "The store is full; nothing was changed");
}


ngx_int_t
ngx_webhook_api_stale(ngx_webhook_api_t *api, uint64_t version)
{
    if (ngx_webhook_api_problem(api, NGX_HTTP_PRECONDITION_FAILED,
                                "It was changed meanwhile, and its version is "
                                "%uL now: read it again, and send If-Match "
                                "with the ETag that you got", version)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_webhook_api_etag(api, version);
}


json_t *
ngx_webhook_api_string(const webhook_str_t *text)
{
    int                   n;
    json_t               *json;
    webhook_buf_t         b;
    const unsigned char  *p, *last;

    if (webhook_json_valid(text)) {
        return json_stringn_nocheck(text->len ? (char *) text->data : "",
                                    text->len);
    }

    webhook_buf_init(&b, 0);

    p = text->data;
    last = p + text->len;

    while (p < last) {

        n = *p < 0x80 ? 1 : webhook_json_utf8(p, last);

        if (n > 0) {
            webhook_buf_add(&b, p, n);
            p += n;
            continue;
        }

        webhook_buf_add(&b, "\xef\xbf\xbd", 3);
        p -= n;
    }

    json = b.failed ? NULL : json_stringn_nocheck((char *) b.data, b.len);

    webhook_buf_free(&b);

    return json;
}


json_t *
ngx_webhook_api_time(uint64_t wall)
{
    u_char     *p;
    ngx_tm_t    tm;
    u_char      buf[64];

    if (wall == 0) {
        return json_null();
    }

    ngx_gmtime((time_t) (wall / 1000), &tm);

    p = ngx_sprintf(buf, "%4d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                    tm.ngx_tm_year, tm.ngx_tm_mon, tm.ngx_tm_mday,
                    tm.ngx_tm_hour, tm.ngx_tm_min, tm.ngx_tm_sec,
                    (int) (wall % 1000));

    return json_stringn_nocheck((char *) buf, p - buf);
}
