
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "ngx_http_webhook_capture_int.h"

#include <zlib.h>


#define NGX_HTTP_WEBHOOK_COPY_MIN  1024     /* bytes of a buffer */
#define NGX_HTTP_WEBHOOK_COPY_MAX  65536


typedef enum {
    NGX_HTTP_WEBHOOK_IDENTITY = 0,
    NGX_HTTP_WEBHOOK_GZIP,
    NGX_HTTP_WEBHOOK_DEFLATE,
    NGX_HTTP_WEBHOOK_UNKNOWN
} ngx_http_webhook_coding_e;


static ngx_int_t ngx_http_webhook_copy_grow(ngx_pool_t *pool,
    ngx_http_webhook_copy_t *copy, size_t len, size_t max);
static ngx_http_webhook_coding_e ngx_http_webhook_copy_coding_type(
    ngx_str_t *coding);
static const char *ngx_http_webhook_copy_inflate(ngx_pool_t *pool, z_stream *z,
    ngx_http_webhook_copy_t *from, ngx_http_webhook_copy_t *to, size_t max,
    ngx_http_webhook_counter_e *counter);


void
ngx_http_webhook_copy_init(ngx_http_webhook_copy_t *copy)
{
    ngx_memzero(copy, sizeof(ngx_http_webhook_copy_t));

    copy->next = &copy->first;
}


ngx_int_t
ngx_http_webhook_copy_add(ngx_pool_t *pool, ngx_http_webhook_copy_t *copy,
    u_char *data, size_t len, size_t max)
{
    size_t      room;
    ngx_buf_t  *tail;

    if (copy->len > max || len > max - copy->len) {
        copy->over = 1;
        return NGX_DECLINED;
    }

    tail = copy->tail;
    room = tail ? (size_t) (tail->end - tail->last) : 0;

    if (len > room
        && ngx_http_webhook_copy_grow(pool, copy, len - room, max - copy->len)
           != NGX_OK)
    {
        copy->broken = 1;
        return NGX_ERROR;
    }

    copy->len += len;

    if (copy->hash) {
        webhook_hash_add(copy->hash, data, len);
    }

    if (room) {
        room = ngx_min(room, len);

        tail->last = ngx_cpymem(tail->last, data, room);
        data += room;
        len -= room;
    }

    if (len) {
        copy->tail->last = ngx_cpymem(copy->tail->last, data, len);
    }

    return NGX_OK;
}


/*
 * Adds a buffer of len bytes at least, and of max at most: for all that is
 * expected if that is known, else as much again as there is.
 */

static ngx_int_t
ngx_http_webhook_copy_grow(ngx_pool_t *pool, ngx_http_webhook_copy_t *copy,
    size_t len, size_t max)
{
    size_t        size;
    ngx_buf_t    *b;
    ngx_chain_t  *cl;

    if (copy->expected > copy->len) {
        size = copy->expected - copy->len;

    } else {
        size = ngx_max(copy->len, NGX_HTTP_WEBHOOK_COPY_MIN);
    }

    size = ngx_min(size, NGX_HTTP_WEBHOOK_COPY_MAX);
    size = ngx_max(size, len);
    size = ngx_min(size, max);

    b = ngx_create_temp_buf(pool, size);
    if (b == NULL) {
        return NGX_ERROR;
    }

    cl = ngx_alloc_chain_link(pool);
    if (cl == NULL) {
        return NGX_ERROR;
    }

    cl->buf = b;
    cl->next = NULL;

    *copy->next = cl;
    copy->next = &cl->next;
    copy->tail = b;

    return NGX_OK;
}


/* ----------------------------------------------------------- decoding --- */

static ngx_http_webhook_coding_e
ngx_http_webhook_copy_coding_type(ngx_str_t *coding)
{
    if (coding->len == 0) {
        return NGX_HTTP_WEBHOOK_IDENTITY;
    }

    switch (coding->len) {

    case 4:
        if (ngx_strncasecmp(coding->data, (u_char *) "gzip", 4) == 0) {
            return NGX_HTTP_WEBHOOK_GZIP;
        }

        break;

    case 6:
        if (ngx_strncasecmp(coding->data, (u_char *) "x-gzip", 6) == 0) {
            return NGX_HTTP_WEBHOOK_GZIP;
        }

        break;

    case 7:
        if (ngx_strncasecmp(coding->data, (u_char *) "deflate", 7) == 0) {
            return NGX_HTTP_WEBHOOK_DEFLATE;
        }

        break;

    case 8:
        if (ngx_strncasecmp(coding->data, (u_char *) "identity", 8) == 0) {
            return NGX_HTTP_WEBHOOK_IDENTITY;
        }

        break;
    }

    return NGX_HTTP_WEBHOOK_UNKNOWN;
}


ngx_uint_t
ngx_http_webhook_copy_coding(ngx_str_t *coding)
{
    return ngx_http_webhook_copy_coding_type(coding)
           != NGX_HTTP_WEBHOOK_UNKNOWN;
}


