
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * task, audit: what was asked for, by whom, and what has come of it.
 */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "webhookctl/webhookctl.h"
#include "store/view/webhook_view.h"


#define CTL_AUDIT_BYTES  (1024 * 1024)


static int ctl_tasks_list(ctl_t *ctl, webhook_store_t *st,
    const webhook_id_t *id);
static void ctl_task_line(const ctl_t *ctl, const webhook_task_t *task,
    int whole);
static int ctl_task_end(ctl_t *ctl, webhook_store_t *st,
    const webhook_id_t *id);
static void ctl_audit_line(const ctl_t *ctl, const webhook_audit_t *record);
static void ctl_audit_column(const json_t *json, const char *name,
    size_t width);


int
ctl_tasks(ctl_t *ctl, webhook_store_t *st)
{
    const char     *word;
    webhook_id_t    id;
    webhook_str_t   text;

    word = ctl->argc > 1 ? ctl->argv[1] : "list";

    if (strcmp(word, "list") == 0) {

        if (ctl->argc > 2) {
            ctl_say("list takes no more words");
            return 2;
        }

        return ctl_tasks_list(ctl, st, NULL);
    }

    if (ctl->argc != 3) {
        ctl_say("%s takes the id of one, as list shows it", word);
        return 2;
    }

    text = ctl_str(ctl->argv[2]);

    if (webhook_id_parse(&text, &id) != WEBHOOK_OK) {
        ctl_say("\"%s\" is not the id of a task", ctl->argv[2]);
        return 2;
    }

    return strcmp(word, "show") == 0 ? ctl_tasks_list(ctl, st, &id)
                                     : ctl_task_end(ctl, st, &id);
}


static int
ctl_tasks_list(ctl_t *ctl, webhook_store_t *st, const webhook_id_t *id)
{
    int                  head;
    uint32_t             i;
    uint64_t             left;
    webhook_op_t         op, *ops;
    webhook_op_tasks_t  *l;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_TASKS;
    ops = &op;
    l = &op.u.tasks;

    l->id = id;
    l->company = ctl->company;

    head = !ctl->json && id == NULL;
    left = ctl->limit;

    do {
        l->max = ctl_page(left);

        webhook_store_apply(st, &ops, 1);

        if (op.result != WEBHOOK_STORE_OK) {
            return ctl_failed(&op, id ? "such task" : "the list");
        }

        if (head && l->count) {
            printf("%-7s %-7s %10s %10s  %-29s %-36s %s\n", "KIND", "STATE",
                   "DONE", "EXPECTED", "ASKED FOR", "TASK", "BY");
            head = 0;
        }

        for (i = 0; i < l->count; i++) {
            ctl_task_line(ctl, &l->tasks[i], id != NULL);
        }

        left -= l->count;
        l->from = 1;

        webhook_op_free(&op);

    } while (id == NULL && l->more && left);

    return id ? 0 : ctl_ended(l->more);
}


static void
ctl_task_line(const ctl_t *ctl, const webhook_task_t *task, int whole)
{
    char     id[WEBHOOK_ID_TEXT_LEN + 1], when[40];
    char    *text;
    json_t  *json;

    if (ctl->json) {
        ctl_json_line(webhook_view_task(task));
        return;
    }

    if (whole) {
        json = webhook_view_task(task);
        text = json ? json_dumps(json, JSON_INDENT(2)|JSON_ENSURE_ASCII)
                    : NULL;

        printf("%s\n", text ? text : "no memory");

        free(text);
        json_decref(json);
        return;
    }

    ctl_id(&task->id, id);

    printf("%-7s %-7s %10" PRIu64 " %10" PRIu64 "  %-29s %s ",
           webhook_task_kind_name(task->kind),
           webhook_task_state_name(task->state), task->done, task->expected,
           ctl_time(task->created, when, sizeof(when)), id);
    ctl_text(&task->by, WEBHOOK_TASK_BY_MAX);

    if (task->failed) {
        printf(", %" PRIu64 " could not", task->failed);
    }

    if (task->full) {
        printf(", waits for room in the store");
    }

    printf("\n");
}


