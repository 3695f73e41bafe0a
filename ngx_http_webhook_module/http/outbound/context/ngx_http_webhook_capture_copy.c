
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/outbound/context/ngx_http_webhook_capture_copy.h"

#include <zlib.h>


#define NGX_WEBHOOK_COPY_MIN  1024          /* bytes of a buffer */
#define NGX_WEBHOOK_COPY_MAX  65536

#define NGX_WEBHOOK_CODINGS   2             /* one in the other at most */


typedef enum {
    NGX_WEBHOOK_IDENTITY = 0,
    NGX_WEBHOOK_GZIP,
    NGX_WEBHOOK_DEFLATE,
    NGX_WEBHOOK_UNKNOWN
} ngx_webhook_coding_e;


static ngx_int_t ngx_webhook_copy_grow(ngx_pool_t *pool,
    ngx_webhook_copy_t *copy, size_t len, size_t max);
static ngx_uint_t ngx_webhook_copy_codings(ngx_str_t *coding,
    ngx_webhook_coding_e type[NGX_WEBHOOK_CODINGS]);
static const char *ngx_webhook_copy_undo(ngx_pool_t *pool,
    ngx_webhook_copy_t *from, ngx_webhook_coding_e type, size_t max,
    ngx_webhook_copy_t **to, ngx_webhook_counter_e *counter);
static void ngx_webhook_copy_peek(ngx_chain_t *cl, u_char *pos,
    u_char head[2]);
static ngx_int_t ngx_webhook_copy_room(ngx_pool_t *pool,
    ngx_webhook_copy_t *to, size_t max, ngx_buf_t **room);
static const char *ngx_webhook_copy_inflate(ngx_pool_t *pool, z_stream *z,
    ngx_webhook_coding_e type, ngx_webhook_copy_t *from,
    ngx_webhook_copy_t *to, size_t max, ngx_webhook_counter_e *counter);


void
ngx_webhook_copy_init(ngx_webhook_copy_t *copy)
{
    ngx_memzero(copy, sizeof(ngx_webhook_copy_t));

    copy->next = &copy->first;
}


