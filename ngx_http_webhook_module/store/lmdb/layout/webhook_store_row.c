
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Rows and their records.  Those that are written again and again (a
 * delivery, an endpoint, the head of an event) have fields of a fixed length,
 * so that LMDB can write the new record over the old one.
 */

#include "store/lmdb/layout/webhook_store_row.h"
#include "core/base/webhook_codec.h"
#include "store/webhook_store.h"


#define WEBHOOK_ROW_HEAD      'E'
#define WEBHOOK_ROW_DELIVERY  'D'
#define WEBHOOK_ROW_ATTEMPT   'A'
#define WEBHOOK_ROW_ENDPOINT  'P'
#define WEBHOOK_ROW_STATE     'S'
#define WEBHOOK_ROW_CLOCK     'T'
#define WEBHOOK_ROW_OWNER     'O'
#define WEBHOOK_ROW_FORMAT    'F'
#define WEBHOOK_ROW_CALL      'C'
#define WEBHOOK_ROW_RECORD    'R'
#define WEBHOOK_ROW_FORM      'B'
#define WEBHOOK_ROW_IDEMPOTENCY  'I'
#define WEBHOOK_ROW_MIGRATE   'M'
#define WEBHOOK_ROW_QUARANTINE  'X'

/* Flags of a delivery and of an endpoint. */

#define WEBHOOK_ROW_PARKED    0x01
#define WEBHOOK_ROW_BLOCKS    0x02
#define WEBHOOK_ROW_ORDER     0x04

#define WEBHOOK_ROW_PAUSED    0x01
#define WEBHOOK_ROW_OPEN      0x02
#define WEBHOOK_ROW_BLOCK     0x04
#define WEBHOOK_ROW_ASIDE     0x08


static void webhook_row_text(webhook_codec_out_t *out,
    const webhook_str_t *text, size_t max);
static int webhook_row_end(const webhook_codec_in_t *in);


size_t
webhook_row_write_head(unsigned char *buf, const webhook_head_row_t *r)
{
    uint32_t             i;
    webhook_str_t        wire;
    webhook_codec_out_t  out;

    webhook_codec_write(&out, buf, WEBHOOK_ROW_MAX, WEBHOOK_ROW_HEAD, 2);

    webhook_codec_add_u64(&out, r->wall);
    webhook_codec_add_u64(&out, r->finished);
    webhook_codec_add_u32(&out, r->total);
    webhook_codec_add_u32(&out, r->open);
    webhook_codec_add_text(&out, &r->type);
    webhook_codec_add_u8(&out, (uint8_t) r->forms_count);

    for (i = 0; i < r->forms_count; i++) {
        webhook_codec_add_u64(&out, r->forms[i].blob);
        webhook_codec_add_u32(&out, r->forms[i].fields);
        webhook_codec_add_u32(&out, r->forms[i].body);
    }

    wire.data = (unsigned char *) r->wire.bytes;
    wire.len = r->wired ? WEBHOOK_ID_LEN : 0;

    webhook_codec_add_text(&out, &wire);

    return webhook_codec_written(&out);
}


int
webhook_row_read_head(const MDB_val *v, webhook_head_row_t *r)
{
    uint32_t             i;
    webhook_str_t        wire;
    webhook_form_row_t  *form;
    webhook_codec_in_t   in;

    webhook_codec_read(&in, v->mv_data, v->mv_size, WEBHOOK_ROW_HEAD, 2);

    r->wall = webhook_codec_u64(&in);
    r->finished = webhook_codec_u64(&in);
    r->total = webhook_codec_u32(&in);
    r->open = webhook_codec_u32(&in);
    webhook_codec_text(&in, WEBHOOK_STORE_TYPE_MAX, &r->type);
    r->forms_count = webhook_codec_u8(&in);

    if (r->forms_count == 0 || r->forms_count > WEBHOOK_FORMS_MAX
        || r->open > r->total)
    {
        return MDB_CORRUPTED;
    }

    for (i = 0; i < r->forms_count; i++) {
        form = &r->forms[i];

        form->blob = webhook_codec_u64(&in);
        form->fields = webhook_codec_u32(&in);
        form->body = webhook_codec_u32(&in);

        if (form->fields > WEBHOOK_ROW_FORM_MAX
            || form->body > WEBHOOK_STORE_BODY_MAX)
        {
            return MDB_CORRUPTED;
        }
    }

    r->wired = 0;

    if (in.version > 1) {
        webhook_codec_text(&in, WEBHOOK_ID_LEN, &wire);

        if (wire.len == WEBHOOK_ID_LEN) {
            memcpy(r->wire.bytes, wire.data, WEBHOOK_ID_LEN);
            r->wired = 1;

        } else if (wire.len) {
            return MDB_CORRUPTED;
        }
    }

    return webhook_row_end(&in);
}


