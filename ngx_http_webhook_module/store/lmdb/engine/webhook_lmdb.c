
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The engine on LMDB: open, apply, close.
 */

#include "store/webhook_store_op.h"
#include "store/lmdb/handle/webhook_store_clock.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/rows/webhook_store_time.h"
#include "store/lmdb/space/webhook_store_space.h"
#include "store/lmdb/files/webhook_store_env.h"
#include "store/lmdb/ops/webhook_store_claim.h"
#include "store/lmdb/ops/webhook_store_complete.h"
#include "store/lmdb/ops/webhook_store_endpoint.h"
#include "store/lmdb/history/webhook_store_admin.h"
#include "store/lmdb/ops/webhook_store_call.h"
#include "store/lmdb/repeats/webhook_store_dedupe.h"
#include "store/lmdb/ops/webhook_store_event.h"
#include "store/lmdb/expire/webhook_store_expire.h"
#include "store/lmdb/history/webhook_store_history_list.h"
#include "store/lmdb/history/webhook_store_history_show.h"
#include "store/lmdb/history/webhook_store_history_stats.h"
#include "store/lmdb/repeats/webhook_store_known.h"
#include "store/lmdb/history/webhook_store_pause.h"
#include "store/lmdb/history/webhook_store_replay.h"
#include "store/lmdb/files/webhook_store_slots.h"
#include "store/lmdb/upkeep/webhook_store_sweep.h"
#include "store/lmdb/upkeep/webhook_store_takeover.h"
#include "store/lmdb/session/webhook_store_make_room.h"
#include "store/lmdb/session/webhook_store_session.h"
#include "store/lmdb/check/webhook_store_check.h"
#include "store/lmdb/check/webhook_store_quarantined.h"
#include "store/lmdb/check/webhook_store_repair.h"
#include "store/lmdb/engine/webhook_lmdb.h"
#include "store/lmdb/engine/webhook_store_backup.h"
#include "store/lmdb/engine/webhook_store_migrate.h"
#include "store/lmdb/engine/webhook_store_replace.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>


#define WEBHOOK_STORE_HIGH_WATER    90          /* percent */
#define WEBHOOK_STORE_WARN_WATER    75
#define WEBHOOK_STORE_GROUP_BYTES   ((size_t) 32 * 1024 * 1024)
#define WEBHOOK_STORE_CHANGES       1024    /* of a migration at a time */


static webhook_store_result_e webhook_lmdb_open(
    const webhook_store_options_t *options, void **data);
static void webhook_lmdb_close(void *data);
static void webhook_lmdb_apply(void *data, webhook_op_t **ops,
    uint32_t count);
static void webhook_lmdb_gather(void *data, webhook_store_more_pt more,
    void *ctx);
static void webhook_lmdb_news(void *data, webhook_store_news_t *news);
static void webhook_store_file(webhook_store_t *st);
static int webhook_store_start(webhook_store_t *st);
static webhook_store_result_e webhook_store_fail(webhook_store_t *st, int rc,
    const char *what);
static void webhook_store_free(webhook_store_t *st);
static int webhook_store_is_read(const webhook_op_t *op);
static uint32_t webhook_store_peek(webhook_store_t *st, webhook_op_t **ops,
    uint32_t count);
static void webhook_store_writes(webhook_store_t *st, webhook_op_t **ops,
    uint32_t count);
static int webhook_store_group(webhook_store_t *st, webhook_op_t **ops,
    uint32_t *n, int again, int last);
static void webhook_store_refused(webhook_store_t *st, webhook_op_t **ops,
    uint32_t count);
static void webhook_store_committed(webhook_txn_t *t, webhook_op_t **ops,
    uint32_t count);
static int webhook_store_write(webhook_txn_t *t, webhook_op_t *op);
static int webhook_store_leases(const webhook_op_t *op);
static void webhook_store_reads(webhook_store_t *st, webhook_op_t **ops,
    uint32_t count);
static webhook_store_result_e webhook_store_result(int rc);


const webhook_engine_t  webhook_lmdb = {
    "lmdb",
    WEBHOOK_STORE_FORMAT,
    webhook_lmdb_open,
    webhook_lmdb_close,
    webhook_lmdb_apply,
    webhook_lmdb_gather,
    webhook_lmdb_news,
    webhook_backup,
    webhook_replace_store
};


