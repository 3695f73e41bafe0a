
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Records of calls.
 */

#include "core/base/webhook_codec.h"
#include "store/webhook_op_call.h"
#include "store/webhook_op_delivery.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/layout/webhook_store_row_int.h"


#define WEBHOOK_ROW_CALL    'C'
#define WEBHOOK_ROW_RECORD  'R'

/* Texts and numbers of a call, and of each of its actions, with their
   lengths. */

#define WEBHOOK_ROW_CALL_FIXED    (WEBHOOK_CODEC_HEADER + 128)
#define WEBHOOK_ROW_CALL_ACTION   32


size_t
webhook_row_write_call(unsigned char *buf, const webhook_call_row_t *r)
{
    webhook_codec_out_t  out;

    webhook_codec_write(&out, buf, WEBHOOK_ROW_MAX, WEBHOOK_ROW_CALL, 2);

    webhook_codec_add_u64(&out, r->record);
    webhook_codec_add_u64(&out, r->record_len);
    webhook_codec_add_u64(&out, r->receiver);
    webhook_codec_add_u64(&out, r->kept);
    webhook_codec_add_text(&out, &r->company);

    return webhook_codec_written(&out);
}


int
webhook_row_read_call(const MDB_val *v, webhook_call_row_t *r)
{
    webhook_codec_in_t  in;

    webhook_codec_read(&in, v->mv_data, v->mv_size, WEBHOOK_ROW_CALL, 2);

    r->record = webhook_codec_u64(&in);
    r->record_len = webhook_codec_u64(&in);
    r->receiver = webhook_codec_u64(&in);
    r->kept = 0;
    r->company.data = NULL;
    r->company.len = 0;

    if (in.version > 1) {
        r->kept = webhook_codec_u64(&in);
        webhook_codec_text(&in, WEBHOOK_COMPANY_MAX, &r->company);
    }

    if (r->record_len > WEBHOOK_CALL_RECORD_MAX) {
        return MDB_CORRUPTED;
    }

    return webhook_row_end(&in);
}


size_t
webhook_row_record_size(const webhook_call_t *c)
{
    size_t    size;
    uint32_t  i;

    size = WEBHOOK_ROW_CALL_FIXED + c->name.len + c->remote.len
           + c->content_type.len + c->headers.len + c->body.len
           + c->verified.len + c->answer.len + c->error.len + c->outline.len;

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
    webhook_str_t           event;
    webhook_codec_out_t     out;
    webhook_call_action_t  *a;

    webhook_codec_write(&out, buf, size, WEBHOOK_ROW_RECORD, 3);

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
    webhook_codec_add_number(&out, c->outcome);

    event.data = (unsigned char *) c->event.bytes;
    event.len = c->durable ? WEBHOOK_ID_LEN : 0;

    webhook_codec_add_text(&out, &event);
    webhook_row_text(&out, &c->outline, WEBHOOK_CALL_TEXT_MAX);
    webhook_codec_add_number(&out, c->whole);
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
    webhook_str_t           event;
    webhook_codec_in_t      in;
    webhook_call_action_t  *a;

    webhook_codec_read(&in, v->mv_data, v->mv_size, WEBHOOK_ROW_RECORD, 3);

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

    c->outcome = WEBHOOK_CALL_UNTOLD;
    c->durable = 0;
    c->outline.data = NULL;
    c->outline.len = 0;
    c->whole = 0;
    c->known = 0;

    if (in.version > 1) {
        c->outcome = webhook_codec_number(&in, WEBHOOK_CALL_OUTCOMES - 1);
        webhook_codec_text(&in, WEBHOOK_ID_LEN, &event);

        if (event.len == WEBHOOK_ID_LEN) {
            memcpy(c->event.bytes, event.data, WEBHOOK_ID_LEN);
            c->durable = 1;

        } else if (event.len) {
            return MDB_CORRUPTED;
        }
    }

    if (in.version > 2) {
        webhook_codec_text(&in, WEBHOOK_CALL_TEXT_MAX, &c->outline);
        c->whole = webhook_codec_number(&in, 1) != 0;
        c->known = 1;
    }

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
