
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What writing and reading a batch of a journal share.
 */

#ifndef WEBHOOK_JOURNAL_INT_H
#define WEBHOOK_JOURNAL_INT_H

#include <stddef.h>

#include "store/journal/webhook_crc.h"


#define WEBHOOK_JOURNAL_MAGIC   0x574a4231U     /* WJB1 */
#define WEBHOOK_JOURNAL_FORMAT  1
#define WEBHOOK_JOURNAL_SUM     48              /* where the sum is */


/* Writes all of it there: 0, or an errno. */
int webhook_journal_write(int fd, const unsigned char *p, size_t len,
    size_t offset);

/* The sum of a batch of so many bytes, its head among them. */
uint32_t webhook_journal_sum(const webhook_crc_t *crc,
    const unsigned char *batch, size_t len);


#endif /* WEBHOOK_JOURNAL_INT_H */
