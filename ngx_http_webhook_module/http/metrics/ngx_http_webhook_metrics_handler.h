
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_metrics: all metrics, as Prometheus reads them.  Event loop; where
 * there are many labels the text is written on a thread.
 */

#ifndef NGX_WEBHOOK_METRICS_HANDLER_H
#define NGX_WEBHOOK_METRICS_HANDLER_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


/* The content handler. */
ngx_int_t ngx_webhook_metrics_handler(ngx_http_request_t *r);


#endif /* NGX_WEBHOOK_METRICS_HANDLER_H */
