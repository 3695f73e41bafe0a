
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is counted where.
 */

#include "http/labels/ngx_http_webhook_labels_int.h"


extern ngx_module_t  ngx_http_webhook_module;


static ngx_int_t ngx_webhook_labels_init_zone(ngx_shm_zone_t *zone,
    void *data);
static void ngx_webhook_labels_observe(ngx_webhook_histogram_t *h,
    const ngx_webhook_buckets_t *buckets, uint64_t value);
static ngx_uint_t ngx_webhook_labels_bucket(
    const ngx_webhook_buckets_t *buckets, uint64_t value);


static ngx_str_t  ngx_webhook_labels_name_zone =
    ngx_string("ngx_http_webhook_labels");

/* of this process */
static ngx_shm_zone_t  *ngx_webhook_labels_shm;


static const uint64_t  ngx_webhook_bounds_phase[] = {
    1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 500000, 1000000,
    2500000, 5000000, 10000000, 30000000, 60000000
};

static const char  *ngx_webhook_bounds_phase_text[] = {
    "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5",
    "1", "2.5", "5", "10", "30", "60"
};

const ngx_webhook_buckets_t  ngx_webhook_buckets_phase = {
    15, ngx_webhook_bounds_phase, ngx_webhook_bounds_phase_text
};


static const uint64_t  ngx_webhook_bounds_total[] = {
    10000, 50000, 100000, 250000, 500000, 1000000, 2500000, 5000000, 10000000,
    30000000
};

static const char  *ngx_webhook_bounds_total_text[] = {
    "0.01", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "30"
};

const ngx_webhook_buckets_t  ngx_webhook_buckets_total = {
    10, ngx_webhook_bounds_total, ngx_webhook_bounds_total_text
};


static const uint64_t  ngx_webhook_bounds_batch[] = {
    250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 500000,
    1000000, 2500000, 5000000, 10000000
};

static const char  *ngx_webhook_bounds_batch_text[] = {
    "0.00025", "0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05",
    "0.1", "0.25", "0.5", "1", "2.5", "5", "10"
};

const ngx_webhook_buckets_t  ngx_webhook_buckets_batch = {
    15, ngx_webhook_bounds_batch, ngx_webhook_bounds_batch_text
};


static const uint64_t  ngx_webhook_bounds_operations[] = {
    1, 2, 4, 8, 16, 32, 64, 128, 256, 512
};

static const char  *ngx_webhook_bounds_operations_text[] = {
    "1", "2", "4", "8", "16", "32", "64", "128", "256", "512"
};

const ngx_webhook_buckets_t  ngx_webhook_buckets_operations = {
    10, ngx_webhook_bounds_operations, ngx_webhook_bounds_operations_text
};


