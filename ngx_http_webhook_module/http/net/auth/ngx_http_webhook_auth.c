
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/net/auth/ngx_http_webhook_auth.h"
#include "http/net/auth/ngx_http_webhook_oauth2.h"


/*
 * An exchange under our care.  Its handler and data are ours meanwhile, its
 * head too once it is sent.
 */

typedef struct {
    void                       *dummy[3];
    ngx_int_t                   ident;      /* event ident is behind 3
                                               pointers */
    ngx_webhook_oauth2_wait_t   wait;
    ngx_event_t                 event;      /* the time is over; posted: the
                                               end is to be told */
    ngx_webhook_auth_t         *auth;
    ngx_webhook_exchange_t     *exchange;
    ngx_uint_t                  generation;     /* of the token in use */
    ngx_msec_t                  begun;

    /* the caller's */

    ngx_webhook_exchange_pt     handler;
    void                       *data;
    ngx_str_t                   head;
    ngx_msec_t                  total;

    u_char                      text[NGX_WEBHOOK_OAUTH2_ERROR];

    unsigned                    waiting:1;
    unsigned                    retried:1;
    unsigned                    sent:1;     /* the head is ours */
} ngx_webhook_carrier_t;


static void ngx_webhook_auth_begin(ngx_webhook_carrier_t *cr);
static void ngx_webhook_auth_token(ngx_webhook_oauth2_wait_t *wait,
    ngx_int_t rc);
static void ngx_webhook_auth_go(ngx_webhook_carrier_t *cr, const char *scheme,
    ngx_str_t *value);
static void ngx_webhook_auth_done(ngx_webhook_exchange_t *x);
static ngx_int_t ngx_webhook_auth_again(ngx_webhook_carrier_t *cr);
static void ngx_webhook_auth_event_handler(ngx_event_t *ev);
static void ngx_webhook_auth_fail(ngx_webhook_carrier_t *cr,
    ngx_webhook_fault_e fault, ngx_str_t *error);
static ngx_msec_int_t ngx_webhook_auth_left(ngx_webhook_carrier_t *cr);
static void ngx_webhook_auth_unhead(ngx_webhook_carrier_t *cr);
static void ngx_webhook_auth_restore(ngx_webhook_carrier_t *cr);
static void ngx_webhook_auth_finish(ngx_webhook_carrier_t *cr);


ngx_int_t
ngx_webhook_auth_init(ngx_webhook_build_t *b, ngx_webhook_endpoint_t *ep)
{
    if (ep->auth.kind != NGX_WEBHOOK_AUTH_OAUTH2) {
        return NGX_OK;
    }

    ep->auth.oauth2 = ngx_webhook_oauth2_create(b, ep);

    return ep->auth.oauth2 ? NGX_OK : NGX_ERROR;
}


void
ngx_webhook_auth_send(ngx_webhook_auth_t *auth, ngx_webhook_exchange_t *x)
{
    ngx_webhook_carrier_t  *cr;

    if (auth->kind == NGX_WEBHOOK_AUTH_NONE) {
        ngx_webhook_client_send(x);
        return;
    }

    cr = ngx_calloc(sizeof(ngx_webhook_carrier_t), x->log);
    if (cr == NULL) {
        ngx_webhook_client_starve(x);
        return;
    }

    cr->ident = -1;
    cr->wait.handler = ngx_webhook_auth_token;
    cr->event.handler = ngx_webhook_auth_event_handler;
    cr->event.data = cr;
    cr->event.log = x->log;
    cr->auth = auth;
    cr->exchange = x;
    cr->begun = ngx_current_msec;

    cr->handler = x->handler;
    cr->data = x->data;
    cr->head = x->head;
    cr->total = x->timeout.total;

    x->handler = ngx_webhook_auth_done;
    x->data = cr;

    if (auth->kind == NGX_WEBHOOK_AUTH_OAUTH2) {
        ngx_webhook_auth_begin(cr);

    } else {
        ngx_webhook_auth_go(cr, "", &auth->value);
    }
}


void
ngx_webhook_auth_forget(ngx_webhook_auth_t *auth)
{
    if (auth->oauth2) {
        ngx_webhook_oauth2_forget(auth->oauth2);
    }
}


