
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * listen: an endpoint for trying out, which shows and records what it gets.
 *
 * Whoever can reach it may call it: each connection has a thread of its own, a
 * bounded number of them, a time for everything, and bounds for all that it
 * sends.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "webhookctl_sign.h"


#define CTL_LISTEN_ADDRESS   "127.0.0.1:8080"
#define CTL_LISTEN_HEAD      32768      /* bytes of the request's head */
#define CTL_LISTEN_LINES     100        /* headers */
#define CTL_LISTEN_BODY      (16 * 1024 * 1024)
#define CTL_LISTEN_CLIENTS   16         /* connections at a time */
#define CTL_LISTEN_TIME      15         /* seconds for a request */
#define CTL_LISTEN_SHOWN     65536      /* bytes of a body on a terminal */


/* The thread of a connection. */

typedef struct {
    pthread_t         thread;
    int               begun;            /* it is to be joined, */
    int               done;             /* and does no more */
} ctl_slot_t;


typedef struct {
    ctl_t            *ctl;
    ctl_sign_t        sign;
    int               socket;
    int               stop[2];          /* a pipe: the end */
    int               record;           /* a file, or -1 */
    unsigned          status;           /* what callers are answered */
    pthread_mutex_t   lock;
    pthread_cond_t    idle;
    unsigned          clients;
    ctl_slot_t        slots[CTL_LISTEN_CLIENTS];
    uint64_t          calls;
    int               failed;
} ctl_listen_t;


typedef struct {
    ctl_listen_t     *listen;
    ctl_slot_t       *slot;
    int               fd;
    char              remote[80];
    uint64_t          end;              /* ms, of a clock that only goes on */
    webhook_buf_t     in;               /* what came */
    size_t            head;             /* of that, with the empty line */
    webhook_str_t     method;
    webhook_str_t     uri;
    webhook_str_t     names[CTL_LISTEN_LINES];
    webhook_str_t     values[CTL_LISTEN_LINES];
    unsigned          lines;
    webhook_buf_t     body;
    const char       *verified;         /* NULL: not asked for */
    unsigned          status;
} ctl_client_t;


static int ctl_listen_socket(ctl_listen_t *l);
static int ctl_listen_run(ctl_listen_t *l);
static void ctl_listen_accept(ctl_listen_t *l);
static ctl_slot_t *ctl_listen_slot(ctl_listen_t *l);
static void *ctl_client_run(void *data);
static unsigned ctl_client_request(ctl_client_t *c);
static int ctl_client_read(ctl_client_t *c);
static unsigned ctl_client_head(ctl_client_t *c);
static int ctl_client_lines(ctl_client_t *c);
static int ctl_client_line(ctl_client_t *c, const unsigned char **p,
    const unsigned char *end, webhook_str_t *line);
static unsigned ctl_client_body(ctl_client_t *c);
static unsigned ctl_client_chunks(ctl_client_t *c);
static int ctl_client_header(void *data, const webhook_str_t *name,
    webhook_str_t *value);
static void ctl_client_verify(ctl_client_t *c);
static void ctl_client_answer(ctl_client_t *c);
static void ctl_client_tell(ctl_client_t *c);
static void ctl_client_print(ctl_client_t *c, const char *when);
static json_t *ctl_client_json(ctl_client_t *c, const char *when);
static uint64_t ctl_listen_now(void);
static void ctl_listen_signal(int signo);


static int  ctl_listen_end = -1;        /* the pipe's, for the signal */


