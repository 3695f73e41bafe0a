
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Records of tasks, and of what came of sends by minutes.
 */

#include "core/base/webhook_codec.h"
#include "store/webhook_op_task.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/layout/webhook_store_row_int.h"


#define WEBHOOK_ROW_TASK   'K'
#define WEBHOOK_ROW_RINGS  'N'

/* Flags of a task. */

#define WEBHOOK_ROW_CALLS  0x01
#define WEBHOOK_ROW_FULL   0x02
#define WEBHOOK_ROW_PASS   0x04
#define WEBHOOK_ROW_FROM   0x08


size_t
webhook_row_write_task(unsigned char *buf, const webhook_task_row_t *r)
{
    uint8_t                  flags;
    webhook_str_t            cursor;
    const webhook_task_t    *task;
    const webhook_filter_t  *f;
    webhook_codec_out_t      out;

    task = &r->task;
    f = &task->filter;

    flags = (task->calls ? WEBHOOK_ROW_CALLS : 0)
            | (task->full ? WEBHOOK_ROW_FULL : 0)
            | (r->pass ? WEBHOOK_ROW_PASS : 0)
            | (f->from ? WEBHOOK_ROW_FROM : 0);

    cursor.data = (unsigned char *) f->cursor;
    cursor.len = WEBHOOK_CURSOR_LEN;

    /* one without a path is as it was before there were any */

    webhook_codec_write(&out, buf, WEBHOOK_ROW_MAX, WEBHOOK_ROW_TASK,
                        task->path.len ? 2 : 1);

    webhook_codec_add_u8(&out, (uint8_t) task->kind);
    webhook_codec_add_u8(&out, (uint8_t) task->state);
    webhook_codec_add_u8(&out, flags);
    webhook_codec_add_text(&out, &cursor);
    webhook_codec_add_u64(&out, f->endpoint);
    webhook_codec_add_u8(&out, (uint8_t) (f->state + 1));
    webhook_codec_add_text(&out, &f->type);
    webhook_codec_add_u8(&out, (uint8_t) f->company.which);
    webhook_codec_add_text(&out, &f->company.name);
    webhook_codec_add_u32(&out, f->least);
    webhook_codec_add_u32(&out, f->most);
    webhook_codec_add_u64(&out, f->since);
    webhook_codec_add_u64(&out, f->until);
    webhook_codec_add_text(&out, &task->company);
    webhook_codec_add_text(&out, &task->by);
    webhook_codec_add_u64(&out, task->created);
    webhook_codec_add_u64(&out, task->ended);
    webhook_codec_add_u64(&out, task->expected);
    webhook_codec_add_u64(&out, task->done);
    webhook_codec_add_u64(&out, task->failed);
    webhook_codec_add_u64(&out, r->until);
    webhook_codec_add_u64(&out, r->owner);
    webhook_codec_add_u64(&out, r->held);
    webhook_codec_add_u64(&out, r->stepped);
    webhook_codec_add_u64(&out, r->again);
    webhook_codec_add_u32(&out, r->left);

    if (task->path.len) {
        webhook_codec_add_text(&out, &task->path);
        webhook_codec_add_text(&out, &task->value);
    }

    return webhook_codec_written(&out);
}


int
webhook_row_read_task(const MDB_val *v, webhook_task_row_t *r)
{
    uint8_t             kind, state, flags, which, wanted;
    webhook_str_t       cursor;
    webhook_task_t     *task;
    webhook_filter_t   *f;
    webhook_codec_in_t  in;

    memset(r, 0, sizeof(webhook_task_row_t));

    task = &r->task;
    f = &task->filter;

    webhook_codec_read(&in, v->mv_data, v->mv_size, WEBHOOK_ROW_TASK, 2);

    kind = webhook_codec_u8(&in);
    state = webhook_codec_u8(&in);
    flags = webhook_codec_u8(&in);
    webhook_codec_text(&in, WEBHOOK_CURSOR_LEN, &cursor);
    f->endpoint = webhook_codec_u64(&in);
    wanted = webhook_codec_u8(&in);
    webhook_codec_text(&in, WEBHOOK_STORE_TYPE_MAX, &f->type);
    which = webhook_codec_u8(&in);
    webhook_codec_text(&in, WEBHOOK_COMPANY_MAX, &f->company.name);
    f->least = webhook_codec_u32(&in);
    f->most = webhook_codec_u32(&in);
    f->since = webhook_codec_u64(&in);
    f->until = webhook_codec_u64(&in);
    webhook_codec_text(&in, WEBHOOK_COMPANY_MAX, &task->company);
    webhook_codec_text(&in, WEBHOOK_TASK_BY_MAX, &task->by);
    task->created = webhook_codec_u64(&in);
    task->ended = webhook_codec_u64(&in);
    task->expected = webhook_codec_u64(&in);
    task->done = webhook_codec_u64(&in);
    task->failed = webhook_codec_u64(&in);
    r->until = webhook_codec_u64(&in);
    r->owner = webhook_codec_u64(&in);
    r->held = webhook_codec_u64(&in);
    r->stepped = webhook_codec_u64(&in);
    r->again = webhook_codec_u64(&in);
    r->left = webhook_codec_u32(&in);

    if (in.version > 1) {
        webhook_codec_text(&in, WEBHOOK_TASK_PATH_MAX, &task->path);
        webhook_codec_text(&in, WEBHOOK_TASK_VALUE_MAX, &task->value);
    }

    if (webhook_row_end(&in) != 0
        || cursor.len != WEBHOOK_CURSOR_LEN
        || kind >= WEBHOOK_TASK_KINDS || state >= WEBHOOK_TASK_STATES
        || wanted > WEBHOOK_STATES || which > WEBHOOK_COMPANY_ONE)
    {
        return MDB_CORRUPTED;
    }

    memcpy(f->cursor, cursor.data, WEBHOOK_CURSOR_LEN);

    task->kind = kind;
    task->state = state;
    task->calls = (flags & WEBHOOK_ROW_CALLS) != 0;
    task->full = (flags & WEBHOOK_ROW_FULL) != 0;
    r->pass = (flags & WEBHOOK_ROW_PASS) != 0;

    f->from = (flags & WEBHOOK_ROW_FROM) != 0;
    f->state = (int) wanted - 1;
    f->company.which = which;

    if (f->from) {

        /* the first 48 bits of an id are its time */

        task->reached = webhook_get_u64(f->cursor) >> 16;
    }

    return 0;
}


