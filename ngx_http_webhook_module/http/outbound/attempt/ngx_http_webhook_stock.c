
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/outbound/attempt/ngx_http_webhook_stock.h"


#define NGX_WEBHOOK_STOCK_HASH   128            /* a power of two */
#define NGX_WEBHOOK_STOCK_DEPTH  4              /* wanted, for each slot */
#define NGX_WEBHOOK_STOCK_LEAST  32             /* slots that an endpoint has: what
                                                   is noted and not told yet is
                                                   sent again after a power cut,
                                                   and is to be little where the
                                                   limit is */
#define NGX_WEBHOOK_STOCK_BEHIND 8              /* that wait, for each slot: before
                                                   a shorter queue is gone, it is
                                                   not worth a note for each */
#define NGX_WEBHOOK_STOCK_MAX    1024           /* of a worker */
#define NGX_WEBHOOK_STOCK_ASK    4              /* with an outcome */
#define NGX_WEBHOOK_STOCK_QUICK  100000         /* microseconds of a send, after
                                                   which nothing is wanted */
#define NGX_WEBHOOK_STOCK_LOOK   200            /* ms between looks at who does
                                                   not draw on it */
#define NGX_WEBHOOK_STOCK_AGE    30000          /* ms that one may wait here: less
                                                   than a lease is longer than a
                                                   send */


/* An endpoint to which something is under way. */

typedef struct {
    ngx_queue_t        queue;           /* in its place of the hash */
    uint64_t           endpoint;
    uint64_t           mark;            /* as the store told it last, ... */
    uint64_t           behind;          /* ... and deliveries that wait there */
    ngx_queue_t        attempts;        /* leased ahead, the first to go first */
    ngx_uint_t         n;               /* of them */
    ngx_uint_t         asked;           /* more that may come */
    ngx_uint_t         slots;           /* in use here */
    ngx_uint_t         coming;          /* more that the store was asked for */
    ngx_queue_t        waiting;         /* over, and their slots wait for what
                                           was asked for */
    ngx_uint_t         waiting_n;
    unsigned           drawn:1;         /* since the last look */
    unsigned           settling:1;
} ngx_webhook_stock_t;


typedef struct {
    ngx_queue_t        hash[NGX_WEBHOOK_STOCK_HASH];
    ngx_uint_t         n;               /* leased ahead, of all endpoints */
    ngx_event_t        look;
    ngx_log_t         *log;
    void             (*back)(ngx_webhook_attempt_t *attempt);
    void             (*pass)(ngx_webhook_attempt_t *attempt,
                             ngx_webhook_attempt_t *next);
} ngx_webhook_stocks_t;


static ngx_webhook_stock_t *ngx_webhook_stock_find(uint64_t endpoint);
static void ngx_webhook_stock_pass(ngx_webhook_stock_t *stock,
    ngx_webhook_attempt_t *attempt, ngx_uint_t over);
static void ngx_webhook_stock_settle(ngx_webhook_stock_t *stock);
static void ngx_webhook_stock_serve(ngx_webhook_stock_t *stock);
static void ngx_webhook_stock_give(ngx_webhook_stock_t *stock);
static ngx_webhook_attempt_t *ngx_webhook_stock_first(
    ngx_webhook_stock_t *stock);
static ngx_uint_t ngx_webhook_stock_usable(ngx_webhook_stock_t *stock);
static ngx_uint_t ngx_webhook_stock_old(ngx_webhook_stock_t *stock);
static void ngx_webhook_stock_each(ngx_uint_t all);
static void ngx_webhook_stock_look(ngx_event_t *ev);


static ngx_webhook_stocks_t  ngx_webhook_stocks;


void
ngx_webhook_stock_init(void (*back)(ngx_webhook_attempt_t *attempt),
    void (*pass)(ngx_webhook_attempt_t *attempt, ngx_webhook_attempt_t *next),
    ngx_log_t *log)
{
    ngx_uint_t             i;
    ngx_webhook_stocks_t  *s;

    s = &ngx_webhook_stocks;

    ngx_memzero(s, sizeof(ngx_webhook_stocks_t));

    s->back = back;
    s->pass = pass;
    s->log = log;

    for (i = 0; i < NGX_WEBHOOK_STOCK_HASH; i++) {
        ngx_queue_init(&s->hash[i]);
    }

    /* Not cancelable: what is leased is given back before a worker may go. */

    s->look.handler = ngx_webhook_stock_look;
    s->look.data = s;
    s->look.log = log;
}


