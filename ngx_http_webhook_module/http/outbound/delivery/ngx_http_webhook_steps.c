
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/outbound/delivery/ngx_http_webhook_steps.h"
#include "http/outbound/schedule/ngx_http_webhook_job.h"
#include "http/outbound/schedule/ngx_http_webhook_schedule.h"
#include "http/runtime/ngx_http_webhook_clock.h"
#include "http/runtime/registered/ngx_http_webhook_registered.h"


#define NGX_WEBHOOK_STEPS_PAUSE  10         /* ms between two steps, in which
                                               others have the store */
#define NGX_WEBHOOK_STEPS_WAIT   1000       /* ms at most between two looks, and
                                               after a failure */


typedef struct {
    ngx_event_t                 timer;
    ngx_log_t                  *log;
    uint32_t                    backlog;    /* that a company may have */

    unsigned                    active:1;
    unsigned                    away:1;     /* a look, or a step, is under
                                               way */
} ngx_webhook_steps_t;


static void ngx_webhook_steps_timer(ngx_event_t *ev);
static void ngx_webhook_steps_looked(ngx_webhook_job_t *job);
static void ngx_webhook_steps_done(ngx_webhook_job_t *job);
static void ngx_webhook_steps_next(webhook_op_t *op);
static void ngx_webhook_steps_over(const webhook_op_task_step_t *s);


static ngx_webhook_steps_t  ngx_webhook_steps;


void
ngx_webhook_steps_init(ngx_webhook_main_conf_t *wmcf, ngx_log_t *log)
{
    ngx_webhook_steps_t  *s;

    s = &ngx_webhook_steps;

    ngx_memzero(s, sizeof(ngx_webhook_steps_t));

    s->log = log;
    s->active = 1;

    if (wmcf->registry) {
        s->backlog = (uint32_t) wmcf->registry->backlog;
    }

    s->timer.handler = ngx_webhook_steps_timer;
    s->timer.data = s;
    s->timer.log = log;
    s->timer.cancelable = 1;
}


void
ngx_webhook_steps_exit(void)
{
    ngx_webhook_steps_t  *s;

    s = &ngx_webhook_steps;

    s->active = 0;

    if (s->timer.timer_set) {
        ngx_del_timer(&s->timer);
    }
}


void
ngx_webhook_steps_look(void)
{
    ngx_webhook_steps_t  *s;

    s = &ngx_webhook_steps;

    if (!s->timer.timer_set && ngx_webhook_store_queue_tasks()) {
        ngx_webhook_steps_begin();
    }
}


void
ngx_webhook_steps_begin(void)
{
    webhook_op_t          op;
    ngx_webhook_steps_t  *s;

    s = &ngx_webhook_steps;

    if (!s->active || s->away || ngx_exiting || ngx_terminate) {
        return;
    }

    if (s->timer.timer_set) {
        ngx_del_timer(&s->timer);
    }

    ngx_memzero(&op, sizeof(webhook_op_t));

    op.type = WEBHOOK_OP_TASK_LOOK;
    op.u.task_step.backlog = s->backlog;

    if (ngx_webhook_job_post(&op, ngx_webhook_steps_looked, s->log) != NGX_OK)
    {

        /* The next look tries again. */

        return;
    }

    s->away = 1;
}


static void
ngx_webhook_steps_timer(ngx_event_t *ev)
{
    ngx_webhook_steps_begin();
}


/* Bodies may be searched for a long time, which is done beside the batches that
   answers wait for. */

static void
ngx_webhook_steps_looked(ngx_webhook_job_t *job)
{
    webhook_op_t          op;
    ngx_webhook_steps_t  *s;

    s = &ngx_webhook_steps;

    s->away = 0;

    op = job->op;

    if (op.result == WEBHOOK_STORE_OK && op.u.task_step.todo
        && s->active && !ngx_exiting && !ngx_webhook_store_queue_closing())
    {
        op.type = WEBHOOK_OP_TASK_STEP;
        op.u.task_step.wall = ngx_webhook_clock_wall();

        if (ngx_webhook_job_post(&op, ngx_webhook_steps_done, s->log)
            == NGX_OK)
        {
            s->away = 1;
        }
    }

    if (!s->away) {
        ngx_webhook_steps_next(&op);
    }

    ngx_webhook_job_release((ngx_webhook_shared_job_t *) job);
}


static void
ngx_webhook_steps_done(ngx_webhook_job_t *job)
{
    webhook_op_task_step_t  *step;

    ngx_webhook_steps.away = 0;

    step = &job->op.u.task_step;

    if (job->op.result == WEBHOOK_STORE_OK) {

        if (step->over) {
            ngx_webhook_steps_over(step);
        }

        if (step->count && !ngx_webhook_store_queue_closing()) {

            /* What was made due goes out now. */

            ngx_webhook_schedule_wake(1);
        }
    }

    ngx_webhook_steps_next(&job->op);

    ngx_webhook_job_release((ngx_webhook_shared_job_t *) job);
}


/* Where no task is left, looks are enough. */

static void
ngx_webhook_steps_next(webhook_op_t *op)
{
    ngx_msec_t            wait;
    ngx_webhook_steps_t  *s;

    s = &ngx_webhook_steps;

    wait = NGX_WEBHOOK_STEPS_WAIT;

    if (op->result == WEBHOOK_STORE_OK) {
        wait = (ngx_msec_t) ngx_min(op->u.task_step.wait,
                                    NGX_WEBHOOK_STEPS_WAIT);
        wait = ngx_max(wait, NGX_WEBHOOK_STEPS_PAUSE);
    }

    if (s->active && !ngx_exiting
        && !ngx_webhook_store_queue_closing()
        && !(op->result == WEBHOOK_STORE_OK
             && op->u.task_step.wait == WEBHOOK_NEVER))
    {
        ngx_add_timer(&s->timer, wait);
    }
}


static void
ngx_webhook_steps_over(const webhook_op_task_step_t *step)
{
    ngx_str_t  id;
    u_char     text[WEBHOOK_ID_TEXT_LEN];

    webhook_id_text(&step->id, text);

    id.data = text;
    id.len = WEBHOOK_ID_TEXT_LEN;

    ngx_log_error(NGX_LOG_NOTICE, ngx_webhook_steps.log, 0,
                  "webhook: task %V is done", &id);
}
