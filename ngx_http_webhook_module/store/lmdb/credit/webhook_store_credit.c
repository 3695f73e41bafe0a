
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Credits in memory, and what becomes of them with a transaction.
 */

#include "store/lmdb/credit/webhook_store_credit_int.h"
#include "store/lmdb/handle/webhook_store_glance.h"

#include <stdlib.h>


static void webhook_credit_become(webhook_credit_t *c,
    webhook_credit_one_t *one, webhook_credit_e state);
static void webhook_credit_link(webhook_credit_one_t *one,
    webhook_credit_one_t **list);
static void webhook_credit_unlink(webhook_credit_one_t *one);
static webhook_credit_one_t **webhook_credit_bucket(webhook_credit_t *c,
    uint64_t endpoint, const webhook_id_t *event);
static void webhook_credit_ended(webhook_credit_t *c,
    webhook_credit_one_t *one);


void
webhook_credit_make(webhook_lmdb_t *st)
{
    unsigned           i;
    webhook_credit_t  *c;

    c = calloc(1, sizeof(webhook_credit_t));
    if (c == NULL) {
        return;
    }

    if (pthread_mutex_init(&c->mutex, NULL) != 0) {
        free(c);
        return;
    }

    for (i = 0; i < WEBHOOK_CREDITS; i++) {
        c->ones[i].next = c->free;
        c->free = &c->ones[i];
    }

    for (i = 0; i < WEBHOOK_CREDIT_PLACES; i++) {
        c->places[i].next = c->free_places;
        c->free_places = &c->places[i];
    }

    webhook_glance_make(st);

    st->credit = c;
}


void
webhook_credit_free(webhook_lmdb_t *st)
{
    webhook_credit_t  *c;

    c = st->credit;

    if (c == NULL) {
        return;
    }

    webhook_glance_free(st);

    (void) pthread_mutex_destroy(&c->mutex);

    free(c);
    st->credit = NULL;
}


webhook_credit_place_t *
webhook_credit_find(webhook_credit_t *c, uint64_t endpoint)
{
    webhook_credit_place_t  *p;

    for (p = c->buckets[endpoint % WEBHOOK_CREDIT_PLACES]; p; p = p->next) {
        if (p->endpoint == endpoint) {
            return p;
        }
    }

    return NULL;
}


webhook_credit_place_t *
webhook_credit_place(webhook_credit_t *c, uint64_t endpoint)
{
    webhook_credit_place_t  *p, **bucket;

    p = webhook_credit_find(c, endpoint);

    if (p || c->free_places == NULL) {
        return p;
    }

    p = c->free_places;
    c->free_places = p->next;

    memset(p, 0, sizeof(webhook_credit_place_t));

    bucket = &c->buckets[endpoint % WEBHOOK_CREDIT_PLACES];

    p->endpoint = endpoint;
    p->named = 1;
    p->next = *bucket;
    *bucket = p;

    return p;
}


void
webhook_credit_unplace(webhook_credit_t *c, webhook_credit_place_t *p)
{
    webhook_credit_place_t  **at;

    if (p->idle || p->ones) {
        return;
    }

    for (at = &c->buckets[p->endpoint % WEBHOOK_CREDIT_PLACES];
         *at != p;
         at = &(*at)->next)
    {
        /* void */
    }

    *at = p->next;

    p->named = 0;
    p->next = c->free_places;
    c->free_places = p;
}


webhook_credit_one_t *
webhook_credit_take(webhook_credit_t *c, webhook_credit_place_t *p)
{
    webhook_credit_one_t  *one;

    one = c->free;

    if (one == NULL) {
        return NULL;
    }

    c->free = one->next;

    one->place = p;
    p->held++;

    one->state = WEBHOOK_CREDIT_TAKEN;
    webhook_credit_link(one, &p->ones);

    c->staged[c->staged_count++] = one;

    return one;
}


webhook_credit_one_t *
webhook_credit_next(const webhook_credit_place_t *p,
    const webhook_credit_one_t *one)
{
    if (one == NULL) {
        return p->idle ? p->idle : p->ones;
    }

    if (one->next == NULL && one->state == WEBHOOK_CREDIT_IDLE) {
        return p->ones;
    }

    return one->next;
}


void
webhook_credit_begun(webhook_credit_t *c, webhook_credit_one_t *one)
{
    webhook_credit_become(c, one, WEBHOOK_CREDIT_USED);
}


void
webhook_credit_stage(webhook_credit_t *c, webhook_credit_one_t *one,
    webhook_credit_e state)
{
    webhook_credit_become(c, one, state);

    one->place->held--;

    c->staged[c->staged_count++] = one;
}


/* Changes the state, and the lists that it is in. */

static void
webhook_credit_become(webhook_credit_t *c, webhook_credit_one_t *one,
    webhook_credit_e state)
{
    webhook_credit_one_t  **at;

    if (one->state == WEBHOOK_CREDIT_USED) {

        for (at = webhook_credit_bucket(c, one->place->endpoint, &one->event);
             *at != one;
             at = &(*at)->alike)
        {
            /* void */
        }

        *at = one->alike;
    }

    if (state == WEBHOOK_CREDIT_USED) {
        at = webhook_credit_bucket(c, one->place->endpoint, &one->event);
        one->alike = *at;
        *at = one;
    }

    one->place->idles -= (one->state == WEBHOOK_CREDIT_IDLE);
    one->place->idles += (state == WEBHOOK_CREDIT_IDLE);

    one->state = state;

    webhook_credit_unlink(one);
    webhook_credit_link(one, state == WEBHOOK_CREDIT_IDLE ? &one->place->idle
                                                          : &one->place->ones);
}


