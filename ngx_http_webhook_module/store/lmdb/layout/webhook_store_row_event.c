
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Records of an event: its head, its renditions, its deliveries and attempts.
 *
 * Those that are written again and again (a delivery, the head) have fields of
 * a fixed length, so that LMDB can write the new record over the old one.
 */

#include "core/base/webhook_codec.h"
#include "store/webhook_op_event.h"
#include "store/webhook_store_result.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/layout/webhook_store_row_int.h"


#define WEBHOOK_ROW_HEAD       'E'
#define WEBHOOK_ROW_RENDITION  'B'
#define WEBHOOK_ROW_DELIVERY   'D'
#define WEBHOOK_ROW_ATTEMPT    'A'

/* Flags of a delivery. */

#define WEBHOOK_ROW_PARKED   0x01
#define WEBHOOK_ROW_BLOCKS   0x02
#define WEBHOOK_ROW_ORDER    0x04
#define WEBHOOK_ROW_STOCKED  0x08       /* said of a lease alone */
#define WEBHOOK_ROW_MOVED    0x08       /* said of one that is cancelled */
#define WEBHOOK_ROW_NUMBER   0x10
#define WEBHOOK_ROW_GUEST    0x20
#define WEBHOOK_ROW_ALONE    0x40
#define WEBHOOK_ROW_KNOWN    0x80

/* Of deliveries whose keys the cluster orders. */

#define WEBHOOK_ROW_TURNED   0x01


size_t
webhook_row_write_head(unsigned char *buf, const webhook_head_row_t *r)
{
    uint32_t             i;
    webhook_str_t        wire;
    webhook_codec_out_t  out;

    webhook_codec_write(&out, buf, WEBHOOK_ROW_MAX, WEBHOOK_ROW_HEAD, 3);

    webhook_codec_add_u64(&out, r->wall);
    webhook_codec_add_u64(&out, r->finished);
    webhook_codec_add_u32(&out, r->total);
    webhook_codec_add_u32(&out, r->open);
    webhook_codec_add_text(&out, &r->type);
    webhook_codec_add_u8(&out, (uint8_t) r->renditions_count);

    for (i = 0; i < r->renditions_count; i++) {
        webhook_codec_add_u64(&out, r->renditions[i].blob);
        webhook_codec_add_u32(&out, r->renditions[i].fields);
        webhook_codec_add_u32(&out, r->renditions[i].body);
    }

    wire.data = (unsigned char *) r->wire.bytes;
    wire.len = r->wired ? WEBHOOK_ID_LEN : 0;

    webhook_codec_add_text(&out, &wire);
    webhook_codec_add_text(&out, &r->company);

    return webhook_codec_written(&out);
}


