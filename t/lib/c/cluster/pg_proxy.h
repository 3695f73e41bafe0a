
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A proxy before the server of pg_server.h, on a socket of its own in "proxy" of
 * its directory, which cuts connections where it is told to.  One connection at a
 * time is counted; each has a thread.
 */

#ifndef PG_PROXY_H
#define PG_PROXY_H

#include "pg_server.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/un.h>


typedef enum {
    PG_PROXY_PASS = 0,
    PG_PROXY_ANSWER,        /* the next answer is not passed on: when its first
                               byte is there, both sides are closed, once the
                               server has said that it is done */
    PG_PROXY_REQUEST,       /* of the next request the last byte is not passed
                               on, and both sides are closed */
    PG_PROXY_REFUSE,        /* connections are closed at once */
    PG_PROXY_SILENT         /* nothing is passed on, in either direction */
} pg_proxy_e;


static _Atomic int  pg_proxy_mode;
static _Atomic int  pg_proxy_cuts;      /* that were made */
static int          pg_proxy_fd = -1;


static int
pg_proxy_socket(const char *dir, int server)
{
    int                 fd;
    struct sockaddr_un  addr;

    memset(&addr, 0, sizeof(addr));
    addr.sun_family = AF_UNIX;
    snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/.s.PGSQL.5432", dir);

    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0
        || (server ? bind(fd, (struct sockaddr *) &addr, sizeof(addr)) != 0
                     || listen(fd, 64) != 0
                   : connect(fd, (struct sockaddr *) &addr, sizeof(addr)) != 0))
    {
        if (fd >= 0) {
            close(fd);
        }

        return -1;
    }

    return fd;
}


static int
pg_proxy_all(int fd, const char *buf, ssize_t n)
{
    ssize_t  k;

    while (n > 0) {
        k = send(fd, buf, (size_t) n, MSG_NOSIGNAL);

        if (k <= 0) {
            return 0;
        }

        buf += k;
        n -= k;
    }

    return 1;
}


/* "ReadyForQuery, idle" is the end of an answer. */
static int
pg_proxy_ready(const char *buf, ssize_t n)
{
    return n >= 6 && memcmp(buf + n - 6, "Z\0\0\0\5I", 6) == 0;
}


static void *
pg_proxy_one(void *arg)
{
    int             mode, client, server;
    char            buf[65536];
    ssize_t         n;
    struct pollfd   p[2];

    client = (int) (intptr_t) arg;
    server = pg_proxy_socket(pg_dir, 0);

    while (server >= 0 && atomic_load(&pg_proxy_mode) != PG_PROXY_REFUSE) {
        p[0].fd = client;
        p[1].fd = server;
        p[0].events = p[1].events = POLLIN;
        p[0].revents = p[1].revents = 0;

        if (poll(p, 2, 20) < 0) {
            break;
        }

        mode = atomic_load(&pg_proxy_mode);

        if (mode == PG_PROXY_SILENT) {
            poll(NULL, 0, 5);
            continue;
        }

        if (p[0].revents) {
            n = recv(client, buf, sizeof(buf), 0);

            if (n <= 0) {
                break;
            }

            if (mode == PG_PROXY_REQUEST) {
                (void) pg_proxy_all(server, buf, n - 1);
                atomic_store(&pg_proxy_mode, PG_PROXY_PASS);
                atomic_fetch_add(&pg_proxy_cuts, 1);
                break;
            }

            if (!pg_proxy_all(server, buf, n)) {
                break;
            }
        }

        if (p[1].revents) {
            n = recv(server, buf, sizeof(buf), 0);

            if (n <= 0) {
                break;
            }

            if (mode == PG_PROXY_ANSWER) {

                if (pg_proxy_ready(buf, n)) {
                    atomic_store(&pg_proxy_mode, PG_PROXY_PASS);
                    atomic_fetch_add(&pg_proxy_cuts, 1);
                    break;
                }

                continue;
            }

            if (!pg_proxy_all(client, buf, n)) {
                break;
            }
        }
    }

    close(client);

    if (server >= 0) {
        close(server);
    }

    return NULL;
}


static void *
pg_proxy_loop(void *arg)
{
    int        fd;
    pthread_t  t;

    (void) arg;

    for ( ;; ) {
        fd = accept(pg_proxy_fd, NULL, NULL);

        if (fd < 0) {
            return NULL;
        }

        if (pthread_create(&t, NULL, pg_proxy_one, (void *) (intptr_t) fd)
            == 0)
        {
            pthread_detach(t);
        }
    }
}


/* Starts it; the directory of its socket. */
__attribute__((unused))
static const char *
pg_proxy(void)
{
    pthread_t    t;
    static char  dir[80];

    snprintf(dir, sizeof(dir), "%s/proxy", pg_dir);

    if (mkdir(dir, 0700) != 0
        || (pg_proxy_fd = pg_proxy_socket(dir, 1)) < 0
        || pthread_create(&t, NULL, pg_proxy_loop, NULL) != 0)
    {
        perror(dir);
        exit(1);
    }

    pthread_detach(t);

    return dir;
}


#endif /* PG_PROXY_H */
