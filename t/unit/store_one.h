
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is in t/data/store-1.mdb.gz, a store of format 1: for the program that
 * made it, t/data/store-1.c, and for the tests that bring it to the format of
 * today.
 *
 * Three kinds of events stand in it, ONE_EVENTS of each: those whose id is a
 * UUIDv7, and those whose id was made from an Idempotency-Key (UUIDv8), with
 * the first bit clear and with the first bit set.  Of each kind there is one
 * event in every state that a delivery can be in.
 */

#ifndef STORE_ONE_H
#define STORE_ONE_H

#include "store_util.h"


#define ONE_FILE    "t/data/store-1.mdb.gz"

#define ONE_KINDS   3
#define ONE_WALL    1700000000000ULL    /* ms, of the first event */
#define ONE_STEP    60000ULL            /* from one event to the next */
#define ONE_LONG    9000                /* bytes of the long body */
#define ONE_CALLS   6
#define ONE_REPEATS 4                   /* of them the last is not settled */


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


/* Makes a directory with the store in it, for util_open(). */
__attribute__((unused))
static void
one_init(util_t *u)
{
    char  command[512];

    util_init(u);

    u->size = 0;
    u->keep = WEBHOOK_NEVER;

    snprintf(command, sizeof(command), "gzip -dc " ONE_FILE " > %s/data.mdb",
             u->dir);

    if (system(command) != 0) {
        printf("Bail out! cannot unpack " ONE_FILE "\n");
        exit(1);
    }
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

    if (webhook_txn_begin(u->st, &t, 0) != 0
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

    webhook_txn_abort(&t);

    head->type.len = 0;

    return found;
}


#endif /* STORE_ONE_H */
