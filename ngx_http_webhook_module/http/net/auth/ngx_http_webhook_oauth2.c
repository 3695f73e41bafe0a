
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/net/auth/ngx_http_webhook_oauth2_int.h"
#include "http/runtime/ngx_http_webhook_metrics.h"
#include "http/runtime/ngx_http_webhook_secret.h"
#include "http/net/peer/ngx_http_webhook_peer.h"


#define NGX_HTTP_WEBHOOK_GRANT_ANSWER  16384    /* bytes of an answer */
#define NGX_HTTP_WEBHOOK_GRANT_PAUSE   1000     /* ms after a failure */
#define NGX_HTTP_WEBHOOK_GRANT_DOUBT   10000    /* ms between refused tokens */


static ngx_int_t ngx_http_webhook_grant_request(ngx_http_webhook_build_t *b,
    ngx_http_webhook_grant_t *grant, ngx_http_webhook_auth_t *auth,
    ngx_str_t *uri);
static ngx_int_t ngx_http_webhook_grant_body(ngx_http_webhook_build_t *b,
    ngx_http_webhook_grant_t *grant, ngx_http_webhook_auth_t *auth);
static u_char *ngx_http_webhook_grant_escape(u_char *p, ngx_str_t *text);
static void ngx_http_webhook_grant_done(ngx_http_webhook_exchange_t *x);


ngx_http_webhook_grant_t *
ngx_http_webhook_grant_create(ngx_http_webhook_build_t *b,
    ngx_http_webhook_endpoint_t *ep)
{
    ngx_str_t                  uri;
    ngx_http_webhook_tls_t     tls;
    ngx_http_webhook_auth_t   *auth;
    ngx_http_webhook_grant_t  *grant;

    auth = &ep->auth;

    grant = ngx_pcalloc(b->pool, sizeof(ngx_http_webhook_grant_t));
    if (grant == NULL) {
        return NULL;
    }

    ngx_memzero(&tls, sizeof(ngx_http_webhook_tls_t));

    tls.verify = 1;
    tls.ca = auth->ca;

    grant->target = ngx_http_webhook_target_create(b, &auth->token_url, &tls,
                                                   &auth->place, &uri);
    if (grant->target == NULL) {
        return NULL;
    }

    ngx_http_webhook_target_egress(grant->target, &ep->address, &ep->proxy);

    if (ngx_http_webhook_target_init(b, &grant->target) != NGX_OK) {
        return NULL;
    }

    if (!grant->target->secure && !grant->target->literal) {
        ngx_http_webhook_build_at(NGX_LOG_WARN, b, &auth->place,
                                  "the client secret goes to \"%V\" without "
                                  "TLS",
                                  ngx_http_webhook_target_host(
                                                           grant->target));
    }

    grant->token.data = ngx_http_webhook_secret_alloc(b,
                                                NGX_HTTP_WEBHOOK_GRANT_TOKEN);
    if (grant->token.data == NULL) {
        return NULL;
    }

    if (ngx_http_webhook_grant_body(b, grant, auth) != NGX_OK
        || ngx_http_webhook_grant_request(b, grant, auth, &uri) != NGX_OK)
    {
        return NULL;
    }

    return grant;
}


/*
 * The client shows its secret by HTTP Basic, which every server has to take;
 * name and secret are encoded first, as the standard asks for.
 */

