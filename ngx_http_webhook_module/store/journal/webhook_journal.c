
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Writing a journal.
 */

#include "store/journal/webhook_journal.h"
#include "core/base/webhook_codec.h"
#include "store/journal/webhook_journal_int.h"
#include "store/journal/webhook_journal_record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>


static void webhook_journal_begin(webhook_journal_t *j);
static int webhook_journal_grow(webhook_journal_t *j, size_t len);
static void webhook_journal_wrote(webhook_journal_t *j, size_t len);


int
webhook_journal_create(webhook_journal_t *j, const char *path, size_t size)
{
    int  rc, direct;

    size -= size % WEBHOOK_JOURNAL_BLOCK;

    webhook_crc_init(&j->crc);

    j->size = size;
    j->next = 1;
    j->durable = 0;
    j->failed = 0;
    j->buf = NULL;
    j->room = 0;
    j->len = 0;
    j->offset = 0;
    j->padded = 0;
    j->end = 0;
    j->first = 0;
    j->used = 0;

    j->taken = 0;
    j->done = 0;

    j->places = calloc(size / WEBHOOK_JOURNAL_BLOCK,
                       sizeof(webhook_journal_place_t));
    j->blocks = calloc(size / WEBHOOK_JOURNAL_BLOCK, 1);

    rc = (j->places && j->blocks) ? webhook_journal_file(path, &j->fd)
                                  : ENOMEM;
    if (rc) {
        free(j->places);
        free(j->blocks);
        return rc;
    }

    rc = webhook_journal_fill(j->fd, size);

    if (rc == 0) {
        rc = webhook_journal_direct(j->fd, &direct);
    }

    if (rc == 0) {
        j->direct = (direct != 0);
        rc = pthread_mutex_init(&j->mutex, NULL);
    }

    if (rc) {
        (void) unlink(path);
        close(j->fd);
        free(j->places);
        free(j->blocks);
    }

    return rc;
}


void
webhook_journal_close(webhook_journal_t *j)
{
    close(j->fd);
    free(j->places);
    free(j->blocks);
    free(j->buf);

    (void) pthread_mutex_destroy(&j->mutex);
}


uint64_t
webhook_journal_add(webhook_journal_t *j, const webhook_op_put_event_t *p)
{
    size_t    len, size;
    uint32_t  i;

    if (j->failed || !webhook_journal_record_takes(p)) {
        return 0;
    }

    if (j->len == 0) {
        webhook_journal_begin(j);
    }

    /* at most: numbers take 10 bytes */

    size = 128 + p->type.len + p->company.len + (size_t) p->count * 64;

    for (i = 0; i < p->renditions_count; i++) {
        size += 40 + p->renditions[i].request.len
                + p->renditions[i].content_type.len
                + p->renditions[i].headers.len + p->renditions[i].body.len;

        if (size > j->most) {
            return 0;
        }
    }

    if (size > j->most - j->len || !webhook_journal_grow(j, j->len + size)) {
        return 0;
    }

    len = webhook_journal_record_write(j->buf + j->len + 4, size - 4, p);
    if (len == 0) {
        return 0;
    }

    webhook_set_u32(j->buf + j->len, (uint32_t) len);

    j->len += 4 + len;

    return j->next + j->count++;
}


/* Finds the place of a batch: behind the last one, or at the start again. */

static void
webhook_journal_begin(webhook_journal_t *j)
{
    size_t  tail, room, start;

    pthread_mutex_lock(&j->mutex);

    j->offset = j->end;

    if (j->used == 0) {
        room = j->size - j->end;
        start = j->size;

    } else {
        tail = j->places[j->first].offset;

        if (j->end > tail) {
            room = j->size - j->end;
            start = tail;

        } else {
            room = tail - j->end;
            start = 0;
        }
    }

    j->most = j->size / 4;

    if (j->most > WEBHOOK_JOURNAL_BATCH_MAX) {
        j->most = WEBHOOK_JOURNAL_BATCH_MAX;
    }

    j->most -= j->most % WEBHOOK_JOURNAL_BLOCK;

    if (room < j->most && start > room) {
        j->offset = 0;
        room = start;
    }

    if (room < j->most) {
        j->most = room;
    }

    j->count = 0;
    j->len = WEBHOOK_JOURNAL_HEAD;

    if (j->most < WEBHOOK_JOURNAL_BLOCK) {
        j->most = WEBHOOK_JOURNAL_HEAD;

    } else {
        j->taken = j->most;
    }

    pthread_mutex_unlock(&j->mutex);
}


/* With what pads it to a block; whole blocks of memory, as the file takes them. */

