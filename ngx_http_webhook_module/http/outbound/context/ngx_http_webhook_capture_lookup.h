
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The values that templates and conditions name.
 */

#ifndef NGX_WEBHOOK_CAPTURE_LOOKUP_H
#define NGX_WEBHOOK_CAPTURE_LOOKUP_H

#include "http/outbound/context/ngx_http_webhook_capture_state.h"


/* What the rule's expression captured: WEBHOOK_OK (match->captures is set) or
   WEBHOOK_NOMEM. */
int ngx_webhook_match_captures(ngx_webhook_match_t *match);

/* webhook_lookup_pt; ctx is a match. */
int ngx_webhook_capture_lookup(void *ctx, const webhook_path_t *path,
    webhook_value_t *v);


#endif /* NGX_WEBHOOK_CAPTURE_LOOKUP_H */
