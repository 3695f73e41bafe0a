
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The record of an endpoint.  It is written again and again, so its fields are
 * of a fixed length but for what seldom changes, and LMDB can write the new
 * record over the old one.
 */

#include "core/base/webhook_codec.h"
#include "store/webhook_op_delivery.h"
#include "store/webhook_store_result.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/layout/webhook_store_row_int.h"


#define WEBHOOK_ROW_ENDPOINT  'P'

/* Flags. */

#define WEBHOOK_ROW_PAUSED  0x01
#define WEBHOOK_ROW_OPEN    0x02
#define WEBHOOK_ROW_BLOCK   0x04
#define WEBHOOK_ROW_ASIDE   0x08
#define WEBHOOK_ROW_SHUT    0x10
#define WEBHOOK_ROW_SHARED  0x20


static void webhook_row_read_minute(webhook_codec_in_t *in,
    webhook_endpoint_row_t *r);
static int webhook_row_unwritten(const webhook_str_t *unwritten);


size_t
webhook_row_write_endpoint(unsigned char *buf, const webhook_endpoint_row_t *r)
{
    uint8_t              flags;
    unsigned             i;
    webhook_str_t        name, reason, unwritten;
    webhook_codec_out_t  out;

    flags = (r->paused ? WEBHOOK_ROW_PAUSED : 0)
            | (r->open ? WEBHOOK_ROW_OPEN : 0)
            | (r->order_block ? WEBHOOK_ROW_BLOCK : 0)
            | (r->aside ? WEBHOOK_ROW_ASIDE : 0)
            | (r->shut ? WEBHOOK_ROW_SHUT : 0)
            | (r->shared ? WEBHOOK_ROW_SHARED : 0);

    name.data = (unsigned char *) r->name;
    name.len = r->name_len;

    reason.data = (unsigned char *) r->reason;
    reason.len = r->reason_len;

    unwritten.data = (unsigned char *) r->unwritten;
    unwritten.len = r->unwritten_len;

    webhook_codec_write(&out, buf, WEBHOOK_ROW_MAX, WEBHOOK_ROW_ENDPOINT, 7);

    webhook_codec_add_u8(&out, flags);
    webhook_codec_add_u32(&out, r->limit);
    webhook_codec_add_u32(&out, r->rate);
    webhook_codec_add_u32(&out, r->per);
    webhook_codec_add_u32(&out, r->burst);
    webhook_codec_add_u32(&out, r->break_failures);
    webhook_codec_add_u32(&out, r->break_percent);
    webhook_codec_add_u64(&out, r->break_window);
    webhook_codec_add_u64(&out, r->break_open_timeout);
    webhook_codec_add_u32(&out, r->inflight);

    for (i = 0; i < WEBHOOK_STATES; i++) {
        webhook_codec_add_u64(&out, r->states[i]);
    }

    webhook_codec_add_u64(&out, r->blocked);
    webhook_codec_add_u64(&out, r->attempts);
    webhook_codec_add_u64(&out, r->delivered);
    webhook_codec_add_u64(&out, r->dead);
    webhook_codec_add_u64(&out, r->cancelled);
    webhook_codec_add_u64(&out, r->wake);
    webhook_codec_add_u64(&out, r->named);
    webhook_codec_add_u64(&out, r->back);
    webhook_codec_add_u8(&out, (uint8_t) r->turn);
    webhook_codec_add_u64(&out, r->arrival);
    webhook_codec_add_u64(&out, r->held);
    webhook_codec_add_u32(&out, r->slow);
    webhook_codec_add_u64(&out, r->open_until);
    webhook_codec_add_u64(&out, r->probe);
    webhook_codec_add_u32(&out, r->failures);
    webhook_codec_add_u64(&out, r->window);
    webhook_codec_add_u32(&out, r->window_sends);
    webhook_codec_add_u32(&out, r->window_failures);
    webhook_codec_add_u64(&out, r->failing);
    webhook_codec_add_u32(&out, r->minute.minute);
    webhook_codec_add_u32(&out, r->minute.sends);
    webhook_codec_add_u32(&out, r->minute.failed);
    webhook_codec_add_u32(&out, r->minute.delivered);
    webhook_codec_add_u32(&out, r->minute.dead);
    webhook_codec_add_u32(&out, r->minute.longest);
    webhook_codec_add_u64(&out, r->minute.took);
    webhook_codec_add_u64(&out, r->began);
    webhook_codec_add_u64(&out, r->skew);
    webhook_codec_add_u32(&out, r->marked);
    webhook_codec_add_u32(&out, r->fenced);
    webhook_codec_add_text(&out, &name);
    webhook_codec_add_text(&out, &reason);
    webhook_codec_add_text(&out, &unwritten);

    return webhook_codec_written(&out);
}


