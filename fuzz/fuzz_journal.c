
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Journals: whatever lies in the file, reading it ends, in events or in damage
 * that is told.  An event that was read, written and read again is the same.
 *
 * The first byte chooses: the rest is the file; or it is the records of two
 * batches that have their sums, with the claims of the next bytes.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/webhook_codec.h"
#include "store/journal/webhook_journal_read.h"


#define CLAIMS  4                       /* bytes of a batch before its records */


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);


static const unsigned char  id[WEBHOOK_JOURNAL_ID] = "ABCDEFGHIJKLMNO";


/* Wraps records in a batch; returns the bytes with what pads it. */

static size_t
batch(unsigned char *p, const uint8_t *data, size_t len)
{
    uint32_t              sum;
    static webhook_crc_t  crc;

    if (crc.table[0][1] == 0) {
        webhook_crc_init(&crc);
    }

    webhook_set_u32(p, 0x574a4231U);
    webhook_set_u32(p + 4, 1 + (data[0] > 250));
    memcpy(p + 8, id, sizeof(id));
    webhook_set_u64(p + 24, data[1] < 255 ? data[1] : UINT64_MAX);
    webhook_set_u32(p + 32, data[2]);
    webhook_set_u32(p + 36, (uint32_t) (len - CLAIMS));
    webhook_set_u64(p + 40, data[3]);

    memcpy(p + WEBHOOK_JOURNAL_HEAD, data + CLAIMS, len - CLAIMS);

    sum = webhook_crc(&crc, 0, p, 48);
    sum = webhook_crc(&crc, sum, p + WEBHOOK_JOURNAL_HEAD, len - CLAIMS);

    webhook_set_u32(p + 48, sum);

    len += WEBHOOK_JOURNAL_HEAD - CLAIMS + WEBHOOK_JOURNAL_BLOCK - 1;

    return len - len % WEBHOOK_JOURNAL_BLOCK;
}


/* Reads the same event back from what is written of it. */

static void
same(const webhook_op_put_event_t *put)
{
    size_t                   size, len;
    uint32_t                 i;
    unsigned char           *a, *b;
    webhook_journal_event_t  e;

    size = 256 + put->type.len + put->company.len + (size_t) put->count * 64;

    for (i = 0; i < put->renditions_count; i++) {
        size += 64 + put->renditions[i].request.len
                + put->renditions[i].content_type.len
                + put->renditions[i].headers.len
                + put->renditions[i].body.len;
    }

    a = malloc(size);
    b = malloc(size);

    if (a == NULL || b == NULL) {
        free(a);
        free(b);
        return;
    }

    memset(&e, 0, sizeof(e));

    len = webhook_journal_record_write(a, size, put);

    if (len == 0 || webhook_journal_record_read(a, len, &e) != 0
        || webhook_journal_record_write(b, size, &e.put) != len
        || memcmp(a, b, len) != 0)
    {
        abort();
    }

    webhook_journal_record_free(&e);
    free(a);
    free(b);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    int                      fd;
    size_t                   size, half;
    uint64_t                 last;
    unsigned char           *file;
    webhook_journal_read_t   r;
    webhook_journal_read_e   what;

    if (len < 2 * CLAIMS + 2 || len > 65536) {
        return 0;
    }

    file = calloc(1, len + 4 * WEBHOOK_JOURNAL_BLOCK);
    fd = memfd_create("journal", 0);

    if (file == NULL || fd == -1) {
        abort();
    }

    if (data[0] == 0) {
        size = len - 1;
        memcpy(file, data + 1, size);

    } else {
        half = CLAIMS + (len - 1 - 2 * CLAIMS) * data[0] / 255;

        size = batch(file, data + 1, half);
        size += batch(file + size, data + 1 + half, len - 1 - half);
    }

    if (write(fd, file, size) != (ssize_t) size
        || webhook_journal_read_open(&r, fd, id) != 0)
    {
        abort();
    }

    last = 0;

    for ( ;; ) {
        what = webhook_journal_read_next(&r);

        if (what == WEBHOOK_JOURNAL_END || what == WEBHOOK_JOURNAL_MEMORY) {
            break;
        }

        /* it ends, for it goes on */

        if (r.sequence < last) {
            abort();
        }

        last = r.sequence;

        if (what == WEBHOOK_JOURNAL_EVENT
            && webhook_journal_record_takes(&r.event.put))
        {
            same(&r.event.put);
        }
    }

    webhook_journal_read_close(&r);
    close(fd);
    free(file);

    return 0;
}
