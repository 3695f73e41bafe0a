
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * TLS of peers: contexts, certificate verification, kept sessions.
 *
 * OpenSSL itself verifies chain and name, so that a handshake with the wrong
 * peer fails before anything of ours is sent.
 */

#include "http/net/peer/ngx_http_webhook_tls.h"

#include <openssl/x509v3.h>


#define NGX_WEBHOOK_TLS_DEPTH  8            /* certificates of a chain */


static ngx_int_t ngx_webhook_tls_authority(ngx_webhook_build_t *b,
    ngx_webhook_peer_t *peer);
static ngx_int_t ngx_webhook_tls_share(ngx_webhook_peer_t *peer,
    ngx_array_t *peers);
static ngx_int_t ngx_webhook_tls_system(ngx_webhook_build_t *b,
    ngx_webhook_peer_t *peer);
static ngx_int_t ngx_webhook_tls_name(ngx_webhook_build_t *b,
    ngx_webhook_peer_t *peer);
static ngx_int_t ngx_webhook_tls_address(ngx_str_t *name, u_char *text,
    size_t size);
static time_t ngx_webhook_tls_until(ngx_webhook_peer_t *peer, SSL *ssl);
static void ngx_webhook_tls_session(ngx_connection_t *c);
static void ngx_webhook_tls_cleanup(void *data);


/* Where distributions keep their bundle; one file, read once, so that no
   directory of certificates is searched while the event loop runs. */

static const char  *ngx_webhook_tls_bundles[] = {
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
    "/usr/local/share/certs/ca-root-nss.crt",
    NULL
};


