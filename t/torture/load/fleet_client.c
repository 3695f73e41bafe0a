
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The clients: each node is sent its part of the rate, over connections that
 * stay open.  What is due while all of them wait is sent as soon as one is free,
 * and its time runs from when it was due; what has been due for longer than a
 * second at a node that cannot be connected to is skipped.
 */

#include "fleet_load.h"


#define CLIENT_AGAIN  100000            /* microseconds to the next connect() */
#define CLIENT_SKIP   1000000


typedef struct {
    int        port;
    unsigned   conns;                   /* open, or being opened */
    unsigned   ready;                   /* open */
    uint64_t   again;
    conn_t    *idle;
    uint64_t   next;                    /* is due */
} client_t;


static client_t  clients[LOAD_HOOKS];
static unsigned  client_count;
static unsigned  client_conns;
static uint64_t  client_step;


static void client_read(conn_t *c, uint32_t events);


void
client_begin(unsigned rate, unsigned conns)
{
    char      *word;
    unsigned   i;

    client_end();

    client_count = 0;
    client_conns = conns;

    while ((word = strtok(NULL, " ")) != NULL && client_count < LOAD_HOOKS) {
        memset(&clients[client_count], 0, sizeof(client_t));
        clients[client_count++].port = atoi(word);
    }

    if (client_count == 0) {
        return;
    }

    load.rate = rate;
    client_step = (uint64_t) client_count * 1000000000 / rate;

    for (i = 0; i < client_count; i++) {
        clients[i].next = load_now() * 1000 + client_step * i / client_count;
    }
}


void
client_rest(void)
{
    load.rate = 0;
}


/* Connections of before are closed; what was asked there has failed. */

void
client_end(void)
{
    conn_t    *c;
    unsigned   i;

    for (i = 0; i < client_count; i++) {

        while ((c = clients[i].idle) != NULL) {
            clients[i].idle = c->next;
            conn_close(c);
        }
    }

    client_count = 0;
}


static void
client_lost(conn_t *c)
{
    client_t  *n = NULL;
    unsigned   i;

    for (i = 0; i < client_count; i++) {
        if (clients[i].port == c->which) {
            n = &clients[i];
        }
    }

    if (c->id) {
        load.failed++;
        load.flight--;

    } else if (n) {
        conn_t  **p;

        for (p = &n->idle; *p; p = &(*p)->next) {
            if (*p == c) {
                *p = c->next;
                break;
            }
        }
    }

    if (n) {
        n->conns--;
        n->ready -= c->connected;
    }

    conn_close(c);
}


static void
client_connect(client_t *n)
{
    int                 fd;
    conn_t             *c;
    struct sockaddr_in  sin;

    fd = socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK|SOCK_CLOEXEC, 0);

    memset(&sin, 0, sizeof(sin));
    sin.sin_family = AF_INET;
    sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sin.sin_port = htons((uint16_t) n->port);

    if (fd == -1 || (connect(fd, (struct sockaddr *) &sin, sizeof(sin)) == -1
                     && errno != EINPROGRESS))
    {
        n->again = load_now() + CLIENT_AGAIN;

        if (fd != -1) {
            close(fd);
        }

        return;
    }

    n->conns++;

    c = conn_new(fd, client_read, EPOLLIN|EPOLLOUT|EPOLLET);
    c->which = n->port;
}


static void
client_send(client_t *n, uint64_t due)
{
    int      len;
    char     text[256], body[64];
    conn_t  *c;

    c = n->idle;
    n->idle = c->next;
    c->next = NULL;

    if (load.last + 1 == LOAD_MAX) {
        load.rate = 0;
        return;
    }

    c->id = ++load.last;
    c->due = due;
    load.flight++;

    len = snprintf(body, sizeof(body), "{\"id\":%llu}",
                   (unsigned long long) c->id);

    len = snprintf(text, sizeof(text), "POST /api/orders HTTP/1.1\r\n"
                   "Host: localhost\r\nContent-Type: application/json\r\n"
                   "Content-Length: %d\r\n\r\n%s", len, body);

    if (write(c->fd, text, (size_t) len) != len) {
        client_lost(c);
    }
}


void
client_turn(void)
{
    unsigned   i;
    uint64_t   now;
    client_t  *n;

    now = load_now();

    for (i = 0; i < client_count; i++) {
        n = &clients[i];

        while (n->conns < client_conns && n->again <= now) {
            client_connect(n);
        }

        while (n->idle && n->next <= now * 1000 && load.rate) {
            client_send(n, n->next / 1000);
            n->next += client_step;
        }

        while (n->ready == 0 && n->next + CLIENT_SKIP * 1000ull < now * 1000) {
            n->next += client_step;
            load.skipped++;
        }
    }
}


static void
client_read(conn_t *c, uint32_t events)
{
    size_t     whole;
    ssize_t    len;
    unsigned   i;
    client_t  *n;

    if (c->dead) {
        return;
    }

    n = NULL;

    for (i = 0; i < client_count; i++) {
        if (clients[i].port == c->which) {
            n = &clients[i];
        }
    }

    if (!c->connected) {

        if (n == NULL || (events & (EPOLLERR|EPOLLHUP))) {
            if (n) {
                n->again = load_now() + CLIENT_AGAIN;
            }

            client_lost(c);
            return;
        }

        if (events & EPOLLOUT) {
            c->connected = 1;
            c->next = n->idle;
            n->idle = c;
            n->ready++;
        }
    }

    for ( ;; ) {
        len = read(c->fd, c->data + c->len, LOAD_BUFFER - c->len);

        if (len <= 0) {
            if (len == 0 || (errno != EAGAIN && errno != EINTR)) {
                client_lost(c);
            }

            return;
        }

        c->len += (size_t) len;

        whole = conn_whole(c);
        if (whole == 0) {
            continue;
        }

        if (c->id && c->len > 12 && memcmp(c->data + 9, "201", 3) == 0) {
            load.acked[c->id] = 1;
            load.acks++;
            load_timed(load_now() - c->due);

        } else {
            load.failed++;
        }

        load.flight -= c->id != 0;
        c->id = 0;
        conn_eat(c, whole);

        if (n == NULL) {
            conn_close(c);
            return;
        }

        c->next = n->idle;
        n->idle = c;
    }
}
