
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * From a notice to an event in the store.  That there is one a minute is for the
 * store to see, as if a request were repeated: all workers share it.  What this
 * worker made itself in the last minute, or has under way, does not even get
 * there; where one is not made, or not kept, the next one may be.
 */

#include "http/outbound/own/ngx_http_webhook_own_int.h"
#include "http/outbound/delivery/ngx_http_webhook_dispatcher.h"
#include "http/outbound/fanout/ngx_http_webhook_fanout.h"
#include "http/outbound/payload/ngx_http_webhook_lookup.h"
#include "http/runtime/ngx_http_webhook_clock.h"
#include "http/runtime/ngx_http_webhook_metrics.h"
#include "core/base/webhook_hash.h"


#define NGX_WEBHOOK_OWN_QUIET  60000            /* ms between two of a kind and
                                                   an endpoint */
#define NGX_WEBHOOK_OWN_SLOTS  256              /* that a worker remembers */
#define NGX_WEBHOOK_OWN_WAITS  1024             /* that wait for what is
                                                   registered */
#define NGX_WEBHOOK_OWN_MAX    16384            /* bytes of a payload */


_Static_assert(NGX_WEBHOOK_NOTICES == NGX_WEBHOOK_OWN_TYPES,
               "there is a type for each kind of notice");


/* A notice under way, in its own pool. */

typedef struct {
    ngx_pool_t                        *pool;
    ngx_queue_t                        queue;
    ngx_webhook_notice_t               notice;
    webhook_id_t                       event;
    ngx_webhook_registered_waiter_t    waiter;

    /* while the event is made */
    webhook_id_t                       id;
    uint64_t                           wall;
    ngx_str_t                         *type;
} ngx_webhook_own_t;


/* One that is on its way into the store. */

typedef struct {
    uint64_t                           subject;
    ngx_webhook_notice_e               kind;
    ngx_str_t                         *type;
    ngx_str_t                          id;      /* in the same memory */
} ngx_webhook_own_put_t;


typedef struct {
    uint64_t                           subject;
    ngx_msec_t                         until;
    ngx_webhook_notice_e               kind;
    unsigned                           used:1;
} ngx_webhook_own_slot_t;


typedef struct {
    ngx_webhook_main_conf_t           *wmcf;
    ngx_log_t                         *log;
    ngx_queue_t                        waits;   /* of ..._own_t */
    ngx_uint_t                         nwaits;
    ngx_webhook_own_slot_t             slots[NGX_WEBHOOK_OWN_SLOTS];
} ngx_webhook_owns_t;


static void ngx_webhook_own_hear(ngx_webhook_notice_t *notice);
static ngx_webhook_own_slot_t *ngx_webhook_own_slot(
    ngx_webhook_notice_e kind, uint64_t subject);
static ngx_uint_t ngx_webhook_own_quiet(ngx_webhook_notice_t *notice);
static void ngx_webhook_own_unquiet(ngx_webhook_notice_e kind,
    uint64_t subject);
static ngx_webhook_own_t *ngx_webhook_own_copy(ngx_webhook_notice_t *notice);
static ngx_int_t ngx_webhook_own_copy_text(ngx_pool_t *pool, ngx_str_t *text);
static void ngx_webhook_own_known(ngx_webhook_registered_waiter_t *w);
static void ngx_webhook_own_drop(ngx_webhook_own_t *own, const char *reason);
static void ngx_webhook_own_make(ngx_webhook_own_t *own);
static ngx_int_t ngx_webhook_own_event(ngx_webhook_own_t *own,
    ngx_webhook_registered_t *set, webhook_buf_t *payload);
static ngx_int_t ngx_webhook_own_put(ngx_webhook_own_t *own,
    ngx_webhook_event_t *event);
static void ngx_webhook_own_kept(ngx_webhook_event_t *event,
    webhook_store_result_e result);
static void ngx_webhook_own_key(ngx_webhook_notice_t *notice,
    webhook_idempotency_t *idempotency);
static int ngx_webhook_own_lookup(void *ctx, const webhook_path_t *path,
    webhook_value_t *v);


static ngx_webhook_owns_t  ngx_webhook_owns;