void
ngx_webhook_auth_cancel(ngx_webhook_exchange_t *x)
{
    ngx_webhook_carrier_t  *cr;

    if (x->handler != ngx_webhook_auth_done) {
        ngx_webhook_client_cancel(x);
        return;
    }

    cr = x->data;

    if (cr->waiting) {
        ngx_queue_remove(&cr->wait.queue);
    }

    if (cr->sent) {
        ngx_webhook_client_cancel(x);
    }

    ngx_webhook_auth_restore(cr);

    ngx_str_null(&x->error);
    ngx_str_null(&x->address);
    ngx_str_null(&x->answer);

    ngx_free(cr);
}


static void
ngx_webhook_auth_begin(ngx_webhook_carrier_t *cr)
{
    ngx_webhook_oauth2_t    *oauth2;
    ngx_webhook_exchange_t  *x;

    x = cr->exchange;
    oauth2 = cr->auth->oauth2;

    /* others may wait for the same token, and for longer */

    x->timeout.total = cr->total;

    switch (ngx_webhook_oauth2_token(oauth2, &x->timeout, x->log)) {

    case NGX_OK:
        cr->generation = oauth2->generation;
        ngx_webhook_auth_go(cr, "Bearer ", &oauth2->access_token);
        return;

    case NGX_AGAIN:
        cr->waiting = 1;
        ngx_webhook_oauth2_wait(oauth2, &cr->wait);
        ngx_add_timer(&cr->event,
                      (ngx_msec_t) ngx_max(ngx_webhook_auth_left(cr), 1));
        return;

    default:
        ngx_webhook_auth_fail(cr, oauth2->fault, &oauth2->error);
    }
}


static void
ngx_webhook_auth_token(ngx_webhook_oauth2_wait_t *wait, ngx_int_t rc)
{
    ngx_webhook_oauth2_t   *oauth2;
    ngx_webhook_carrier_t  *cr;

    cr = (ngx_webhook_carrier_t *)
                ((u_char *) wait - offsetof(ngx_webhook_carrier_t, wait));

    oauth2 = cr->auth->oauth2;

    cr->waiting = 0;

    if (cr->event.timer_set) {
        ngx_del_timer(&cr->event);
    }

    if (rc == NGX_OK) {
        ngx_webhook_auth_begin(cr);

    } else {
        ngx_webhook_auth_fail(cr, oauth2->fault, &oauth2->error);
    }
}


/* Sends the request with the header. */

static void
ngx_webhook_auth_go(ngx_webhook_carrier_t *cr, const char *scheme,
    ngx_str_t *value)
{
    u_char                  *p;
    size_t                   len;
    ngx_str_t                error;
    ngx_webhook_exchange_t  *x;

    x = cr->exchange;

    len = sizeof("Authorization: " CRLF) - 1 + ngx_strlen(scheme) + value->len
          + cr->head.len;

    p = ngx_alloc(len, x->log);
    if (p == NULL) {
        ngx_str_set(&error, "no memory");
        ngx_webhook_auth_fail(cr, NGX_WEBHOOK_FAULT_LOCAL, &error);
        return;
    }

    x->head.data = p;

    p = ngx_cpymem(p, cr->head.data, cr->head.len - (sizeof(CRLF) - 1));
    p = ngx_cpymem(p, "Authorization: ", sizeof("Authorization: ") - 1);
    p = ngx_cpymem(p, scheme, ngx_strlen(scheme));
    p = ngx_cpymem(p, value->data, value->len);
    p = ngx_cpymem(p, CRLF CRLF, sizeof(CRLF CRLF) - 1);

    x->head.len = p - x->head.data;

    cr->sent = 1;

    x->timeout.total = (ngx_msec_t) ngx_max(ngx_webhook_auth_left(cr), 1);

    ngx_webhook_client_send(x);
}


static void
ngx_webhook_auth_done(ngx_webhook_exchange_t *x)
{
    ngx_webhook_carrier_t  *cr;

    cr = x->data;

    ngx_webhook_auth_unhead(cr);

    if (cr->auth->kind == NGX_WEBHOOK_AUTH_OAUTH2
        && x->fault == NGX_WEBHOOK_FAULT_NONE)
    {
        if (x->status != 401) {
            ngx_webhook_oauth2_taken(cr->auth->oauth2, cr->generation);

        } else if (ngx_webhook_auth_again(cr) == NGX_OK) {
            return;
        }
    }

    ngx_webhook_auth_finish(cr);
}


