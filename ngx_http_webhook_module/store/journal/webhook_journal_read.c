
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Reading a journal back.  Each block may be where a batch begins; what was
 * written over in part has not got its sum, and what is left of older batches
 * stands behind in sequence.
 */

#include "store/journal/webhook_journal_read.h"
#include "core/base/webhook_codec.h"
#include "store/journal/webhook_journal_int.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>


static int webhook_journal_load(webhook_journal_read_t *r, int fd);
static void webhook_journal_scan(webhook_journal_read_t *r,
    const unsigned char *id);
static int webhook_journal_order(const void *one, const void *two);
static void webhook_journal_skip(webhook_journal_read_t *r,
    const webhook_journal_batch_t *b);
static webhook_journal_read_e webhook_journal_record(
    webhook_journal_read_t *r, const webhook_journal_batch_t *b);


int
webhook_journal_read_open(webhook_journal_read_t *r, int fd,
    const unsigned char *id)
{
    int          rc;
    struct stat  sb;

    memset(r, 0, sizeof(webhook_journal_read_t));

    if (fstat(fd, &sb) == -1) {
        return errno;
    }

    if (!S_ISREG(sb.st_mode) || sb.st_size < 0
        || (uint64_t) sb.st_size > WEBHOOK_JOURNAL_FILE_MAX)
    {
        return EFBIG;
    }

    r->size = (size_t) sb.st_size;
    r->data = malloc(r->size + 1);
    r->batches = malloc((r->size / WEBHOOK_JOURNAL_BLOCK + 1)
                        * sizeof(webhook_journal_batch_t));

    rc = (r->data && r->batches) ? webhook_journal_load(r, fd) : ENOMEM;

    if (rc) {
        webhook_journal_read_close(r);
        return rc;
    }

    webhook_journal_scan(r, id);

    return 0;
}


uint64_t
webhook_journal_read_used(int fd, const unsigned char *id, uint64_t sequence,
    uint32_t *heads)
{
    off_t          offset;
    size_t         step;
    uint64_t       used;
    unsigned char  head[WEBHOOK_JOURNAL_HEAD];

    used = 0;

    for (offset = 0;
         (uint64_t) offset < WEBHOOK_JOURNAL_FILE_MAX
         && pread(fd, head, sizeof(head), offset) == sizeof(head);
         offset += (off_t) step)
    {
        (*heads)++;

        step = WEBHOOK_JOURNAL_BLOCK;

        if (webhook_get_u32(head) != WEBHOOK_JOURNAL_MAGIC
            || memcmp(head + 8, id, WEBHOOK_JOURNAL_ID) != 0)
        {
            continue;
        }

        /* one that is not needed any more is whole, too, while its head is
           there: what is written over batches begins at a head */

        step += (size_t) webhook_get_u32(head + 36) + WEBHOOK_JOURNAL_HEAD - 1;
        step -= step % WEBHOOK_JOURNAL_BLOCK;

        if (webhook_get_u64(head + 24) + webhook_get_u32(head + 32) - 1
            > sequence)
        {
            used += step;
        }
    }

    return used;
}


static int
webhook_journal_load(webhook_journal_read_t *r, int fd)
{
    size_t   len;
    ssize_t  n;

    for (len = 0; len < r->size; len += (size_t) n) {

        n = pread(fd, r->data + len, r->size - len, (off_t) len);

        if (n == -1 && errno == EINTR) {
            n = 0;
            continue;
        }

        if (n == -1) {
            return errno;
        }

        if (n == 0) {

            /* it was made shorter meanwhile */

            r->size = len;
        }
    }

    return 0;
}


void
webhook_journal_read_close(webhook_journal_read_t *r)
{
    webhook_journal_record_free(&r->event);

    free(r->data);
    free(r->batches);

    r->data = NULL;
    r->batches = NULL;
}


