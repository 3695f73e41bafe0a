
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/net/auth/ngx_http_webhook_oauth2_int.h"
#include "http/runtime/ngx_http_webhook_metrics.h"
#include "http/runtime/ngx_http_webhook_secret.h"
#include "http/net/peer/ngx_http_webhook_peer.h"


#define NGX_WEBHOOK_OAUTH2_ANSWER  16384        /* bytes of an answer */
#define NGX_WEBHOOK_OAUTH2_PAUSE   1000         /* ms after a failure */
#define NGX_WEBHOOK_OAUTH2_DOUBT   10000        /* ms between refused tokens */


static ngx_int_t ngx_webhook_oauth2_request(ngx_webhook_build_t *b,
    ngx_webhook_oauth2_t *oauth2, ngx_webhook_auth_t *auth, ngx_str_t *uri);
static ngx_int_t ngx_webhook_oauth2_body(ngx_webhook_build_t *b,
    ngx_webhook_oauth2_t *oauth2, ngx_webhook_auth_t *auth);
static u_char *ngx_webhook_oauth2_escape(u_char *p, ngx_str_t *text);
static void ngx_webhook_oauth2_done(ngx_webhook_exchange_t *x);


ngx_webhook_oauth2_t *
ngx_webhook_oauth2_create(ngx_webhook_build_t *b, ngx_webhook_endpoint_t *ep)
{
    ngx_str_t              uri;
    ngx_webhook_tls_t      tls;
    ngx_webhook_auth_t    *auth;
    ngx_webhook_oauth2_t  *oauth2;

    auth = &ep->auth;

    oauth2 = ngx_pcalloc(b->pool, sizeof(ngx_webhook_oauth2_t));
    if (oauth2 == NULL) {
        return NULL;
    }

    ngx_memzero(&tls, sizeof(ngx_webhook_tls_t));

    tls.verify = 1;
    tls.ca = auth->ca;

    oauth2->peer = ngx_webhook_peer_create(b, &auth->token_url, &tls,
                                           &auth->source_pos, &uri);
    if (oauth2->peer == NULL) {
        return NULL;
    }

    /* as of the endpoint: that of a receiver's API is the operator's own */

    ngx_webhook_peer_egress(oauth2->peer, ep->internal ? NULL : &ep->address,
                            &ep->proxy);

    if (ngx_webhook_peer_init(b, &oauth2->peer) != NGX_OK) {
        return NULL;
    }

    if (!oauth2->peer->secure && !oauth2->peer->literal) {
        ngx_webhook_build_at(NGX_LOG_WARN, b, &auth->source_pos,
                             "the client secret goes to \"%V\" without "
                             "TLS",
                             ngx_webhook_peer_host(oauth2->peer));
    }

    oauth2->access_token.data = ngx_webhook_secret_alloc(b,
                                                NGX_WEBHOOK_OAUTH2_TOKEN);
    if (oauth2->access_token.data == NULL) {
        return NULL;
    }

    if (ngx_webhook_oauth2_body(b, oauth2, auth) != NGX_OK
        || ngx_webhook_oauth2_request(b, oauth2, auth, &uri) != NGX_OK)
    {
        return NULL;
    }

    return oauth2;
}


/*
 * The client shows its secret by HTTP Basic, which every server has to take;
 * name and secret are encoded first, as the standard asks for.
 */

