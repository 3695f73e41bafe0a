
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Large bodies: matches are settled on a thread.  It works on copies of the
 * matches and of what is known of the request, and on bodies in counted
 * memory, so that neither the thread nor what it makes depends on the request,
 * which may be gone before it is done.
 */

#ifndef NGX_WEBHOOK_MATCH_WORK_H
#define NGX_WEBHOOK_MATCH_WORK_H

#include "http/outbound/context/ngx_http_webhook_capture_state.h"


/* NGX_OK where a thread settles the chosen matches; NGX_DECLINED where they
   are to be settled on the event loop. */
ngx_int_t ngx_webhook_match_work_post(ngx_webhook_capture_t *capture);


#endif /* NGX_WEBHOOK_MATCH_WORK_H */
