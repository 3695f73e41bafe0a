
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * An HTTP server that costs as little as one can: it answers each request at
 * once with status 200.  It stands for the API and for the endpoint where
 * these are not what is measured.
 *
 *     bench_sink PORT [BODY [COUNT]]
 *
 * BODY is the bytes that an answer has, JSON.  After COUNT requests it ends,
 * and prints how many there were, the most connections that were open at a
 * time, and the seconds from the first request to the last.  Where none comes
 * for a minute, it ends with status 1.
 *
 * A GET of "/count" is answered with the number of requests so far, and is none
 * of them.  It takes requests with Content-Length, one after the other on a
 * connection, of 64 kB at most each.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE                     /* memmem(), accept4() */
#endif

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <netinet/in.h>
#include <netinet/tcp.h>


#define SINK_BUFFER  65536
#define SINK_EVENTS  256
#define SINK_WAIT    60000              /* ms without a request, where they are
                                           counted */


typedef struct {
    int       fd;
    size_t    len;
    char      data[SINK_BUFFER];
} sink_conn_t;


typedef struct {
    int       poll;
    int       listen;
    char     *answer;
    size_t    answer_len;

    uint64_t  wanted;                   /* 0: it goes on for ever */
    uint64_t  requests;
    unsigned  open;
    unsigned  most;
    uint64_t  first;                    /* microseconds */
    uint64_t  last;
} sink_t;


static uint64_t
sink_now(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);

    return (uint64_t) ts.tv_sec * 1000000 + (uint64_t) ts.tv_nsec / 1000;
}


static int
sink_listen(int port)
{
    int                 fd, one;
    struct sockaddr_in  sin;

    fd = socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK|SOCK_CLOEXEC, 0);
    one = 1;

    memset(&sin, 0, sizeof(sin));
    sin.sin_family = AF_INET;
    sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sin.sin_port = htons((uint16_t) port);

    if (fd == -1
        || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) == -1
        || bind(fd, (struct sockaddr *) &sin, sizeof(sin)) == -1
        || listen(fd, 1024) == -1)
    {
        perror("bench_sink: listen");
        exit(2);
    }

    return fd;
}


/* The answer to every request. */

static void
sink_prepare(sink_t *s, size_t body)
{
    int     n;
    char   *p;
    size_t  i;

    static const char  head[] = "{\"id\": 1, \"text\": \"";

    s->answer = malloc(body + 256);
    if (s->answer == NULL) {
        perror("bench_sink");
        exit(2);
    }

    n = snprintf(s->answer, 256, "HTTP/1.1 200 OK\r\n"
                 "Content-Type: application/json\r\n"
                 "Content-Length: %zu\r\n\r\n", body);

    p = s->answer + n;

    for (i = 0; i < body; i++) {

        if (body < sizeof(head) + 2) {
            p[i] = '1';

        } else if (i < sizeof(head) - 1) {
            p[i] = head[i];

        } else {
            p[i] = (i == body - 2) ? '"' : (i == body - 1) ? '}' : 'x';
        }
    }

    s->answer_len = (size_t) n + body;
}


static void
sink_accept(sink_t *s)
{
    int                 fd, one;
    sink_conn_t        *c;
    struct epoll_event  ev;

    one = 1;

    for ( ;; ) {
        fd = accept4(s->listen, NULL, NULL, SOCK_NONBLOCK|SOCK_CLOEXEC);

        if (fd == -1) {
            return;
        }

        c = malloc(sizeof(sink_conn_t));
        if (c == NULL) {
            close(fd);
            return;
        }

        c->fd = fd;
        c->len = 0;

        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));

        ev.events = EPOLLIN;
        ev.data.ptr = c;

        if (epoll_ctl(s->poll, EPOLL_CTL_ADD, fd, &ev) == -1) {
            close(fd);
            free(c);
            return;
        }

        s->open++;

        if (s->open > s->most) {
            s->most = s->open;
        }
    }
}


static void
sink_close(sink_t *s, sink_conn_t *c)
{
    close(c->fd);
    free(c);
    s->open--;
}


/* The length of the request that the buffer begins with, once it is whole, or
   0. */

