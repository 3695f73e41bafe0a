
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The engine on LMDB, and what it alone can be told.  A store is a directory,
 * which exists, on a file system of the machine's own: network file systems
 * are refused, and files of another version of LMDB.  In it: data.mdb,
 * lock.mdb, owners, journal.ID; data.mdb.damaged-TIME, data.mdb.replaced-TIME
 * and the like of journals are what was set aside.  All are made 0600.
 * Opened readonly, the path may also be that of a file, which nobody has open.
 */

#ifndef WEBHOOK_LMDB_H
#define WEBHOOK_LMDB_H

#include "store/webhook_store_engine.h"


/* options.own: NULL is as all zeroes. */

typedef struct {
    unsigned  copy:1;           /* admin, of a copy that nobody else opens: it
                                   is brought to today's format, and knows no
                                   journals any more */
    uint32_t  migrate;          /* things that a migration changes in one
                                   transaction; 0: 1024 */
} webhook_lmdb_options_t;


extern const webhook_engine_t  webhook_lmdb;


#endif /* WEBHOOK_LMDB_H */