size_t
webhook_row_write_form(unsigned char *buf, const webhook_rendition_t *form)
{
    webhook_codec_out_t  out;

    webhook_codec_write(&out, buf, WEBHOOK_ROW_FORM_MAX, WEBHOOK_ROW_FORM, 1);

    webhook_codec_add_text(&out, &form->request);
    webhook_codec_add_text(&out, &form->content_type);
    webhook_codec_add_text(&out, &form->headers);

    return webhook_codec_written(&out);
}


int
webhook_row_read_form(const MDB_val *v, webhook_rendition_t *form)
{
    webhook_codec_in_t  in;

    webhook_codec_read(&in, v->mv_data, v->mv_size, WEBHOOK_ROW_FORM, 1);

    webhook_codec_text(&in, WEBHOOK_REQUEST_MAX, &form->request);
    webhook_codec_text(&in, WEBHOOK_CONTENT_TYPE_MAX, &form->content_type);
    webhook_codec_text(&in, WEBHOOK_HEADERS_MAX, &form->headers);

    return webhook_row_end(&in);
}


size_t
webhook_row_write_delivery(unsigned char *buf, const webhook_delivery_row_t *r)
{
    uint8_t              flags;
    webhook_codec_out_t  out;

    flags = (r->parked ? WEBHOOK_ROW_PARKED : 0)
            | (r->blocks ? WEBHOOK_ROW_BLOCKS : 0)
            | (r->order ? WEBHOOK_ROW_ORDER : 0);

    webhook_codec_write(&out, buf, WEBHOOK_ROW_MAX, WEBHOOK_ROW_DELIVERY, 1);

    webhook_codec_add_u8(&out, (uint8_t) r->state);
    webhook_codec_add_u8(&out, flags);
    webhook_codec_add_u8(&out, (uint8_t) r->form);
    webhook_codec_add_u8(&out, (uint8_t) r->step);
    webhook_codec_add_u8(&out, (uint8_t) r->steps);
    webhook_codec_add_u32(&out, r->attempts);
    webhook_codec_add_u32(&out, r->tries);
    webhook_codec_add_u32(&out, r->status);
    webhook_codec_add_u64(&out, r->due);
    webhook_codec_add_u64(&out, r->end);
    webhook_codec_add_u64(&out, r->token);
    webhook_codec_add_u64(&out, r->finished);

    /* a delivery has an order key all its life, or never */

    if (r->order) {
        webhook_codec_add_u64(&out, r->order);
        webhook_codec_add_u64(&out, r->place);
    }

    return webhook_codec_written(&out);
}


int
webhook_row_read_delivery(const MDB_val *v, webhook_delivery_row_t *r)
{
    uint8_t             state, flags;
    webhook_codec_in_t  in;

    webhook_codec_read(&in, v->mv_data, v->mv_size, WEBHOOK_ROW_DELIVERY, 1);

    state = webhook_codec_u8(&in);
    flags = webhook_codec_u8(&in);
    r->form = webhook_codec_u8(&in);
    r->step = webhook_codec_u8(&in);
    r->steps = webhook_codec_u8(&in);
    r->attempts = webhook_codec_u32(&in);
    r->tries = webhook_codec_u32(&in);
    r->status = webhook_codec_u32(&in);
    r->due = webhook_codec_u64(&in);
    r->end = webhook_codec_u64(&in);
    r->token = webhook_codec_u64(&in);
    r->finished = webhook_codec_u64(&in);
    r->order = 0;
    r->place = 0;

    if (flags & WEBHOOK_ROW_ORDER) {
        r->order = webhook_codec_u64(&in);
        r->place = webhook_codec_u64(&in);
    }

    r->parked = (flags & WEBHOOK_ROW_PARKED) != 0;
    r->blocks = (flags & WEBHOOK_ROW_BLOCKS) != 0;

    if (state >= WEBHOOK_STATES
        || (state == WEBHOOK_SENDING && r->token == 0)
        || (state > WEBHOOK_SENDING && r->token != 0)
        || r->step >= r->steps
        || (r->parked && (state != WEBHOOK_PENDING || r->order == 0))
        || (r->blocks && (state != WEBHOOK_DEAD || r->order == 0)))
    {
        r->state = WEBHOOK_PENDING;
        return MDB_CORRUPTED;
    }

    r->state = state;

    return webhook_row_end(&in);
}


