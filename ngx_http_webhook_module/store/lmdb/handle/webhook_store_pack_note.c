
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Where rows were removed, so that pages may have become thin.
 */

#include "store/lmdb/handle/webhook_store_pack_note.h"
#include "store/lmdb/layout/webhook_store_row.h"


const webhook_db_e  webhook_pack_note_tables[WEBHOOK_PACK_TABLES] = {
    WEBHOOK_DB_BODIES,
    WEBHOOK_DB_DELIVERIES,
    WEBHOOK_DB_ATTEMPTS
};


void
webhook_pack_note(webhook_pack_t *pack, webhook_db_e db, const void *key,
    size_t len)
{
    unsigned              i;
    webhook_pack_list_t  *list;

    for (i = 0; i < WEBHOOK_PACK_TABLES; i++) {

        if (webhook_pack_note_tables[i] != db) {
            continue;
        }

        list = &pack->lists[i];

        if (list->count == WEBHOOK_PACK_PLACES) {

            /* it is found when everything is looked at */

            return;
        }

        memset(list->places[list->count], 0, WEBHOOK_PACK_PLACE);
        memcpy(list->places[list->count], key, len);

        list->count++;
        list->sorted = 0;
    }
}


int
webhook_pack_note_behind(const webhook_pack_t *pack)
{
    unsigned  i;

    for (i = 0; i < WEBHOOK_PACK_TABLES; i++) {
        if (pack->lists[i].count > WEBHOOK_PACK_PLACES / 4 * 3) {
            return 1;
        }
    }

    return 0;
}
