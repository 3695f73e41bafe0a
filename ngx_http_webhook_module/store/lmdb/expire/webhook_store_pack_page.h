
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Pages of rows, and how thin they are.
 */

#ifndef WEBHOOK_STORE_PACK_PAGE_H
#define WEBHOOK_STORE_PACK_PAGE_H

#include "store/lmdb/handle/webhook_store_handle.h"


#define WEBHOOK_PACK_NODES   512        /* of a page, at most */
#define WEBHOOK_PACK_AROUND  8          /* looked at beside a place */

/* What LMDB needs of a page. */
#define WEBHOOK_PACK_PAGE    16


/* A page as it is read, and a run of them as it grows. */

typedef struct {
    uintptr_t      page;
    size_t         bytes;
    uint32_t       count;
    uint16_t       nodes[WEBHOOK_PACK_NODES];       /* bytes */
    unsigned char  marked[WEBHOOK_PACK_NODES];
    uint32_t       overflow;            /* pages of data beside it */
    unsigned char  first[WEBHOOK_PACK_KEY];
    unsigned char  next[WEBHOOK_PACK_KEY];      /* of the next one */
} webhook_pack_page_t;

typedef struct {
    uint32_t       pages;
    uint32_t       overflow;
    uint32_t       after;               /* pages that they will be on */
    size_t         fill;                /* of the last of these */
    size_t         last;                /* bytes of its last row */

    /* as it was with the last page that is thin */
    uint32_t       pages_thin;
    uint32_t       overflow_thin;
    uint32_t       after_thin;

    unsigned char  firsts[WEBHOOK_PACK_PAGES + 1][WEBHOOK_PACK_KEY];
} webhook_pack_grow_t;

typedef struct {
    size_t         len;                 /* of keys */
    size_t         thin;                /* bytes, below which a page is */
    size_t         capacity;            /* of a page */
    size_t         size;
    MDB_cursor    *cursor;
    uint64_t       end;                 /* of the time to look, and whether */
    uint32_t       left;                /* pages to look at */
    unsigned       over:1;              /* ... that is over */
} webhook_pack_look_t;


/* Reads one page; k and v are at its first row, and at that of the next one
   then.  MDB_NOTFOUND where it is the last one. */
int webhook_pack_page_read(webhook_pack_look_t *l, MDB_val *k, MDB_val *v,
    webhook_pack_page_t *p);

/* Takes a page to a run; 1 if the run is complete then, and pages is 0 if it
   was not worth to go on with. */
int webhook_pack_page_grow(const webhook_pack_look_t *l,
    webhook_pack_grow_t *g, const webhook_pack_page_t *p);

/* 1 if a run is worth a move; 1 if a page is thin. */
int webhook_pack_page_worth(const webhook_pack_grow_t *g);
int webhook_pack_page_thin(const webhook_pack_look_t *l,
    const webhook_pack_page_t *p);

/* 1 if a row of so many bytes of data is put in behind a mark, an empty row
   whose key is a byte longer (webhook_store_pack_move.c): large ones that lie
   on the page itself. */
int webhook_pack_page_marked(size_t size, size_t key_len, size_t len);

/* The first row of a page a few before that of a place. */
int webhook_pack_page_back(webhook_pack_look_t *l,
    const unsigned char *place, MDB_val *k, MDB_val *v);


#endif /* WEBHOOK_STORE_PACK_PAGE_H */