int
ctl_listen(ctl_t *ctl, webhook_store_t *st)
{
    int               rc;
    char             *end;
    unsigned long     status;
    ctl_listen_t      l;
    struct sigaction  sa;

    (void) st;

    memset(&l, 0, sizeof(l));

    l.ctl = ctl;
    l.socket = -1;
    l.record = -1;
    l.status = 200;

    pthread_mutex_init(&l.lock, NULL);
    pthread_cond_init(&l.idle, NULL);

    if (ctl->value[CTL_ANSWER]) {
        status = strtoul(ctl->value[CTL_ANSWER], &end, 10);

        if (*end || status < 200 || status > 599) {
            ctl_say("--answer is a status from 200 to 599");
            return 2;
        }

        l.status = (unsigned) status;
    }

    rc = ctl_sign_init(ctl, &l.sign);
    if (rc != 0) {
        return rc;
    }

    if (l.sign.verifier.preset && l.sign.verifier.preset->url
        && ctl->value[CTL_URL] == NULL)
    {
        ctl_say("this preset signs the URL as the sender knows it: add "
                "--url=https://host/path");
        ctl_sign_free(&l.sign);
        return 2;
    }

    if (ctl->value[CTL_RECORD]) {
        l.record = open(ctl->value[CTL_RECORD],
                        O_WRONLY|O_CREAT|O_APPEND|O_CLOEXEC, 0600);

        if (l.record == -1) {
            ctl_say("cannot write \"%s\": %s", ctl->value[CTL_RECORD],
                    strerror(errno));
            ctl_sign_free(&l.sign);
            return 1;
        }
    }

    if (pipe2(l.stop, O_CLOEXEC|O_NONBLOCK) == -1) {
        ctl_say("cannot begin: %s", strerror(errno));
        return 1;
    }

    ctl_listen_end = l.stop[1];

    memset(&sa, 0, sizeof(sa));

    sa.sa_handler = ctl_listen_signal;

    /* who does not want to wait for slow callers sends a second one */

    sa.sa_flags = (int) SA_RESETHAND;

    sigaction(SIGINT, &sa, NULL);
    sigaction(SIGTERM, &sa, NULL);
    signal(SIGPIPE, SIG_IGN);

    rc = ctl_listen_socket(&l);

    if (rc == 0) {
        rc = ctl_listen_run(&l);
    }

    if (l.socket != -1) {
        close(l.socket);
    }

    if (l.record != -1) {
        close(l.record);
    }

    ctl_sign_free(&l.sign);

    return rc;
}


static void
ctl_listen_signal(int signo)
{
    ssize_t  n;

    (void) signo;

    n = write(ctl_listen_end, "", 1);
    (void) n;
}


/* [HOST:]PORT; without a host it is the loopback's. */

static int
ctl_listen_socket(ctl_listen_t *l)
{
    int                       rc, on;
    char                      host[256], name[80], port[16];
    size_t                    len, digits;
    const char               *text, *colon, *service;
    struct addrinfo           hints, *a;
    struct sockaddr_storage   ss;
    socklen_t                 size;

    text = l->ctl->value[CTL_ADDRESS];

    if (text == NULL) {
        text = CTL_LISTEN_ADDRESS;
    }

    colon = strrchr(text, ':');
    len = colon ? (size_t) (colon - text) : 0;

    service = colon ? colon + 1 : text;
    digits = strspn(service, "0123456789");

    /* getaddrinfo() takes any number for a port, and none */

    if (len >= sizeof(host) || digits == 0 || digits > 5 || service[digits]
        || atoi(service) > 65535)
    {
        goto invalid;
    }

    memcpy(host, text, len);
    host[len] = '\0';

    if (len > 2 && host[0] == '[' && host[len - 1] == ']') {
        memmove(host, host + 1, len - 2);
        host[len - 2] = '\0';
    }

    memset(&hints, 0, sizeof(hints));

    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICHOST|AI_NUMERICSERV|AI_PASSIVE;

    rc = getaddrinfo(len ? host : "127.0.0.1", service, &hints, &a);

    if (rc != 0) {
        goto invalid;
    }

    l->socket = socket(a->ai_family, SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK,
                       0);

    on = 1;

    if (l->socket == -1
        || setsockopt(l->socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on))
           == -1
        || bind(l->socket, a->ai_addr, a->ai_addrlen) == -1
        || listen(l->socket, 128) == -1)
    {
        ctl_say("cannot listen on %s: %s", text, strerror(errno));
        freeaddrinfo(a);
        return 1;
    }

    freeaddrinfo(a);

    size = sizeof(ss);

    if (getsockname(l->socket, (struct sockaddr *) &ss, &size) == -1
        || getnameinfo((struct sockaddr *) &ss, size, name, sizeof(name),
                       port, sizeof(port), NI_NUMERICHOST|NI_NUMERICSERV)
           != 0)
    {
        return 1;
    }

    /* for people, and for who started it: it takes calls from now on */

    fprintf(stderr, strchr(name, ':') ? "listening on http://[%s]:%s/\n"
                                      : "listening on http://%s:%s/\n",
            name, port);

    return 0;

