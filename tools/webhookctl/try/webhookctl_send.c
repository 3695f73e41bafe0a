
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * send: a call to a receiver, signed as the sender of a preset does.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netdb.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "webhookctl/try/webhookctl_sign.h"
#include "core/http1/webhook_http.h"
#include "core/base/webhook_version.h"


#define CTL_SEND_TIMEOUT  30            /* seconds for each step */
#define CTL_SEND_BODY     (16 * 1024 * 1024)
#define CTL_SEND_ANSWER   65536


typedef struct {
    int              tls;
    char             host[256];         /* as it is looked up */
    char             name[272];         /* as Host says it */
    char             port[8];
    webhook_str_t    target;            /* path and query */

    int              fd;
    SSL_CTX         *context;
    SSL             *ssl;

    unsigned char    answer[CTL_SEND_ANSWER];
    webhook_http_t   http;
    uint64_t         took;              /* microseconds */
} ctl_send_t;


static int ctl_send_url(const char *url, ctl_send_t *c);
static int ctl_send_body(ctl_t *ctl, webhook_buf_t *body);
static int ctl_send_linear(webhook_buf_t *body);
static int ctl_send_read(const char *file, webhook_buf_t *body);
static int ctl_send_headers(ctl_t *ctl, ctl_send_t *c,
    const ctl_header_t *signs, unsigned n, size_t len, webhook_buf_t *out);
static int ctl_send_header_valid(const char *text);
static int ctl_send_connect(ctl_t *ctl, ctl_send_t *c);
static int ctl_send_tls(ctl_t *ctl, ctl_send_t *c);
static int ctl_send_all(ctl_send_t *c, const webhook_buf_t *buf);
static int ctl_send_wait(ctl_send_t *c);
static void ctl_send_tell(ctl_t *ctl, ctl_send_t *c, const char *url,
    const ctl_header_t *signs, unsigned n, const webhook_buf_t *body);
static uint64_t ctl_send_now(void);


int
ctl_send(ctl_t *ctl, webhook_store_t *st)
{
    int             rc;
    char            id[WEBHOOK_ID_TEXT_LEN + 1];
    unsigned        n;
    uint64_t        start;
    ctl_send_t     *c;
    ctl_sign_t      sign;
    webhook_id_t    wire;
    webhook_str_t   text;
    webhook_buf_t   url, signs, body, head;
    ctl_header_t    headers[CTL_SIGN_HEADERS];

    static webhook_id_source_t  ids;

    (void) st;

    signal(SIGPIPE, SIG_IGN);

    webhook_buf_init(&url, 0);
    webhook_buf_init(&signs, 0);
    webhook_buf_init(&body, CTL_SEND_BODY);
    webhook_buf_init(&head, 0);

    c = calloc(1, sizeof(ctl_send_t));

    if (c == NULL) {
        ctl_say("no memory");
        return 1;
    }

    c->fd = -1;

    rc = ctl_sign_init(ctl, &sign);

    if (rc == 0) {
        rc = ctl_send_body(ctl, &body);
    }

    if (rc == 0 && sign.verifier.preset
        && strcmp((char *) sign.verifier.preset->name.data, "linear") == 0)
    {
        rc = ctl_send_linear(&body);
    }

    if (rc == 0) {

        if (webhook_id_make(&ids, (uint64_t) time(NULL) * 1000, &wire)
            != WEBHOOK_OK)
        {
            ctl_say("no random id");
            rc = 1;
        }

        ctl_id(&wire, id);
    }

    if (rc == 0) {
        text.data = body.data;
        text.len = body.len;

        /* what is signed is the URL as the sender knows it */

        (void) webhook_buf_add(&url, ctl->argv[1], strlen(ctl->argv[1]));
        (void) webhook_buf_add(&signs, ctl->value[CTL_URL]
                               ? ctl->value[CTL_URL] : ctl->argv[1],
                               strlen(ctl->value[CTL_URL]
                                      ? ctl->value[CTL_URL] : ctl->argv[1]));

        rc = ctl_sign_make(&sign, &text, &signs, id, headers, &n);
    }

    if (rc == 0) {

        /* a digest of the body that was put into the one is in the other */

        if (signs.len > strlen(ctl->value[CTL_URL] ? ctl->value[CTL_URL]
                                                   : ctl->argv[1]))
        {
            (void) webhook_buf_add(&url, memchr(url.data, '?', url.len)
                                         ? "&" : "?", 1);
            (void) webhook_buf_add(&url, signs.data + signs.len - 75, 75);
        }

        (void) webhook_buf_byte(&url, '\0');

        rc = url.failed ? 1 : ctl_send_url((char *) url.data, c);
    }

    if (rc == 0 && ctl->value[CTL_CA] && !c->tls) {
        ctl_say("--ca is of use with https alone");
        rc = 2;
    }

    if (rc == 0) {
        rc = ctl_send_headers(ctl, c, headers, n, body.len, &head);
    }

    if (rc == 0) {
        (void) webhook_buf_add(&head, body.data, body.len);

        start = ctl_send_now();

        rc = ctl_send_connect(ctl, c);

        if (rc == 0) {
            rc = ctl_send_all(c, &head);
        }

        if (rc == 0) {
            rc = ctl_send_wait(c);
        }

        c->took = ctl_send_now() - start;
    }

    if (rc == 0) {
        ctl_send_tell(ctl, c, (char *) url.data, headers, n, &body);

        rc = c->http.status >= 200 && c->http.status < 300 ? 0 : 1;
    }

    SSL_free(c->ssl);
    SSL_CTX_free(c->context);

    if (c->fd != -1) {
        close(c->fd);
    }

    free(c);

    ctl_sign_free(&sign);
    webhook_buf_free(&url);
    webhook_buf_free(&signs);
    webhook_buf_free(&body);
    webhook_buf_free(&head);

    return rc;
}


