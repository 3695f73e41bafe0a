
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What a thread sees in the place of the request: copies of the matches and of
 * what is known of it.
 */

#ifndef NGX_WEBHOOK_MATCH_VIEW_H
#define NGX_WEBHOOK_MATCH_VIEW_H

#include "http/outbound/context/ngx_http_webhook_capture_taken.h"


/* Makes the view of the chosen matches, and counts them in settle->n: NGX_OK,
   or NGX_ERROR with no memory. */
ngx_int_t ngx_webhook_match_view(ngx_webhook_settle_t *settle,
    ngx_webhook_capture_t *capture);


#endif /* NGX_WEBHOOK_MATCH_VIEW_H */
