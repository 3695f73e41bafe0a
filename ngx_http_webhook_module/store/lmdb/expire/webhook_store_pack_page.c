
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Pages as they are read, and runs of them: whether their rows are worth a
 * move.
 *
 * On which page a row lies is told by the address of its key: in a transaction
 * that reads, LMDB returns pointers into its map, which consists of pages.  It
 * decides what is worth a move and nothing else.
 */

#include "store/lmdb/expire/webhook_store_pack_page.h"
#include "store/lmdb/handle/webhook_store_pack_note.h"


#define WEBHOOK_PACK_WARM     8         /* of a run before it is judged */
#define WEBHOOK_PACK_LARGE    128       /* bytes, from which on a row is */

/* What LMDB needs of a row beside key and data, and of one whose data is on
   pages of its own. */
#define WEBHOOK_PACK_ROW      8
#define WEBHOOK_PACK_POINTER  8


static size_t webhook_pack_node(size_t bytes);
static void webhook_pack_key(unsigned char *key, const MDB_val *k, size_t len);
static void webhook_pack_page_row(const webhook_pack_look_t *l,
    webhook_pack_grow_t *g, size_t node, int marked);


int
webhook_pack_page_read(webhook_pack_look_t *l, MDB_val *k, MDB_val *v,
    webhook_pack_page_t *p)
{
    int        rc;
    size_t     node;
    uintptr_t  mask;

    mask = ~((uintptr_t) l->size - 1);

    p->page = (uintptr_t) k->mv_data & mask;
    p->bytes = 0;
    p->count = 0;
    p->overflow = 0;

    webhook_pack_key(p->first, k, l->len);

    do {
        node = k->mv_size;

        if (((uintptr_t) v->mv_data & mask) == p->page) {
            node += v->mv_size;

        } else {
            node += WEBHOOK_PACK_POINTER;
            p->overflow += (uint32_t) ((WEBHOOK_PACK_PAGE - 1 + v->mv_size)
                                       / l->size + 1);
        }

        node = webhook_pack_node(node);

        p->bytes += node;

        if (p->count == WEBHOOK_PACK_NODES || node > l->capacity) {
            return MDB_CORRUPTED;
        }

        p->marked[p->count] = (unsigned char)
                              webhook_pack_page_marked(l->size, k->mv_size,
                                                       v->mv_size);
        p->nodes[p->count++] = (uint16_t) node;

        rc = mdb_cursor_get(l->cursor, k, v, MDB_NEXT);

        if (rc) {
            return rc;
        }

    } while (((uintptr_t) k->mv_data & mask) == p->page);

    webhook_pack_key(p->next, k, l->len);

    return 0;
}


/* What a row of so many bytes, key and data, takes of its page. */

static size_t
webhook_pack_node(size_t bytes)
{
    return ((WEBHOOK_PACK_ROW + bytes + 1) & ~(size_t) 1) + 2;
}


static void
webhook_pack_key(unsigned char *key, const MDB_val *k, size_t len)
{
    memset(key, 0, WEBHOOK_PACK_KEY);
    memcpy(key, k->mv_data, k->mv_size < len ? k->mv_size : len);
}


int
webhook_pack_page_grow(const webhook_pack_look_t *l, webhook_pack_grow_t *g,
    const webhook_pack_page_t *p)
{
    uint32_t  i;

    for (i = 0; i < p->count; i++) {
        webhook_pack_page_row(l, g, p->nodes[i], p->marked[i]);
    }

    memcpy(g->firsts[g->pages], p->first, WEBHOOK_PACK_KEY);
    memcpy(g->firsts[g->pages + 1], p->next, WEBHOOK_PACK_KEY);

    g->pages++;
    g->overflow += p->overflow;

    if (webhook_pack_page_thin(l, p)) {
        g->pages_thin = g->pages;
        g->overflow_thin = g->overflow;
        g->after_thin = g->after;
    }

    if (g->pages == WEBHOOK_PACK_PAGES
        || g->pages - g->pages_thin == WEBHOOK_PACK_AROUND
        || (g->pages >= WEBHOOK_PACK_WARM
            && (g->pages - g->after) * 4 < g->pages + g->overflow))
    {
        if (webhook_pack_page_worth(g)) {
            return 1;
        }

        g->pages = 0;
    }

    return 0;
}


int
webhook_pack_page_marked(size_t size, size_t key_len, size_t len)
{
    size_t  most;

    /* beyond half a page LMDB gives a row pages of its own */

    most = (((size - WEBHOOK_PACK_PAGE) / 2) & ~(size_t) 1) - 2;

    return len >= WEBHOOK_PACK_LARGE
           && WEBHOOK_PACK_ROW + key_len + len <= most;
}


/* As it will be put in: where it does not fit, LMDB takes the last row of the
   page to the next one, too, which is the mark of a large one, if that fits
   itself. */

static void
webhook_pack_page_row(const webhook_pack_look_t *l, webhook_pack_grow_t *g,
    size_t node, int marked)
{
    size_t  mark;

    if (g->after == 0) {
        g->after = 1;
        g->fill = node;
        g->last = node;
        return;
    }

    if (marked) {
        mark = webhook_pack_node(l->len + 1);

        if (g->fill + mark > l->capacity) {
            g->after++;
            g->fill = g->last;
        }

        g->fill += mark;
        g->last = mark;
    }

    if (g->fill + node > l->capacity) {
        g->after++;
        g->fill = g->last;
    }

    g->fill += node;
    g->last = node;
}


int
webhook_pack_page_worth(const webhook_pack_grow_t *g)
{
    uint32_t  freed;

    if (g->pages_thin < 2) {
        return 0;
    }

    freed = g->pages_thin - g->after_thin;

    return freed >= 2 && freed * 4 >= g->pages_thin + g->overflow_thin;
}


int
webhook_pack_page_thin(const webhook_pack_look_t *l,
    const webhook_pack_page_t *p)
{
    return p->bytes < l->thin;
}


int
webhook_pack_page_back(webhook_pack_look_t *l, const unsigned char *place,
    MDB_val *k, MDB_val *v)
{
    int            rc;
    unsigned       n;
    uintptr_t      mask, page, was;
    unsigned char  key[WEBHOOK_PACK_KEY];

    mask = ~((uintptr_t) l->size - 1);

    memset(key, 0, sizeof(key));
    memcpy(key, place, l->len < WEBHOOK_PACK_PLACE ? l->len
                                                   : WEBHOOK_PACK_PLACE);
    k->mv_data = key;
    k->mv_size = l->len;

    rc = mdb_cursor_get(l->cursor, k, v, MDB_SET_RANGE);

    if (rc == MDB_NOTFOUND) {
        rc = mdb_cursor_get(l->cursor, k, v, MDB_LAST);
    }

    if (rc) {
        return rc;
    }

    was = (uintptr_t) k->mv_data & mask;

    for (n = 0; n <= WEBHOOK_PACK_AROUND; n++) {

        do {
            rc = mdb_cursor_get(l->cursor, k, v, MDB_PREV);

            if (rc == MDB_NOTFOUND) {
                return mdb_cursor_get(l->cursor, k, v, MDB_FIRST);
            }

            if (rc) {
                return rc;
            }

            page = (uintptr_t) k->mv_data & mask;

        } while (page == was);

        was = page;
    }

    return mdb_cursor_get(l->cursor, k, v, MDB_NEXT);
}
