
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Rows of the store: whatever lies on the disk, reading it ends in a row or
 * in an error.  What was read, written and read again is the same.
 *
 * The first byte chooses the kind of row; the rest is its bytes, in memory of
 * just their length.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/layout/webhook_store_row_object.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);


/* Touches every byte of a text. */

static unsigned
text(const webhook_str_t *s)
{
    size_t    i;
    unsigned  sum;

    sum = 0;

    for (i = 0; i < s->len; i++) {
        sum += s->data[i];
    }

    return sum;
}


/* A record that was written has to be read, and to be the same when it is
   written again. */

static void
same(const unsigned char *a, size_t a_len, const unsigned char *b,
    size_t b_len)
{
    if (a_len == 0 || a_len != b_len || memcmp(a, b, a_len) != 0) {
        abort();
    }
}


static unsigned
row_head(const MDB_val *v)
{
    size_t              len;
    MDB_val             w;
    unsigned char       a[WEBHOOK_ROW_MAX], b[WEBHOOK_ROW_MAX];
    webhook_head_row_t  r;

    if (webhook_row_read_head(v, &r) != 0) {
        return 0;
    }

    len = webhook_row_write_head(a, &r);
    w.mv_data = a;
    w.mv_size = len;

    if (webhook_row_read_head(&w, &r) != 0) {
        abort();
    }

    same(a, len, b, webhook_row_write_head(b, &r));

    return text(&r.type) + r.renditions_count;
}


static unsigned
row_delivery(const MDB_val *v)
{
    size_t                  len;
    MDB_val                 w;
    unsigned char           a[WEBHOOK_ROW_MAX], b[WEBHOOK_ROW_MAX];
    webhook_delivery_row_t  r;

    if (webhook_row_read_delivery(v, &r) != 0) {
        return 0;
    }

    len = webhook_row_write_delivery(a, &r);
    w.mv_data = a;
    w.mv_size = len;

    if (webhook_row_read_delivery(&w, &r) != 0) {
        abort();
    }

    same(a, len, b, webhook_row_write_delivery(b, &r));

    return (unsigned) r.state;
}


static unsigned
row_attempt(const MDB_val *v)
{
    size_t              len;
    MDB_val             w;
    unsigned char       a[WEBHOOK_ROW_MAX], b[WEBHOOK_ROW_MAX];
    webhook_attempt_t   r;

    if (webhook_row_read_attempt(v, &r) != 0) {
        return 0;
    }

    len = webhook_row_write_attempt(a, &r, 0);
    w.mv_data = a;
    w.mv_size = len;

    if (webhook_row_read_attempt(&w, &r) != 0) {
        abort();
    }

    same(a, len, b, webhook_row_write_attempt(b, &r, 0));

    return text(&r.error) + text(&r.address) + text(&r.answer);
}


static unsigned
row_endpoint(const MDB_val *v)
{
    size_t                   len;
    MDB_val                  w;
    unsigned char            a[WEBHOOK_ROW_MAX], b[WEBHOOK_ROW_MAX];
    webhook_endpoint_row_t   r;

    memset(&r, 0, sizeof(r));

    if (webhook_row_read_endpoint(v, &r) != 0) {
        return 0;
    }

    len = webhook_row_write_endpoint(a, &r);
    w.mv_data = a;
    w.mv_size = len;

    if (webhook_row_read_endpoint(&w, &r) != 0) {
        abort();
    }

    same(a, len, b, webhook_row_write_endpoint(b, &r));

    return r.name_len;
}


static unsigned
row_form(const MDB_val *v)
{
    size_t                 len;
    MDB_val                w;
    unsigned char         *a, *b;
    webhook_rendition_t    r;

    memset(&r, 0, sizeof(r));

    if (webhook_row_read_rendition(v, &r) != 0) {
        return 0;
    }

    a = malloc(WEBHOOK_ROW_RENDITION_MAX);
    b = malloc(WEBHOOK_ROW_RENDITION_MAX);

    len = webhook_row_write_rendition(a, &r);
    w.mv_data = a;
    w.mv_size = len;

    if (webhook_row_read_rendition(&w, &r) != 0) {
        abort();
    }

    same(a, len, b, webhook_row_write_rendition(b, &r));

    free(a);
    free(b);

    return (unsigned) len;
}


static unsigned
row_task(const MDB_val *v)
{
    size_t               len;
    MDB_val              w;
    unsigned             sum;
    unsigned char        a[WEBHOOK_ROW_MAX], b[WEBHOOK_ROW_MAX];
    webhook_task_row_t   r;

    if (webhook_row_read_task(v, &r) != 0) {
        return 0;
    }

    sum = text(&r.task.filter.type) + text(&r.task.filter.company.name)
          + text(&r.task.path) + text(&r.task.value)
          + text(&r.task.company) + text(&r.task.by);

    len = webhook_row_write_task(a, &r);
    w.mv_data = a;
    w.mv_size = len;

    if (webhook_row_read_task(&w, &r) != 0) {
        abort();
    }

    same(a, len, b, webhook_row_write_task(b, &r));

    return sum;
}


