
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the files of listen share:
 *
 *   listen.c           the socket, and a thread for each connection
 *   listen_client.c    that thread: verifies, answers, shows and records
 *   listen_request.c   reads a request, within its bounds
 */

#ifndef WEBHOOKCTL_LISTEN_INT_H
#define WEBHOOKCTL_LISTEN_INT_H

#include <pthread.h>

#include "webhookctl/try/webhookctl_sign.h"


#define CTL_LISTEN_HEAD      32768      /* bytes of the request's head */
#define CTL_LISTEN_LINES     100        /* headers */
#define CTL_LISTEN_BODY      (16 * 1024 * 1024)
#define CTL_LISTEN_CLIENTS   16         /* connections at a time */


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


/* A connection's thread; data is its ctl_client_t, which it frees. */
void *ctl_client_run(void *data);

/* Reads a request; the status to answer it with where it is none, or 0. */
unsigned ctl_client_request(ctl_client_t *c);

/* Finds the lines of the head again, since what came may have moved; not 0 if
   it is none. */
int ctl_client_lines(ctl_client_t *c);

/* Reads what comes: 1; 0 where no more does, or there is no memory; -1 where its
   time is over. */
int ctl_client_read(ctl_client_t *c);

/* A header of it by its name, in lower case; for webhook_verify(). */
int ctl_client_header(void *data, const webhook_str_t *name,
    webhook_str_t *value);

/* Ends listening, as a signal does. */
void ctl_listen_signal(int signo);

/* ms of a clock that only goes on. */
uint64_t ctl_listen_now(void);


#endif /* WEBHOOKCTL_LISTEN_INT_H */
