
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Among the units of the API's frame.
 */

#ifndef NGX_WEBHOOK_API_INT_H
#define NGX_WEBHOOK_API_INT_H

#include "http/admin/api/ngx_http_webhook_api.h"
#include "http/admin/api/ngx_http_webhook_api_handler.h"
#include "http/admin/api/ngx_http_webhook_api_query.h"
#include "http/admin/api/ngx_http_webhook_api_wait.h"
#include "http/admin/page/ngx_http_webhook_page.h"


#define NGX_WEBHOOK_API_ERRORS_MAX  32          /* in a problem */
#define NGX_WEBHOOK_API_KEEP        (24 * 60 * 60 * UINT64_C(1000))
                                                /* ms that an answer is known */


#define NGX_WEBHOOK_API_BODY_TREE   16          /* a body as JSON is as much
                                                   work as so many times its
                                                   bytes */


/* A name and value of the query, decoded. */

typedef struct {
    ngx_str_t                     name;
    ngx_str_t                     value;
} ngx_webhook_api_arg_t;


/* What is to be answered. */

typedef struct {
    ngx_str_t                     name;
    ngx_str_t                     value;
} ngx_webhook_api_header_t;

struct ngx_webhook_api_answer_s {
    ngx_uint_t                    status;       /* 0: none is set */
    const char                   *type;
    json_t                       *json;         /* owned; or */
    ngx_str_t                     bytes;
    ngx_str_t                     items;        /* texts that stand in json's
                                                   first member, an empty
                                                   array */
    json_t                       *errors;       /* owned: of the problem */
    ngx_array_t                  *headers;      /* of ..._api_header_t */
    unsigned                      problem:1;
    unsigned                      made:1;       /* bytes are JSON, and wiped by
                                                   whoever made them */
};


/* The frame's side of a request. */

struct ngx_webhook_api_frame_s {
    ngx_webhook_api_conf_t       *conf;
    ngx_str_t                     path;         /* behind the prefix */

    ngx_webhook_api_arg_t         args[NGX_WEBHOOK_API_ARGS];
    ngx_uint_t                    nargs;

    u_char                       *body;         /* as it came */
    size_t                        body_len;
    size_t                        body_size;
    size_t                        body_max;
    unsigned                      body_ours:1;  /* nobody read it before us */

    void                        (*then)(ngx_webhook_api_t *api, ngx_int_t rc);
                                                /* behind the body */

    /* Goes on where something was waited for, with what it returned. */
    void                        (*go)(ngx_webhook_api_t *api, ngx_int_t rc);

    ngx_webhook_api_pt            run;          /* the route */

    ngx_uint_t                    once_row;     /* of its Idempotency-Key */
    unsigned                      holds:1;      /*   which it holds */

    const ngx_webhook_page_file_t  *file;       /* what is sent instead */

    unsigned                      kept:1;       /* the answer is an old one, or
                                                   nothing to keep */
};


/* Routing: NGX_OK and api->route and values; NGX_DECLINED: the path has other
   methods, whose names are written into allow, with room for
   NGX_WEBHOOK_API_ALLOW bytes; NGX_ERROR: there is no such path. */

#define NGX_WEBHOOK_API_ALLOW  64

ngx_int_t ngx_webhook_api_route(ngx_webhook_api_t *api, ngx_uint_t method,
    ngx_str_t *allow);

/* The routes of the frame itself. */
extern const ngx_webhook_route_t  ngx_webhook_api_own[];


/* What is returned where a problem was set: NGX_DECLINED, or NGX_ERROR if that
   failed. */
static ngx_inline ngx_int_t
ngx_webhook_api_refused(ngx_int_t rc)
{
    return rc == NGX_OK ? NGX_DECLINED : rc;
}


/* The next word of names, which may be NULL; 0 and an empty word at their
   end. */
ngx_uint_t ngx_webhook_api_word(const char **names, ngx_str_t *word);

/* Reads the query: NGX_OK, NGX_DECLINED after setting a 400, or NGX_ERROR. */
ngx_int_t ngx_webhook_api_args(ngx_webhook_api_t *api);


/* Makes the API's request of a request of nginx, NULL on lack of memory; and
   finds it again. */
ngx_webhook_api_t *ngx_webhook_api_make(ngx_http_request_t *r,
    ngx_webhook_api_conf_t *conf);
ngx_webhook_api_t *ngx_webhook_api_of(ngx_http_request_t *r);

/*
 * Reads the body, up to frame->body_max bytes, of a request that is counted:
 * "then" is called, now or later, with NGX_OK or a status.
 */
void ngx_webhook_api_body(ngx_webhook_api_t *api,
    void (*then)(ngx_webhook_api_t *api, ngx_int_t rc));

/* Wipes it, at the end: where it was not parsed. */
void ngx_webhook_api_body_wipe(ngx_webhook_api_t *api);

/* Makes api->body of it, and wipes it.  "then" is called with NGX_OK;
   NGX_DECLINED after setting a problem; NGX_ERROR.  Returns what it returned,
   or NGX_AGAIN. */
ngx_int_t ngx_webhook_api_parse(ngx_webhook_api_t *api,
    ngx_int_t (*then)(ngx_webhook_api_t *api, ngx_int_t rc));

/* Looks at Content-Type and Content-Encoding: NGX_OK, or NGX_DECLINED after
   setting a 415. */
ngx_int_t ngx_webhook_api_body_type(ngx_webhook_api_t *api);


/* Whether the company may ask again: NGX_OK, or NGX_DECLINED after setting a
   429. */
ngx_int_t ngx_webhook_api_quota(ngx_webhook_api_t *api);

/* What of the request's headers is for the frame: If-Match, Idempotency-Key and
   Accept.  NGX_OK, or NGX_DECLINED after setting a problem. */
ngx_int_t ngx_webhook_api_accept(ngx_webhook_api_t *api);
/* 1 if Accept has text/html: a browser wants to see something. */
ngx_uint_t ngx_webhook_api_accept_page(ngx_webhook_api_t *api);
ngx_int_t ngx_webhook_api_if_match(ngx_webhook_api_t *api);
ngx_int_t ngx_webhook_api_once(ngx_webhook_api_t *api);

/* Holds the key until the request is over, or release() is called before:
   NGX_OK; NGX_DECLINED after setting a problem, as where another request has it;
   NGX_ERROR. */
ngx_int_t ngx_webhook_api_once_hold(ngx_webhook_api_t *api);
void ngx_webhook_api_once_release(ngx_webhook_api_t *api);

/* Asks whether the answer is known, and runs the route where it is not: what a
   handler returns. */
ngx_int_t ngx_webhook_api_once_ask(ngx_webhook_api_t *api);

/* Keeps the answer of a route that does not do it: NGX_AGAIN, or NGX_ERROR. */
ngx_int_t ngx_webhook_api_once_keep(ngx_webhook_api_t *api);

/* ngx_webhook_api_store(), whose done() gets every result. */
ngx_int_t ngx_webhook_api_store_any(ngx_webhook_api_t *api, webhook_op_t *op,
    ngx_int_t (*done)(ngx_webhook_api_t *api, webhook_op_t *op));


/* Forgets the answer that was set. */
void ngx_webhook_api_answer_clear(ngx_webhook_api_t *api);

/* Sends the answer: what a request is finalized with. */
ngx_int_t ngx_webhook_api_send(ngx_webhook_api_t *api);


#endif /* NGX_WEBHOOK_API_INT_H */
