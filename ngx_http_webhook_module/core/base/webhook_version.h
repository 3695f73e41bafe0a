
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The version of all that is built from this tree.
 */

#ifndef WEBHOOK_VERSION_H
#define WEBHOOK_VERSION_H


#define WEBHOOK_VERSION       "0.1.0"
#define WEBHOOK_VERSION_DATE  "2026-11-28"      /* of its documents */


#endif /* WEBHOOK_VERSION_H */
