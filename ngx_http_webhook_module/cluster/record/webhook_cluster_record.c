
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "cluster/record/webhook_cluster_record.h"
#include "core/base/webhook_codec.h"
#include "store/webhook_store_memory.h"


#define WEBHOOK_CLUSTER_KIND_EVENT     0x65
#define WEBHOOK_CLUSTER_KIND_DELIVERY  0x64
#define WEBHOOK_CLUSTER_KIND_ATTEMPT   0x61

#define WEBHOOK_CLUSTER_NAME_MAX       (WEBHOOK_NAME_MAX + 16)

#define WEBHOOK_CLUSTER_BLOCKS  1
#define WEBHOOK_CLUSTER_PARKED  2

/* what an attempt takes at most, but for its texts */
#define WEBHOOK_CLUSTER_ATTEMPT_SIZE                                          \
    (WEBHOOK_CODEC_HEADER + 11 * WEBHOOK_CODEC_NUMBER_MAX)


static int webhook_cluster_record_done(const webhook_codec_out_t *out,
    webhook_str_t *record);


int
webhook_cluster_write_event(void **memory, const webhook_cluster_event_t *e,
    webhook_str_t *record)
{
    size_t                      size;
    uint32_t                    i;
    unsigned char              *p;
    webhook_str_t               wire;
    webhook_codec_out_t         out;
    const webhook_rendition_t  *r;

    size = WEBHOOK_CODEC_HEADER + WEBHOOK_ID_LEN
           + 2 * WEBHOOK_CODEC_NUMBER_MAX;

    for (i = 0; i < e->renditions_count; i++) {
        r = &e->renditions[i];
        size += r->request.len + r->content_type.len + r->headers.len
                + r->body.len + 4 * WEBHOOK_CODEC_NUMBER_MAX;
    }

    p = webhook_memory_bytes(memory, size);
    if (p == NULL) {
        return WEBHOOK_NOMEM;
    }

    wire.len = WEBHOOK_ID_LEN;
    wire.data = (unsigned char *) e->wire.bytes;

    webhook_codec_write(&out, p, size, WEBHOOK_CLUSTER_KIND_EVENT, 1);
    webhook_codec_add_text(&out, &wire);
    webhook_codec_add_number(&out, e->renditions_count);

    for (i = 0; i < e->renditions_count; i++) {
        r = &e->renditions[i];

        webhook_codec_add_text(&out, &r->request);
        webhook_codec_add_text(&out, &r->content_type);
        webhook_codec_add_text(&out, &r->headers);
        webhook_codec_add_text(&out, &r->body);
    }

    return webhook_cluster_record_done(&out, record);
}


int
webhook_cluster_read_event(void **memory, const webhook_str_t *record,
    webhook_cluster_event_t *e)
{
    uint32_t              i;
    webhook_str_t         wire;
    webhook_codec_in_t    in;
    webhook_rendition_t  *r;

    if (webhook_codec_read(&in, record->data, record->len,
                           WEBHOOK_CLUSTER_KIND_EVENT, 1)
        != WEBHOOK_OK)
    {
        return WEBHOOK_ERROR;
    }

    webhook_codec_text(&in, WEBHOOK_ID_LEN, &wire);

    if (wire.len != WEBHOOK_ID_LEN) {
        return WEBHOOK_ERROR;
    }

    memcpy(e->wire.bytes, wire.data, WEBHOOK_ID_LEN);

    e->renditions_count = (uint32_t) webhook_codec_number(&in,
                                                     WEBHOOK_RENDITIONS_MAX);
    if (in.failed || e->renditions_count == 0) {
        return WEBHOOK_ERROR;
    }

    e->renditions = webhook_memory_alloc(memory,
                        e->renditions_count * sizeof(webhook_rendition_t));
    if (e->renditions == NULL) {
        return WEBHOOK_NOMEM;
    }

    for (i = 0; i < e->renditions_count; i++) {
        r = &e->renditions[i];

        webhook_codec_text(&in, WEBHOOK_REQUEST_MAX, &r->request);
        webhook_codec_text(&in, WEBHOOK_CONTENT_TYPE_MAX, &r->content_type);
        webhook_codec_text(&in, WEBHOOK_HEADERS_MAX, &r->headers);
        webhook_codec_text(&in, WEBHOOK_STORE_BODY_MAX, &r->body);
    }

    return webhook_codec_done(&in);
}


