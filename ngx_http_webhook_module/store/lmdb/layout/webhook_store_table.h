
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The names of the tables.
 */

#ifndef WEBHOOK_STORE_TABLE_H
#define WEBHOOK_STORE_TABLE_H

#include "store/lmdb/layout/webhook_store_row.h"


/* The name of a table. */
const char *webhook_table_name(webhook_db_e db);


#endif /* WEBHOOK_STORE_TABLE_H */
