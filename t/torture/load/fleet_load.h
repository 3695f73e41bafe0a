
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#ifndef FLEET_LOAD_H
#define FLEET_LOAD_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE                     /* memmem(), accept4() */
#endif

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>


#define LOAD_MAX      (64u << 20)       /* events */
#define LOAD_HOOKS    64
#define LOAD_FINE     10000             /* times of 10 us, then of 1 ms */
#define LOAD_BUCKETS  (LOAD_FINE + 100000)
#define LOAD_BUFFER   16384


typedef struct conn_s  conn_t;

struct conn_s {
    int            fd;
    unsigned       dead:1;
    unsigned       connected:1;
    int            which;               /* the port */
    void         (*handler)(conn_t *c, uint32_t events);
    conn_t        *next;                /* idle, or dead */

    uint64_t       id;                  /* that is asked; 0: idle */
    uint64_t       due;                 /* microseconds */

    size_t         len;
    char           data[LOAD_BUFFER];
};


typedef struct {
    int            poll;

    /* by the number of an event */
    uint8_t       *acked;
    uint8_t       *count;               /* deliveries that were answered 200 */
    uint8_t       *tried;
    uint32_t      *refused_at;          /* ms */
    uint64_t       last;                /* that was sent */

    uint64_t       acks;
    uint64_t       failed;              /* without an answer, or another one */
    uint64_t       skipped;             /* there was no connection */
    uint64_t       refused;             /* by the endpoint */
    unsigned       flight;

    unsigned       fail_each;
    unsigned       fail_times;
    unsigned       status[LOAD_HOOKS];
    uint32_t       gap_min;             /* ms between the first attempt, that */
    uint32_t       gap_max;             /* was answered 500, and the second */
    uint64_t       hits[LOAD_HOOKS];    /* requests to the endpoint */

    unsigned       rate;
    uint64_t       resting;             /* until then */

    uint64_t       timed;
    uint64_t       times[LOAD_BUCKETS];
} load_t;


extern load_t  load;


uint64_t load_now(void);
void load_timed(uint64_t us);

/* The clients.  client_begin() takes the ports from strtok(). */
void client_begin(unsigned rate, unsigned conns);
void client_turn(void);
void client_rest(void);
void client_end(void);

/* hook: -1, the API */
void server_listen(int port, int hook);

conn_t *conn_new(int fd, void (*handler)(conn_t *c, uint32_t events),
    uint32_t events);
void conn_close(conn_t *c);
void conn_free(void);

/* The length of what the buffer begins with, a request or an answer, once it is
   whole, or 0. */
size_t conn_whole(const conn_t *c);
void conn_eat(conn_t *c, size_t len);


#endif /* FLEET_LOAD_H */
