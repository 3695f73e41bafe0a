
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Whose event it is.
 */

#ifndef NGX_WEBHOOK_CAPTURE_COMPANY_H
#define NGX_WEBHOOK_CAPTURE_COMPANY_H

#include "http/outbound/context/ngx_http_webhook_capture_state.h"


/*
 * The company of a match whose bodies are known, in the capture's pool; empty
 * where it has none, or where what is found can be no company, which is logged:
 * such an event is nobody's.  It is looked for once, and kept.  NGX_OK, or
 * NGX_ERROR on lack of memory.
 */
ngx_int_t ngx_webhook_capture_company(ngx_webhook_match_t *match,
    ngx_str_t *company);


#endif /* NGX_WEBHOOK_CAPTURE_COMPANY_H */
