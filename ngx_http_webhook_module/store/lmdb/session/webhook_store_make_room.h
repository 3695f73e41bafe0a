
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Room for what was refused.
 */

#ifndef WEBHOOK_STORE_MAKE_ROOM_H
#define WEBHOOK_STORE_MAKE_ROOM_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Makes room for so many bytes, or for as many of them as there can be; the
   least is worth having.  Takes as many transactions as that needs. */
void webhook_make_room(webhook_lmdb_t *st, uint64_t bytes, uint64_t least);


#endif /* WEBHOOK_STORE_MAKE_ROOM_H */
