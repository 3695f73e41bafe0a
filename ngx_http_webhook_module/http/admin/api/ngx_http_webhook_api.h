
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The API: what a route is, what it is given, and how it answers.  The frame
 * has found out who asks and that he may, has read the body, and checked the
 * query, before a route's handler is called; it sends what the handler leaves
 * as the answer, with all its headers.  Event loop.
 *
 * A handler returns
 *
 *   NGX_OK      an answer is set, by one of the functions below;
 *   NGX_AGAIN   it waits: ngx_http_webhook_api_wait.h, which calls back a
 *               function that returns the same;
 *   NGX_ERROR   there is no memory, or another fault of ours: a 500.
 *
 * All functions below that return an ngx_int_t return what the handler can
 * return then: NGX_OK, or NGX_ERROR.  Whatever the client does meanwhile, api
 * lives until an answer was set.
 */

#ifndef NGX_WEBHOOK_API_H
#define NGX_WEBHOOK_API_H

#include <jansson.h>

#include "http/admin/access/ngx_http_webhook_access.h"
#include "store/webhook_op_object.h"


#define NGX_WEBHOOK_API_VALUES    3         /* {values} of a path */
#define NGX_WEBHOOK_API_ARGS      16        /* names in a query */

#define NGX_WEBHOOK_API_BODY_MAX   262144   /* bytes of a body, */
#define NGX_WEBHOOK_API_LARGE_MAX  16777216 /* with NGX_WEBHOOK_API_LARGE */


/* What a route needs, and takes. */

#define NGX_WEBHOOK_API_VIEW      0x0001    /* NGX_WEBHOOK_MAY_VIEW */
#define NGX_WEBHOOK_API_SET       0x0002    /* NGX_WEBHOOK_MAY_SET */
#define NGX_WEBHOOK_API_PAYLOAD   0x0004    /* NGX_WEBHOOK_MAY_PAYLOAD */
#define NGX_WEBHOOK_API_BODY      0x0010    /* a JSON object; without: 400 */
#define NGX_WEBHOOK_API_BODY_MAY  0x0020    /* one, or nothing */
#define NGX_WEBHOOK_API_LARGE     0x0040    /* it may be large */
#define NGX_WEBHOOK_API_MERGE     0x0080    /* merge-patch+json, too */
#define NGX_WEBHOOK_API_IF_MATCH  0x0100    /* If-Match; without: 428 */
#define NGX_WEBHOOK_API_ANY_TYPE  0x0200    /* what it answers is no JSON:
                                               Accept is not looked at */
#define NGX_WEBHOOK_API_ONCE      0x0400    /* it keeps itself what it answers
                                               to an Idempotency-Key */


typedef struct ngx_webhook_api_s  ngx_webhook_api_t;

typedef ngx_int_t (*ngx_webhook_api_pt)(ngx_webhook_api_t *api);


/*
 * A route.  The path is that behind the location's prefix, without a slash at
 * its end; {name} is any one segment.  Where two routes match, the one counts
 * whose segment is written out ("endpoints/test" before "endpoints/{id}").  A
 * table ends with ngx_webhook_null_route.  HEAD goes to the handler of GET, and
 * OPTIONS to nobody's.
 */

typedef struct {
    ngx_uint_t            method;   /* NGX_HTTP_GET, POST, PATCH, DELETE */
    ngx_str_t             path;     /* "endpoints/{id}/rotate" */
    ngx_uint_t            needs;    /* NGX_WEBHOOK_API_... */
    ngx_webhook_api_pt    handler;
    const char           *query;    /* names that it takes: "state limit", or
                                       NULL; others are a 400 */
} ngx_webhook_route_t;

#define ngx_webhook_null_route    { 0, ngx_null_string, 0, NULL, NULL }


/* A request, for its route. */

struct ngx_webhook_api_s {
    ngx_http_request_t         *request;
    ngx_pool_t                 *pool;       /* the request's */
    ngx_webhook_main_conf_t    *wmcf;
    const ngx_webhook_route_t  *route;
    ngx_webhook_access_t        who;

    ngx_str_t                   values[NGX_WEBHOOK_API_VALUES];
                                            /* of the path's {names}, in their
                                               order, each of 1 to 255 bytes */
    json_t                     *body;       /* an object, or NULL; the frame's.
                                               Bounded in depth, no member
                                               stands twice */
    webhook_once_t              once;       /* Idempotency-Key of a POST: key,
                                               body, caller and keep are set;
                                               keep 0: there is none */

    uint64_t                    expect;     /* If-Match, as OBJECT has it: a
                                               version, or WEBHOOK_OBJECT_ANY */

    void                       *data;       /* the route's own */

    struct ngx_webhook_api_answer_s *answer;    /* the frame's own, */
    struct ngx_webhook_api_frame_s  *frame;     /* and this */

    ngx_str_t                   begun;      /* ngx_webhook_api_begun() of an
                                               earlier request with the key,
                                               which came to no answer; or NULL
                                               */
};


/* Answers.  The last one that is set counts. */

/* JSON; takes over the reference to body, also where it fails.  NULL is lack
   of memory, so that what json_pack() returns can be handed over. */
ngx_int_t ngx_webhook_api_json(ngx_webhook_api_t *api, ngx_uint_t status,
    json_t *body);

/* 201 with JSON, and Location: a path behind the location's prefix. */
ngx_int_t ngx_webhook_api_created(ngx_webhook_api_t *api, ngx_str_t *path,
    json_t *body);