static int
ctl_task_end(ctl_t *ctl, webhook_store_t *st, const webhook_id_t *id)
{
    char             *record;
    json_t           *root;
    webhook_op_t      op, *ops;
    struct timespec   now;

    record = ctl_record("task.end", NULL, ctl->argv[2], NULL);

    memset(&op, 0, sizeof(op));

    clock_gettime(CLOCK_REALTIME, &now);

    op.type = WEBHOOK_OP_TASK_END;
    op.u.task_end.id = *id;
    op.u.task_end.company = ctl->company;
    op.u.task_end.wall = (uint64_t) now.tv_sec * 1000
                         + (uint64_t) now.tv_nsec / 1000000;
    op.u.task_end.audit = ctl_str(record);
    ops = &op;

    webhook_store_apply(st, &ops, 1);

    free(record);

    if (op.result == WEBHOOK_STORE_DUPLICATE) {
        ctl_say("the task had already ended");
        return 1;
    }

    if (op.result != WEBHOOK_STORE_OK) {
        return ctl_failed(&op, "such task");
    }

    if (ctl->json) {
        root = json_object();

        ctl_json_set_id(root, "id", id);
        json_object_set_new(root, "ended", json_true());
        ctl_json_line(root);

    } else {
        printf("the task has been ended; what it has done remains done\n");
    }

    return 0;
}


int
ctl_audit(ctl_t *ctl, webhook_store_t *st)
{
    int                  head;
    uint32_t             i;
    uint64_t             left, wall;
    webhook_op_t         op, *ops;
    webhook_op_audit_t  *l;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_AUDIT;
    ops = &op;
    l = &op.u.audit;

    l->company = ctl->company;
    l->max_bytes = CTL_AUDIT_BYTES;

    head = !ctl->json;
    left = ctl->limit;

    do {
        l->max = ctl_page(left);

        webhook_store_apply(st, &ops, 1);

        if (op.result != WEBHOOK_STORE_OK) {
            return ctl_failed(&op, "the audit");
        }

        for (i = 0; i < l->count && left; i++) {

            wall = l->records[i].wall;

            /* those that were imported are older than some before them */

            if (wall < ctl->since || (ctl->until && wall >= ctl->until)) {
                continue;
            }

            if (head) {
                printf("%-29s %-12s %-20s %-16s %-8s %s\n", "WHEN",
                       "COMPANY", "BY", "WHAT", "KIND", "OF");
                head = 0;
            }

            ctl_audit_line(ctl, &l->records[i]);
            left--;
        }

        webhook_op_free(&op);

    } while (l->more && left);

    return ctl_ended(l->more);
}


static void
ctl_audit_line(const ctl_t *ctl, const webhook_audit_t *record)
{
    char           when[40];
    json_t        *json;
    webhook_str_t  id;

    json = webhook_view_audit(record);

    if (ctl->json || json == NULL) {
        ctl_json_line(json);
        return;
    }

    printf("%-29s ", ctl_time(record->wall, when, sizeof(when)));
    ctl_column(&record->company, 12);
    printf(" ");
    ctl_audit_column(json, "by", 20);
    ctl_audit_column(json, "action", 16);
    ctl_audit_column(json, "kind", 8);

    id = ctl_str(ctl_member(json, "id"));

    ctl_text(&id, 255);
    printf("\n");

    json_decref(json);
}


static void
ctl_audit_column(const json_t *json, const char *name, size_t width)
{
    webhook_str_t  text;

    text = ctl_str(ctl_member(json, name));

    ctl_column(&text, width);
    printf(" ");
}


const char *
ctl_member(const json_t *json, const char *name)
{
    const char  *text;

    text = json_string_value(json_object_get(json, name));

    return text ? text : "-";
}
