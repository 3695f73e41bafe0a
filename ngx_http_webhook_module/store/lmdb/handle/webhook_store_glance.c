
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "store/lmdb/handle/webhook_store_glance.h"

#include <stdlib.h>


struct webhook_glance_s {
    pthread_mutex_t   mutex;
    MDB_env          *env;              /* NULL while the files are not open */
    MDB_txn          *reader;           /* reset between uses */
};


void
webhook_glance_make(webhook_lmdb_t *st)
{
    webhook_glance_t  *g;

    g = calloc(1, sizeof(webhook_glance_t));
    if (g == NULL) {
        return;
    }

    if (pthread_mutex_init(&g->mutex, NULL) != 0) {
        free(g);
        return;
    }

    g->env = st->env;
    st->glance = g;
}


void
webhook_glance_free(webhook_lmdb_t *st)
{
    webhook_glance_t  *g;

    g = st->glance;

    if (g == NULL) {
        return;
    }

    webhook_glance_leave(st);

    st->glance = NULL;

    (void) pthread_mutex_destroy(&g->mutex);

    free(g);
}


void
webhook_glance_leave(webhook_lmdb_t *st)
{
    webhook_glance_t  *g;

    g = st->glance;

    if (g == NULL) {
        return;
    }

    (void) pthread_mutex_lock(&g->mutex);

    if (g->reader) {
        mdb_txn_abort(g->reader);
        g->reader = NULL;
    }

    g->env = NULL;

    (void) pthread_mutex_unlock(&g->mutex);
}


void
webhook_glance_join(webhook_lmdb_t *st)
{
    if (st->glance == NULL) {
        return;
    }

    (void) pthread_mutex_lock(&st->glance->mutex);

    st->glance->env = st->env;

    (void) pthread_mutex_unlock(&st->glance->mutex);
}


int
webhook_glance_enter(webhook_lmdb_t *st, webhook_txn_t *t)
{
    int                rc;
    webhook_glance_t  *g;

    g = st->glance;

    if (g == NULL) {
        return 0;
    }

    (void) pthread_mutex_lock(&g->mutex);

    if (g->env == NULL) {
        (void) pthread_mutex_unlock(&g->mutex);
        return 0;
    }

    if (g->reader) {
        rc = mdb_txn_renew(g->reader);

    } else {
        rc = mdb_txn_begin(g->env, NULL, MDB_RDONLY, &g->reader);

        if (rc) {
            g->reader = NULL;
        }
    }

    if (rc) {

        /* the store's own transactions see to what is wrong */

        (void) pthread_mutex_unlock(&g->mutex);
        return 0;
    }

    memset(t, 0, sizeof(webhook_txn_t));

    t->st = st;
    t->txn = g->reader;

    return 1;
}


void
webhook_glance_exit(webhook_txn_t *t)
{
    mdb_txn_reset(t->txn);

    (void) pthread_mutex_unlock(&t->st->glance->mutex);
}
