
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The directory of a store.
 */

#ifndef WEBHOOK_STORE_DIR_H
#define WEBHOOK_STORE_DIR_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* The path of a file of the store; 0 or ENAMETOOLONG. */
int webhook_dir_path(webhook_lmdb_t *st, const char *name,
    const char *suffix, char *path, size_t size);

/* Refuses a network file system: locks and shared mappings do not work there,
   or not for sure.  With the log's words; 0 or an errno. */
int webhook_dir_filesystem(webhook_lmdb_t *st);

/* Sees whether others have files open that this process has not opened: sets
   st->others. */
int webhook_dir_in_use(webhook_lmdb_t *st);

/* Renames the files: to data.mdb.WHY-TIME-N, of which suffix gets what is
   behind "mdb". */
int webhook_dir_rename(webhook_lmdb_t *st, const char *reason,
    char suffix[64]);

/* Puts another file in place of data.mdb, if there is one, which keeps its
   other name: as with webhook_dir_rename(), or empty.  There is one or the other
   at any time, but where a file system can neither link files nor exchange them.
   0, or an errno, and then nothing was changed.  That it lasts is for the caller
   to see to. */
int webhook_dir_swap(webhook_lmdb_t *st, const char *file, const char *reason,
    char suffix[64]);

/* Makes a change of the directory last: 0 or an errno. */
int webhook_dir_sync(webhook_lmdb_t *st);


#endif /* WEBHOOK_STORE_DIR_H */
