
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is told of journals.
 *
 * How much of them is in use is known by their files alone, of which a block may
 * have to be read for each 4096 bytes.  All of a journal of 64m takes 12 ms, and
 * a store may have many, whose reader keeps pages from being used again.  So one
 * look reads so many blocks, and goes on with the next journals the next time;
 * of the others it tells what was found before.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store/lmdb/kept/webhook_store_kept.h"
#include "store/journal/webhook_journal_read.h"
#include "store/lmdb/files/webhook_store_owner.h"
#include "store/lmdb/kept/webhook_store_kept_file.h"
#include "store/lmdb/kept/webhook_store_kept_row.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>


#define WEBHOOK_KEPT_HEADS  16384       /* read in a look; the journal in which
                                           they run out is read to its end */


typedef struct {
    unsigned char       id[WEBHOOK_JOURNAL_ID];
    unsigned            known:1;
    uint64_t            used;
} webhook_kept_one_t;


struct webhook_kept_seen_s {
    pthread_mutex_t     mutex;
    uint32_t            count;
    uint32_t            turn;           /* the one that is looked at next */
    webhook_kept_one_t  journals[WEBHOOK_KEPT_ROWS];
};


static uint64_t webhook_kept_used(webhook_lmdb_t *st,
    const webhook_kept_row_t *rows, uint32_t count);
static uint64_t webhook_kept_used_seen(webhook_lmdb_t *st,
    const webhook_kept_row_t *rows, uint32_t count,
    webhook_kept_seen_t *seen);
static void webhook_kept_used_match(webhook_kept_seen_t *seen,
    const webhook_kept_row_t *rows, uint32_t count);
static uint64_t webhook_kept_used_one(webhook_lmdb_t *st,
    const webhook_kept_row_t *row, uint32_t *heads);


void
webhook_kept_seen_make(webhook_lmdb_t *st)
{
    webhook_kept_seen_t  *seen;

    seen = calloc(1, sizeof(webhook_kept_seen_t));

    if (seen && pthread_mutex_init(&seen->mutex, NULL) != 0) {
        free(seen);
        seen = NULL;
    }

    st->kept_seen = seen;
}


void
webhook_kept_seen_free(webhook_lmdb_t *st)
{
    if (st->kept_seen) {
        (void) pthread_mutex_destroy(&st->kept_seen->mutex);

        free(st->kept_seen);
        st->kept_seen = NULL;
    }
}


int
webhook_kept_stats(webhook_txn_t *t, webhook_op_stats_t *stats)
{
    int                  rc, alive;
    char                 path[4096];
    uint32_t             i, n, count;
    uint64_t             purges;
    unsigned             damaged;
    struct stat          sb;
    webhook_kept_row_t   rows[WEBHOOK_KEPT_ROWS];

    stats->journals = 0;
    stats->journal_bytes = 0;
    stats->journal_used = 0;
    stats->journals_left = 0;
    stats->journals_unclean = 0;

    if (stats->endpoint) {
        return 0;
    }

    rc = webhook_kept_row_purges(t, &purges);

    if (rc == 0) {
        rc = webhook_kept_row_list(t, rows, &count, &damaged);
    }

    for (i = 0, n = 0; rc == 0 && i < count; i++) {

        /* a copy of a store has rows of journals that are elsewhere */

        if (rows[i].state != WEBHOOK_KEPT_ROW_OPEN || t->st->file
            || webhook_kept_file_path(t->st, rows[i].id, path, sizeof(path))
               != 0
            || stat(path, &sb) == -1)
        {
            continue;
        }

        stats->journals++;
        stats->journals_unclean += (rows[i].cleaned != purges);
        stats->journal_bytes += (uint64_t) sb.st_size;

        rc = webhook_owner_known(t, rows[i].slot, rows[i].incarnation, &alive);

        stats->journals_left += !alive;

        rows[n++] = rows[i];
    }

    if (rc == 0 && stats->look) {
        stats->journal_used = webhook_kept_used(t->st, rows, n);
    }

    return rc;
}


static uint64_t
webhook_kept_used(webhook_lmdb_t *st, const webhook_kept_row_t *rows,
    uint32_t count)
{
    uint32_t              i, heads;
    uint64_t              used;
    webhook_kept_seen_t  *seen;

    seen = st->kept_seen;

    if (seen) {
        pthread_mutex_lock(&seen->mutex);

        used = webhook_kept_used_seen(st, rows, count, seen);

        pthread_mutex_unlock(&seen->mutex);

        return used;
    }

    used = 0;
    heads = 0;

    for (i = 0; i < count; i++) {
        used += webhook_kept_used_one(st, &rows[i], &heads);
    }

    return used;
}


static uint64_t
webhook_kept_used_seen(webhook_lmdb_t *st, const webhook_kept_row_t *rows,
    uint32_t count, webhook_kept_seen_t *seen)
{
    uint32_t             i, n, heads, first;
    uint64_t             used;
    webhook_kept_one_t  *one;

    webhook_kept_used_match(seen, rows, count);

    /* those that were never looked at are, in any case */

    heads = 0;
    used = 0;

    for (i = 0; i < count; i++) {
        one = &seen->journals[i];

        if (!one->known) {
            one->used = webhook_kept_used_one(st, &rows[i], &heads);
        }
    }

    first = count ? seen->turn % count : 0;

    for (n = 0; n < count; n++) {
        i = (first + n) % count;
        one = &seen->journals[i];

        if (one->known && heads < WEBHOOK_KEPT_HEADS) {
            one->used = webhook_kept_used_one(st, &rows[i], &heads);
            seen->turn = i + 1;
        }

        used += one->used;
    }

    for (i = 0; i < count; i++) {
        seen->journals[i].known = 1;
    }

    return used;
}


/* What is known of each of these, by their places; both are in the order of
   ids. */

static void
webhook_kept_used_match(webhook_kept_seen_t *seen,
    const webhook_kept_row_t *rows, uint32_t count)
{
    int                 order;
    uint32_t            i, k;
    webhook_kept_one_t  old[WEBHOOK_KEPT_ROWS], *one;

    memcpy(old, seen->journals, seen->count * sizeof(webhook_kept_one_t));

    for (i = 0, k = 0; i < count; i++) {
        one = &seen->journals[i];

        order = -1;

        while (k < seen->count) {
            order = memcmp(old[k].id, rows[i].id, WEBHOOK_JOURNAL_ID);

            if (order >= 0) {
                break;
            }

            k++;
        }

        if (k < seen->count && order == 0) {
            *one = old[k];
            continue;
        }

        memcpy(one->id, rows[i].id, WEBHOOK_JOURNAL_ID);

        one->known = 0;
        one->used = 0;
    }

    seen->count = count;
}


static uint64_t
webhook_kept_used_one(webhook_lmdb_t *st, const webhook_kept_row_t *row,
    uint32_t *heads)
{
    int       fd;
    char      path[4096];
    uint64_t  used;

    if (webhook_kept_file_path(st, row->id, path, sizeof(path)) != 0) {
        return 0;
    }

    fd = open(path, O_RDONLY|O_NOFOLLOW|O_CLOEXEC);

    if (fd == -1) {
        return 0;
    }

    used = webhook_journal_read_used(fd, row->id, row->applied, heads);

    close(fd);

    return used;
}
