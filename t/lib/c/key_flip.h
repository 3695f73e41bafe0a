
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A key that differs from another in one bit, as if it had been read so.
 */

#ifndef KEY_FLIP_H
#define KEY_FLIP_H

#include "core/signature/webhook_key.h"


static void
key_flip(webhook_key_t *key, size_t at, unsigned bit)
{
    key->bytes[at] ^= 1 << bit;

    if (key->prepared) {
        webhook_hmac_prepare(&key->hmac, key->bytes, key->len);
    }
}


#endif /* KEY_FLIP_H */
