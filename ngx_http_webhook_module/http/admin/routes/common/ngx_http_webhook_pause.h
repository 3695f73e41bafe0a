
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * POST {id}/pause and resume of an endpoint or a receiver.  Event loop.
 */

#ifndef NGX_WEBHOOK_PAUSE_H
#define NGX_WEBHOOK_PAUSE_H

#include "http/admin/routes/common/ngx_http_webhook_scope.h"


/*
 * Pauses what the path names, or resumes it, and answers it as it is then: the
 * whole of a handler.  A receiver that is paused goes on storing calls, whose
 * actions wait; one that is not durable is a 409.
 */
ngx_int_t ngx_webhook_pause(ngx_webhook_api_t *api, webhook_object_e kind,
    ngx_uint_t resume);


#endif /* NGX_WEBHOOK_PAUSE_H */
