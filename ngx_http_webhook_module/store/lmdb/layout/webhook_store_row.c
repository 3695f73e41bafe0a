
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Rows that the store keeps of itself, and what all records have in common.
 */

#include "store/lmdb/layout/webhook_store_row.h"
#include "core/base/webhook_codec.h"
#include "store/webhook_op_delivery.h"
#include "store/lmdb/layout/webhook_store_row_int.h"


#define WEBHOOK_ROW_STATE        'S'
#define WEBHOOK_ROW_CLOCK        'T'
#define WEBHOOK_ROW_OWNER        'O'
#define WEBHOOK_ROW_FORMAT       'F'
#define WEBHOOK_ROW_IDEMPOTENCY  'I'
#define WEBHOOK_ROW_MIGRATE      'M'
#define WEBHOOK_ROW_QUARANTINE   'X'


size_t
webhook_row_write_state(unsigned char *buf, const webhook_state_row_t *r)
{
    unsigned             i;
    webhook_codec_out_t  out;

    webhook_codec_write(&out, buf, WEBHOOK_ROW_MAX, WEBHOOK_ROW_STATE, 3);

    webhook_codec_add_u64(&out, r->events);
    webhook_codec_add_u64(&out, r->calls);
    webhook_codec_add_u64(&out, r->lease);
    webhook_codec_add_u64(&out, r->place);
    webhook_codec_add_u64(&out, r->last);
    webhook_codec_add_u64(&out, r->blob);
    webhook_codec_add_u32(&out, r->room);
    webhook_codec_add_u64(&out, r->history);
    webhook_codec_add_u64(&out, r->wall);
    webhook_codec_add_u64(&out, r->ahead);
    webhook_codec_add_u64(&out, r->doubt);
    webhook_codec_add_u64(&out, r->base);
    webhook_codec_add_u64(&out, r->asides);
    webhook_codec_add_u64(&out, r->change);

    for (i = 0; i < WEBHOOK_OBJECT_KINDS; i++) {
        webhook_codec_add_u32(&out, r->objects[i]);
    }

    webhook_codec_add_u32(&out, r->removed);
    webhook_codec_add_u64(&out, r->forgot);
    webhook_codec_add_u32(&out, r->tasks);

    return webhook_codec_written(&out);
}


int
webhook_row_read_state(const MDB_val *v, webhook_state_row_t *r)
{
    unsigned            i;
    webhook_codec_in_t  in;

    webhook_codec_read(&in, v->mv_data, v->mv_size, WEBHOOK_ROW_STATE, 3);

    r->events = webhook_codec_u64(&in);
    r->calls = webhook_codec_u64(&in);
    r->lease = webhook_codec_u64(&in);
    r->place = webhook_codec_u64(&in);
    r->last = webhook_codec_u64(&in);
    r->blob = webhook_codec_u64(&in);
    r->room = webhook_codec_u32(&in);
    r->history = webhook_codec_u64(&in);

    if (in.version == 1) {
        r->wall = 0;
        r->ahead = 0;
        r->doubt = 0;
        r->base = 0;
        r->asides = 0;

    } else {
        r->wall = webhook_codec_u64(&in);
        r->ahead = webhook_codec_u64(&in);
        r->doubt = webhook_codec_u64(&in);
        r->base = webhook_codec_u64(&in);
        r->asides = webhook_codec_u64(&in);
    }

    if (in.version < 3) {
        r->change = 0;
        memset(r->objects, 0, sizeof(r->objects));
        r->removed = 0;
        r->forgot = 0;
        r->tasks = 0;

    } else {
        r->change = webhook_codec_u64(&in);

        for (i = 0; i < WEBHOOK_OBJECT_KINDS; i++) {
            r->objects[i] = webhook_codec_u32(&in);
        }

        r->removed = webhook_codec_u32(&in);
        r->forgot = webhook_codec_u64(&in);
        r->tasks = webhook_codec_u32(&in);
    }

    return webhook_row_end(&in);
}


size_t
webhook_row_write_clock(unsigned char *buf, const webhook_clock_row_t *r)
{
    webhook_codec_out_t  out;

    webhook_codec_write(&out, buf, WEBHOOK_ROW_MAX, WEBHOOK_ROW_CLOCK, 1);

    webhook_codec_add_u64(&out, (uint64_t) r->offset);
    webhook_codec_add_text(&out, &r->boot);

    return webhook_codec_written(&out);
}


int
webhook_row_read_clock(const MDB_val *v, webhook_clock_row_t *r)
{
    webhook_codec_in_t  in;

    webhook_codec_read(&in, v->mv_data, v->mv_size, WEBHOOK_ROW_CLOCK, 1);

    r->offset = (int64_t) webhook_codec_u64(&in);
    webhook_codec_text(&in, 64, &r->boot);

    return webhook_row_end(&in);
}


size_t
webhook_row_write_owner(unsigned char *buf, const webhook_owner_row_t *r)
{
    webhook_codec_out_t  out;

    webhook_codec_write(&out, buf, WEBHOOK_ROW_MAX, WEBHOOK_ROW_OWNER, 1);

    webhook_codec_add_u64(&out, r->incarnation);
    webhook_codec_add_u32(&out, r->pid);
    webhook_codec_add_u64(&out, r->wall);

    return webhook_codec_written(&out);
}


