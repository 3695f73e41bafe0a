
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What a step by a value is to deal with is looked for before it: events, or
 * calls.
 */

#include "store/lmdb/tasks/webhook_store_task_step_int.h"
#include "store/lmdb/tasks/webhook_store_task_skip.h"


/* What was found before something could not be read is something, too. */

int
webhook_task_find_ahead(webhook_step_t *x)
{
    int                      rc, moved;
    webhook_find_t           f;
    webhook_op_task_step_t  *s;

    s = x->s;

    memset(&s->found, 0, sizeof(webhook_task_found_t));

    if (x->ended) {
        return 0;
    }

    memset(&f, 0, sizeof(webhook_find_t));

    f.path = &x->row.task.path;
    f.value = &x->row.task.value;
    f.filter = &x->filter;
    f.usec = WEBHOOK_FIND_USEC;
    f.found = &s->found;

    rc = x->row.pass ? webhook_task_calls_find(x->t, &f)
                     : webhook_task_find(x->t, &f);

    if (rc && !webhook_handle_damaged(rc)) {
        return rc;
    }

    if (f.known) {
        webhook_task_skip_tell(x->t->st, &f.id);
    }

    moved = memcmp(s->seen_from, x->filter.cursor, WEBHOOK_CURSOR_LEN) != 0;

    s->seen = 1;
    s->found.stuck = (rc && !moved);

    memcpy(s->seen_to, x->filter.cursor, WEBHOOK_CURSOR_LEN);

    return 0;
}
