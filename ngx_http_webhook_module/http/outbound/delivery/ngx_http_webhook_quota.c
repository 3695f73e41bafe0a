
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/outbound/delivery/ngx_http_webhook_quota.h"
#include "http/runtime/ngx_http_webhook_metrics.h"
#include "http/runtime/notice/ngx_http_webhook_notice.h"
#include "http/runtime/registered/ngx_http_webhook_registered.h"


#define NGX_WEBHOOK_QUOTA_ROWS    64        /* companies that are told apart */
#define NGX_WEBHOOK_QUOTA_MINUTE  60000     /* ms */


typedef struct {
    u_char                    company[WEBHOOK_COMPANY_MAX];
    size_t                    len;
    ngx_msec_t                since;        /* the last line */
    ngx_uint_t                events;       /* since then */
    ngx_uint_t                deliveries;
    uint32_t                  backlog;
    unsigned                  used:1;
} ngx_webhook_quota_row_t;


typedef struct {
    ngx_webhook_quota_row_t   rows[NGX_WEBHOOK_QUOTA_ROWS + 1];
                                            /* the last one of all others */
    ngx_event_t               minute;       /* the end of one */
} ngx_webhook_quota_t;


static void ngx_webhook_quota_tell(webhook_op_put_event_t *put,
    ngx_log_t *log);
static ngx_webhook_quota_row_t *ngx_webhook_quota_row(webhook_str_t *company);
static void ngx_webhook_quota_minute(ngx_event_t *ev);
static void ngx_webhook_quota_more(ngx_webhook_quota_row_t *row,
    ngx_log_t *log);
static void ngx_webhook_quota_notice(ngx_webhook_main_conf_t *wmcf,
    webhook_op_put_event_t *put);


static ngx_webhook_quota_t  ngx_webhook_quota;


void
ngx_webhook_quota_init(ngx_log_t *log)
{
    ngx_webhook_quota_t  *quota;

    quota = &ngx_webhook_quota;

    ngx_memzero(quota, sizeof(ngx_webhook_quota_t));

    quota->minute.handler = ngx_webhook_quota_minute;
    quota->minute.data = quota;
    quota->minute.log = log;
    quota->minute.cancelable = 1;
}


void
ngx_webhook_quota_exit(void)
{
    ngx_uint_t            i;
    ngx_webhook_quota_t  *quota;

    quota = &ngx_webhook_quota;

    if (quota->minute.timer_set) {
        ngx_del_timer(&quota->minute);
    }

    for (i = 0; i <= NGX_WEBHOOK_QUOTA_ROWS; i++) {
        if (quota->rows[i].events) {
            ngx_webhook_quota_more(&quota->rows[i], quota->minute.log);
        }

        quota->rows[i].used = 0;
    }
}


void
ngx_webhook_quota_over(ngx_webhook_main_conf_t *wmcf,
    ngx_webhook_event_t *event, ngx_log_t *log)
{
    webhook_op_put_event_t  *put;

    put = &event->shared.job.op.u.put_event;

    ngx_webhook_quota_tell(put, log);

    ngx_webhook_count(NGX_WEBHOOK_DELIVERIES_BACKLOGGED, put->over);

    if (ngx_webhook_notice_wanted(NGX_WEBHOOK_NOTICE_DEAD)) {
        ngx_webhook_quota_notice(wmcf, put);
    }
}


static void
ngx_webhook_quota_tell(webhook_op_put_event_t *put, ngx_log_t *log)
{
    u_char                    text[WEBHOOK_ID_TEXT_LEN];
    ngx_str_t                 id;
    ngx_webhook_quota_row_t  *row;

    row = ngx_webhook_quota_row(&put->company);

    row->backlog = put->backlog;

    if (row->used) {
        row->events++;
        row->deliveries += put->over;
        return;
    }

    row->used = 1;
    row->since = ngx_current_msec;
    row->events = 0;
    row->deliveries = 0;

    if (!ngx_webhook_quota.minute.timer_set) {
        ngx_add_timer(&ngx_webhook_quota.minute, NGX_WEBHOOK_QUOTA_MINUTE);
    }

    webhook_id_text(&put->id, text);
    id.data = text;
    id.len = WEBHOOK_ID_TEXT_LEN;

    ngx_log_error(NGX_LOG_ERR, log, 0,
                  "webhook event \"%V\" %V is a dead letter for %uD registered "
                  "endpoints: \"backlog=%uD\" of webhook_registry is reached "
                  "by their company \"%V\"", ngx_webhook_nstr(&put->type), &id,
                  put->over, put->backlog, ngx_webhook_nstr(&put->company));
}


