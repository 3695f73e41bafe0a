
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/outbound/capture/ngx_http_webhook_capture_kind.h"


#define NGX_WEBHOOK_GRPC      "application/grpc"
#define NGX_WEBHOOK_GRPC_LEN  (sizeof(NGX_WEBHOOK_GRPC) - 1)


static ngx_str_t ngx_webhook_stream_type(ngx_http_request_t *r);
static ngx_uint_t ngx_webhook_stream_grpc(ngx_str_t *type);


static ngx_str_t  ngx_webhook_stream_types[] = {
    ngx_string("text/event-stream"),
    ngx_string("application/x-ndjson"),
    ngx_string("multipart/x-mixed-replace"),
    ngx_null_string
};


ngx_uint_t
ngx_webhook_capture_streams(ngx_http_request_t *r)
{
    ngx_str_t   type, *known;

    if (r->upstream && !r->upstream->buffering) {

        /* X-Accel-Buffering, proxy_buffering and the like; gRPC */

        return 1;
    }

    type = ngx_webhook_stream_type(r);

    if (ngx_webhook_stream_grpc(&type)) {
        return 1;
    }

    for (known = ngx_webhook_stream_types; known->len; known++) {
        if (type.len == known->len
            && ngx_strncasecmp(type.data, known->data, known->len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


off_t
ngx_webhook_capture_left(ngx_http_request_t *r)
{
    ngx_str_t  type;

    type = ngx_webhook_stream_type(r);

    /* A call of gRPC ends with its trailers, whatever its length is; that of
       gRPC-Web has them in its body. */

    if (r->http_version >= NGX_HTTP_VERSION_20
        && ngx_webhook_stream_grpc(&type) && (type.len == NGX_WEBHOOK_GRPC_LEN
            || type.data[NGX_WEBHOOK_GRPC_LEN] == '+'))
    {
        return -1;
    }

    return r->headers_out.content_length_n;
}


/* Without parameters. */

static ngx_str_t
ngx_webhook_stream_type(ngx_http_request_t *r)
{
    size_t     i;
    ngx_str_t  type;

    type = r->headers_out.content_type;

    for (i = 0; i < type.len; i++) {
        if (type.data[i] == ';' || type.data[i] == ' ') {
            type.len = i;
        }
    }

    return type;
}


/* application/grpc, application/grpc+proto, application/grpc-web ... */

static ngx_uint_t
ngx_webhook_stream_grpc(ngx_str_t *type)
{
    return type->len >= NGX_WEBHOOK_GRPC_LEN
           && ngx_strncasecmp(type->data, (u_char *) NGX_WEBHOOK_GRPC,
                              NGX_WEBHOOK_GRPC_LEN)
              == 0;
}
