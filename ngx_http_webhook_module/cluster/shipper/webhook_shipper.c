
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The machine's states, and what comes when nothing is to be shipped.
 */

#include "cluster/shipper/webhook_shipper_int.h"

#include <stdlib.h>


static int webhook_shipper_idle(webhook_shipper_t *sh);
static int webhook_shipper_resting(webhook_shipper_t *sh);
static webhook_shipper_state_e webhook_shipper_rested(webhook_shipper_t *sh);


static const struct {
    webhook_shipper_begin_pt  begin;
    webhook_shipper_end_pt    end;

} webhook_shipper_states[WEBHOOK_SHIPPER_STATES] = {

    [WEBHOOK_SHIPPER_START] =
        { webhook_shipper_start, webhook_shipper_started },
    [WEBHOOK_SHIPPER_NEXT] =
        { webhook_shipper_next_kept, webhook_shipper_next_was },
    [WEBHOOK_SHIPPER_JOIN] =
        { webhook_shipper_join, webhook_shipper_was_joined },
    [WEBHOOK_SHIPPER_SESSION] =
        { webhook_shipper_session, webhook_shipper_session_was },
    [WEBHOOK_SHIPPER_EPOCH] =
        { webhook_shipper_epoch, webhook_shipper_epoch_was },
    [WEBHOOK_SHIPPER_KNOWN] =
        { webhook_shipper_known, webhook_shipper_known_was },
    [WEBHOOK_SHIPPER_OPEN] =
        { webhook_shipper_open, webhook_shipper_opened },
    [WEBHOOK_SHIPPER_ASK] =
        { webhook_shipper_ask, webhook_shipper_was_asked },
    [WEBHOOK_SHIPPER_SETTLE] =
        { webhook_shipper_settle, webhook_shipper_settled },
    [WEBHOOK_SHIPPER_MINE] =
        { webhook_shipper_mine, webhook_shipper_mine_was },
    [WEBHOOK_SHIPPER_HAVE] =
        { webhook_shipper_have, webhook_shipper_had },
    [WEBHOOK_SHIPPER_FETCH] =
        { webhook_shipper_fetch, webhook_shipper_fetched },
    [WEBHOOK_SHIPPER_CLAIM] =
        { webhook_shipper_claim, webhook_shipper_claimed },
    [WEBHOOK_SHIPPER_TAKE] =
        { webhook_shipper_take, webhook_shipper_took },
    [WEBHOOK_SHIPPER_NUMBER] =
        { webhook_shipper_number, webhook_shipper_numbered },
    [WEBHOOK_SHIPPER_READ] =
        { webhook_shipper_read, webhook_shipper_was_read },
    [WEBHOOK_SHIPPER_SHIP] =
        { webhook_shipper_ship, webhook_shipper_shipped },
    [WEBHOOK_SHIPPER_DONE] =
        { webhook_shipper_done, webhook_shipper_was_done },
    [WEBHOOK_SHIPPER_REFUSED] =
        { webhook_shipper_refused, webhook_shipper_was_refused },
    [WEBHOOK_SHIPPER_BACK] =
        { webhook_shipper_back, webhook_shipper_was_back },
    [WEBHOOK_SHIPPER_CHANGES] =
        { webhook_shipper_changes, webhook_shipper_changed },
    [WEBHOOK_SHIPPER_OBJECTS] =
        { webhook_shipper_objects, webhook_shipper_objects_were },
    [WEBHOOK_SHIPPER_KEEP] =
        { webhook_shipper_keep, webhook_shipper_kept },
    [WEBHOOK_SHIPPER_OWN_PAGE] =
        { webhook_shipper_own, webhook_shipper_own_was },
    [WEBHOOK_SHIPPER_OWN_OFFER] =
        { webhook_shipper_offer, webhook_shipper_offered },
    [WEBHOOK_SHIPPER_OWN_GONE] =
        { webhook_shipper_gone, webhook_shipper_was_gone },
    [WEBHOOK_SHIPPER_OWN_END] =
        { webhook_shipper_own_end, webhook_shipper_own_ended },
    [WEBHOOK_SHIPPER_INBOX] =
        { webhook_shipper_inbox, webhook_shipper_inbox_was },
    [WEBHOOK_SHIPPER_STEER] =
        { webhook_shipper_steer, webhook_shipper_steered },
    [WEBHOOK_SHIPPER_UPKEEPING] =
        { webhook_shipper_upkeep, webhook_shipper_tidied },
    [WEBHOOK_SHIPPER_RELEASE] =
        { webhook_shipper_release, webhook_shipper_released },
    [WEBHOOK_SHIPPER_GIVE] =
        { webhook_shipper_give, webhook_shipper_gave },
    [WEBHOOK_SHIPPER_IDLE] =
        { webhook_shipper_idle, NULL },
    [WEBHOOK_SHIPPER_REST] =
        { webhook_shipper_resting, webhook_shipper_rested }
};


