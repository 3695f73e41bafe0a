
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/runtime/ngx_http_webhook_cpu.h"


#define NGX_WEBHOOK_CPU_POOL   4096         /* bytes of a work's pool at
                                               first */
#define NGX_WEBHOOK_CPU_STUCK  60000        /* ms without a result */
#define NGX_WEBHOOK_CPU_AGAIN  10           /* ms, where the pool is full */
#define NGX_WEBHOOK_CPU_EACH   64           /* works of a company that wait */
#define NGX_WEBHOOK_CPU_ALL    1024         /*   and of all companies */


typedef struct {
    ngx_thread_pool_t  *pool;       /* NULL: all is done on the event loop */
    ngx_uint_t          threads;
    size_t              memory;
    ngx_log_t          *log;

    ngx_queue_t         waiting;
    webhook_fair_t      fair;       /* companies' works that wait */
    ngx_queue_t         away;
    ngx_uint_t          busy;       /* works away */
    ngx_uint_t          fairs;      /* companies' among these */
    ngx_uint_t          held;       /* works not done yet */
    size_t              behind;     /* bytes of them, but of companies' */
    size_t              deserted;   /* of these, of those that nobody waits
                                       for any more */

    ngx_event_t         start;      /* posted: hand over */
    ngx_event_t         again;      /* the same, where the pool was full */
    ngx_event_t         guard;      /* keeps an exiting worker until all are
                                       done */
    unsigned            closing:1;
    unsigned            turn:1;     /* the next is a company's */
} ngx_webhook_cpu_t;


typedef struct {
    void               *data;
    void              (*handler)(void *data);
} ngx_webhook_freed_t;


static void ngx_webhook_work_posted(void);
static void ngx_webhook_cpu_start(ngx_event_t *ev);
static ngx_webhook_work_t *ngx_webhook_cpu_next(ngx_webhook_cpu_t *cpu);
static void ngx_webhook_cpu_guard(ngx_event_t *ev);
static void ngx_webhook_cpu_thread(void *data, ngx_log_t *log);
static void ngx_webhook_cpu_back(ngx_event_t *ev);
static void ngx_webhook_cpu_done(ngx_webhook_work_t *work);
static void ngx_webhook_cpu_drop(ngx_webhook_work_t *work);
static void ngx_webhook_cpu_free_data(ngx_webhook_work_t *work);


static ngx_webhook_cpu_t  ngx_webhook_cpu;


void
ngx_webhook_cpu_init(ngx_cycle_t *cycle, ngx_webhook_main_conf_t *wmcf)
{
    ngx_webhook_cpu_t  *cpu;

    cpu = &ngx_webhook_cpu;

    ngx_memzero(cpu, sizeof(ngx_webhook_cpu_t));

    cpu->pool = wmcf->cpu;
    cpu->threads = wmcf->cpu_threads;
    cpu->memory = wmcf->cpu_memory;
    cpu->log = cycle->log;

    ngx_queue_init(&cpu->waiting);
    ngx_queue_init(&cpu->away);

    webhook_fair_init(&cpu->fair, NGX_WEBHOOK_CPU_EACH, NGX_WEBHOOK_CPU_ALL,
                      cpu->memory / 2);

    cpu->start.handler = ngx_webhook_cpu_start;
    cpu->start.data = cpu;
    cpu->start.log = cycle->log;

    cpu->again.handler = ngx_webhook_cpu_start;
    cpu->again.data = cpu;
    cpu->again.log = cycle->log;

    cpu->guard.handler = ngx_webhook_cpu_guard;
    cpu->guard.data = cpu;
    cpu->guard.log = cycle->log;
}


void
ngx_webhook_cpu_exit(ngx_cycle_t *cycle)
{
    ngx_queue_t          *q;
    ngx_webhook_cpu_t    *cpu;
    ngx_webhook_work_t   *work;
    webhook_fair_item_t  *item;

    cpu = &ngx_webhook_cpu;

    if (cpu->pool == NULL) {
        return;
    }

    cpu->closing = 1;

    if (cpu->start.posted) {
        ngx_delete_posted_event(&cpu->start);
    }

    if (cpu->again.timer_set) {
        ngx_del_timer(&cpu->again);
    }

    if (cpu->guard.timer_set) {
        ngx_del_timer(&cpu->guard);
    }

    /*
     * The thread pools were drained and destroyed before: what was away has
     * run, only its completion will never be called.
     */

    while (!ngx_queue_empty(&cpu->away)) {
        q = ngx_queue_head(&cpu->away);
        ngx_queue_remove(q);

        work = ngx_queue_data(q, ngx_webhook_work_t, queue);

        if (work->freeing) {
            ngx_free(work);
            continue;
        }

        work->ran = 1;
        ngx_webhook_cpu_done(work);
    }

    while (!ngx_queue_empty(&cpu->waiting)) {
        q = ngx_queue_head(&cpu->waiting);
        ngx_queue_remove(q);

        work = ngx_queue_data(q, ngx_webhook_work_t, queue);

        if (work->freeing) {
            ngx_webhook_cpu_drop(work);
            ngx_free(work);
            continue;
        }

        ngx_webhook_cpu_done(work);
    }

    for ( ;; ) {
        item = webhook_fair_take(&cpu->fair);

        if (item == NULL) {
            break;
        }

        ngx_webhook_cpu_done(ngx_queue_data(item, ngx_webhook_work_t, turn));
    }

    cpu->pool = NULL;
}


