
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "store/lmdb/note/webhook_store_note.h"
#include "core/base/webhook_codec.h"
#include "store/journal/webhook_crc.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_clock.h"
#include "store/lmdb/handle/webhook_store_log.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>


#define WEBHOOK_NOTE_AT     131072      /* bytes from the start of the file of
                                           owners: behind what is locked and
                                           mapped there */
#define WEBHOOK_NOTE_SIZE   256         /* of one */
#define WEBHOOK_NOTE_ALL    (WEBHOOK_NOTES * WEBHOOK_NOTE_SIZE)
#define WEBHOOK_NOTE_AGAIN  10000       /* ms in which nothing is noted after
                                           that has failed */

/* One: the sum of all behind it; lengths and ids; the record of the attempt. */

#define WEBHOOK_NOTE_LEN          4
#define WEBHOOK_NOTE_INCARNATION  8
#define WEBHOOK_NOTE_ENDPOINT     16
#define WEBHOOK_NOTE_TOKEN        24
#define WEBHOOK_NOTE_EVENT        32
#define WEBHOOK_NOTE_ATTEMPT      48


struct webhook_note_s {
    unsigned char  bytes[WEBHOOK_NOTE_ALL];
    unsigned char  used[WEBHOOK_NOTES];     /* 1: its outcome is not in the
                                               tables */
    uint32_t       next;
    uint64_t       failed;              /* clock of the last failure; 0: none */
    webhook_crc_t  crc;
};


static uint32_t webhook_note_place(webhook_note_t *note);
static int webhook_note_make_one(webhook_lmdb_t *st, unsigned char *p,
    const webhook_op_complete_t *c);
static int webhook_note_parse(const webhook_crc_t *crc, const unsigned char *p,
    uint64_t incarnation, webhook_op_complete_t *c);
static void webhook_note_write(webhook_lmdb_t *st, uint32_t first,
    uint32_t count, webhook_op_t **ops);
static off_t webhook_note_offset(uint32_t slot, uint32_t place);


void
webhook_note_make(webhook_lmdb_t *st)
{
    if (st->slot == -1 || st->revoked == NULL) {
        return;
    }

    st->note = calloc(1, sizeof(webhook_note_t));

    if (st->note) {
        webhook_crc_init(&st->note->crc);
    }
}


void
webhook_note_free(webhook_lmdb_t *st)
{
    free(st->note);
    st->note = NULL;
}


int
webhook_note_ready(webhook_lmdb_t *st)
{
    uint64_t  failed;

    if (st->note == NULL) {
        return 0;
    }

    failed = __atomic_load_n(&st->note->failed, __ATOMIC_RELAXED);

    return failed == 0
           || webhook_clock_now(st) - failed >= WEBHOOK_NOTE_AGAIN;
}


void
webhook_note(void *data, webhook_op_t **ops, uint32_t count)
{
    webhook_lmdb_t *st = data;

    uint32_t         i, run, first, place;
    webhook_note_t  *note;

    note = st->note;

    for (i = 0; i < count; i++) {
        ops[i]->u.complete.noted = 0;
    }

    if (!webhook_note_ready(st)) {
        return;
    }

    /* those whose places are one behind the other are written at once */

    run = 0;
    first = 0;

    for (i = 0; i < count; i++) {
        place = webhook_note_place(note);

        if (run && (place != first + run || place == WEBHOOK_NOTES)) {
            webhook_note_write(st, first, run, ops + i - run);
            run = 0;
        }

        if (place == WEBHOOK_NOTES) {
            return;
        }

        if (webhook_note_make_one(st, note->bytes + place * WEBHOOK_NOTE_SIZE,
                                  &ops[i]->u.complete)
            != 0)
        {
            if (run) {
                webhook_note_write(st, first, run, ops + i - run);
                run = 0;
            }

            continue;
        }

        if (run++ == 0) {
            first = place;
        }

        __atomic_store_n(&note->used[place], 1, __ATOMIC_RELAXED);
        note->next = (place + 1) % WEBHOOK_NOTES;
    }

    if (run) {
        webhook_note_write(st, first, run, ops + i - run);
    }
}


/* The next one that is free, or WEBHOOK_NOTES. */

static uint32_t
webhook_note_place(webhook_note_t *note)
{
    uint32_t  i, place;

    place = note->next;

    for (i = 0; i < WEBHOOK_NOTES; i++) {

        if (!__atomic_load_n(&note->used[place], __ATOMIC_ACQUIRE)) {
            return place;
        }

        place = (place + 1) % WEBHOOK_NOTES;
    }

    return WEBHOOK_NOTES;
}


/* -1 where it does not fit.  The answer is left out: a note stays in the file
   until its place is used again, and nobody erases it there. */

static int
webhook_note_make_one(webhook_lmdb_t *st, unsigned char *p,
    const webhook_op_complete_t *c)
{
    size_t         len;
    unsigned char  buf[WEBHOOK_ROW_MAX];

    if (c->outcome != WEBHOOK_DONE) {
        return -1;
    }

    len = webhook_row_write_attempt(buf, &c->attempt, 1);

    if (len > WEBHOOK_NOTE_SIZE - WEBHOOK_NOTE_ATTEMPT) {
        return -1;
    }

    webhook_set_u32(p + WEBHOOK_NOTE_LEN, (uint32_t) len);
    webhook_set_u64(p + WEBHOOK_NOTE_INCARNATION, st->incarnation);
    webhook_set_u64(p + WEBHOOK_NOTE_ENDPOINT, c->endpoint);
    webhook_set_u64(p + WEBHOOK_NOTE_TOKEN, c->lease_token);
    memcpy(p + WEBHOOK_NOTE_EVENT, c->event.bytes, sizeof(c->event.bytes));
    memcpy(p + WEBHOOK_NOTE_ATTEMPT, buf, len);

    webhook_set_u32(p, webhook_crc(&st->note->crc, 0, p + WEBHOOK_NOTE_LEN,
                                   WEBHOOK_NOTE_ATTEMPT - WEBHOOK_NOTE_LEN
                                   + len));
    return 0;
}