int
webhook_cluster_write_delivery(void **memory,
    const webhook_cluster_delivery_t *d, uint64_t now, webhook_str_t *record)
{
    int64_t                    due;
    size_t                     size;
    unsigned char             *p;
    webhook_codec_out_t        out;
    const webhook_delivery_t  *v;

    v = &d->full.delivery;

    size = WEBHOOK_CODEC_HEADER + v->endpoint_name.len + v->error.len
           + 10 * WEBHOOK_CODEC_NUMBER_MAX;

    p = webhook_memory_bytes(memory, size);
    if (p == NULL) {
        return WEBHOOK_NOMEM;
    }

    due = (int64_t) now + v->due;

    webhook_codec_write(&out, p, size, WEBHOOK_CLUSTER_KIND_DELIVERY, 1);
    webhook_codec_add_text(&out, &v->endpoint_name);
    webhook_codec_add_number(&out, v->step);
    webhook_codec_add_number(&out, v->steps);
    webhook_codec_add_number(&out, v->rendition);
    webhook_codec_add_number(&out, d->tries);
    webhook_codec_add_number(&out, due > 0 ? (uint64_t) due : 0);
    webhook_codec_add_number(&out, v->sent);
    webhook_codec_add_text(&out, &v->error);
    webhook_codec_add_number(&out, (v->blocks ? WEBHOOK_CLUSTER_BLOCKS : 0)
                                   | (v->parked ? WEBHOOK_CLUSTER_PARKED : 0));

    return webhook_cluster_record_done(&out, record);
}


int
webhook_cluster_read_delivery(const webhook_str_t *record, uint64_t now,
    webhook_cluster_delivery_t *d)
{
    uint64_t             due, flags;
    webhook_codec_in_t   in;
    webhook_delivery_t  *v;

    v = &d->full.delivery;

    if (webhook_codec_read(&in, record->data, record->len,
                           WEBHOOK_CLUSTER_KIND_DELIVERY, 1)
        != WEBHOOK_OK)
    {
        return WEBHOOK_ERROR;
    }

    webhook_codec_text(&in, WEBHOOK_CLUSTER_NAME_MAX, &v->endpoint_name);
    v->step = (uint32_t) webhook_codec_number(&in, UINT32_MAX);
    v->steps = (uint32_t) webhook_codec_number(&in, UINT32_MAX);
    v->rendition = (uint32_t) webhook_codec_number(&in, UINT32_MAX);
    d->tries = (uint32_t) webhook_codec_number(&in, UINT32_MAX);
    due = webhook_codec_number(&in, INT64_MAX);
    v->sent = webhook_codec_number(&in, UINT64_MAX);
    webhook_codec_text(&in, WEBHOOK_ERROR_MAX, &v->error);
    flags = webhook_codec_number(&in, UINT32_MAX);

    v->due = (int64_t) due - (int64_t) now;
    v->blocks = (flags & WEBHOOK_CLUSTER_BLOCKS) != 0;
    v->parked = (flags & WEBHOOK_CLUSTER_PARKED) != 0;

    return webhook_codec_done(&in);
}


/* Each has its length before it. */