ngx_uint_t
ngx_webhook_cpu_wanted(size_t bytes)
{
    ngx_webhook_cpu_t  *cpu;

    cpu = &ngx_webhook_cpu;

    return cpu->pool && !cpu->closing && bytes > NGX_WEBHOOK_CPU_MIN;
}


ngx_uint_t
ngx_webhook_cpu_behind(size_t size)
{
    ngx_webhook_cpu_t  *cpu;

    cpu = &ngx_webhook_cpu;

    /* one is always taken, however large it is */

    return cpu->behind && cpu->behind + size > cpu->memory;
}


ngx_uint_t
ngx_webhook_cpu_deserted(size_t size)
{
    ngx_webhook_cpu_t  *cpu;

    cpu = &ngx_webhook_cpu;

    return cpu->deserted + size > cpu->memory;
}


ngx_uint_t
ngx_webhook_cpu_crowded(ngx_str_t *company, size_t size)
{
    return webhook_fair_full(&ngx_webhook_cpu.fair, ngx_webhook_str(company),
                             size);
}


ngx_uint_t
ngx_webhook_cpu_closing(void)
{
    return ngx_webhook_cpu.closing;
}


ngx_webhook_work_t *
ngx_webhook_work_create(size_t size)
{
    ngx_webhook_cpu_t   *cpu;
    ngx_webhook_work_t  *work;

    cpu = &ngx_webhook_cpu;

    work = ngx_calloc(sizeof(ngx_webhook_work_t), cpu->log);
    if (work == NULL) {
        return NULL;
    }

    work->pool = ngx_create_pool(NGX_WEBHOOK_CPU_POOL, cpu->log);
    if (work->pool == NULL) {
        ngx_free(work);
        return NULL;
    }

    work->log = cpu->log;
    work->size = size;

    work->task.ctx = work;
    work->task.handler = ngx_webhook_cpu_thread;
    work->task.event.handler = ngx_webhook_cpu_back;
    work->task.event.data = work;
    work->task.event.log = cpu->log;

    return work;
}


void
ngx_webhook_work_post(ngx_webhook_work_t *work)
{
    ngx_webhook_cpu_t  *cpu;

    cpu = &ngx_webhook_cpu;

    cpu->behind += work->size;

    ngx_queue_insert_tail(&cpu->waiting, &work->queue);

    ngx_webhook_work_posted();
}


void
ngx_webhook_work_post_fair(ngx_webhook_work_t *work, ngx_str_t *company)
{
    work->fair = 1;
    work->turn.size = work->size;
    work->turn.owner.len = company->len;

    if (company->len) {
        work->turn.owner.data = ngx_pstrdup(work->pool, company);

        if (work->turn.owner.data == NULL) {

            /* it waits with those of nobody */

            work->turn.owner.len = 0;
        }
    }

    webhook_fair_put(&ngx_webhook_cpu.fair, &work->turn);

    ngx_webhook_work_posted();
}


static void
ngx_webhook_work_posted(void)
{
    ngx_webhook_cpu_t  *cpu;

    cpu = &ngx_webhook_cpu;

    cpu->held++;

    if (!cpu->guard.timer_set) {
        ngx_add_timer(&cpu->guard, NGX_WEBHOOK_CPU_STUCK);
    }

    if (!cpu->start.posted) {
        ngx_post_event(&cpu->start, &ngx_posted_events);
    }
}


void
ngx_webhook_work_desert(ngx_webhook_work_t *work)
{
    /* those of companies are bounded whoever waits for them */

    if (!work->deserted && !work->fair) {
        work->deserted = 1;
        ngx_webhook_cpu.deserted += work->size;
    }
}


void
ngx_webhook_work_free(ngx_webhook_work_t *work)
{
    ngx_webhook_cpu_t  *cpu;

    cpu = &ngx_webhook_cpu;

    if (!ngx_webhook_cpu_wanted(work->size)) {
        ngx_webhook_cpu_drop(work);
        ngx_free(work);
        return;
    }

    /* Giving back large memory takes time, too; nobody waits for that. */

    work->freeing = 1;
    work->fair = 0;

    ngx_queue_insert_head(&cpu->waiting, &work->queue);

    if (!cpu->start.posted) {
        ngx_post_event(&cpu->start, &ngx_posted_events);
    }
}


void
ngx_webhook_cpu_destroy(ngx_pool_t *pool, size_t size)
{
    ngx_webhook_work_t  *work;

    work = NULL;

    if (ngx_webhook_cpu_wanted(size)) {
        work = ngx_webhook_work_create(size);
    }

    if (work == NULL) {
        ngx_destroy_pool(pool);
        return;
    }

    ngx_destroy_pool(work->pool);
    work->pool = pool;

    ngx_webhook_work_free(work);
}


