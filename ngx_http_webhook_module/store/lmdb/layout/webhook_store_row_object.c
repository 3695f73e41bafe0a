
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Records of objects, of the audit, and of what is done once.
 */

#include "store/lmdb/layout/webhook_store_row_object.h"
#include "core/base/webhook_codec.h"
#include "store/lmdb/layout/webhook_store_row_int.h"


#define WEBHOOK_ROW_OBJECT  'N'
#define WEBHOOK_ROW_AUDIT   'U'
#define WEBHOOK_ROW_ANSWER  'W'

/* Flags of an object. */
#define WEBHOOK_ROW_REMOVED  0x01
#define WEBHOOK_ROW_SHARED   0x02


size_t
webhook_row_write_object(unsigned char *buf, const webhook_object_row_t *r)
{
    webhook_codec_out_t  out;

    webhook_codec_write(&out, buf, WEBHOOK_ROW_MAX, WEBHOOK_ROW_OBJECT, 1);

    webhook_codec_add_text(&out, &r->id);
    webhook_codec_add_text(&out, &r->company);
    webhook_codec_add_text(&out, &r->name);
    webhook_codec_add_text(&out, &r->by);
    webhook_codec_add_u64(&out, r->version);
    webhook_codec_add_u64(&out, r->change);
    webhook_codec_add_u64(&out, r->made);
    webhook_codec_add_u64(&out, r->created);
    webhook_codec_add_u64(&out, r->updated);
    webhook_codec_add_u64(&out, r->blob);
    webhook_codec_add_u32(&out, r->len);
    webhook_codec_add_u8(&out, (r->removed ? WEBHOOK_ROW_REMOVED : 0)
                               | (r->shared ? WEBHOOK_ROW_SHARED : 0));

    return webhook_codec_written(&out);
}


int
webhook_row_read_object(const MDB_val *v, webhook_object_row_t *r)
{
    uint8_t             flags;
    webhook_codec_in_t  in;

    webhook_codec_read(&in, v->mv_data, v->mv_size, WEBHOOK_ROW_OBJECT, 1);

    webhook_codec_text(&in, WEBHOOK_OBJECT_ID_MAX, &r->id);
    webhook_codec_text(&in, WEBHOOK_COMPANY_MAX, &r->company);
    webhook_codec_text(&in, WEBHOOK_OBJECT_NAME_MAX, &r->name);
    webhook_codec_text(&in, WEBHOOK_OBJECT_BY_MAX, &r->by);
    r->version = webhook_codec_u64(&in);
    r->change = webhook_codec_u64(&in);
    r->made = webhook_codec_u64(&in);
    r->created = webhook_codec_u64(&in);
    r->updated = webhook_codec_u64(&in);
    r->blob = webhook_codec_u64(&in);
    r->len = webhook_codec_u32(&in);
    flags = webhook_codec_u8(&in);

    r->removed = (flags & WEBHOOK_ROW_REMOVED) != 0;
    r->shared = (flags & WEBHOOK_ROW_SHARED) != 0;

    if (flags > (WEBHOOK_ROW_REMOVED | WEBHOOK_ROW_SHARED)
        || r->len > WEBHOOK_OBJECT_DATA_MAX || r->version == 0
        || (r->removed ? r->len != 0 : r->name.len == 0))
    {
        return MDB_CORRUPTED;
    }

    return webhook_row_end(&in);
}


size_t
webhook_row_write_audit(unsigned char *buf, const webhook_audit_row_t *r)
{
    webhook_codec_out_t  out;

    webhook_codec_write(&out, buf, WEBHOOK_ROW_MAX, WEBHOOK_ROW_AUDIT, 1);

    webhook_codec_add_u64(&out, r->wall);
    webhook_codec_add_u64(&out, r->age);
    webhook_codec_add_text(&out, &r->company);
    webhook_codec_add_u64(&out, r->blob);
    webhook_codec_add_u32(&out, r->len);

    return webhook_codec_written(&out);
}


int
webhook_row_read_audit(const MDB_val *v, webhook_audit_row_t *r)
{
    webhook_codec_in_t  in;

    webhook_codec_read(&in, v->mv_data, v->mv_size, WEBHOOK_ROW_AUDIT, 1);

    r->wall = webhook_codec_u64(&in);
    r->age = webhook_codec_u64(&in);
    webhook_codec_text(&in, WEBHOOK_COMPANY_MAX, &r->company);
    r->blob = webhook_codec_u64(&in);
    r->len = webhook_codec_u32(&in);

    if (r->len > WEBHOOK_AUDIT_DATA_MAX) {
        return MDB_CORRUPTED;
    }

    return webhook_row_end(&in);
}


size_t
webhook_row_write_answer(unsigned char *buf, const webhook_answer_row_t *r)
{
    webhook_str_t        body;
    webhook_codec_out_t  out;

    body.data = (unsigned char *) r->body;
    body.len = WEBHOOK_ONCE_LEN;

    webhook_codec_write(&out, buf, WEBHOOK_ROW_MAX, WEBHOOK_ROW_ANSWER, 1);

    webhook_codec_add_u64(&out, r->caller);
    webhook_codec_add_u64(&out, r->number);
    webhook_codec_add_u64(&out, r->end);
    webhook_codec_add_text(&out, &body);
    webhook_codec_add_u64(&out, r->blob);
    webhook_codec_add_u32(&out, r->len);

    return webhook_codec_written(&out);
}


int
webhook_row_read_answer(const MDB_val *v, webhook_answer_row_t *r)
{
    webhook_str_t       body;
    webhook_codec_in_t  in;

    webhook_codec_read(&in, v->mv_data, v->mv_size, WEBHOOK_ROW_ANSWER, 1);

    r->caller = webhook_codec_u64(&in);
    r->number = webhook_codec_u64(&in);
    r->end = webhook_codec_u64(&in);
    webhook_codec_text(&in, WEBHOOK_ONCE_LEN, &body);
    r->blob = webhook_codec_u64(&in);
    r->len = webhook_codec_u32(&in);

    if (body.len != WEBHOOK_ONCE_LEN || r->len > WEBHOOK_ONCE_ANSWER_MAX) {
        return MDB_CORRUPTED;
    }

    memcpy(r->body, body.data, WEBHOOK_ONCE_LEN);

    return webhook_row_end(&in);
}
