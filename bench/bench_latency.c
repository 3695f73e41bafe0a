
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * How long after the end of the client's response the endpoint has the
 * webhook.  One process is both: it posts a request to the proxy, notes when
 * the response's last byte is here, and notes when the webhook's last byte is.
 * A webhook that is here before the response counts as 0.
 *
 *     bench_latency PROXY-PORT ENDPOINT-PORT REQUESTS GAP-MS PATH
 *
 * Prints lines of a name, the number of requests, and p50 p90 p99 max in
 * microseconds: "response" from the request to the response, "lag" from the
 * response to the webhook, "receipt" from the request to the webhook.  Exits 1
 * if a webhook does not come.  With ENDPOINT-PORT 0 none is waited for, and the
 * response alone is told.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE                     /* memmem() */
#endif

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>


#define PEERS  64
#define WAIT   5000                     /* ms for one webhook */


typedef struct {
    int      fd;
    size_t   len;
    char     data[65536];
} conn_t;


static int64_t
now_usec(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);

    return (int64_t) ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}


static int
by_value(const void *a, const void *b)
{
    int64_t  x = *(const int64_t *) a, y = *(const int64_t *) b;

    return (x > y) - (x < y);
}


/* Length of the message at the start of the buffer once it is whole, or 0. */

static size_t
whole(conn_t *c)
{
    char    *end, *p;
    size_t   head, body;

    end = memmem(c->data, c->len, "\r\n\r\n", 4);
    if (end == NULL) {
        return 0;
    }

    head = (size_t) (end - c->data) + 4;
    body = 0;

    for (p = c->data; p < end; p = strchr(p, '\n') + 1) {
        if (strncasecmp(p, "content-length:", 15) == 0) {
            body = strtoul(p + 15, NULL, 10);
        }
    }

    return c->len >= head + body ? head + body : 0;
}


static int
dial(int port)
{
    int                 fd, one;
    struct sockaddr_in  sin;

    fd = socket(AF_INET, SOCK_STREAM, 0);
    one = 1;

    memset(&sin, 0, sizeof(sin));
    sin.sin_family = AF_INET;
    sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sin.sin_port = htons((uint16_t) port);

    if (fd == -1
        || connect(fd, (struct sockaddr *) &sin, sizeof(sin)) == -1)
    {
        perror("connect");
        exit(2);
    }

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));

    return fd;
}


static int
listen_on(int port)
{
    int                 fd, one;
    struct sockaddr_in  sin;

    fd = socket(AF_INET, SOCK_STREAM, 0);
    one = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));

    memset(&sin, 0, sizeof(sin));
    sin.sin_family = AF_INET;
    sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sin.sin_port = htons((uint16_t) port);

    if (fd == -1 || bind(fd, (struct sockaddr *) &sin, sizeof(sin)) == -1
        || listen(fd, 64) == -1)
    {
        perror("listen");
        exit(2);
    }

    return fd;
}


static void
report(const char *name, int64_t *v, int n)
{
    qsort(v, (size_t) n, sizeof(int64_t), by_value);

    printf("%s %d %lld %lld %lld %lld\n", name, n,
           (long long) v[n / 2], (long long) v[n * 9 / 10],
           (long long) v[n * 99 / 100], (long long) v[n - 1]);
}


/* Reads what is there; true if a message is whole, which is taken then. */

static int
arrived(conn_t *c, int client)
{
    ssize_t  got;

    got = read(c->fd, c->data + c->len, sizeof(c->data) - c->len);

    if (got <= 0) {
        close(c->fd);
        c->fd = -1;                     /* poll() passes over it */

        if (client) {
            fprintf(stderr, "the proxy closed\n");
            exit(1);
        }

        return 0;
    }

    c->len += (size_t) got;

    if (whole(c) == 0) {
        return 0;
    }

    c->len = 0;

    return 1;
}


