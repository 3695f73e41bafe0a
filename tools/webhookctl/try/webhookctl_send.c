
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * send: a call to a receiver, signed as the sender of a preset does.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "webhookctl/try/webhookctl_send_int.h"
#include "webhookctl/try/webhookctl_sign.h"
#include "core/base/webhook_version.h"


#define CTL_SEND_BODY  (16 * 1024 * 1024)


static int ctl_send_sign(ctl_t *ctl, ctl_sign_t *sign,
    const webhook_buf_t *body, const char *id, webhook_buf_t *url,
    ctl_header_t headers[CTL_SIGN_HEADERS], unsigned *n);
static int ctl_send_call(ctl_t *ctl, ctl_send_t *c,
    const webhook_buf_t *call);
static int ctl_send_body(ctl_t *ctl, webhook_buf_t *body);
static int ctl_send_linear(webhook_buf_t *body);
static int ctl_send_read(const char *file, webhook_buf_t *body);
static int ctl_send_headers(ctl_t *ctl, ctl_send_t *c,
    const ctl_header_t *signs, unsigned n, size_t len, webhook_buf_t *out);
static int ctl_send_header_valid(const char *text);
static void ctl_send_tell(ctl_t *ctl, ctl_send_t *c, const char *url,
    const ctl_header_t *signs, unsigned n, const webhook_buf_t *body);


int
ctl_send(ctl_t *ctl, webhook_store_t *st)
{
    int             rc;
    char            id[WEBHOOK_ID_TEXT_LEN + 1];
    unsigned        n;
    ctl_send_t     *c;
    ctl_sign_t      sign;
    webhook_id_t    wire;
    webhook_buf_t   url, body, head;
    ctl_header_t    headers[CTL_SIGN_HEADERS];

    static webhook_id_source_t  ids;

    (void) st;

    signal(SIGPIPE, SIG_IGN);

    webhook_buf_init(&url, 0);
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

        if (webhook_id_make(&ids, (uint64_t) time(NULL) * 1000000, &wire)
            != WEBHOOK_OK)
        {
            ctl_say("no random id");
            rc = 1;
        }

        ctl_id(&wire, id);
    }

    if (rc == 0) {
        rc = ctl_send_sign(ctl, &sign, &body, id, &url, headers, &n);
    }

    if (rc == 0) {
        rc = ctl_send_url((char *) url.data, c);
    }

    if (rc == 0 && ctl->value[CTL_CA] && !c->tls) {
        ctl_say("--ca is only for https");
        rc = 2;
    }

    if (rc == 0) {
        rc = ctl_send_headers(ctl, c, headers, n, body.len, &head);
    }

    if (rc == 0) {
        (void) webhook_buf_add(&head, body.data, body.len);

        rc = ctl_send_call(ctl, c, &head);
    }

    if (rc == 0) {
        ctl_send_tell(ctl, c, (char *) url.data, headers, n, &body);

        rc = c->http.status >= 200 && c->http.status < 300 ? 0 : 1;
    }

    ctl_send_close(c);
    free(c);

    ctl_sign_free(&sign);
    webhook_buf_free(&url);
    webhook_buf_free(&body);
    webhook_buf_free(&head);

    return rc;
}


/*
 * The headers of the signature, and into url, a string, what is called.  What is
 * signed is the URL as the sender knows it.
 */

static int
ctl_send_sign(ctl_t *ctl, ctl_sign_t *sign, const webhook_buf_t *body,
    const char *id, webhook_buf_t *url,
    ctl_header_t headers[CTL_SIGN_HEADERS], unsigned *n)
{
    int             rc;
    const char     *called, *known;
    webhook_str_t   text;
    webhook_buf_t   signs;

    called = ctl->argv[1];
    known = ctl->value[CTL_URL] ? ctl->value[CTL_URL] : called;

    text.data = body->data;
    text.len = body->len;

    webhook_buf_init(&signs, 0);

    (void) webhook_buf_add(url, called, strlen(called));
    (void) webhook_buf_add(&signs, known, strlen(known));

    rc = ctl_sign_make(sign, &text, &signs, id, headers, n);

    /* a digest of the body that was put into the one is in the other */

    if (rc == 0 && signs.len > strlen(known)) {
        (void) webhook_buf_add(url, memchr(url->data, '?', url->len)
                                    ? "&" : "?", 1);
        (void) webhook_buf_add(url, signs.data + signs.len - 75, 75);
    }

    webhook_buf_free(&signs);

    (void) webhook_buf_byte(url, '\0');

    return rc == 0 && url->failed ? 1 : rc;
}


static int
ctl_send_call(ctl_t *ctl, ctl_send_t *c, const webhook_buf_t *call)
{
    int       rc;
    uint64_t  start;

    start = ctl_send_now();

    rc = ctl_send_connect(ctl, c);

    if (rc == 0) {
        rc = ctl_send_all(c, call);
    }

    if (rc == 0) {
        rc = ctl_send_wait(c);
    }

    c->took = ctl_send_now() - start;

    return rc;
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
        ctl_say("--type is the type of the body, such as application/json");
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
            ctl_say("--key contains a line end, which no header may contain");
            return 2;
        }

        (void) webhook_buf_add(out, signs[i].name, strlen(signs[i].name));
        (void) webhook_buf_add(out, ": ", 2);
        (void) webhook_buf_add(out, signs[i].value, strlen(signs[i].value));
        (void) webhook_buf_add(out, "\r\n", 2);
    }

    for (i = 0; i < ctl->headers_count; i++) {

        if (!ctl_send_header_valid(ctl->headers[i])) {
            ctl_say("--header is \"Name: value\", and cannot be one that "
                    "frames the request");
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
