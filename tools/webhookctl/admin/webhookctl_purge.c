
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * purge: what is kept of events and calls is removed before its time, by ids,
 * or all of a company, or all that has a value at a path.  The latter is a task
 * of the store.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "webhookctl/webhookctl.h"
#include "core/json/webhook_path.h"


#define CTL_PURGE_PAUSE  100000000L     /* ns between looks at journals */
#define CTL_PURGE_TRIES  50


static int ctl_purge_one(ctl_t *ctl, webhook_store_t *st, const char *word);
static int ctl_purge_many(ctl_t *ctl, webhook_store_t *st);
static int ctl_purge_path(const char *text, webhook_str_t *path);
static int ctl_purge_count(ctl_t *ctl, webhook_store_t *st,
    const webhook_op_task_t *task, uint64_t *count);
static int ctl_purge_task(ctl_t *ctl, webhook_store_t *st,
    webhook_op_task_t *task, uint64_t count);
static char *ctl_purge_what(const ctl_t *ctl, const webhook_op_task_t *task,
    const char *id);
static int ctl_purge_done(const ctl_t *ctl, const webhook_task_t *task,
    uint64_t count);
static void ctl_purge_journals(webhook_store_t *st);


int
ctl_purge(ctl_t *ctl, webhook_store_t *st)
{
    int           i, rc, status;
    uint64_t      endpoint;
    webhook_id_t  id;

    if (ctl->argc == 1) {
        return ctl_purge_many(ctl, st);
    }

    if (ctl->given & (ctl_bit(CTL_COMPANY)|ctl_bit(CTL_PATH)|ctl_bit(CTL_VALUE)
                      |ctl_bit(CTL_DRY_RUN)))
    {
        ctl_say("takes ids, or --company, --path and --value, and not both");
        return 2;
    }

    /* first all words, so that none of them is done where one is wrong */

    for (i = 1; i < ctl->argc; i++) {

        rc = ctl_delivery(ctl->argv[i], &id, &endpoint);
        if (rc != 0) {
            return rc;
        }

        if (endpoint) {
            ctl_say("\"%s\" is a delivery: an event goes with all of its "
                    "deliveries, and is named without an endpoint",
                    ctl->argv[i]);
            return 2;
        }
    }

    rc = ctl_sure(ctl, "Remove all that is kept of them");
    if (rc != 0) {
        return rc;
    }

    status = 0;

    for (i = 1; i < ctl->argc; i++) {
        if (ctl_purge_one(ctl, st, ctl->argv[i]) != 0) {
            status = 1;
        }
    }

    ctl_purge_journals(st);

    return status;
}


/* Processes overwrite in their journals what was purged, soon: that is waited
   for. */

static void
ctl_purge_journals(webhook_store_t *st)
{
    unsigned          tries;
    uint32_t          left;
    webhook_op_t      op, *ops;
    struct timespec   pause;

    pause.tv_sec = 0;
    pause.tv_nsec = CTL_PURGE_PAUSE;

    for (tries = 0; tries < CTL_PURGE_TRIES; tries++) {

        memset(&op, 0, sizeof(op));

        op.type = WEBHOOK_OP_STATS;
        ops = &op;

        webhook_store_apply(st, &ops, 1);

        left = op.result == WEBHOOK_STORE_OK ? op.u.stats.journals_unclean : 0;

        webhook_op_free(&op);

        if (left == 0) {
            return;
        }

        nanosleep(&pause, NULL);
    }

    ctl_say("the journals of %" PRIu32 " %s may still contain it, until %s",
            left, ctl_many(left, "process", "processes"),
            ctl_many(left, "it ends", "these end"));
}


/* An event, or a call. */

static int
ctl_purge_one(ctl_t *ctl, webhook_store_t *st, const char *word)
{
    int            rc;
    json_t        *root;
    uint64_t       endpoint;
    const char    *reason;
    webhook_op_t   op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_PURGE;

    (void) ctl_delivery(word, &op.u.purge.id, &endpoint);

    ctl_apply(ctl, st, &op, "event", word);

    /* what is left of it; another process may be faster */

    while (op.result == WEBHOOK_STORE_OK && op.u.purge.more) {
        ctl_apply(ctl, st, &op, "event", word);

        if (op.result == WEBHOOK_STORE_NOT_FOUND) {
            op.result = WEBHOOK_STORE_OK;
            op.u.purge.more = 0;
        }
    }

    if (op.result == WEBHOOK_STORE_NOT_FOUND) {
        op.u.purge.call = 1;

        ctl_apply(ctl, st, &op, "call", word);
    }

    rc = 1;

    switch (op.result) {

    case WEBHOOK_STORE_OK:
        reason = "is removed";
        rc = 0;
        break;

    case WEBHOOK_STORE_STALE:
        reason = "is being sent: its outcome has to be waited for";
        break;

    case WEBHOOK_STORE_NOT_FOUND:
        reason = "is not in the store: there is no event or call of that id";
        break;

    default:
        reason = webhook_store_result_text(op.result);
        break;
    }

    if (ctl->json) {
        root = json_object();

        json_object_set_new(root, "id", json_string(word));
        json_object_set_new(root, "done", json_boolean(rc == 0));

        if (rc) {
            json_object_set_new(root, "reason", json_string(reason));
        }

        ctl_json_line(root);

    } else {
        printf("%s %s\n", word, reason);
    }

    return rc;
}


