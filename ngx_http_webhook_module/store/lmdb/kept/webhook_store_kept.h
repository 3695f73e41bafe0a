
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Journals of a store: what was told to be kept before the tables have it.
 *
 * A commit of LMDB syncs twice, and writes a dozen pages that lie apart.  So a
 * process may have a journal (store/journal), where an event is on the disk
 * after one synced append.  Who waits for that is told, and the event goes on to
 * apply(), as any other: that is the checkpoint, a transaction of as many events
 * as came up while the one before was committed, and with it the event gets its
 * leases (but for those that began by a slot which the process held, see
 * store/lmdb/credit), its place in the lists, and is seen by readers.  In
 * between nobody finds it.  An event that the journal does not take, for whatever reason, is
 * kept by apply(), as without a journal: it is never more than a shorter way.
 *
 * A row in the table "meta" belongs to each journal (webhook_store_kept_row.h).
 * It says up to which sequence the tables have its records, and is written in
 * the transaction that puts these.  So whatever the process dies of, each record
 * is put once: by apply(), or out of the journal by JOURNAL of another process,
 * or of the next one, behind that sequence.  That the ids of events are known is
 * a second net only: an event that has expired is not.
 *
 *   - Order.  Records are put in their order, without a gap.  If one cannot be
 *     put (no room, a failed commit), those behind it wait, too: the journal is
 *     stalled, takes nothing any more, and JOURNAL puts what is in it as soon
 *     as it can.  Who handed such an event to apply() is told OK, for it is kept.
 *   - Full.  Above the mark of the warning nothing goes to the journal, so that
 *     there is room for what is in it.
 *   - A write or a sync failed: the batch is overwritten in the file before its
 *     events are kept by apply(), which may tell that there is no room for
 *     them: had the write arrived after all, and the process died, they would
 *     be put.  Where it cannot be overwritten, apply() does not tell that, but
 *     UNKNOWN.  Once all before them are in the tables, the journal is removed
 *     and a new one made.
 *   - A journal in which something was damaged is read as far as it can be, and
 *     is set aside then, with an alarm.
 *   - data.mdb was removed or replaced, or the journal was: seen behind each
 *     sync, before anybody is told.
 *   - A journal without a row belongs to another data.mdb than the one there is:
 *     it is set aside when the store is opened, with an alarm, if there is
 *     anything in it.  Others may open and close the store meanwhile: who has
 *     the lock of the file looks for the row.
 *   - Replay.  JOURNAL is an operation of its own, so that neither it nor the
 *     takeover of leases fails with the other.  A journal is read, and its sums
 *     are checked, before the writer's lock is taken; then some of its records
 *     are put, and others write in between.  One that fails waits some seconds,
 *     while it is the next one's turn.
 *   - Purge.  It counts (in "meta", too) how often something was purged.  A
 *     process that sees another number overwrites what the tables have of its
 *     journal, a piece with each JOURNAL, and says so in its row at the end,
 *     unless something had to be left: then it begins anew.
 *   - Restore.  A copy is told to forget the journals of its rows; it takes the
 *     place of data.mdb in one step, and only then the files of journals are
 *     renamed.  Those that are not, since that was cut short, have no row.
 *   - The end of a process: the row says that the journal is done, then the file
 *     is removed, then (by any process) the row.
 *
 * The functions are for the thread that has the store.
 */

#ifndef WEBHOOK_STORE_KEPT_H
#define WEBHOOK_STORE_KEPT_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Makes a journal of so many bytes for the process, and looks for those without
   a row.  What fails is logged, and there is no journal then. */
void webhook_kept_start(webhook_lmdb_t *st, uint64_t size);

/* Closes the journal.  What is in it stays. */
void webhook_kept_free(webhook_lmdb_t *st);

/* Puts an event that was kept. */
int webhook_kept_put(webhook_txn_t *t, webhook_op_t *op);

/* Behind the beginning of a transaction that writes, before its commit, and
   behind that. */
int webhook_kept_begin(webhook_txn_t *t);
int webhook_kept_commit(webhook_txn_t *t);
void webhook_kept_committed(webhook_txn_t *t);

/* A transaction with this operation failed: what it comes to. */
void webhook_kept_failed(webhook_lmdb_t *st, webhook_op_t *op);

/* The last word on an operation of which keep() could not tell whether it is
   kept. */
void webhook_kept_told(webhook_op_t *op);

/* Behind writes: whether there is room for more. */
void webhook_kept_watch(webhook_lmdb_t *st);

/* In the last transaction: all is in the tables, if it is. */
int webhook_kept_end(webhook_txn_t *t);

/* STATS: how many there are, and whose; not where it is asked for an endpoint.
   Of what is used in them a process that goes on tells what it found when it
   last looked, where looking at all would take long. */
int webhook_kept_stats(webhook_txn_t *t, webhook_op_stats_t *stats);


#endif /* WEBHOOK_STORE_KEPT_H */
