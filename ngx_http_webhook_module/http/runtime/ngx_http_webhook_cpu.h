
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Work that would take the processor too long for the event loop: reading,
 * rendering, signing and verifying large bodies.  It goes to a few threads of
 * a pool of its own (webhook_cpu), so that it waits neither for the store nor
 * the store for it.  This room knows nothing of what is done; it may call
 * nobody.
 *
 * The rules of a work:
 *
 *   - While it is away (posted, not yet done) all that it refers to is the
 *     thread's.  It lives in the work's own pool or in memory that is counted
 *     (a body that a request and a work hold together), never in a request or
 *     its pool; variables and headers are taken before, on the event loop.
 *   - Who waits for it keeps a pointer to it, and it one back, which is
 *     nulled when the waiter goes: "done" then finds that nobody waits.  Only
 *     where core itself keeps a request until its threads are back
 *     (r->blocked), a work may rely on that instead.
 *   - "done" is called for every work, on the event loop, once: also when the
 *     process exits.  Then ngx_webhook_cpu_closing() is true; a work that
 *     had not begun has "ran" unset.
 *   - The works of a worker begin in the order in which they were posted,
 *     threads= of them at a time.  The others wait here; none is refused.
 *     Who could ask its sender to come again, or is nobody's to wait for,
 *     looks at ngx_webhook_cpu_behind() first.
 *   - What somebody asked for who is trusted with nothing (expressions that
 *     were registered, tests) waits in another queue, which is fair between
 *     companies, takes half of the threads at most, and a turn after each work
 *     of the others where those wait, too.  So a company delays itself.  Who
 *     could do without looks at ngx_webhook_cpu_crowded() first.
 *   - A worker that exits waits for its works, within
 *     worker_shutdown_timeout.
 */

#ifndef NGX_WEBHOOK_CPU_H
#define NGX_WEBHOOK_CPU_H

#include "core/fair/webhook_fair.h"
#include "http/model/ngx_http_webhook.h"


#define NGX_WEBHOOK_CPU_MIN  262144         /* bytes that are worth a thread */


typedef struct ngx_webhook_work_s  ngx_webhook_work_t;

typedef void (*ngx_webhook_work_pt)(ngx_webhook_work_t *work);


struct ngx_webhook_work_s {
    ngx_webhook_work_pt   run;              /* on a thread */
    ngx_webhook_work_pt   done;             /* on the event loop */
    ngx_webhook_work_pt   free;             /* on a thread: what is not in the
                                               pool; or NULL */
    void                 *data;
    ngx_pool_t           *pool;             /* the work's own */
    ngx_log_t            *log;              /* knows no connection */
    size_t                size;             /* bytes that it is about */
    unsigned              ran:1;

    /* of this room */
    ngx_thread_task_t     task;
    ngx_queue_t           queue;
    webhook_fair_item_t   turn;             /* of a company's */
    unsigned              fair:1;           /* it is */
    unsigned              freeing:1;
    unsigned              deserted:1;
};


/* True where so many bytes are worth a thread, and there is one. */
ngx_uint_t ngx_webhook_cpu_wanted(size_t bytes);

/* True where the bodies that wait leave no room for one of size bytes. */
ngx_uint_t ngx_webhook_cpu_behind(size_t size);

/* True where the works that nobody waits for any more take all that room with
   size bytes more. */
ngx_uint_t ngx_webhook_cpu_deserted(size_t size);

/* True where so many works of a company (empty: of none) wait, or of all
   companies, that one more about size bytes is too much. */
ngx_uint_t ngx_webhook_cpu_crowded(ngx_str_t *company, size_t size);

/* True while the process exits. */
ngx_uint_t ngx_webhook_cpu_closing(void);

/* Makes a work about size bytes, with a pool; NULL on lack of memory. */
ngx_webhook_work_t *ngx_webhook_work_create(size_t size);

/* Takes it.  Never fails and never calls "done" from within. */
void ngx_webhook_work_post(ngx_webhook_work_t *work);

/* The same, as a company's (empty: of none): it waits behind those of the
   company alone.  The name is copied. */
void ngx_webhook_work_post_fair(ngx_webhook_work_t *work, ngx_str_t *company);

/* Who waited for a work that is away has gone. */
void ngx_webhook_work_desert(ngx_webhook_work_t *work);

/* Frees a work that is not away; on a thread where it is large.  Its pool is
   nobody's from then on. */
void ngx_webhook_work_free(ngx_webhook_work_t *work);

/* Destroys a pool with so many bytes in it, in the same way. */
void ngx_webhook_cpu_destroy(ngx_pool_t *pool, size_t size);

/*
 * Calls the handler, which frees data with so many bytes, in the same way: on a
 * thread, or at once.
 */
void ngx_webhook_cpu_free(void *data, size_t size,
    void (*handler)(void *data));


/* In a worker: before its event loop starts; and when it exits, before all
   rooms that have works. */
void ngx_webhook_cpu_init(ngx_cycle_t *cycle, ngx_webhook_main_conf_t *wmcf);
void ngx_webhook_cpu_exit(ngx_cycle_t *cycle);


#endif /* NGX_WEBHOOK_CPU_H */