void
ngx_webhook_own_init(ngx_cycle_t *cycle, ngx_webhook_main_conf_t *wmcf)
{
    ngx_uint_t           i, kinds;
    ngx_webhook_owns_t  *o;
    ngx_webhook_type_t  *type;

    o = &ngx_webhook_owns;

    ngx_memzero(o, sizeof(ngx_webhook_owns_t));

    o->wmcf = wmcf;
    o->log = cycle->log;

    ngx_queue_init(&o->waits);

    type = ngx_webhook_own_types(wmcf);
    kinds = 0;

    for (i = 0; i < NGX_WEBHOOK_NOTICES; i++) {
        if (wmcf->registry || type[i].endpoints.nelts) {
            kinds |= 1 << i;
        }
    }

    ngx_webhook_notice_hear(ngx_webhook_own_hear, kinds);
}


void
ngx_webhook_own_exit(void)
{
    ngx_queue_t         *q;
    ngx_webhook_own_t   *own;
    ngx_webhook_owns_t  *o;

    o = &ngx_webhook_owns;

    ngx_webhook_notice_hear(NULL, 0);

    if (o->wmcf == NULL) {
        return;
    }

    while (!ngx_queue_empty(&o->waits)) {
        q = ngx_queue_head(&o->waits);
        ngx_queue_remove(q);

        own = ngx_queue_data(q, ngx_webhook_own_t, queue);

        ngx_webhook_registered_forget(&own->waiter);
        ngx_destroy_pool(own->pool);
    }

    o->nwaits = 0;
}


static void
ngx_webhook_own_hear(ngx_webhook_notice_t *notice)
{
    ngx_webhook_own_t   *own;
    ngx_webhook_owns_t  *o;
    ngx_webhook_type_t  *type;

    o = &ngx_webhook_owns;
    type = ngx_webhook_own_types(o->wmcf) + notice->kind;

    if (ngx_webhook_store_queue_closing()
        || (type->endpoints.nelts == 0
            && !ngx_webhook_registered_asks(o->wmcf, type))
        || ngx_webhook_own_quiet(notice))
    {
        return;
    }

    own = ngx_webhook_own_copy(notice);

    if (own == NULL) {
        ngx_webhook_own_unquiet(notice->kind, notice->subject);

        ngx_log_error(NGX_LOG_ERR, o->log, 0,
                      "no memory for the webhook event \"%V\" about \"%V\"",
                      &type->name, &notice->id);
        return;
    }

    own->type = &type->name;

    own->waiter.handler = ngx_webhook_own_known;
    own->waiter.data = own;

    if (ngx_webhook_registered_await(o->wmcf, &own->waiter) == NGX_AGAIN) {

        if (o->nwaits >= NGX_WEBHOOK_OWN_WAITS) {
            ngx_webhook_registered_forget(&own->waiter);
            ngx_webhook_own_drop(own, "too many wait");
            return;
        }

        ngx_queue_insert_tail(&o->waits, &own->queue);
        o->nwaits++;
        return;
    }

    ngx_webhook_own_make(own);
}


static ngx_webhook_own_slot_t *
ngx_webhook_own_slot(ngx_webhook_notice_e kind, uint64_t subject)
{
    return &ngx_webhook_owns.slots[(subject + 31 * kind)
                                   % NGX_WEBHOOK_OWN_SLOTS];
}


/* 1 if this worker made one of the kind and subject a moment ago. */

static ngx_uint_t
ngx_webhook_own_quiet(ngx_webhook_notice_t *notice)
{
    ngx_webhook_own_slot_t  *slot;

    slot = ngx_webhook_own_slot(notice->kind, notice->subject);

    if (slot->used && slot->subject == notice->subject
        && slot->kind == notice->kind
        && (ngx_msec_int_t) (ngx_current_msec - slot->until) < 0)
    {
        return 1;
    }

    slot->used = 1;
    slot->subject = notice->subject;
    slot->kind = notice->kind;
    slot->until = ngx_current_msec + NGX_WEBHOOK_OWN_QUIET;

    return 0;
}


/* It was not made after all. */

static void
ngx_webhook_own_unquiet(ngx_webhook_notice_e kind, uint64_t subject)
{
    ngx_webhook_own_slot_t  *slot;

    slot = ngx_webhook_own_slot(kind, subject);

    if (slot->subject == subject && slot->kind == kind) {
        slot->used = 0;
    }
}


