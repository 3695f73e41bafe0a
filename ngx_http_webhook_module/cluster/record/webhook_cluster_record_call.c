
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Records of calls.
 */

#include "cluster/record/webhook_cluster_record.h"
#include "core/base/webhook_codec.h"
#include "store/webhook_store_memory.h"


#define WEBHOOK_CLUSTER_KIND_CALL  0x63

#define WEBHOOK_CLUSTER_DURABLE  1
#define WEBHOOK_CLUSTER_WHOLE    2
#define WEBHOOK_CLUSTER_KNOWN    4


int
webhook_cluster_write_call(void **memory, const webhook_call_t *c,
    webhook_str_t *record)
{
    size_t                        size;
    uint32_t                      i;
    unsigned char                *p;
    webhook_str_t                 event;
    webhook_codec_out_t           out;
    const webhook_call_action_t  *a;

    size = WEBHOOK_CODEC_HEADER + WEBHOOK_ID_LEN
           + 16 * WEBHOOK_CODEC_NUMBER_MAX + c->name.len + c->remote.len
           + c->content_type.len + c->headers.len + c->body.len
           + c->verified.len + c->answer.len + c->error.len + c->outline.len;

    for (i = 0; i < c->actions_count; i++) {
        a = &c->actions[i];
        size += 5 * WEBHOOK_CODEC_NUMBER_MAX + a->method.len + a->uri.len
                + a->body.len;
    }

    p = webhook_memory_bytes(memory, size);
    if (p == NULL) {
        return WEBHOOK_NOMEM;
    }

    event.len = WEBHOOK_ID_LEN;
    event.data = (unsigned char *) c->event.bytes;

    webhook_codec_write(&out, p, size, WEBHOOK_CLUSTER_KIND_CALL, 1);
    webhook_codec_add_text(&out, &c->name);
    webhook_codec_add_number(&out, c->total);
    webhook_codec_add_number(&out, c->outcome);
    webhook_codec_add_number(&out, (c->durable ? WEBHOOK_CLUSTER_DURABLE : 0)
                                   | (c->whole ? WEBHOOK_CLUSTER_WHOLE : 0)
                                   | (c->known ? WEBHOOK_CLUSTER_KNOWN : 0));
    webhook_codec_add_text(&out, &event);
    webhook_codec_add_text(&out, &c->remote);
    webhook_codec_add_text(&out, &c->content_type);
    webhook_codec_add_text(&out, &c->headers);
    webhook_codec_add_text(&out, &c->body);
    webhook_codec_add_text(&out, &c->verified);
    webhook_codec_add_text(&out, &c->answer);
    webhook_codec_add_text(&out, &c->error);
    webhook_codec_add_text(&out, &c->outline);
    webhook_codec_add_number(&out, c->actions_count);

    for (i = 0; i < c->actions_count; i++) {
        a = &c->actions[i];

        webhook_codec_add_text(&out, &a->method);
        webhook_codec_add_text(&out, &a->uri);
        webhook_codec_add_text(&out, &a->body);
        webhook_codec_add_number(&out, a->status);
        webhook_codec_add_number(&out, a->total);
    }

    record->data = p;
    record->len = webhook_codec_written(&out);

    return record->len ? WEBHOOK_OK : WEBHOOK_LIMIT;
}


int
webhook_cluster_read_call(void **memory, const webhook_str_t *record,
    webhook_call_t *c)
{
    uint32_t                i;
    uint64_t                flags;
    webhook_str_t           event;
    webhook_codec_in_t      in;
    webhook_call_action_t  *a;

    if (webhook_codec_read(&in, record->data, record->len,
                           WEBHOOK_CLUSTER_KIND_CALL, 1)
        != WEBHOOK_OK)
    {
        return WEBHOOK_ERROR;
    }

    webhook_codec_text(&in, WEBHOOK_NAME_MAX + 16, &c->name);
    c->total = (uint32_t) webhook_codec_number(&in, UINT32_MAX);
    c->outcome = (webhook_call_outcome_e)
                     webhook_codec_number(&in, WEBHOOK_CALL_OUTCOMES - 1);
    flags = webhook_codec_number(&in, UINT32_MAX);
    webhook_codec_text(&in, WEBHOOK_ID_LEN, &event);
    webhook_codec_text(&in, WEBHOOK_CALL_TEXT_MAX, &c->remote);
    webhook_codec_text(&in, WEBHOOK_CALL_TEXT_MAX, &c->content_type);
    webhook_codec_text(&in, WEBHOOK_CALL_HEADERS_MAX, &c->headers);
    webhook_codec_text(&in, WEBHOOK_CALL_BODY_MAX, &c->body);
    webhook_codec_text(&in, WEBHOOK_CALL_VERIFIED_MAX, &c->verified);
    webhook_codec_text(&in, WEBHOOK_CALL_ANSWER_MAX, &c->answer);
    webhook_codec_text(&in, WEBHOOK_CALL_TEXT_MAX, &c->error);
    webhook_codec_text(&in, WEBHOOK_CALL_TEXT_MAX, &c->outline);
    c->actions_count = (uint32_t) webhook_codec_number(&in,
                                                   WEBHOOK_CALL_ACTIONS_MAX);

    if (in.failed || event.len != WEBHOOK_ID_LEN) {
        return WEBHOOK_ERROR;
    }

    memcpy(c->event.bytes, event.data, WEBHOOK_ID_LEN);

    c->durable = (flags & WEBHOOK_CLUSTER_DURABLE) != 0;
    c->whole = (flags & WEBHOOK_CLUSTER_WHOLE) != 0;
    c->known = (flags & WEBHOOK_CLUSTER_KNOWN) != 0;

    if (c->actions_count) {
        c->actions = webhook_memory_alloc(memory, c->actions_count
                                              * sizeof(webhook_call_action_t));
        if (c->actions == NULL) {
            return WEBHOOK_NOMEM;
        }
    }

    for (i = 0; i < c->actions_count; i++) {
        a = &c->actions[i];

        webhook_codec_text(&in, WEBHOOK_METHOD_MAX, &a->method);
        webhook_codec_text(&in, WEBHOOK_CALL_TEXT_MAX, &a->uri);
        webhook_codec_text(&in, WEBHOOK_CALL_TEXT_MAX, &a->body);
        a->status = (uint32_t) webhook_codec_number(&in, UINT32_MAX);
        a->total = (uint32_t) webhook_codec_number(&in, UINT32_MAX);
    }

    return webhook_codec_done(&in);
}