/* http[s]://host[:port][/...], of which nothing is decoded. */

static int
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

    ctl_say("\"%s\" is no URL of a receiver, as https://host/web/hook/TOKEN",
            url);

    return 2;
}


static int
ctl_send_body(ctl_t *ctl, webhook_buf_t *body)
{
    static const char  test[] = "{\"test\": true}";

    if (ctl->argc < 3) {
        return webhook_buf_add(body, test, sizeof(test) - 1) == WEBHOOK_OK
               ? 0 : 1;
    }

    return ctl_send_read(ctl->argv[2], body);
}


static int
ctl_send_read(const char *file, webhook_buf_t *body)
{
    int            fd, rc;
    ssize_t        n;
    unsigned char  chunk[65536];

    fd = strcmp(file, "-") == 0 ? STDIN_FILENO : open(file, O_RDONLY|O_CLOEXEC);

    while ((n = fd == -1 ? -1 : read(fd, chunk, sizeof(chunk))) > 0) {
        if (webhook_buf_add(body, chunk, (size_t) n) != WEBHOOK_OK) {
            break;
        }
    }

    rc = 0;

    if (n == -1) {
        ctl_say("cannot read \"%s\": %s", file, strerror(errno));
        rc = 1;

    } else if (body->failed) {
        ctl_say("\"%s\" has more than %d megabytes", file,
                CTL_SEND_BODY >> 20);
        rc = 1;
    }

    if (fd > STDIN_FILENO) {
        close(fd);
    }

    return rc;
}


/* Linear signs a time that is in the body: it is to be this one's. */

static int
ctl_send_linear(webhook_buf_t *body)
{
    char    *text;
    json_t  *json;

    json = json_loadb((char *) body->data, body->len, 0, NULL);

    if (!json_is_object(json)) {
        json_decref(json);
        ctl_say("the body has to be a JSON object, which gets a "
                "\"webhookTimestamp\"");
        return 1;
    }

    json_object_set_new(json, "webhookTimestamp",
                        json_integer((json_int_t) time(NULL) * 1000));

    text = json_dumps(json, JSON_COMPACT);

    json_decref(json);

    if (text == NULL) {
        return 1;
    }

    body->len = 0;
    (void) webhook_buf_add(body, text, strlen(text));

    free(text);

    return body->failed ? 1 : 0;
}