ngx_uint_t
ngx_http_webhook_copy_coded(ngx_str_t *coding)
{
    return ngx_http_webhook_copy_coding_type(coding)
           != NGX_HTTP_WEBHOOK_IDENTITY;
}


const char *
ngx_http_webhook_copy_decode(ngx_pool_t *pool,
    ngx_http_webhook_copy_t *from, ngx_str_t *coding, size_t max,
    ngx_http_webhook_copy_t **to, ngx_http_webhook_counter_e *counter)
{
    int                        bits;
    u_char                     head[2];
    z_stream                   z;
    const char                *reason;
    ngx_chain_t               *cl;
    ngx_http_webhook_copy_t   *copy;
    ngx_http_webhook_coding_e  type;

    *to = from;

    type = ngx_http_webhook_copy_coding_type(coding);

    if (type == NGX_HTTP_WEBHOOK_UNKNOWN) {
        *counter = NGX_HTTP_WEBHOOK_EVENTS_UNDECODABLE;
        return "the body has an unknown content coding";
    }

    if (type == NGX_HTTP_WEBHOOK_IDENTITY || from->len == 0) {
        return NULL;
    }

    *counter = NGX_HTTP_WEBHOOK_EVENTS_FAILED;

    copy = ngx_palloc(pool, sizeof(ngx_http_webhook_copy_t));
    if (copy == NULL) {
        return "no memory for decoding";
    }

    ngx_http_webhook_copy_init(copy);

    bits = MAX_WBITS + 16;

    if (type == NGX_HTTP_WEBHOOK_DEFLATE) {

        /* zlib's format, or the bare one that some servers send */

        cl = from->first;
        head[0] = cl->buf->pos[0];
        head[1] = 0;

        if (cl->buf->last - cl->buf->pos > 1) {
            head[1] = cl->buf->pos[1];

        } else if (cl->next) {
            head[1] = cl->next->buf->pos[0];
        }

        bits = ((head[0] & 0x0f) == Z_DEFLATED
                && (head[0] * 256 + head[1]) % 31 == 0)
               ? MAX_WBITS : -MAX_WBITS;
    }

    ngx_memzero(&z, sizeof(z_stream));

    if (inflateInit2(&z, bits) != Z_OK) {
        return "no memory for decoding";
    }

    reason = ngx_http_webhook_copy_inflate(pool, &z, from, copy, max,
                                           counter);
    inflateEnd(&z);

    if (reason == NULL) {
        copy->last = 1;
        *to = copy;
    }

    return reason;
}


static const char *
ngx_http_webhook_copy_inflate(ngx_pool_t *pool, z_stream *z,
    ngx_http_webhook_copy_t *from, ngx_http_webhook_copy_t *to, size_t max,
    ngx_http_webhook_counter_e *counter)
{
    int           rc;
    u_char        over;
    size_t        len;
    ngx_buf_t    *b;
    ngx_chain_t  *cl;

    rc = Z_OK;

    for (cl = from->first; cl; cl = cl->next) {

        z->next_in = cl->buf->pos;
        z->avail_in = cl->buf->last - cl->buf->pos;

        for ( ;; ) {

            if (rc == Z_STREAM_END) {

                /* a gzip body may have several members */

                if (z->avail_in == 0) {
                    break;
                }

                if (inflateReset(z) != Z_OK) {
                    *counter = NGX_HTTP_WEBHOOK_EVENTS_UNDECODABLE;
                    return "the body cannot be decoded";
                }
            }

            b = to->tail;

            if (b == NULL || b->last == b->end) {

                if (to->len == max) {

                    /* it may just have ended; a byte more is too much */

                    b = NULL;

                } else if (ngx_http_webhook_copy_grow(pool, to, 1,
                                                      max - to->len)
                           != NGX_OK)
                {
                    return "no memory for decoding";

                } else {
                    b = to->tail;
                }
            }

            z->next_out = b ? b->last : &over;
            z->avail_out = b ? (uInt) (b->end - b->last) : 1;
            len = z->avail_out;

            rc = inflate(z, Z_NO_FLUSH);

            len -= z->avail_out;

            if (b) {
                b->last += len;
                to->len += len;

            } else if (len) {
                *counter = NGX_HTTP_WEBHOOK_EVENTS_TOO_LARGE;
                return "the decoded body is over webhook_payload_max";
            }

            if (rc == Z_MEM_ERROR) {
                return "no memory for decoding";
            }

            if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR) {
                *counter = NGX_HTTP_WEBHOOK_EVENTS_UNDECODABLE;
                return "the body cannot be decoded";
            }

            if (rc != Z_STREAM_END && z->avail_in == 0 && z->avail_out) {

                /* all that this input gives */

                break;
            }
        }
    }

    if (rc != Z_STREAM_END) {
        *counter = NGX_HTTP_WEBHOOK_EVENTS_UNDECODABLE;
        return "the body ends within its content coding";
    }

    return NULL;
}