static void
webhook_journal_scan(webhook_journal_read_t *r, const unsigned char *id)
{
    size_t                    offset, len, step;
    uint64_t                  torn, last;
    webhook_crc_t             crc;
    const unsigned char      *p;
    webhook_journal_batch_t  *b;

    webhook_crc_init(&crc);

    torn = 0;
    last = 0;

    for (offset = 0;
         r->size - offset >= WEBHOOK_JOURNAL_HEAD;
         offset += step)
    {
        step = WEBHOOK_JOURNAL_BLOCK;

        p = r->data + offset;

        if (webhook_get_u32(p) == WEBHOOK_JOURNAL_MAGIC
            && memcmp(p + 8, id, WEBHOOK_JOURNAL_ID) == 0)
        {
            len = (size_t) webhook_get_u32(p + 36) + WEBHOOK_JOURNAL_HEAD;

            if (len > r->size - offset
                || webhook_get_u32(p + WEBHOOK_JOURNAL_SUM)
                   != webhook_journal_sum(&crc, p, len)
                || webhook_get_u32(p + 32) == 0
                || webhook_get_u32(p + 32) > len / 4)
            {
                if (webhook_get_u64(p + 24) > torn) {
                    torn = webhook_get_u64(p + 24);
                }

            } else if (webhook_get_u32(p + 4) > WEBHOOK_JOURNAL_FORMAT) {
                r->newer = 1;

            } else {
                b = &r->batches[r->count++];

                b->first = webhook_get_u64(p + 24);
                b->count = webhook_get_u32(p + 32);
                b->offset = offset;
                b->len = len;

                if (b->first + b->count > last) {
                    last = b->first + b->count;
                }

                step = len + WEBHOOK_JOURNAL_BLOCK - 1;
                step -= step % WEBHOOK_JOURNAL_BLOCK;
            }
        }

        if (step > r->size - offset) {
            break;
        }
    }

    r->torn = (torn && torn >= last);

    if (r->count) {
        qsort(r->batches, r->count, sizeof(webhook_journal_batch_t),
              webhook_journal_order);
    }
}


static int
webhook_journal_order(const void *one, const void *two)
{
    const webhook_journal_batch_t *a = one, *b = two;

    return (a->first > b->first) - (a->first < b->first);
}


void
webhook_journal_read_seek(webhook_journal_read_t *r, uint64_t sequence)
{
    if (r->sequence == sequence) {
        return;
    }

    r->sequence = sequence;
    r->at = 0;
    r->pos = 0;
}


webhook_journal_read_e
webhook_journal_read_next(webhook_journal_read_t *r)
{
    const webhook_journal_batch_t  *b;

    for ( /* void */ ; r->at < r->count; r->at++, r->pos = 0) {
        b = &r->batches[r->at];

        if (b->first + b->count - 1 <= r->sequence) {
            continue;
        }

        if (r->pos == 0) {

            if (b->first > r->sequence + 1) {

                /* it was not written before those before it were durable */

                r->sequence = b->first - 1;

                return WEBHOOK_JOURNAL_DAMAGED;
            }

            webhook_journal_skip(r, b);
        }

        return webhook_journal_record(r, b);
    }

    return WEBHOOK_JOURNAL_END;
}


/* Records at the start of a batch that are not wanted. */

static void
webhook_journal_skip(webhook_journal_read_t *r,
    const webhook_journal_batch_t *b)
{
    size_t    end;
    uint64_t  n;

    r->pos = b->offset + WEBHOOK_JOURNAL_HEAD;
    end = b->offset + b->len;

    for (n = b->first; n <= r->sequence && end - r->pos >= 4; n++) {

        r->pos += 4 + (size_t) webhook_get_u32(r->data + r->pos);

        if (r->pos > end) {
            r->pos = end;
        }
    }
}


static webhook_journal_read_e
webhook_journal_record(webhook_journal_read_t *r,
    const webhook_journal_batch_t *b)
{
    int     rc;
    size_t  len, left;

    r->sequence++;

    left = b->offset + b->len - r->pos;

    if (left < 4) {
        return WEBHOOK_JOURNAL_DAMAGED;
    }

    len = webhook_get_u32(r->data + r->pos);

    if (len > left - 4) {
        r->pos += left;
        return WEBHOOK_JOURNAL_DAMAGED;
    }

    rc = webhook_journal_record_read(r->data + r->pos + 4, len, &r->event);

    r->pos += 4 + len;

    if (rc == ENOMEM) {
        r->sequence--;
        return WEBHOOK_JOURNAL_MEMORY;
    }

    return rc ? WEBHOOK_JOURNAL_DAMAGED : WEBHOOK_JOURNAL_EVENT;
}