invalid:

    ctl_say("--address is [ADDRESS:]PORT, as 8080, 0.0.0.0:8080 or "
            "[::1]:8080; not \"%s\"", text);

    return 2;
}


static int
ctl_listen_run(ctl_listen_t *l)
{
    int            ended;
    unsigned       i;
    struct pollfd  fds[2];

    ended = 0;

    while (!ended) {
        fds[0].fd = l->stop[0];
        fds[0].events = POLLIN;
        fds[1].fd = l->socket;
        fds[1].events = POLLIN;

        if (poll(fds, 2, -1) == -1) {

            if (errno != EINTR) {
                ctl_say("cannot wait: %s", strerror(errno));
                return 1;
            }

            continue;
        }

        if (fds[0].revents) {
            ended = 1;

        } else if (fds[1].revents) {
            ctl_listen_accept(l);
        }
    }

    /* who is being answered is answered */

    for (i = 0; i < CTL_LISTEN_CLIENTS; i++) {
        if (l->slots[i].begun) {
            pthread_join(l->slots[i].thread, NULL);
        }
    }

    return l->failed;
}


static void
ctl_listen_accept(ctl_listen_t *l)
{
    int                       fd, rc;
    char                      host[64], port[8];
    ctl_slot_t               *slot;
    ctl_client_t             *c;
    struct timespec           pause;
    struct sockaddr_storage   ss;
    socklen_t                 size;

    size = sizeof(ss);

    fd = accept4(l->socket, (struct sockaddr *) &ss, &size, SOCK_CLOEXEC);

    if (fd == -1) {

        if (errno == EMFILE || errno == ENFILE) {
            pause.tv_sec = 0;
            pause.tv_nsec = 100 * 1000 * 1000;
            nanosleep(&pause, NULL);
        }

        return;
    }

    pthread_mutex_lock(&l->lock);

    while (l->clients >= CTL_LISTEN_CLIENTS) {
        pthread_cond_wait(&l->idle, &l->lock);
    }

    l->clients++;

    slot = ctl_listen_slot(l);

    pthread_mutex_unlock(&l->lock);

    rc = ENOMEM;
    c = calloc(1, sizeof(ctl_client_t));

    if (c) {
        c->listen = l;
        c->slot = slot;
        c->fd = fd;
        c->end = ctl_listen_now() + CTL_LISTEN_TIME * 1000;

        if (getnameinfo((struct sockaddr *) &ss, size, host, sizeof(host),
                        port, sizeof(port), NI_NUMERICHOST|NI_NUMERICSERV)
            == 0)
        {
            snprintf(c->remote, sizeof(c->remote), "%s", host);
        }

        rc = pthread_create(&slot->thread, NULL, ctl_client_run, c);
    }

    if (rc == 0) {
        slot->begun = 1;

    } else {
        close(fd);
        free(c);

        pthread_mutex_lock(&l->lock);
        l->clients--;
        pthread_mutex_unlock(&l->lock);
    }
}


/* One that no thread has any more: there is one, as there are fewer clients
   than slots. */

static ctl_slot_t *
ctl_listen_slot(ctl_listen_t *l)
{
    ctl_slot_t  *slot;

    for (slot = l->slots; slot->begun && !slot->done; slot++) { /* void */ }

    if (slot->begun) {
        pthread_join(slot->thread, NULL);
    }

    slot->begun = 0;
    slot->done = 0;

    return slot;
}


