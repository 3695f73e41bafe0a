
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * GET deliveries/{id}/curl: the request of a delivery as a line for a shell,
 * with a variable in place of each secret.
 */

#include "core/curl/webhook_curl.h"
#include "http/admin/routes/deliveries/ngx_http_webhook_deliveries_int.h"
#include "http/runtime/ngx_http_webhook_moved.h"


#define NGX_WEBHOOK_DELIVERIES_LINE  65536      /* bytes of a line */


/* What the line is made of. */

typedef struct {
    ngx_webhook_api_t       *api;
    ngx_webhook_endpoint_t  *endpoint;
    webhook_op_show_t       *show;
    webhook_rendition_t     *rendition;
    ngx_array_t              headers;       /* of webhook_curl_header_t */
} ngx_webhook_deliveries_line_t;


static ngx_int_t ngx_webhook_deliveries_line(ngx_webhook_api_t *api,
    webhook_op_t *op);
static ngx_int_t ngx_webhook_deliveries_line_answer(ngx_webhook_api_t *api,
    webhook_curl_t *curl);
static ngx_int_t ngx_webhook_deliveries_target(
    ngx_webhook_deliveries_line_t *line, webhook_curl_t *curl);
static ngx_int_t ngx_webhook_deliveries_line_headers(
    ngx_webhook_deliveries_line_t *line);
static ngx_uint_t ngx_webhook_deliveries_own(ngx_webhook_endpoint_t *ep,
    ngx_str_t *name);
static ngx_int_t ngx_webhook_deliveries_line_secrets(
    ngx_webhook_deliveries_line_t *line);
static ngx_int_t ngx_webhook_deliveries_header(
    ngx_webhook_deliveries_line_t *line, const char *name, size_t len,
    const webhook_str_t *value, ngx_uint_t secret);
static json_t *ngx_webhook_deliveries_left(webhook_curl_t *curl);


ngx_int_t
ngx_webhook_deliveries_curl(ngx_webhook_api_t *api)
{
    return ngx_webhook_deliveries_read(api, ngx_webhook_deliveries_line);
}


static ngx_int_t
ngx_webhook_deliveries_line(ngx_webhook_api_t *api, webhook_op_t *op)
{
    webhook_curl_t                  curl;
    ngx_webhook_scope_thing_t       thing;
    ngx_webhook_delivery_route_t   *route;
    ngx_webhook_deliveries_line_t   line;

    route = ngx_webhook_delivery_route(api);

    ngx_memzero(&line, sizeof(ngx_webhook_deliveries_line_t));
    ngx_memzero(&curl, sizeof(webhook_curl_t));

    line.api = api;
    line.show = &op->u.show;
    line.rendition = ngx_webhook_deliveries_rendition(op);

    if (line.rendition == NULL
        || !ngx_webhook_scope_endpoint(api, &route->name, &thing)
        || thing.endpoint == NULL)
    {
        return ngx_webhook_api_problem(api, NGX_HTTP_CONFLICT,
                                       "No command can be made for this "
                                       "delivery: its endpoint no longer "
                                       "exists, or its request cannot be "
                                       "read");
    }

    line.endpoint = thing.endpoint;

    if (ngx_array_init(&line.headers, api->pool, 16,
                       sizeof(webhook_curl_header_t))
        != NGX_OK
        || ngx_webhook_deliveries_target(&line, &curl) != NGX_OK
        || ngx_webhook_deliveries_line_headers(&line) != NGX_OK
        || ngx_webhook_deliveries_line_secrets(&line) != NGX_OK)
    {
        return NGX_ERROR;
    }

    curl.headers = line.headers.elts;
    curl.headers_count = line.headers.nelts;
    curl.body = line.rendition->body;
    curl.has_body = 1;

    return ngx_webhook_deliveries_line_answer(api, &curl);
}


