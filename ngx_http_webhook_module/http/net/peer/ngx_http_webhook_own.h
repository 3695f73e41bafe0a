
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The addresses of this host.
 */

#ifndef NGX_WEBHOOK_OWN_H
#define NGX_WEBHOOK_OWN_H

#include "http/model/ngx_http_webhook.h"


/*
 * 1 if an address is one of this host's interfaces, or one that this nginx
 * listens on; also where that cannot be found out, which is logged.  An address
 * that the host is given is known within seconds.  For webhook_address_rules_t;
 * event loop and load.
 */
int ngx_webhook_own_address(const webhook_address_t *a);


#endif /* NGX_WEBHOOK_OWN_H */
