
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "store/lmdb/handle/webhook_store_beside.h"

#include <stdlib.h>


static void webhook_beside_share(webhook_lmdb_t *st);


void
webhook_beside_make(webhook_lmdb_t *st)
{
    webhook_lmdb_t  *b;

    b = calloc(1, sizeof(webhook_lmdb_t));
    if (b == NULL) {
        return;
    }

    if (pthread_mutex_init(&b->reading, NULL) != 0) {
        free(b);
        return;
    }

    b->shares = 1;
    b->readonly = 1;

    b->path = st->path;
    b->size = st->size;
    b->high_water = st->high_water;
    b->warn_water = st->warn_water;
    b->keep_audit = st->keep_audit;
    b->log = st->log;
    b->clock = st->clock;
    b->wall = st->wall;
    b->synced = st->synced;
    b->ctx = st->ctx;
    b->offset = st->offset;

    memcpy(b->boot, st->boot, sizeof(b->boot));

    /* who is alive is told by the locks of these */

    b->owners = st->owners;
    b->incarnation = st->incarnation;
    b->slot = -1;

    b->kept_seen = st->kept_seen;

    st->beside = b;

    webhook_beside_share(st);
}


void
webhook_beside_free(webhook_lmdb_t *st)
{
    uint32_t         i;
    webhook_lmdb_t  *b;

    b = st->beside;

    if (b == NULL) {
        return;
    }

    webhook_beside_leave(st);

    st->beside = NULL;

    for (i = 0; i < b->rows_made; i++) {
        free(b->rows[i]);
    }

    free(b->rows);
    free(b->hash);

    (void) pthread_mutex_destroy(&b->reading);

    free(b);
}


void
webhook_beside_leave(webhook_lmdb_t *st)
{
    webhook_lmdb_t  *b;

    b = st->beside;

    if (b == NULL) {
        return;
    }

    (void) pthread_mutex_lock(&b->reading);

    if (b->reader) {
        mdb_txn_abort(b->reader);
        b->reader = NULL;
    }

    b->env = NULL;

    (void) pthread_mutex_unlock(&b->reading);
}


void
webhook_beside_join(webhook_lmdb_t *st)
{
    if (st->beside == NULL) {
        return;
    }

    (void) pthread_mutex_lock(&st->beside->reading);

    webhook_beside_share(st);

    (void) pthread_mutex_unlock(&st->beside->reading);
}


/* What there is to know of open files. */

static void
webhook_beside_share(webhook_lmdb_t *st)
{
    webhook_lmdb_t  *b;

    b = st->beside;

    b->env = st->env;
    b->page = st->page;
    b->format = st->format;
    b->migrating = st->migrating;
    b->absent = st->absent;
    b->limit = st->limit;
    b->mark = st->mark;
    b->warn_mark = st->warn_mark;
    b->readers = st->readers;

    memcpy(b->dbi, st->dbi, sizeof(b->dbi));
}


void
webhook_beside_tell(webhook_lmdb_t *st)
{
    webhook_lmdb_t  *b;

    b = st->beside;

    if (b && pthread_mutex_trylock(&b->reading) == 0) {
        b->readers = st->readers;
        (void) pthread_mutex_unlock(&b->reading);
    }
}


int
webhook_beside_enter(webhook_lmdb_t *st)
{
    webhook_lmdb_t  *b;

    b = st->beside;

    if (b == NULL) {
        return 0;
    }

    (void) pthread_mutex_lock(&b->reading);

    if (b->env) {
        return 1;
    }

    (void) pthread_mutex_unlock(&b->reading);

    return 0;
}


void
webhook_beside_exit(webhook_lmdb_t *st)
{
    (void) pthread_mutex_unlock(&st->beside->reading);
}