static ngx_int_t
ngx_webhook_deliveries_line_answer(ngx_webhook_api_t *api,
    webhook_curl_t *curl)
{
    int             rc;
    json_t         *json;
    webhook_buf_t   out;
    webhook_str_t   text;

    webhook_buf_init(&out, NGX_WEBHOOK_DELIVERIES_LINE);

    rc = webhook_curl_line(curl, &out);

    if (rc != WEBHOOK_OK) {
        webhook_buf_free(&out);

        return rc == WEBHOOK_NOMEM ? NGX_ERROR
               : ngx_webhook_api_problem(api, NGX_HTTP_CONFLICT,
                                         "No command can be made for this "
                                         "delivery: its request is too "
                                         "long, or has bytes that a "
                                         "terminal would interpret");
    }

    text.data = out.data;
    text.len = out.len;

    json = json_pack("{s:o, s:o, s:o}",
                     "command", ngx_webhook_api_string(&text),
                     "payload", curl->in_file ? json_string("payload")
                                              : json_null(),
                     "left_out", ngx_webhook_deliveries_left(curl));

    webhook_buf_free(&out);

    return ngx_webhook_api_json(api, NGX_HTTP_OK, json);
}


/* The request line is the event's own, or the endpoint's; the host is that of
   the endpoint's URL. */

