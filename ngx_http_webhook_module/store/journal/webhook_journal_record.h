
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * An event as a record of a journal.  A record has what PUT_EVENT takes, but
 * for what depends on what others do: orders by key, repeats that are known,
 * what may be refused, events out of another store.  Such an event cannot be in
 * a journal.  Leases are not in it either, for they end with the process.
 */

#ifndef WEBHOOK_JOURNAL_RECORD_H
#define WEBHOOK_JOURNAL_RECORD_H

#include "store/webhook_store.h"


/* An event that was read. */

typedef struct {
    webhook_op_put_event_t  put;            /* texts are views into the
                                               record */
    webhook_rendition_t     renditions[WEBHOOK_RENDITIONS_MAX];
    webhook_put_t          *deliveries;     /* allocated */
    uint32_t                room;           /* of these */
} webhook_journal_event_t;


/* 1 if it can be in a journal. */
int webhook_journal_record_takes(const webhook_op_put_event_t *p);

/* Writes it; the bytes it took, or 0 where size is too little. */
size_t webhook_journal_record_write(unsigned char *buf, size_t size,
    const webhook_op_put_event_t *p);

/*
 * Reads one into e, which was zeroed before the first one, and is freed by
 * webhook_journal_record_free().  0, EBADMSG for what is no record, or ENOMEM.
 */
int webhook_journal_record_read(const unsigned char *data, size_t len,
    webhook_journal_event_t *e);

void webhook_journal_record_free(webhook_journal_event_t *e);


#endif /* WEBHOOK_JOURNAL_RECORD_H */
