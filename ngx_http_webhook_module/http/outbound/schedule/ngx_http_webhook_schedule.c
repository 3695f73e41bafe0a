
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/outbound/schedule/ngx_http_webhook_schedule.h"
#include "http/net/client/ngx_http_webhook_client.h"


typedef struct {
    ngx_event_t    scan;
    ngx_uint_t     reserved;        /* leases that puts, claims and outcomes
                                       under way may bring */
    unsigned       active:1;
    unsigned       open:1;          /* the store knows all endpoints */
} ngx_webhook_schedule_t;


static ngx_uint_t ngx_webhook_schedule_room(void);


static ngx_webhook_schedule_t  ngx_webhook_schedule;


void
ngx_webhook_schedule_init(ngx_event_handler_pt handler, ngx_log_t *log)
{
    ngx_webhook_schedule_t  *s;

    s = &ngx_webhook_schedule;

    ngx_memzero(s, sizeof(ngx_webhook_schedule_t));

    s->scan.handler = handler;
    s->scan.data = s;
    s->scan.log = log;
    s->scan.cancelable = 1;

    s->active = 1;
}


void
ngx_webhook_schedule_exit(void)
{
    ngx_webhook_schedule_t  *s;

    s = &ngx_webhook_schedule;

    s->active = 0;

    if (s->scan.timer_set) {
        ngx_del_timer(&s->scan);
    }
}


void
ngx_webhook_schedule_open(ngx_uint_t open)
{
    ngx_webhook_schedule.open = (open != 0);
}


/*
 * Attempts that this worker may still begin, less those that operations under
 * way may bring.
 */

static ngx_uint_t
ngx_webhook_schedule_room(void)
{
    ngx_uint_t               slots;
    ngx_webhook_schedule_t  *s;

    s = &ngx_webhook_schedule;

    if (!s->active || !s->open || ngx_exiting || ngx_terminate) {
        return 0;
    }

    slots = ngx_webhook_client_free_slots();

    return (slots > s->reserved) ? slots - s->reserved : 0;
}


ngx_uint_t
ngx_webhook_schedule_reserve(ngx_uint_t n)
{
    n = ngx_min(n, ngx_webhook_schedule_room());

    ngx_webhook_schedule.reserved += n;

    return n;
}


void
ngx_webhook_schedule_unreserve(ngx_uint_t n)
{
    ngx_webhook_schedule.reserved -= n;
}


void
ngx_webhook_schedule_wake(ngx_msec_t delay)
{
    ngx_webhook_schedule_t  *s;

    s = &ngx_webhook_schedule;

    if (!s->active || ngx_exiting) {
        return;
    }

    if (s->scan.timer_set
        && (ngx_msec_int_t) (s->scan.timer.key - (ngx_current_msec + delay))
           <= 0)
    {
        return;
    }

    if (s->scan.timer_set) {
        ngx_del_timer(&s->scan);
    }

    ngx_add_timer(&s->scan, delay);
}
