
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Pages of lists, and the cursors that lead from one to the next.
 */

#include "http/admin/api/ngx_http_webhook_api_int.h"
#include "core/base/webhook_hash.h"


#define NGX_WEBHOOK_API_BOUND  12           /* bytes of a cursor's digest */


static void ngx_webhook_api_bound(ngx_webhook_api_t *api,
    u_char digest[WEBHOOK_HASH_LEN]);
static ngx_int_t ngx_webhook_api_page_room(webhook_buf_t *items, size_t size);
static void ngx_webhook_api_page_forget(void *data);
static ngx_int_t ngx_webhook_api_page_link(ngx_webhook_api_t *api,
    ngx_str_t *cursor);
static u_char *ngx_webhook_api_escape(u_char *p, ngx_str_t *text);


/* What a cursor is for: whose things, which path, which query. */

static void
ngx_webhook_api_bound(ngx_webhook_api_t *api, u_char digest[WEBHOOK_HASH_LEN])
{
    u_char          all;
    ngx_str_t       word, value;
    const char     *names;
    ngx_uint_t      i;
    webhook_hash_t  hash;

    all = api->who.all;

    webhook_hash_init(&hash);
    webhook_hash_add(&hash, &all, 1);
    webhook_hash_text(&hash, ngx_webhook_str(&api->who.company));
    webhook_hash_text(&hash, ngx_webhook_str(&api->frame->path));

    names = api->route->query;

    while (ngx_webhook_api_word(&names, &word)) {

        if ((word.len == 6 && ngx_strncmp(word.data, "cursor", 6) == 0)
            || (word.len == 5 && ngx_strncmp(word.data, "limit", 5) == 0))
        {
            continue;
        }

        ngx_str_null(&value);

        for (i = 0; i < api->frame->nargs; i++) {
            if (api->frame->args[i].name.len == word.len
                && ngx_memcmp(api->frame->args[i].name.data, word.data,
                              word.len)
                   == 0)
            {
                value = api->frame->args[i].value;
            }
        }

        webhook_hash_text(&hash, ngx_webhook_str(&word));
        webhook_hash_text(&hash, ngx_webhook_str(&value));
    }

    webhook_hash_end(&hash, digest);
}


ngx_int_t
ngx_webhook_api_query_cursor(ngx_webhook_api_t *api, u_char *cursor,
    size_t len, ngx_uint_t *from)
{
    ngx_str_t  value, raw;
    u_char     digest[WEBHOOK_HASH_LEN];

    *from = 0;

    if (!ngx_webhook_api_query(api, "cursor", &value)) {
        return NGX_OK;
    }

    raw.data = ngx_pnalloc(api->pool, ngx_base64_decoded_length(value.len));
    if (raw.data == NULL) {
        return NGX_ERROR;
    }

    if (ngx_decode_base64url(&raw, &value) == NGX_OK
        && raw.len >= NGX_WEBHOOK_API_BOUND
        && raw.len <= NGX_WEBHOOK_API_BOUND + len)
    {
        ngx_webhook_api_bound(api, digest);

        if (ngx_memcmp(raw.data, digest, NGX_WEBHOOK_API_BOUND) == 0) {

            raw.data += NGX_WEBHOOK_API_BOUND;
            raw.len -= NGX_WEBHOOK_API_BOUND;

            ngx_memzero(cursor, len);
            ngx_memcpy(cursor, raw.data, raw.len);

            *from = 1;
            return NGX_OK;
        }
    }

    return ngx_webhook_api_refused(ngx_webhook_api_problem(api,
               NGX_HTTP_BAD_REQUEST,
               "\"cursor\" does not belong to this list: pass \"next\" as "
               "it was returned, and leave the rest of the query unchanged"));
}


