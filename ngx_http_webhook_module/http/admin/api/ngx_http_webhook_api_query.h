
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the query of a request asks for, and lists by pages.  Event loop.
 *
 * Those that return NGX_DECLINED have set a 400, which the handler answers by
 * returning NGX_OK.
 */

#ifndef NGX_WEBHOOK_API_QUERY_H
#define NGX_WEBHOOK_API_QUERY_H

#include "http/admin/api/ngx_http_webhook_api.h"


#define NGX_WEBHOOK_API_LIMIT      50       /* of a list, unless set, */
#define NGX_WEBHOOK_API_LIMIT_MAX  200      /* and at most */

#define NGX_WEBHOOK_API_CURSOR_MAX 512      /* bytes of an engine's cursor */


/* 1 and the decoded value of a name that the route takes; 0: it is not there.
   An empty one counts as one that is not there. */
ngx_uint_t ngx_webhook_api_query(ngx_webhook_api_t *api, const char *name,
    ngx_str_t *value);

/* A whole number from min to max: NGX_OK; NGX_DECLINED.  Where it is not there
   *number stays as it is. */
ngx_int_t ngx_webhook_api_query_number(ngx_webhook_api_t *api,
    const char *name, uint64_t min, uint64_t max, uint64_t *number);

/* "1" and "true" set *flag, "0" and "false" clear it; the same. */
ngx_int_t ngx_webhook_api_query_flag(ngx_webhook_api_t *api, const char *name,
    ngx_uint_t *flag);

/* "limit": how many of a list are asked for. */
ngx_int_t ngx_webhook_api_query_limit(ngx_webhook_api_t *api, uint32_t *limit);

/*
 * "cursor": the bytes, of exactly len, that ngx_webhook_api_page() was given.
 * NGX_OK and *from tells whether there is one; NGX_DECLINED where it is none
 * that was answered to this caller's company with this route, path and query
 * but for its limit.
 */
ngx_int_t ngx_webhook_api_query_cursor(ngx_webhook_api_t *api, u_char *cursor,
    size_t len, ngx_uint_t *from);

/*
 * Answers a page: {"items": items, "next": ...} and Link; takes over the
 * reference to items.  The next page begins behind cursor, of len bytes; NULL:
 * there is none.  A member more can be added to "page" by
 * ngx_webhook_api_page_member(), which takes over the reference.
 */
ngx_int_t ngx_webhook_api_page(ngx_webhook_api_t *api, json_t *items,
    const u_char *cursor, size_t len);
ngx_int_t ngx_webhook_api_page_member(ngx_webhook_api_t *api, const char *name,
    json_t *value);

/* The same with items as JSON texts, which last as long as the request. */
ngx_int_t ngx_webhook_api_page_text(ngx_webhook_api_t *api,
    webhook_buf_t *items, const u_char *cursor, size_t len);

/* Answers the one that such texts have: a 200. */
ngx_int_t ngx_webhook_api_page_one(ngx_webhook_api_t *api,
    webhook_buf_t *items);

/*
 * Adds one to such texts; takes over the reference to json.  NGX_OK, or NGX_ERROR
 * on lack of memory, also where json is NULL.  Any thread.  And overwrites and
 * frees them, since an item may show a URL.
 */
ngx_int_t ngx_webhook_api_page_item(webhook_buf_t *items, json_t *json);
void ngx_webhook_api_page_wipe(webhook_buf_t *items);


/* Such texts, made on the thread that reads, or behind that where it could not
   be; they are wiped at the end of the request. */

typedef struct {
    webhook_buf_t   items;
    uint32_t        n;                      /* of them */
    unsigned        seen:1;                 /* they were made, */
    unsigned        failed:1;               /* and there was no memory */
} ngx_webhook_api_texts_t;

/* NULL: there is no memory. */
ngx_webhook_api_texts_t *ngx_webhook_api_page_texts(ngx_webhook_api_t *api);

/* Adds one; takes over the reference, which may be NULL.  Any thread. */
void ngx_webhook_api_page_add(ngx_webhook_api_texts_t *texts, json_t *json);

/* Adds the n of a list, of size bytes each, as view makes JSON of them, which are
   seen then.  Any thread. */
void ngx_webhook_api_page_each(ngx_webhook_api_t *api,
    ngx_webhook_api_texts_t *texts, const void *list, uint32_t n, size_t size,
    json_t *(*view)(ngx_webhook_api_t *api, const void *one));


#endif /* NGX_WEBHOOK_API_QUERY_H */
