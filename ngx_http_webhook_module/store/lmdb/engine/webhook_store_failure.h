
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What an operation comes to where LMDB or the system failed.
 */

#ifndef WEBHOOK_STORE_FAILURE_H
#define WEBHOOK_STORE_FAILURE_H

#include "store/webhook_store_result.h"


/* rc is 0, an MDB_ code, or an errno. */
webhook_store_result_e webhook_failure_result(int rc);


#endif /* WEBHOOK_STORE_FAILURE_H */
