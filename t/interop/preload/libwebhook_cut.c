
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * For LD_PRELOAD: kills a program at the Nth write to the store or sync of it.
 * See t/lib/c/killed/store_cut.h.
 */

#define _GNU_SOURCE
#define CUT_LIBRARY

#include "store_cut.h"
