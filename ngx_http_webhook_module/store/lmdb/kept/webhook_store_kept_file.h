
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The files of journals: "journal." and the id in hexadecimal digits.
 */

#ifndef WEBHOOK_STORE_KEPT_FILE_H
#define WEBHOOK_STORE_KEPT_FILE_H

#include "store/journal/webhook_journal.h"
#include "store/lmdb/handle/webhook_store_handle.h"


/* The path of a journal: 0 or ENAMETOOLONG. */
int webhook_kept_file_path(webhook_lmdb_t *st, const unsigned char *id,
    char *path, size_t size);

/* Opens a journal that nobody has open, locked, and only to read it.  0; EBUSY
   if its process lives; ENOENT, or another errno. */
int webhook_kept_file_open(webhook_lmdb_t *st, const unsigned char *id,
    int *fd);

/* Removes it, so that this lasts; or renames it, to its name with
   ".WHY-TIME-N", of which the log is told. */
int webhook_kept_file_remove(webhook_lmdb_t *st, const unsigned char *id);
int webhook_kept_file_aside(webhook_lmdb_t *st, const unsigned char *id,
    const char *reason);

/* Sets aside those that have no row, if something is in them. */
void webhook_kept_file_foreign(webhook_lmdb_t *st);

/* Sets aside all of a store that another one takes the place of. */
int webhook_kept_file_replaced(webhook_lmdb_t *st);

/* Makes and frees st->kept_seen (webhook_store_kept_stats.c). */
void webhook_kept_seen_make(webhook_lmdb_t *st);
void webhook_kept_seen_free(webhook_lmdb_t *st);


#endif /* WEBHOOK_STORE_KEPT_FILE_H */
