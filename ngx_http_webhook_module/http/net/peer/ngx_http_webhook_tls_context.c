
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Contexts of TLS: one for all peers that differ by no more than their names.
 * The bundle of authorities of a system takes a megabyte, and a context of
 * OpenSSL some kilobytes.
 */

#include "http/net/peer/ngx_http_webhook_tls_int.h"


#define NGX_WEBHOOK_TLS_DEPTH  8            /* certificates of a chain */


/* A context, and what makes two of them differ: all of tls but the name. */

typedef struct {
    ngx_ssl_t              ssl;
    ngx_webhook_tls_t      tls;
} ngx_webhook_tls_context_t;


static ngx_webhook_tls_context_t *ngx_webhook_tls_context_find(
    ngx_array_t *contexts, ngx_webhook_tls_t *tls);
static ngx_int_t ngx_webhook_tls_settings(ngx_webhook_build_t *b,
    ngx_webhook_peer_t *peer, ngx_ssl_t *ssl);
static ngx_int_t ngx_webhook_tls_authority(ngx_webhook_build_t *b,
    ngx_webhook_peer_t *peer, ngx_ssl_t *ssl);
static ngx_int_t ngx_webhook_tls_share(ngx_webhook_tls_t *tls, ngx_ssl_t *ssl,
    ngx_array_t *contexts);
static ngx_int_t ngx_webhook_tls_system(ngx_webhook_build_t *b,
    ngx_webhook_peer_t *peer, ngx_ssl_t *ssl);
static ngx_uint_t ngx_webhook_tls_same(ngx_str_t *one, ngx_str_t *two);


/* Where distributions keep their bundle; one file, read once, so that no
   directory of certificates is searched while the event loop runs. */

static const char  *ngx_webhook_tls_bundles[] = {
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
    "/usr/local/share/certs/ca-root-nss.crt",
    NULL
};


/* The context of peers with these settings, or NULL if there is none. */

static ngx_webhook_tls_context_t *
ngx_webhook_tls_context_find(ngx_array_t *contexts, ngx_webhook_tls_t *tls)
{
    ngx_uint_t                   i;
    ngx_webhook_tls_t           *other;
    ngx_webhook_tls_context_t  **ctx;

    if (contexts == NULL) {
        return NULL;
    }

    ctx = contexts->elts;

    for (i = 0; i < contexts->nelts; i++) {
        other = &ctx[i]->tls;

        if (other->verify == tls->verify
            && ngx_webhook_tls_same(&other->ca, &tls->ca)
            && ngx_webhook_tls_same(&other->cert, &tls->cert)
            && ngx_webhook_tls_same(&other->key, &tls->key)
            && ngx_webhook_tls_same(&other->passwords, &tls->passwords))
        {
            return ctx[i];
        }
    }

    return NULL;
}


/* What is registered goes before the configuration does, and so leaves nothing
   in its list. */

ngx_ssl_t *
ngx_webhook_tls_context(ngx_webhook_build_t *b, ngx_webhook_peer_t *peer)
{
    ngx_array_t                **contexts;
    ngx_pool_cleanup_t          *cln;
    ngx_webhook_tls_context_t   *ctx, **slot;

    contexts = &b->wmcf->contexts;

    ctx = ngx_webhook_tls_context_find(*contexts, &peer->tls);
    if (ctx) {
        return &ctx->ssl;
    }

    ctx = ngx_pcalloc(b->pool, sizeof(ngx_webhook_tls_context_t));
    if (ctx == NULL) {
        return NULL;
    }

    ctx->tls = peer->tls;
    ctx->ssl.log = b->log;

    if (ngx_ssl_create(&ctx->ssl, NGX_SSL_TLSv1_2|NGX_SSL_TLSv1_3, NULL)
        != NGX_OK)
    {
        return NULL;
    }

    cln = ngx_pool_cleanup_add(b->pool, 0);
    if (cln == NULL) {
        ngx_ssl_cleanup_ctx(&ctx->ssl);
        return NULL;
    }

    cln->handler = ngx_ssl_cleanup_ctx;
    cln->data = &ctx->ssl;

    if (ngx_webhook_tls_settings(b, peer, &ctx->ssl) != NGX_OK) {
        return NULL;
    }

    if (b->registered) {
        return &ctx->ssl;
    }

    if (*contexts == NULL) {
        *contexts = ngx_array_create(b->pool, 1,
                                     sizeof(ngx_webhook_tls_context_t *));
        if (*contexts == NULL) {
            return NULL;
        }
    }

    slot = ngx_array_push(*contexts);
    if (slot == NULL) {
        return NULL;
    }

    *slot = ctx;

    return &ctx->ssl;
}


