
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
    webhook_pack_list_t  *list;

    list = webhook_pack_note_list(pack, db);

    /* what there is no place for is found when everything is looked at */

    if (list == NULL || list->count == WEBHOOK_PACK_PLACES) {
        return;
    }

    memset(list->places[list->count], 0, WEBHOOK_PACK_PLACE);
    memcpy(list->places[list->count], key, len);

    list->count++;
    list->sorted = 0;
}


webhook_pack_list_t *
webhook_pack_note_list(webhook_pack_t *pack, webhook_db_e db)
{
    unsigned  i;

    for (i = 0; i < WEBHOOK_PACK_TABLES; i++) {
        if (webhook_pack_note_tables[i] == db) {
            return &pack->lists[i];
        }
    }

    return NULL;
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
