
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is not needed any more in a journal is overwritten, so that it cannot be
 * read in the file either.
 */

#ifndef WEBHOOK_JOURNAL_CLEAN_H
#define WEBHOOK_JOURNAL_CLEAN_H

#include "store/journal/webhook_journal.h"


/* How far it has come: zeroes before it begins. */

typedef struct {
    size_t            next;                 /* block */
    unsigned          left:1;               /* something had to be left there */
} webhook_journal_clean_t;


/*
 * Overwrites with zeroes what was appended, and that the engine has, since that
 * was done last, and syncs: 512 kB in a call.  Runs beside appends, which wait
 * for one write of 128 kB at most.  path is that of the file; upto, the sequence
 * up to which the engine has all, counts when it begins.  Returns
 *
 *     0            nothing is left of what stood there up to that sequence;
 *     EINPROGRESS  it is to be called again, with the same c;
 *     EAGAIN       it came to its end, but something is left: where a batch was
 *                  being appended, or in a batch whose other records the engine
 *                  does not have yet;
 *     an errno     it failed, and something may be left.
 *
 * But for EINPROGRESS it begins anew the next time.
 */
int webhook_journal_clean(webhook_journal_t *j, const char *path,
    uint64_t upto, webhook_journal_clean_t *c);


#endif /* WEBHOOK_JOURNAL_CLEAN_H */