void
ngx_webhook_stock_exit(void)
{
    if (ngx_webhook_stocks.look.timer_set) {
        ngx_del_timer(&ngx_webhook_stocks.look);
    }

    ngx_webhook_stock_each(1);
}


void
ngx_webhook_stock_begin(ngx_webhook_attempt_t *attempt)
{
    ngx_webhook_stock_t  *stock;

    stock = ngx_webhook_stock_find(attempt->lease.endpoint);

    if (stock == NULL) {
        stock = ngx_calloc(sizeof(ngx_webhook_stock_t),
                           ngx_webhook_stocks.log);
        if (stock == NULL) {
            return;                     /* it goes without a stock */
        }

        stock->endpoint = attempt->lease.endpoint;

        ngx_queue_init(&stock->attempts);
        ngx_queue_init(&stock->waiting);

        ngx_queue_insert_head(&ngx_webhook_stocks.hash[
                               stock->endpoint & (NGX_WEBHOOK_STOCK_HASH - 1)],
                              &stock->queue);
    }

    stock->slots++;
    attempt->slot = 1;
}


void
ngx_webhook_stock_end(ngx_webhook_attempt_t *attempt)
{
    ngx_webhook_stock_t  *stock;

    if (!attempt->slot) {
        return;
    }

    attempt->slot = 0;

    stock = ngx_webhook_stock_find(attempt->lease.endpoint);

    stock->slots--;

    ngx_webhook_stock_settle(stock);
}


void
ngx_webhook_stock_over(ngx_webhook_attempt_t *attempt)
{
    ngx_webhook_stock_t    *stock;
    webhook_op_complete_t  *complete;

    complete = &attempt->shared.job.op.u.complete;

    stock = attempt->slot ? ngx_webhook_stock_find(attempt->lease.endpoint)
                          : NULL;

    /* what a failure means for the endpoint is for the store to say */

    if (stock == NULL
        || complete->outcome != WEBHOOK_DONE || complete->slow
        || attempt->lease.early
        || (stock->n == 0 && stock->asked == 0)
        || !ngx_webhook_stock_usable(stock))
    {
        ngx_webhook_stock_pass(stock, attempt, 0);
        return;
    }

    ngx_webhook_attempt_note(attempt);
}


void
ngx_webhook_stock_noted(ngx_webhook_attempt_t *attempt)
{
    ngx_webhook_stock_t  *stock;

    /* it has its slot yet, so the endpoint is known */

    stock = ngx_webhook_stock_find(attempt->lease.endpoint);

    if (attempt->shared.job.op.u.complete.noted == 0
        || !ngx_webhook_stock_usable(stock))
    {
        ngx_webhook_stock_pass(stock, attempt, 0);
        return;
    }

    if (stock->n == 0 && stock->waiting_n < stock->asked) {

        /* who comes goes before what the store would give now */

        ngx_queue_insert_tail(&stock->waiting, &attempt->queue);
        stock->waiting_n++;
        return;
    }

    ngx_webhook_stock_pass(stock, attempt, stock->n != 0);
}


/* The slot of one that was sent is taken over, or given up. */

static void
ngx_webhook_stock_pass(ngx_webhook_stock_t *stock,
    ngx_webhook_attempt_t *attempt, ngx_uint_t over)
{
    ngx_webhook_attempt_t  *next;
    webhook_op_complete_t  *complete;

    complete = &attempt->shared.job.op.u.complete;
    next = NULL;

    attempt->slot = 0;

    if (over) {
        next = ngx_webhook_stock_first(stock);

        next->slot = 1;
        stock->drawn = 1;

        complete->took = next->lease.event.id;
        complete->took_token = next->lease.lease_token;

    } else if (stock) {
        stock->slots--;

        if (complete->outcome == WEBHOOK_RELEASE) {

            /* it asks for nothing, after which the others settle */

            ngx_webhook_stock_settle(stock);
        }
    }

    ngx_webhook_stocks.pass(attempt, next);
}


/* Right before it is used. */

