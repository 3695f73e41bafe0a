
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Which events have a value at a path.  To look takes as long as their bodies
 * are, so that is done in transactions that read, before a step.
 */

#include "store/lmdb/tasks/webhook_store_task_step.h"
#include "core/media/webhook_media_find.h"
#include "store/webhook_store_memory.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_rendition.h"
#include "store/lmdb/walk/webhook_store_filter.h"
#include "store/lmdb/walk/webhook_store_walk.h"
#include "store/lmdb/tasks/webhook_store_task_step_int.h"
#include "store/lmdb/tasks/webhook_store_task_walk.h"

#include <errno.h>


#define WEBHOOK_COUNT_USEC  50000       /* to look for a value */


static int webhook_task_find_next(webhook_txn_t *t, webhook_find_t *f,
    const webhook_path_t *path, webhook_walk_t *w);
static int webhook_task_find_event(webhook_txn_t *t, const webhook_find_t *f,
    const webhook_path_t *path, const webhook_head_row_t *head, int *found);
static int webhook_task_count_values(webhook_txn_t *t, webhook_op_t *op);


int
webhook_task_find(webhook_txn_t *t, webhook_find_t *f)
{
    int              rc;
    webhook_path_t  *path;
    webhook_walk_t   w;

    f->known = 0;

    /* one that is none was refused when the task was made */

    path = webhook_path_compile(f->path, NULL);
    if (path == NULL) {
        return ENOMEM;
    }

    webhook_task_walk(&w, WEBHOOK_TASK_PURGE, f->filter, WEBHOOK_FIND_ROWS);

    w.narrow = 1;

    rc = webhook_task_find_next(t, f, path, &w);

    webhook_walk_end(&w, f->filter);
    webhook_walk_free(&w);
    webhook_path_free(path);

    if (rc == MDB_NOTFOUND) {
        f->found->over = 1;
        return 0;
    }

    return rc;
}


/* MDB_NOTFOUND at the end of all. */

static int
webhook_task_find_next(webhook_txn_t *t, webhook_find_t *f,
    const webhook_path_t *path, webhook_walk_t *w)
{
    int                 rc, got, found;
    uint32_t            n;
    uint64_t            begun;
    webhook_walk_hit_t  hit;

    begun = webhook_clock_usec();

    for (n = 0; /* void */ ; n++) {

        rc = webhook_walk_next(t, w, &hit, &got);

        if (rc || !got) {
            return rc;
        }

        if (f->found->count == WEBHOOK_TASK_FOUND
            || (n && webhook_clock_usec() - begun >= f->usec))
        {
            return 0;
        }

        rc = webhook_task_find_event(t, f, path, &hit.head, &found);

        if (rc && !webhook_find_damaged(rc)) {
            return rc;
        }

        webhook_task_find_add(f, &hit.id, rc, found);
        webhook_walk_pass_event(w, &hit);

        if (rc) {
            return 0;
        }
    }
}


void
webhook_task_find_add(webhook_find_t *f, const webhook_id_t *id, int damaged,
    int found)
{
    webhook_task_found_t  *to;

    to = f->found;

    if (damaged) {
        f->known = 1;
        f->id = *id;
    }

    if (damaged || found == -1) {
        to->unread++;

    } else if (found) {
        to->before[to->count] = to->unread;
        to->ids[to->count++] = *id;
    }
}


/* In any of its bodies; where one cannot be looked into, and none has it, that
   is not known. */

static int
webhook_task_find_event(webhook_txn_t *t, const webhook_find_t *f,
    const webhook_path_t *path, const webhook_head_row_t *head, int *found)
{
    int                  rc, one;
    void                *memory;
    uint32_t             i;
    webhook_rendition_t  rendition;

    *found = 0;

    for (i = 0; i < head->renditions_count && *found != 1; i++) {

        if (head->renditions[i].body == 0) {
            continue;
        }

        if (head->renditions[i].body > WEBHOOK_MEDIA_FIND_MAX) {
            *found = -1;
            continue;
        }

        memory = NULL;

        rc = webhook_rendition_read(t, &head->renditions[i], &memory,
                                    &rendition);

        if (rc == 0) {
            rc = webhook_task_find_body(path, f->value,
                                        &rendition.content_type,
                                        &rendition.body, &one);
        }

        webhook_memory_free(&memory);

        if (rc) {
            return rc;
        }

        if (one) {
            *found = one;
        }
    }

    return 0;
}


int
webhook_task_find_body(const webhook_path_t *path, const webhook_str_t *value,
    const webhook_str_t *type, const webhook_str_t *body, int *found)
{
    switch (webhook_media_find(path, value, type, body, found)) {

    case WEBHOOK_OK:
        return 0;

    case WEBHOOK_NOMEM:
        return ENOMEM;

    default:
        *found = -1;
        return 0;
    }
}


int
webhook_task_count(webhook_txn_t *t, webhook_op_t *op)
{
    int                  rc, got;
    webhook_walk_t       w;
    webhook_op_count_t  *o;
    webhook_walk_hit_t   hit;

    o = &op->u.counted;

    if (o->path.len) {
        return webhook_task_count_values(t, op);
    }

    webhook_task_walk(&w, o->kind, &o->filter, WEBHOOK_FILTER_ROWS);

    for ( ;; ) {
        rc = webhook_walk_next(t, &w, &hit, &got);

        if (rc || !got) {
            break;
        }

        o->count++;

        if (o->kind == WEBHOOK_TASK_PURGE) {
            webhook_walk_pass_event(&w, &hit);

        } else {
            webhook_walk_pass(&w, &hit);
        }
    }

    webhook_walk_free(&w);

    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    memcpy(o->filter.cursor, w.cursor, WEBHOOK_CURSOR_LEN);

    o->filter.more = (rc == 0) ? 1 : 0;

    op->result = WEBHOOK_STORE_OK;

    return 0;
}


static int
webhook_task_count_values(webhook_txn_t *t, webhook_op_t *op)
{
    int                    rc;
    uint64_t               begun;
    webhook_find_t         f;
    webhook_op_count_t    *o;
    webhook_task_found_t   found;

    o = &op->u.counted;

    begun = webhook_clock_usec();

    do {
        memset(&f, 0, sizeof(webhook_find_t));
        memset(&found, 0, sizeof(webhook_task_found_t));

        f.path = &o->path;
        f.value = &o->value;
        f.filter = &o->filter;
        f.usec = WEBHOOK_COUNT_USEC;
        f.found = &found;

        rc = webhook_task_find(t, &f);

        o->count += found.count;
        o->unread += found.unread;

    } while (rc == 0 && !f.known && found.count == WEBHOOK_TASK_FOUND && !found.over
             && webhook_clock_usec() - begun < WEBHOOK_COUNT_USEC);

    if (rc) {
        return rc;
    }

    o->filter.more = !found.over;

    op->result = WEBHOOK_STORE_OK;

    return 0;
}