size_t
webhook_row_write_attempt(unsigned char *buf, const webhook_attempt_t *a,
    int brief)
{
    webhook_codec_out_t  out;

    webhook_codec_write(&out, buf, WEBHOOK_ROW_MAX, WEBHOOK_ROW_ATTEMPT, 1);

    webhook_codec_add_number(&out, a->wall);
    webhook_codec_add_number(&out, a->number);
    webhook_codec_add_number(&out, a->status);
    webhook_codec_add_number(&out, a->connect);
    webhook_codec_add_number(&out, a->tls);
    webhook_codec_add_number(&out, a->first_byte);
    webhook_codec_add_number(&out, a->total);
    webhook_row_text(&out, &a->error, WEBHOOK_ERROR_MAX);
    webhook_row_text(&out, &a->address, WEBHOOK_ADDRESS_MAX);
    webhook_row_text(&out, &a->answer, brief ? 0 : WEBHOOK_ANSWER_MAX);

    return webhook_codec_written(&out);
}


int
webhook_row_read_attempt(const MDB_val *v, webhook_attempt_t *a)
{
    webhook_codec_in_t  in;

    webhook_codec_read(&in, v->mv_data, v->mv_size, WEBHOOK_ROW_ATTEMPT, 1);

    a->wall = webhook_codec_number(&in, UINT64_MAX);
    a->number = (uint32_t) webhook_codec_number(&in, UINT32_MAX);
    a->status = (uint32_t) webhook_codec_number(&in, UINT32_MAX);
    a->connect = (uint32_t) webhook_codec_number(&in, UINT32_MAX);
    a->tls = (uint32_t) webhook_codec_number(&in, UINT32_MAX);
    a->first_byte = (uint32_t) webhook_codec_number(&in, UINT32_MAX);
    a->total = (uint32_t) webhook_codec_number(&in, UINT32_MAX);
    webhook_codec_text(&in, WEBHOOK_ERROR_MAX, &a->error);
    webhook_codec_text(&in, WEBHOOK_ADDRESS_MAX, &a->address);
    webhook_codec_text(&in, WEBHOOK_ANSWER_MAX, &a->answer);

    return webhook_row_end(&in);
}


size_t
webhook_row_write_endpoint(unsigned char *buf, const webhook_endpoint_row_t *r)
{
    uint8_t              flags;
    unsigned             i;
    webhook_str_t        name, reason;
    webhook_codec_out_t  out;

    flags = (r->paused ? WEBHOOK_ROW_PAUSED : 0)
            | (r->open ? WEBHOOK_ROW_OPEN : 0)
            | (r->order_block ? WEBHOOK_ROW_BLOCK : 0)
            | (r->aside ? WEBHOOK_ROW_ASIDE : 0);

    name.data = (unsigned char *) r->name;
    name.len = r->name_len;

    reason.data = (unsigned char *) r->reason;
    reason.len = r->reason_len;

    webhook_codec_write(&out, buf, WEBHOOK_ROW_MAX, WEBHOOK_ROW_ENDPOINT, 2);

    webhook_codec_add_u8(&out, flags);
    webhook_codec_add_u32(&out, r->limit);
    webhook_codec_add_u32(&out, r->rate);
    webhook_codec_add_u32(&out, r->per);
    webhook_codec_add_u32(&out, r->burst);
    webhook_codec_add_u32(&out, r->break_failures);
    webhook_codec_add_u32(&out, r->break_percent);
    webhook_codec_add_u64(&out, r->break_window);
    webhook_codec_add_u64(&out, r->break_hold);
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
    webhook_codec_add_text(&out, &name);
    webhook_codec_add_text(&out, &reason);

    return webhook_codec_written(&out);
}