static size_t
sink_whole(const sink_conn_t *c)
{
    size_t       head, body;
    const char  *end, *p;

    end = memmem(c->data, c->len, "\r\n\r\n", 4);
    if (end == NULL) {
        return 0;
    }

    head = (size_t) (end - c->data) + 4;
    body = 0;

    for (p = c->data; p < end; p++) {

        if (strncasecmp(p, "content-length:", 15) == 0) {
            body = strtoul(p + 15, NULL, 10);
            break;
        }

        p = memchr(p, '\n', (size_t) (end + 4 - p));
        if (p == NULL) {
            break;
        }
    }

    return c->len >= head + body ? head + body : 0;
}


/* Tells how many there were; 0, or -1 where the connection is of no use. */

static int
sink_count(const sink_t *s, const sink_conn_t *c)
{
    int   n, len;
    char  number[32], text[160];

    n = snprintf(number, sizeof(number), "%llu",
                 (unsigned long long) s->requests);

    len = snprintf(text, sizeof(text), "HTTP/1.1 200 OK\r\n"
                   "Content-Length: %d\r\n\r\n%s", n, number);

    return write(c->fd, text, (size_t) len) == len ? 0 : -1;
}


/* Reads what is there and answers what is whole. */

static void
sink_serve(sink_t *s, sink_conn_t *c)
{
    int      asked, rc;
    size_t   whole;
    ssize_t  n;

    n = read(c->fd, c->data + c->len, SINK_BUFFER - c->len);

    if (n <= 0) {
        if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
            sink_close(s, c);
        }

        return;
    }

    c->len += (size_t) n;

    for ( ;; ) {
        whole = sink_whole(c);

        if (whole == 0) {
            break;
        }

        asked = whole > 11 && memcmp(c->data, "GET /count ", 11) == 0;

        if (asked) {
            rc = sink_count(s, c);

        } else {
            rc = write(c->fd, s->answer, s->answer_len)
                 == (ssize_t) s->answer_len ? 0 : -1;
        }

        if (rc == -1) {
            sink_close(s, c);
            return;
        }

        c->len -= whole;
        memmove(c->data, c->data + whole, c->len);

        if (asked) {
            continue;
        }

        s->requests++;

        if (s->wanted) {
            s->last = sink_now();

            if (s->requests == 1) {
                s->first = s->last;
            }
        }
    }

    if (c->len == SINK_BUFFER) {
        sink_close(s, c);
    }
}


int
main(int argc, char **argv)
{
    int                  i, n;
    sink_t               s;
    struct epoll_event   ev, events[SINK_EVENTS];

    if (argc < 2 || argc > 4 || atoi(argv[1]) < 1) {
        fprintf(stderr, "usage: bench_sink PORT [BODY [COUNT]]\n");
        return 2;
    }

    memset(&s, 0, sizeof(s));

    s.wanted = argc > 3 ? strtoull(argv[3], NULL, 10) : 0;
    s.listen = sink_listen(atoi(argv[1]));
    s.poll = epoll_create1(EPOLL_CLOEXEC);

    sink_prepare(&s, argc > 2 ? strtoul(argv[2], NULL, 10) : 2);

    ev.events = EPOLLIN;
    ev.data.ptr = NULL;

    if (s.poll == -1
        || epoll_ctl(s.poll, EPOLL_CTL_ADD, s.listen, &ev) == -1)
    {
        perror("bench_sink: epoll");
        return 2;
    }

    while (s.wanted == 0 || s.requests < s.wanted) {

        n = epoll_wait(s.poll, events, SINK_EVENTS, s.wanted ? SINK_WAIT : -1);

        if (n == 0 || (n == -1 && errno != EINTR)) {
            break;
        }

        for (i = 0; i < n; i++) {

            if (events[i].data.ptr == NULL) {
                sink_accept(&s);

            } else {
                sink_serve(&s, events[i].data.ptr);
            }
        }
    }

    printf("%llu %u %.6f\n", (unsigned long long) s.requests, s.most,
           (double) (s.last - s.first) / 1e6);

    return s.requests < s.wanted;
}
