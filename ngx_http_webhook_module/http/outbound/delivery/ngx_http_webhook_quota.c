
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/outbound/delivery/ngx_http_webhook_quota.h"
#include "http/runtime/ngx_http_webhook_metrics.h"
#include "http/runtime/notice/ngx_http_webhook_notice.h"
#include "http/runtime/registered/ngx_http_webhook_registered.h"


static void ngx_webhook_quota_notice(ngx_webhook_main_conf_t *wmcf,
    webhook_op_put_event_t *put);


void
ngx_webhook_quota_over(ngx_webhook_main_conf_t *wmcf,
    ngx_webhook_event_t *event, ngx_log_t *log)
{
    u_char                   text[WEBHOOK_ID_TEXT_LEN];
    ngx_str_t                id;
    webhook_op_put_event_t  *put;

    put = &event->shared.job.op.u.put_event;

    webhook_id_text(&put->id, text);
    id.data = text;
    id.len = WEBHOOK_ID_TEXT_LEN;

    ngx_log_error(NGX_LOG_ERR, log, 0,
                  "webhook event \"%V\" %V is a dead letter for %uD registered "
                  "endpoints: \"backlog=%uD\" of webhook_registry is reached "
                  "by their company \"%V\"", ngx_webhook_nstr(&put->type), &id,
                  put->over, put->backlog, ngx_webhook_nstr(&put->company));

    ngx_webhook_count(NGX_WEBHOOK_DELIVERIES_BACKLOGGED, put->over);

    if (ngx_webhook_notice_wanted(NGX_WEBHOOK_NOTICE_DEAD)) {
        ngx_webhook_quota_notice(wmcf, put);
    }
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
