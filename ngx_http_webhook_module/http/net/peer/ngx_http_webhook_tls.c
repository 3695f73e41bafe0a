
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * TLS of targets: contexts, certificate verification, kept sessions.
 *
 * OpenSSL itself verifies chain and name, so that a handshake with the wrong
 * peer fails before anything of ours is sent.
 */

#include "http/net/peer/ngx_http_webhook_tls.h"

#include <openssl/x509v3.h>


#define NGX_HTTP_WEBHOOK_TLS_DEPTH  8       /* certificates of a chain */


static ngx_int_t ngx_http_webhook_tls_authority(ngx_http_webhook_build_t *b,
    ngx_http_webhook_target_t *target);
static ngx_int_t ngx_http_webhook_tls_share(ngx_http_webhook_target_t *target,
    ngx_array_t *targets);
static ngx_int_t ngx_http_webhook_tls_system(ngx_http_webhook_build_t *b,
    ngx_http_webhook_target_t *target);
static ngx_int_t ngx_http_webhook_tls_name(ngx_http_webhook_build_t *b,
    ngx_http_webhook_target_t *target);
static ngx_int_t ngx_http_webhook_tls_address(ngx_str_t *name, u_char *text,
    size_t size);
static time_t ngx_http_webhook_tls_until(ngx_http_webhook_target_t *target,
    SSL *ssl);
static void ngx_http_webhook_tls_session(ngx_connection_t *c);
static void ngx_http_webhook_tls_cleanup(void *data);


/* Where distributions keep their bundle; one file, read once, so that no
   directory of certificates is searched while the event loop runs. */

static const char  *ngx_http_webhook_tls_bundles[] = {
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
    "/usr/local/share/certs/ca-root-nss.crt",
    NULL
};


