
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Makes a task in a store, as the API does: a replay of what is dead.
 *
 *     webhook_store_task STORE ID [COMPANY]
 *
 * Exit status: 0; 1 if it cannot be made.
 */

#include <stdio.h>
#include <string.h>

#include "store/engines/webhook_engines.h"
#include "store/webhook_store.h"


#define MADE  UINT64_C(1795831570432)       /* 2026-11-28T02:06:10.432Z */


static void
say(void *ctx, webhook_store_log_e level, const char *text)
{
    (void) ctx;
    (void) level;

    fprintf(stderr, "%s\n", text);
}


static webhook_str_t
str(char *text)
{
    webhook_str_t  s;

    s.data = (unsigned char *) text;
    s.len = strlen(text);

    return s;
}


int
main(int argc, char **argv)
{
    char                      by[] = "manager \033[31m";
    webhook_op_t              op, *ops;
    webhook_str_t             text;
    webhook_store_t          *st;
    webhook_store_options_t   options;

    memset(&op, 0, sizeof(op));
    memset(&options, 0, sizeof(options));

    if (argc < 3) {
        return 1;
    }

    text = str(argv[2]);

    if (webhook_id_parse(&text, &op.u.task.id) != WEBHOOK_OK) {
        return 1;
    }

    options.engine = webhook_engines_find(NULL);
    options.path = argv[1];
    options.admin = 1;
    options.log = say;

    if (webhook_store_open(&options, &st) != WEBHOOK_STORE_OK) {
        return 1;
    }

    op.type = WEBHOOK_OP_TASK;
    op.u.task.kind = WEBHOOK_TASK_REPLAY;
    op.u.task.filter.state = WEBHOOK_DEAD;
    op.u.task.expected = 3;
    op.u.task.by = str(by);
    op.u.task.wall = MADE;

    if (argc > 3) {
        op.u.task.company = str(argv[3]);
        op.u.task.filter.company.which = WEBHOOK_COMPANY_ONE;
        op.u.task.filter.company.name = op.u.task.company;
    }

    ops = &op;

    webhook_store_apply(st, &ops, 1);
    webhook_store_close(st);

    if (op.result != WEBHOOK_STORE_OK) {
        fprintf(stderr, "%s\n", webhook_store_result_text(op.result));
        return 1;
    }

    return 0;
}
