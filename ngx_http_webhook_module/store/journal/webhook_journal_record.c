
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * An event as a record of a journal.
 */

#include "store/journal/webhook_journal_record.h"
#include "core/base/webhook_codec.h"
#include "store/webhook_op_object.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>


#define WEBHOOK_JOURNAL_RECORD     'J'
#define WEBHOOK_JOURNAL_VERSION    1

#define WEBHOOK_JOURNAL_QUOTA      1        /* flags of a delivery */

#define WEBHOOK_JOURNAL_DELIVERY   12       /* bytes that one takes at least */


static void webhook_journal_renditions(webhook_codec_in_t *in,
    webhook_journal_event_t *e);
static int webhook_journal_deliveries(webhook_codec_in_t *in,
    webhook_journal_event_t *e);


int
webhook_journal_record_takes(const webhook_op_put_event_t *p)
{
    uint32_t  i;

    if (p->refuse || p->wire || p->idempotency.keep) {
        return 0;
    }

    for (i = 0; i < p->count; i++) {
        if (p->deliveries[i].order.len || p->deliveries[i].past) {
            return 0;
        }
    }

    return 1;
}


size_t
webhook_journal_record_write(unsigned char *buf, size_t size,
    const webhook_op_put_event_t *p)
{
    uint32_t              i;
    const webhook_put_t  *put;
    webhook_codec_out_t   out;

    webhook_codec_write(&out, buf, size, WEBHOOK_JOURNAL_RECORD,
                        WEBHOOK_JOURNAL_VERSION);

    webhook_codec_add_u64(&out, webhook_get_u64(p->id.bytes));
    webhook_codec_add_u64(&out, webhook_get_u64(p->id.bytes + 8));
    webhook_codec_add_u64(&out, p->wall);
    webhook_codec_add_text(&out, &p->type);
    webhook_codec_add_text(&out, &p->company);
    webhook_codec_add_number(&out, p->backlog);

    webhook_codec_add_number(&out, p->renditions_count);

    for (i = 0; i < p->renditions_count; i++) {
        webhook_codec_add_text(&out, &p->renditions[i].request);
        webhook_codec_add_text(&out, &p->renditions[i].content_type);
        webhook_codec_add_text(&out, &p->renditions[i].headers);
        webhook_codec_add_text(&out, &p->renditions[i].body);
    }

    webhook_codec_add_number(&out, p->count);

    for (i = 0; i < p->count; i++) {
        put = &p->deliveries[i];

        webhook_codec_add_u64(&out, put->endpoint);
        webhook_codec_add_number(&out, put->delay);
        webhook_codec_add_number(&out, put->rendition);
        webhook_codec_add_number(&out, put->steps);
        webhook_codec_add_u8(&out, put->quota ? WEBHOOK_JOURNAL_QUOTA : 0);
    }

    return webhook_codec_written(&out);
}


int
webhook_journal_record_read(const unsigned char *data, size_t len,
    webhook_journal_event_t *e)
{
    int                 rc;
    webhook_codec_in_t  in;

    memset(&e->put, 0, sizeof(webhook_op_put_event_t));

    if (webhook_codec_read(&in, data, len, WEBHOOK_JOURNAL_RECORD,
                           WEBHOOK_JOURNAL_VERSION)
        != WEBHOOK_OK)
    {
        return EBADMSG;
    }

    webhook_set_u64(e->put.id.bytes, webhook_codec_u64(&in));
    webhook_set_u64(e->put.id.bytes + 8, webhook_codec_u64(&in));
    e->put.wall = webhook_codec_u64(&in);
    webhook_codec_text(&in, WEBHOOK_STORE_TYPE_MAX, &e->put.type);
    webhook_codec_text(&in, WEBHOOK_COMPANY_MAX, &e->put.company);
    e->put.backlog = (uint32_t) webhook_codec_number(&in, UINT32_MAX);

    webhook_journal_renditions(&in, e);

    rc = webhook_journal_deliveries(&in, e);
    if (rc) {
        return rc;
    }

    return webhook_codec_done(&in) == WEBHOOK_OK ? 0 : EBADMSG;
}


static void
webhook_journal_renditions(webhook_codec_in_t *in, webhook_journal_event_t *e)
{
    uint32_t              i;
    webhook_rendition_t  *r;

    e->put.renditions = e->renditions;
    e->put.renditions_count =
                 (uint32_t) webhook_codec_number(in, WEBHOOK_RENDITIONS_MAX);

    for (i = 0; i < e->put.renditions_count; i++) {
        r = &e->renditions[i];

        webhook_codec_text(in, WEBHOOK_REQUEST_MAX, &r->request);
        webhook_codec_text(in, WEBHOOK_CONTENT_TYPE_MAX, &r->content_type);
        webhook_codec_text(in, WEBHOOK_HEADERS_MAX, &r->headers);
        webhook_codec_text(in, WEBHOOK_STORE_BODY_MAX, &r->body);
    }
}


static int
webhook_journal_deliveries(webhook_codec_in_t *in, webhook_journal_event_t *e)
{
    size_t          most;
    uint32_t        i, count;
    webhook_put_t  *put;

    most = (size_t) (in->end - in->pos) / WEBHOOK_JOURNAL_DELIVERY;

    count = (uint32_t) webhook_codec_number(in, most < UINT32_MAX
                                                ? most : UINT32_MAX);

    if (count > e->room) {
        put = realloc(e->deliveries, count * sizeof(webhook_put_t));
        if (put == NULL) {
            return ENOMEM;
        }

        e->deliveries = put;
        e->room = count;
    }

    for (i = 0; i < count; i++) {
        put = &e->deliveries[i];

        memset(put, 0, sizeof(webhook_put_t));

        put->endpoint = webhook_codec_u64(in);
        put->delay = webhook_codec_number(in, UINT64_MAX);
        put->rendition = (uint32_t) webhook_codec_number(in, UINT32_MAX);
        put->steps = (uint32_t) webhook_codec_number(in, UINT32_MAX);
        put->quota = webhook_codec_u8(in) & WEBHOOK_JOURNAL_QUOTA;
    }

    e->put.deliveries = e->deliveries;
    e->put.count = count;

    return 0;
}


void
webhook_journal_record_free(webhook_journal_event_t *e)
{
    free(e->deliveries);

    e->deliveries = NULL;
    e->room = 0;
}
