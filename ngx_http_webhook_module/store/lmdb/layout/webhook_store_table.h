
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The names of the tables, and the order of their keys.
 */

#ifndef WEBHOOK_STORE_TABLE_H
#define WEBHOOK_STORE_TABLE_H

#include "store/lmdb/layout/webhook_store_row.h"


/* The name of a table. */
const char *webhook_table_name(webhook_db_e db);

/*
 * How two keys of any table stand to each other: less than, equal to or greater
 * than 0.  That is LMDB's own order, byte by byte and the shorter one first, so
 * that others can read the tables without this function; but eight bytes at a
 * time, since a row is found by a dozen comparisons.
 */
int webhook_table_compare(const MDB_val *a, const MDB_val *b);


#endif /* WEBHOOK_STORE_TABLE_H */
