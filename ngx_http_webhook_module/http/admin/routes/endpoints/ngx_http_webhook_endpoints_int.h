
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Between the routes of endpoints: their handlers.  Event loop.
 */

#ifndef NGX_WEBHOOK_ENDPOINTS_INT_H
#define NGX_WEBHOOK_ENDPOINTS_INT_H

#include "http/admin/routes/common/ngx_http_webhook_scope.h"


/* _confirm.c */
ngx_int_t ngx_webhook_endpoints_approve(ngx_webhook_api_t *api);
ngx_int_t ngx_webhook_endpoints_challenge(ngx_webhook_api_t *api);

/* _test.c */
ngx_int_t ngx_webhook_endpoints_test(ngx_webhook_api_t *api);
ngx_int_t ngx_webhook_endpoints_test_given(ngx_webhook_api_t *api);

/* Answers that there is nothing to sign with. */
ngx_int_t ngx_webhook_endpoints_test_unsigned(ngx_webhook_api_t *api);

/* _trial.c: answers that there are too many tests, for so many ms. */
ngx_int_t ngx_webhook_endpoints_test_late(ngx_webhook_api_t *api,
    ngx_msec_t wait);

/* _preview.c */
ngx_int_t ngx_webhook_endpoints_preview(ngx_webhook_api_t *api);
ngx_int_t ngx_webhook_endpoints_filter_test(ngx_webhook_api_t *api);


#endif /* NGX_WEBHOOK_ENDPOINTS_INT_H */
