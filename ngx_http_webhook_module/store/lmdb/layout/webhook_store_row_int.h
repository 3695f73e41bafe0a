
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What records have in common.
 */

#ifndef WEBHOOK_STORE_ROW_INT_H
#define WEBHOOK_STORE_ROW_INT_H

#include "core/base/webhook_codec.h"


/* Writes a text that is kept in part: its first bytes. */
void webhook_row_text(webhook_codec_out_t *out, const webhook_str_t *text,
    size_t max);

/* 0 if a record was read to its end, or MDB_CORRUPTED. */
int webhook_row_end(const webhook_codec_in_t *in);


#endif /* WEBHOOK_STORE_ROW_INT_H */
