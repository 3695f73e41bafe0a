
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Notes: outcomes of sends, written beside the tables before they are in these.
 *
 * A slot passes from a send that is over to the next one before the outcome is
 * in the tables (see COMPLETE).  If the process died then, what is over would be
 * sent again, and that may be more than was under way.  So the outcome is noted
 * first: written to the file of owners, where each slot of these has some hundred
 * places, without a sync.  What was written there outlives the process, and all
 * others, but perhaps not the machine.  Who takes over the leases of a process
 * that died applies its notes before (store/lmdb/upkeep).
 *
 * A note names the incarnation, the delivery and the token of its lease.  One
 * whose outcome is in the tables is about a token that is no longer valid: it says
 * nothing any more, and its place is used again.
 */

#ifndef WEBHOOK_STORE_NOTE_H
#define WEBHOOK_STORE_NOTE_H

#include "store/lmdb/handle/webhook_store_handle.h"


#define WEBHOOK_NOTES  512              /* of a process */


/* Is called for each note: 0, or what to return. */
typedef int (*webhook_note_pt)(void *ctx, webhook_op_t *op);


/* Makes st->note; NULL without memory, or where nothing can be leased ahead. */
void webhook_note_make(webhook_lmdb_t *st);
void webhook_note_free(webhook_lmdb_t *st);

/* 1 if outcomes can be noted, as far as is known.  Any thread. */
int webhook_note_ready(webhook_lmdb_t *st);

/* Notes outcomes: sets "noted" of the COMPLETE operations of which that was done.
   Any thread, one call at a time. */
void webhook_note(void *data, webhook_op_t **ops, uint32_t count);

/* An operation has its result: if that is final, its place is free. */
void webhook_note_told(webhook_lmdb_t *st, webhook_op_t *op);

/* Reads what was noted by an incarnation in a slot.  What cannot be read is told
   by the log, and passed over. */
int webhook_note_read(webhook_lmdb_t *st, uint32_t slot, uint64_t incarnation,
    webhook_note_pt handler, void *ctx);


#endif /* WEBHOOK_STORE_NOTE_H */