int
webhook_row_read_endpoint(const MDB_val *v, webhook_endpoint_row_t *r)
{
    uint8_t             flags;
    unsigned            i, states;
    webhook_str_t       name, reason, unwritten;
    webhook_codec_in_t  in;

    webhook_codec_read(&in, v->mv_data, v->mv_size, WEBHOOK_ROW_ENDPOINT, 7);

    /* version 1 knew no cancelled ones, and not when it was named */

    states = in.version == 1 ? WEBHOOK_STATES - 1 : WEBHOOK_STATES;

    flags = webhook_codec_u8(&in);
    r->limit = webhook_codec_u32(&in);
    r->rate = webhook_codec_u32(&in);
    r->per = webhook_codec_u32(&in);
    r->burst = webhook_codec_u32(&in);
    r->break_failures = webhook_codec_u32(&in);
    r->break_percent = webhook_codec_u32(&in);
    r->break_window = webhook_codec_u64(&in);
    r->break_open_timeout = webhook_codec_u64(&in);
    r->inflight = webhook_codec_u32(&in);

    for (i = 0; i < WEBHOOK_STATES; i++) {
        r->states[i] = i < states ? webhook_codec_u64(&in) : 0;
    }

    r->blocked = webhook_codec_u64(&in);
    r->attempts = webhook_codec_u64(&in);
    r->delivered = webhook_codec_u64(&in);
    r->dead = webhook_codec_u64(&in);
    r->cancelled = in.version == 1 ? 0 : webhook_codec_u64(&in);
    r->wake = webhook_codec_u64(&in);
    r->named = in.version == 1 ? 0 : webhook_codec_u64(&in);
    r->back = in.version == 1 ? 0 : webhook_codec_u64(&in);
    r->turn = in.version == 1 ? 0 : webhook_codec_u8(&in);
    r->arrival = webhook_codec_u64(&in);
    r->held = webhook_codec_u64(&in);
    r->slow = webhook_codec_u32(&in);
    r->open_until = webhook_codec_u64(&in);
    r->probe = webhook_codec_u64(&in);
    r->failures = webhook_codec_u32(&in);
    r->window = webhook_codec_u64(&in);
    r->window_sends = webhook_codec_u32(&in);
    r->window_failures = webhook_codec_u32(&in);
    r->failing = in.version < 3 ? 0 : webhook_codec_u64(&in);

    webhook_row_read_minute(&in, r);

    r->skew = in.version < 4 ? 0 : webhook_codec_u64(&in);
    r->marked = in.version < 4 ? 0 : webhook_codec_u32(&in);
    r->fenced = in.version < 7 ? 0 : webhook_codec_u32(&in);

    if (in.version == 4) {

        /* it told which are not in the index by a time; since the store has
           another format all are */

        r->skew = 0;
        r->marked = 0;
    }

    webhook_codec_text(&in, WEBHOOK_NAME_MAX, &name);
    webhook_codec_text(&in, WEBHOOK_REASON_MAX, &reason);

    unwritten.len = 0;

    if (in.version > 4) {
        webhook_codec_text(&in, sizeof(r->unwritten), &unwritten);
    }

    if (webhook_row_end(&in) != 0 || webhook_row_unwritten(&unwritten) != 0) {
        return MDB_CORRUPTED;
    }

    r->paused = (flags & WEBHOOK_ROW_PAUSED) != 0;
    r->open = (flags & WEBHOOK_ROW_OPEN) != 0;
    r->order_block = (flags & WEBHOOK_ROW_BLOCK) != 0;
    r->aside = (flags & WEBHOOK_ROW_ASIDE) != 0;
    r->shut = (flags & WEBHOOK_ROW_SHUT) != 0;
    r->shared = (flags & WEBHOOK_ROW_SHARED) != 0;

    r->name_len = (unsigned char) name.len;
    memcpy(r->name, name.data, name.len);

    r->reason_len = (unsigned char) reason.len;
    memcpy(r->reason, reason.data, reason.len);

    r->unwritten_len = unwritten.len;

    if (unwritten.len) {
        memcpy(r->unwritten, unwritten.data, unwritten.len);
    }

    return 0;
}


/* Before version 3 nothing was counted, and before 6 neither how long it took
   nor how many waited. */

static void
webhook_row_read_minute(webhook_codec_in_t *in, webhook_endpoint_row_t *r)
{
    webhook_minute_t  *m;

    m = &r->minute;

    memset(m, 0, sizeof(webhook_minute_t));

    r->began = r->states[WEBHOOK_PENDING] + r->states[WEBHOOK_SENDING];

    if (in->version < 3) {
        return;
    }

    m->minute = webhook_codec_u32(in);
    m->sends = webhook_codec_u32(in);
    m->failed = webhook_codec_u32(in);
    m->delivered = webhook_codec_u32(in);
    m->dead = webhook_codec_u32(in);

    if (in->version > 5) {
        m->longest = webhook_codec_u32(in);
        m->took = webhook_codec_u64(in);
        r->began = webhook_codec_u64(in);
    }
}


/* Whether these are changes of the index: 0 or MDB_CORRUPTED. */

static int
webhook_row_unwritten(const webhook_str_t *unwritten)
{
    size_t    i;
    unsigned  state;

    if (unwritten->len % WEBHOOK_UNWRITTEN_LEN) {
        return MDB_CORRUPTED;
    }

    for (i = 0; i < unwritten->len; i += WEBHOOK_UNWRITTEN_LEN) {
        state = unwritten->data[i] & ~WEBHOOK_UNWRITTEN_DEL;

        if (state != WEBHOOK_PENDING && state != WEBHOOK_DEAD) {
            return MDB_CORRUPTED;
        }
    }

    return 0;
}
