
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * TLS of peers: names, certificate verification, kept sessions.
 *
 * OpenSSL itself verifies chain and name, so that a handshake with the wrong
 * peer fails before anything of ours is sent.
 */

#include "http/net/peer/ngx_http_webhook_tls_int.h"

#include <openssl/x509v3.h>


static ngx_int_t ngx_webhook_tls_name(ngx_webhook_build_t *b,
    ngx_webhook_peer_t *peer);
static ngx_int_t ngx_webhook_tls_address(ngx_str_t *name, u_char *text,
    size_t size);
static ngx_int_t ngx_webhook_tls_expect(ngx_webhook_peer_t *peer,
    X509_VERIFY_PARAM *param);
static time_t ngx_webhook_tls_until(ngx_webhook_peer_t *peer, SSL *ssl);
static void ngx_webhook_tls_session(ngx_connection_t *c);
static void ngx_webhook_tls_cleanup(void *data);


ngx_int_t
ngx_webhook_tls_create(ngx_webhook_build_t *b, ngx_webhook_peer_t *peer)
{
    ngx_pool_cleanup_t  *cln;

    if ((peer->tls.cert.len != 0) != (peer->tls.key.len != 0)) {
        ngx_webhook_build_at(NGX_LOG_EMERG, b, &peer->source_pos, "a "
                             "client certificate needs both \"cert=\" "
                             "and \"key=\"");
        return NGX_ERROR;
    }

    if (ngx_webhook_tls_name(b, peer) != NGX_OK) {
        return NGX_ERROR;
    }

    peer->ssl = ngx_webhook_tls_context(b, peer);
    if (peer->ssl == NULL) {
        return NGX_ERROR;
    }

    cln = ngx_pool_cleanup_add(b->pool, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    cln->handler = ngx_webhook_tls_cleanup;
    cln->data = peer;

    return NGX_OK;
}


/* The name to ask for and to verify; an address is never asked for. */

static ngx_int_t
ngx_webhook_tls_name(ngx_webhook_build_t *b, ngx_webhook_peer_t *peer)
{
    u_char              text[NGX_SOCKADDR_STRLEN + 1];
    ngx_int_t           rc;
    ngx_str_t          *name;
    X509_VERIFY_PARAM  *param;

    name = &peer->tls.name;

    if (ngx_webhook_tls_address(name, text, sizeof(text)) == NGX_OK) {

        peer->address.len = ngx_strlen(text);
        peer->address.data = ngx_pnalloc(b->pool, peer->address.len + 1);
        if (peer->address.data == NULL) {
            return NGX_ERROR;
        }

        ngx_memcpy(peer->address.data, text, peer->address.len + 1);

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
    }

    if (!peer->tls.verify) {
        return NGX_OK;
    }

    /* what a connection would be told, so that it is known now if it may not
       be */

    param = X509_VERIFY_PARAM_new();
    if (param == NULL) {
        return NGX_ERROR;
    }

    rc = ngx_webhook_tls_expect(peer, param);

    X509_VERIFY_PARAM_free(param);

    if (rc != NGX_OK) {
        ngx_webhook_build_at(NGX_LOG_EMERG, b, &peer->source_pos, "the "
                             "name \"%V\" cannot be verified in a "
                             "certificate", name);
    }

    return rc;
}


/* Has the peer's name or address verified. */

static ngx_int_t
ngx_webhook_tls_expect(ngx_webhook_peer_t *peer, X509_VERIFY_PARAM *param)
{
    int  rc;

    if (peer->address.len) {
        rc = X509_VERIFY_PARAM_set1_ip_asc(param, (char *) peer->address.data);

    } else {

        /* what stands in the subject is no name of a server: RFC 9525 */

        X509_VERIFY_PARAM_set_hostflags(param,
                                        X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS
                                        |X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);

        rc = X509_VERIFY_PARAM_set1_host(param, (char *) peer->sni.data,
                                         peer->sni.len);
    }

    return rc == 1 ? NGX_OK : NGX_ERROR;
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

    if (peer->tls.verify
        && ngx_webhook_tls_expect(peer, SSL_get0_param(c->ssl->connection))
           != NGX_OK)
    {
        ngx_ssl_error(NGX_LOG_ERR, c->log, 0,
                      "the name to verify could not be set");
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
    ngx_webhook_tls_forget(data);
}