ngx_int_t
ngx_webhook_labels_zone(ngx_conf_t *cf, ngx_uint_t rows, ngx_shm_zone_t **zone)
{
    size_t           size;
    ngx_uint_t       heads;
    ngx_shm_zone_t  *z;

    for (heads = 1; heads < rows; heads *= 2) { /* void */ }

    size = sizeof(ngx_webhook_labels_t)
           + NGX_WEBHOOK_LABEL_KINDS
             * (heads * sizeof(uint32_t)
                + rows * sizeof(ngx_webhook_label_row_t));

    /* the slab's own pages, and some to spare */

    size = ngx_align(size, ngx_pagesize);
    size += size / 64 + 8 * ngx_pagesize;

    /* another number of rows is another size, and so another zone */

    size += rows;

    z = ngx_shared_memory_add(cf, &ngx_webhook_labels_name_zone, size,
                              &ngx_http_webhook_module);
    if (z == NULL) {
        return NGX_ERROR;
    }

    z->init = ngx_webhook_labels_init_zone;
    z->data = (void *) rows;

    *zone = z;

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_labels_init_zone(ngx_shm_zone_t *zone, void *data)
{
    u_char                *p;
    size_t                 fixed;
    ngx_uint_t             i, rows, heads;
    ngx_slab_pool_t       *shpool;
    ngx_webhook_labels_t  *t;

    rows = (ngx_uint_t) zone->data;

    if (data) {
        zone->data = data;
        return NGX_OK;
    }

    shpool = (ngx_slab_pool_t *) zone->shm.addr;

    if (zone->shm.exists) {
        zone->data = shpool->data;
        return NGX_OK;
    }

    for (heads = 1; heads < rows; heads *= 2) { /* void */ }

    fixed = ngx_align(heads * sizeof(uint32_t), NGX_ALIGNMENT);

    p = ngx_slab_calloc(shpool, sizeof(ngx_webhook_labels_t)
                                + NGX_WEBHOOK_LABEL_KINDS
                                  * (fixed
                                     + rows
                                       * sizeof(ngx_webhook_label_row_t)));
    if (p == NULL) {
        return NGX_ERROR;
    }

    t = (ngx_webhook_labels_t *) p;
    p += sizeof(ngx_webhook_labels_t);

    t->rows = rows;
    t->mask = heads - 1;

    for (i = 0; i < NGX_WEBHOOK_LABEL_KINDS; i++) {
        t->kinds[i].rows = (ngx_webhook_label_row_t *) p;
        p += rows * sizeof(ngx_webhook_label_row_t);

        t->kinds[i].heads = (uint32_t *) p;
        p += fixed;
    }

    shpool->data = t;
    zone->data = t;

    return NGX_OK;
}


void
ngx_webhook_labels_attach(ngx_shm_zone_t *zone)
{
    ngx_webhook_labels_shm = zone;
}


ngx_uint_t
ngx_webhook_labels_on(void)
{
    return ngx_webhook_labels_shm != NULL;
}


ngx_webhook_labels_t *
ngx_webhook_labels(void)
{
    return ngx_webhook_labels_shm ? ngx_webhook_labels_shm->data : NULL;
}


void
ngx_webhook_labels_lock(void)
{
    ngx_shmtx_lock(&((ngx_slab_pool_t *)
                     ngx_webhook_labels_shm->shm.addr)->mutex);
}


void
ngx_webhook_labels_unlock(void)
{
    ngx_shmtx_unlock(&((ngx_slab_pool_t *)
                       ngx_webhook_labels_shm->shm.addr)->mutex);
}


void
ngx_webhook_label_send(ngx_webhook_label_t *who, ngx_webhook_send_e outcome,
    ngx_uint_t status, uint32_t usec)
{
    ngx_uint_t                class;
    ngx_webhook_labels_t     *t;
    ngx_webhook_label_row_t  *row;

    t = ngx_webhook_labels();

    if (t == NULL) {
        return;
    }

    class = status / 100;

    if (class >= NGX_WEBHOOK_SEND_CLASSES) {
        class = 0;
    }

    ngx_webhook_labels_lock();

    row = ngx_webhook_label_row(t, NGX_WEBHOOK_LABEL_ENDPOINT, who, 0);

    if (row == NULL) {
        row = &t->kinds[NGX_WEBHOOK_LABEL_ENDPOINT].other;
    }

    row->counts[outcome]++;

    if (outcome != NGX_WEBHOOK_SEND_RELEASED) {
        row->classes[class]++;
        row->total.counts[ngx_webhook_labels_bucket(
                                 &ngx_webhook_buckets_total, usec)]++;
        row->total.sum += usec;
    }

    ngx_webhook_labels_unlock();
}


void
ngx_webhook_label_call(ngx_webhook_label_t *who,
    webhook_call_outcome_e outcome, uint32_t usec)
{
    ngx_webhook_labels_t     *t;
    ngx_webhook_label_row_t  *row;

    t = ngx_webhook_labels();

    if (t == NULL) {
        return;
    }

    ngx_webhook_labels_lock();

    row = ngx_webhook_label_row(t, NGX_WEBHOOK_LABEL_RECEIVER, who, 0);

    if (row == NULL) {
        row = &t->kinds[NGX_WEBHOOK_LABEL_RECEIVER].other;
    }

    row->counts[outcome]++;
    row->total.counts[ngx_webhook_labels_bucket(&ngx_webhook_buckets_total,
                                                usec)]++;
    row->total.sum += usec;

    ngx_webhook_labels_unlock();
}


void
ngx_webhook_label_phases(uint32_t connect, uint32_t tls, uint32_t first_byte,
    uint32_t total)
{
    ngx_uint_t             i;
    uint32_t               usec[NGX_WEBHOOK_PHASES];
    ngx_webhook_labels_t  *t;

    t = ngx_webhook_labels();

    if (t == NULL) {
        return;
    }

    usec[NGX_WEBHOOK_PHASE_CONNECT] = connect;
    usec[NGX_WEBHOOK_PHASE_TLS] = tls;
    usec[NGX_WEBHOOK_PHASE_FIRST_BYTE] = first_byte;
    usec[NGX_WEBHOOK_PHASE_TOTAL] = total;

    for (i = 0; i < NGX_WEBHOOK_PHASES; i++) {

        if (usec[i] || i == NGX_WEBHOOK_PHASE_TOTAL) {
            ngx_webhook_labels_observe(&t->phases[i],
                                       &ngx_webhook_buckets_phase, usec[i]);
        }
    }
}


void
ngx_webhook_label_batch(uint64_t usec, ngx_uint_t operations)
{
    ngx_webhook_labels_t  *t;

    t = ngx_webhook_labels();

    if (t == NULL) {
        return;
    }

    ngx_webhook_labels_observe(&t->batch, &ngx_webhook_buckets_batch, usec);
    ngx_webhook_labels_observe(&t->operations,
                               &ngx_webhook_buckets_operations, operations);
}


void
ngx_webhook_label_append(uint64_t usec)
{
    ngx_webhook_labels_t  *t;

    t = ngx_webhook_labels();

    if (t) {
        ngx_webhook_labels_observe(&t->append, &ngx_webhook_buckets_batch,
                                   usec);
    }
}


static void
ngx_webhook_labels_observe(ngx_webhook_histogram_t *h,
    const ngx_webhook_buckets_t *buckets, uint64_t value)
{
    (void) ngx_atomic_fetch_add(
                     &h->counts[ngx_webhook_labels_bucket(buckets, value)], 1);
    (void) ngx_atomic_fetch_add(&h->sum, value);
}


static ngx_uint_t
ngx_webhook_labels_bucket(const ngx_webhook_buckets_t *buckets, uint64_t value)
{
    ngx_uint_t  i;

    for (i = 0; i < buckets->n; i++) {
        if (value <= buckets->bounds[i]) {
            break;
        }
    }

    return i;
}


/* ------------------------------------------------------------- rounds --- */

void
ngx_webhook_labels_round(void)
{
    ngx_uint_t             i;
    ngx_webhook_labels_t  *t;

    t = ngx_webhook_labels();

    if (t == NULL) {
        return;
    }

    ngx_webhook_labels_lock();

    t->round++;

    for (i = 0; i < NGX_WEBHOOK_LABEL_KINDS; i++) {
        ngx_memzero(&t->kinds[i].others, sizeof(ngx_webhook_label_row_t));
    }

    ngx_webhook_labels_unlock();
}


void
ngx_webhook_labels_name(ngx_webhook_label_e kind, ngx_webhook_label_t *who,
    ngx_webhook_label_state_t *state)
{
    ngx_webhook_labels_t     *t;
    ngx_webhook_label_row_t  *row, *others;

    t = ngx_webhook_labels();

    if (t == NULL) {
        return;
    }

    ngx_webhook_labels_lock();

    row = ngx_webhook_label_row(t, kind, who, 1);

    if (row) {
        row->round = t->round;
    }

    if (row && state) {
        row->waiting = state->waiting;
        row->sending = state->sending;
        row->dead = state->dead;
        row->due = state->due;
        row->hold = state->hold;
        row->paused = state->paused;
        row->open = state->open;
        row->held = state->held;

    } else if (state) {
        others = &t->kinds[kind].others;

        others->waiting += state->waiting;
        others->sending += state->sending;
        others->dead += state->dead;
        others->due = ngx_max(others->due, state->due);
        others->hold = ngx_max(others->hold, state->hold);
        others->paused += state->paused;
        others->open += state->open;
        others->held += state->held;
    }

    ngx_webhook_labels_unlock();
}


void
ngx_webhook_labels_round_done(void)
{
    ngx_uint_t                i, n;
    ngx_webhook_labels_t     *t;
    ngx_webhook_label_row_t  *other, *others;

    t = ngx_webhook_labels();

    if (t == NULL) {
        return;
    }

    for (i = 0; i < NGX_WEBHOOK_LABEL_KINDS; i++) {

        ngx_webhook_labels_lock();

        other = &t->kinds[i].other;
        others = &t->kinds[i].others;

        other->waiting = others->waiting;
        other->sending = others->sending;
        other->dead = others->dead;
        other->due = others->due;
        other->hold = others->hold;
        other->paused = others->paused;
        other->open = others->open;
        other->held = others->held;

        ngx_webhook_labels_unlock();

        for (n = 0; n < t->kinds[i].top; n++) {
            ngx_webhook_labels_lock();
            ngx_webhook_label_row_check(t, i, n);
            ngx_webhook_labels_unlock();
        }
    }

    t->seen = ngx_time();
}


ngx_uint_t
ngx_webhook_label_times(const uint64_t *ids, ngx_uint_t nids,
    ngx_webhook_label_times_t *times)
{
    ngx_uint_t                    i, n;
    ngx_webhook_labels_t         *t;
    ngx_webhook_label_row_t      *row;
    const ngx_webhook_buckets_t  *buckets;

    t = ngx_webhook_labels();

    if (t == NULL) {
        return 0;
    }

    buckets = ids ? &ngx_webhook_buckets_total : &ngx_webhook_buckets_phase;

    ngx_memzero(times, sizeof(ngx_webhook_label_times_t));

    times->n = buckets->n + 1;
    times->bounds = buckets->bounds;

    if (ids == NULL) {

        for (n = 0; n < times->n; n++) {
            times->counts[n] = t->phases[NGX_WEBHOOK_PHASE_TOTAL].counts[n];
        }

        times->sum = t->phases[NGX_WEBHOOK_PHASE_TOTAL].sum;

        return 1;
    }

    for (i = 0; i < nids; i++) {

        ngx_webhook_labels_lock();

        row = ngx_webhook_label_row_find(t, NGX_WEBHOOK_LABEL_ENDPOINT,
                                         ids[i]);

        for (n = 0; row && n < times->n; n++) {
            times->counts[n] += row->total.counts[n];
        }

        times->sum += row ? row->total.sum : 0;

        ngx_webhook_labels_unlock();
    }

    return 1;
}
