
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/admin/page/ngx_http_webhook_page.h"
#include "core/base/webhook_hash.h"

#include <zlib.h>


#define NGX_WEBHOOK_PAGE_TAG_LEN  (2 * 16 + 2)      /* an ETag, in its quotes */

#define NGX_WEBHOOK_PAGE_DIR      "page/"
#define NGX_WEBHOOK_PAGE_INDEX    "index.html"

#define NGX_WEBHOOK_PAGE_WINDOW   (15 + 16)         /* of zlib: gzip alone */

#define NGX_WEBHOOK_PAGE_POLICY                                               \
    "default-src 'none'; script-src 'self'; style-src 'self'; "               \
    "connect-src 'self'; img-src 'self' data:; base-uri 'none'; "             \
    "form-action 'none'; require-trusted-types-for 'script'; "                \
    "frame-ancestors "


struct ngx_webhook_page_file_s {
    ngx_str_t    name;                              /* "screens/hooks.js" */
    const char  *start;                             /* compressed */
    const char  *end;
};


/*
 * webhook_page.h, which tools/embed-page makes, has a line for each file: once
 * for the bytes, as the assembler reads them, and once for the table.
 */

#define NGX_WEBHOOK_PAGE_FILE(n, name, path)                                  \
    extern const char  ngx_webhook_page_##n[];                                \
    extern const char  ngx_webhook_page_end_##n[];                            \
    __asm__(                                                                  \
        ".pushsection .rodata\n"                                              \
        ".global ngx_webhook_page_" #n "\n"                                   \
        ".hidden ngx_webhook_page_" #n "\n"                                   \
        ".global ngx_webhook_page_end_" #n "\n"                               \
        ".hidden ngx_webhook_page_end_" #n "\n"                               \
        "ngx_webhook_page_" #n ":\n"                                          \
        ".incbin \"" path "\"\n"                                              \
        "ngx_webhook_page_end_" #n ":\n"                                      \
        ".byte 0\n"                                                           \
        ".popsection\n"                                                       \
    );

#include NGX_WEBHOOK_PAGE

#undef NGX_WEBHOOK_PAGE_FILE