static ngx_int_t
ngx_webhook_oauth2_request(ngx_webhook_build_t *b,
    ngx_webhook_oauth2_t *oauth2, ngx_webhook_auth_t *auth, ngx_str_t *uri)
{
    u_char     *p;
    size_t      len;
    ngx_str_t  *host, plain, coded;

    host = ngx_webhook_peer_host(oauth2->peer);

    len = 3 * (auth->client_id.len + auth->client_secret.len) + 1;

    plain.data = ngx_webhook_secret_alloc(b, len);
    if (plain.data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_webhook_oauth2_escape(plain.data, &auth->client_id);
    *p++ = ':';
    p = ngx_webhook_oauth2_escape(p, &auth->client_secret);

    plain.len = p - plain.data;

    len = sizeof("POST  HTTP/1.1" CRLF "Host: " CRLF
                 "User-Agent: ngx_http_webhook/" NGX_WEBHOOK_VERSION CRLF
                 "Accept: application/json" CRLF
                 "Content-Type: application/x-www-form-urlencoded" CRLF
                 "Content-Length: " CRLF "Authorization: Basic " CRLF CRLF) - 1
          + uri->len + host->len + NGX_SIZE_T_LEN
          + ngx_base64_encoded_length(plain.len);

    p = ngx_webhook_secret_alloc(b, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    oauth2->head.data = p;

    p = ngx_sprintf(p, "POST %V HTTP/1.1" CRLF
                    "Host: %V" CRLF
                    "User-Agent: ngx_http_webhook/" NGX_WEBHOOK_VERSION CRLF
                    "Accept: application/json" CRLF
                    "Content-Type: application/x-www-form-urlencoded" CRLF
                    "Content-Length: %uz" CRLF
                    "Authorization: Basic ",
                    uri, host, oauth2->body.len);

    coded.data = p;
    ngx_encode_base64(&coded, &plain);
    p += coded.len;

    *p++ = CR; *p++ = LF;
    *p++ = CR; *p++ = LF;

    oauth2->head.len = p - oauth2->head.data;

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_oauth2_body(ngx_webhook_build_t *b, ngx_webhook_oauth2_t *oauth2,
    ngx_webhook_auth_t *auth)
{
    u_char  *p;

    p = ngx_pnalloc(b->pool, sizeof("grant_type=client_credentials"
                                    "&scope=&audience=") - 1
                              + 3 * (auth->scope.len + auth->audience.len));
    if (p == NULL) {
        return NGX_ERROR;
    }

    oauth2->body.data = p;

    p = ngx_cpymem(p, "grant_type=client_credentials",
                   sizeof("grant_type=client_credentials") - 1);

    if (auth->scope.len) {
        p = ngx_cpymem(p, "&scope=", sizeof("&scope=") - 1);
        p = ngx_webhook_oauth2_escape(p, &auth->scope);
    }

    if (auth->audience.len) {
        p = ngx_cpymem(p, "&audience=", sizeof("&audience=") - 1);
        p = ngx_webhook_oauth2_escape(p, &auth->audience);
    }

    oauth2->body.len = p - oauth2->body.data;

    return NGX_OK;
}


/* Up to three bytes for each. */

static u_char *
ngx_webhook_oauth2_escape(u_char *p, ngx_str_t *text)
{
    u_char  c;
    size_t  i;

    for (i = 0; i < text->len; i++) {
        c = text->data[i];

        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
            || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_')
        {
            *p++ = c;

        } else {
            p = ngx_sprintf(p, "%%%02Xd", (int) c);
        }
    }

    return p;
}


ngx_int_t
ngx_webhook_oauth2_token(ngx_webhook_oauth2_t *oauth2,
    ngx_webhook_timeout_t *timeout, ngx_log_t *log)
{
    ngx_webhook_exchange_t  *x;

    if (!oauth2->ready) {
        ngx_queue_init(&oauth2->waiting);
        oauth2->ready = 1;
    }

    if (oauth2->fetching) {
        return NGX_AGAIN;
    }

    if (oauth2->access_token.len) {

        if ((ngx_msec_int_t) (oauth2->expires - ngx_current_msec) > 0) {
            return NGX_OK;
        }

        ngx_explicit_memzero(oauth2->access_token.data,
                             oauth2->access_token.len);
        oauth2->access_token.len = 0;
    }

    if (oauth2->failing) {

        if (ngx_current_msec - oauth2->failed < NGX_WEBHOOK_OAUTH2_PAUSE) {
            return NGX_DECLINED;
        }

        oauth2->failing = 0;
    }

    oauth2->fetching = 1;
    oauth2->begun = ngx_current_msec;

    x = &oauth2->exchange;

    ngx_memzero(x, sizeof(ngx_webhook_exchange_t));

    x->peer = oauth2->peer;
    x->timeout = *timeout;
    x->head = oauth2->head;
    x->body = oauth2->body;
    x->answer_max = NGX_WEBHOOK_OAUTH2_ANSWER;
    x->secret = 1;
    x->handler = ngx_webhook_oauth2_done;
    x->data = oauth2;
    x->log = log;

    ngx_webhook_client_send(x);

    return NGX_AGAIN;
}


void
ngx_webhook_oauth2_wait(ngx_webhook_oauth2_t *oauth2,
    ngx_webhook_oauth2_wait_t *wait)
{
    ngx_queue_insert_tail(&oauth2->waiting, &wait->queue);
}


void
ngx_webhook_oauth2_taken(ngx_webhook_oauth2_t *oauth2, ngx_uint_t generation)
{
    if (generation == oauth2->generation) {
        oauth2->suspected = 0;
    }
}


ngx_int_t
ngx_webhook_oauth2_refused(ngx_webhook_oauth2_t *oauth2, ngx_uint_t generation)
{
    if (generation != oauth2->generation || oauth2->access_token.len == 0) {
        return NGX_OK;
    }

    /* the one before was refused as well, not long ago */

    if (oauth2->suspected
        && ngx_current_msec - oauth2->dropped < NGX_WEBHOOK_OAUTH2_DOUBT)
    {
        return NGX_DECLINED;
    }

    oauth2->suspected = 1;
    oauth2->dropped = ngx_current_msec;

    ngx_explicit_memzero(oauth2->access_token.data, oauth2->access_token.len);
    oauth2->access_token.len = 0;

    return NGX_OK;
}


void
ngx_webhook_oauth2_forget(ngx_webhook_oauth2_t *oauth2)
{
    if (oauth2->fetching) {
        oauth2->fetching = 0;
        ngx_webhook_client_cancel(&oauth2->exchange);
    }

    ngx_explicit_memzero(oauth2->access_token.data, oauth2->access_token.len);
    oauth2->access_token.len = 0;
}


static void
ngx_webhook_oauth2_done(ngx_webhook_exchange_t *x)
{
    ngx_int_t                   rc;
    ngx_queue_t                 waiting, *q;
    ngx_webhook_oauth2_t       *oauth2;
    ngx_webhook_oauth2_wait_t  *wait;

    oauth2 = x->data;
    oauth2->fetching = 0;

    rc = NGX_ERROR;
    oauth2->fault = NGX_WEBHOOK_FAULT_AUTH;

    if (x->fault == NGX_WEBHOOK_FAULT_LOCAL
        || x->fault == NGX_WEBHOOK_FAULT_SHUTDOWN)
    {
        oauth2->fault = x->fault;
        ngx_webhook_oauth2_error(oauth2, "%V", &x->error);

    } else if (x->fault != NGX_WEBHOOK_FAULT_NONE) {
        ngx_webhook_oauth2_error(oauth2, "%V", &x->error);

    } else if (x->status < 200 || x->status > 299) {
        ngx_webhook_oauth2_code(oauth2, x);

    } else if (x->error.len) {
        ngx_webhook_oauth2_error(oauth2, "%V", &x->error);

    } else {
        rc = ngx_webhook_oauth2_read(oauth2, &x->answer);
    }

    if (rc == NGX_OK) {
        ngx_webhook_count(NGX_WEBHOOK_TOKENS_FETCHED, 1);

    } else {
        ngx_webhook_count(NGX_WEBHOOK_TOKENS_FAILED, 1);

        if (oauth2->fault == NGX_WEBHOOK_FAULT_AUTH) {
            oauth2->failing = 1;
            oauth2->failed = ngx_current_msec;
        }
    }

    /* those who wait may ask again, or be no more once another was told */

    ngx_queue_init(&waiting);

    if (ngx_queue_empty(&oauth2->waiting)) {
        return;
    }

    ngx_queue_add(&waiting, &oauth2->waiting);
    ngx_queue_init(&oauth2->waiting);

    while (!ngx_queue_empty(&waiting)) {
        q = ngx_queue_head(&waiting);
        ngx_queue_remove(q);

        wait = ngx_queue_data(q, ngx_webhook_oauth2_wait_t, queue);

        wait->handler(wait, rc);
    }
}
