
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Was a call signed by who it says?
 */

#ifndef NGX_WEBHOOK_VERIFY_H
#define NGX_WEBHOOK_VERIFY_H

#include "http/inbound/call/ngx_http_webhook_call.h"


/* Step: verifies the bytes of the body as they came.  Any thread. */
ngx_int_t ngx_webhook_verify(ngx_webhook_call_t *call);

/* Finds a header of the request that data is, by its name in any case, as
   webhook_verify_call_t asks for it.  Any thread. */
int ngx_webhook_verify_header(void *data, const webhook_str_t *name,
    webhook_str_t *value);


#endif /* NGX_WEBHOOK_VERIFY_H */
