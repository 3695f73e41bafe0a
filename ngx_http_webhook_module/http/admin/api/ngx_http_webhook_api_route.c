
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Which route a path is.
 */

#include "http/admin/api/ngx_http_webhook_api_int.h"


#define NGX_WEBHOOK_API_SEGMENTS  8         /* of a path, and one too many */
#define NGX_WEBHOOK_API_SEGMENT   255       /* bytes of one in braces */


static const ngx_webhook_route_t *ngx_webhook_api_route_next(
    ngx_webhook_api_t *api, const ngx_webhook_route_t *route,
    ngx_uint_t *table);
static ngx_uint_t ngx_webhook_api_route_split(const ngx_str_t *path,
    ngx_str_t *segments);
static ngx_uint_t ngx_webhook_api_route_match(const ngx_webhook_route_t *route,
    ngx_str_t *segments, ngx_uint_t n, ngx_uint_t *weight);
static void ngx_webhook_api_route_values(ngx_webhook_api_t *api,
    ngx_str_t *segments);
static u_char *ngx_webhook_api_route_allow(u_char *p, u_char *start,
    ngx_uint_t methods);


ngx_int_t
ngx_webhook_api_route(ngx_webhook_api_t *api, ngx_uint_t method,
    ngx_str_t *allow)
{
    ngx_str_t                   segments[NGX_WEBHOOK_API_SEGMENTS];
    ngx_uint_t                  n, table, weight, most, methods;
    const ngx_webhook_route_t  *route;

    n = ngx_webhook_api_route_split(&api->frame->path, segments);

    if (n == NGX_WEBHOOK_API_SEGMENTS) {
        return NGX_ERROR;
    }

    most = 0;
    methods = 0;
    table = 0;

    for (route = ngx_webhook_api_route_next(api, NULL, &table);
         route;
         route = ngx_webhook_api_route_next(api, route, &table))
    {
        if (!ngx_webhook_api_route_match(route, segments, n, &weight)
            || weight < most)
        {
            continue;
        }

        if (weight > most) {

            /* what is written out is another path than {name} */

            most = weight;
            methods = 0;
            api->route = NULL;
        }

        methods |= route->method;

        if (route->method == method) {
            api->route = route;
        }
    }

    if (methods == 0) {
        return NGX_ERROR;
    }

    if (api->route) {
        ngx_webhook_api_route_values(api, segments);
        return NGX_OK;
    }

    allow->len = ngx_webhook_api_route_allow(allow->data, allow->data, methods)
                 - allow->data;

    return NGX_DECLINED;
}


/* All routes: first those of the frame, then the tables. */

static const ngx_webhook_route_t *
ngx_webhook_api_route_next(ngx_webhook_api_t *api,
    const ngx_webhook_route_t *route, ngx_uint_t *table)
{
    const ngx_webhook_route_t  **tables;

    tables = api->frame->conf->routes;

    route = route ? route + 1 : ngx_webhook_api_own;

    while (route->handler == NULL) {

        route = tables[*table];

        if (route == NULL) {
            return NULL;
        }

        (*table)++;
    }

    return route;
}


/* The segments of a path, none of an empty one. */

static ngx_uint_t
ngx_webhook_api_route_split(const ngx_str_t *path, ngx_str_t *segments)
{
    u_char      *p, *last;
    ngx_uint_t   n;

    if (path->len == 0) {
        return 0;
    }

    p = path->data;
    last = p + path->len;

    for (n = 0; n < NGX_WEBHOOK_API_SEGMENTS; p++) {

        segments[n].data = p;

        while (p < last && *p != '/') {
            p++;
        }

        segments[n].len = p - segments[n].data;
        n++;

        if (p == last) {
            break;
        }
    }

    return n;
}


/* 1 if the segments are the route's; its weight is greater the more of them,
   from the left, are written out, and never 0. */

static ngx_uint_t
ngx_webhook_api_route_match(const ngx_webhook_route_t *route,
    ngx_str_t *segments, ngx_uint_t n, ngx_uint_t *weight)
{
    ngx_str_t   own[NGX_WEBHOOK_API_SEGMENTS];
    ngx_uint_t  i;

    if (ngx_webhook_api_route_split(&route->path, own) != n) {
        return 0;
    }

    *weight = 1;

    for (i = 0; i < n; i++) {

        *weight <<= 1;

        if (own[i].data[0] == '{') {

            if (segments[i].len == 0
                || segments[i].len > NGX_WEBHOOK_API_SEGMENT)
            {
                return 0;
            }

            continue;
        }

        if (own[i].len != segments[i].len
            || ngx_memcmp(own[i].data, segments[i].data, own[i].len) != 0)
        {
            return 0;
        }

        *weight |= 1;
    }

    return 1;
}


static void
ngx_webhook_api_route_values(ngx_webhook_api_t *api, ngx_str_t *segments)
{
    ngx_str_t   own[NGX_WEBHOOK_API_SEGMENTS];
    ngx_uint_t  i, n, values;

    n = ngx_webhook_api_route_split(&api->route->path, own);
    values = 0;

    for (i = 0; i < n && values < NGX_WEBHOOK_API_VALUES; i++) {
        if (own[i].data[0] == '{') {
            api->values[values++] = segments[i];
        }
    }
}


static u_char *
ngx_webhook_api_route_allow(u_char *p, u_char *start, ngx_uint_t methods)
{
    ngx_uint_t  i;

    static const struct {
        ngx_uint_t   method;
        ngx_str_t    names;
    }  known[] = {
        { NGX_HTTP_GET, ngx_string("GET, HEAD") },
        { NGX_HTTP_POST, ngx_string("POST") },
        { NGX_HTTP_PATCH, ngx_string("PATCH") },
        { NGX_HTTP_DELETE, ngx_string("DELETE") },
        { NGX_HTTP_OPTIONS, ngx_string("OPTIONS") }
    };

    methods |= NGX_HTTP_OPTIONS;

    for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {

        if (!(methods & known[i].method)) {
            continue;
        }

        if (p > start) {
            *p++ = ',';
            *p++ = ' ';
        }

        p = ngx_cpymem(p, known[i].names.data, known[i].names.len);
    }

    return p;
}
