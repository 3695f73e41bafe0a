
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * replay: what is finished is sent again.  Counts first and says what it will
 * do; asks on a terminal, and wants to be told elsewhere.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <inttypes.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "webhookctl.h"


#define CTL_REPLAY_PAUSE  1000000       /* ns between two steps */


static int ctl_replay_run(webhook_store_t *st, webhook_filter_t *filter,
    int dry_run, uint64_t *count);
static void ctl_replay_tell(const ctl_t *ctl, uint64_t count);
static int ctl_replay_ask(void);


int
ctl_replay(ctl_t *ctl, webhook_store_t *st)
{
    int                rc;
    json_t            *root;
    uint64_t           count, done;
    struct timespec    now;
    webhook_filter_t   filter;

    if (ctl->state == WEBHOOK_PENDING || ctl->state == WEBHOOK_SENDING) {
        ctl_say("replay sends again what is finished: --state is delivered, "
                "dead or cancelled");
        return 2;
    }

    ctl_filter(ctl, &filter);

    if (filter.until == 0) {

        /* what is delivered meanwhile is not meant */

        clock_gettime(CLOCK_REALTIME, &now);

        filter.until = (uint64_t) now.tv_sec * 1000
                       + (uint64_t) now.tv_nsec / 1000000 + 1;
    }

    rc = ctl_replay_run(st, &filter, 1, &count);
    if (rc != 0) {
        return rc;
    }

    done = 0;

    if (!ctl->json) {
        ctl_replay_tell(ctl, count);
    }

    if (!ctl->dry_run && count) {

        if (!ctl->yes) {

            if (!isatty(STDIN_FILENO)) {
                ctl_say("nothing was done: replay needs --yes where nobody "
                        "can be asked");
                return 2;
            }

            if (!ctl_replay_ask()) {
                ctl_say("nothing was done");
                return 1;
            }
        }

        rc = ctl_replay_run(st, &filter, 0, &done);

        if (!ctl->json) {
            printf("%" PRIu64 " deliveries are due now\n", done);
        }
    }

    if (ctl->json) {
        root = json_object();

        json_object_set_new(root, "count", json_integer((json_int_t) count));
        json_object_set_new(root, "replayed",
                            json_integer((json_int_t) done));
        ctl_json_line(root);
    }

    return rc;
}


static int
ctl_replay_run(webhook_store_t *st, webhook_filter_t *filter, int dry_run,
    uint64_t *count)
{
    webhook_op_t     op, *ops;
    struct timespec  pause;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_REPLAY;
    op.u.replay.filter = *filter;
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
ctl_replay_tell(const ctl_t *ctl, uint64_t count)
{
    printf("%" PRIu64 " %s deliveries%s%s%s%.*s %s sent again\n", count,
           ctl->state == -1 ? "finished" : webhook_state_name(ctl->state),
           ctl->endpoint_name ? " to " : "",
           ctl->endpoint_name ? ctl->endpoint_name : "",
           ctl->type.len ? " of " : "",
           (int) ctl->type.len,
           ctl->type.len ? (const char *) ctl->type.data : "",
           ctl->dry_run ? "would be" : "will be");
}


static int
ctl_replay_ask(void)
{
    int  c, first;

    printf("Send them again? [y/N] ");
    fflush(stdout);

    first = getchar();

    for (c = first; c != EOF && c != '\n'; c = getchar()) { /* void */ }

    return first == 'y' || first == 'Y';
}
