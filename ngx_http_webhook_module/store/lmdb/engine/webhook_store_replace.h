
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Another file in place of a store's.
 */

#ifndef WEBHOOK_STORE_REPLACE_H
#define WEBHOOK_STORE_REPLACE_H

#include "store/webhook_store.h"


/* webhook_store_replace(). */
webhook_store_result_e webhook_replace_store(
    const webhook_store_options_t *options, const char *file, char was[80]);


#endif /* WEBHOOK_STORE_REPLACE_H */