static ngx_int_t
ngx_http_webhook_grant_request(ngx_http_webhook_build_t *b,
    ngx_http_webhook_grant_t *grant, ngx_http_webhook_auth_t *auth,
    ngx_str_t *uri)
{
    u_char     *p;
    size_t      len;
    ngx_str_t  *host, plain, coded;

    host = ngx_http_webhook_target_host(grant->target);

    len = 3 * (auth->client_id.len + auth->client_secret.len) + 1;

    plain.data = ngx_http_webhook_secret_alloc(b, len);
    if (plain.data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_http_webhook_grant_escape(plain.data, &auth->client_id);
    *p++ = ':';
    p = ngx_http_webhook_grant_escape(p, &auth->client_secret);

    plain.len = p - plain.data;

    len = sizeof("POST  HTTP/1.1" CRLF "Host: " CRLF
                 "User-Agent: ngx_http_webhook/" NGX_HTTP_WEBHOOK_VERSION CRLF
                 "Accept: application/json" CRLF
                 "Content-Type: application/x-www-form-urlencoded" CRLF
                 "Content-Length: " CRLF
                 "Authorization: Basic " CRLF CRLF) - 1
          + uri->len + host->len + NGX_SIZE_T_LEN
          + ngx_base64_encoded_length(plain.len);

    p = ngx_http_webhook_secret_alloc(b, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    grant->head.data = p;

    p = ngx_sprintf(p, "POST %V HTTP/1.1" CRLF
                    "Host: %V" CRLF
                    "User-Agent: ngx_http_webhook/" NGX_HTTP_WEBHOOK_VERSION
                    CRLF
                    "Accept: application/json" CRLF
                    "Content-Type: application/x-www-form-urlencoded" CRLF
                    "Content-Length: %uz" CRLF
                    "Authorization: Basic ",
                    uri, host, grant->body.len);

    coded.data = p;
    ngx_encode_base64(&coded, &plain);
    p += coded.len;

    *p++ = CR; *p++ = LF;
    *p++ = CR; *p++ = LF;

    grant->head.len = p - grant->head.data;

    return NGX_OK;
}


static ngx_int_t
ngx_http_webhook_grant_body(ngx_http_webhook_build_t *b,
    ngx_http_webhook_grant_t *grant, ngx_http_webhook_auth_t *auth)
{
    u_char  *p;

    p = ngx_pnalloc(b->pool, sizeof("grant_type=client_credentials"
                                    "&scope=&audience=") - 1
                              + 3 * (auth->scope.len + auth->audience.len));
    if (p == NULL) {
        return NGX_ERROR;
    }

    grant->body.data = p;

    p = ngx_cpymem(p, "grant_type=client_credentials",
                   sizeof("grant_type=client_credentials") - 1);

    if (auth->scope.len) {
        p = ngx_cpymem(p, "&scope=", sizeof("&scope=") - 1);
        p = ngx_http_webhook_grant_escape(p, &auth->scope);
    }

    if (auth->audience.len) {
        p = ngx_cpymem(p, "&audience=", sizeof("&audience=") - 1);
        p = ngx_http_webhook_grant_escape(p, &auth->audience);
    }

    grant->body.len = p - grant->body.data;

    return NGX_OK;
}


/* Up to three bytes for each. */

static u_char *
ngx_http_webhook_grant_escape(u_char *p, ngx_str_t *text)
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
ngx_http_webhook_grant_token(ngx_http_webhook_grant_t *grant,
    ngx_http_webhook_timeout_t *timeout, ngx_log_t *log)
{
    ngx_http_webhook_exchange_t  *x;

    if (!grant->ready) {
        ngx_queue_init(&grant->waiting);
        grant->ready = 1;
    }

    if (grant->fetching) {
        return NGX_AGAIN;
    }

    if (grant->token.len) {

        if ((ngx_msec_int_t) (grant->expires - ngx_current_msec) > 0) {
            return NGX_OK;
        }

        ngx_explicit_memzero(grant->token.data, grant->token.len);
        grant->token.len = 0;
    }

    if (grant->failing) {

        if (ngx_current_msec - grant->failed < NGX_HTTP_WEBHOOK_GRANT_PAUSE) {
            return NGX_DECLINED;
        }

        grant->failing = 0;
    }

    grant->fetching = 1;
    grant->begun = ngx_current_msec;

    x = &grant->exchange;

    ngx_memzero(x, sizeof(ngx_http_webhook_exchange_t));

    x->target = grant->target;
    x->timeout = *timeout;
    x->head = grant->head;
    x->body = grant->body;
    x->answer_max = NGX_HTTP_WEBHOOK_GRANT_ANSWER;
    x->secret = 1;
    x->handler = ngx_http_webhook_grant_done;
    x->data = grant;
    x->log = log;

    ngx_http_webhook_client_send(x);

    return NGX_AGAIN;
}


void
ngx_http_webhook_grant_wait(ngx_http_webhook_grant_t *grant,
    ngx_http_webhook_grant_wait_t *wait)
{
    ngx_queue_insert_tail(&grant->waiting, &wait->queue);
}


void
ngx_http_webhook_grant_taken(ngx_http_webhook_grant_t *grant,
    ngx_uint_t generation)
{
    if (generation == grant->generation) {
        grant->doubted = 0;
    }
}


ngx_int_t
ngx_http_webhook_grant_refused(ngx_http_webhook_grant_t *grant,
    ngx_uint_t generation)
{
    if (generation != grant->generation || grant->token.len == 0) {
        return NGX_OK;
    }

    /* the one before was refused as well, not long ago */

    if (grant->doubted
        && ngx_current_msec - grant->dropped < NGX_HTTP_WEBHOOK_GRANT_DOUBT)
    {
        return NGX_DECLINED;
    }

    grant->doubted = 1;
    grant->dropped = ngx_current_msec;

    ngx_explicit_memzero(grant->token.data, grant->token.len);
    grant->token.len = 0;

    return NGX_OK;
}


static void
ngx_http_webhook_grant_done(ngx_http_webhook_exchange_t *x)
{
    ngx_int_t                       rc;
    ngx_queue_t                     waiting, *q;
    ngx_http_webhook_grant_t       *grant;
    ngx_http_webhook_grant_wait_t  *wait;

    grant = x->data;
    grant->fetching = 0;

    rc = NGX_ERROR;
    grant->fault = NGX_HTTP_WEBHOOK_FAULT_AUTH;

    if (x->fault == NGX_HTTP_WEBHOOK_FAULT_LOCAL
        || x->fault == NGX_HTTP_WEBHOOK_FAULT_SHUTDOWN)
    {
        grant->fault = x->fault;
        ngx_http_webhook_grant_error(grant, "%V", &x->error);

    } else if (x->fault != NGX_HTTP_WEBHOOK_FAULT_NONE) {
        ngx_http_webhook_grant_error(grant, "%V", &x->error);

    } else if (x->status < 200 || x->status > 299) {
        ngx_http_webhook_grant_code(grant, x);

    } else if (x->error.len) {
        ngx_http_webhook_grant_error(grant, "%V", &x->error);

    } else {
        rc = ngx_http_webhook_grant_read(grant, &x->answer);
    }

    if (rc == NGX_OK) {
        ngx_http_webhook_count(NGX_HTTP_WEBHOOK_TOKENS_FETCHED, 1);

    } else {
        ngx_http_webhook_count(NGX_HTTP_WEBHOOK_TOKENS_FAILED, 1);

        if (grant->fault == NGX_HTTP_WEBHOOK_FAULT_AUTH) {
            grant->failing = 1;
            grant->failed = ngx_current_msec;
        }
    }

    /* those who wait may ask again, or be no more once another was told */

    ngx_queue_init(&waiting);

    if (ngx_queue_empty(&grant->waiting)) {
        return;
    }

    ngx_queue_add(&waiting, &grant->waiting);
    ngx_queue_init(&grant->waiting);

    while (!ngx_queue_empty(&waiting)) {
        q = ngx_queue_head(&waiting);
        ngx_queue_remove(q);

        wait = ngx_queue_data(q, ngx_http_webhook_grant_wait_t, queue);

        wait->handler(wait, rc);
    }
}
