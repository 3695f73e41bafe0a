
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Presets: other senders.
 */

#include "vector.h"

#include <openssl/err.h>


static const vector_t  vectors[] = {

    { .preset = NULL }
};


int
main(void)
{
    unsigned  i;

    for (i = 0; vectors[i].preset; i++) {
        vector_check(&vectors[i]);
    }

    tap_ok(ERR_peek_error() == 0, "OpenSSL's queue of errors is empty");

    return tap_done();
}