#define NGX_WEBHOOK_PAGE_FILE(n, name, path)                                  \
    { ngx_string(name), ngx_webhook_page_##n, ngx_webhook_page_end_##n },

static const ngx_webhook_page_file_t  ngx_webhook_page_files[] = {
#include NGX_WEBHOOK_PAGE
    { ngx_null_string, NULL, NULL }
};


static const ngx_webhook_page_file_t *ngx_webhook_page_name(u_char *name,
    size_t len);
static ngx_int_t ngx_webhook_page_headers(ngx_http_request_t *r,
    const ngx_webhook_page_file_t *file, ngx_str_t *frame, ngx_uint_t gzip);
static void ngx_webhook_page_type(ngx_http_request_t *r,
    const ngx_webhook_page_file_t *file);
static ngx_int_t ngx_webhook_page_etag(ngx_http_request_t *r,
    const ngx_webhook_page_file_t *file, ngx_uint_t gzip);
static ngx_int_t ngx_webhook_page_policy(ngx_http_request_t *r,
    ngx_str_t *frame);
static ngx_table_elt_t *ngx_webhook_page_header(ngx_http_request_t *r,
    const char *name, ngx_str_t *value);
static ngx_uint_t ngx_webhook_page_gzip(ngx_http_request_t *r);
static ngx_int_t ngx_webhook_page_inflate(ngx_http_request_t *r,
    ngx_str_t *bytes);
static ngx_int_t ngx_webhook_page_out(ngx_http_request_t *r,
    ngx_str_t *bytes);


const ngx_webhook_page_file_t *
ngx_webhook_page_document(void)
{
    return ngx_webhook_page_name((u_char *) NGX_WEBHOOK_PAGE_INDEX,
                                 sizeof(NGX_WEBHOOK_PAGE_INDEX) - 1);
}


/* The document has one place: from another its links would lead nowhere. */

const ngx_webhook_page_file_t *
ngx_webhook_page_find(ngx_str_t *path)
{
    size_t                          len;
    const ngx_webhook_page_file_t  *file;

    len = sizeof(NGX_WEBHOOK_PAGE_DIR) - 1;

    if (path->len <= len
        || ngx_memcmp(path->data, NGX_WEBHOOK_PAGE_DIR, len) != 0)
    {
        return NULL;
    }

    file = ngx_webhook_page_name(path->data + len, path->len - len);

    return file == ngx_webhook_page_document() ? NULL : file;
}


static const ngx_webhook_page_file_t *
ngx_webhook_page_name(u_char *name, size_t len)
{
    const ngx_webhook_page_file_t  *file;

    for (file = ngx_webhook_page_files; file->name.len; file++) {
        if (file->name.len == len
            && ngx_memcmp(file->name.data, name, len) == 0)
        {
            return file;
        }
    }

    return NULL;
}


ngx_int_t
ngx_webhook_page_send(ngx_http_request_t *r,
    const ngx_webhook_page_file_t *file, ngx_str_t *frame)
{
    ngx_int_t   rc;
    ngx_str_t   bytes;
    ngx_uint_t  gzip;

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    gzip = ngx_webhook_page_gzip(r);

    bytes.data = (u_char *) file->start;
    bytes.len = file->end - file->start;

    if (!gzip && ngx_webhook_page_inflate(r, &bytes) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_webhook_page_headers(r, file, frame, gzip) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_length_n = bytes.len;

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    return ngx_webhook_page_out(r, &bytes);
}


static ngx_int_t
ngx_webhook_page_headers(ngx_http_request_t *r,
    const ngx_webhook_page_file_t *file, ngx_str_t *frame, ngx_uint_t gzip)
{
    ngx_uint_t        document;
    ngx_table_elt_t  *h;

    static ngx_str_t  no_cache = ngx_string("no-cache");
    static ngx_str_t  encoding = ngx_string("Accept-Encoding");
    static ngx_str_t  both = ngx_string("Accept, Accept-Encoding");
    static ngx_str_t  coding = ngx_string("gzip");

    document = (file == ngx_webhook_page_document());

    ngx_webhook_page_type(r, file);

    if (ngx_webhook_page_header(r, "Cache-Control", &no_cache) == NULL
        || ngx_webhook_page_header(r, "Vary", document ? &both : &encoding)
           == NULL
        || ngx_webhook_page_etag(r, file, gzip) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (gzip) {
        h = ngx_webhook_page_header(r, "Content-Encoding", &coding);
        if (h == NULL) {
            return NGX_ERROR;
        }

        r->headers_out.content_encoding = h;
    }

    return document ? ngx_webhook_page_policy(r, frame) : NGX_OK;
}


static void
ngx_webhook_page_type(ngx_http_request_t *r,
    const ngx_webhook_page_file_t *file)
{
    ngx_uint_t   i;
    ngx_str_t   *type;

    static struct {
        ngx_str_t  end;
        ngx_str_t  type;
    }  types[] = {
        { ngx_string(".html"), ngx_string("text/html; charset=utf-8") },
        { ngx_string(".css"), ngx_string("text/css; charset=utf-8") },
        { ngx_string(".js"), ngx_string("text/javascript; charset=utf-8") },
        { ngx_string(".json"), ngx_string("application/json") }
    };

    type = &types[0].type;

    for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (file->name.len > types[i].end.len
            && ngx_memcmp(file->name.data + file->name.len - types[i].end.len,
                          types[i].end.data, types[i].end.len)
               == 0)
        {
            type = &types[i].type;
        }
    }

    r->headers_out.content_type = *type;
    r->headers_out.content_type_len = type->len;
    r->headers_out.content_type_lowcase = NULL;
}


/* By what the file is, so that it is the same in all processes and after a
   reload; another one for each coding. */

static ngx_int_t
ngx_webhook_page_etag(ngx_http_request_t *r,
    const ngx_webhook_page_file_t *file, ngx_uint_t gzip)
{
    u_char            digest[WEBHOOK_HASH_LEN];
    ngx_str_t         tag;
    webhook_hash_t    hash;
    ngx_table_elt_t  *h;

    webhook_hash_init(&hash);
    webhook_hash_add(&hash, file->start, file->end - file->start);
    webhook_hash_end(&hash, digest);

    if (!gzip) {
        digest[0] ^= 0xff;
    }

    tag.len = NGX_WEBHOOK_PAGE_TAG_LEN;
    tag.data = ngx_pnalloc(r->pool, tag.len);
    if (tag.data == NULL) {
        return NGX_ERROR;
    }

    tag.data[0] = '"';
    *ngx_hex_dump(tag.data + 1, digest, (tag.len - 2) / 2) = '"';

    h = ngx_webhook_page_header(r, "ETag", &tag);
    if (h == NULL) {
        return NGX_ERROR;
    }

    /* nginx's own filter makes a 304 by it */

    r->headers_out.etag = h;
    r->disable_not_modified = 0;

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_page_policy(ngx_http_request_t *r, ngx_str_t *frame)
{
    size_t     len;
    ngx_str_t  policy;

    len = sizeof(NGX_WEBHOOK_PAGE_POLICY) - 1;

    policy.len = len + frame->len;
    policy.data = ngx_pnalloc(r->pool, policy.len);
    if (policy.data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(policy.data, NGX_WEBHOOK_PAGE_POLICY, len);
    ngx_memcpy(policy.data + len, frame->data, frame->len);

    return ngx_webhook_page_header(r, "Content-Security-Policy", &policy)
           ? NGX_OK : NGX_ERROR;
}


static ngx_table_elt_t *
ngx_webhook_page_header(ngx_http_request_t *r, const char *name,
    ngx_str_t *value)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL) {
        return NULL;
    }

    ngx_memzero(h, sizeof(ngx_table_elt_t));

    h->hash = 1;
    h->key.data = (u_char *) name;
    h->key.len = ngx_strlen(name);
    h->value = *value;

    return h;
}


static ngx_uint_t
ngx_webhook_page_gzip(ngx_http_request_t *r)
{
#if (NGX_HTTP_GZIP)
    return ngx_http_gzip_ok(r) == NGX_OK;
#else
    return 0;
#endif
}


/* For the few who ask without a browser.  How long it is stands at the end of
   what gzip made. */

static ngx_int_t
ngx_webhook_page_inflate(ngx_http_request_t *r, ngx_str_t *bytes)
{
    u_char     *p;
    size_t      len;
    z_stream    z;
    ngx_int_t   rc;

    p = bytes->data + bytes->len - 4;
    len = (size_t) p[0] | (size_t) p[1] << 8 | (size_t) p[2] << 16
          | (size_t) p[3] << 24;

    p = ngx_pnalloc(r->pool, len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(&z, sizeof(z_stream));

    if (inflateInit2(&z, NGX_WEBHOOK_PAGE_WINDOW) != Z_OK) {
        return NGX_ERROR;
    }

    z.next_in = bytes->data;
    z.avail_in = bytes->len;
    z.next_out = p;
    z.avail_out = len + 1;

    rc = (inflate(&z, Z_FINISH) == Z_STREAM_END && z.total_out == len)
         ? NGX_OK : NGX_ERROR;

    (void) inflateEnd(&z);

    bytes->data = p;
    bytes->len = len;

    return rc;
}


static ngx_int_t
ngx_webhook_page_out(ngx_http_request_t *r, ngx_str_t *bytes)
{
    ngx_buf_t    *b;
    ngx_chain_t   out;

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_ERROR;
    }

    b->pos = bytes->data;
    b->last = b->pos + bytes->len;
    b->memory = 1;
    b->last_buf = 1;
    b->last_in_chain = 1;

    out.buf = b;
    out.next = NULL;

    return ngx_http_output_filter(r, &out);
}


/* "self", or scheme, host and port, and nothing that could be another source
   or directive of the policy. */

ngx_int_t
ngx_webhook_page_frame(ngx_str_t *value, ngx_str_t *frame)
{
    u_char  *p, *last, c;

    static ngx_str_t  self = ngx_string("'self'");

    if (value->len == 4 && ngx_strncmp(value->data, "self", 4) == 0) {
        *frame = self;
        return NGX_OK;
    }

    p = value->data;
    last = p + value->len;

    if (value->len > 8 && ngx_strncmp(p, "https://", 8) == 0) {
        p += 8;

    } else if (value->len > 7 && ngx_strncmp(p, "http://", 7) == 0) {
        p += 7;

    } else {
        return NGX_DECLINED;
    }

    for ( /* void */ ; p < last; p++) {
        c = *p | 0x20;

        if (!(c >= 'a' && c <= 'z') && !(*p >= '0' && *p <= '9')
            && *p != '.' && *p != '-' && *p != ':' && *p != '['
            && *p != ']' && *p != '_')
        {
            return NGX_DECLINED;
        }
    }

    *frame = *value;

    return NGX_OK;
}
