
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The connection of send.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <openssl/err.h>

#include "webhookctl/try/webhookctl_send_int.h"


#define CTL_SEND_TIMEOUT  30            /* seconds for each step */


static int ctl_send_tls(ctl_t *ctl, ctl_send_t *c);


int
ctl_send_url(const char *url, ctl_send_t *c)
{
    size_t       len;
    const char  *p, *host, *colon, *end;

    for (p = url; *p; p++) {
        if ((unsigned char) *p <= 0x20 || (unsigned char) *p >= 0x7f) {
            goto invalid;
        }
    }

    if (strncasecmp(url, "https://", 8) == 0) {
        c->tls = 1;
        host = url + 8;

    } else if (strncasecmp(url, "http://", 7) == 0) {
        host = url + 7;

    } else {
        goto invalid;
    }

    end = host + strcspn(host, "/?#");

    if (memchr(host, '@', (size_t) (end - host)) || strchr(end, '#')) {
        goto invalid;
    }

    if (*host == '[') {
        colon = memchr(host, ']', (size_t) (end - host));

        if (colon == NULL) {
            goto invalid;
        }

        len = (size_t) (colon - host - 1);
        colon++;

        if (len >= sizeof(c->host)) {
            goto invalid;
        }

        memcpy(c->host, host + 1, len);

    } else {
        colon = memchr(host, ':', (size_t) (end - host));

        if (colon == NULL) {
            colon = end;
        }

        len = (size_t) (colon - host);

        if (len >= sizeof(c->host)) {
            goto invalid;
        }

        memcpy(c->host, host, len);
    }

    if (len == 0 || (size_t) (end - host) >= sizeof(c->name)) {
        goto invalid;
    }

    memcpy(c->name, host, (size_t) (end - host));

    if (colon == end) {
        strcpy(c->port, c->tls ? "443" : "80");

    } else {
        len = (size_t) (end - colon - 1);

        if (*colon != ':' || len == 0 || len > 5
            || strspn(colon + 1, "0123456789") != len
            || atoi(colon + 1) > 65535)
        {
            goto invalid;
        }

        memcpy(c->port, colon + 1, len);
    }

    c->target = ctl_str(end);

    return 0;

invalid:

    ctl_say("\"%s\" is not the URL of a receiver, such as "
            "https://host/web/hook/TOKEN",
            url);

    return 2;
}


int
ctl_send_connect(ctl_t *ctl, ctl_send_t *c)
{
    int               rc;
    const char       *err;
    struct timeval    timeout;
    struct addrinfo   hints, *list, *a;

    memset(&hints, 0, sizeof(hints));

    hints.ai_socktype = SOCK_STREAM;

    rc = getaddrinfo(c->host, c->port, &hints, &list);

    if (rc != 0) {
        ctl_say("cannot look up \"%s\": %s", c->host, gai_strerror(rc));
        return 1;
    }

    timeout.tv_sec = CTL_SEND_TIMEOUT;
    timeout.tv_usec = 0;

    err = "no address";

    for (a = list; a; a = a->ai_next) {
        c->fd = socket(a->ai_family, SOCK_STREAM|SOCK_CLOEXEC, 0);

        if (c->fd == -1) {
            err = strerror(errno);
            continue;
        }

        (void) setsockopt(c->fd, SOL_SOCKET, SO_SNDTIMEO, &timeout,
                          sizeof(timeout));
        (void) setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &timeout,
                          sizeof(timeout));

        if (connect(c->fd, a->ai_addr, a->ai_addrlen) == 0) {
            break;
        }

        err = errno == EINPROGRESS ? "it took too long" : strerror(errno);

        close(c->fd);
        c->fd = -1;
    }

    freeaddrinfo(list);

    if (c->fd == -1) {
        ctl_say("cannot connect to %s port %s: %s", c->host, c->port, err);
        return 1;
    }

    return c->tls ? ctl_send_tls(ctl, c) : 0;
}