int
webhook_row_read_endpoint(const MDB_val *v, webhook_endpoint_row_t *r)
{
    uint8_t             flags;
    unsigned            i, states;
    webhook_str_t       name, reason;
    webhook_codec_in_t  in;

    webhook_codec_read(&in, v->mv_data, v->mv_size, WEBHOOK_ROW_ENDPOINT, 2);

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
    r->break_hold = webhook_codec_u64(&in);
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
    webhook_codec_text(&in, WEBHOOK_NAME_MAX, &name);
    webhook_codec_text(&in, WEBHOOK_REASON_MAX, &reason);

    if (webhook_row_end(&in) != 0) {
        return MDB_CORRUPTED;
    }

    r->paused = (flags & WEBHOOK_ROW_PAUSED) != 0;
    r->open = (flags & WEBHOOK_ROW_OPEN) != 0;
    r->order_block = (flags & WEBHOOK_ROW_BLOCK) != 0;
    r->aside = (flags & WEBHOOK_ROW_ASIDE) != 0;

    r->name_len = (unsigned char) name.len;
    memcpy(r->name, name.data, name.len);

    r->reason_len = (unsigned char) reason.len;
    memcpy(r->reason, reason.data, reason.len);

    return 0;
}


size_t
webhook_row_write_state(unsigned char *buf, const webhook_state_row_t *r)
{
    webhook_codec_out_t  out;

    webhook_codec_write(&out, buf, WEBHOOK_ROW_MAX, WEBHOOK_ROW_STATE, 2);

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

    return webhook_codec_written(&out);
}