static void
answer(conn_t *c)
{
    static const char  text[] = "HTTP/1.1 200 OK\r\n"
                                "Content-Length: 2\r\n\r\nok";

    if (write(c->fd, text, sizeof(text) - 1) == -1) {
        perror("write");
    }
}


/* Waits for the listener, the client (which is behind all peers), the peers. */

static void
await(struct pollfd pfd[PEERS + 2], int lis, const conn_t *conn, int peers)
{
    int  k;

    pfd[0].fd = lis;
    pfd[0].events = POLLIN;
    pfd[1].fd = conn[PEERS].fd;
    pfd[1].events = POLLIN;

    for (k = 0; k < peers; k++) {
        pfd[k + 2].fd = conn[k].fd;
        pfd[k + 2].events = POLLIN;
    }

    if (poll(pfd, (nfds_t) peers + 2, 100) == -1 && errno != EINTR) {
        perror("poll");
        exit(2);
    }
}


int
main(int argc, char **argv)
{
    int             client, lis, i, k, n, gap, peers;
    char            request[512];
    size_t          len;
    conn_t         *conn, *c;
    int64_t         start, responded, received, t, *lag, *took, *receipt;
    struct pollfd   pfd[PEERS + 2];

    if (argc != 6) {
        fprintf(stderr, "usage: bench_latency PROXY-PORT ENDPOINT-PORT "
                        "REQUESTS GAP-MS PATH\n");
        return 2;
    }

    n = atoi(argv[3]);
    gap = atoi(argv[4]);

    if (n < 1 || n > 1000000) {
        return 2;
    }

    lag = calloc((size_t) n, sizeof(int64_t));
    took = calloc((size_t) n, sizeof(int64_t));
    receipt = calloc((size_t) n, sizeof(int64_t));
    conn = calloc(PEERS + 1, sizeof(conn_t));   /* the last is the client */

    if (lag == NULL || took == NULL || receipt == NULL || conn == NULL) {
        return 2;
    }

    lis = atoi(argv[2]) ? listen_on(atoi(argv[2])) : -1;
    client = dial(atoi(argv[1]));
    conn[PEERS].fd = client;
    peers = 0;

    len = (size_t) snprintf(request, sizeof(request),
                            "POST %s HTTP/1.1\r\nHost: bench\r\n"
                            "Content-Type: application/json\r\n"
                            "Content-Length: 2\r\n\r\n{}", argv[5]);

    for (i = 0; i < n; i++) {
        responded = received = 0;
        start = now_usec();

        if (write(client, request, len) != (ssize_t) len) {
            perror("write");
            return 2;
        }

        while (responded == 0 || (received == 0 && lis != -1)) {

            if (now_usec() - start > WAIT * 1000) {
                fprintf(stderr, "request %d: %s did not come in %d ms\n", i,
                        responded ? "its webhook" : "its response", WAIT);
                return 1;
            }

            await(pfd, lis, conn, peers);

            t = now_usec();

            for (k = -1; k < peers; k++) {
                c = (k == -1) ? &conn[PEERS] : &conn[k];

                if (c->fd == -1 || !(pfd[k + 2].revents & (POLLIN|POLLHUP))
                    || !arrived(c, k == -1))
                {
                    continue;
                }

                if (k == -1) {
                    responded = t;

                } else {
                    received = t;
                    answer(c);
                }
            }

            if (pfd[0].revents & POLLIN && peers < PEERS) {
                conn[peers].fd = accept(lis, NULL, NULL);
                conn[peers].len = 0;
                peers += (conn[peers].fd != -1);
            }
        }

        lag[i] = received > responded ? received - responded : 0;
        took[i] = responded - start;
        receipt[i] = received - start;

        if (gap) {
            usleep((useconds_t) gap * 1000);
        }
    }

    report("response", took, n);

    if (lis != -1) {
        report("lag", lag, n);
        report("receipt", receipt, n);
    }

    return 0;
}
