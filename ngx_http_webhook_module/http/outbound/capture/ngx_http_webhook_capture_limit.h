
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * How long a response is held back for its events: to the timeout of
 * webhook_commit.  Until then nothing else ends it: core, which takes held
 * output for a client that does not read, would do so at send_timeout.
 */

#ifndef NGX_WEBHOOK_CAPTURE_LIMIT_H
#define NGX_WEBHOOK_CAPTURE_LIMIT_H

#include "http/outbound/context/ngx_http_webhook_capture_state.h"


/* In COMMIT, with events under way: has the response go out once the store has
   answered, or without them after the timeout of webhook_commit. */
void ngx_webhook_capture_limit(ngx_webhook_capture_t *capture);


#endif /* NGX_WEBHOOK_CAPTURE_LIMIT_H */
