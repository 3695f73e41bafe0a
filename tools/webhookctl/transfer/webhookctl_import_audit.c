
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The audit of another store is brought in.  A record may have got another
 * number here, for which reason those that are here already are known by what
 * they say, and by their time: each of them stands for one that comes.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <stdlib.h>
#include <string.h>

#include "webhookctl/webhookctl.h"
#include "webhookctl/transfer/webhookctl_export.h"
#include "core/base/webhook_hash.h"


#define CTL_SEEN_PAGE   1000
#define CTL_SEEN_BYTES  (4 * 1024 * 1024)


typedef struct {
    unsigned char  digest[WEBHOOK_HASH_LEN];    /* first */
    unsigned       used;
} ctl_seen_row_t;


struct ctl_seen_s {
    ctl_seen_row_t  *rows;              /* by their digests */
    size_t           count;
    size_t           size;
};


static int ctl_seen_read(ctl_import_t *m);
static int ctl_seen_add(ctl_seen_t *seen, const webhook_op_audit_t *page);
static int ctl_seen_compare(const void *one, const void *two);
static int ctl_seen_take(ctl_seen_t *seen, const webhook_op_record_t *r);
static void ctl_seen_digest(uint64_t wall, const webhook_str_t *company,
    const webhook_str_t *data, unsigned char digest[WEBHOOK_HASH_LEN]);


int
ctl_import_audit(ctl_import_t *m, json_t *json)
{
    webhook_op_t          op, *ops;
    webhook_op_record_t  *r;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_RECORD;
    ops = &op;
    r = &op.u.record;

    r->past = ctl_import_number(json, "number");
    r->wall = ctl_import_number(json, "time_ms");

    if (ctl_import_text(json, "company", &r->company) != 0
        || ctl_import_text(json, "data", &r->data) != 0
        || r->past == 0 || r->data.len == 0)
    {
        return -1;
    }

    if (m->seen == NULL && ctl_seen_read(m) != 0) {
        m->failed++;
        return 0;
    }

    if (ctl_seen_take(m->seen, r)) {
        m->there++;
        return 0;
    }

    webhook_store_apply(m->st, &ops, 1);
    ctl_import_applied(m, &op, &m->records);

    return 0;
}


void
ctl_import_audit_free(ctl_import_t *m)
{
    if (m->seen) {
        free(m->seen->rows);
        free(m->seen);
    }

    m->seen = NULL;
}


/* Where that fails the record is not brought in, for it might be there. */

static int
ctl_seen_read(ctl_import_t *m)
{
    webhook_op_t         op, *ops;
    webhook_op_audit_t  *page;

    m->seen = calloc(1, sizeof(ctl_seen_t));

    if (m->seen == NULL) {
        ctl_say("no memory");
        return 1;
    }

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_AUDIT;
    ops = &op;
    page = &op.u.audit;

    page->oldest = 1;
    page->max = CTL_SEEN_PAGE;
    page->max_bytes = CTL_SEEN_BYTES;

    do {
        webhook_store_apply(m->st, &ops, 1);

        if (op.result != WEBHOOK_STORE_OK) {
            ctl_import_audit_free(m);
            return ctl_failed(&op, "the audit log");
        }

        if (ctl_seen_add(m->seen, page) != 0) {
            webhook_op_free(&op);
            ctl_import_audit_free(m);
            ctl_say("no memory");
            return 1;
        }

        webhook_op_free(&op);

    } while (page->more);

    if (m->seen->count) {
        qsort(m->seen->rows, m->seen->count, sizeof(ctl_seen_row_t),
              ctl_seen_compare);
    }

    return 0;
}


static int
ctl_seen_add(ctl_seen_t *seen, const webhook_op_audit_t *page)
{
    size_t                  size;
    uint32_t                i;
    ctl_seen_row_t         *rows;
    const webhook_audit_t  *record;

    size = seen->size;

    while (size < seen->count + page->count) {
        size = size ? 2 * size : CTL_SEEN_PAGE;
    }

    if (size > seen->size) {
        rows = realloc(seen->rows, size * sizeof(ctl_seen_row_t));
        if (rows == NULL) {
            return -1;
        }

        seen->rows = rows;
        seen->size = size;
    }

    for (i = 0; i < page->count; i++) {
        record = &page->records[i];
        rows = &seen->rows[seen->count++];

        ctl_seen_digest(record->wall, &record->company, &record->data,
                        rows->digest);
        rows->used = 0;
    }

    return 0;
}


static int
ctl_seen_compare(const void *one, const void *two)
{
    return memcmp(one, two, WEBHOOK_HASH_LEN);
}


/* 1 if it is there: the next one that is the same is another. */

static int
ctl_seen_take(ctl_seen_t *seen, const webhook_op_record_t *r)
{
    size_t         i;
    unsigned char  digest[WEBHOOK_HASH_LEN];

    ctl_seen_digest(r->wall, &r->company, &r->data, digest);

    for (i = webhook_hash_find(seen->rows, seen->count, sizeof(ctl_seen_row_t),
                               digest);
         i < seen->count
         && memcmp(seen->rows[i].digest, digest, WEBHOOK_HASH_LEN) == 0;
         i++)
    {
        if (!seen->rows[i].used) {
            seen->rows[i].used = 1;
            return 1;
        }
    }

    return 0;
}


static void
ctl_seen_digest(uint64_t wall, const webhook_str_t *company,
    const webhook_str_t *data, unsigned char digest[WEBHOOK_HASH_LEN])
{
    webhook_hash_t  hash;

    webhook_hash_init(&hash);
    webhook_hash_add(&hash, &wall, sizeof(wall));
    webhook_hash_text(&hash, company);
    webhook_hash_text(&hash, data);
    webhook_hash_end(&hash, digest);
}