ngx_int_t
ngx_webhook_tls_create(ngx_webhook_build_t *b, ngx_webhook_peer_t *peer)
{
    ngx_ssl_t           *ssl;
    ngx_pool_cleanup_t  *cln;
    ngx_webhook_tls_t   *tls;

    tls = &peer->tls;

    if ((tls->cert.len != 0) != (tls->key.len != 0)) {
        ngx_webhook_build_at(NGX_LOG_EMERG, b, &peer->source_pos, "a "
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

    peer->ssl = ssl;

    cln->handler = ngx_webhook_tls_cleanup;
    cln->data = peer;

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

    if (ngx_webhook_tls_name(b, peer) != NGX_OK) {
        return NGX_ERROR;
    }

    if (!tls->verify) {
        SSL_CTX_set_verify(ssl->ctx, SSL_VERIFY_NONE, NULL);
        return NGX_OK;
    }

    SSL_CTX_set_verify(ssl->ctx, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_verify_depth(ssl->ctx, NGX_WEBHOOK_TLS_DEPTH);

    return ngx_webhook_tls_authority(b, peer);
}


/*
 * The certificates that are asked.  Those of something that was registered are
 * never read: it shares what the configuration has read.
 */

static ngx_int_t
ngx_webhook_tls_authority(ngx_webhook_build_t *b, ngx_webhook_peer_t *peer)
{
    ngx_int_t   rc;
    ngx_str_t  *ca;

    ca = &peer->tls.ca;

    rc = ngx_webhook_tls_share(peer, *b->peers);

    if (rc == NGX_DECLINED && b->registered) {
        rc = ngx_webhook_tls_share(peer, b->wmcf->peers);

        if (rc == NGX_DECLINED) {
            ngx_webhook_build_at(NGX_LOG_EMERG, b, &peer->source_pos, "no "
                                 "certificate of \"%V\" can be verified: "
                                 "nginx has not read the system's "
                                 "authorities", &peer->tls.name);
            return NGX_ERROR;
        }
    }

    if (rc != NGX_DECLINED) {
        return rc;
    }

    if (ca->len == 0) {
        return ngx_webhook_tls_system(b, peer);
    }

    if (SSL_CTX_load_verify_locations(peer->ssl->ctx, (char *) ca->data, NULL)
        == 0)
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


/* The certificates of one among others that has the same authority:
   NGX_DECLINED if there is none. */

static ngx_int_t
ngx_webhook_tls_share(ngx_webhook_peer_t *peer, ngx_array_t *peers)
{
    X509_STORE           *store;
    ngx_str_t            *ca;
    ngx_uint_t            i;
    ngx_webhook_peer_t  **other;

    if (peers == NULL) {
        return NGX_DECLINED;
    }

    ca = &peer->tls.ca;
    other = peers->elts;

    for (i = 0; i < peers->nelts; i++) {

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

        SSL_CTX_set_cert_store(peer->ssl->ctx, store);

        return NGX_OK;
    }

    return NGX_DECLINED;
}


static ngx_int_t
ngx_webhook_tls_system(ngx_webhook_build_t *b, ngx_webhook_peer_t *peer)
{
    ngx_uint_t        i;
    ngx_file_info_t   fi;

    for (i = 0; ngx_webhook_tls_bundles[i]; i++) {

        if (ngx_file_info(ngx_webhook_tls_bundles[i], &fi) == NGX_FILE_ERROR) {
            continue;
        }

        if (SSL_CTX_load_verify_locations(peer->ssl->ctx,
                                          ngx_webhook_tls_bundles[i], NULL)
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
                         "the system's certificate authorities were not "
                         "found, no certificate of \"%V\" can be "
                         "verified: name a file with \"ca=\"",
                         &peer->tls.name);

    return NGX_OK;
}


/* The name to ask for and to verify; an address is never asked for. */

static ngx_int_t
ngx_webhook_tls_name(ngx_webhook_build_t *b, ngx_webhook_peer_t *peer)
{
    int                 rc;
    u_char              text[NGX_SOCKADDR_STRLEN + 1];
    ngx_str_t          *name;
    X509_VERIFY_PARAM  *param;

    name = &peer->tls.name;
    param = SSL_CTX_get0_param(peer->ssl->ctx);

    if (ngx_webhook_tls_address(name, text, sizeof(text)) == NGX_OK) {

        rc = peer->tls.verify
             ? X509_VERIFY_PARAM_set1_ip_asc(param, (char *) text) : 1;

    } else {

        peer->sni = *name;

        /* the root's dot is no part of the name in a certificate */

        if (peer->sni.len && peer->sni.data[peer->sni.len - 1] == '.') {
            peer->sni.len--;
            peer->sni.data = ngx_pstrdup(b->pool, name);
            if (peer->sni.data == NULL) {
                return NGX_ERROR;
            }

            peer->sni.data[peer->sni.len] = '\0';
        }

        /* what stands in the subject is no name of a server: RFC 9525 */

        X509_VERIFY_PARAM_set_hostflags(param,
                                        X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS
                                        |X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);

        rc = peer->tls.verify
             ? X509_VERIFY_PARAM_set1_host(param, (char *) peer->sni.data,
                                           peer->sni.len)
             : 1;
    }

    if (rc != 1) {
        ngx_webhook_build_at(NGX_LOG_EMERG, b, &peer->source_pos, "the "
                             "name \"%V\" cannot be verified in a "
                             "certificate", name);
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* NGX_OK and the address without brackets, if the name is one. */

static ngx_int_t
ngx_webhook_tls_address(ngx_str_t *name, u_char *text, size_t size)
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
ngx_webhook_tls_connection(ngx_webhook_peer_t *peer, ngx_connection_t *c)
{
    ngx_webhook_tls_conn_t  *conn;

    if (ngx_ssl_create_connection(peer->ssl, c, NGX_SSL_BUFFER|NGX_SSL_CLIENT)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (peer->sni.len
        && SSL_set_tlsext_host_name(c->ssl->connection,
                                    (char *) peer->sni.data)
           == 0)
    {
        ngx_ssl_error(NGX_LOG_ERR, c->log, 0,
                      "SSL_set_tlsext_host_name() failed");
        return NGX_ERROR;
    }

    c->ssl->save_session = ngx_webhook_tls_session;

    if (peer->session == NULL) {
        return NGX_OK;
    }

    /*
     * A session that is resumed spares the peer its certificates, and us the
     * look at them: it ends when they do.
     */

    if (ngx_time() >= peer->session_until
        || SSL_set_session(c->ssl->connection, peer->session) == 0)
    {
        ERR_clear_error();
        ngx_webhook_tls_forget(peer);
        return NGX_OK;
    }

    conn = c->data;
    conn->until = peer->session_until;

    return NGX_OK;
}


/*
 * Until when the certificates by which the peer was verified are good: the
 * first of them to end says so.  0 if there are none.
 */

static time_t
ngx_webhook_tls_until(ngx_webhook_peer_t *peer, SSL *ssl)
{
    int              i, days, seconds;
    time_t           until, end;
    STACK_OF(X509)  *chain;

    if (!peer->tls.verify) {
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
ngx_webhook_tls_session(ngx_connection_t *c)
{
    ngx_ssl_session_t       *session;
    ngx_webhook_tls_conn_t  *conn;

    conn = c->data;

    /* one that was resumed has been verified when the first of its line was */

    if (!SSL_session_reused(c->ssl->connection)) {
        conn->until = ngx_webhook_tls_until(conn->peer, c->ssl->connection);
    }

    if (ngx_time() >= conn->until) {
        return;
    }

    session = ngx_ssl_get_session(c);

    if (session) {
        ngx_webhook_tls_forget(conn->peer);
        conn->peer->session = session;
        conn->peer->session_until = conn->until;
    }
}


ngx_int_t
ngx_webhook_tls_verify(ngx_webhook_peer_t *peer, ngx_connection_t *c,
    u_char *buf, size_t size, ngx_str_t *reason)
{
    long         rc;
    u_char      *p;
    X509        *cert;
    const char  *text;

    if (!peer->tls.verify) {
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
                     &peer->tls.name, text);

    reason->data = buf;
    reason->len = p - buf;

    return NGX_DECLINED;
}


void
ngx_webhook_tls_forget(ngx_webhook_peer_t *peer)
{
    if (peer->session) {
        ngx_ssl_free_session(peer->session);
        peer->session = NULL;
    }
}


static void
ngx_webhook_tls_cleanup(void *data)
{
    ngx_webhook_peer_t  *peer = data;

    ngx_webhook_tls_forget(peer);

    ngx_ssl_cleanup_ctx(peer->ssl);
}