static webhook_store_result_e
webhook_lmdb_open(const webhook_store_options_t *options, void **data)
{
    int                            rc;
    struct stat                    sb;
    webhook_store_t               *st;
    const webhook_lmdb_options_t  *own;

    own = options->own;

    st = calloc(1, sizeof(webhook_store_t));
    if (st == NULL) {
        return WEBHOOK_STORE_UNAVAILABLE;
    }

    st->owners = -1;
    st->slot = -1;

    st->size = options->size;
    st->keep = options->keep;
    st->keep_bytes = options->keep_bytes;
    st->dedupe_rows = options->dedupe_rows;
    st->orphans = options->orphans;
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

    st->path = strdup(options->path);

    if (st->path == NULL) {
        return webhook_store_fail(st, ENOMEM, "cannot be opened");
    }

    if ((st->size && st->size < WEBHOOK_STORE_SIZE_MIN)
        || st->high_water > 100 || st->warn_water > 100)
    {
        return webhook_store_fail(st, EINVAL, "needs a size of 8 megabytes "
                                  "at least, and marks of 100 percent at "
                                  "most");
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
        return webhook_store_fail(st, rc, "cannot be locked (another process "
                                  "may be opening it)");
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

    *data = st;

    return WEBHOOK_STORE_OK;
}


/* The path is that of a file: if it is where a store has it, of that store,
   which may be in use. */

static void
webhook_store_file(webhook_store_t *st)
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
webhook_store_start(webhook_store_t *st)
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
webhook_store_fail(webhook_store_t *st, int rc, const char *what)
{
    if (!st->told) {
        webhook_store_log(st, WEBHOOK_STORE_LOG_EMERG,
                          "the store \"%s\" %s: %s",
                          st->path ? st->path : "", what, mdb_strerror(rc));
    }

    webhook_store_free(st);

    return webhook_store_result(rc);
}


static void
webhook_store_free(webhook_store_t *st)
{
    uint32_t  i;

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
    webhook_store_t *st = data;

    int            rc;
    webhook_txn_t  t;

    if (!st->readonly) {

        rc = webhook_session_begin(st, &t, 1);

        if (rc == 0) {
            rc = webhook_takeover_end(&t);

            if (rc) {
                webhook_session_abort(&t);

            } else {
                rc = webhook_session_commit(&t);
            }
        }

        if (rc) {

            /* others take over once the lock is gone */

            webhook_store_log_error(st, rc, "leases could not be released");
        }
    }

    webhook_store_free(st);
}


static void
webhook_lmdb_apply(void *data, webhook_op_t **ops, uint32_t count)
{
    webhook_store_t *st = data;

    uint32_t  i, first, writes, sure, reads;

    writes = 0;
    sure = 0;
    reads = 0;

    for (i = 0; i < count; i++) {

        ops[i]->memory = NULL;
        webhook_op_reset(ops[i]);

        switch (ops[i]->type) {

        case WEBHOOK_OP_PUT_EVENT:
        case WEBHOOK_OP_COMPLETE:
        case WEBHOOK_OP_PUT_CALL:
        case WEBHOOK_OP_SETTLE:
        case WEBHOOK_OP_RETRY:
        case WEBHOOK_OP_CANCEL:
        case WEBHOOK_OP_PAUSE:
        case WEBHOOK_OP_REMEMBER:
        case WEBHOOK_OP_DISCARD:
            sure++;
            writes++;
            break;

        case WEBHOOK_OP_CLAIM:
        case WEBHOOK_OP_ENDPOINT:
        case WEBHOOK_OP_TAKEOVER:
        case WEBHOOK_OP_EXPIRE:
        case WEBHOOK_OP_RESERVE:
            writes++;
            break;

        case WEBHOOK_OP_REPLAY:
        case WEBHOOK_OP_CLOCK:

            if (webhook_store_is_read(ops[i])) {
                reads++;

            } else {
                writes++;
            }

            break;

        default:
            reads++;
        }
    }

    if (writes) {
        first = 0;

        /* who might find nothing to write looks first, unless the writer's
           lock is needed anyway */

        if (sure == 0) {
            first = webhook_store_peek(st, ops, count);
        }

        webhook_store_writes(st, ops + first, count - first);
    }

    if (reads) {
        webhook_store_reads(st, ops, count);
    }
}


static void
webhook_lmdb_gather(void *data, webhook_store_more_pt more, void *ctx)
{
    webhook_store_t *st = data;

    st->more = more;
    st->more_ctx = ctx;
}


static void
webhook_lmdb_news(void *data, webhook_store_news_t *news)
{
    webhook_store_t *st = data;

    memset(news, 0, sizeof(webhook_store_news_t));

    news->pinned = st->pinned;
    news->quarantine = st->quarantine;
    news->paused = st->paused;
    news->dropped = st->dropped;

    st->dropped = 0;
}


static int
webhook_store_is_read(const webhook_op_t *op)
{
    return op->type >= WEBHOOK_OP_LIST
           || (op->type == WEBHOOK_OP_REPLAY && op->u.replay.dry_run)
           || (op->type == WEBHOOK_OP_CLOCK && !op->u.clock.accept);
}


/* Returns the place of the first operation that has something to write. */

static uint32_t
webhook_store_peek(webhook_store_t *st, webhook_op_t **ops, uint32_t count)
{
    int            rc, todo;
    uint32_t       i;
    webhook_txn_t  t;

    if (st->readonly || webhook_session_begin(st, &t, 0) != 0) {
        return 0;
    }

    for (i = 0; i < count; i++) {

        todo = 0;

        switch (ops[i]->type) {

        case WEBHOOK_OP_CLAIM:
            rc = webhook_claim_peek(&t, ops[i], &todo);
            break;

        case WEBHOOK_OP_ENDPOINT:
            rc = webhook_endpoint_peek(&t, ops[i], &todo);
            break;

        case WEBHOOK_OP_TAKEOVER:
            rc = webhook_takeover_peek(&t, ops[i], &todo);
            break;

        case WEBHOOK_OP_EXPIRE:
            rc = webhook_sweep_peek(&t, ops[i], &todo);
            break;

        case WEBHOOK_OP_RESERVE:
            rc = webhook_dedupe_reserve_peek(&t, ops[i], &todo);
            break;

        case WEBHOOK_OP_REPLAY:
            rc = webhook_replay_peek(&t, ops[i], &todo);
            break;

        case WEBHOOK_OP_CLOCK:
            rc = 0;
            todo = 1;
            break;

        default:
            rc = 0;
            break;
        }

        if (rc || todo) {
            break;
        }
    }

    if (i == count) {
        webhook_space_look(&t);
        webhook_space_watch(&t);
    }

    webhook_session_abort(&t);

    return i;
}


/*
 * Runs the writes in as few transactions as the bytes of bodies allow.  Where
 * one fails, each of its operations is run alone, so that only those fail
 * that have a reason to.
 */

static void
webhook_store_writes(webhook_store_t *st, webhook_op_t **ops, uint32_t count)
{
    int       rc, last;
    size_t    bytes;
    uint32_t  i, n, one, form;

    for ( /* void */ ; count; ops += n, count -= n) {

        bytes = 0;

        for (n = 0; n < count; n++) {

            if (ops[n]->type == WEBHOOK_OP_PUT_EVENT) {

                for (form = 0; form < ops[n]->u.put_event.forms_count;
                     form++)
                {
                    bytes += ops[n]->u.put_event.forms[form].body.len;
                }

                if (n && bytes > WEBHOOK_STORE_GROUP_BYTES) {
                    break;
                }
            }
        }

        last = (n == count);

        st->wanted = 0;
        st->least = UINT64_MAX;
        st->again = 1;

        rc = webhook_store_group(st, ops, &n, n > 1, last);

        if (last) {
            count = n;
        }

        if (rc) {
            for (i = 0; i < n; i++) {
                one = 1;
                (void) webhook_store_group(st, &ops[i], &one, 0, 0);
            }
        }

        st->again = 0;

        if (st->wanted) {
            webhook_store_refused(st, ops, n);
        }
    }
}


/* What was refused for want of room is tried once more, with what room there
   can be. */

static void
webhook_store_refused(webhook_store_t *st, webhook_op_t **ops, uint32_t count)
{
    uint32_t       i, n;
    webhook_op_t  **list;

    list = malloc(count * sizeof(webhook_op_t *));
    if (list == NULL) {
        return;
    }

    n = 0;

    for (i = 0; i < count; i++) {

        if (ops[i]->result == WEBHOOK_STORE_FULL
            && (ops[i]->type == WEBHOOK_OP_PUT_EVENT
                || ops[i]->type == WEBHOOK_OP_PUT_CALL
                || ops[i]->type == WEBHOOK_OP_REMEMBER
                || (ops[i]->type == WEBHOOK_OP_RESERVE
                    && !ops[i]->u.reserve.bound)))
        {
            list[n++] = ops[i];
        }
    }

    if (n) {

        /* where no room could be made, that is told and no more */

        webhook_make_room(st, st->wanted, st->least);

        (void) webhook_store_group(st, list, &n, 0, 0);
    }

    free(list);
}


/*
 * Runs the writes of a group in one transaction; what gathered while the lock
 * was waited for joins the last one, and *n is raised.  Returns 0 if each has
 * its result, which may be that the group failed; else, and only if "again" is
 * set or others joined, the failure: running each alone may help.
 */

static int
webhook_store_group(webhook_store_t *st, webhook_op_t **ops, uint32_t *n,
    int again, int last)
{
    int                     rc;
    uint32_t                i, count;
    webhook_txn_t           t;
    webhook_store_result_e  result;

    count = *n;

    rc = st->readonly ? EROFS : webhook_session_begin(st, &t, 1);

    if (rc) {
        again = 0;
        t.unknown = 0;
        goto failed;
    }

    webhook_env_watch(st);

    if (last && st->more) {
        *n += st->more(st->more_ctx);

        for (i = count; i < *n; i++) {
            ops[i]->memory = NULL;
        }

        again |= (*n > count);
        count = *n;
    }

    for (i = 0; i < count; i++) {

        if (webhook_store_is_read(ops[i])) {
            continue;
        }

        webhook_op_reset(ops[i]);

        rc = webhook_store_write(&t, ops[i]);

        if (rc) {
            webhook_session_abort(&t);
            goto failed;
        }
    }

    rc = webhook_session_commit(&t);

    if (rc == 0) {

        webhook_store_committed(&t, ops, count);
        return 0;
    }

failed:

    if (again && !t.unknown) {
        return rc;
    }

    result = t.unknown ? WEBHOOK_STORE_UNKNOWN : webhook_store_result(rc);

    webhook_store_log_error(st, rc, "writing failed");

    if (rc == MDB_MAP_FULL) {
        webhook_env_look(st);
    }

    if (result == WEBHOOK_STORE_FULL) {
        webhook_space_failed(st, rc);
    }

    for (i = 0; i < count; i++) {

        if (!webhook_store_is_read(ops[i])) {
            webhook_op_reset(ops[i]);
            ops[i]->result = result;
        }
    }

    return 0;
}


static void
webhook_store_committed(webhook_txn_t *t, webhook_op_t **ops, uint32_t count)
{
    uint32_t  i;

    if (t->wanted && t->st->again) {

        /* whether that is so is not known yet */

        t->st->wanted += t->wanted;
        t->refused = 0;

        if (t->least < t->st->least) {
            t->st->least = t->least;
        }
    }

    for (i = 0; i < count; i++) {

        if (ops[i]->type == WEBHOOK_OP_REPLAY) {
            webhook_replay_committed(ops[i]);

        } else if (ops[i]->type == WEBHOOK_OP_PUT_EVENT
                   && ops[i]->result == WEBHOOK_STORE_OK)
        {
            webhook_space_worked(t->st);
        }
    }

    webhook_expire_committed(t);
    webhook_space_watch(t);
}


static int
webhook_store_write(webhook_txn_t *t, webhook_op_t *op)
{
    if (t->st->admin && webhook_store_leases(op)) {
        op->result = WEBHOOK_STORE_UNAVAILABLE;
        return 0;
    }

    switch (op->type) {

    case WEBHOOK_OP_PUT_EVENT:
        return webhook_event_put(t, op);

    case WEBHOOK_OP_CLAIM:
        return webhook_claim(t, op);

    case WEBHOOK_OP_COMPLETE:
        return webhook_complete(t, op);

    case WEBHOOK_OP_ENDPOINT:
        return webhook_endpoint_put(t, op);

    case WEBHOOK_OP_TAKEOVER:
        return webhook_takeover(t, op);

    case WEBHOOK_OP_EXPIRE:
        return webhook_sweep(t, op);

    case WEBHOOK_OP_PUT_CALL:
        return webhook_call_put(t, op);

    case WEBHOOK_OP_RESERVE:
        return webhook_dedupe_reserve(t, op);

    case WEBHOOK_OP_SETTLE:
        return webhook_dedupe_settle(t, op);

    case WEBHOOK_OP_RETRY:
        return webhook_admin_retry(t, op);

    case WEBHOOK_OP_CANCEL:
        return webhook_admin_cancel(t, op);

    case WEBHOOK_OP_PAUSE:
        return webhook_admin_pause(t, op);

    case WEBHOOK_OP_REPLAY:
        return webhook_replay(t, op);

    case WEBHOOK_OP_CLOCK:
        return webhook_time_accept(t, op);

    case WEBHOOK_OP_REMEMBER:
        return webhook_known_remember(t, op);

    case WEBHOOK_OP_DISCARD:
        return webhook_quarantined_discard(t, op);

    default:
        return EINVAL;
    }
}


/* A lease belongs to an owner's slot, which a tool has not got. */

static int
webhook_store_leases(const webhook_op_t *op)
{
    uint32_t  i;

    if (op->type == WEBHOOK_OP_PUT_EVENT) {

        for (i = 0; i < op->u.put_event.count; i++) {
            if (op->u.put_event.deliveries[i].lease) {
                return 1;
            }
        }
    }

    return op->type == WEBHOOK_OP_CLAIM
           || (op->type == WEBHOOK_OP_COMPLETE && op->u.complete.lease);
}


/* Each in a transaction of its own: a long one keeps pages from reuse. */

static void
webhook_store_reads(webhook_store_t *st, webhook_op_t **ops, uint32_t count)
{
    int            rc;
    uint32_t       i;
    webhook_op_t  *op;
    webhook_txn_t  t;

    for (i = 0; i < count; i++) {
        op = ops[i];

        if (!webhook_store_is_read(op)) {
            continue;
        }

        rc = webhook_session_begin(st, &t, 0);

        if (rc == 0) {

            switch (op->type) {

            case WEBHOOK_OP_REPLAY:
                rc = webhook_replay_count(&t, op);
                break;

            case WEBHOOK_OP_LIST:
                rc = webhook_history_list(&t, op);
                break;

            case WEBHOOK_OP_SHOW:
                rc = webhook_history_show(&t, op);
                break;

            case WEBHOOK_OP_CALLS:
                rc = webhook_call_list(&t, op);
                break;

            case WEBHOOK_OP_KNOWN:
                rc = webhook_known_list(&t, op);
                break;

            case WEBHOOK_OP_QUARANTINE:
                rc = webhook_quarantined_list(&t, op);
                break;

            case WEBHOOK_OP_STATS:
                rc = webhook_history_stats(&t, op);
                break;

            case WEBHOOK_OP_CLOCK:
                rc = webhook_time_tell(&t, op);
                break;

            case WEBHOOK_OP_CHECK:
                rc = webhook_check_op(&t, op);
                break;

            default:
                rc = EINVAL;
                break;
            }

            webhook_session_abort(&t);
        }

        if (rc) {
            webhook_store_log_error(st, rc, "reading failed");
            webhook_op_reset(op);
            op->result = webhook_store_result(rc);
        }
    }
}


static webhook_store_result_e
webhook_store_result(int rc)
{
    switch (rc) {

    case 0:
        return WEBHOOK_STORE_OK;

    case MDB_MAP_FULL:
    case MDB_TXN_FULL:
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return WEBHOOK_STORE_FULL;

    default:
        return WEBHOOK_STORE_UNAVAILABLE;
    }
}