/* NGX_OK if another token is tried. */

static ngx_int_t
ngx_webhook_auth_again(ngx_webhook_carrier_t *cr)
{
    if (cr->retried || ngx_webhook_auth_left(cr) <= 0
        || ngx_webhook_oauth2_refused(cr->auth->oauth2, cr->generation)
           != NGX_OK)
    {
        return NGX_DECLINED;
    }

    cr->retried = 1;

    ngx_webhook_auth_begin(cr);

    return NGX_OK;
}


static void
ngx_webhook_auth_event_handler(ngx_event_t *ev)
{
    u_char                 *p;
    ngx_str_t               error;
    ngx_webhook_carrier_t  *cr;

    cr = ev->data;

    if (!ev->timedout) {
        ngx_webhook_auth_finish(cr);
        return;
    }

    ev->timedout = 0;

    cr->waiting = 0;
    ngx_queue_remove(&cr->wait.queue);

    p = ngx_snprintf(cr->text, sizeof(cr->text), "timed out after %M ms in "
                     "total while waiting for a token", cr->total);

    error.data = cr->text;
    error.len = p - cr->text;

    ngx_webhook_auth_fail(cr, NGX_WEBHOOK_FAULT_TIMEOUT, &error);
}


/* Ends the exchange without having sent it; this is told a moment later. */

static void
ngx_webhook_auth_fail(ngx_webhook_carrier_t *cr, ngx_webhook_fault_e fault,
    ngx_str_t *error)
{
    ngx_webhook_exchange_t  *x;

    x = cr->exchange;

    /* another request for a token may fail in other words meanwhile */

    x->error.len = ngx_min(error->len, sizeof(cr->text));
    x->error.data = cr->text;
    ngx_memmove(cr->text, error->data, x->error.len);

    x->fault = fault;
    x->status = 0;
    x->retry_after = -1;
    ngx_str_null(&x->address);
    ngx_str_null(&x->answer);
    x->connect_usec = 0;
    x->tls_usec = 0;
    x->first_byte_usec = 0;

    ngx_post_event(&cr->event, &ngx_posted_events);
}


/* Milliseconds. */

static ngx_msec_int_t
ngx_webhook_auth_left(ngx_webhook_carrier_t *cr)
{
    return (ngx_msec_int_t) (cr->begun + cr->total - ngx_current_msec);
}


/* The head that was sent goes, with what it showed. */

static void
ngx_webhook_auth_unhead(ngx_webhook_carrier_t *cr)
{
    ngx_webhook_exchange_t  *x;

    if (!cr->sent) {
        return;
    }

    cr->sent = 0;

    x = cr->exchange;

    ngx_explicit_memzero(x->head.data, x->head.len);
    ngx_free(x->head.data);

    x->head = cr->head;
}


/* The exchange is the caller's again. */

static void
ngx_webhook_auth_restore(ngx_webhook_carrier_t *cr)
{
    ngx_webhook_exchange_t  *x;

    if (cr->event.timer_set) {
        ngx_del_timer(&cr->event);
    }

    if (cr->event.posted) {
        ngx_delete_posted_event(&cr->event);
    }

    ngx_webhook_auth_unhead(cr);

    x = cr->exchange;

    x->handler = cr->handler;
    x->data = cr->data;
    x->timeout.total = cr->total;
}


static void
ngx_webhook_auth_finish(ngx_webhook_carrier_t *cr)
{
    uint64_t                 usec;
    ngx_webhook_exchange_t  *x;

    x = cr->exchange;

    ngx_webhook_auth_restore(cr);

    /* what the client knows of is the last request alone */

    usec = (uint64_t) (ngx_current_msec - cr->begun) * 1000;

    if (usec > x->total_usec) {
        x->total_usec = (uint32_t) ngx_min(usec,
                                           (uint64_t) NGX_MAX_UINT32_VALUE);
    }

    x->handler(x);

    ngx_free(cr);
}
