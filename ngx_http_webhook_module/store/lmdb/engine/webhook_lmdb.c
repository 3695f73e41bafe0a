
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The engine on LMDB: open and close.
 */

#include "store/lmdb/engine/webhook_lmdb.h"
#include "store/webhook_store_result.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_beside.h"
#include "store/lmdb/handle/webhook_store_clock.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/handle/webhook_store_revoked.h"
#include "store/lmdb/note/webhook_store_note.h"
#include "store/lmdb/rows/webhook_store_time.h"
#include "store/lmdb/files/webhook_store_env.h"
#include "store/lmdb/files/webhook_store_slots.h"
#include "store/lmdb/credit/webhook_store_credit.h"
#include "store/lmdb/upkeep/webhook_store_takeover.h"
#include "store/lmdb/history/webhook_store_pause.h"
#include "store/lmdb/session/webhook_store_session.h"
#include "store/lmdb/kept/webhook_store_kept.h"
#include "store/lmdb/kept/webhook_store_kept_keep.h"
#include "store/lmdb/kept/webhook_store_kept_row.h"
#include "store/lmdb/migrate/webhook_store_migrate.h"
#include "store/lmdb/repair/webhook_store_repair.h"
#include "store/lmdb/engine/webhook_store_apply.h"
#include "store/lmdb/engine/webhook_store_backup.h"
#include "store/lmdb/engine/webhook_store_failure.h"
#include "store/lmdb/engine/webhook_store_read.h"
#include "store/lmdb/engine/webhook_store_replace.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>


#define WEBHOOK_STORE_HIGH_WATER    90          /* percent */
#define WEBHOOK_STORE_WARN_WATER    75
#define WEBHOOK_STORE_CHANGES       1024    /* of a migration at a time */
#define WEBHOOK_STORE_KEEP_AUDIT    ((uint64_t) 365 * 24 * 3600 * 1000)


static webhook_store_result_e webhook_lmdb_open(
    const webhook_store_options_t *options, void **data);
static void webhook_lmdb_close(void *data);
static uint64_t webhook_lmdb_revoked(void *data, uint64_t endpoint);
static void webhook_lmdb_gather(void *data, webhook_store_more_pt more,
    void *ctx);
static void webhook_lmdb_news(void *data, webhook_store_news_t *news);
static void webhook_lmdb_settings(webhook_lmdb_t *st,
    const webhook_store_options_t *options);
static void webhook_store_file(webhook_lmdb_t *st);
static int webhook_store_start(webhook_lmdb_t *st);
static webhook_store_result_e webhook_lmdb_not_locked(webhook_lmdb_t *st,
    int rc);
static webhook_store_result_e webhook_store_fail(webhook_lmdb_t *st, int rc,
    const char *what);
static void webhook_store_free(webhook_lmdb_t *st);


const webhook_engine_t  webhook_lmdb = {
    "lmdb",
    WEBHOOK_STORE_FORMAT,
    webhook_lmdb_open,
    webhook_lmdb_close,
    webhook_apply,
    webhook_read,
    webhook_kept_keep,
    webhook_lmdb_revoked,
    webhook_note,
    webhook_lmdb_gather,
    webhook_lmdb_news,
    webhook_backup,
    webhook_replace_store
};


static webhook_store_result_e
webhook_lmdb_open(const webhook_store_options_t *options, void **data)
{
    int               rc;
    struct stat       sb;
    webhook_lmdb_t  *st;

    st = calloc(1, sizeof(webhook_lmdb_t));
    if (st == NULL) {
        return WEBHOOK_STORE_UNAVAILABLE;
    }

    st->owners = -1;
    st->slot = -1;

    webhook_lmdb_settings(st, options);

    st->path = strdup(options->path);

    if (st->path == NULL) {
        return webhook_store_fail(st, ENOMEM, "cannot be opened");
    }

    if ((st->size && st->size < WEBHOOK_STORE_SIZE_MIN)
        || st->high_water > 100 || st->warn_water > 100
        || (options->journal && (options->journal < WEBHOOK_STORE_JOURNAL_MIN
                                 || options->journal
                                    > WEBHOOK_STORE_JOURNAL_MAX)))
    {
        return webhook_store_fail(st, EINVAL, "needs a size of 8 megabytes "
                                  "at least, marks of 100 percent at most, "
                                  "and a journal of 1 to 64 megabytes");
    }

    if (st->readonly && stat(st->path, &sb) == 0 && S_ISREG(sb.st_mode)) {
        webhook_store_file(st);
    }

    rc = webhook_clock_init(st, options);
    if (rc) {
        return webhook_store_fail(st, rc, "cannot tell the machine's boot");
    }

    rc = webhook_slots_open(st);
    if (rc) {
        return webhook_lmdb_not_locked(st, rc);
    }

    rc = webhook_env_open(st);

    if (webhook_handle_damaged(rc) && !st->readonly && !st->admin) {

        if (webhook_slots_any(st)) {
            return webhook_store_fail(st, rc, "is damaged, and other "
                                      "processes have it open");
        }

        rc = webhook_env_set_aside(st);
        if (rc) {
            return webhook_store_fail(st, rc, "is damaged and cannot be set "
                                      "aside");
        }

        rc = webhook_env_open(st);
    }

    if (rc) {
        return webhook_store_fail(st, rc, "cannot be opened");
    }

    rc = webhook_migrate(st);

    if (rc == 0) {
        rc = webhook_store_start(st);
    }

    if (rc) {
        return webhook_store_fail(st, rc, "cannot be opened");
    }

    webhook_slots_opened(st);

    webhook_note_make(st);

    if (!st->readonly && !st->admin) {

        /* a file that is filled takes long: others may open the store */

        webhook_kept_start(st, options->journal);

        if (st->kept) {
            webhook_credit_make(st);
        }

        webhook_beside_make(st);
    }

    *data = st;

    return WEBHOOK_STORE_OK;
}