/* That of a company, which may be a free one, made the company's. */

static ngx_webhook_quota_row_t *
ngx_webhook_quota_row(webhook_str_t *company)
{
    ngx_uint_t                i;
    ngx_webhook_quota_row_t  *row, *unused;

    unused = &ngx_webhook_quota.rows[NGX_WEBHOOK_QUOTA_ROWS];

    if (company->len > WEBHOOK_COMPANY_MAX) {
        return unused;
    }

    for (i = NGX_WEBHOOK_QUOTA_ROWS; i-- > 0; /* void */) {
        row = &ngx_webhook_quota.rows[i];

        if (!row->used) {
            unused = row;

        } else if (row->len == company->len
                   && ngx_memcmp(row->company, company->data, row->len) == 0)
        {
            return row;
        }
    }

    if (unused != &ngx_webhook_quota.rows[NGX_WEBHOOK_QUOTA_ROWS]) {
        unused->len = company->len;
        ngx_memcpy(unused->company, company->data, company->len);
    }

    return unused;
}


static void
ngx_webhook_quota_minute(ngx_event_t *ev)
{
    ngx_uint_t                i, some;
    ngx_msec_t                age, oldest;
    ngx_webhook_quota_t      *quota;
    ngx_webhook_quota_row_t  *row;

    quota = ev->data;
    some = 0;
    oldest = 0;

    for (i = 0; i <= NGX_WEBHOOK_QUOTA_ROWS; i++) {
        row = &quota->rows[i];

        if (!row->used) {
            continue;
        }

        age = ngx_current_msec - row->since;

        if (age >= NGX_WEBHOOK_QUOTA_MINUTE) {

            if (row->events == 0) {
                row->used = 0;
                continue;
            }

            ngx_webhook_quota_more(row, ev->log);

            row->since = ngx_current_msec;
            age = 0;
        }

        some = 1;
        oldest = ngx_max(oldest, age);
    }

    if (some) {
        ngx_add_timer(ev, NGX_WEBHOOK_QUOTA_MINUTE - oldest);
    }
}


static void
ngx_webhook_quota_more(ngx_webhook_quota_row_t *row, ngx_log_t *log)
{
    ngx_str_t  company;

    if (row == &ngx_webhook_quota.rows[NGX_WEBHOOK_QUOTA_ROWS]) {
        ngx_str_set(&company, "other companies");

    } else {
        company.data = row->company;
        company.len = row->len;
    }

    ngx_log_error(NGX_LOG_ERR, log, 0,
                  "%ui more deliveries of %ui webhook events to registered "
                  "endpoints of \"%V\" are dead letters: \"backlog=%uD\" of "
                  "webhook_registry is reached", row->deliveries, row->events,
                  &company, row->backlog);

    row->events = 0;
    row->deliveries = 0;
}


/* None about one of these events, as of other dead letters. */

static void
ngx_webhook_quota_notice(ngx_webhook_main_conf_t *wmcf,
    webhook_op_put_event_t *put)
{
    u_char                   text[128];
    uint32_t                 i;
    ngx_webhook_notice_t     notice;
    ngx_webhook_endpoint_t  *ep;

    if (put->type.len >= sizeof(NGX_WEBHOOK_OWN_PREFIX) - 1
        && ngx_strncmp(put->type.data, NGX_WEBHOOK_OWN_PREFIX,
                       sizeof(NGX_WEBHOOK_OWN_PREFIX) - 1)
           == 0)
    {
        return;
    }

    ngx_memzero(&notice, sizeof(ngx_webhook_notice_t));

    notice.kind = NGX_WEBHOOK_NOTICE_DEAD;
    notice.event = &put->id;
    notice.type = *ngx_webhook_nstr(&put->type);
    notice.reason.data = text;
    notice.reason.len = ngx_sprintf(text, "not sent: the company has its %uD "
                                    "deliveries waiting", put->backlog)
                        - text;

    for (i = 0; i < put->count; i++) {

        if (!put->deliveries[i].over) {
            continue;
        }

        ep = ngx_webhook_registered_target(wmcf, put->deliveries[i].endpoint);

        if (ep) {
            notice.subject = ep->id;
            notice.id = ep->name;

            ngx_webhook_notice(&notice);
        }
    }
}
