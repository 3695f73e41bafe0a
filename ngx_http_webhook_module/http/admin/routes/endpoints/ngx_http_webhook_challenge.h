
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * "confirm on": an endpoint is asked whether it wants events.  It is sent a
 * random text, signed as a test, which it has to answer; then it is approved,
 * as it was when it was asked and in no other version.  Event loop.
 */

#ifndef NGX_WEBHOOK_CHALLENGE_H
#define NGX_WEBHOOK_CHALLENGE_H

#include "http/model/ngx_http_webhook.h"
#include "http/runtime/registered/ngx_http_webhook_registered.h"


#define NGX_WEBHOOK_CHALLENGE_TYPE     "webhook.challenge"
#define NGX_WEBHOOK_CHALLENGE_LONGEST  10000    /* ms, whatever the endpoint's
                                                   time-outs are: those who
                                                   answer nobody hold up the
                                                   challenges of others */


typedef enum {
    NGX_WEBHOOK_CHALLENGE_ECHOED = 0,           /* and it is confirmed now */
    NGX_WEBHOOK_CHALLENGE_SILENT,               /* it was not answered, or
                                                   otherwise: see "error" */
    NGX_WEBHOOK_CHALLENGE_CHANGED,              /* it was answered, but the
                                                   endpoint is another now */
    NGX_WEBHOOK_CHALLENGE_UNKEPT                /* and the store did not keep
                                                   it */
} ngx_webhook_challenge_e;


typedef struct ngx_webhook_challenge_s  ngx_webhook_challenge_t;

struct ngx_webhook_challenge_s {
    void                   (*handler)(ngx_webhook_challenge_t *ch);
    void                    *data;

    /* What came of it, until the handler returns. */
    ngx_webhook_challenge_e  result;
    ngx_uint_t               status;            /* 0: none came */
    ngx_str_t                error;             /* a sentence, or empty */
};


/*
 * Sends a challenge to an endpoint of a set, which is held meanwhile.  The
 * handler is called once, never from within; then all of it is gone.  NGX_OK;
 * NGX_DECLINED where no secret to sign with is live; NGX_ERROR on lack of memory
 * or randomness: then the handler is not called.
 */
ngx_int_t ngx_webhook_challenge_send(ngx_webhook_main_conf_t *wmcf,
    ngx_webhook_object_t *object,
    void (*handler)(ngx_webhook_challenge_t *ch), void *data);


/*
 * In a worker, before the registry begins: whatever is not confirmed, of a new
 * or changed endpoint or of one that is older than "confirm on", is sent a
 * challenge, up to four times.  The first worker does it.
 */
void ngx_webhook_challenges_init(ngx_webhook_main_conf_t *wmcf,
    ngx_log_t *log);
void ngx_webhook_challenges_exit(void);


#endif /* NGX_WEBHOOK_CHALLENGE_H */
