
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What a fuzzer holds to.
 */

#ifndef FUZZ_CHECK_H
#define FUZZ_CHECK_H

#include <stdio.h>
#include <stdlib.h>


/* Ends the process, which is how a fuzzer learns of a find. */

#define check(ok)                                                             \
    if (!(ok)) {                                                              \
        fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #ok);              \
        abort();                                                              \
    }


#endif /* FUZZ_CHECK_H */