static ngx_int_t
ngx_webhook_tls_settings(ngx_webhook_build_t *b, ngx_webhook_peer_t *peer,
    ngx_ssl_t *ssl)
{
    ngx_webhook_tls_t  *tls;

    tls = &peer->tls;

    if (tls->cert.len
        && (b->certificate == NULL
            || b->certificate(b, ssl, &tls->cert, &tls->key, &tls->passwords)
               != NGX_OK))
    {
        ngx_webhook_build_at(NGX_LOG_EMERG, b, &peer->source_pos, "the "
                             "client certificate cannot be used");
        return NGX_ERROR;
    }

    if (ngx_ssl_client_session_cache(NULL, ssl, 1) != NGX_OK) {
        return NGX_ERROR;
    }

    if (!tls->verify) {
        SSL_CTX_set_verify(ssl->ctx, SSL_VERIFY_NONE, NULL);
        return NGX_OK;
    }

    SSL_CTX_set_verify(ssl->ctx, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_verify_depth(ssl->ctx, NGX_WEBHOOK_TLS_DEPTH);

    return ngx_webhook_tls_authority(b, peer, ssl);
}


/*
 * The certificates that are asked.  Those of something that was registered are
 * never read: it shares what the configuration has read.
 */

static ngx_int_t
ngx_webhook_tls_authority(ngx_webhook_build_t *b, ngx_webhook_peer_t *peer,
    ngx_ssl_t *ssl)
{
    ngx_int_t   rc;
    ngx_str_t  *ca;

    ca = &peer->tls.ca;

    rc = ngx_webhook_tls_share(&peer->tls, ssl, b->wmcf->contexts);

    if (rc != NGX_DECLINED) {
        return rc;
    }

    if (b->registered) {
        ngx_webhook_build_at(NGX_LOG_EMERG, b, &peer->source_pos, "no "
                             "certificate of \"%V\" can be verified: nginx "
                             "has not read the system's CA certificates",
                             &peer->tls.name);
        return NGX_ERROR;
    }

    if (ca->len == 0) {
        return ngx_webhook_tls_system(b, peer, ssl);
    }

    if (SSL_CTX_load_verify_locations(ssl->ctx, (char *) ca->data, NULL) == 0)
    {
        ngx_ssl_error(NGX_LOG_EMERG, b->log, 0,
                      "SSL_CTX_load_verify_locations(\"%s\") failed",
                      ca->data);
        ngx_webhook_build_at(NGX_LOG_EMERG, b, &peer->source_pos, "the "
                             "certificates of \"ca=%V\" cannot be "
                             "read", ca);
        return NGX_ERROR;
    }

    ERR_clear_error();

    return NGX_OK;
}


/* The certificates of another context that has the same authority:
   NGX_DECLINED if there is none. */

static ngx_int_t
ngx_webhook_tls_share(ngx_webhook_tls_t *tls, ngx_ssl_t *ssl,
    ngx_array_t *contexts)
{
    X509_STORE                  *store;
    ngx_uint_t                   i;
    ngx_webhook_tls_context_t  **ctx;

    if (contexts == NULL) {
        return NGX_DECLINED;
    }

    ctx = contexts->elts;

    for (i = 0; i < contexts->nelts; i++) {

        if (!ctx[i]->tls.verify
            || !ngx_webhook_tls_same(&ctx[i]->tls.ca, &tls->ca))
        {
            continue;
        }

        store = SSL_CTX_get_cert_store(ctx[i]->ssl.ctx);

        if (X509_STORE_up_ref(store) == 0) {
            return NGX_ERROR;
        }

        SSL_CTX_set_cert_store(ssl->ctx, store);

        return NGX_OK;
    }

    return NGX_DECLINED;
}


static ngx_int_t
ngx_webhook_tls_system(ngx_webhook_build_t *b, ngx_webhook_peer_t *peer,
    ngx_ssl_t *ssl)
{
    ngx_uint_t        i;
    ngx_file_info_t   fi;

    for (i = 0; ngx_webhook_tls_bundles[i]; i++) {

        if (ngx_file_info(ngx_webhook_tls_bundles[i], &fi) == NGX_FILE_ERROR) {
            continue;
        }

        if (SSL_CTX_load_verify_locations(ssl->ctx, ngx_webhook_tls_bundles[i],
                                          NULL)
            == 1)
        {
            ERR_clear_error();
            return NGX_OK;
        }

        ngx_ssl_error(NGX_LOG_WARN, b->log, 0,
                      "SSL_CTX_load_verify_locations(\"%s\") failed",
                      ngx_webhook_tls_bundles[i]);
    }

    ngx_webhook_build_at(NGX_LOG_WARN, b, &peer->source_pos,
                         "the system's CA certificates were not found, no "
                         "certificate of \"%V\" can be verified: name a file "
                         "with \"ca=\"",
                         &peer->tls.name);

    return NGX_OK;
}


static ngx_uint_t
ngx_webhook_tls_same(ngx_str_t *one, ngx_str_t *two)
{
    return one->len == two->len
           && (one->len == 0
               || ngx_memcmp(one->data, two->data, one->len) == 0);
}


ngx_int_t
ngx_webhook_tls_default(ngx_webhook_build_t *b, ngx_webhook_source_pos_t *pos)
{
    ngx_webhook_peer_t  peer;

    ngx_memzero(&peer, sizeof(ngx_webhook_peer_t));

    peer.source_pos = *pos;
    peer.tls.verify = 1;
    ngx_str_set(&peer.tls.name, "what is registered");

    return ngx_webhook_tls_context(b, &peer) ? NGX_OK : NGX_ERROR;
}
