
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A journal: a file to which events are appended, so that they are on the disk
 * after one synced write, before an engine has them in its tables.  This room
 * knows the file and what is in it; it calls core/base and nothing of an
 * engine, which says where the file is, and when something in it is not needed
 * any more.
 *
 * Each process that has the store open has a file of its own and nobody else
 * writes to it, so that no process waits for another.  The file is filled with
 * zeroes and synced when it is made, so that no append changes its size or
 * its blocks, and is a ring: what the engine has is written over.
 *
 * Where the file system has that, what is appended goes past the cache of the
 * kernel (O_DIRECT), which takes less of the processor and of time: nothing is
 * read there but after a death.  Then all that is written to the file does, for
 * both ways at a time would not go well together everywhere.
 *
 * A batch is what one write and one sync make durable.  It begins at a block of
 * 4 kB:
 *
 *     magic 4, version 4, id of the journal 16, sequence of the first record 8,
 *     records 4, bytes of them 4, the last sequence that was durable when this
 *     was written 8, CRC-32C of all this and of the records 4;
 *     each record: its bytes 4, and it (webhook_journal_record.h)
 *
 * and ends with it: nothing is appended to a block that was written before.
 * Sequences count records from 1, with no gap.  The id is random, and in each
 * batch: neither what another journal left on the disk, nor what somebody
 * sends, is taken for a batch.
 *
 *   - A torn tail.  The batch that was being written at a death or a power cut
 *     does not have its sum.  Nobody was told of it, and it is passed over.
 *   - A flipped bit.  The batch it is in does not have its sum either.  Since a
 *     batch is not written before the one in front of it is durable, one that
 *     is missing in front of another was damaged, and that is told; all others
 *     are read.  Of the very last batch nobody can tell.
 *   - A write or a sync that failed.  The journal takes nothing any more,
 *     for a later sync may succeed without what an earlier one has lost; and
 *     the batch is overwritten, so that it is not there after all.
 *   - A full disk.  The blocks are the file's own, but for file systems that
 *     write elsewhere, where a write fails like any other.
 *   - Two processes.  A journal is locked (flock) as long as its process lives;
 *     the kernel drops that lock, however it dies.
 */

#ifndef WEBHOOK_JOURNAL_H
#define WEBHOOK_JOURNAL_H

#include <pthread.h>

#include "store/journal/webhook_crc.h"
#include "store/webhook_store.h"


#define WEBHOOK_JOURNAL_ID         16       /* bytes */
#define WEBHOOK_JOURNAL_BLOCK      ((size_t) 4096)
#define WEBHOOK_JOURNAL_HEAD       52       /* bytes before the records */
#define WEBHOOK_JOURNAL_BATCH_MAX  ((size_t) 1024 * 1024)
                                            /* and a fourth of the file */


/* A batch in the file. */

typedef struct {
    uint64_t          last;                 /* sequence of its last record */
    size_t            offset;
    size_t            len;                  /* whole blocks */
} webhook_journal_place_t;


/* What is in a block of it. */

typedef enum {
    WEBHOOK_JOURNAL_CLEAN = 0,              /* zeroes */
    WEBHOOK_JOURNAL_ZEROED,                 /* not synced yet */
    WEBHOOK_JOURNAL_WRITTEN
} webhook_journal_block_e;


typedef struct {
    int               fd;
    unsigned char     id[WEBHOOK_JOURNAL_ID];
    size_t            size;                 /* of the file */
    webhook_crc_t     crc;

    uint64_t          next;                 /* sequence of the next record */
    uint64_t          durable;              /* of the last one that is synced */
    unsigned          failed:1;             /* nothing is written any more */
    unsigned          direct:1;             /* past the cache */

    unsigned char    *buf;                  /* the next batch */
    size_t            room;                 /* bytes of buf */
    size_t            len;                  /* bytes in it; 0: none */
    size_t            most;                 /* that there is place for */
    size_t            offset;               /* where it goes */
    uint32_t          count;                /* records */
    size_t            padded;               /* bytes of the last one that was
                                               written */

    pthread_mutex_t   mutex;                /* of what follows */
    size_t            end;                  /* of the last batch */
    webhook_journal_place_t  *places;       /* of those that are needed: a ring
                                               of as many as there are blocks */
    size_t            first;
    size_t            used;
    size_t            taken;                /* bytes from offset on that the
                                               next batch may take, or takes */
    uint64_t          done;                 /* sequence up to which no batch is
                                               needed */
    unsigned char    *blocks;               /* webhook_journal_block_e each */
} webhook_journal_t;


/*
 * Makes the file, which must not be there, of so many bytes, rounded down to
 * blocks, and locks it; j->id is to be set.  Blocks on the disk.  Returns 0 or
 * an errno, and then there is no file: EAGAIN if somebody who looked for files
 * that nobody wants has it, which is worth another try with another name.  That
 * the name lasts is for the caller to see to.
 */
int webhook_journal_create(webhook_journal_t *j, const char *path,
    size_t size);

/* Closes it, which unlocks it; the file stays as it is. */
void webhook_journal_close(webhook_journal_t *j);

/*
 * Adds an event to the next batch: returns its sequence, or 0 if the event
 * cannot be in a journal (it has something that the record has not), or there
 * is no place.
 */
uint64_t webhook_journal_add(webhook_journal_t *j,
    const webhook_op_put_event_t *p);

/* Writes and syncs the batch.  Returns 0, or an errno and j->failed: none of it
   is durable for sure. */
int webhook_journal_sync(webhook_journal_t *j);

/*
 * Takes back the last batch, of which nobody was told: what may have been
 * written of it is overwritten, so that it is not read when the process is
 * gone.  The journal takes nothing any more.  Returns 0, or an errno: the batch
 * may be there, now or after a power cut.
 */
int webhook_journal_wipe(webhook_journal_t *j);

/* Up to this sequence the engine has all.  On any thread. */
void webhook_journal_done(webhook_journal_t *j, uint64_t sequence);


#endif /* WEBHOOK_JOURNAL_H */
