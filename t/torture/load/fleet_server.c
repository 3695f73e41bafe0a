
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The API, and the endpoint; and connections, which the clients have, too.
 */

#include "fleet_load.h"


static conn_t  *conn_dead;


conn_t *
conn_new(int fd, void (*handler)(conn_t *c, uint32_t events), uint32_t events)
{
    int                 one;
    conn_t             *c;
    struct epoll_event  ev;

    one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));

    c = malloc(sizeof(conn_t));
    if (c == NULL) {
        perror("fleet_load");
        exit(2);
    }

    memset(c, 0, offsetof(conn_t, data));

    c->fd = fd;
    c->handler = handler;

    ev.events = events;
    ev.data.ptr = c;

    if (epoll_ctl(load.poll, EPOLL_CTL_ADD, fd, &ev) == -1) {
        perror("fleet_load: epoll");
        exit(2);
    }

    return c;
}


/* Events of it may be waiting. */

void
conn_close(conn_t *c)
{
    if (!c->dead) {
        close(c->fd);
        c->dead = 1;
        c->next = conn_dead;
        conn_dead = c;
    }
}


void
conn_free(void)
{
    conn_t  *c;

    while ((c = conn_dead) != NULL) {
        conn_dead = c->next;
        free(c);
    }
}


size_t
conn_whole(const conn_t *c)
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


void
conn_eat(conn_t *c, size_t len)
{
    c->len -= len;
    memmove(c->data, c->data + len, c->len);
}


static uint64_t
server_id(const conn_t *c, size_t len)
{
    uint64_t     id;
    const char  *p;

    static const char  mark[] = "\"id\":";

    p = memmem(c->data, len, mark, sizeof(mark) - 1);
    if (p == NULL) {
        return 0;
    }

    id = strtoull(p + sizeof(mark) - 1, NULL, 10);

    return id < LOAD_MAX ? id : 0;
}


/* The first attempts are answered 500; how long the second one takes to come is
   kept. */

static unsigned
server_refuse(uint64_t id, unsigned status)
{
    uint32_t  now, gap;

    now = (uint32_t) (load_now() / 1000);

    if (load.tried[id] == 1) {
        gap = now - load.refused_at[id];

        if (load.gap_min == 0 || gap < load.gap_min) {
            load.gap_min = gap;
        }

        if (gap > load.gap_max) {
            load.gap_max = gap;
        }
    }

    if (load.tried[id] == 255) {
        return status;
    }

    load.refused_at[id] = now;

    return load.tried[id]++ < load.fail_times ? 500 : status;
}


static int
server_answer(conn_t *c, size_t len)
{
    int       n, body;
    char      text[512], json[128];
    unsigned  status;
    uint64_t  id;

    id = server_id(c, len);

    if (c->which == -1) {
        body = snprintf(json, sizeof(json), "{\"id\":%llu,\"total\":100000,"
                        "\"state\":\"paid\",\"customer\":\"c-%llu\"}",
                        (unsigned long long) id,
                        (unsigned long long) id % 1000);

        n = snprintf(text, sizeof(text), "HTTP/1.1 201 Created\r\n"
                     "Content-Type: application/json\r\n"
                     "Content-Length: %d\r\n\r\n%s", body, json);

        return write(c->fd, text, (size_t) n) == n ? 0 : -1;
    }

    load.hits[c->which]++;
    status = load.status[c->which];

    if (status == 0) {
        status = 200;
    }

    if (load.fail_each && id % load.fail_each == 0) {
        status = server_refuse(id, status);
    }

    if (status != 200) {
        load.refused++;

    } else if (id && load.count[id] < 255) {
        load.count[id]++;
    }

    n = snprintf(text, sizeof(text), "HTTP/1.1 %u X\r\n"
                 "Content-Length: 0\r\n\r\n", status);

    return write(c->fd, text, (size_t) n) == n ? 0 : -1;
}


static void
server_read(conn_t *c, uint32_t events)
{
    size_t   whole;
    ssize_t  n;

    (void) events;

    if (c->dead) {
        return;
    }

    n = read(c->fd, c->data + c->len, LOAD_BUFFER - c->len);

    if (n <= 0) {
        if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
            conn_close(c);
        }

        return;
    }

    c->len += (size_t) n;

    while ((whole = conn_whole(c)) != 0) {

        if (server_answer(c, whole) != 0) {
            conn_close(c);
            return;
        }

        conn_eat(c, whole);
    }

    if (c->len == LOAD_BUFFER) {
        conn_close(c);
    }
}


static void
server_accept(conn_t *l, uint32_t events)
{
    int      fd;
    conn_t  *c;

    (void) events;

    for ( ;; ) {
        fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK|SOCK_CLOEXEC);

        if (fd == -1) {
            return;
        }

        c = conn_new(fd, server_read, EPOLLIN);
        c->which = l->which;
    }
}


void
server_listen(int port, int hook)
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
        perror("fleet_load: listen");
        exit(2);
    }

    conn_new(fd, server_accept, EPOLLIN)->which = hook;
}