static ngx_uint_t
ngx_webhook_stock_usable(ngx_webhook_stock_t *stock)
{
    webhook_store_t  *store;

    store = ngx_webhook_store_queue_store();

    return stock->mark && store
           && !ngx_exiting && !ngx_terminate
           && !ngx_webhook_store_queue_closing()
           && stock->mark == webhook_store_revoked(store, stock->endpoint)
           && !ngx_webhook_stock_old(stock);
}


/* Its lease may end while it is sent: that of a worker that stood still. */

static ngx_uint_t
ngx_webhook_stock_old(ngx_webhook_stock_t *stock)
{
    ngx_webhook_attempt_t  *first;

    if (stock->n == 0) {
        return 0;
    }

    first = ngx_queue_data(ngx_queue_head(&stock->attempts),
                           ngx_webhook_attempt_t, queue);

    return ngx_current_msec - first->came >= NGX_WEBHOOK_STOCK_AGE;
}


uint32_t
ngx_webhook_stock_ask(ngx_webhook_attempt_t *attempt)
{
    ngx_uint_t              n, have;
    ngx_webhook_stock_t    *stock;
    webhook_op_complete_t  *complete;

    complete = &attempt->shared.job.op.u.complete;

    if (complete->outcome == WEBHOOK_RELEASE) {
        return 0;
    }

    stock = ngx_webhook_stock_find(attempt->lease.endpoint);

    if (stock == NULL) {
        return 0;
    }

    if (attempt->reserved) {
        attempt->comes = 1;
        stock->coming++;
    }

    n = (stock->slots + stock->coming) * NGX_WEBHOOK_STOCK_DEPTH;
    have = stock->n + stock->asked;

    /* with a slot from the store no more than once at a time, lest others of
       these overtake what is ahead */

    if (complete->lease
        && (complete->took_token || stock->asked == 0)
        && complete->outcome == WEBHOOK_DONE
        && attempt->endpoint->inflight >= NGX_WEBHOOK_STOCK_LEAST
        && stock->behind / NGX_WEBHOOK_STOCK_BEHIND
           >= attempt->endpoint->inflight
        && attempt->exchange.total_usec <= NGX_WEBHOOK_STOCK_QUICK
        && have < n && ngx_webhook_stocks.n < NGX_WEBHOOK_STOCK_MAX
        && !ngx_exiting && !ngx_terminate)
    {
        attempt->asked = ngx_min(n - have, NGX_WEBHOOK_STOCK_ASK);
        stock->asked += attempt->asked;
    }

    ngx_webhook_stock_settle(stock);

    return (uint32_t) attempt->asked;
}


void
ngx_webhook_stock_asked(ngx_webhook_attempt_t *attempt)
{
    ngx_webhook_stock_t  *stock;

    if (attempt->asked == 0 && !attempt->comes) {
        return;
    }

    stock = ngx_webhook_stock_find(attempt->lease.endpoint);

    stock->asked -= attempt->asked;
    stock->coming -= attempt->comes;

    attempt->asked = 0;
    attempt->comes = 0;
}


ngx_uint_t
ngx_webhook_stock_deep(ngx_webhook_attempt_t *attempt)
{
    ngx_webhook_stock_t  *stock;

    if (attempt->shared.job.op.u.complete.took_token == 0) {
        return 0;
    }

    stock = ngx_webhook_stock_find(attempt->lease.endpoint);

    return stock && stock->n * 2 >= stock->slots * NGX_WEBHOOK_STOCK_DEPTH;
}


void
ngx_webhook_stock_add(ngx_webhook_attempt_t *attempt)
{
    ngx_webhook_stock_t   *stock;
    ngx_webhook_stocks_t  *s;

    s = &ngx_webhook_stocks;

    stock = ngx_webhook_stock_find(attempt->lease.endpoint);

    if (stock == NULL) {
        s->back(attempt);
        return;
    }

    ngx_queue_insert_tail(&stock->attempts, &attempt->queue);

    attempt->came = ngx_current_msec;

    stock->n++;
    stock->drawn = 1;
    s->n++;

    if (!s->look.timer_set) {
        ngx_add_timer(&s->look, NGX_WEBHOOK_STOCK_LOOK);
    }
}


