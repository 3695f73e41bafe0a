
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the operations share.
 */

#ifndef WEBHOOK_STORE_OPS_INT_H
#define WEBHOOK_STORE_OPS_INT_H


#define WEBHOOK_STORE_ROWS  10000       /* looked at in a LIST */


#endif /* WEBHOOK_STORE_OPS_INT_H */
