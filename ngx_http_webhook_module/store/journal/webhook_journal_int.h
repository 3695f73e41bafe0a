
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What writing and reading a journal share.
 */

#ifndef WEBHOOK_JOURNAL_INT_H
#define WEBHOOK_JOURNAL_INT_H

#include <stddef.h>

#include "store/journal/webhook_crc.h"


#define WEBHOOK_JOURNAL_MAGIC   0x574a4231U     /* WJB1 */
#define WEBHOOK_JOURNAL_FORMAT  1
#define WEBHOOK_JOURNAL_SUM     48              /* where the sum is */
#define WEBHOOK_JOURNAL_ALIGN   4096            /* of memory that is written: a
                                                   block */


/* Makes the file, locked: 0, or an errno as of webhook_journal_create(). */
int webhook_journal_file(const char *path, int *fd);

/* Fills it with zeroes and syncs it: 0, or an errno. */
int webhook_journal_fill(int fd, size_t size);

/*
 * From here on what is written goes past the cache of the kernel, in whole blocks,
 * if the file system has that (*direct).  Of a file with one block of zeroes at
 * least.  0, or an errno where a write failed.
 */
int webhook_journal_direct(int fd, int *direct);

/* Writes all of it there: 0, or an errno. */
int webhook_journal_write(int fd, const unsigned char *p, size_t len,
    size_t offset);

/* The sum of a batch of so many bytes, its head among them. */
uint32_t webhook_journal_sum(const webhook_crc_t *crc,
    const unsigned char *batch, size_t len);


#endif /* WEBHOOK_JOURNAL_INT_H */
