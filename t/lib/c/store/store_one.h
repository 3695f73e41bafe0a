
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is in t/data/store-1.mdb.gz, a store of format 1: for the program that
 * made it, t/data/store-1.c, and for the tests that bring it to the format of
 * today.  The same is in t/data/store-3.mdb.gz, which is what the version that
 * wrote format 3 made of it.
 *
 * Three kinds of events stand in it, ONE_EVENTS of each: those whose id is a
 * UUIDv7, and those whose id was made from an Idempotency-Key (UUIDv8), with
 * the first bit clear and with the first bit set.  Of each kind there is one
 * event in every state that a delivery can be in.
 *
 * t/data/store-4.mdb.gz, a store of format 4, has all of this, and more, by
 * t/data/store-4.c: of one endpoint, "shop", FOUR_EVENTS wait for their first
 * send.  The older of them stand in the index of what waits, the others in their
 * lane alone, and their ids are not in the order of time.  Of two more events
 * one is delivered and one dead.
 *
 * t/data/store-5.mdb.gz, a store of format 5, was made by t/data/store-5.c: of
 * one endpoint, "shop", FIVE_DEAD are dead, FIVE_RETRY wait for a retry, and
 * FIVE_PARKED for another one of their key, which waits for its first send.
 *
 * t/data/store-6.mdb.gz, a store of format 6, has all of store-4, and more, by
 * t/data/store-6.c: of the endpoint "mall" one is delivered, one dead and one waits
 * to be tried again (SIX_ENDED), SIX_FIRST wait for their first send, and SIX_KEY,
 * which have an order key, one behind the other; to the endpoint "pool" two were
 * being sent when its process died, and SIX_AHEAD of others were leased ahead.
 */

#ifndef STORE_ONE_H
#define STORE_ONE_H

#include "store_util.h"


#define ONE_FILE    "t/data/store-1.mdb.gz"
#define ONE_FILE_3  "t/data/store-3.mdb.gz"
#define FOUR_FILE   "t/data/store-4.mdb.gz"
#define FIVE_FILE   "t/data/store-5.mdb.gz"
#define SIX_FILE    "t/data/store-6.mdb.gz"

#define ONE_KINDS   3
#define ONE_WALL    1700000000000ULL    /* ms, of the first event */
#define ONE_STEP    60000ULL            /* from one event to the next */
#define ONE_LONG    9000                /* bytes of the long body */
#define ONE_CALLS   6
#define ONE_REPEATS 4                   /* of them the last is not settled */

#define FOUR_EVENTS  1200
#define FOUR_MIXED   7                  /* no divisor of FOUR_EVENTS */
#define FOUR_WALL    (ONE_WALL + 24 * 3600000ULL)
#define FOUR_ENDED   2                  /* events before those that wait */

#define FIVE_DEAD    40
#define FIVE_RETRY   45
#define FIVE_PARKED  150                /* 7 is no divisor of it */

#define SIX_WALL     (FOUR_WALL + 600000)
#define SIX_ENDED    3
#define SIX_FIRST    10
#define SIX_KEY      4
#define SIX_AHEAD    3
#define SIX_POOL     (1 + 2 + SIX_AHEAD)        /* with one that was delivered */


typedef enum {
    ONE_PENDING = 0,                    /* erp, never sent */
    ONE_RETRY,                          /* erp, sent once */
    ONE_SENDING,                        /* erp, under way for the first time */
    ONE_RESENDING,                      /* erp, under way once more */
    ONE_DELIVERED,                      /* erp, with the second send */
    ONE_DEAD,                           /* erp, with the first send */
    ONE_HEAD,                           /* crm, with an order key */
    ONE_PARKED,                         /* crm, behind ONE_HEAD */
    ONE_BLOCKS,                         /* crm, dead, with an order key */
    ONE_BLOCKED,                        /* crm, behind ONE_BLOCKS */
    ONE_PAUSED,                         /* bi, which is paused */
    ONE_SEVERAL,                        /* erp: delivered; bi, wms: pending */
    ONE_NOBODY,                         /* no delivery */
    ONE_STEPS,                          /* erp, the first of two steps done */
    ONE_BODY,                           /* erp, delivered, a long body */
    ONE_EVENTS
} one_event_e;


/* The time of an event. */
static uint64_t
one_wall(unsigned kind, one_event_e event)
{
    return ONE_WALL + (kind * ONE_EVENTS + event) * ONE_STEP;
}


