
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is not needed any more in a journal is overwritten, so that it cannot be
 * read in the file either.
 */

#ifndef WEBHOOK_JOURNAL_CLEAN_H
#define WEBHOOK_JOURNAL_CLEAN_H

#include "store/journal/webhook_journal.h"


/*
 * Overwrites with zeroes all that was appended, and that the engine has, since
 * that was done last, and syncs.  Runs beside appends, which wait for a few
 * blocks at most.  path is that of the file.  0, or an errno: it may be there
 * yet, and is overwritten the next time.
 */
int webhook_journal_clean(webhook_journal_t *j, const char *path);


#endif /* WEBHOOK_JOURNAL_CLEAN_H */
