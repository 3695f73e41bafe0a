
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A step of a migration that looks at all rows of a table.
 */

#ifndef WEBHOOK_STORE_MIGRATE_ROWS_H
#define WEBHOOK_STORE_MIGRATE_ROWS_H

#include "store/lmdb/migrate/webhook_store_migrate_int.h"


/* Looks at a row, and counts in m->changed what it writes: not to the table
   that is walked over. */
typedef int (*webhook_migrate_row_pt)(webhook_migrate_t *m,
    const unsigned char *key, const MDB_val *val);

/* Has each row of a table looked at whose key is as long; others are left to
   those who meet them.  The cursor of the step is the key of the next row. */
int webhook_migrate_rows(webhook_migrate_t *m, webhook_db_e db, size_t key_len,
    webhook_migrate_row_pt row);


#endif /* WEBHOOK_STORE_MIGRATE_ROWS_H */