/* The id of an event as it stands in the file. */
__attribute__((unused))
static webhook_id_t
one_id(unsigned kind, one_event_e event)
{
    unsigned       i;
    webhook_id_t   id;

    for (i = 0; i < WEBHOOK_ID_LEN; i++) {
        id.bytes[i] = (unsigned char) (kind * 67 + event * 29 + i * 101 + 13);
    }

    if (kind == 0) {
        webhook_set_u64(id.bytes, one_wall(kind, event) << 16);
        id.bytes[7] = (unsigned char) event;
    }

    id.bytes[6] = kind ? 0x85 : 0x71;
    id.bytes[8] = (id.bytes[8] & 0x3f) | 0x80;

    if (kind) {
        id.bytes[0] = (id.bytes[0] & 0x7f) | (kind == 1 ? 0 : 0x80);
    }

    return id;
}


/* The body of an event, or of the second step of one; good until the next. */
__attribute__((unused))
static webhook_str_t
one_body(unsigned kind, one_event_e event, unsigned step)
{
    webhook_str_t  body;

    static char  text[ONE_LONG + 1];

    memset(text, 'x', ONE_LONG);

    body.len = (size_t) snprintf(text, sizeof(text),
                                 "{\"kind\":%u,\"event\":%u,\"step\":%u}",
                                 kind, event, step);
    if (event == ONE_BODY) {
        text[body.len] = ' ';
        body.len = ONE_LONG;
    }

    body.data = (unsigned char *) text;

    return body;
}


__attribute__((unused))
static webhook_id_t
one_call(unsigned n)
{
    webhook_id_t  id;

    id = one_id(0, 0);

    webhook_set_u64(id.bytes, (ONE_WALL + n * ONE_STEP) << 16);

    id.bytes[6] = 0x72;
    id.bytes[7] = (unsigned char) n;

    return id;
}


__attribute__((unused))
static void
one_repeat(unsigned n, unsigned char key[32])
{
    memset(key, 'a' + n, 32);
}


/* Makes a directory with a store in it, for util_open(). */
__attribute__((unused))
static void
one_init_file(util_t *u, const char *file)
{
    char  command[512];

    util_init(u);

    u->size = 0;
    u->keep = WEBHOOK_NEVER;

    snprintf(command, sizeof(command), "gzip -dc %s > %s/data.mdb", file,
             u->dir);

    if (system(command) != 0) {
        printf("Bail out! cannot unpack %s\n", file);
        exit(1);
    }
}


__attribute__((unused))
static void
one_init(util_t *u)
{
    one_init_file(u, ONE_FILE);
}


/* Finds an event by the id that the file has for it; 1 if it is there.  *head
   tells of it, but for its type. */
__attribute__((unused))
static int
one_find(util_t *u, unsigned kind, one_event_e event, webhook_id_t *id,
    webhook_head_row_t *head)
{
    int            found;
    MDB_val        key, val;
    MDB_cursor    *c;
    webhook_id_t   old;
    webhook_txn_t  t;

    old = one_id(kind, event);
    found = 0;

    if (webhook_session_begin(util_lmdb(u), &t, 0) != 0
        || webhook_txn_cursor(&t, WEBHOOK_DB_DELIVERIES, &c) != 0)
    {
        return 0;
    }

    while (!found && mdb_cursor_get(c, &key, &val, MDB_NEXT) == 0) {

        if (webhook_get_u64((unsigned char *) key.mv_data + 16) == 0
            && webhook_row_read_head(&val, head) == 0)
        {
            memcpy(id->bytes, key.mv_data, 16);

            found = memcmp(head->wired ? &head->wire : id, &old, 16) == 0;
        }
    }

    webhook_session_abort(&t);

    head->type.len = 0;

    return found;
}


/* What is wrong with the delivery of an event that is shown, or NULL. */