webhook_shipper_t *
webhook_shipper_create(const webhook_shipper_options_t *options)
{
    webhook_shipper_t  *sh;

    sh = calloc(1, sizeof(webhook_shipper_t));
    if (sh == NULL) {
        return NULL;
    }

    sh->o = *options;
    sh->o.batch = sh->o.batch ? sh->o.batch : 200;
    sh->o.older = sh->o.older ? sh->o.older : 1000;
    sh->o.pause = sh->o.pause ? sh->o.pause : 200;
    sh->limit = sh->o.batch;
    sh->error = "";
    sh->limits.some = 1;
    sh->turns.some = 1;

    return sh;
}


void
webhook_shipper_free(webhook_shipper_t *sh)
{
    webhook_shipper_batch_free(sh);

    if (sh->call.memory) {
        webhook_cluster_op_free(&sh->call);
    }

    if (sh->page.memory) {
        webhook_cluster_op_free(&sh->page);
    }

    webhook_op_free(&sh->limits.look);
    webhook_op_free(&sh->turns.look);

    if (sh->turns.call.memory) {
        webhook_cluster_op_free(&sh->turns.call);
    }

    webhook_op_free(&sh->own);

    webhook_shipper_told_none(sh);

    free(sh->seen);
    free(sh);
}


const webhook_shipper_task_t *
webhook_shipper_next(webhook_shipper_t *sh, const char *error)
{
    if (error) {
        sh->error = error;
    }

    if (sh->begun) {
        sh->begun = 0;
        sh->state = webhook_shipper_states[sh->state].end(sh);
    }

    while (webhook_shipper_states[sh->state].begin(sh)
           == WEBHOOK_SHIPPER_AGAIN)
    {
        /* void */
    }

    sh->begun = 1;

    return &sh->task;
}


void
webhook_shipper_news(webhook_shipper_t *sh, webhook_shipper_news_t *news)
{
    uint64_t  now;

    now = sh->o.clock(sh->o.ctx);

    *news = sh->news;
    news->left = sh->until > now ? sh->until - now : 0;
}


int
webhook_shipper_ready(const webhook_shipper_t *sh)
{
    return sh->turns.some
           && webhook_shipper_turns_due(sh, sh->o.clock(sh->o.ctx));
}


uint64_t
webhook_shipper_change(webhook_shipper_t *sh)
{
    return sh->known.change;
}


/* Nothing is to be shipped now, or a batch was. */

static int
webhook_shipper_idle(webhook_shipper_t *sh)
{
    int       busy;
    uint64_t  now;

    now = sh->o.clock(sh->o.ctx);
    busy = sh->busy;
    sh->busy = 0;

    if (!sh->news.joined || !sh->news.settled) {
        return webhook_shipper_go(sh, webhook_shipper_rest(sh, sh->o.pause,
                                                    WEBHOOK_SHIPPER_START));
    }

    if (sh->news.away) {
        return webhook_shipper_go(sh, webhook_shipper_rest(sh, sh->o.pause,
                                                    WEBHOOK_SHIPPER_NUMBER));
    }

    if (sh->missed && now >= sh->missed) {
        sh->missed = 0;
        sh->after = 0;
        return webhook_shipper_go(sh, WEBHOOK_SHIPPER_MINE);
    }

    if (sh->strayed) {
        sh->strayed = 0;
        sh->from = 0;
        return webhook_shipper_go(sh, WEBHOOK_SHIPPER_OPEN);
    }

    if (sh->registry > sh->known.change || sh->anew) {
        return webhook_shipper_go(sh, WEBHOOK_SHIPPER_CHANGES);
    }

    if (now - sh->inboxed >= sh->o.beat) {
        return webhook_shipper_go(sh, WEBHOOK_SHIPPER_INBOX);
    }

    if (sh->draining && now >= sh->drained) {
        sh->draining = 0;
        return webhook_shipper_go(sh, WEBHOOK_SHIPPER_RELEASE);
    }

    if (sh->claimable && !sh->drains) {
        return webhook_shipper_go(sh, WEBHOOK_SHIPPER_CLAIM);
    }

    if (webhook_shipper_upkeep_due(sh, now)) {
        return webhook_shipper_go(sh, WEBHOOK_SHIPPER_UPKEEPING);
    }

    return webhook_shipper_go(sh, busy ? WEBHOOK_SHIPPER_NUMBER
                                       : webhook_shipper_rest(sh, sh->o.pause,
                                                    WEBHOOK_SHIPPER_NUMBER));
}


static int
webhook_shipper_resting(webhook_shipper_t *sh)
{
    sh->task.need = WEBHOOK_SHIPPER_WAIT;
    sh->task.wait = sh->rest;

    return WEBHOOK_SHIPPER_TASK;
}


static webhook_shipper_state_e
webhook_shipper_rested(webhook_shipper_t *sh)
{
    return sh->then;
}
