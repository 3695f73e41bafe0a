
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What an outcome, now told to the store, is to those who ask for the module's
 * own events.
 */

#include "http/outbound/attempt/ngx_http_webhook_attempt_int.h"
#include "http/runtime/notice/ngx_http_webhook_notice.h"


static void ngx_webhook_attempt_notice_paused(ngx_webhook_attempt_t *attempt,
    ngx_webhook_notice_t *notice);
static void ngx_webhook_attempt_notice_dead(ngx_webhook_attempt_t *attempt,
    ngx_webhook_notice_t *notice);


void
ngx_webhook_attempt_notice(ngx_webhook_attempt_t *attempt,
    ngx_webhook_endpoint_t *ep)
{
    ngx_webhook_notice_t    notice;
    webhook_op_complete_t  *complete;

    complete = &attempt->shared.job.op.u.complete;

    if (!complete->paused && complete->outcome != WEBHOOK_FAILED) {
        return;
    }

    ngx_memzero(&notice, sizeof(ngx_webhook_notice_t));

    notice.subject = ep->id;
    notice.id = ep->name;

    if (complete->paused) {
        ngx_webhook_attempt_notice_paused(attempt, &notice);
    }

    if (complete->outcome == WEBHOOK_FAILED) {
        ngx_webhook_attempt_notice_dead(attempt, &notice);
    }
}


static void
ngx_webhook_attempt_notice_paused(ngx_webhook_attempt_t *attempt,
    ngx_webhook_notice_t *notice)
{
    u_char                  text[128];
    uint64_t                hours;
    webhook_op_complete_t  *complete;

    complete = &attempt->shared.job.op.u.complete;

    notice->kind = complete->disabled ? NGX_WEBHOOK_NOTICE_DISABLED
                                      : NGX_WEBHOOK_NOTICE_PAUSED;

    if (!ngx_webhook_notice_wanted(notice->kind)) {
        return;
    }

    notice->reason.data = text;

    if (complete->disabled) {
        hours = complete->disable / 3600000;

        notice->reason.len = ngx_sprintf(text, "it has failed for %uL %s",
                                         hours ? hours
                                               : complete->disable / 1000,
                                         hours ? "hours" : "seconds")
                             - text;

    } else {
        notice->reason.len = ngx_sprintf(text, "it answered %uD and wants no "
                                         "more events",
                                         complete->attempt.status)
                             - text;
    }

    ngx_webhook_notice(notice);
}


/* None about one of these events. */

static void
ngx_webhook_attempt_notice_dead(ngx_webhook_attempt_t *attempt,
    ngx_webhook_notice_t *notice)
{
    webhook_op_complete_t  *complete;

    complete = &attempt->shared.job.op.u.complete;

    if (!ngx_webhook_notice_wanted(NGX_WEBHOOK_NOTICE_DEAD)
        || (attempt->type.len >= sizeof(NGX_WEBHOOK_OWN_PREFIX) - 1
            && ngx_strncmp(attempt->type.data, NGX_WEBHOOK_OWN_PREFIX,
                           sizeof(NGX_WEBHOOK_OWN_PREFIX) - 1)
               == 0))
    {
        return;
    }

    notice->kind = NGX_WEBHOOK_NOTICE_DEAD;
    notice->event = &attempt->lease.event.id;
    notice->type = attempt->type;
    notice->sends = attempt->lease.number;
    notice->status = complete->attempt.status;
    notice->reason = *ngx_webhook_nstr(&complete->attempt.error);

    ngx_webhook_notice(notice);
}