int
webhook_cluster_write_attempts(void **memory,
    const webhook_cluster_delivery_t *d, webhook_str_t *records)
{
    size_t                    size, len;
    uint32_t                  i;
    unsigned char            *p;
    webhook_codec_out_t       out;
    const webhook_attempt_t  *a;

    records->len = 0;
    records->data = NULL;

    if (d->full.attempts_count == 0) {
        return WEBHOOK_OK;
    }

    size = 0;

    for (i = 0; i < d->full.attempts_count; i++) {
        a = &d->full.attempts[i];
        size += 4 + WEBHOOK_CLUSTER_ATTEMPT_SIZE + a->error.len
                + a->address.len + a->answer.len;
    }

    p = webhook_memory_bytes(memory, size);
    if (p == NULL) {
        return WEBHOOK_NOMEM;
    }

    records->data = p;

    for (i = 0; i < d->full.attempts_count; i++) {
        a = &d->full.attempts[i];

        if (a->error.len > WEBHOOK_ERROR_MAX
            || a->address.len > WEBHOOK_ADDRESS_MAX
            || a->answer.len > WEBHOOK_ANSWER_MAX)
        {
            return WEBHOOK_LIMIT;
        }

        webhook_codec_write(&out, p + 4,
                            size - (size_t) (p + 4 - records->data),
                            WEBHOOK_CLUSTER_KIND_ATTEMPT, 1);
        webhook_codec_add_number(&out, a->number);
        webhook_codec_add_number(&out, a->wall);
        webhook_codec_add_number(&out, a->status);
        webhook_codec_add_number(&out, a->connect);
        webhook_codec_add_number(&out, a->tls);
        webhook_codec_add_number(&out, a->first_byte);
        webhook_codec_add_number(&out, a->total);
        webhook_codec_add_text(&out, &a->error);
        webhook_codec_add_text(&out, &a->address);
        webhook_codec_add_text(&out, &a->answer);

        len = webhook_codec_written(&out);
        if (len == 0) {
            return WEBHOOK_LIMIT;
        }

        webhook_set_u32(p, (uint32_t) len);
        p += 4 + len;
    }

    records->len = (size_t) (p - records->data);

    return WEBHOOK_OK;
}


int
webhook_cluster_read_attempts(void **memory, const webhook_str_t *records,
    webhook_cluster_delivery_t *d)
{
    size_t                len;
    uint32_t              count;
    webhook_attempt_t    *a;
    webhook_codec_in_t    in;
    const unsigned char  *p, *end;

    d->full.attempts = NULL;
    d->full.attempts_count = 0;

    end = records->data + records->len;
    count = 0;

    for (p = records->data; p < end; p += 4 + len) {
        if (end - p < 4) {
            return WEBHOOK_ERROR;
        }

        len = webhook_get_u32(p);

        if ((size_t) (end - p - 4) < len) {
            return WEBHOOK_ERROR;
        }

        count++;
    }

    if (count == 0) {
        return WEBHOOK_OK;
    }

    a = webhook_memory_alloc(memory, count * sizeof(webhook_attempt_t));
    if (a == NULL) {
        return WEBHOOK_NOMEM;
    }

    d->full.attempts = a;

    for (p = records->data; p < end; p += 4 + len) {
        len = webhook_get_u32(p);

        if (webhook_codec_read(&in, p + 4, len, WEBHOOK_CLUSTER_KIND_ATTEMPT,
                               1)
            != WEBHOOK_OK)
        {
            return WEBHOOK_ERROR;
        }

        a->number = (uint32_t) webhook_codec_number(&in, UINT32_MAX);
        a->wall = webhook_codec_number(&in, UINT64_MAX);
        a->status = (uint32_t) webhook_codec_number(&in, UINT32_MAX);
        a->connect = (uint32_t) webhook_codec_number(&in, UINT32_MAX);
        a->tls = (uint32_t) webhook_codec_number(&in, UINT32_MAX);
        a->first_byte = (uint32_t) webhook_codec_number(&in, UINT32_MAX);
        a->total = (uint32_t) webhook_codec_number(&in, UINT32_MAX);
        webhook_codec_text(&in, WEBHOOK_ERROR_MAX, &a->error);
        webhook_codec_text(&in, WEBHOOK_ADDRESS_MAX, &a->address);
        webhook_codec_text(&in, WEBHOOK_ANSWER_MAX, &a->answer);

        if (webhook_codec_done(&in) != WEBHOOK_OK) {
            return WEBHOOK_ERROR;
        }

        /* one that was told twice stands here twice */

        if (d->full.attempts_count
            && a->number <= d->full.attempts[d->full.attempts_count - 1].number)
        {
            memset(a, 0, sizeof(webhook_attempt_t));
            continue;
        }

        d->full.attempts_count++;
        a++;
    }

    return WEBHOOK_OK;
}


static int
webhook_cluster_record_done(const webhook_codec_out_t *out,
    webhook_str_t *record)
{
    record->data = out->start;
    record->len = webhook_codec_written(out);

    return record->len ? WEBHOOK_OK : WEBHOOK_LIMIT;
}