int
webhook_row_read_head(const MDB_val *v, webhook_head_row_t *r)
{
    uint32_t                  i;
    webhook_str_t             wire;
    webhook_rendition_row_t  *rendition;
    webhook_codec_in_t        in;

    webhook_codec_read(&in, v->mv_data, v->mv_size, WEBHOOK_ROW_HEAD, 3);

    r->wall = webhook_codec_u64(&in);
    r->finished = webhook_codec_u64(&in);
    r->total = webhook_codec_u32(&in);
    r->open = webhook_codec_u32(&in);
    webhook_codec_text(&in, WEBHOOK_STORE_TYPE_MAX, &r->type);
    r->renditions_count = webhook_codec_u8(&in);

    if (r->renditions_count == 0 || r->renditions_count > WEBHOOK_RENDITIONS_MAX
        || r->open > r->total)
    {
        return MDB_CORRUPTED;
    }

    for (i = 0; i < r->renditions_count; i++) {
        rendition = &r->renditions[i];

        rendition->blob = webhook_codec_u64(&in);
        rendition->fields = webhook_codec_u32(&in);
        rendition->body = webhook_codec_u32(&in);

        if (rendition->fields > WEBHOOK_ROW_RENDITION_MAX
            || rendition->body > WEBHOOK_STORE_BODY_MAX)
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

    if (in.version > 2) {
        webhook_codec_text(&in, WEBHOOK_COMPANY_MAX, &r->company);

    } else {
        r->company.data = NULL;
        r->company.len = 0;
    }

    return webhook_row_end(&in);
}


size_t
webhook_row_write_rendition(unsigned char *buf,
    const webhook_rendition_t *rendition)
{
    webhook_codec_out_t  out;

    webhook_codec_write(&out, buf, WEBHOOK_ROW_RENDITION_MAX,
                        WEBHOOK_ROW_RENDITION, 1);

    webhook_codec_add_text(&out, &rendition->request);
    webhook_codec_add_text(&out, &rendition->content_type);
    webhook_codec_add_text(&out, &rendition->headers);

    return webhook_codec_written(&out);
}


int
webhook_row_read_rendition(const MDB_val *v, webhook_rendition_t *rendition)
{
    webhook_codec_in_t  in;

    webhook_codec_read(&in, v->mv_data, v->mv_size, WEBHOOK_ROW_RENDITION, 1);

    webhook_codec_text(&in, WEBHOOK_REQUEST_MAX, &rendition->request);
    webhook_codec_text(&in, WEBHOOK_CONTENT_TYPE_MAX, &rendition->content_type);
    webhook_codec_text(&in, WEBHOOK_HEADERS_MAX, &rendition->headers);

    return webhook_row_end(&in);
}


size_t
webhook_row_write_delivery(unsigned char *buf, const webhook_delivery_row_t *r)
{
    uint8_t              flags;
    webhook_codec_out_t  out;

    flags = (r->parked ? WEBHOOK_ROW_PARKED : 0)
            | (r->blocks ? WEBHOOK_ROW_BLOCKS : 0)
            | (r->order ? WEBHOOK_ROW_ORDER : 0)
            | (r->stocked && r->state == WEBHOOK_SENDING
               ? WEBHOOK_ROW_STOCKED : 0)
            | (r->moved && r->state == WEBHOOK_CANCELLED
               ? WEBHOOK_ROW_MOVED : 0)
            | (r->number ? WEBHOOK_ROW_NUMBER : 0)
            | (r->guest ? WEBHOOK_ROW_GUEST : 0)
            | (r->alone ? WEBHOOK_ROW_ALONE : 0)
            | (r->known ? WEBHOOK_ROW_KNOWN : 0);

    webhook_codec_write(&out, buf, WEBHOOK_ROW_MAX, WEBHOOK_ROW_DELIVERY,
                        r->ordered ? 3 : r->number ? 2 : 1);

    webhook_codec_add_u8(&out, (uint8_t) r->state);
    webhook_codec_add_u8(&out, flags);
    webhook_codec_add_u8(&out, (uint8_t) r->rendition);
    webhook_codec_add_u8(&out, (uint8_t) r->step);
    webhook_codec_add_u8(&out, (uint8_t) r->steps);
    webhook_codec_add_u32(&out, r->attempts);
    webhook_codec_add_u32(&out, r->tries);
    webhook_codec_add_u32(&out, r->status);
    webhook_codec_add_u64(&out, r->due);
    webhook_codec_add_u64(&out, r->end);
    webhook_codec_add_u64(&out, r->lease_token);
    webhook_codec_add_u64(&out, r->finished);

    /* a delivery has an order key all its life, or never */

    if (r->order) {
        webhook_codec_add_u64(&out, r->order);
        webhook_codec_add_u64(&out, r->place);
    }

    if (r->number) {
        webhook_codec_add_u64(&out, r->number);
        webhook_codec_add_u32(&out, r->part);
    }

    if (r->ordered) {
        webhook_codec_add_u8(&out, r->turned ? WEBHOOK_ROW_TURNED : 0);
    }

    return webhook_codec_written(&out);
}


int
webhook_row_read_delivery(const MDB_val *v, webhook_delivery_row_t *r)
{
    uint8_t             state, flags;
    webhook_codec_in_t  in;

    webhook_codec_read(&in, v->mv_data, v->mv_size, WEBHOOK_ROW_DELIVERY, 3);

    state = webhook_codec_u8(&in);
    flags = webhook_codec_u8(&in);
    r->rendition = webhook_codec_u8(&in);
    r->step = webhook_codec_u8(&in);
    r->steps = webhook_codec_u8(&in);
    r->attempts = webhook_codec_u32(&in);
    r->tries = webhook_codec_u32(&in);
    r->status = webhook_codec_u32(&in);
    r->due = webhook_codec_u64(&in);
    r->end = webhook_codec_u64(&in);
    r->lease_token = webhook_codec_u64(&in);
    r->finished = webhook_codec_u64(&in);
    r->order = 0;
    r->place = 0;

    if (flags & WEBHOOK_ROW_ORDER) {
        r->order = webhook_codec_u64(&in);
        r->place = webhook_codec_u64(&in);
    }

    r->number = 0;
    r->part = 0;

    if (flags & WEBHOOK_ROW_NUMBER) {
        r->number = webhook_codec_u64(&in);
        r->part = webhook_codec_u32(&in);
    }

    r->ordered = in.version >= 3 && r->order != 0;
    r->turned = 0;

    if (r->ordered) {
        r->turned = (webhook_codec_u8(&in) & WEBHOOK_ROW_TURNED) != 0;
    }

    r->parked = (flags & WEBHOOK_ROW_PARKED) != 0;
    r->blocks = (flags & WEBHOOK_ROW_BLOCKS) != 0;
    r->stocked = (flags & WEBHOOK_ROW_STOCKED) != 0
                 && state == WEBHOOK_SENDING;
    r->moved = (flags & WEBHOOK_ROW_MOVED) != 0
               && state == WEBHOOK_CANCELLED;
    r->guest = (flags & WEBHOOK_ROW_GUEST) != 0;
    r->alone = (flags & WEBHOOK_ROW_ALONE) != 0;
    r->known = (flags & WEBHOOK_ROW_KNOWN) != 0;
    r->settled = 0;

    if (state >= WEBHOOK_STATES
        || (state == WEBHOOK_SENDING && r->lease_token == 0)
        || (state > WEBHOOK_SENDING && r->lease_token != 0)
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