static void *
ctl_client_run(void *data)
{
    ctl_client_t  *c = data;

    unsigned       refused;
    ctl_slot_t    *slot;
    ctl_listen_t  *l;

    l = c->listen;
    slot = c->slot;

    webhook_buf_init(&c->in, CTL_LISTEN_HEAD + 2 * CTL_LISTEN_BODY);
    webhook_buf_init(&c->body, CTL_LISTEN_BODY);

    refused = ctl_client_request(c);

    if (refused == 0) {
        ctl_client_verify(c);

    } else if (c->head == 0 || ctl_client_lines(c) != 0) {

        /* what was read of it may have moved since */

        c->lines = 0;
        c->method.len = 0;
        c->uri.len = 0;
    }

    if (refused) {
        c->status = refused;

    } else if (c->status == 0) {
        c->status = l->status;
    }

    /* a connection on which nothing came is no call: 1 */

    if (refused != 1) {
        ctl_client_tell(c);
        ctl_client_answer(c);
    }

    close(c->fd);

    webhook_buf_free(&c->in);
    webhook_buf_free(&c->body);

    free(c);

    pthread_mutex_lock(&l->lock);

    if (refused != 1 && ++l->calls >= l->ctl->limit && l->ctl->limited) {
        ctl_listen_signal(0);
    }

    l->clients--;
    slot->done = 1;
    pthread_cond_broadcast(&l->idle);

    pthread_mutex_unlock(&l->lock);

    return NULL;
}


/* Reads a request.  Returns 0, the status that refuses it, or 1 if there is
   none. */

static unsigned
ctl_client_request(ctl_client_t *c)
{
    int             rc;
    unsigned        refused;
    webhook_str_t   expect;
    unsigned char  *end;

    static const webhook_str_t  name = webhook_str("expect");
    static const char           go[] = "HTTP/1.1 100 Continue\r\n\r\n";

    for ( ;; ) {
        end = c->in.len ? memmem(c->in.data, c->in.len, "\r\n\r\n", 4) : NULL;

        if (end) {
            c->head = (size_t) (end - c->in.data) + 4;
            break;
        }

        if (c->in.len > CTL_LISTEN_HEAD) {
            return 431;
        }

        rc = ctl_client_read(c);

        if (rc <= 0) {
            return c->in.len == 0 ? 1 : rc == 0 ? 400 : 408;
        }
    }

    if (c->head > CTL_LISTEN_HEAD) {
        return 431;
    }

    refused = ctl_client_head(c);

    if (refused) {
        return refused;
    }

    if (ctl_client_header(c, &name, &expect) == 1) {
        if (send(c->fd, go, sizeof(go) - 1, MSG_NOSIGNAL) == -1) {
            return 1;
        }
    }

    return ctl_client_body(c);
}


/* More of it: 1; 0 at the end, -1 if that takes too long. */

static int
ctl_client_read(ctl_client_t *c)
{
    ssize_t        n;
    uint64_t       now;
    unsigned char  chunk[16384];
    struct pollfd  fd;

    for ( ;; ) {
        now = ctl_listen_now();

        if (now >= c->end) {
            return -1;
        }

        fd.fd = c->fd;
        fd.events = POLLIN;

        if (poll(&fd, 1, (int) (c->end - now)) <= 0) {
            continue;
        }

        n = recv(c->fd, chunk, sizeof(chunk), MSG_DONTWAIT);

        if (n == -1 && (errno == EAGAIN || errno == EINTR)) {
            continue;
        }

        if (n <= 0) {
            return 0;
        }

        /* the lines of the head are views into it, but read anew after it
           moved */

        return webhook_buf_add(&c->in, chunk, (size_t) n) == WEBHOOK_OK ? 1
                                                                         : 0;
    }
}


/* Checks the head, which is read again once the body has come. */

static unsigned
ctl_client_head(ctl_client_t *c)
{
    return ctl_client_lines(c) == 0 ? 0 : 400;
}