static unsigned
row_ring(const MDB_val *v)
{
    size_t               len;
    MDB_val              w;
    unsigned char        a[WEBHOOK_ROW_RING_MAX], b[WEBHOOK_ROW_RING_MAX];
    webhook_ring_row_t   r;

    if (webhook_row_read_ring(v, &r) != 0) {
        return 0;
    }

    len = webhook_row_write_ring(a, &r);
    w.mv_data = a;
    w.mv_size = len;

    if (webhook_row_read_ring(&w, &r) != 0) {
        abort();
    }

    same(a, len, b, webhook_row_write_ring(b, &r));

    return r.minutes[0].sends;
}


static unsigned
row_small(const MDB_val *v, unsigned kind)
{
    uint32_t             format;
    webhook_call_row_t   call;
    webhook_state_row_t  state;
    webhook_clock_row_t  clock;
    webhook_owner_row_t  owner;

    switch (kind) {

    case 0:
        return (unsigned) webhook_row_read_state(v, &state);

    case 1:
        return webhook_row_read_clock(v, &clock) == 0 ? text(&clock.boot) : 0;

    case 2:
        return (unsigned) webhook_row_read_owner(v, &owner);

    case 3:
        return (unsigned) webhook_row_read_call(v, &call);

    default:
        return (unsigned) webhook_row_read_format(v, &format);
    }
}


static unsigned
row_record(const MDB_val *v)
{
    size_t                  size, len;
    MDB_val                 w;
    uint32_t                i;
    unsigned                sum;
    unsigned char          *a, *b;
    webhook_call_t          c;
    webhook_call_action_t   actions[WEBHOOK_CALL_ACTIONS_MAX];

    memset(&c, 0, sizeof(c));

    if (webhook_row_read_record(v, &c, actions) != 0) {
        return 0;
    }

    sum = text(&c.name) + text(&c.remote) + text(&c.content_type)
          + text(&c.body) + text(&c.error) + text(&c.outline);

    for (i = 0; i < c.actions_count; i++) {
        sum += text(&c.actions[i].method) + text(&c.actions[i].uri)
               + text(&c.actions[i].body);
    }

    /* the room that is asked for is always enough */

    size = webhook_row_record_size(&c);
    a = malloc(size);
    b = malloc(size);

    len = webhook_row_write_record(a, size, &c);
    w.mv_data = a;
    w.mv_size = len;

    if (webhook_row_read_record(&w, &c, actions) != 0) {
        abort();
    }

    same(a, len, b, webhook_row_write_record(b, size, &c));

    free(a);
    free(b);

    return sum;
}


static unsigned
row_object(const MDB_val *v)
{
    size_t                len;
    MDB_val               w;
    unsigned char         a[WEBHOOK_ROW_MAX], b[WEBHOOK_ROW_MAX];
    webhook_object_row_t  r;

    if (webhook_row_read_object(v, &r) != 0) {
        return 0;
    }

    len = webhook_row_write_object(a, &r);
    w.mv_data = a;
    w.mv_size = len;

    if (webhook_row_read_object(&w, &r) != 0) {
        abort();
    }

    same(a, len, b, webhook_row_write_object(b, &r));

    return text(&r.id) + text(&r.company) + text(&r.name) + text(&r.by);
}


static unsigned
row_audit(const MDB_val *v)
{
    size_t               len;
    MDB_val              w;
    unsigned char        a[WEBHOOK_ROW_MAX], b[WEBHOOK_ROW_MAX];
    webhook_audit_row_t  r;

    if (webhook_row_read_audit(v, &r) != 0) {
        return 0;
    }

    len = webhook_row_write_audit(a, &r);
    w.mv_data = a;
    w.mv_size = len;

    if (webhook_row_read_audit(&w, &r) != 0) {
        abort();
    }

    same(a, len, b, webhook_row_write_audit(b, &r));

    return text(&r.company);
}


static unsigned
row_answer(const MDB_val *v)
{
    size_t                len;
    MDB_val               w;
    unsigned char         a[WEBHOOK_ROW_MAX], b[WEBHOOK_ROW_MAX];
    webhook_answer_row_t  r;

    if (webhook_row_read_answer(v, &r) != 0) {
        return 0;
    }

    len = webhook_row_write_answer(a, &r);
    w.mv_data = a;
    w.mv_size = len;

    if (webhook_row_read_answer(&w, &r) != 0) {
        abort();
    }

    same(a, len, b, webhook_row_write_answer(b, &r));

    return r.body[0];
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    MDB_val            v;
    unsigned           kind;
    volatile unsigned  sum;

    if (len == 0) {
        return 0;
    }

    kind = data[0] % 16;

    v.mv_size = len - 1;
    v.mv_data = malloc(v.mv_size ? v.mv_size : 1);

    if (v.mv_data == NULL) {
        return 0;
    }

    memcpy(v.mv_data, data + 1, v.mv_size);

    switch (kind) {

    case 0:
        sum = row_head(&v);
        break;

    case 1:
        sum = row_delivery(&v);
        break;

    case 2:
        sum = row_attempt(&v);
        break;

    case 3:
        sum = row_endpoint(&v);
        break;

    case 4:
        sum = row_record(&v);
        break;

    case 10:
        sum = row_form(&v);
        break;

    case 11:
        sum = row_object(&v);
        break;

    case 12:
        sum = row_audit(&v);
        break;

    case 13:
        sum = row_answer(&v);
        break;

    case 14:
        sum = row_task(&v);
        break;

    case 15:
        sum = row_ring(&v);
        break;

    default:
        sum = row_small(&v, kind - 5);
        break;
    }

    (void) sum;

    free(v.mv_data);

    return 0;
}