static void
webhook_credit_link(webhook_credit_one_t *one, webhook_credit_one_t **list)
{
    one->next = *list;
    one->at = list;

    if (one->next) {
        one->next->at = &one->next;
    }

    *list = one;
}


static void
webhook_credit_unlink(webhook_credit_one_t *one)
{
    *one->at = one->next;

    if (one->next) {
        one->next->at = one->at;
    }
}


/* Ids of events end with what is random. */

static webhook_credit_one_t **
webhook_credit_bucket(webhook_credit_t *c, uint64_t endpoint,
    const webhook_id_t *event)
{
    uint64_t  n;

    memcpy(&n, (const unsigned char *) event + sizeof(webhook_id_t) - 8, 8);

    return &c->used[(n ^ endpoint) % WEBHOOK_CREDITS];
}


webhook_credit_one_t *
webhook_credit_used(webhook_credit_t *c, uint64_t endpoint,
    const webhook_id_t *event, uint64_t token)
{
    webhook_credit_one_t    *one;
    webhook_credit_place_t  *p;

    if (event) {
        one = *webhook_credit_bucket(c, endpoint, event);

        while (one && (one->place->endpoint != endpoint
                       || memcmp(&one->event, event, sizeof(webhook_id_t))
                          != 0))
        {
            one = one->alike;
        }

        return one;
    }

    p = webhook_credit_find(c, endpoint);

    for (one = p ? p->ones : NULL; one; one = one->next) {

        if (one->state == WEBHOOK_CREDIT_USED && one->token == token) {
            return one;
        }
    }

    return NULL;
}


void
webhook_credit_committed(webhook_lmdb_t *st, uint64_t applied)
{
    uint32_t                 i;
    webhook_credit_t        *c;
    webhook_credit_one_t    *one;
    webhook_credit_place_t  *p;

    c = st->credit;

    (void) pthread_mutex_lock(&c->mutex);

    c->applied = applied;

    if (c->settles) {
        c->settles = 0;
        c->doubt = 0;

        for (i = 0; i < WEBHOOK_CREDIT_PLACES; i++) {
            c->places[i].row = c->places[i].written;
        }
    }

    for (i = 0; i < c->staged_count; i++) {
        c->staged[i]->place->row = c->staged[i]->place->written;
    }

    for (i = 0; i < c->staged_count; i++) {
        one = c->staged[i];

        if (one->state == WEBHOOK_CREDIT_TAKEN) {
            webhook_credit_become(c, one, WEBHOOK_CREDIT_IDLE);
            continue;
        }

        p = one->place;

        webhook_credit_ended(c, one);
        webhook_credit_unplace(c, p);
    }

    c->staged_count = 0;

    (void) pthread_mutex_unlock(&c->mutex);
}


void
webhook_credit_undo(webhook_lmdb_t *st, int unknown)
{
    uint32_t                 i;
    webhook_credit_t        *c;
    webhook_credit_one_t    *one;
    webhook_credit_place_t  *p;

    c = st->credit;

    (void) pthread_mutex_lock(&c->mutex);

    if (unknown) {
        c->doubt = 1;
    }

    for (i = 0; i < c->staged_count; i++) {
        one = c->staged[i];
        p = one->place;

        p->written = p->row;

        switch (one->state) {

        case WEBHOOK_CREDIT_TAKEN:
            p->held--;

            webhook_credit_ended(c, one);
            webhook_credit_unplace(c, p);
            break;

        case WEBHOOK_CREDIT_SPENT:
            webhook_credit_become(c, one, WEBHOOK_CREDIT_USED);
            p->held++;
            break;

        default: /* WEBHOOK_CREDIT_GIVEN */
            webhook_credit_become(c, one, WEBHOOK_CREDIT_IDLE);
            p->held++;
        }
    }

    c->staged_count = 0;

    for (i = 0; i < WEBHOOK_CREDIT_PLACES && (c->settles || unknown); i++) {
        c->places[i].written = c->places[i].row;
    }

    c->settles = 0;

    (void) pthread_mutex_unlock(&c->mutex);
}


/* One that is not used. */

static void
webhook_credit_ended(webhook_credit_t *c, webhook_credit_one_t *one)
{
    webhook_credit_unlink(one);

    one->state = WEBHOOK_CREDIT_FREE;
    one->next = c->free;
    c->free = one;
}


void
webhook_credit_forget(webhook_lmdb_t *st)
{
    unsigned           i;
    webhook_credit_t  *c;

    c = st->credit;

    (void) pthread_mutex_lock(&c->mutex);

    c->applied = 0;

    for (i = 0; i < WEBHOOK_CREDITS; i++) {
        c->ones[i].sequence = 0;
    }

    (void) pthread_mutex_unlock(&c->mutex);
}