static int
ctl_client_lines(ctl_client_t *c)
{
    unsigned char        *space, *colon;
    webhook_str_t         line, *name, *value;
    const unsigned char  *p, *end;

    p = c->in.data;
    end = p + c->head - 2;
    c->lines = 0;

    if (ctl_client_line(c, &p, end, &line) != 0) {
        return -1;
    }

    space = line.len ? memchr(line.data, ' ', line.len) : NULL;

    if (space == NULL || space == line.data) {
        return -1;
    }

    c->method.data = line.data;
    c->method.len = (size_t) (space - line.data);

    c->uri.data = space + 1;
    c->uri.len = line.len - c->method.len - 1;

    if (c->uri.len < 10
        || memcmp(c->uri.data + c->uri.len - 9, " HTTP/1.", 8) != 0)
    {
        return -1;
    }

    c->uri.len -= 9;

    while (p < end) {

        if (ctl_client_line(c, &p, end, &line) != 0
            || c->lines == CTL_LISTEN_LINES)
        {
            return -1;
        }

        colon = line.len ? memchr(line.data, ':', line.len) : NULL;

        if (colon == NULL || colon == line.data || line.data[0] == ' '
            || line.data[0] == '\t')
        {
            return -1;
        }

        name = &c->names[c->lines];
        value = &c->values[c->lines++];

        name->data = line.data;
        name->len = (size_t) (colon - line.data);

        value->data = colon + 1;
        value->len = line.len - name->len - 1;

        while (value->len && (*value->data == ' ' || *value->data == '\t')) {
            value->data++;
            value->len--;
        }

        while (value->len && (value->data[value->len - 1] == ' '
                              || value->data[value->len - 1] == '\t'))
        {
            value->len--;
        }
    }

    return 0;
}


static int
ctl_client_line(ctl_client_t *c, const unsigned char **p,
    const unsigned char *end, webhook_str_t *line)
{
    const unsigned char  *lf;

    (void) c;

    lf = memchr(*p, '\n', (size_t) (end - *p));

    if (lf == NULL || lf == *p || lf[-1] != '\r') {
        return -1;
    }

    line->data = (unsigned char *) *p;
    line->len = (size_t) (lf - 1 - *p);

    *p = lf + 1;

    return 0;
}


/* How many lines of that name there are, and the value of the first. */

static int
ctl_client_header(void *data, const webhook_str_t *name, webhook_str_t *value)
{
    ctl_client_t  *c = data;

    int       n;
    unsigned  i;

    n = 0;

    for (i = 0; i < c->lines; i++) {
        if (c->names[i].len == name->len
            && strncasecmp((char *) c->names[i].data, (char *) name->data,
                           name->len) == 0)
        {
            if (n++ == 0) {
                *value = c->values[i];
            }
        }
    }

    return n;
}


static unsigned
ctl_client_body(ctl_client_t *c)
{
    int            rc, sized;
    size_t         i, len;
    unsigned       refused;
    webhook_str_t  length, coding;

    static const webhook_str_t  content_length = webhook_str("content-length");
    static const webhook_str_t  transfer = webhook_str("transfer-encoding");

    sized = ctl_client_header(c, &content_length, &length);

    if (ctl_client_header(c, &transfer, &coding)) {

        if (sized || coding.len != 7
            || strncasecmp((char *) coding.data, "chunked", 7) != 0)
        {
            return 400;
        }

        refused = ctl_client_chunks(c);

        return refused ? refused : ctl_client_lines(c) == 0 ? 0 : 400;
    }

    if (sized > 1 || (sized && (length.len == 0 || length.len > 18))) {
        return 400;
    }

    len = 0;

    for (i = 0; sized && i < length.len; i++) {

        if (length.data[i] < '0' || length.data[i] > '9') {
            return 400;
        }

        len = len * 10 + (size_t) (length.data[i] - '0');
    }

    if (len > CTL_LISTEN_BODY) {
        return 413;
    }

    while (c->in.len - c->head < len) {
        rc = ctl_client_read(c);

        if (rc <= 0) {
            return rc == 0 ? 400 : 408;
        }
    }

    (void) webhook_buf_add(&c->body, c->in.data + c->head, len);

    return c->body.failed ? 500 : ctl_client_lines(c) == 0 ? 0 : 400;
}


