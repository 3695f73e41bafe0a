
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Keys that sign and verify.
 */

#ifndef NGX_WEBHOOK_CONF_KEY_H
#define NGX_WEBHOOK_CONF_KEY_H

#include "http/model/ngx_http_webhook_build.h"


/*
 * Adds a key from such a secret; standard is 1 for a webhook-signature and 0
 * for an HMAC.  what is the directive, for messages.  A weak key is warned of.
 */
char *ngx_webhook_conf_key(ngx_webhook_build_t *b, ngx_str_t *value,
    ngx_uint_t standard, const char *what, ngx_webhook_keys_t *keys);

/* Has the last key end at Unix seconds, "2027-01-31" or
   "2027-01-31T12:00:00Z". */
char *ngx_webhook_conf_key_expires(ngx_webhook_build_t *b, ngx_str_t *value,
    ngx_webhook_keys_t *keys);


#endif /* NGX_WEBHOOK_CONF_KEY_H */
