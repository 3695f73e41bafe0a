
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Reading a journal back: its records in their order, wherever they are in the
 * file.
 */

#ifndef WEBHOOK_JOURNAL_READ_H
#define WEBHOOK_JOURNAL_READ_H

#include "store/journal/webhook_journal.h"
#include "store/journal/webhook_journal_record.h"


#define WEBHOOK_JOURNAL_FILE_MAX  ((size_t) 256 * 1024 * 1024)


/* A batch that has its sum. */

typedef struct {
    uint64_t                  first;
    uint32_t                  count;
    size_t                    offset;
    size_t                    len;
} webhook_journal_batch_t;


typedef struct {
    unsigned char            *data;         /* the file */
    size_t                    size;
    webhook_journal_batch_t  *batches;      /* by sequence */
    size_t                    count;
    unsigned                  newer:1;      /* some are of a newer version:
                                               it is for that to read it */
    unsigned                  torn:1;       /* a batch that is newer than all
                                               others has not got its sum */

    uint64_t                  sequence;     /* of the last record that was
                                               given */
    webhook_journal_event_t   event;        /* that record */

    size_t                    at;           /* batch */
    size_t                    pos;          /* in the file: the next record; 0:
                                               the batch was not begun */
} webhook_journal_read_t;


typedef enum {
    WEBHOOK_JOURNAL_END = 0,
    WEBHOOK_JOURNAL_EVENT,
    WEBHOOK_JOURNAL_DAMAGED,                /* records that were durable are
                                               missing before the next one, or
                                               the one at r->sequence makes no
                                               sense */
    WEBHOOK_JOURNAL_MEMORY
} webhook_journal_read_e;


/*
 * Reads the file of the journal with this id, from its start, wherever the
 * descriptor stands.  0, or an errno (then there is nothing to be closed):
 * EFBIG over WEBHOOK_JOURNAL_FILE_MAX.  Who writes to it may go on: what is
 * written meanwhile is in it, or is not.
 */
int webhook_journal_read_open(webhook_journal_read_t *r, int fd,
    const unsigned char *id);
void webhook_journal_read_close(webhook_journal_read_t *r);

/* The next record is to be the first one behind this sequence. */
void webhook_journal_read_seek(webhook_journal_read_t *r, uint64_t sequence);

/*
 * Bytes that are taken in the file of the journal with this id by what is behind
 * this sequence, in whole blocks.  Only the heads of batches are looked at: it is
 * for who wants to know, and is less where the file cannot be read.  *heads is
 * raised by how many reads that took, one a block at most.
 */
uint64_t webhook_journal_read_used(int fd, const unsigned char *id,
    uint64_t sequence, uint32_t *heads);

/* The next record: r->sequence, r->event. */
webhook_journal_read_e webhook_journal_read_next(webhook_journal_read_t *r);


#endif /* WEBHOOK_JOURNAL_READ_H */