/* A number that may be below 0, so that small ones are short. */

static uint64_t
webhook_row_fold(int64_t n)
{
    return n < 0 ? ((uint64_t) -(n + 1) << 1) + 1 : (uint64_t) n << 1;
}


static int64_t
webhook_row_unfold(uint64_t n)
{
    return n & 1 ? -(int64_t) (n >> 1) - 1 : (int64_t) (n >> 1);
}


size_t
webhook_row_write_ring(unsigned char *buf, const webhook_ring_row_t *r)
{
    unsigned                 i, empty;
    webhook_codec_out_t      out;
    const webhook_minute_t  *m;

    webhook_codec_write(&out, buf, WEBHOOK_ROW_RING_MAX, WEBHOOK_ROW_RINGS,
                        r->old ? 1 : 2);

    /* minutes in which nothing happened are left out */

    for (i = 0; i < WEBHOOK_RING_MINUTES; i++) {
        m = &r->minutes[i];

        empty = m->sends == 0 && m->failed == 0 && m->delivered == 0
                && m->dead == 0;

        if (empty && (r->old || m->change == 0)) {
            continue;
        }

        webhook_codec_add_u8(&out, (uint8_t) i);
        webhook_codec_add_number(&out, m->sends);
        webhook_codec_add_number(&out, m->failed);
        webhook_codec_add_number(&out, m->delivered);
        webhook_codec_add_number(&out, m->dead);

        if (!r->old) {
            webhook_codec_add_number(&out, m->longest);
            webhook_codec_add_number(&out, m->took);
            webhook_codec_add_number(&out, webhook_row_fold(m->change));
        }
    }

    webhook_codec_add_u8(&out, WEBHOOK_RING_MINUTES);

    return webhook_codec_written(&out);
}


int
webhook_row_read_ring(const MDB_val *v, webhook_ring_row_t *r)
{
    int                 last, n;
    webhook_minute_t   *m;
    webhook_codec_in_t  in;

    memset(r, 0, sizeof(webhook_ring_row_t));

    webhook_codec_read(&in, v->mv_data, v->mv_size, WEBHOOK_ROW_RINGS, 2);

    r->old = in.version == 1;

    for (last = -1; /* void */ ; last = n) {
        n = webhook_codec_u8(&in);

        if (n >= WEBHOOK_RING_MINUTES) {
            break;
        }

        if (n <= last) {
            return MDB_CORRUPTED;
        }

        m = &r->minutes[n];

        m->minute = (uint32_t) n;
        m->sends = (uint32_t) webhook_codec_number(&in, UINT32_MAX);
        m->failed = (uint32_t) webhook_codec_number(&in, UINT32_MAX);
        m->delivered = (uint32_t) webhook_codec_number(&in, UINT32_MAX);
        m->dead = (uint32_t) webhook_codec_number(&in, UINT32_MAX);

        if (!r->old) {
            m->longest = (uint32_t) webhook_codec_number(&in, UINT32_MAX);
            m->took = webhook_codec_number(&in, UINT64_MAX);
            m->change = webhook_row_unfold(webhook_codec_number(&in,
                            webhook_row_fold(WEBHOOK_RING_CHANGE)));
        }
    }

    return n == WEBHOOK_RING_MINUTES ? webhook_row_end(&in) : MDB_CORRUPTED;
}
