
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Records of a node of a cluster: its place there, and the entries of its
 * outbox.
 */

#include "core/base/webhook_codec.h"
#include "core/base/webhook_id.h"
#include "store/lmdb/layout/webhook_store_row_ship.h"
#include "store/lmdb/layout/webhook_store_row_int.h"


#define WEBHOOK_ROW_CLUSTER  'L'
#define WEBHOOK_ROW_OUTBOX   'Z'
#define WEBHOOK_ROW_SHARE    'Y'

#define WEBHOOK_ROW_AGAIN    0x01


static void webhook_row_add_id(webhook_codec_out_t *out,
    const webhook_id_t *id);
static void webhook_row_id(webhook_codec_in_t *in, webhook_id_t *id);


size_t
webhook_row_write_cluster(unsigned char *buf, const webhook_cluster_row_t *r)
{
    unsigned             i;
    webhook_codec_out_t  out;

    webhook_codec_write(&out, buf, WEBHOOK_ROW_MAX, WEBHOOK_ROW_CLUSTER, 1);

    webhook_row_add_id(&out, &r->incarnation);
    webhook_row_add_id(&out, &r->session);
    webhook_row_add_id(&out, &r->next);
    webhook_codec_add_u64(&out, r->epoch);
    webhook_codec_add_u64(&out, r->assigned);
    webhook_codec_add_u64(&out, r->confirmed);
    webhook_codec_add_u64(&out, r->base);
    webhook_codec_add_u64(&out, r->change);
    webhook_codec_add_u64(&out, r->fence);
    webhook_codec_add_u64(&out, r->boot);
    webhook_codec_add_u64(&out, r->entries);
    webhook_codec_add_u64(&out, r->gone);

    for (i = 0; i < WEBHOOK_CLASSES; i++) {
        webhook_codec_add_u64(&out, webhook_get_u64(r->history[i]));
        webhook_codec_add_u64(&out, webhook_get_u64(r->history[i] + 8));
        webhook_codec_add_u64(&out, webhook_get_u64(r->history[i] + 16));
    }

    webhook_codec_add_u64(&out, r->audit);
    webhook_codec_add_u8(&out, r->again ? WEBHOOK_ROW_AGAIN : 0);

    return webhook_codec_written(&out);
}


int
webhook_row_read_cluster(const MDB_val *v, webhook_cluster_row_t *r)
{
    unsigned            i;
    webhook_codec_in_t  in;

    webhook_codec_read(&in, v->mv_data, v->mv_size, WEBHOOK_ROW_CLUSTER, 1);

    webhook_row_id(&in, &r->incarnation);
    webhook_row_id(&in, &r->session);
    webhook_row_id(&in, &r->next);
    r->epoch = webhook_codec_u64(&in);
    r->assigned = webhook_codec_u64(&in);
    r->confirmed = webhook_codec_u64(&in);
    r->base = webhook_codec_u64(&in);
    r->change = webhook_codec_u64(&in);
    r->fence = webhook_codec_u64(&in);
    r->boot = webhook_codec_u64(&in);
    r->entries = webhook_codec_u64(&in);
    r->gone = webhook_codec_u64(&in);

    for (i = 0; i < WEBHOOK_CLASSES; i++) {
        webhook_set_u64(r->history[i], webhook_codec_u64(&in));
        webhook_set_u64(r->history[i] + 8, webhook_codec_u64(&in));
        webhook_set_u64(r->history[i] + 16, webhook_codec_u64(&in));
    }

    r->audit = webhook_codec_u64(&in);
    r->again = (webhook_codec_u8(&in) & WEBHOOK_ROW_AGAIN) != 0;

    if (r->base > r->confirmed || r->confirmed > r->assigned) {
        return MDB_CORRUPTED;
    }

    return webhook_row_end(&in);
}


size_t
webhook_row_write_outbox(unsigned char *buf, const webhook_outbox_row_t *r)
{
    webhook_codec_out_t  out;

    webhook_codec_write(&out, buf, WEBHOOK_ROW_MAX, WEBHOOK_ROW_OUTBOX, 1);

    webhook_codec_add_u8(&out, (uint8_t) r->kind);
    webhook_codec_add_u32(&out, r->part);
    webhook_row_add_id(&out, &r->id);
    webhook_codec_add_u64(&out, r->endpoint);
    webhook_codec_add_u64(&out, r->first);
    webhook_codec_add_u8(&out, (uint8_t) r->unsure);

    return webhook_codec_written(&out);
}


int
webhook_row_read_outbox(const MDB_val *v, webhook_outbox_row_t *r)
{
    uint8_t             kind;
    webhook_codec_in_t  in;

    webhook_codec_read(&in, v->mv_data, v->mv_size, WEBHOOK_ROW_OUTBOX, 1);

    kind = webhook_codec_u8(&in);
    r->part = webhook_codec_u32(&in);
    webhook_row_id(&in, &r->id);
    r->endpoint = webhook_codec_u64(&in);
    r->first = webhook_codec_u64(&in);
    r->unsure = webhook_codec_u8(&in) & 1;

    if (kind == 0 || kind >= WEBHOOK_SHIP_KINDS) {
        return MDB_CORRUPTED;
    }

    r->kind = kind;

    return webhook_row_end(&in);
}


size_t
webhook_row_write_share(unsigned char *buf, const webhook_share_row_t *r)
{
    unsigned             i;
    webhook_codec_out_t  out;

    webhook_codec_write(&out, buf, WEBHOOK_ROW_MAX, WEBHOOK_ROW_SHARE, 1);

    webhook_codec_add_u64(&out, r->session);
    webhook_codec_add_u32(&out, r->slots);
    webhook_codec_add_u32(&out, r->used);

    for (i = 0; i < WEBHOOK_SHARE_BLOCKS; i++) {
        webhook_codec_add_u64(&out, r->blocks[i].start);
        webhook_codec_add_u64(&out, r->blocks[i].late);
        webhook_codec_add_u64(&out, r->blocks[i].gap);
        webhook_codec_add_u32(&out, r->blocks[i].count);
    }

    return webhook_codec_written(&out);
}


int
webhook_row_read_share(const MDB_val *v, webhook_share_row_t *r)
{
    unsigned            i;
    webhook_codec_in_t  in;

    webhook_codec_read(&in, v->mv_data, v->mv_size, WEBHOOK_ROW_SHARE, 1);

    r->session = webhook_codec_u64(&in);
    r->slots = webhook_codec_u32(&in);
    r->used = webhook_codec_u32(&in);

    for (i = 0; i < WEBHOOK_SHARE_BLOCKS; i++) {
        r->blocks[i].start = webhook_codec_u64(&in);
        r->blocks[i].late = webhook_codec_u64(&in);
        r->blocks[i].gap = webhook_codec_u64(&in);
        r->blocks[i].count = webhook_codec_u32(&in);
    }

    return webhook_row_end(&in);
}


static void
webhook_row_add_id(webhook_codec_out_t *out, const webhook_id_t *id)
{
    webhook_codec_add_u64(out, webhook_get_u64(id->bytes));
    webhook_codec_add_u64(out, webhook_get_u64(id->bytes + 8));
}


static void
webhook_row_id(webhook_codec_in_t *in, webhook_id_t *id)
{
    webhook_set_u64(id->bytes, webhook_codec_u64(in));
    webhook_set_u64(id->bytes + 8, webhook_codec_u64(in));
}
