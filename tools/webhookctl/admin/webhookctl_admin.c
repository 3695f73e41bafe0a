
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is done by hand, one thing at a time: deliveries, endpoints, the store.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "webhookctl/webhookctl.h"


static int ctl_each_done(ctl_t *ctl, const webhook_op_t *op,
    const char *name);
static int ctl_endpoint_state(ctl_t *ctl, webhook_store_t *st, int resume);


int
ctl_retry(ctl_t *ctl, webhook_store_t *st)
{
    return ctl->argc == 1 ? ctl_retry_all(ctl, st)
                          : ctl_each(ctl, st, WEBHOOK_OP_RETRY);
}


int
ctl_cancel(ctl_t *ctl, webhook_store_t *st)
{
    return ctl->argc == 1 ? ctl_cancel_all(ctl, st)
                          : ctl_each(ctl, st, WEBHOOK_OP_CANCEL);
}


/* retry, replay (RETRY of what is delivered too) and cancel. */

int
ctl_each(ctl_t *ctl, webhook_store_t *st, webhook_op_e type)
{
    int             i, rc, status;
    webhook_op_t    op;

    if (ctl->given & (ctl_bit(CTL_ENDPOINT)|ctl_bit(CTL_STATE)
                      |ctl_bit(CTL_EVENT)|ctl_bit(CTL_SINCE)
                      |ctl_bit(CTL_UNTIL)|ctl_bit(CTL_COMPANY)
                      |ctl_bit(CTL_DRY_RUN)))
    {
        ctl_say("takes EVENT.ENDPOINT... or a filter, and not both");
        return 2;
    }

    /* first all words, so that none of them is done where one is wrong */

    for (i = 1; i < ctl->argc; i++) {
        rc = ctl_delivery(ctl->argv[i], &op.u.delivery.event,
                          &op.u.delivery.endpoint);
        if (rc != 0) {
            return rc;
        }

        if (op.u.delivery.endpoint == 0) {
            ctl_say("\"%s\" names no endpoint: a delivery is EVENT.ENDPOINT, "
                    "as shown by list", ctl->argv[i]);
            return 2;
        }
    }

    status = 0;

    for (i = 1; i < ctl->argc; i++) {

        memset(&op, 0, sizeof(op));

        op.type = type;
        op.u.delivery.again = (ctl->command->run == ctl_replay);

        (void) ctl_delivery(ctl->argv[i], &op.u.delivery.event,
                            &op.u.delivery.endpoint);

        ctl_apply(ctl, st, &op, "delivery", ctl->argv[i]);

        if (ctl_each_done(ctl, &op, ctl->argv[i]) != 0) {
            status = 1;
        }

        webhook_op_free(&op);
    }

    return status;
}


/* Tells what became of one. */

static int
ctl_each_done(ctl_t *ctl, const webhook_op_t *op, const char *name)
{
    int           rc;
    json_t       *root;
    const char   *reason;

    rc = 1;

    switch (op->result) {

    case WEBHOOK_STORE_OK:
        reason = op->type == WEBHOOK_OP_RETRY ? "is due now" : "is cancelled";
        rc = 0;
        break;

    case WEBHOOK_STORE_STALE:
        reason = op->u.delivery.moved
                 ? "is another node's by now: the API of any node does it"
                 : "is being sent";
        break;

    case WEBHOOK_STORE_DUPLICATE:
        reason = op->type == WEBHOOK_OP_RETRY
              ? "is delivered: replay sends it again" : "is finished";
        break;

    case WEBHOOK_STORE_NOT_FOUND:
        reason = "is not in the store: there is no delivery of that name";
        break;

    default:
        reason = webhook_store_result_text(op->result);
        break;
    }

    if (ctl->json) {
        root = json_object();

        json_object_set_new(root, "id", json_string(name));
        json_object_set_new(root, "done", json_boolean(rc == 0));
        json_object_set_new(root, "text", json_string(reason));
        ctl_json_line(root);

    } else if (rc == 0) {
        printf("%s %s\n", name, reason);

    } else {
        ctl_say("%s %s", name, reason);
    }

    return rc;
}


int
ctl_pause(ctl_t *ctl, webhook_store_t *st)
{
    return ctl_endpoint_state(ctl, st, 0);
}


int
ctl_resume(ctl_t *ctl, webhook_store_t *st)
{
    return ctl_endpoint_state(ctl, st, 1);
}