static void
webhook_lmdb_settings(webhook_lmdb_t *st,
    const webhook_store_options_t *options)
{
    const webhook_lmdb_options_t  *own;

    own = options->own;

    st->size = options->size;
    st->keep = options->keep;
    st->keep_bytes = options->keep_bytes;
    st->dedupe_rows = options->dedupe_rows;
    st->orphans = options->orphans;
    st->keep_audit = options->keep_audit ? options->keep_audit
                                         : WEBHOOK_STORE_KEEP_AUDIT;
    st->idempotency_rows = options->idempotency_rows;
    st->keep_history = options->keep_history;
    st->readonly = options->readonly;
    st->admin = options->admin;
    st->copy = own && own->copy;
    st->high_water = options->high_water ? options->high_water
                                         : WEBHOOK_STORE_HIGH_WATER;
    st->warn_water = options->warn_water ? options->warn_water
                                         : WEBHOOK_STORE_WARN_WATER;
    st->changes = own && own->migrate ? own->migrate : WEBHOOK_STORE_CHANGES;
    st->log = options->log;
    st->ctx = options->ctx;
}


/* The path is that of a file: if it is where a store has it, of that store,
   which may be in use. */

static void
webhook_store_file(webhook_lmdb_t *st)
{
    char  *name;

    name = strrchr(st->path, '/');

    if (strcmp(name ? name + 1 : st->path, "data.mdb") != 0) {
        st->file = 1;

    } else if (name == NULL) {
        strcpy(st->path, ".");

    } else {
        name[name == st->path] = '\0';
    }
}


/* Takes over the store's time, and a slot. */

static int
webhook_store_start(webhook_lmdb_t *st)
{
    int            rc;
    webhook_txn_t  t;

    if (!st->readonly && !st->admin) {
        rc = webhook_slots_take(st);
        if (rc) {
            return rc;
        }
    }

    rc = webhook_session_begin(st, &t, !st->readonly);
    if (rc) {
        return rc;
    }

    rc = webhook_time_start(&t);

    if (rc == 0 && !st->readonly) {
        rc = webhook_repair(&t);
    }

    if (rc == 0 && !st->readonly) {
        rc = webhook_takeover_start(&t);
    }

    if (rc == 0 && st->copy) {
        rc = webhook_kept_row_clear(&t);
    }

    if (rc == 0 && !st->readonly && !st->admin) {
        webhook_pause_tell(&t);
    }

    if (rc) {
        webhook_session_abort(&t);
        return rc;
    }

    return webhook_session_commit(&t);
}


static webhook_store_result_e
webhook_lmdb_not_locked(webhook_lmdb_t *st, int rc)
{
    return webhook_store_fail(st, rc, rc == EAGAIN
                                      ? "is being opened by another process"
                                      : "cannot be locked by its file "
                                        "\"owners\"");
}


static webhook_store_result_e
webhook_store_fail(webhook_lmdb_t *st, int rc, const char *what)
{
    if (!st->explained) {
        webhook_store_log(st, WEBHOOK_STORE_LOG_EMERG,
                          "the store \"%s\" %s: %s",
                          st->path ? st->path : "", what, mdb_strerror(rc));
    }

    webhook_store_free(st);

    return webhook_failure_result(rc);
}


static void
webhook_store_free(webhook_lmdb_t *st)
{
    uint32_t  i;

    webhook_beside_free(st);
    webhook_note_free(st);
    webhook_credit_free(st);
    webhook_kept_free(st);
    webhook_env_close(st);
    webhook_slots_close(st);

    for (i = 0; i < st->rows_made; i++) {
        free(st->rows[i]);
    }

    free(st->rows);
    free(st->hash);
    free(st->path);
    free(st);
}


static void
webhook_lmdb_close(void *data)
{
    webhook_lmdb_t *st = data;

    int            rc;
    webhook_txn_t  t;

    if (!st->readonly) {

        rc = webhook_session_begin(st, &t, 1);

        if (rc == 0) {
            rc = webhook_takeover_end(&t);

            if (rc == 0) {
                rc = webhook_kept_end(&t);
            }

            if (rc) {
                webhook_session_abort(&t);

            } else {
                rc = webhook_session_commit(&t);
            }

            if (rc == 0) {
                webhook_kept_committed(&t);
            }
        }

        if (rc) {

            /* others take over once the lock is gone */

            webhook_store_log_error(st, rc, "leases could not be released");
        }
    }

    webhook_store_free(st);
}


static uint64_t
webhook_lmdb_revoked(void *data, uint64_t endpoint)
{
    return webhook_revoked_number(data, endpoint);
}


static void
webhook_lmdb_gather(void *data, webhook_store_more_pt more, void *ctx)
{
    webhook_lmdb_t *st = data;

    st->more = more;
    st->more_ctx = ctx;
}


static void
webhook_lmdb_news(void *data, webhook_store_news_t *news)
{
    webhook_lmdb_t *st = data;

    memset(news, 0, sizeof(webhook_store_news_t));

    news->pinned = st->pinned;
    news->quarantine = st->quarantine;
    news->change = st->change;
    news->tasks = st->tasks;
    news->paused = st->paused;
    news->dropped = st->dropped;

    st->dropped = 0;
}
