
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The tables of a store that is being opened.
 */

#ifndef WEBHOOK_STORE_TABLES_H
#define WEBHOOK_STORE_TABLES_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Opens the tables, and makes those that are not there; sets st->format.
   "made" tells that the files are new. */
int webhook_tables_open(webhook_lmdb_t *st, int made);


#endif /* WEBHOOK_STORE_TABLES_H */