static int
ctl_send_headers(ctl_t *ctl, ctl_send_t *c, const ctl_header_t *signs,
    unsigned n, size_t len, webhook_buf_t *out)
{
    char         line[2048];
    unsigned     i;
    const char  *type;

    type = ctl->value[CTL_TYPE] ? ctl->value[CTL_TYPE] : "application/json";

    if (strpbrk(type, "\r\n") || strlen(type) > 255) {
        ctl_say("--type is the type of the body, as application/json");
        return 2;
    }

    (void) webhook_buf_add(out, "POST ", 5);

    if (c->target.len == 0 || *c->target.data != '/') {
        (void) webhook_buf_byte(out, '/');
    }

    (void) webhook_buf_add(out, c->target.data, c->target.len);

    snprintf(line, sizeof(line), " HTTP/1.1\r\nHost: %s\r\n"
             "User-Agent: webhookctl/" WEBHOOK_VERSION "\r\n"
             "Content-Type: %s\r\nContent-Length: %zu\r\n"
             "Connection: close\r\n", c->name, type, len);

    (void) webhook_buf_add(out, line, strlen(line));

    for (i = 0; i < n; i++) {

        if (strpbrk(signs[i].value, "\r\n")) {
            ctl_say("--key has a line end in it, which no header may have");
            return 2;
        }

        (void) webhook_buf_add(out, signs[i].name, strlen(signs[i].name));
        (void) webhook_buf_add(out, ": ", 2);
        (void) webhook_buf_add(out, signs[i].value, strlen(signs[i].value));
        (void) webhook_buf_add(out, "\r\n", 2);
    }

    for (i = 0; i < ctl->headers_count; i++) {

        if (!ctl_send_header_valid(ctl->headers[i])) {
            ctl_say("--header is \"Name: value\", and not one that frames the "
                    "call");
            return 2;
        }

        (void) webhook_buf_add(out, ctl->headers[i], strlen(ctl->headers[i]));
        (void) webhook_buf_add(out, "\r\n", 2);
    }

    (void) webhook_buf_add(out, "\r\n", 2);

    return out->failed ? 1 : 0;
}


static int
ctl_send_header_valid(const char *text)
{
    size_t       i, len;

    static const char  *no[] = {
        "content-length", "transfer-encoding", "connection", "host"
    };

    len = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                       "0123456789-_.!#$%&'*+^`|~");

    if (len == 0 || text[len] != ':' || strpbrk(text, "\r\n")) {
        return 0;
    }

    for (i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
        if (strlen(no[i]) == len && strncasecmp(text, no[i], len) == 0) {
            return 0;
        }
    }

    return 1;
}


static int
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


static int
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


static int
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


static void
ctl_send_tell(ctl_t *ctl, ctl_send_t *c, const char *url,
    const ctl_header_t *signs, unsigned n, const webhook_buf_t *body)
{
    char           took[40];
    json_t        *root, *list;
    unsigned       i;
    webhook_str_t  text;

    text.data = c->answer;
    text.len = c->http.body_len;

    if (ctl->json) {
        root = json_object();
        list = json_object();

        for (i = 0; i < n; i++) {
            json_object_set_new(list, signs[i].name,
                                json_string(signs[i].secret
                                            ? "***" : signs[i].value));
        }

        json_object_set_new(root, "url", json_string(url));
        json_object_set_new(root, "signature", list);
        json_object_set_new(root, "body_length",
                            json_integer((json_int_t) body->len));
        json_object_set_new(root, "status", json_integer(c->http.status));
        json_object_set_new(root, "total_usec",
                            json_integer((json_int_t) c->took));
        json_object_set_new(root, "answer", ctl_json_text(&text));
        ctl_json_line(root);

        return;
    }

    printf("POST %s, %zu bytes\n", url, body->len);

    for (i = 0; i < n; i++) {
        printf("  %s: %s\n", signs[i].name,
               signs[i].secret ? "***" : signs[i].value);
    }

    printf("status %u in %s\n", c->http.status,
           ctl_usec(c->took > UINT32_MAX ? UINT32_MAX : (uint32_t) c->took,
                    took, sizeof(took)));

    ctl_body(&text, 4);
}


static uint64_t
ctl_send_now(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);

    return (uint64_t) ts.tv_sec * 1000000 + (uint64_t) ts.tv_nsec / 1000;
}