static ngx_int_t
ngx_webhook_deliveries_target(ngx_webhook_deliveries_line_t *line,
    webhook_curl_t *curl)
{
    u_char         *p, *last, *space, *host, *end;
    ngx_str_t       url;
    webhook_str_t   request;

    url = line->endpoint->url;
    request = line->rendition->request;

    if (request.len == 0) {
        p = line->endpoint->head.data;
        last = p + line->endpoint->head.len;
        space = ngx_strlchr(p, last, ' ');

        curl->method.data = p;
        curl->method.len = space ? (size_t) (space - p) : 0;
        curl->url = *ngx_webhook_str(&url);

        return NGX_OK;
    }

    space = ngx_strlchr(request.data, request.data + request.len, ' ');

    if (space == NULL) {
        return NGX_ERROR;
    }

    curl->method.data = request.data;
    curl->method.len = (size_t) (space - request.data);

    last = url.data + url.len;
    host = ngx_strnstr(url.data, "://", url.len);
    host = host ? host + 3 : url.data;
    end = ngx_strlchr(host, last, '/');
    end = end ? end : last;

    curl->url.len = (size_t) (end - url.data) + request.len
                    - curl->method.len - 1;
    curl->url.data = ngx_pnalloc(line->api->pool, curl->url.len);

    if (curl->url.data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(curl->url.data, url.data, (size_t) (end - url.data));
    ngx_memcpy(p, space + 1, request.len - curl->method.len - 1);

    return NGX_OK;
}


/* Values of headers that somebody set may be keys: none stands in the line.  The
   others are ours. */

static ngx_int_t
ngx_webhook_deliveries_line_headers(ngx_webhook_deliveries_line_t *line)
{
    u_char                *id, *p, *last, *colon, *end, *envelope;
    ngx_uint_t             i;
    ngx_str_t              name, lines;
    webhook_str_t          value;
    ngx_webhook_header_t  *header;

    header = line->endpoint->headers.elts;

    for (i = 0; i < line->endpoint->headers.nelts; i++) {

        if (header[i].tpl == NULL
            && ngx_webhook_deliveries_header(line,
                                             (char *) header[i].name.data,
                                             header[i].name.len, NULL, 1)
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    lines = *ngx_webhook_nstr(&line->rendition->headers);

    (void) ngx_webhook_moved_take(&lines);

    envelope = ngx_webhook_moved_envelope(&lines);

    p = lines.data;
    last = p + lines.len;

    while (p < last) {
        end = ngx_strlchr(p, last, CR);
        end = end ? end : last;
        colon = ngx_strlchr(p, end, ':');

        if (colon) {
            name.data = p;
            name.len = (size_t) (colon - p);
            value.data = ngx_min(colon + 2, end);
            value.len = (size_t) (end - value.data);

            /* one that it had when the event was put is as good; a trace that
               the event has is the first of all */

            i = ngx_webhook_deliveries_own(line->endpoint, &name)
                || (!line->endpoint->internal
                    && !ngx_webhook_moved_event(p, name.len, p >= envelope)
                    && !(p == lines.data && name.len == 11
                         && ngx_memcmp(p, "traceparent", 11) == 0));

            if (ngx_webhook_deliveries_header(line, (char *) name.data,
                                              name.len, i ? NULL : &value, i)
                != NGX_OK)
            {
                return NGX_ERROR;
            }
        }

        p = end + 2;
    }

    if (line->rendition->content_type.len
        && ngx_webhook_deliveries_header(line, "Content-Type",
                                         sizeof("Content-Type") - 1,
                                         &line->rendition->content_type, 0)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    id = ngx_pnalloc(line->api->pool, WEBHOOK_ID_TEXT_LEN);
    if (id == NULL) {
        return NGX_ERROR;
    }

    webhook_id_text(&line->show->wire, id);

    value.data = id;
    value.len = WEBHOOK_ID_TEXT_LEN;

    if (ngx_webhook_deliveries_header(line, "webhook-id",
                                      sizeof("webhook-id") - 1, &value, 0)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_webhook_deliveries_header(line,
                     (char *) line->api->wmcf->event_header.data,
                     line->api->wmcf->event_header.len, &line->show->type, 0);
}


/* The endpoint's owner has set it. */

static ngx_uint_t
ngx_webhook_deliveries_own(ngx_webhook_endpoint_t *ep, ngx_str_t *name)
{
    ngx_uint_t             i;
    ngx_webhook_header_t  *header;

    header = ep->headers.elts;

    for (i = 0; i < ep->headers.nelts; i++) {
        if (header[i].name.len == name->len
            && ngx_strncasecmp(header[i].name.data, name->data, name->len)
               == 0)
        {
            return 1;
        }
    }

    return 0;
}


/* What is made at each send: signatures, and what authorizes. */

static ngx_int_t
ngx_webhook_deliveries_line_secrets(ngx_webhook_deliveries_line_t *line)
{
    ngx_uint_t               i;
    webhook_str_t            value;
    ngx_webhook_hmac_t      *hmac;
    ngx_webhook_endpoint_t  *ep;

    ep = line->endpoint;

    if (ep->keys.nkeys
        && ngx_webhook_deliveries_header(line, "webhook-signature",
                                         sizeof("webhook-signature") - 1, NULL,
                                         1)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    hmac = ep->hmacs.elts;

    for (i = 0; i < ep->hmacs.nelts; i++) {
        if (ngx_webhook_deliveries_header(line, (char *) hmac[i].header.data,
                                          hmac[i].header.len, NULL, 1)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    switch (ep->auth.kind) {

    case NGX_WEBHOOK_AUTH_NONE:
        return NGX_OK;

    case NGX_WEBHOOK_AUTH_BASIC:
        value = (webhook_str_t) webhook_str("Basic ");
        break;

    default:
        value = (webhook_str_t) webhook_str("Bearer ");
        break;
    }

    return ngx_webhook_deliveries_header(line, "Authorization",
                                         sizeof("Authorization") - 1, &value,
                                         1);
}


static ngx_int_t
ngx_webhook_deliveries_header(ngx_webhook_deliveries_line_t *line,
    const char *name, size_t len, const webhook_str_t *value,
    ngx_uint_t secret)
{
    webhook_curl_header_t  *header;

    header = ngx_array_push(&line->headers);
    if (header == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(header, sizeof(webhook_curl_header_t));

    header->name.data = (u_char *) name;
    header->name.len = len;
    header->secret = secret ? 1 : 0;

    if (value) {
        header->value = *value;
    }

    return NGX_OK;
}


static json_t *
ngx_webhook_deliveries_left(webhook_curl_t *curl)
{
    size_t   i;
    json_t  *list;

    list = json_array();
    if (list == NULL) {
        return NULL;
    }

    for (i = 0; i < curl->headers_count; i++) {

        if (curl->headers[i].left
            && json_array_append_new(list,
                              ngx_webhook_api_string(&curl->headers[i].name))
               != 0)
        {
            json_decref(list);
            return NULL;
        }
    }

    return list;
}