ngx_webhook_memory_t *
ngx_webhook_memory_create(ngx_log_t *log)
{
    ngx_pool_t            *pool;
    ngx_webhook_memory_t  *memory;

    pool = ngx_create_pool(NGX_WEBHOOK_COPY_MIN, log);
    if (pool == NULL) {
        return NULL;
    }

    memory = ngx_pcalloc(pool, sizeof(ngx_webhook_memory_t));

    if (memory == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    memory->pool = pool;
    memory->refs = 1;

    return memory;
}


void
ngx_webhook_memory_release(ngx_webhook_memory_t *memory)
{
    if (memory && --memory->refs == 0) {
        ngx_webhook_cpu_destroy(memory->pool, memory->size);
    }
}


ngx_int_t
ngx_webhook_copy_add(ngx_webhook_memory_t *memory, ngx_webhook_copy_t *copy,
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

    if (len > room && ngx_webhook_copy_grow(memory->pool, copy, len - room,
                                 max - copy->len)
           != NGX_OK)
    {
        copy->broken = 1;
        return NGX_ERROR;
    }

    copy->len += len;
    memory->size += len;

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
ngx_webhook_copy_grow(ngx_pool_t *pool, ngx_webhook_copy_t *copy, size_t len,
    size_t max)
{
    size_t        size;
    ngx_buf_t    *b;
    ngx_chain_t  *cl;

    if (copy->expected > copy->len) {
        size = copy->expected - copy->len;

    } else {
        size = ngx_max(copy->len, NGX_WEBHOOK_COPY_MIN);
    }

    size = ngx_min(size, NGX_WEBHOOK_COPY_MAX);
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

/*
 * The codings of a body that have to be undone, in the order in which they were
 * applied, and their number; UNKNOWN is the only one where one is not known.
 * What stands in Content-Encoding and is no coding ("utf-8", "none") counts as
 * none, as clients take it.
 */

static ngx_uint_t
ngx_webhook_copy_codings(ngx_str_t *coding,
    ngx_webhook_coding_e type[NGX_WEBHOOK_CODINGS])
{
    u_char                *p, *last, *start;
    size_t                 len;
    ngx_uint_t             i, n;
    ngx_webhook_coding_e   one;

    static struct {
        ngx_str_t             name;
        ngx_webhook_coding_e  type;
    } names[] = {
        { ngx_string("gzip"),     NGX_WEBHOOK_GZIP },
        { ngx_string("x-gzip"),   NGX_WEBHOOK_GZIP },
        { ngx_string("deflate"),  NGX_WEBHOOK_DEFLATE },
        { ngx_string("identity"), NGX_WEBHOOK_IDENTITY },
        { ngx_string("none"),     NGX_WEBHOOK_IDENTITY },
        { ngx_string("utf-8"),    NGX_WEBHOOK_IDENTITY },
        { ngx_string("utf8"),     NGX_WEBHOOK_IDENTITY },
        { ngx_null_string,        NGX_WEBHOOK_UNKNOWN }
    };

    n = 0;
    p = coding->data;
    last = p + coding->len;

    while (p < last) {

        while (p < last && (*p == ' ' || *p == '\t' || *p == ',')) {
            p++;
        }

        start = p;

        while (p < last && *p != ',') {
            p++;
        }

        len = p - start;

        while (len && (start[len - 1] == ' ' || start[len - 1] == '\t')) {
            len--;
        }

        if (len == 0) {
            continue;
        }

        for (i = 0; names[i].name.len; i++) {
            if (len == names[i].name.len
                && ngx_strncasecmp(start, names[i].name.data, len) == 0)
            {
                break;
            }
        }

        one = names[i].type;

        if (one == NGX_WEBHOOK_IDENTITY) {
            continue;
        }

        if (one == NGX_WEBHOOK_UNKNOWN || n == NGX_WEBHOOK_CODINGS) {
            type[0] = NGX_WEBHOOK_UNKNOWN;
            return 1;
        }

        type[n++] = one;
    }

    return n;
}


ngx_uint_t
ngx_webhook_copy_coding(ngx_str_t *coding)
{
    ngx_webhook_coding_e  type[NGX_WEBHOOK_CODINGS];

    return ngx_webhook_copy_codings(coding, type) == 0
           || type[0] != NGX_WEBHOOK_UNKNOWN;
}


ngx_uint_t
ngx_webhook_copy_coded(ngx_str_t *coding)
{
    ngx_webhook_coding_e  type[NGX_WEBHOOK_CODINGS];

    return ngx_webhook_copy_codings(coding, type) != 0;
}


const char *
ngx_webhook_copy_decode(ngx_pool_t *pool,
    ngx_webhook_copy_t *from, ngx_str_t *coding, size_t max,
    ngx_webhook_copy_t **to, ngx_webhook_counter_e *counter)
{
    const char           *reason;
    ngx_uint_t            n;
    ngx_webhook_coding_e  type[NGX_WEBHOOK_CODINGS];

    *to = from;

    n = ngx_webhook_copy_codings(coding, type);

    if (n && type[0] == NGX_WEBHOOK_UNKNOWN) {
        *counter = NGX_WEBHOOK_EVENTS_UNDECODABLE;
        return "the body has an unknown content coding";
    }

    reason = NULL;

    while (n && reason == NULL && from->len) {
        reason = ngx_webhook_copy_undo(pool, from, type[--n], max, to,
                                       counter);
        from = *to;
    }

    return reason;
}


static const char *
ngx_webhook_copy_undo(ngx_pool_t *pool, ngx_webhook_copy_t *from,
    ngx_webhook_coding_e type, size_t max, ngx_webhook_copy_t **to,
    ngx_webhook_counter_e *counter)
{
    int                  bits;
    u_char               head[2];
    z_stream             z;
    const char          *reason;
    ngx_webhook_copy_t  *copy;

    *counter = NGX_WEBHOOK_EVENTS_FAILED;

    copy = ngx_palloc(pool, sizeof(ngx_webhook_copy_t));
    if (copy == NULL) {
        return "no memory for decoding";
    }

    ngx_webhook_copy_init(copy);

    bits = MAX_WBITS + 16;

    if (type == NGX_WEBHOOK_DEFLATE) {

        /* zlib's format, or the bare one that some servers send */

        ngx_webhook_copy_peek(from->first, from->first->buf->pos, head);

        bits = ((head[0] & 0x0f) == Z_DEFLATED
                && (head[0] * 256 + head[1]) % 31 == 0)
               ? MAX_WBITS : -MAX_WBITS;
    }

    ngx_memzero(&z, sizeof(z_stream));

    if (inflateInit2(&z, bits) != Z_OK) {
        return "no memory for decoding";
    }

    reason = ngx_webhook_copy_inflate(pool, &z, type, from, copy, max,
                                      counter);
    inflateEnd(&z);

    if (reason == NULL) {
        copy->last = 1;
        *to = copy;
    }

    return reason;
}


/* The two bytes at pos of cl's buffer, and zeros behind the end. */

static void
ngx_webhook_copy_peek(ngx_chain_t *cl, u_char *pos, u_char head[2])
{
    ngx_uint_t  n;

    head[0] = 0;
    head[1] = 0;

    for (n = 0; n < 2; n++) {

        while (pos == cl->buf->last) {
            cl = cl->next;

            if (cl == NULL) {
                return;
            }

            pos = cl->buf->pos;
        }

        head[n] = *pos++;
    }
}


/*
 * A buffer with room for more; NULL if there may be no more than max bytes, and
 * these are there.
 */

static ngx_int_t
ngx_webhook_copy_room(ngx_pool_t *pool, ngx_webhook_copy_t *to, size_t max,
    ngx_buf_t **room)
{
    ngx_buf_t  *b;

    b = to->tail;

    if (b == NULL || b->last == b->end) {

        if (to->len == max) {

            /* it may just have ended; a byte more is too much */

            b = NULL;

        } else if (ngx_webhook_copy_grow(pool, to, 1, max - to->len) != NGX_OK)
        {
            return NGX_ERROR;

        } else {
            b = to->tail;
        }
    }

    *room = b;

    return NGX_OK;
}


static const char *
ngx_webhook_copy_inflate(ngx_pool_t *pool, z_stream *z,
    ngx_webhook_coding_e type, ngx_webhook_copy_t *from,
    ngx_webhook_copy_t *to, size_t max, ngx_webhook_counter_e *counter)
{
    int           rc;
    u_char        over, head[2];
    size_t        len;
    ngx_buf_t    *b;
    ngx_chain_t  *cl;

    rc = Z_OK;

    for (cl = from->first; cl; cl = cl->next) {

        z->next_in = cl->buf->pos;
        z->avail_in = cl->buf->last - cl->buf->pos;

        for ( ;; ) {

            if (rc == Z_STREAM_END) {

                if (z->avail_in == 0) {
                    break;
                }

                /* a gzip body may have several members; other bytes behind
                   its end are padding */

                ngx_webhook_copy_peek(cl, z->next_in, head);

                if (type != NGX_WEBHOOK_GZIP
                    || head[0] != 0x1f || head[1] != 0x8b)
                {
                    return NULL;
                }

                if (inflateReset(z) != Z_OK) {
                    *counter = NGX_WEBHOOK_EVENTS_UNDECODABLE;
                    return "the body cannot be decoded";
                }
            }

            if (ngx_webhook_copy_room(pool, to, max, &b) != NGX_OK) {
                return "no memory for decoding";
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
                *counter = NGX_WEBHOOK_EVENTS_TOO_LARGE;
                return "the decoded body is over webhook_payload_max";
            }

            if (rc == Z_MEM_ERROR) {
                return "no memory for decoding";
            }

            if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR) {
                *counter = NGX_WEBHOOK_EVENTS_UNDECODABLE;
                return "the body cannot be decoded";
            }

            if (rc != Z_STREAM_END && z->avail_in == 0 && z->avail_out) {

                /* all that this input gives */

                break;
            }
        }
    }

    if (rc != Z_STREAM_END) {
        *counter = NGX_WEBHOOK_EVENTS_UNDECODABLE;
        return "the body ends within its content coding";
    }

    return NULL;
}