static int
ctl_send_tls(ctl_t *ctl, ctl_send_t *c)
{
    long                verify;
    unsigned char       address[16];
    X509_VERIFY_PARAM  *param;

    c->context = SSL_CTX_new(TLS_client_method());

    if (c->context == NULL) {
        ctl_say("no memory");
        return 1;
    }

    SSL_CTX_set_min_proto_version(c->context, TLS1_2_VERSION);
    SSL_CTX_set_verify(c->context, SSL_VERIFY_PEER, NULL);

    if (ctl->value[CTL_CA]
        ? SSL_CTX_load_verify_file(c->context, ctl->value[CTL_CA]) != 1
        : SSL_CTX_set_default_verify_paths(c->context) != 1)
    {
        ctl_say("cannot read the certificates of \"%s\"",
                ctl->value[CTL_CA] ? ctl->value[CTL_CA] : "this system");
        return 1;
    }

    c->ssl = SSL_new(c->context);

    if (c->ssl == NULL || SSL_set_fd(c->ssl, c->fd) != 1) {
        ctl_say("no memory");
        return 1;
    }

    param = SSL_get0_param(c->ssl);

    if (inet_pton(AF_INET, c->host, address) == 1
        || inet_pton(AF_INET6, c->host, address) == 1)
    {
        (void) X509_VERIFY_PARAM_set1_ip_asc(param, c->host);

    } else {
        (void) SSL_set_tlsext_host_name(c->ssl, c->host);
        (void) SSL_set1_host(c->ssl, c->host);
    }

    if (SSL_connect(c->ssl) == 1) {
        return 0;
    }

    verify = SSL_get_verify_result(c->ssl);

    ctl_say("no TLS with %s: %s", c->name,
            verify != X509_V_OK ? X509_verify_cert_error_string(verify)
            : ERR_peek_error() ? ERR_reason_error_string(ERR_peek_error())
            : "the connection ended");

    return 1;
}


int
ctl_send_all(ctl_send_t *c, const webhook_buf_t *buf)
{
    size_t   done, part;
    ssize_t  n;

    for (done = 0; done < buf->len; done += (size_t) n) {
        part = buf->len - done < 65536 ? buf->len - done : 65536;

        n = c->ssl ? SSL_write(c->ssl, buf->data + done, (int) part)
                   : write(c->fd, buf->data + done, part);

        if (n <= 0) {

            /* who answers before he has read all of it may close */

            return 0;
        }
    }

    return 0;
}


int
ctl_send_wait(ctl_send_t *c)
{
    size_t                  used;
    ssize_t                 n;
    uint64_t                end;
    unsigned char           chunk[16384];
    webhook_http_result_e   rc;

    webhook_http_init(&c->http, c->answer, sizeof(c->answer), 0);

    rc = WEBHOOK_HTTP_MORE;
    end = ctl_send_now() + CTL_SEND_TIMEOUT * (uint64_t) 1000000;

    while (rc == WEBHOOK_HTTP_MORE) {
        n = c->ssl ? SSL_read(c->ssl, chunk, sizeof(chunk))
                   : read(c->fd, chunk, sizeof(chunk));

        if (n == -1 && errno == EINTR && c->ssl == NULL) {
            continue;
        }

        if ((n == -1 && errno == EAGAIN) || ctl_send_now() > end) {
            ctl_say("no answer in %d seconds", CTL_SEND_TIMEOUT);
            return 1;
        }

        rc = n <= 0 ? webhook_http_eof(&c->http)
                    : webhook_http_feed(&c->http, chunk, (size_t) n, &used);

        if (rc == WEBHOOK_HTTP_BAD && c->http.status == 0) {
            ctl_say("no answer: %s", c->http.error ? c->http.error
                                                   : "the connection ended");
            return 1;
        }
    }

    return 0;
}


void
ctl_send_close(ctl_send_t *c)
{
    SSL_free(c->ssl);
    SSL_CTX_free(c->context);

    if (c->fd != -1) {
        close(c->fd);
    }
}


uint64_t
ctl_send_now(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);

    return (uint64_t) ts.tv_sec * 1000000 + (uint64_t) ts.tv_nsec / 1000;
}