static unsigned
ctl_client_chunks(ctl_client_t *c)
{
    int             rc;
    size_t          pos, len;
    unsigned        digits;
    unsigned char  *lf, ch;

    pos = c->head;

    for ( ;; ) {
        lf = c->in.len > pos ? memchr(c->in.data + pos, '\n', c->in.len - pos)
                             : NULL;

        if (lf == NULL) {

            if (c->in.len - pos > 256) {
                return 400;
            }

            rc = ctl_client_read(c);

            if (rc <= 0) {
                return rc == 0 ? 400 : 408;
            }

            continue;
        }

        len = 0;

        for (digits = 0; digits < 8; digits++) {
            ch = c->in.data[pos + digits];

            if (ch >= '0' && ch <= '9') {
                len = len * 16 + (size_t) (ch - '0');

            } else if ((ch | 0x20) >= 'a' && (ch | 0x20) <= 'f') {
                len = len * 16 + (size_t) ((ch | 0x20) - 'a') + 10;

            } else {
                break;
            }
        }

        if (digits == 0 || digits == 8) {
            return 400;
        }

        pos = (size_t) (lf + 1 - c->in.data);

        if (len == 0) {

            /* trailers are of no use here, and the connection ends */

            return 0;
        }

        if (c->body.len + len > CTL_LISTEN_BODY) {
            return 413;
        }

        while (c->in.len - pos < len + 2) {
            rc = ctl_client_read(c);

            if (rc <= 0) {
                return rc == 0 ? 400 : 408;
            }
        }

        if (webhook_buf_add(&c->body, c->in.data + pos, len) != WEBHOOK_OK
            || memcmp(c->in.data + pos + len, "\r\n", 2) != 0)
        {
            return 400;
        }

        pos += len + 2;
    }
}


static void
ctl_client_verify(ctl_client_t *c)
{
    const char             *url;
    webhook_buf_t           known;
    webhook_str_t           body;
    ctl_listen_t           *l;
    unsigned char          *query;
    webhook_verify_e        rc;
    webhook_verified_t      verified;
    webhook_verify_call_t   call;

    l = c->listen;

    if (l->sign.verifier.preset == NULL) {
        return;
    }

    body.data = c->body.data;
    body.len = c->body.len;

    webhook_buf_init(&known, 0);

    url = l->ctl->value[CTL_URL];

    if (url) {

        /* with the query that came */

        (void) webhook_buf_add(&known, url, strlen(url));

        query = memchr(c->uri.data, '?', c->uri.len);

        if (query) {
            (void) webhook_buf_add(&known, query, c->uri.len
                                   - (size_t) (query - c->uri.data));
        }
    }

    memset(&call, 0, sizeof(call));

    call.header = ctl_client_header;
    call.data = c;
    call.body = &body;
    call.pieces = 1;
    call.url.data = known.data;
    call.url.len = known.len;
    call.now = (int64_t) time(NULL);

    rc = webhook_verify(&l->sign.verifier, &call, &verified);

    webhook_buf_free(&known);

    c->verified = rc == WEBHOOK_VERIFY_OK ? "ok" : webhook_verify_text(rc);

    if (rc != WEBHOOK_VERIFY_OK) {
        c->status = 401;
    }
}


static void
ctl_client_answer(ctl_client_t *c)
{
    char     text[256];
    size_t   done, len;
    ssize_t  n;

    len = (size_t) snprintf(text, sizeof(text),
                            "HTTP/1.1 %u -\r\nContent-Type: "
                            "application/json\r\nContent-Length: %u\r\n"
                            "Connection: close\r\n\r\n%s", c->status,
                            c->status == 204 || c->status == 304 ? 0 : 18,
                            c->status == 204 || c->status == 304 ? ""
                            : c->status < 300 ? "{\"status\": \"ok\"} \n"
                                              : "{\"status\":\"error\"}");

    for (done = 0; done < len; done += (size_t) n) {
        n = send(c->fd, text + done, len - done, MSG_NOSIGNAL);

        if (n <= 0) {
            return;
        }
    }

    /* what still comes is read, lest the answer be lost by a reset */

    shutdown(c->fd, SHUT_WR);

    c->end = ctl_listen_now() + 500;
    webhook_buf_free(&c->in);

    while (ctl_client_read(c) > 0) {
        webhook_buf_free(&c->in);
        webhook_buf_init(&c->in, 0);
    }
}