static int
ctl_purge_many(ctl_t *ctl, webhook_store_t *st)
{
    int                 rc, path, value;
    uint64_t            count;
    webhook_op_task_t   task;

    memset(&task, 0, sizeof(task));

    path = (ctl->given & ctl_bit(CTL_PATH)) != 0;
    value = (ctl->given & ctl_bit(CTL_VALUE)) != 0;

    if (path != value) {
        ctl_say("--path and --value go together");
        return 2;
    }

    if (!path && ctl->company.which != WEBHOOK_COMPANY_ONE) {
        ctl_say("takes ids, --company=COMPANY, or --path and --value");
        return 2;
    }

    if (path) {
        rc = ctl_purge_path(ctl->value[CTL_PATH], &task.path);
        if (rc != 0) {
            return rc;
        }

        task.value = ctl_str(ctl->value[CTL_VALUE]);

        if (task.value.len == 0 || task.value.len > WEBHOOK_TASK_VALUE_MAX) {
            ctl_say("--value is a text of 1 to %d bytes",
                    WEBHOOK_TASK_VALUE_MAX);
            return 2;
        }
    }

    task.kind = WEBHOOK_TASK_PURGE;
    task.filter.state = -1;
    task.filter.company = ctl->company;
    task.calls = 1;

    rc = ctl_purge_count(ctl, st, &task, &count);
    if (rc != 0) {
        return rc;
    }

    if (ctl->dry_run) {
        return ctl_purge_done(ctl, NULL, count);
    }

    rc = ctl_sure(ctl, "Remove all that is kept of them, and of calls");

    if (rc != 0) {
        return rc;
    }

    rc = ctl_purge_task(ctl, st, &task, count);

    ctl_purge_journals(st);

    return rc;
}


static int
ctl_purge_path(const char *text, webhook_str_t *path)
{
    webhook_path_t   *compiled;
    webhook_error_t   err;

    *path = ctl_str(text);

    if (path->len > WEBHOOK_TASK_PATH_MAX) {
        ctl_say("--path has up to %d bytes", WEBHOOK_TASK_PATH_MAX);
        return 2;
    }

    compiled = webhook_path_compile(path, &err);

    if (compiled == NULL) {
        ctl_say("--path: %s", err.text);
        return 2;
    }

    webhook_path_free(compiled);

    return 0;
}


/* Events; calls are not counted. */

static int
ctl_purge_count(ctl_t *ctl, webhook_store_t *st,
    const webhook_op_task_t *task, uint64_t *count)
{
    int       rc;
    uint64_t  unread;

    rc = ctl_task_count(st, task, count, &unread);
    if (rc != 0) {
        return rc;
    }

    if (!ctl->json) {
        ctl_tell("%" PRIu64 " %s%s%.*s%s%.*s %s be removed, and calls",
                 *count, ctl_many(*count, "event", "events"),
                 ctl->company.which == WEBHOOK_COMPANY_ONE ? " of company "
                 : ctl->company.which == WEBHOOK_COMPANY_NONE
                 ? " of no company" : "",
                 (int) ctl->company.name.len,
                 ctl->company.name.len ? (const char *) ctl->company.name.data
                                       : "",
                 task->path.len ? " with this value at " : "",
                 (int) task->path.len,
                 task->path.len ? (const char *) task->path.data : "",
                 ctl->dry_run ? "would" : "will");
    }

    if (unread) {
        ctl_say("%" PRIu64 " more cannot be searched, and are kept", unread);
    }

    return 0;
}


static int
ctl_purge_task(ctl_t *ctl, webhook_store_t *st, webhook_op_task_t *task,
    uint64_t count)
{
    int             rc;
    char           *record, id[WEBHOOK_ID_TEXT_LEN + 1];
    webhook_task_t  made;

    task->expected = task->path.len ? 0 : count;

    rc = ctl_task_id(task, id);
    if (rc != 0) {
        return rc;
    }

    record = ctl_purge_what(ctl, task, id);

    rc = ctl_task_run(st, task, record, &made);

    free(record);

    return rc ? rc : ctl_purge_done(ctl, &made, count);
}


/* The record of the audit: what was to be forgotten is not in it. */

static char *
ctl_purge_what(const ctl_t *ctl, const webhook_op_task_t *task,
    const char *id)
{
    json_t  *path;

    path = task->path.len ? ctl_json_text(&task->path) : NULL;

    return ctl_record("purge", path ? "value" : "company", id,
                      json_pack("{s:o*, s:o*}", "path", path, "filter",
                                ctl_asked(ctl, &task->filter)));
}


/* Without a task nothing was done. */

static int
ctl_purge_done(const ctl_t *ctl, const webhook_task_t *task, uint64_t count)
{
    json_t  *root;

    if (ctl->json) {
        root = json_object();

        json_object_set_new(root, "count", json_integer((json_int_t) count));

        if (task) {
            ctl_json_set_id(root, "id", &task->id);
            json_object_set_new(root, "purged",
                                json_integer((json_int_t) task->done));
            json_object_set_new(root, "failed",
                                json_integer((json_int_t) task->failed));
        }

        ctl_json_line(root);

    } else if (task) {
        printf("%" PRIu64 " %s removed\n", task->done,
               ctl_many(task->done, "event or call is",
                        "events and calls are"));
    }

    if (task && task->failed) {
        ctl_say("%" PRIu64 " stay: they are damaged, or their bodies cannot be "
                "searched", task->failed);
    }

    if (task && task->state == WEBHOOK_TASK_ENDED) {
        ctl_say("the task was ended before it was done");
    }

    return task && (task->failed || task->state == WEBHOOK_TASK_ENDED);
}