static int
ctl_endpoint_state(ctl_t *ctl, webhook_store_t *st, int resume)
{
    int            rc, all;
    json_t        *root;
    const char    *name;
    webhook_op_t   op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_PAUSE;

    all = (ctl->given & ctl_bit(CTL_ALL)) != 0;

    if (all == (ctl->argc > 1)) {
        ctl_say("needs an endpoint, or --all; see webhookctl help %s",
                ctl->command->name);
        return 2;
    }

    name = all ? "the store" : ctl->argv[1];

    if (!all) {
        rc = ctl_endpoint_id(ctl->argv[1], &op.u.pause.endpoint);
        if (rc != 0) {
            return rc;
        }
    }

    op.u.pause.all = all ? 1 : 0;
    op.u.pause.resume = resume ? 1 : 0;
    op.u.pause.reason = ctl->reason;

    if (!resume && ctl->reason.len == 0) {
        op.u.pause.reason = ctl_str("by hand");
    }

    if (op.u.pause.reason.len > 255) {
        ctl_say("--reason has 255 bytes at most");
        return 2;
    }

    ctl_apply(ctl, st, &op, all ? "store" : "endpoint", all ? NULL : name);

    if (op.result == WEBHOOK_STORE_NOT_FOUND) {
        ctl_say("there is no endpoint \"%s\" in the store", name);
        return 1;
    }

    if (op.result != WEBHOOK_STORE_OK
        && op.result != WEBHOOK_STORE_DUPLICATE)
    {
        ctl_say("%s: %s", name, webhook_store_result_text(op.result));
        return 1;
    }

    if (ctl->json) {
        root = json_object();

        json_object_set_new(root, "endpoint",
                            all ? json_null() : json_string(name));
        json_object_set_new(root, "paused", json_boolean(!resume));
        ctl_json_line(root);

    } else if (op.result == WEBHOOK_STORE_DUPLICATE) {
        ctl_tell("%s was not paused as a whole", name);

    } else {
        ctl_tell("%s %s", name, resume ? "goes on" : "pauses");
    }

    return 0;
}


int
ctl_clock(ctl_t *ctl, webhook_store_t *st)
{
    char                       wall[40], last[40];
    json_t                    *root;
    webhook_op_t               op, *ops;
    const webhook_op_clock_t  *c;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_CLOCK;
    op.u.clock.accept = ctl->argc > 1;

    c = &op.u.clock;

    if (op.u.clock.accept) {
        ctl_apply(ctl, st, &op, "store", NULL);

    } else {
        ops = &op;
        webhook_store_apply(st, &ops, 1);
    }

    if (op.result != WEBHOOK_STORE_OK) {
        return ctl_failed(&op, "the clock");
    }

    ctl_time(c->wall, wall, sizeof(wall));
    ctl_time(c->last, last, sizeof(last));

    if (ctl->json) {
        root = json_object();

        json_object_set_new(root, "time", json_string(wall));
        json_object_set_new(root, "last_commit", json_string(last));
        json_object_set_new(root, "synchronized", json_boolean(c->synced));
        json_object_set_new(root, "doubted_ms",
                            json_integer((json_int_t) c->doubt));

        ctl_json_line(root);

        return 0;
    }

    printf("clock        %s, %s\n", wall,
           c->synced ? "synchronized" : "not synchronized");
    printf("last commit  %s\n", last);

    if (c->doubt == 0) {
        printf("the clock is not in doubt\n");
        return 0;
    }

    printf("%" PRIu64 " hours are doubted, by which the clock went on over a "
           "boot: nothing is removed\nfor its age until it has been "
           "synchronized for 10 minutes, or \"webhookctl clock\naccept\" "
           "says that it is right\n", c->doubt / 3600000);

    return 0;
}


int
ctl_check(ctl_t *ctl, webhook_store_t *st)
{
    int             rc;
    webhook_op_t    op, *ops;
    json_t         *root;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_CHECK;
    ops = &op;

    webhook_store_apply(st, &ops, 1);

    if (op.result != WEBHOOK_STORE_OK) {
        return ctl_failed(&op, "the store");
    }

    rc = op.u.check.faults ? 1 : 0;

    if (ctl->json) {
        root = json_object();

        json_object_set_new(root, "rows",
                            json_integer((json_int_t) op.u.check.rows));
        json_object_set_new(root, "faults",
                            json_integer((json_int_t) op.u.check.faults));
        json_object_set_new(root, "counters",
                            json_boolean(!op.u.check.moved));
        json_object_set_new(root, "text", ctl_json_text(&op.u.check.text));

        ctl_json_line(root);

    } else {
        /* names of endpoints stand in it */

        ctl_body(&op.u.check.text, 0);

        printf("%" PRIu64 " %s, %" PRIu64 " %s\n", op.u.check.rows,
               ctl_many(op.u.check.rows, "row", "rows"), op.u.check.faults,
               ctl_many(op.u.check.faults, "fault", "faults"));

        if (op.u.check.moved) {
            ctl_say("counters were not compared, since the store was written "
                    "to meanwhile; check a copy of it for these (backup)");
        }
    }

    webhook_op_free(&op);

    return rc;
}


int
ctl_backup(ctl_t *ctl, webhook_store_t *st)
{
    json_t       *root;
    struct stat   sb;

    if (webhook_store_backup(st, ctl->target, ctl->argv[1])
        != WEBHOOK_STORE_OK)
    {
        /* the reason has been told */

        return 1;
    }

    if (strcmp(ctl->argv[1], "-") == 0) {

        /* the copy itself goes there */

        return 0;
    }

    if (ctl->json) {
        root = json_object();

        json_object_set_new(root, "file", json_string(ctl->argv[1]));
        json_object_set_new(root, "bytes",
                            fstat(ctl->target, &sb) == 0
                            ? json_integer((json_int_t) sb.st_size)
                            : json_null());
        ctl_json_line(root);

        return 0;
    }

    ctl_tell("the store is copied to %s", ctl->argv[1]);

    return 0;
}
