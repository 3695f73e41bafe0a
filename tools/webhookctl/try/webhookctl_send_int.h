
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Between the two halves of send: what is said (webhookctl_send.c), and the
 * connection that it is said on (webhookctl_send_wire.c).
 */

#ifndef WEBHOOKCTL_SEND_INT_H
#define WEBHOOKCTL_SEND_INT_H

#include <openssl/ssl.h>

#include "webhookctl/webhookctl.h"
#include "core/http1/webhook_http.h"


#define CTL_SEND_ANSWER  65536


typedef struct {
    int              tls;
    char             host[256];         /* as it is looked up */
    char             name[272];         /* as Host says it */
    char             port[8];
    webhook_str_t    target;            /* path and query */

    int              fd;
    SSL_CTX         *context;
    SSL             *ssl;

    unsigned char    answer[CTL_SEND_ANSWER];
    webhook_http_t   http;
    uint64_t         took;              /* microseconds */
} ctl_send_t;


/* Each tells what is wrong; 0, or the exit status. */

/* Reads http[s]://host[:port][/...], of which nothing is decoded and the target
   is used in place. */
int ctl_send_url(const char *url, ctl_send_t *c);

/* Connects, with TLS if the URL says so; each step has 30 seconds. */
int ctl_send_connect(ctl_t *ctl, ctl_send_t *c);

/* Sends; one who closes early may have answered. */
int ctl_send_all(ctl_send_t *c, const webhook_buf_t *buf);

/* Reads the answer: its status, and the first bytes of its body. */
int ctl_send_wait(ctl_send_t *c);

/* Ends the connection, and frees what it took. */
void ctl_send_close(ctl_send_t *c);

/* Microseconds of a clock that does not go back. */
uint64_t ctl_send_now(void);


#endif /* WEBHOOKCTL_SEND_INT_H */