static void
ctl_client_tell(ctl_client_t *c)
{
    char           when[40], *line;
    size_t         len;
    json_t        *json;
    uint64_t       wall;
    ctl_listen_t  *l;

    struct timespec  ts;

    clock_gettime(CLOCK_REALTIME, &ts);

    wall = (uint64_t) ts.tv_sec * 1000 + (uint64_t) ts.tv_nsec / 1000000;

    ctl_time(wall, when, sizeof(when));

    l = c->listen;

    pthread_mutex_lock(&l->lock);

    if (l->record != -1) {
        json = ctl_client_json(c, when);
        line = json_dumps(json, JSON_COMPACT);
        json_decref(json);

        if (line) {
            len = strlen(line);
            line[len] = '\n';

            if (write(l->record, line, len + 1) != (ssize_t) (len + 1)) {
                ctl_say("cannot record a call: %s", strerror(errno));
                l->failed = 1;
            }

            free(line);

        } else {
            ctl_say("cannot record a call: no memory");
            l->failed = 1;
        }
    }

    if (l->ctl->json) {
        ctl_json_line(ctl_client_json(c, when));

    } else {
        ctl_client_print(c, when);
    }

    if (fflush(stdout) != 0) {
        l->failed = 1;
        ctl_listen_signal(0);
    }

    pthread_mutex_unlock(&l->lock);
}


static void
ctl_client_print(ctl_client_t *c, const char *when)
{
    unsigned       i;
    webhook_str_t  body;

    printf("%s %s ", when, c->remote);
    ctl_text(&c->method, 32);
    printf(" ");
    ctl_text(&c->uri, 2048);
    printf(", %zu bytes", c->body.len);

    if (c->verified) {
        printf(", verified: %s", c->verified);
    }

    printf(", answered %u\n", c->status);

    for (i = 0; i < c->lines; i++) {
        printf("  ");
        ctl_text(&c->names[i], 256);
        printf(": ");
        ctl_text(&c->values[i], 4096);
        printf("\n");
    }

    body.data = c->body.data;
    body.len = c->body.len < CTL_LISTEN_SHOWN ? c->body.len
                                              : CTL_LISTEN_SHOWN;

    printf("\n");
    ctl_body(&body, 4);
    printf("\n");
}


static json_t *
ctl_client_json(ctl_client_t *c, const char *when)
{
    json_t         *json, *list, *item;
    unsigned        i;
    webhook_str_t   body;

    json = json_object();
    list = json_array();

    for (i = 0; i < c->lines; i++) {
        item = json_object();

        json_object_set_new(item, "name", ctl_json_text(&c->names[i]));
        json_object_set_new(item, "value", ctl_json_text(&c->values[i]));
        json_array_append_new(list, item);
    }

    json_object_set_new(json, "time", json_string(when));
    json_object_set_new(json, "remote", json_string(c->remote));
    json_object_set_new(json, "method", ctl_json_text(&c->method));
    json_object_set_new(json, "uri", ctl_json_text(&c->uri));
    json_object_set_new(json, "headers", list);

    body.data = c->body.data;
    body.len = c->body.len;

    ctl_json_set_body(json, &body);
    json_object_set_new(json, "verified", c->verified
                        ? json_string(c->verified) : json_null());
    json_object_set_new(json, "status", json_integer(c->status));

    return json;
}


static uint64_t
ctl_listen_now(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);

    return (uint64_t) ts.tv_sec * 1000 + (uint64_t) ts.tv_nsec / 1000000;
}