static int
webhook_journal_grow(webhook_journal_t *j, size_t len)
{
    void           *buf;
    size_t          room;

    len += WEBHOOK_JOURNAL_BLOCK - 1;
    len -= len % WEBHOOK_JOURNAL_BLOCK;

    if (len <= j->room) {
        return 1;
    }

    room = j->room ? j->room : 64 * 1024;

    while (room < len) {
        room *= 2;
    }

    if (posix_memalign(&buf, WEBHOOK_JOURNAL_BLOCK, room) != 0) {
        return 0;
    }

    if (j->buf) {
        memcpy(buf, j->buf, j->len);
        free(j->buf);
    }

    j->buf = buf;
    j->room = room;

    return 1;
}


int
webhook_journal_sync(webhook_journal_t *j)
{
    int                       rc;
    size_t                    len, padded;
    uint64_t                  last;
    webhook_journal_place_t  *place;

    len = j->len;
    j->len = 0;

    if (len == 0 || j->count == 0) {
        webhook_journal_wrote(j, 0);
        return 0;
    }

    if (j->failed) {
        return EIO;
    }

    last = j->next + j->count - 1;

    webhook_set_u32(j->buf, WEBHOOK_JOURNAL_MAGIC);
    webhook_set_u32(j->buf + 4, WEBHOOK_JOURNAL_FORMAT);
    memcpy(j->buf + 8, j->id, WEBHOOK_JOURNAL_ID);
    webhook_set_u64(j->buf + 24, j->next);
    webhook_set_u32(j->buf + 32, j->count);
    webhook_set_u32(j->buf + 36, (uint32_t) (len - WEBHOOK_JOURNAL_HEAD));
    webhook_set_u64(j->buf + 40, j->durable);
    webhook_set_u32(j->buf + WEBHOOK_JOURNAL_SUM,
                    webhook_journal_sum(&j->crc, j->buf, len));

    padded = len + WEBHOOK_JOURNAL_BLOCK - 1;
    padded -= padded % WEBHOOK_JOURNAL_BLOCK;

    memset(j->buf + len, 0, padded - len);

    j->padded = padded;

    /* the rest of what it might have taken is free again */

    pthread_mutex_lock(&j->mutex);
    j->taken = padded;
    pthread_mutex_unlock(&j->mutex);

    rc = webhook_journal_write(j->fd, j->buf, padded, j->offset);

    if (rc == 0 && fdatasync(j->fd) == -1) {
        rc = errno;
    }

    if (rc) {
        j->failed = 1;
        webhook_journal_wrote(j, padded);
        return rc;
    }

    pthread_mutex_lock(&j->mutex);

    place = &j->places[(j->first + j->used)
                       % (j->size / WEBHOOK_JOURNAL_BLOCK)];
    place->last = last;
    place->offset = j->offset;
    place->len = padded;

    j->used++;
    j->end = j->offset + padded;

    pthread_mutex_unlock(&j->mutex);

    webhook_journal_wrote(j, padded);

    j->next = last + 1;
    j->durable = last;

    return 0;
}


/* So many bytes of the batch, or none. */

static void
webhook_journal_wrote(webhook_journal_t *j, size_t len)
{
    pthread_mutex_lock(&j->mutex);

    memset(j->blocks + j->offset / WEBHOOK_JOURNAL_BLOCK,
           WEBHOOK_JOURNAL_WRITTEN, len / WEBHOOK_JOURNAL_BLOCK);

    j->taken = 0;

    pthread_mutex_unlock(&j->mutex);
}


int
webhook_journal_wipe(webhook_journal_t *j)
{
    int  rc;

    j->failed = 1;

    if (j->padded == 0) {
        return 0;
    }

    memset(j->buf, 0, j->padded);

    rc = webhook_journal_write(j->fd, j->buf, j->padded, j->offset);

    if (rc == 0 && fdatasync(j->fd) == -1) {
        rc = errno;
    }

    return rc;
}


uint32_t
webhook_journal_sum(const webhook_crc_t *crc, const unsigned char *batch,
    size_t len)
{
    uint32_t  sum;

    sum = webhook_crc(crc, 0, batch, WEBHOOK_JOURNAL_SUM);

    return webhook_crc(crc, sum, batch + WEBHOOK_JOURNAL_HEAD,
                       len - WEBHOOK_JOURNAL_HEAD);
}


void
webhook_journal_done(webhook_journal_t *j, uint64_t sequence)
{
    pthread_mutex_lock(&j->mutex);

    while (j->used && j->places[j->first].last <= sequence) {
        j->done = j->places[j->first].last;
        j->first = (j->first + 1) % (j->size / WEBHOOK_JOURNAL_BLOCK);
        j->used--;
    }

    pthread_mutex_unlock(&j->mutex);
}