ngx_int_t
ngx_webhook_api_page(ngx_webhook_api_t *api, json_t *items,
    const u_char *cursor, size_t len)
{
    json_t     *next;
    ngx_str_t   raw, text;
    u_char      bytes[WEBHOOK_HASH_LEN + NGX_WEBHOOK_API_CURSOR_MAX];
    u_char      digest[WEBHOOK_HASH_LEN];

    if (cursor == NULL) {
        return ngx_webhook_api_json(api, NGX_HTTP_OK,
                                    json_pack("{s:o, s:n}", "items", items,
                                              "next"));
    }

    if (len > NGX_WEBHOOK_API_CURSOR_MAX) {
        json_decref(items);
        return NGX_ERROR;
    }

    ngx_webhook_api_bound(api, digest);

    /* zeros at its end come back by themselves */

    while (len && cursor[len - 1] == 0) {
        len--;
    }

    ngx_memcpy(bytes, digest, NGX_WEBHOOK_API_BOUND);
    ngx_memcpy(bytes + NGX_WEBHOOK_API_BOUND, cursor, len);

    raw.data = bytes;
    raw.len = NGX_WEBHOOK_API_BOUND + len;

    text.data = ngx_pnalloc(api->pool, ngx_base64_encoded_length(raw.len));
    if (text.data == NULL) {
        json_decref(items);
        return NGX_ERROR;
    }

    ngx_encode_base64url(&text, &raw);

    next = json_stringn_nocheck((char *) text.data, text.len);

    if (ngx_webhook_api_json(api, NGX_HTTP_OK,
                             json_pack("{s:o, s:o}", "items", items, "next",
                                       next))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_webhook_api_page_link(api, &text);
}


ngx_int_t
ngx_webhook_api_page_text(ngx_webhook_api_t *api, webhook_buf_t *items,
    const u_char *cursor, size_t len)
{
    if (ngx_webhook_api_page(api, json_array(), cursor, len) != NGX_OK) {
        return NGX_ERROR;
    }

    api->answer->items.data = items->data;
    api->answer->items.len = items->len;

    return NGX_OK;
}


ngx_int_t
ngx_webhook_api_page_one(ngx_webhook_api_t *api, webhook_buf_t *items)
{
    ngx_str_t  bytes;

    /* the first of them left room for what would stand in front of a second */

    if (items->len && items->len < items->size) {
        items->data[items->len++] = '\n';
    }

    bytes.data = items->data;
    bytes.len = items->len;

    if (ngx_webhook_api_text(api, NGX_HTTP_OK, "application/json", &bytes)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    api->answer->made = 1;

    return NGX_OK;
}


ngx_int_t
ngx_webhook_api_page_item(webhook_buf_t *items, json_t *json)
{
    size_t     size;
    ngx_int_t  rc;

    rc = NGX_ERROR;
    size = json ? json_dumpb(json, NULL, 0, JSON_COMPACT) : 0;

    if (size && ngx_webhook_api_page_room(items, size + 1) == NGX_OK) {

        if (items->len) {
            items->data[items->len++] = ',';
        }

        if (json_dumpb(json, (char *) items->data + items->len, size,
                       JSON_COMPACT)
            == size)
        {
            items->len += size;
            rc = NGX_OK;
        }
    }

    json_decref(json);

    return rc;
}


/* A buffer that grows leaves nothing where it was. */

static ngx_int_t
ngx_webhook_api_page_room(webhook_buf_t *items, size_t size)
{
    webhook_buf_t  larger;

    if (items->size - items->len >= size) {
        return NGX_OK;
    }

    webhook_buf_init(&larger, 0);

    if (webhook_buf_reserve(&larger, ngx_max(2 * items->size,
                                             items->len + size))
        != WEBHOOK_OK
        || webhook_buf_add(&larger, items->data, items->len) != WEBHOOK_OK)
    {
        webhook_buf_free(&larger);
        return NGX_ERROR;
    }

    ngx_webhook_api_page_wipe(items);

    *items = larger;

    return NGX_OK;
}


void
ngx_webhook_api_page_wipe(webhook_buf_t *items)
{
    if (items->len) {
        ngx_explicit_memzero(items->data, items->len);
    }

    webhook_buf_free(items);
}


ngx_int_t
ngx_webhook_api_page_member(ngx_webhook_api_t *api, const char *name,
    json_t *value)
{
    return json_object_set_new(api->answer->json, name, value) == 0
           ? NGX_OK : NGX_ERROR;
}


ngx_webhook_api_texts_t *
ngx_webhook_api_page_texts(ngx_webhook_api_t *api)
{
    ngx_pool_cleanup_t       *cln;
    ngx_webhook_api_texts_t  *texts;

    cln = ngx_pool_cleanup_add(api->pool, sizeof(ngx_webhook_api_texts_t));
    if (cln == NULL) {
        return NULL;
    }

    texts = cln->data;

    ngx_memzero(texts, sizeof(ngx_webhook_api_texts_t));
    webhook_buf_init(&texts->items, 0);

    cln->handler = ngx_webhook_api_page_forget;

    return texts;
}


static void
ngx_webhook_api_page_forget(void *data)
{
    ngx_webhook_api_texts_t *texts = data;

    ngx_webhook_api_page_wipe(&texts->items);
}


void
ngx_webhook_api_page_add(ngx_webhook_api_texts_t *texts, json_t *json)
{
    if (ngx_webhook_api_page_item(&texts->items, json) != NGX_OK) {
        texts->failed = 1;
        return;
    }

    texts->n++;
}


void
ngx_webhook_api_page_each(ngx_webhook_api_t *api,
    ngx_webhook_api_texts_t *texts, const void *list, uint32_t n, size_t size,
    json_t *(*view)(ngx_webhook_api_t *api, const void *one))
{
    uint32_t  i;

    texts->seen = 1;

    for (i = 0; i < n && !texts->failed; i++) {
        ngx_webhook_api_page_add(texts,
                                 view(api, (const u_char *) list + i * size));
    }
}


/* The same query with another cursor, relative to where it was asked for. */

static ngx_int_t
ngx_webhook_api_page_link(ngx_webhook_api_t *api, ngx_str_t *cursor)
{
    u_char                 *p;
    size_t                  len;
    ngx_str_t               link;
    ngx_uint_t              i;
    ngx_webhook_api_arg_t  *arg;

    arg = api->frame->args;
    len = sizeof("<?cursor=>; rel=\"next\"") - 1 + cursor->len;

    for (i = 0; i < api->frame->nargs; i++) {
        len += sizeof("&=") - 1 + arg[i].name.len + 3 * arg[i].value.len;
    }

    p = ngx_pnalloc(api->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    link.data = p;

    *p++ = '<';
    *p++ = '?';

    for (i = 0; i < api->frame->nargs; i++) {

        if (arg[i].name.len == 6
            && ngx_strncmp(arg[i].name.data, "cursor", 6) == 0)
        {
            continue;
        }

        p = ngx_cpymem(p, arg[i].name.data, arg[i].name.len);
        *p++ = '=';
        p = ngx_webhook_api_escape(p, &arg[i].value);
        *p++ = '&';
    }

    p = ngx_cpymem(p, "cursor=", sizeof("cursor=") - 1);
    p = ngx_cpymem(p, cursor->data, cursor->len);
    p = ngx_cpymem(p, ">; rel=\"next\"", sizeof(">; rel=\"next\"") - 1);

    link.len = p - link.data;

    return ngx_webhook_api_header(api, "Link", &link);
}


static u_char *
ngx_webhook_api_escape(u_char *p, ngx_str_t *text)
{
    return (u_char *) ngx_escape_uri(p, text->data, text->len,
                                     NGX_ESCAPE_URI_COMPONENT);
}
