
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * retry without words: what waits, is dead or was cancelled, as a filter says,
 * is due now; a task of the store.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "webhookctl/webhookctl.h"


static int ctl_retry_task(ctl_t *ctl, webhook_store_t *st,
    webhook_op_task_t *task, uint64_t *done, uint64_t *failed);
static void ctl_retry_tell(const ctl_t *ctl, uint64_t count);


int
ctl_retry_all(ctl_t *ctl, webhook_store_t *st)
{
    int                 rc;
    json_t             *root;
    uint64_t            count, unread, done, failed;
    webhook_op_t        stats;
    webhook_op_task_t   task;

    if (!(ctl->given & (ctl_bit(CTL_ENDPOINT)|ctl_bit(CTL_STATE)
                        |ctl_bit(CTL_EVENT)|ctl_bit(CTL_SINCE)
                        |ctl_bit(CTL_UNTIL)|ctl_bit(CTL_COMPANY))))
    {
        ctl_say("takes EVENT.ENDPOINT..., or a filter such as "
                "--endpoint=NAME");
        return 2;
    }

    if (ctl->state == WEBHOOK_SENDING || ctl->state == WEBHOOK_DELIVERED) {
        ctl_say("--state is pending, dead or cancelled");
        return 2;
    }

    rc = ctl_read_known(ctl, st, &stats);
    if (rc != 0) {
        return rc;
    }

    webhook_op_free(&stats);

    memset(&task, 0, sizeof(task));

    task.kind = WEBHOOK_TASK_RETRY;
    ctl_filter(ctl, &task.filter);

    rc = ctl_task_count(st, &task, &count, &unread);
    if (rc != 0) {
        return rc;
    }

    if (!ctl->json) {
        ctl_retry_tell(ctl, count);
    }

    task.expected = count;
    done = 0;
    failed = 0;

    if (!ctl->dry_run && count) {

        rc = ctl_retry_task(ctl, st, &task, &done, &failed);
        if (rc != 0) {
            return rc;
        }
    }

    if (ctl->json) {
        root = json_object();

        json_object_set_new(root, "count", json_integer((json_int_t) count));
        json_object_set_new(root, "retried", json_integer((json_int_t) done));
        ctl_json_line(root);
    }

    if (failed) {
        ctl_say("%" PRIu64 " could not be", failed);
    }

    return failed != 0;
}


static int
ctl_retry_task(ctl_t *ctl, webhook_store_t *st, webhook_op_task_t *task,
    uint64_t *done, uint64_t *failed)
{
    int              rc;
    char            *record, id[WEBHOOK_ID_TEXT_LEN + 1];
    webhook_task_t   made;

    rc = ctl_sure(ctl, "Send them now");

    if (rc == 0) {
        rc = ctl_task_id(task, id);
    }

    if (rc != 0) {
        return rc;
    }

    record = ctl_record("retry", "deliveries", id,
                        json_pack("{s:o*, s:I}",
                                  "filter", ctl_asked(ctl, &task->filter),
                                  "expected", (json_int_t) task->expected));

    rc = ctl_task_run(st, task, record, &made);

    free(record);

    if (rc != 0) {
        return rc;
    }

    *done = made.done;
    *failed = made.failed;

    if (!ctl->json) {
        printf("%" PRIu64 " %s due now\n", *done,
               ctl_many(*done, "delivery is", "deliveries are"));
    }

    return 0;
}


static void
ctl_retry_tell(const ctl_t *ctl, uint64_t count)
{
    const char  *company;

    company = ctl->company.which == WEBHOOK_COMPANY_ONE ? " of company "
              : ctl->company.which == WEBHOOK_COMPANY_NONE ? " of no company"
              : "";

    ctl_tell("%" PRIu64 " %s deliveries%s%s%s%.*s%s%.*s %s be sent now", count,
             ctl->state != -1 ? webhook_state_name(ctl->state)
                              : "waiting, dead or cancelled",
             ctl->endpoint_name ? " to " : "",
             ctl->endpoint_name ? ctl->endpoint_name : "",
             ctl->type.len ? " of " : "",
             (int) ctl->type.len,
             ctl->type.len ? (const char *) ctl->type.data : "",
             company, (int) ctl->company.name.len,
             ctl->company.name.len ? (const char *) ctl->company.name.data : "",
             ctl->dry_run ? "would" : "will");
}