/* 204. */
ngx_int_t ngx_webhook_api_empty(ngx_webhook_api_t *api);

/*
 * Bytes from outside, as they are: application/octet-stream, an attachment of
 * that name ([A-Za-z0-9_.-] alone), under CSP sandbox.  The bytes live as long
 * as the request.
 */
ngx_int_t ngx_webhook_api_attachment(ngx_webhook_api_t *api, ngx_str_t *bytes,
    const char *name);

/* Text of ours: type is a constant, such as "text/plain; charset=utf-8". */
ngx_int_t ngx_webhook_api_text(ngx_webhook_api_t *api, ngx_uint_t status,
    const char *type, ngx_str_t *bytes);

/* A header of the answer; both live as long as the request. */
ngx_int_t ngx_webhook_api_header(ngx_webhook_api_t *api, const char *name,
    ngx_str_t *value);

/* ETag: the version of the settings. */
ngx_int_t ngx_webhook_api_etag(ngx_webhook_api_t *api, uint64_t version);


/*
 * Problems (RFC 9457).  The title goes by the status; detail, in nginx's
 * format, is a sentence that says what to change, and no secret.
 */
ngx_int_t ngx_cdecl ngx_webhook_api_problem(ngx_webhook_api_t *api,
    ngx_uint_t status, const char *detail, ...);

/*
 * Something wrong with a member of the body, by its JSON pointer (RFC 6901,
 * "" is the whole), for "errors" of the problem that is set then, by
 * ngx_webhook_api_invalid() as a 422.  The first 32 are kept.
 */
ngx_int_t ngx_cdecl ngx_webhook_api_error(ngx_webhook_api_t *api,
    const char *pointer, const char *detail, ...);
ngx_int_t ngx_webhook_api_invalid(ngx_webhook_api_t *api);

/* Has the body, if there is one, no members but these ("event data")?
   NGX_DECLINED: it has, and a 422 says which. */
ngx_int_t ngx_webhook_api_members(ngx_webhook_api_t *api, const char *names);

/* A member more of the problem that was set, as the counts in a 409; takes
   over the reference. */
ngx_int_t ngx_webhook_api_member(ngx_webhook_api_t *api, const char *name,
    json_t *value);

/* Those that many routes have: "There is no endpoint ..."; what is "endpoint",
   also for what is another company's. */
ngx_int_t ngx_webhook_api_not_found(ngx_webhook_api_t *api, const char *what,
    ngx_str_t *name);
/* 507: nothing was changed, since there is no room for it or for its record. */
ngx_int_t ngx_webhook_api_full(ngx_webhook_api_t *api);
/* 503: the store failed in the middle of a commit. */
ngx_int_t ngx_webhook_api_not_known(ngx_webhook_api_t *api);
/* 503: the cluster is away, and nothing was changed; or it was, and this node does
   not know yet. */
ngx_int_t ngx_webhook_api_away(ngx_webhook_api_t *api);
ngx_int_t ngx_webhook_api_late(ngx_webhook_api_t *api);
/* 412: it is of another version than If-Match has. */
ngx_int_t ngx_webhook_api_stale(ngx_webhook_api_t *api, uint64_t version);


/*
 * Idempotency-Key.  The frame answers what is known before it calls a route,
 * and keeps what that answered with 2xx, in a commit of its own behind its.
 *
 * A route with NGX_WEBHOOK_API_ONCE is called in any case, and its operation
 * (OBJECT, TASK) is what knows.  It sets its answer before it posts that, has
 * ngx_webhook_api_keep() fill in the operation's once, with the answer sealed,
 * in api->pool; and where it comes back with once.known, it returns
 * ngx_webhook_api_known().
 *
 * Another route that must not do twice what it does before its answer is known
 * has ngx_webhook_api_begun() fill in the once of each operation that does a
 * part of it.  "what" tells how far it has come, in the pool; it has no secret
 * in it.  The answer takes its place.  Where there is none, because the worker
 * was killed, the route is called with api->begun the next time, and goes on
 * from there.  Where what was begun is not done after all, and a problem was set
 * that says why, ngx_webhook_api_undone() makes the key free again, and returns
 * what a handler does.
 */
ngx_int_t ngx_webhook_api_begun(ngx_webhook_api_t *api, ngx_pool_t *pool,
    ngx_str_t *what, webhook_once_t *once);
ngx_int_t ngx_webhook_api_undone(ngx_webhook_api_t *api);
ngx_int_t ngx_webhook_api_keep(ngx_webhook_api_t *api, webhook_once_t *once);
ngx_int_t ngx_webhook_api_known(ngx_webhook_api_t *api, webhook_once_t *once);

/* The same in clear, for those who seal it themselves, as the registry does:
   the answer that is set as bytes in a pool; and an answer set from such
   bytes. */
ngx_int_t ngx_webhook_api_pack(ngx_webhook_api_t *api, ngx_pool_t *pool,
    ngx_str_t *bytes);
ngx_int_t ngx_webhook_api_unpack(ngx_webhook_api_t *api, ngx_str_t *bytes);

/* 422: the key was used with another body. */
ngx_int_t ngx_webhook_api_differs(ngx_webhook_api_t *api);


/* JSON of bytes that may be anything: what is not UTF-8 becomes U+FFFD. */
json_t *ngx_webhook_api_string(const webhook_str_t *text);

/* JSON of a wall clock's ms: RFC 3339 with milliseconds, in UTC; 0: null. */
json_t *ngx_webhook_api_time(uint64_t wall);


#endif /* NGX_WEBHOOK_API_H */
