
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The engines that are built in, by their names.  An engine of another library
 * is set in webhook_store_options_t by who loaded it, and need not be here.
 */

#ifndef WEBHOOK_ENGINES_H
#define WEBHOOK_ENGINES_H

#include "store/webhook_store.h"


/* The engine of a name, or NULL; without a name the one that is taken where
   none is named. */
const webhook_engine_t *webhook_engines_find(const char *name);


#endif /* WEBHOOK_ENGINES_H */
