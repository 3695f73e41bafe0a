
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/net/auth/ngx_http_webhook_auth.h"
#include "http/outbound/attempt/ngx_http_webhook_attempt_int.h"
#include "http/outbound/attempt/ngx_http_webhook_probe.h"


static void ngx_webhook_probe_done(ngx_webhook_exchange_t *x);


ngx_int_t
ngx_webhook_probe_send(ngx_webhook_probe_t *probe)
{
    ngx_int_t               rc;
    ngx_webhook_attempt_t  *attempt;
    ngx_webhook_endpoint_t *ep;
    ngx_webhook_exchange_t *x;

    ep = probe->endpoint;

    attempt = ngx_pcalloc(probe->pool, sizeof(ngx_webhook_attempt_t));
    if (attempt == NULL) {
        return NGX_ERROR;
    }

    attempt->endpoint = ep;
    attempt->id = probe->id;
    attempt->lease.event.wire = probe->wire;
    attempt->lease.event.type = *ngx_webhook_str(&probe->type);
    attempt->lease.event.rendition = probe->rendition;
    attempt->lease.number = 1;
    attempt->lease.attempt = 1;

    rc = ngx_webhook_attempt_head(attempt, ep, &probe->wmcf->event_header,
                                  probe->log);
    if (rc != NGX_OK) {
        return rc;
    }

    x = &attempt->exchange;

    x->peer = ep->peer;
    x->timeout = ep->timeout;

    if (probe->longest) {
        x->timeout.connect = ngx_min(x->timeout.connect, probe->longest);
        x->timeout.send = ngx_min(x->timeout.send, probe->longest);
        x->timeout.read = ngx_min(x->timeout.read, probe->longest);
        x->timeout.total = x->timeout.total
                           ? ngx_min(x->timeout.total, probe->longest)
                           : probe->longest;
    }

    x->body = *ngx_webhook_nstr(&probe->rendition.body);
    x->answer_max = ep->redacts ? 0 : probe->answer_max;
    x->handler = ngx_webhook_probe_done;
    x->data = probe;
    x->log = probe->log;

    probe->exchange = x;

    ngx_webhook_auth_send(&ep->auth, x);

    return NGX_OK;
}


static void
ngx_webhook_probe_done(ngx_webhook_exchange_t *x)
{
    ngx_webhook_probe_t    *probe;
    ngx_webhook_attempt_t  *attempt;

    probe = x->data;

    attempt = (ngx_webhook_attempt_t *)
                  ((u_char *) x - offsetof(ngx_webhook_attempt_t, exchange));

    ngx_webhook_attempt_head_free(attempt);

    probe->handler(probe);
}


ngx_uint_t
ngx_webhook_probe_succeeded(ngx_webhook_probe_t *probe)
{
    return probe->exchange->fault == NGX_WEBHOOK_FAULT_NONE
           && webhook_status_set_has(&probe->endpoint->success,
                                     probe->exchange->status);
}