static int
webhook_note_parse(const webhook_crc_t *crc, const unsigned char *p,
    uint64_t incarnation, webhook_op_complete_t *c)
{
    MDB_val  val;

    val.mv_size = webhook_get_u32(p + WEBHOOK_NOTE_LEN);
    val.mv_data = (void *) (p + WEBHOOK_NOTE_ATTEMPT);

    if (webhook_get_u64(p + WEBHOOK_NOTE_INCARNATION) != incarnation
        || val.mv_size > WEBHOOK_NOTE_SIZE - WEBHOOK_NOTE_ATTEMPT
        || webhook_get_u32(p)
           != webhook_crc(crc, 0, p + WEBHOOK_NOTE_LEN,
                          WEBHOOK_NOTE_ATTEMPT - WEBHOOK_NOTE_LEN
                          + val.mv_size))
    {
        return -1;
    }

    c->outcome = WEBHOOK_DONE;
    c->endpoint = webhook_get_u64(p + WEBHOOK_NOTE_ENDPOINT);
    c->lease_token = webhook_get_u64(p + WEBHOOK_NOTE_TOKEN);
    memcpy(c->event.bytes, p + WEBHOOK_NOTE_EVENT, sizeof(c->event.bytes));

    return webhook_row_read_attempt(&val, &c->attempt);
}


static void
webhook_note_write(webhook_lmdb_t *st, uint32_t first, uint32_t count,
    webhook_op_t **ops)
{
    int              rc;
    size_t           len;
    ssize_t          n;
    uint32_t         i;
    webhook_note_t  *note;

    note = st->note;
    len = (size_t) count * WEBHOOK_NOTE_SIZE;

    do {
        n = pwrite(st->owners, note->bytes + first * WEBHOOK_NOTE_SIZE, len,
                   webhook_note_offset((uint32_t) st->slot, first));
    } while (n == -1 && errno == EINTR);

    if (n == (ssize_t) len) {

        for (i = 0; i < count; i++) {
            ops[i]->u.complete.noted = first + i + 1;
        }

        __atomic_store_n(&note->failed, 0, __ATOMIC_RELAXED);

        return;
    }

    rc = n == -1 ? errno : ENOSPC;

    /* what was written of them is true */

    for (i = 0; i < count; i++) {
        __atomic_store_n(&note->used[first + i], 0, __ATOMIC_RELAXED);
    }

    __atomic_store_n(&note->failed, webhook_clock_now(st), __ATOMIC_RELAXED);

    webhook_store_log(st, WEBHOOK_STORE_LOG_WARN,
                      "the store \"%s\": outcomes cannot be noted (%s): for a "
                      "while nothing is leased ahead", st->path,
                      mdb_strerror(rc));
}


void
webhook_note_told(webhook_lmdb_t *st, webhook_op_t *op)
{
    uint32_t  noted;

    noted = op->u.complete.noted;

    if (st->note && noted && noted <= WEBHOOK_NOTES
        && op->result < WEBHOOK_STORE_FULL)
    {
        op->u.complete.noted = 0;

        __atomic_store_n(&st->note->used[noted - 1], 0, __ATOMIC_RELEASE);
    }
}


int
webhook_note_read(webhook_lmdb_t *st, uint32_t slot, uint64_t incarnation,
    webhook_note_pt handler, void *ctx)
{
    int             rc;
    size_t          len;
    ssize_t         n;
    unsigned char  *bytes, *p;
    webhook_crc_t   crc;
    webhook_op_t    op;

    bytes = malloc(WEBHOOK_NOTE_ALL);
    if (bytes == NULL) {
        return ENOMEM;
    }

    len = 0;

    do {
        n = pread(st->owners, bytes + len, WEBHOOK_NOTE_ALL - len,
                  webhook_note_offset(slot, 0) + (off_t) len);

        if (n > 0) {
            len += (size_t) n;
        }

    } while ((n > 0 && len < WEBHOOK_NOTE_ALL) || (n == -1 && errno == EINTR));

    if (n == -1) {
        webhook_store_log_error(st, errno, "what a process that died has noted "
                                "cannot be read: it may be sent again");
    }

    rc = 0;

    webhook_crc_init(&crc);

    for (p = bytes; rc == 0 && len >= WEBHOOK_NOTE_SIZE;
         p += WEBHOOK_NOTE_SIZE, len -= WEBHOOK_NOTE_SIZE)
    {
        memset(&op, 0, sizeof(op));

        op.type = WEBHOOK_OP_COMPLETE;

        if (webhook_note_parse(&crc, p, incarnation, &op.u.complete) == 0) {
            rc = handler(ctx, &op);
        }
    }

    free(bytes);

    return rc;
}


static off_t
webhook_note_offset(uint32_t slot, uint32_t place)
{
    return WEBHOOK_NOTE_AT + (off_t) slot * WEBHOOK_NOTE_ALL
           + (off_t) place * WEBHOOK_NOTE_SIZE;
}