int
webhook_row_read_state(const MDB_val *v, webhook_state_row_t *r)
{
    webhook_codec_in_t  in;

    webhook_codec_read(&in, v->mv_data, v->mv_size, WEBHOOK_ROW_STATE, 2);

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
webhook_row_write_call(unsigned char *buf, const webhook_call_row_t *r)
{
    webhook_codec_out_t  out;

    webhook_codec_write(&out, buf, WEBHOOK_ROW_MAX, WEBHOOK_ROW_CALL, 1);

    webhook_codec_add_u64(&out, r->record);
    webhook_codec_add_u64(&out, r->record_len);
    webhook_codec_add_u64(&out, r->receiver);

    return webhook_codec_written(&out);
}


int
webhook_row_read_call(const MDB_val *v, webhook_call_row_t *r)
{
    webhook_codec_in_t  in;

    webhook_codec_read(&in, v->mv_data, v->mv_size, WEBHOOK_ROW_CALL, 1);

    r->record = webhook_codec_u64(&in);
    r->record_len = webhook_codec_u64(&in);
    r->receiver = webhook_codec_u64(&in);

    if (r->record_len > WEBHOOK_CALL_RECORD_MAX) {
        return MDB_CORRUPTED;
    }

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


/* Texts and numbers of a call, and of each of its actions, with their
   lengths. */

#define WEBHOOK_ROW_CALL_FIXED    (WEBHOOK_CODEC_HEADER + 128)
#define WEBHOOK_ROW_CALL_ACTION   32


size_t
webhook_row_record_size(const webhook_call_t *c)
{
    size_t    size;
    uint32_t  i;

    size = WEBHOOK_ROW_CALL_FIXED + c->name.len + c->remote.len
           + c->content_type.len + c->headers.len + c->body.len
           + c->verified.len + c->answer.len + c->error.len;

    for (i = 0; i < c->actions_count; i++) {
        size += WEBHOOK_ROW_CALL_ACTION + c->actions[i].method.len
                + c->actions[i].uri.len + c->actions[i].body.len;
    }

    return size;
}


size_t
webhook_row_write_record(unsigned char *buf, size_t size,
    const webhook_call_t *c)
{
    uint32_t                i;
    webhook_codec_out_t     out;
    webhook_call_action_t  *a;

    webhook_codec_write(&out, buf, size, WEBHOOK_ROW_RECORD, 1);

    webhook_codec_add_u64(&out, c->receiver);
    webhook_codec_add_number(&out, c->wall);
    webhook_codec_add_number(&out, c->total);
    webhook_codec_add_number(&out, c->status);
    webhook_row_text(&out, &c->name, WEBHOOK_NAME_MAX);
    webhook_row_text(&out, &c->remote, WEBHOOK_CALL_TEXT_MAX);
    webhook_row_text(&out, &c->content_type, WEBHOOK_CALL_TEXT_MAX);
    webhook_row_text(&out, &c->headers, WEBHOOK_CALL_HEADERS_MAX);
    webhook_row_text(&out, &c->body, WEBHOOK_CALL_BODY_MAX);
    webhook_row_text(&out, &c->verified, WEBHOOK_CALL_VERIFIED_MAX);
    webhook_row_text(&out, &c->answer, WEBHOOK_CALL_ANSWER_MAX);
    webhook_row_text(&out, &c->error, WEBHOOK_CALL_TEXT_MAX);
    webhook_codec_add_number(&out, c->actions_count);

    for (i = 0; i < c->actions_count; i++) {
        a = &c->actions[i];

        webhook_row_text(&out, &a->method, WEBHOOK_METHOD_MAX);
        webhook_row_text(&out, &a->uri, WEBHOOK_CALL_TEXT_MAX);
        webhook_row_text(&out, &a->body, WEBHOOK_CALL_TEXT_MAX);
        webhook_codec_add_number(&out, a->status);
        webhook_codec_add_number(&out, a->total);
    }

    return webhook_codec_written(&out);
}


int
webhook_row_read_record(const MDB_val *v, webhook_call_t *c,
    webhook_call_action_t *actions)
{
    uint32_t                i;
    webhook_codec_in_t      in;
    webhook_call_action_t  *a;

    webhook_codec_read(&in, v->mv_data, v->mv_size, WEBHOOK_ROW_RECORD, 1);

    c->receiver = webhook_codec_u64(&in);
    c->wall = webhook_codec_number(&in, UINT64_MAX);
    c->total = (uint32_t) webhook_codec_number(&in, UINT32_MAX);
    c->status = (uint32_t) webhook_codec_number(&in, UINT32_MAX);
    webhook_codec_text(&in, WEBHOOK_NAME_MAX, &c->name);
    webhook_codec_text(&in, WEBHOOK_CALL_TEXT_MAX, &c->remote);
    webhook_codec_text(&in, WEBHOOK_CALL_TEXT_MAX, &c->content_type);
    webhook_codec_text(&in, WEBHOOK_CALL_HEADERS_MAX, &c->headers);
    webhook_codec_text(&in, WEBHOOK_CALL_BODY_MAX, &c->body);
    webhook_codec_text(&in, WEBHOOK_CALL_VERIFIED_MAX, &c->verified);
    webhook_codec_text(&in, WEBHOOK_CALL_ANSWER_MAX, &c->answer);
    webhook_codec_text(&in, WEBHOOK_CALL_TEXT_MAX, &c->error);

    c->actions = actions;
    c->actions_count = (uint32_t) webhook_codec_number(&in,
                                               WEBHOOK_CALL_ACTIONS_MAX);

    for (i = 0; i < c->actions_count; i++) {
        a = &actions[i];

        webhook_codec_text(&in, WEBHOOK_METHOD_MAX, &a->method);
        webhook_codec_text(&in, WEBHOOK_CALL_TEXT_MAX, &a->uri);
        webhook_codec_text(&in, WEBHOOK_CALL_TEXT_MAX, &a->body);
        a->status = (uint32_t) webhook_codec_number(&in, UINT32_MAX);
        a->total = (uint32_t) webhook_codec_number(&in, UINT32_MAX);
    }

    return webhook_row_end(&in);
}


/* Of a text that is kept in part, its first bytes. */

static void
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


static int
webhook_row_end(const webhook_codec_in_t *in)
{
    return webhook_codec_done(in) == WEBHOOK_OK ? 0 : MDB_CORRUPTED;
}
