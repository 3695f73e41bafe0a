
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The version of all that is built from this tree.
 */

#ifndef WEBHOOK_VERSION_H
#define WEBHOOK_VERSION_H


#define WEBHOOK_VERSION  "0.1.0"


#endif /* WEBHOOK_VERSION_H */
