
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Where rows were removed, so that pages may have become thin, and which of
 * them are to be packed.
 */

#ifndef WEBHOOK_STORE_PACK_NOTE_H
#define WEBHOOK_STORE_PACK_NOTE_H

#include "store/lmdb/layout/webhook_store_row.h"


#define WEBHOOK_PACK_TABLES  3
#define WEBHOOK_PACK_PAGES   32         /* packed at once, at most */
#define WEBHOOK_PACK_PLACES  1024       /* of a table */
#define WEBHOOK_PACK_PLACE   16         /* bytes of a key that tell it */
#define WEBHOOK_PACK_KEY     32         /* most that a key has */

typedef struct {
    uint32_t                  count;
    uint32_t                  done;         /* of these, for a moment */
    unsigned                  sorted:1;
    unsigned char             places[WEBHOOK_PACK_PLACES][WEBHOOK_PACK_PLACE];
} webhook_pack_list_t;

typedef struct {
    webhook_pack_list_t       lists[WEBHOOK_PACK_TABLES];

    unsigned                  all;          /* the table that is looked at */
    unsigned char             reached[WEBHOOK_PACK_KEY];    /* and where */
    uint64_t                  again;        /* engine time when all is looked
                                               at the next time */

    unsigned                  looked:1;     /* for the write that follows */
    unsigned                  found:1;      /* rows that are worth a move: */
    webhook_db_e              db;
    size_t                    len;
    uint32_t                  pages;        /* with the first key of each and
                                               of the next one */
    unsigned char             firsts[WEBHOOK_PACK_PAGES + 1][WEBHOOK_PACK_KEY];
} webhook_pack_t;


/* The tables, in the order of the lists. */
extern const webhook_db_e  webhook_pack_note_tables[WEBHOOK_PACK_TABLES];

/* A row was removed there. */
void webhook_pack_note(webhook_pack_t *pack, webhook_db_e db, const void *key,
    size_t len);

/* The places of a table; NULL if none are noted of it. */
webhook_pack_list_t *webhook_pack_note_list(webhook_pack_t *pack,
    webhook_db_e db);

/* 1 if there are so many such places that no more should come. */
int webhook_pack_note_behind(const webhook_pack_t *pack);


#endif /* WEBHOOK_STORE_PACK_NOTE_H */
