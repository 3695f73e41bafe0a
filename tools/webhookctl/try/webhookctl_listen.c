
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

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <sys/socket.h>

#include "webhookctl/try/webhookctl_listen_int.h"


#define CTL_LISTEN_ADDRESS   "127.0.0.1:8080"
#define CTL_LISTEN_TIME      15         /* seconds for a request */


static int ctl_listen_socket(ctl_listen_t *l);
static int ctl_listen_run(ctl_listen_t *l);
static void ctl_listen_accept(ctl_listen_t *l);
static ctl_slot_t *ctl_listen_slot(ctl_listen_t *l);


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

    if (l.sign.verifier.preset && webhook_verifier_url(&l.sign.verifier)
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


void
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

    ctl_say("--address is [ADDRESS:]PORT, such as 8080, 0.0.0.0:8080 or "
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


uint64_t
ctl_listen_now(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);

    return (uint64_t) ts.tv_sec * 1000 + (uint64_t) ts.tv_nsec / 1000000;
}
