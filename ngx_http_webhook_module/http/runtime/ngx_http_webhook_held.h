
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The memory of an endpoint or receiver that was registered.  It goes while
 * nginx runs, once nobody uses the thing any more: those who do hold it, which
 * are sets of registered things, attempts and exchanges of other kinds, calls
 * and their subrequests, and works on threads.  What was configured has no such
 * memory (NULL), and all of these functions do nothing for it.
 *
 * Who holds it may use all that stands in its pool: templates, keys, peers.
 * Kept connections and access tokens hold nothing: they are forgotten when it
 * goes (ngx_webhook_pool_forget(), ngx_webhook_auth_forget()).
 *
 * Event loop only.  A thread uses what the one that waits for it holds.
 */

#ifndef NGX_WEBHOOK_HELD_H
#define NGX_WEBHOOK_HELD_H

#include "http/model/ngx_http_webhook.h"


struct ngx_webhook_held_s {
    ngx_pool_t            *pool;    /* of the thing, and of this */
    ngx_uint_t             refs;
    ngx_queue_t            queue;   /* of those that nobody holds */

    /* Called before the pool goes, where it is not NULL: has others forget what
       is in it. */
    void                 (*forget)(ngx_webhook_held_t *held);
    void                  *data;    /* forget's */
};


/*
 * Makes such a memory with a pool of its own, held once, by the caller.  NULL:
 * there is no memory.
 */
ngx_webhook_held_t *ngx_webhook_held_create(size_t pool_size);

/* Holds it once more. */
static ngx_inline void
ngx_webhook_held_hold(ngx_webhook_held_t *held)
{
    if (held) {
        held->refs++;
    }
}

/*
 * Lets go of it.  Nothing goes before the present event has been handled, so
 * that one who lets go within a handler of the client's, of a timer or of a
 * pool's cleanup may be called from what is in it.
 */
void ngx_webhook_held_release(ngx_webhook_held_t *held);

/* In a worker, before its event loop starts; and when it exits, with the client
   still there: what nobody holds goes at once. */
void ngx_webhook_held_init(ngx_log_t *log);
void ngx_webhook_held_exit(void);


#endif /* NGX_WEBHOOK_HELD_H */