ngx_int_t
ngx_http_webhook_tls_create(ngx_http_webhook_build_t *b,
    ngx_http_webhook_target_t *target)
{
    ngx_ssl_t               *ssl;
    ngx_pool_cleanup_t      *cln;
    ngx_http_webhook_tls_t  *tls;

    tls = &target->tls;

    if ((tls->cert.len != 0) != (tls->key.len != 0)) {
        ngx_http_webhook_build_at(NGX_LOG_EMERG, b, &target->place, "a "
                                  "client certificate needs both \"cert=\" "
                                  "and \"key=\"");
        return NGX_ERROR;
    }

    ssl = ngx_pcalloc(b->pool, sizeof(ngx_ssl_t));
    if (ssl == NULL) {
        return NGX_ERROR;
    }

    ssl->log = b->log;

    if (ngx_ssl_create(ssl, NGX_SSL_TLSv1_2|NGX_SSL_TLSv1_3, NULL) != NGX_OK) {
        return NGX_ERROR;
    }

    cln = ngx_pool_cleanup_add(b->pool, 0);
    if (cln == NULL) {
        ngx_ssl_cleanup_ctx(ssl);
        return NGX_ERROR;
    }

    target->ssl = ssl;

    cln->handler = ngx_http_webhook_tls_cleanup;
    cln->data = target;

    if (tls->cert.len
        && (b->certificate == NULL
            || b->certificate(b, ssl, &tls->cert, &tls->key, &tls->passwords)
               != NGX_OK))
    {
        ngx_http_webhook_build_at(NGX_LOG_EMERG, b, &target->place, "the "
                                  "client certificate cannot be used");
        return NGX_ERROR;
    }

    if (ngx_ssl_client_session_cache(NULL, ssl, 1) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_http_webhook_tls_name(b, target) != NGX_OK) {
        return NGX_ERROR;
    }

    if (!tls->verify) {
        SSL_CTX_set_verify(ssl->ctx, SSL_VERIFY_NONE, NULL);
        return NGX_OK;
    }

    SSL_CTX_set_verify(ssl->ctx, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_verify_depth(ssl->ctx, NGX_HTTP_WEBHOOK_TLS_DEPTH);

    return ngx_http_webhook_tls_authority(b, target);
}


/*
 * The certificates that are asked.  Those of something that was registered are
 * never read: it shares what the configuration has read.
 */

static ngx_int_t
ngx_http_webhook_tls_authority(ngx_http_webhook_build_t *b,
    ngx_http_webhook_target_t *target)
{
    ngx_int_t   rc;
    ngx_str_t  *ca;

    ca = &target->tls.ca;

    rc = ngx_http_webhook_tls_share(target, *b->targets);

    if (rc == NGX_DECLINED && b->registered) {
        rc = ngx_http_webhook_tls_share(target, b->wmcf->targets);

        if (rc == NGX_DECLINED) {
            ngx_http_webhook_build_at(NGX_LOG_EMERG, b, &target->place, "no "
                                      "certificate of \"%V\" can be verified: "
                                      "nginx has not read the system's "
                                      "authorities", &target->tls.name);
            return NGX_ERROR;
        }
    }

    if (rc != NGX_DECLINED) {
        return rc;
    }

    if (ca->len == 0) {
        return ngx_http_webhook_tls_system(b, target);
    }

    if (SSL_CTX_load_verify_locations(target->ssl->ctx, (char *) ca->data,
                                      NULL)
        == 0)
    {
        ngx_ssl_error(NGX_LOG_EMERG, b->log, 0,
                      "SSL_CTX_load_verify_locations(\"%s\") failed",
                      ca->data);
        ngx_http_webhook_build_at(NGX_LOG_EMERG, b, &target->place, "the "
                                  "certificates of \"ca=%V\" cannot be "
                                  "read", ca);
        return NGX_ERROR;
    }

    ERR_clear_error();

    return NGX_OK;
}


/* The certificates of one among others that has the same authority:
   NGX_DECLINED if there is none. */

static ngx_int_t
ngx_http_webhook_tls_share(ngx_http_webhook_target_t *target,
    ngx_array_t *targets)
{
    X509_STORE                  *store;
    ngx_str_t                   *ca;
    ngx_uint_t                   i;
    ngx_http_webhook_target_t  **other;

    if (targets == NULL) {
        return NGX_DECLINED;
    }

    ca = &target->tls.ca;
    other = targets->elts;

    for (i = 0; i < targets->nelts; i++) {

        if (other[i]->ssl == NULL
            || !other[i]->tls.verify
            || other[i]->tls.ca.len != ca->len
            || (ca->len && ngx_memcmp(other[i]->tls.ca.data, ca->data,
                                      ca->len)
                           != 0))
        {
            continue;
        }

        store = SSL_CTX_get_cert_store(other[i]->ssl->ctx);

        if (X509_STORE_up_ref(store) == 0) {
            return NGX_ERROR;
        }

        SSL_CTX_set_cert_store(target->ssl->ctx, store);

        return NGX_OK;
    }

    return NGX_DECLINED;
}


static ngx_int_t
ngx_http_webhook_tls_system(ngx_http_webhook_build_t *b,
    ngx_http_webhook_target_t *target)
{
    ngx_uint_t        i;
    ngx_file_info_t   fi;

    for (i = 0; ngx_http_webhook_tls_bundles[i]; i++) {

        if (ngx_file_info(ngx_http_webhook_tls_bundles[i], &fi)
            == NGX_FILE_ERROR)
        {
            continue;
        }

        if (SSL_CTX_load_verify_locations(target->ssl->ctx,
                                          ngx_http_webhook_tls_bundles[i],
                                          NULL)
            == 1)
        {
            ERR_clear_error();
            return NGX_OK;
        }

        ngx_ssl_error(NGX_LOG_WARN, b->log, 0,
                      "SSL_CTX_load_verify_locations(\"%s\") failed",
                      ngx_http_webhook_tls_bundles[i]);
    }

    ngx_http_webhook_build_at(NGX_LOG_WARN, b, &target->place,
                              "the system's certificate authorities were not "
                              "found, no certificate of \"%V\" can be "
                              "verified: name a file with \"ca=\"",
                              &target->tls.name);

    return NGX_OK;
}


/* The name to ask for and to verify; an address is never asked for. */

static ngx_int_t
ngx_http_webhook_tls_name(ngx_http_webhook_build_t *b,
    ngx_http_webhook_target_t *target)
{
    int                 rc;
    u_char              text[NGX_SOCKADDR_STRLEN + 1];
    ngx_str_t          *name;
    X509_VERIFY_PARAM  *param;

    name = &target->tls.name;
    param = SSL_CTX_get0_param(target->ssl->ctx);

    if (ngx_http_webhook_tls_address(name, text, sizeof(text)) == NGX_OK) {

        rc = target->tls.verify
             ? X509_VERIFY_PARAM_set1_ip_asc(param, (char *) text) : 1;

    } else {

        target->sni = *name;

        /* the root's dot is no part of the name in a certificate */

        if (target->sni.len && target->sni.data[target->sni.len - 1] == '.') {
            target->sni.len--;
            target->sni.data = ngx_pstrdup(b->pool, name);
            if (target->sni.data == NULL) {
                return NGX_ERROR;
            }

            target->sni.data[target->sni.len] = '\0';
        }

        /* what stands in the subject is no name of a server: RFC 9525 */

        X509_VERIFY_PARAM_set_hostflags(param,
                                        X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS
                                        |X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);

        rc = target->tls.verify
             ? X509_VERIFY_PARAM_set1_host(param, (char *) target->sni.data,
                                           target->sni.len)
             : 1;
    }

    if (rc != 1) {
        ngx_http_webhook_build_at(NGX_LOG_EMERG, b, &target->place, "the "
                                  "name \"%V\" cannot be verified in a "
                                  "certificate", name);
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* NGX_OK and the address without brackets, if the name is one. */

static ngx_int_t
ngx_http_webhook_tls_address(ngx_str_t *name, u_char *text, size_t size)
{
    size_t   len;
    u_char  *p;
#if (NGX_HAVE_INET6)
    u_char   addr[16];
#endif

    p = name->data;
    len = name->len;

    if (len > 2 && p[0] == '[' && p[len - 1] == ']') {
        p++;
        len -= 2;
    }

    if (len == 0 || len >= size) {
        return NGX_DECLINED;
    }

    if (ngx_inet_addr(p, len) == INADDR_NONE
#if (NGX_HAVE_INET6)
        && ngx_inet6_addr(p, len, addr) != NGX_OK
#endif
       )
    {
        return NGX_DECLINED;
    }

    (void) ngx_cpystrn(text, p, len + 1);

    return NGX_OK;
}


ngx_int_t
ngx_http_webhook_tls_connection(ngx_http_webhook_target_t *target,
    ngx_connection_t *c)
{
    ngx_http_webhook_tls_peer_t  *peer;

    if (ngx_ssl_create_connection(target->ssl, c,
                                  NGX_SSL_BUFFER|NGX_SSL_CLIENT)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (target->sni.len
        && SSL_set_tlsext_host_name(c->ssl->connection,
                                    (char *) target->sni.data)
           == 0)
    {
        ngx_ssl_error(NGX_LOG_ERR, c->log, 0,
                      "SSL_set_tlsext_host_name() failed");
        return NGX_ERROR;
    }

    c->ssl->save_session = ngx_http_webhook_tls_session;

    if (target->session == NULL) {
        return NGX_OK;
    }

    /*
     * A session that is resumed spares the peer its certificates, and us the
     * look at them: it ends when they do.
     */

    if (ngx_time() >= target->session_until
        || SSL_set_session(c->ssl->connection, target->session) == 0)
    {
        ERR_clear_error();
        ngx_http_webhook_tls_forget(target);
        return NGX_OK;
    }

    peer = c->data;
    peer->until = target->session_until;

    return NGX_OK;
}


/*
 * Until when the certificates by which the peer was verified are good: the
 * first of them to end says so.  0 if there are none.
 */

static time_t
ngx_http_webhook_tls_until(ngx_http_webhook_target_t *target, SSL *ssl)
{
    int              i, days, seconds;
    time_t           until, end;
    STACK_OF(X509)  *chain;

    if (!target->tls.verify) {
        return NGX_MAX_TIME_T_VALUE;
    }

    chain = SSL_get0_verified_chain(ssl);

    if (chain == NULL || sk_X509_num(chain) == 0) {
        return 0;
    }

    until = NGX_MAX_TIME_T_VALUE;

    for (i = 0; i < sk_X509_num(chain); i++) {

        if (ASN1_TIME_diff(&days, &seconds, NULL,
                           X509_get0_notAfter(sk_X509_value(chain, i)))
            == 0)
        {
            ERR_clear_error();
            return 0;
        }

        end = ngx_time() + (time_t) days * 86400 + seconds;

        until = ngx_min(until, end);
    }

    return until;
}


/* A new session: the last one is kept for connections to come. */

static void
ngx_http_webhook_tls_session(ngx_connection_t *c)
{
    ngx_ssl_session_t            *session;
    ngx_http_webhook_tls_peer_t  *peer;

    peer = c->data;

    /* one that was resumed has been verified when the first of its line was */

    if (!SSL_session_reused(c->ssl->connection)) {
        peer->until = ngx_http_webhook_tls_until(peer->target,
                                                 c->ssl->connection);
    }

    if (ngx_time() >= peer->until) {
        return;
    }

    session = ngx_ssl_get_session(c);

    if (session) {
        ngx_http_webhook_tls_forget(peer->target);
        peer->target->session = session;
        peer->target->session_until = peer->until;
    }
}


ngx_int_t
ngx_http_webhook_tls_verify(ngx_http_webhook_target_t *target,
    ngx_connection_t *c, u_char *buf, size_t size, ngx_str_t *why)
{
    long         rc;
    u_char      *p;
    X509        *cert;
    const char  *text;

    if (!target->tls.verify) {
        return NGX_OK;
    }

    rc = SSL_get_verify_result(c->ssl->connection);

    if (rc != X509_V_OK) {
        text = X509_verify_cert_error_string(rc);

    } else {

        if (!c->ssl->handshaked) {
            return NGX_OK;
        }

        cert = SSL_get_peer_certificate(c->ssl->connection);

        if (cert) {
            X509_free(cert);
            return NGX_OK;
        }

        text = "none was sent";
    }

    p = ngx_snprintf(buf, size, "the certificate of \"%V\" is refused: %s",
                     &target->tls.name, text);

    why->data = buf;
    why->len = p - buf;

    return NGX_DECLINED;
}


void
ngx_http_webhook_tls_forget(ngx_http_webhook_target_t *target)
{
    if (target->session) {
        ngx_ssl_free_session(target->session);
        target->session = NULL;
    }
}


static void
ngx_http_webhook_tls_cleanup(void *data)
{
    ngx_http_webhook_target_t  *target = data;

    ngx_http_webhook_tls_forget(target);

    ngx_ssl_cleanup_ctx(target->ssl);
}