__attribute__((unused))
static const char *
one_delivery_wrong(const webhook_op_t *op, unsigned kind, one_event_e event)
{
    unsigned                        steps;
    webhook_str_t                   body;
    const webhook_delivery_t       *d;
    const webhook_delivery_full_t  *full;

    /* the state now that nobody sends it, and the attempts */

    static const struct {
        webhook_state_e  state;
        uint32_t         attempts;
        unsigned         parked:1;
        unsigned         blocks:1;
    } want[ONE_EVENTS] = {
        [ONE_PENDING]   = { WEBHOOK_PENDING,   0, 0, 0 },
        [ONE_RETRY]     = { WEBHOOK_PENDING,   1, 0, 0 },
        [ONE_SENDING]   = { WEBHOOK_PENDING,   0, 0, 0 },
        [ONE_RESENDING] = { WEBHOOK_PENDING,   1, 0, 0 },
        [ONE_DELIVERED] = { WEBHOOK_DELIVERED, 2, 0, 0 },
        [ONE_DEAD]      = { WEBHOOK_DEAD,      1, 0, 0 },
        [ONE_HEAD]      = { WEBHOOK_PENDING,   0, 0, 0 },
        [ONE_PARKED]    = { WEBHOOK_PENDING,   0, 1, 0 },
        [ONE_BLOCKS]    = { WEBHOOK_DEAD,      1, 0, 1 },
        [ONE_BLOCKED]   = { WEBHOOK_PENDING,   0, 1, 0 },
        [ONE_PAUSED]    = { WEBHOOK_PENDING,   0, 0, 0 },
        [ONE_SEVERAL]   = { WEBHOOK_DELIVERED, 1, 0, 0 },
        [ONE_STEPS]     = { WEBHOOK_PENDING,   2, 0, 0 },
        [ONE_BODY]      = { WEBHOOK_DELIVERED, 1, 0, 0 }
    };

    full = op->u.show.deliveries;
    d = &full->delivery;

    if (op->u.show.count != 1 || d->state != want[event].state
        || d->attempts != want[event].attempts
        || d->parked != want[event].parked
        || d->blocks != want[event].blocks)
    {
        return "its delivery is in another state";
    }

    if (full->attempts_count != d->attempts
        || (d->attempts && (full->attempts[0].number != 1
                            || full->attempts[0].answer.len != 6)))
    {
        return "its attempts are not whole";
    }

    steps = event == ONE_STEPS ? 2 : 1;

    body = one_body(kind, event, steps - 1);

    if (d->step + 1 != steps || d->steps != steps
        || op->u.show.renditions_count != steps
        || op->u.show.renditions[steps - 1].body.len != body.len
        || memcmp(op->u.show.renditions[steps - 1].body.data, body.data,
                  body.len) != 0
        || op->u.show.renditions[0].headers.len != 11)
    {
        return "its body is not whole";
    }

    return NULL;
}


/* What is wrong with an event in a store that was brought to the format of
   today, and is not sent from yet; NULL: nothing. */
__attribute__((unused))
static const char *
one_wrong(util_t *u, unsigned kind, one_event_e event)
{
    const char          *wrong;
    webhook_id_t         id, old;
    webhook_op_t         op;
    webhook_head_row_t   head;

    old = one_id(kind, event);

    if (!one_find(u, kind, event, &id, &head)) {
        return "it is not there";
    }

    if (id.bytes[6] >> 4 != 7
        || webhook_id_time(&id) != one_wall(kind, event)
        || head.wired != (kind != 0))
    {
        return "its id tells no time";
    }

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_SHOW;
    op.u.show.id = id;
    op.u.show.endpoint = event == ONE_SEVERAL ? util_name("erp") : 0;

    if (util_apply(u, &op) != WEBHOOK_STORE_OK) {
        return "it is not shown";
    }

    wrong = NULL;

    if (memcmp(&op.u.show.wire, &old, 16) != 0
        || op.u.show.wall != one_wall(kind, event)
        || op.u.show.type.len != 9)
    {
        wrong = "it is sent under another id";
        goto done;
    }

    if (event == ONE_NOBODY) {
        wrong = op.u.show.count || !head.finished ? "somebody wants it"
                                                  : NULL;
        goto done;
    }

    wrong = one_delivery_wrong(&op, kind, event);

done:

    webhook_op_free(&op);

    return wrong;
}


/* 1 if all events are there, and the store is sound. */
__attribute__((unused))
static int
one_sound(util_t *u)
{
    int               sound;
    unsigned          kind, event;
    const char       *wrong;
    webhook_check_t   check;

    sound = 1;

    for (kind = 0; kind < ONE_KINDS; kind++) {
        for (event = 0; event < ONE_EVENTS; event++) {

            wrong = one_wrong(u, kind, event);

            if (wrong) {
                printf("# event %u of kind %u: %s\n", event, kind, wrong);
                sound = 0;
            }
        }
    }

    return webhook_store_check(util_lmdb(u), &check, util_tell, NULL) == 0
           && check.faults == 0 && sound;
}


/* The id of an event of "shop": those that wait come behind the others. */
__attribute__((unused))
static webhook_id_t
four_id(unsigned n)
{
    webhook_id_t  id;

    memset(&id, 0, sizeof(id));

    webhook_set_u64(id.bytes, (FOUR_WALL + n) << 16);
    webhook_set_u64(id.bytes + 8, n);

    id.bytes[6] = 0x70;
    id.bytes[8] = 0x80;

    return id;
}


/* The id of an event to "mall" or, behind these, to "pool". */
__attribute__((unused))
static webhook_id_t
six_id(unsigned n)
{
    webhook_id_t  id;

    id = four_id(n);

    webhook_set_u64(id.bytes, (SIX_WALL + n) << 16);

    id.bytes[6] = 0x70;

    return id;
}


#endif /* STORE_ONE_H */
