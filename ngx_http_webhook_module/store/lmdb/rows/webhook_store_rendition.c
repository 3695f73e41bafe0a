
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A rendition of an event, as it was kept.
 */

#include "store/lmdb/rows/webhook_store_rendition.h"
#include "store/webhook_store_memory.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_blob.h"

#include <errno.h>


int
webhook_rendition_put(webhook_txn_t *t, const webhook_rendition_t *rendition,
    webhook_rendition_row_t *row)
{
    webhook_str_t  fields;
    unsigned char  buf[WEBHOOK_ROW_RENDITION_MAX];

    fields.data = buf;
    fields.len = webhook_row_write_rendition(buf, rendition);

    row->fields = (uint32_t) fields.len;
    row->body = (uint32_t) rendition->body.len;

    return webhook_blob_put_two(t, &fields, &rendition->body, &row->blob);
}


int
webhook_rendition_read(webhook_txn_t *t, const webhook_rendition_row_t *row,
    void **memory, webhook_rendition_t *rendition)
{
    int             rc;
    MDB_val         val;
    unsigned char  *p;

    /* the texts are views into it */

    p = webhook_memory_bytes(memory, (size_t) row->fields + row->body + 1);
    if (p == NULL) {
        return ENOMEM;
    }

    rc = webhook_blob_get(t, row->blob, p, (size_t) row->fields + row->body);
    if (rc) {
        return rc;
    }

    val.mv_data = p;
    val.mv_size = row->fields;

    rendition->body.data = p + row->fields;
    rendition->body.len = row->body;

    return webhook_row_read_rendition(&val, rendition);
}