void
ngx_webhook_cpu_free(void *data, size_t size, void (*handler)(void *data))
{
    ngx_webhook_work_t   *work;
    ngx_webhook_freed_t  *freed;

    work = NULL;

    if (ngx_webhook_cpu_wanted(size)) {
        work = ngx_webhook_work_create(size);
    }

    if (work == NULL) {
        handler(data);
        return;
    }

    freed = ngx_palloc(work->pool, sizeof(ngx_webhook_freed_t));

    if (freed == NULL) {
        ngx_webhook_work_free(work);
        handler(data);
        return;
    }

    freed->data = data;
    freed->handler = handler;

    work->data = freed;
    work->free = ngx_webhook_cpu_free_data;

    ngx_webhook_work_free(work);
}


static void
ngx_webhook_cpu_free_data(ngx_webhook_work_t *work)
{
    ngx_webhook_freed_t  *freed = work->data;

    freed->handler(freed->data);
}


static void
ngx_webhook_cpu_start(ngx_event_t *ev)
{
    ngx_webhook_cpu_t   *cpu;
    ngx_webhook_work_t  *work;

    cpu = ev->data;

    while (cpu->busy < cpu->threads) {

        work = ngx_webhook_cpu_next(cpu);

        if (work == NULL) {
            return;
        }

        if (ngx_thread_task_post(cpu->pool, &work->task) != NGX_OK) {

            /* The pool's queue is full: its own log line says so. */

            ngx_add_timer(&cpu->again, NGX_WEBHOOK_CPU_AGAIN);
            return;
        }

        if (work->fair) {
            (void) webhook_fair_take(&cpu->fair);
            cpu->fairs++;

        } else {
            ngx_queue_remove(&work->queue);
        }

        ngx_queue_insert_tail(&cpu->away, &work->queue);

        cpu->turn = !work->fair;
        cpu->busy++;
    }
}


/* Which work is next, of those that wait; NULL: none may begin. */

static ngx_webhook_work_t *
ngx_webhook_cpu_next(ngx_webhook_cpu_t *cpu)
{
    webhook_fair_item_t  *item;

    item = webhook_fair_next(&cpu->fair);

    if (item && cpu->fairs && cpu->fairs >= cpu->threads / 2) {
        item = NULL;
    }

    if (!ngx_queue_empty(&cpu->waiting) && (item == NULL || !cpu->turn)) {
        return ngx_queue_data(ngx_queue_head(&cpu->waiting),
                              ngx_webhook_work_t, queue);
    }

    return item ? ngx_queue_data(item, ngx_webhook_work_t, turn) : NULL;
}


static void
ngx_webhook_cpu_guard(ngx_event_t *ev)
{
    ngx_webhook_cpu_t  *cpu;

    cpu = ev->data;

    if (cpu->busy == cpu->threads) {
        ngx_log_error(NGX_LOG_WARN, cpu->log, 0,
                      "webhook threads have returned nothing for %ui ms: %ui "
                      "jobs are in progress or waiting",
                      (ngx_uint_t) NGX_WEBHOOK_CPU_STUCK, cpu->held);
    }

    ngx_add_timer(&cpu->guard, NGX_WEBHOOK_CPU_STUCK);

    ngx_webhook_cpu_start(&cpu->start);
}


static void
ngx_webhook_cpu_thread(void *data, ngx_log_t *log)
{
    ngx_webhook_work_t *work = data;

    if (work->freeing) {
        ngx_webhook_cpu_drop(work);

    } else {
        work->run(work);
    }
}


static void
ngx_webhook_cpu_back(ngx_event_t *ev)
{
    ngx_webhook_cpu_t   *cpu;
    ngx_webhook_work_t  *work;

    cpu = &ngx_webhook_cpu;
    work = ev->data;

    ngx_queue_remove(&work->queue);
    cpu->busy--;

    if (work->fair) {
        cpu->fairs--;
    }

    if ((!ngx_queue_empty(&cpu->waiting) || webhook_fair_next(&cpu->fair))
        && !cpu->start.posted)
    {
        ngx_post_event(&cpu->start, &ngx_posted_events);
    }

    if (work->freeing) {
        ngx_free(work);
        return;
    }

    work->ran = 1;
    ngx_webhook_cpu_done(work);
}


static void
ngx_webhook_cpu_done(ngx_webhook_work_t *work)
{
    ngx_webhook_cpu_t  *cpu;

    cpu = &ngx_webhook_cpu;

    if (!work->fair) {
        cpu->behind -= work->size;
    }

    if (work->deserted) {
        cpu->deserted -= work->size;
    }

    if (--cpu->held == 0) {

        if (cpu->guard.timer_set) {
            ngx_del_timer(&cpu->guard);
        }

    } else if (!cpu->closing) {
        ngx_add_timer(&cpu->guard, NGX_WEBHOOK_CPU_STUCK);
    }

    work->done(work);
}


static void
ngx_webhook_cpu_drop(ngx_webhook_work_t *work)
{
    if (work->free) {
        work->free(work);
    }

    ngx_destroy_pool(work->pool);
    work->pool = NULL;
}
