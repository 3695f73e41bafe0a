
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * replay: what is finished is sent again; and cancel --endpoint: what waits is
 * cancelled.  Counts first and says what it will do; asks on a terminal, and
 * wants to be told elsewhere.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <inttypes.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "webhookctl/webhookctl.h"


#define CTL_REPLAY_PAUSE  1000000       /* ns between two steps */


static int ctl_replay_all(ctl_t *ctl, webhook_store_t *st, int cancel);
static int ctl_replay_do(ctl_t *ctl, webhook_store_t *st,
    webhook_filter_t *filter, int cancel, uint64_t count, uint64_t *done);
static int ctl_replay_run(webhook_store_t *st, webhook_filter_t *filter,
    int cancel, int dry_run, uint64_t *count);
static void ctl_replay_tell(const ctl_t *ctl, int cancel, uint64_t count);


int
ctl_replay(ctl_t *ctl, webhook_store_t *st)
{
    if (ctl->argc > 1) {
        return ctl_each(ctl, st, WEBHOOK_OP_RETRY);
    }

    if (ctl->state == WEBHOOK_PENDING || ctl->state == WEBHOOK_SENDING) {
        ctl_say("replays finished deliveries: --state is delivered, dead or "
                "cancelled");
        return 2;
    }

    return ctl_replay_all(ctl, st, 0);
}


int
ctl_cancel_all(ctl_t *ctl, webhook_store_t *st)
{
    if (ctl->endpoint == 0) {
        ctl_say("takes EVENT.ENDPOINT..., or --endpoint=NAME for all that "
                "waits for one");
        return 2;
    }

    if (ctl->state != -1 && ctl->state != WEBHOOK_PENDING
        && ctl->state != WEBHOOK_DEAD)
    {
        ctl_say("takes --state=pending, or --state=dead for those that block "
                "their order key");
        return 2;
    }

    return ctl_replay_all(ctl, st, 1);
}


static int
ctl_replay_all(ctl_t *ctl, webhook_store_t *st, int cancel)
{
    int                rc;
    json_t            *root;
    uint64_t           count, done;
    webhook_op_t       stats;
    struct timespec    now;
    webhook_filter_t   filter;

    rc = ctl_read_known(ctl, st, &stats);
    if (rc != 0) {
        return rc;
    }

    webhook_op_free(&stats);

    ctl_filter(ctl, &filter);

    if (filter.until == 0) {

        /* what is delivered meanwhile is not meant */

        clock_gettime(CLOCK_REALTIME, &now);

        filter.until = (uint64_t) now.tv_sec * 1000
                       + (uint64_t) now.tv_nsec / 1000000 + 1;
    }

    rc = ctl_replay_run(st, &filter, cancel, 1, &count);
    if (rc != 0) {
        return rc;
    }

    done = 0;

    if (!ctl->json) {
        ctl_replay_tell(ctl, cancel, count);
    }

    if (!ctl->dry_run && count) {

        rc = ctl_sure(ctl, cancel ? "Cancel them" : "Send them again");
        if (rc != 0) {
            return rc;
        }

        rc = ctl_replay_do(ctl, st, &filter, cancel, count, &done);
    }

    if (ctl->json) {
        root = json_object();

        json_object_set_new(root, "count", json_integer((json_int_t) count));
        json_object_set_new(root, cancel ? "cancelled" : "replayed",
                            json_integer((json_int_t) done));
        ctl_json_line(root);
    }

    return rc;
}


static int
ctl_replay_do(ctl_t *ctl, webhook_store_t *st, webhook_filter_t *filter,
    int cancel, uint64_t count, uint64_t *done)
{
    int        rc, told;
    uint64_t   begun;

    rc = ctl_begin(ctl, st, "deliveries",
                   json_pack("{s:o*, s:I}", "filter", ctl_asked(ctl, filter),
                             "expected", (json_int_t) count),
                   &begun);
    if (rc != 0) {
        return rc;
    }

    rc = ctl_replay_run(st, filter, cancel, 0, done);

    if (!ctl->json) {
        printf("%" PRIu64 " %s %s\n", *done,
               ctl_many(*done, "delivery is", "deliveries are"),
               cancel ? "cancelled" : "due now");
    }

    told = ctl_end(ctl, st, "deliveries", begun,
                   json_pack("{s:I, s:b}", "done", (json_int_t) *done,
                             "complete", rc == 0));

    return rc ? rc : told;
}


static int
ctl_replay_run(webhook_store_t *st, webhook_filter_t *filter, int cancel,
    int dry_run, uint64_t *count)
{
    webhook_op_t     op, *ops;
    struct timespec  pause;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_REPLAY;
    op.u.replay.filter = *filter;
    op.u.replay.cancel = cancel ? 1 : 0;
    op.u.replay.dry_run = dry_run ? 1 : 0;

    ops = &op;
    *count = 0;

    pause.tv_sec = 0;
    pause.tv_nsec = CTL_REPLAY_PAUSE;

    for ( ;; ) {
        webhook_store_apply(st, &ops, 1);

        *count += op.u.replay.count;

        if (op.result == WEBHOOK_STORE_FULL) {
            ctl_say("the store is full: the rest stays as it is");
            return 1;
        }

        if (op.result != WEBHOOK_STORE_OK) {
            return ctl_failed(&op, "the deliveries");
        }

        if (!op.u.replay.filter.more) {
            return 0;
        }

        if (!dry_run) {

            /* workers that have events to keep go first */

            nanosleep(&pause, NULL);
        }
    }
}


static void
ctl_replay_tell(const ctl_t *ctl, int cancel, uint64_t count)
{
    const char  *company;

    company = ctl->company.which == WEBHOOK_COMPANY_ONE ? " of company "
              : ctl->company.which == WEBHOOK_COMPANY_NONE ? " of no company"
              : "";

    ctl_tell("%" PRIu64 " %s deliveries%s%s%s%.*s%s%.*s %s %s", count,
             ctl->state != -1 ? webhook_state_name(ctl->state)
             : cancel ? "waiting or blocking" : "finished",
             ctl->endpoint_name ? " to " : "",
             ctl->endpoint_name ? ctl->endpoint_name : "",
             ctl->type.len ? " of " : "",
             (int) ctl->type.len,
             ctl->type.len ? (const char *) ctl->type.data : "",
             company, (int) ctl->company.name.len,
             ctl->company.name.len ? (const char *) ctl->company.name.data : "",
             ctl->dry_run ? "would be" : "will be",
             cancel ? "cancelled" : "sent again");
}


int
ctl_sure(const ctl_t *ctl, const char *question)
{
    int  c, first;

    if (ctl->yes) {
        return 0;
    }

    if (!isatty(STDIN_FILENO)) {
        ctl_say("nothing was done: without a terminal this needs --yes");
        return 2;
    }

    printf("%s? [y/N] ", question);
    fflush(stdout);

    first = getchar();

    for (c = first; c != EOF && c != '\n'; c = getchar()) { /* void */ }

    if (first == 'y' || first == 'Y') {
        return 0;
    }

    ctl_say("nothing was done");

    return 1;
}