void
ngx_webhook_stock_told(uint64_t endpoint, const webhook_op_complete_t *told)
{
    ngx_webhook_stock_t  *stock;

    stock = ngx_webhook_stock_find(endpoint);

    if (stock) {

        if (told) {
            stock->mark = told->mark;
            stock->behind = told->waiting;
        }

        ngx_webhook_stock_settle(stock);
    }
}


static ngx_webhook_stock_t *
ngx_webhook_stock_find(uint64_t endpoint)
{
    ngx_queue_t          *q, *place;
    ngx_webhook_stock_t  *stock;

    place = &ngx_webhook_stocks.hash[endpoint & (NGX_WEBHOOK_STOCK_HASH - 1)];

    for (q = ngx_queue_head(place); q != ngx_queue_sentinel(place);
         q = ngx_queue_next(q))
    {
        stock = ngx_queue_data(q, ngx_webhook_stock_t, queue);

        if (stock->endpoint == endpoint) {
            return stock;
        }
    }

    return NULL;
}


/* What nobody will use goes back; where nothing is left, nor may come, the
   endpoint is forgotten. */

static void
ngx_webhook_stock_settle(ngx_webhook_stock_t *stock)
{
    if (stock->settling) {
        return;                         /* who settles goes on */
    }

    stock->settling = 1;

    ngx_webhook_stock_serve(stock);

    if (stock->n && (stock->mark == 0 || stock->slots + stock->coming == 0
                     || ngx_exiting || ngx_terminate))
    {
        ngx_webhook_stock_give(stock);
    }

    stock->settling = 0;

    if (ngx_exiting && ngx_webhook_stocks.n == 0
        && ngx_webhook_stocks.look.timer_set)
    {
        ngx_del_timer(&ngx_webhook_stocks.look);
    }

    if (stock->n + stock->slots + stock->coming + stock->asked == 0) {
        ngx_queue_remove(&stock->queue);
        ngx_free(stock);
    }
}


/* Slots that wait are taken over, or given up where nothing will come. */

static void
ngx_webhook_stock_serve(ngx_webhook_stock_t *stock)
{
    ngx_uint_t    usable;
    ngx_queue_t  *q;

    while (stock->waiting_n) {

        usable = ngx_webhook_stock_usable(stock);

        if (usable && stock->n == 0 && stock->waiting_n <= stock->asked) {
            return;
        }

        q = ngx_queue_head(&stock->waiting);

        ngx_queue_remove(q);
        stock->waiting_n--;

        ngx_webhook_stock_pass(stock,
                               ngx_queue_data(q, ngx_webhook_attempt_t, queue),
                               usable && stock->n);
    }
}


static void
ngx_webhook_stock_give(ngx_webhook_stock_t *stock)
{
    while (stock->n) {
        ngx_webhook_stocks.back(ngx_webhook_stock_first(stock));
    }
}


static ngx_webhook_attempt_t *
ngx_webhook_stock_first(ngx_webhook_stock_t *stock)
{
    ngx_queue_t  *q;

    q = ngx_queue_head(&stock->attempts);

    ngx_queue_remove(q);

    stock->n--;
    ngx_webhook_stocks.n--;

    return ngx_queue_data(q, ngx_webhook_attempt_t, queue);
}


/* Gives back what was not drawn on since the last look, or all. */

static void
ngx_webhook_stock_each(ngx_uint_t all)
{
    ngx_uint_t            i;
    ngx_queue_t          *q, *next, *place;
    ngx_webhook_stock_t  *stock;

    for (i = 0; i < NGX_WEBHOOK_STOCK_HASH; i++) {
        place = &ngx_webhook_stocks.hash[i];

        for (q = ngx_queue_head(place); q != ngx_queue_sentinel(place);
             q = next)
        {
            next = ngx_queue_next(q);
            stock = ngx_queue_data(q, ngx_webhook_stock_t, queue);

            if (all || !stock->drawn || ngx_webhook_stock_old(stock)) {
                ngx_webhook_stock_give(stock);
            }

            stock->drawn = 0;

            ngx_webhook_stock_settle(stock);
        }
    }
}


static void
ngx_webhook_stock_look(ngx_event_t *ev)
{
    ngx_webhook_stock_each(0);

    if (ngx_webhook_stocks.n) {
        ngx_add_timer(ev, NGX_WEBHOOK_STOCK_LOOK);
    }
}
