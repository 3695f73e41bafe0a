
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A request to an endpoint that is no delivery: to try it.  It is made and signed
 * as that of an attempt, and nothing of it is kept; no limit, breaker or queue
 * knows of it.  Event loop.
 */

#ifndef NGX_WEBHOOK_PROBE_H
#define NGX_WEBHOOK_PROBE_H

#include "http/net/client/ngx_http_webhook_client.h"
#include "store/webhook_op_event.h"


typedef struct ngx_webhook_probe_s  ngx_webhook_probe_t;

/*
 * The caller fills in the first part and keeps all of it, and the endpoint,
 * until the handler was called, which happens once, and never from within
 * ngx_webhook_probe_send().
 */

struct ngx_webhook_probe_s {
    ngx_webhook_main_conf_t  *wmcf;
    ngx_webhook_endpoint_t   *endpoint;
    webhook_id_t              wire;         /* that its trace is made of */
    ngx_str_t                 id;           /* webhook-id: "test_..." */
    ngx_str_t                 type;         /* of the event that it is like */
    webhook_rendition_t       rendition;
    size_t                    answer_max;
    ngx_msec_t                longest;      /* in all, if that is less than the
                                               endpoint's time-outs; 0: these */
    ngx_pool_t               *pool;
    ngx_log_t                *log;          /* lasts as long as the probe */
    void                    (*handler)(ngx_webhook_probe_t *probe);
    void                     *data;

    /* What came of it, until the handler returns: status, error, answer ... */
    ngx_webhook_exchange_t   *exchange;
};


/* NGX_OK; NGX_DECLINED where no key to sign with is live; NGX_ERROR on lack of
   memory.  Where it is not NGX_OK the handler is not called. */
ngx_int_t ngx_webhook_probe_send(ngx_webhook_probe_t *probe);

/* 1 if the endpoint took it for a success. */
ngx_uint_t ngx_webhook_probe_succeeded(ngx_webhook_probe_t *probe);


#endif /* NGX_WEBHOOK_PROBE_H */