static ngx_webhook_own_t *
ngx_webhook_own_copy(ngx_webhook_notice_t *notice)
{
    ngx_pool_t         *pool;
    ngx_webhook_own_t  *own;

    pool = ngx_create_pool(4096, ngx_webhook_owns.log);
    if (pool == NULL) {
        return NULL;
    }

    own = ngx_pcalloc(pool, sizeof(ngx_webhook_own_t));

    if (own == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    own->pool = pool;
    own->notice = *notice;

    if (notice->event) {
        own->event = *notice->event;
        own->notice.event = &own->event;
    }

    if (ngx_webhook_own_copy_text(pool, &own->notice.id) != NGX_OK
        || ngx_webhook_own_copy_text(pool, &own->notice.name) != NGX_OK
        || ngx_webhook_own_copy_text(pool, &own->notice.company) != NGX_OK
        || ngx_webhook_own_copy_text(pool, &own->notice.reason) != NGX_OK
        || ngx_webhook_own_copy_text(pool, &own->notice.type) != NGX_OK)
    {
        ngx_destroy_pool(pool);
        return NULL;
    }

    return own;
}


static ngx_int_t
ngx_webhook_own_copy_text(ngx_pool_t *pool, ngx_str_t *text)
{
    u_char  *p;

    if (text->len == 0) {
        ngx_str_null(text);
        return NGX_OK;
    }

    p = ngx_pnalloc(pool, text->len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(p, text->data, text->len);
    text->data = p;

    return NGX_OK;
}


/* Where that cannot be told, those of nginx.conf get it, and nobody else: it may
   be somebody's no more. */

static void
ngx_webhook_own_known(ngx_webhook_registered_waiter_t *w)
{
    ngx_webhook_own_t   *own;
    ngx_webhook_type_t  *type;

    own = w->data;

    ngx_queue_remove(&own->queue);
    ngx_webhook_owns.nwaits--;

    type = ngx_webhook_own_types(ngx_webhook_owns.wmcf) + own->notice.kind;

    if (ngx_webhook_store_queue_closing()
        || (w->failed && type->endpoints.nelts == 0))
    {
        ngx_webhook_own_drop(own, "what is registered is not known");
        return;
    }

    ngx_webhook_own_make(own);
}


static void
ngx_webhook_own_drop(ngx_webhook_own_t *own, const char *reason)
{
    ngx_log_error(NGX_LOG_ERR, ngx_webhook_owns.log, 0,
                  "the webhook event \"%V\" about \"%V\" is not made: %s",
                  own->type, &own->notice.id, reason);

    ngx_webhook_own_unquiet(own->notice.kind, own->notice.subject);
    ngx_destroy_pool(own->pool);
}


static void
ngx_webhook_own_make(ngx_webhook_own_t *own)
{
    ngx_int_t                  rc;
    webhook_buf_t              payload;
    ngx_webhook_registered_t  *set;

    set = own->waiter.failed
          ? NULL : ngx_webhook_registered_hold(ngx_webhook_owns.wmcf);

    ngx_webhook_own_find(&own->notice, set);

    webhook_buf_init(&payload, NGX_WEBHOOK_OWN_MAX);

    ngx_webhook_own_payload(&own->notice, &payload);

    rc = payload.failed ? NGX_ERROR
                        : ngx_webhook_own_event(own, set, &payload);

    if (rc != NGX_OK) {
        ngx_webhook_own_unquiet(own->notice.kind, own->notice.subject);
    }

    if (rc == NGX_ERROR) {
        ngx_log_error(NGX_LOG_ERR, ngx_webhook_owns.log, 0,
                      "the webhook event \"%V\" about \"%V\" cannot be made",
                      own->type, &own->notice.id);
    }

    webhook_buf_free(&payload);
    ngx_webhook_registered_release(set);
    ngx_destroy_pool(own->pool);
}


/* NGX_OK, NGX_DECLINED where nobody gets it, NGX_ERROR. */

static ngx_int_t
ngx_webhook_own_event(ngx_webhook_own_t *own, ngx_webhook_registered_t *set,
    webhook_buf_t *payload)
{
    u_char                     id_text[WEBHOOK_ID_TEXT_LEN];
    ngx_int_t                  rc;
    ngx_str_t                  text, type, body;
    const char                *reason;
    ngx_chain_t               *chain;
    ngx_webhook_owns_t        *o;
    ngx_webhook_type_t        *t;
    ngx_webhook_event_t       *event;
    ngx_webhook_fanout_t       fanout;
    ngx_webhook_document_t     document;

    o = &ngx_webhook_owns;
    t = ngx_webhook_own_types(o->wmcf) + own->notice.kind;

    body.data = payload->data;
    body.len = payload->len;

    if (ngx_webhook_event_id(&own->id) != NGX_OK
        || ngx_webhook_event_chain(own->pool, &body, &chain) != NGX_OK)
    {
        return NGX_ERROR;
    }

    webhook_id_text(&own->id, id_text);

    text.data = id_text;
    text.len = WEBHOOK_ID_TEXT_LEN;

    ngx_str_set(&type, "application/json");

    ngx_webhook_document_init(&document, own->pool, chain, body.len, &type);

    ngx_memzero(&fanout, sizeof(ngx_webhook_fanout_t));

    own->wall = ngx_webhook_clock_wall();

    fanout.pool = own->pool;
    fanout.log = o->log;
    fanout.wmcf = o->wmcf;
    fanout.id = &own->id;
    fanout.id_text = &text;
    fanout.wall = own->wall;
    fanout.type = own->type;
    fanout.payload = &document;
    fanout.max = 4 * NGX_WEBHOOK_OWN_MAX;
    fanout.endpoints = &t->endpoints;
    fanout.lookup = ngx_webhook_own_lookup;
    fanout.ctx = own;

    if (own->notice.kind != NGX_WEBHOOK_NOTICE_FAILED) {
        fanout.except = own->notice.subject;
    }

    rc = ngx_webhook_fanout_listen(&fanout, set, t, &own->notice.company);

    if (rc == NGX_OK) {
        rc = ngx_webhook_fanout(&fanout, &event, &reason);
    }

    if (rc == NGX_OK) {
        rc = ngx_webhook_own_put(own, event);
    }

    ngx_webhook_document_free(&document);

    return rc;
}


static ngx_int_t
ngx_webhook_own_put(ngx_webhook_own_t *own, ngx_webhook_event_t *event)
{
    ngx_webhook_own_put_t  *put;

    put = ngx_alloc(sizeof(ngx_webhook_own_put_t) + own->notice.id.len,
                    ngx_webhook_owns.log);
    if (put == NULL) {
        ngx_webhook_event_free(event);
        return NGX_ERROR;
    }

    put->subject = own->notice.subject;
    put->kind = own->notice.kind;
    put->type = own->type;
    put->id.len = own->notice.id.len;
    put->id.data = (u_char *) (put + 1);

    ngx_memcpy(put->id.data, own->notice.id.data, put->id.len);

    event->handler = ngx_webhook_own_kept;
    event->data = put;

    ngx_webhook_own_key(&own->notice,
                        &event->shared.job.op.u.put_event.idempotency);
    ngx_webhook_dispatcher_put(event);

    return NGX_OK;
}


static void
ngx_webhook_own_kept(ngx_webhook_event_t *event, webhook_store_result_e result)
{
    ngx_webhook_own_put_t  *put;

    put = event->data;

    event->data = NULL;

    if (result != WEBHOOK_STORE_OK && result != WEBHOOK_STORE_DUPLICATE) {

        ngx_webhook_own_unquiet(put->kind, put->subject);

        ngx_log_error(NGX_LOG_ERR, ngx_webhook_owns.log, 0,
                      "the webhook event \"%V\" about \"%V\" is not stored: "
                      "%s",
                      put->type, &put->id, webhook_store_result_text(result));
    }

    ngx_free(put);
}


/* The same for one of the kind and subject, whatever it says. */

static void
ngx_webhook_own_key(ngx_webhook_notice_t *notice,
    webhook_idempotency_t *idempotency)
{
    u_char          subject[NGX_INT64_LEN * 2 + 2];
    webhook_hash_t  hash;
    webhook_str_t   own, what;

    static u_char  name[] = "own";

    own.data = name;
    own.len = sizeof(name) - 1;

    what.data = subject;
    what.len = ngx_sprintf(subject, "%ui.%uL", (ngx_uint_t) notice->kind,
                           notice->subject)
               - subject;

    webhook_hash_init(&hash);
    webhook_hash_text(&hash, &own);
    webhook_hash_text(&hash, &what);
    webhook_hash_end(&hash, idempotency->key);

    ngx_memzero(idempotency->body, WEBHOOK_IDEMPOTENCY_LEN);

    idempotency->keep = NGX_WEBHOOK_OWN_QUIET;
}


static int
ngx_webhook_own_lookup(void *ctx, const webhook_path_t *path,
    webhook_value_t *v)
{
    ngx_webhook_own_t *own = ctx;

    const webhook_str_t  *root;

    ngx_memzero(v, sizeof(webhook_value_t));
    v->missing = 1;

    root = webhook_path_root(path);

    if ((root->len == 5 && ngx_strncmp(root->data, "event", 5) == 0)
        || (root->len == 3 && ngx_strncmp(root->data, "now", 3) == 0))
    {
        return ngx_webhook_lookup_event(own->pool, &own->id, own->wall,
                                        own->type, path, v);
    }

    return WEBHOOK_OK;
}