int
webhook_row_read_owner(const MDB_val *v, webhook_owner_row_t *r)
{
    webhook_codec_in_t  in;

    webhook_codec_read(&in, v->mv_data, v->mv_size, WEBHOOK_ROW_OWNER, 1);

    r->incarnation = webhook_codec_u64(&in);
    r->pid = webhook_codec_u32(&in);
    r->wall = webhook_codec_u64(&in);

    return webhook_row_end(&in);
}


size_t
webhook_row_write_idempotency(unsigned char *buf,
    const webhook_idempotency_row_t *r)
{
    webhook_codec_out_t  out;

    webhook_codec_write(&out, buf, WEBHOOK_ROW_MAX, WEBHOOK_ROW_IDEMPOTENCY,
                        1);

    webhook_codec_add_u64(&out, webhook_get_u64(r->event.bytes));
    webhook_codec_add_u64(&out, webhook_get_u64(r->event.bytes + 8));
    webhook_codec_add_u64(&out, r->end);

    return webhook_codec_written(&out);
}


int
webhook_row_read_idempotency(const MDB_val *v, webhook_idempotency_row_t *r)
{
    webhook_codec_in_t  in;

    webhook_codec_read(&in, v->mv_data, v->mv_size, WEBHOOK_ROW_IDEMPOTENCY,
                       1);

    webhook_set_u64(r->event.bytes, webhook_codec_u64(&in));
    webhook_set_u64(r->event.bytes + 8, webhook_codec_u64(&in));
    r->end = webhook_codec_u64(&in);

    return webhook_row_end(&in);
}


size_t
webhook_row_write_format(unsigned char *buf, uint32_t format)
{
    webhook_codec_out_t  out;

    webhook_codec_write(&out, buf, WEBHOOK_ROW_MAX, WEBHOOK_ROW_FORMAT, 1);
    webhook_codec_add_u32(&out, format);

    return webhook_codec_written(&out);
}


int
webhook_row_read_format(const MDB_val *v, uint32_t *format)
{
    webhook_codec_in_t  in;

    webhook_codec_read(&in, v->mv_data, v->mv_size, WEBHOOK_ROW_FORMAT, 1);

    *format = webhook_codec_u32(&in);

    return webhook_row_end(&in);
}


size_t
webhook_row_write_migrate(unsigned char *buf, const webhook_migrate_row_t *r)
{
    webhook_codec_out_t  out;

    webhook_codec_write(&out, buf, WEBHOOK_ROW_MAX, WEBHOOK_ROW_MIGRATE, 1);

    webhook_codec_add_u32(&out, r->from);
    webhook_codec_add_u32(&out, r->step);
    webhook_codec_add_text(&out, &r->cursor);

    return webhook_codec_written(&out);
}


int
webhook_row_read_migrate(const MDB_val *v, webhook_migrate_row_t *r)
{
    webhook_codec_in_t  in;

    webhook_codec_read(&in, v->mv_data, v->mv_size, WEBHOOK_ROW_MIGRATE, 1);

    r->from = webhook_codec_u32(&in);
    r->step = webhook_codec_u32(&in);
    webhook_codec_text(&in, WEBHOOK_MIGRATE_CURSOR, &r->cursor);

    /* it is to last longer than the record */

    if (r->cursor.len) {
        memcpy(r->buf, r->cursor.data, r->cursor.len);
        r->cursor.data = r->buf;
    }

    return webhook_row_end(&in);
}


size_t
webhook_row_write_quarantine(unsigned char *buf, size_t size,
    const webhook_quarantine_row_t *r)
{
    webhook_codec_out_t  out;

    webhook_codec_write(&out, buf, size, WEBHOOK_ROW_QUARANTINE, 1);

    webhook_codec_add_u64(&out, r->wall);
    webhook_codec_add_text(&out, &r->table);
    webhook_codec_add_text(&out, &r->key);
    webhook_codec_add_text(&out, &r->value);

    return webhook_codec_written(&out);
}


int
webhook_row_read_quarantine(const MDB_val *v, webhook_quarantine_row_t *r)
{
    webhook_codec_in_t  in;

    webhook_codec_read(&in, v->mv_data, v->mv_size, WEBHOOK_ROW_QUARANTINE, 1);

    r->wall = webhook_codec_u64(&in);
    webhook_codec_text(&in, WEBHOOK_NAME_MAX, &r->table);
    webhook_codec_text(&in, WEBHOOK_KEY_MAX, &r->key);
    webhook_codec_text(&in, SIZE_MAX, &r->value);

    return webhook_row_end(&in);
}


/* Of a text that is kept in part, its first bytes. */

void
webhook_row_text(webhook_codec_out_t *out, const webhook_str_t *text,
    size_t max)
{
    webhook_str_t  part;

    part = *text;

    if (part.len > max) {
        part.len = max;
    }

    webhook_codec_add_text(out, &part);
}


int
webhook_row_end(const webhook_codec_in_t *in)
{
    return webhook_codec_done(in) == WEBHOOK_OK ? 0 : MDB_CORRUPTED;
}
