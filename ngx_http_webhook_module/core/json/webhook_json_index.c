
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Indexes of large objects and arrays, made at the third look-up in one: a
 * payload that is mapped element by element asks the object around it the same
 * questions for each of them.  An index takes 16 bytes a member or 4 bytes an
 * element at most, which is less than their nodes take, and each object and
 * array has one at most.
 *
 * The sender chooses the keys, so they are hashed as a polynomial modulo
 * 2^61 - 1 at a point that is drawn at random for each document: nobody can
 * choose keys that collide without knowing it.
 */

#include "core/json/webhook_json_int.h"

#include <stdlib.h>

#include <openssl/rand.h>


#define WEBHOOK_JSON_LARGE      32      /* fewer are walked */
#define WEBHOOK_JSON_ASKED      3       /* look-ups until an index is made */
#define WEBHOOK_JSON_PRIME      ((UINT64_C(1) << 61) - 1)

#define WEBHOOK_JSON_TWICE      UINT32_C(0x80000000)    /* in a slot: the key
                                           stood before */


_Static_assert(WEBHOOK_JSON_MOST < WEBHOOK_JSON_TWICE,
               "the number of a node has no room for a flag");


typedef struct {
    uint32_t                 node;      /* 0: an empty place; the root's is 1
                                           more, as all are */
    uint32_t                 asked;
    uint32_t                 mask;      /* of an object: slots less one */
    uint32_t                *slots;     /* nodes of keys, or of elements */
} webhook_json_large_t;


struct webhook_json_index_s {
    uint64_t                 point;     /* of the hash */
    uint32_t                 count;
    uint32_t                 size;      /* a power of two, or 0 */
    webhook_json_large_t    *large;     /* by their nodes */
};


static webhook_json_large_t *webhook_json_large(const webhook_json_doc_t *doc,
    uint32_t n);
static int webhook_json_large_grow(webhook_json_index_t *index);
static webhook_json_large_t *webhook_json_large_place(
    webhook_json_index_t *index, uint32_t node);
static int webhook_json_index_keys(const webhook_json_doc_t *doc, uint32_t n,
    webhook_json_large_t *large);
static int webhook_json_index_elements(const webhook_json_doc_t *doc,
    uint32_t n, webhook_json_large_t *large);
static uint32_t webhook_json_slot(const webhook_json_doc_t *doc,
    webhook_json_large_t *large, const webhook_str_t *key);
static uint64_t webhook_json_hash(const webhook_str_t *key, uint64_t point);
static uint64_t webhook_json_multiply(uint64_t a, uint64_t b);


int
webhook_json_index_member(const webhook_json_doc_t *doc, uint32_t n,
    const webhook_str_t *key, uint32_t *found, uint32_t *times)
{
    uint32_t               slot;
    webhook_json_large_t  *large;

    large = webhook_json_large(doc, n);

    if (large == NULL
        || (large->slots == NULL
            && webhook_json_index_keys(doc, n, large) != WEBHOOK_OK))
    {
        return WEBHOOK_LIMIT;
    }

    slot = large->slots[webhook_json_slot(doc, large, key)];

    if (slot == 0) {
        return WEBHOOK_ERROR;
    }

    *times = (slot & WEBHOOK_JSON_TWICE) ? 2 : 1;
    *found = (slot & ~WEBHOOK_JSON_TWICE) + 1;

    return WEBHOOK_OK;
}


int
webhook_json_index_element(const webhook_json_doc_t *doc, uint32_t n,
    uint32_t i, uint32_t *found)
{
    webhook_json_large_t  *large;

    large = webhook_json_large(doc, n);

    if (large == NULL
        || (large->slots == NULL
            && webhook_json_index_elements(doc, n, large) != WEBHOOK_OK))
    {
        return WEBHOOK_LIMIT;
    }

    *found = large->slots[i];

    return WEBHOOK_OK;
}


void
webhook_json_index_free(webhook_json_index_t *index)
{
    uint32_t  i;

    if (index == NULL) {
        return;
    }

    for (i = 0; i < index->size; i++) {
        free(index->large[i].slots);
    }

    free(index->large);
    free(index);
}


/*
 * What is known of a large object or array; NULL where it is not large, was
 * not asked often enough, or is not known for lack of memory.  A document is
 * constant to its users, but what is remembered of it here is not.
 */

static webhook_json_large_t *
webhook_json_large(const webhook_json_doc_t *doc, uint32_t n)
{
    webhook_json_index_t  *index;
    webhook_json_large_t  *large;

    if (doc->nodes[n].info / WEBHOOK_JSON_ONE < WEBHOOK_JSON_LARGE) {
        return NULL;
    }

    index = doc->index;

    if (index == NULL) {
        index = calloc(1, sizeof(webhook_json_index_t));
        if (index == NULL) {
            return NULL;
        }

        if (RAND_bytes((unsigned char *) &index->point, sizeof(index->point))
            != 1)
        {
            free(index);
            return NULL;
        }

        index->point = index->point % (WEBHOOK_JSON_PRIME - 2) + 2;

        ((webhook_json_doc_t *) doc)->index = index;
    }

    /* three quarters full at most, and never full */

    if (index->count >= index->size / 4 * 3
        && webhook_json_large_grow(index) != WEBHOOK_OK)
    {
        return NULL;
    }

    large = webhook_json_large_place(index, n + 1);

    if (large->node == 0) {
        large->node = n + 1;
        index->count++;
    }

    if (large->asked < WEBHOOK_JSON_ASKED) {
        large->asked++;
    }

    return large->asked == WEBHOOK_JSON_ASKED ? large : NULL;
}


static int
webhook_json_large_grow(webhook_json_index_t *index)
{
    uint32_t               i, size;
    webhook_json_large_t  *large, *old;

    old = index->large;
    size = index->size;

    large = calloc(size ? (size_t) size * 2 : 4, sizeof(webhook_json_large_t));
    if (large == NULL) {
        return WEBHOOK_NOMEM;
    }

    index->large = large;
    index->size = size ? size * 2 : 4;

    for (i = 0; i < size; i++) {
        if (old[i].node) {
            *webhook_json_large_place(index, old[i].node) = old[i];
        }
    }

    free(old);

    return WEBHOOK_OK;
}


/*
 * That of a node, or the empty place for it.  The sender chooses which nodes
 * there are, so they are hashed as keys are.
 */

static webhook_json_large_t *
webhook_json_large_place(webhook_json_index_t *index, uint32_t node)
{
    uint32_t  i;

    i = (uint32_t) webhook_json_multiply(node, index->point)
        & (index->size - 1);

    while (index->large[i].node && index->large[i].node != node) {
        i = (i + 1) & (index->size - 1);
    }

    return &index->large[i];
}


static int
webhook_json_index_keys(const webhook_json_doc_t *doc, uint32_t n,
    webhook_json_large_t *large)
{
    size_t                      size;
    uint32_t                    i, last, slot;
    webhook_str_t               key;
    webhook_buf_t               decoded;
    const webhook_json_node_t  *name;

    size = 1;

    while (size < (size_t) (doc->nodes[n].info / WEBHOOK_JSON_ONE) * 2) {
        size *= 2;
    }

    large->slots = calloc(size, sizeof(uint32_t));
    if (large->slots == NULL) {
        return WEBHOOK_NOMEM;
    }

    large->mask = (uint32_t) (size - 1);

    webhook_buf_init(&decoded, 0);

    last = doc->nodes[n].next;

    for (i = n + 1; i < last; i = doc->nodes[i + 1].next) {
        name = &doc->nodes[i];

        key.data = doc->text + name->offset + 1;
        key.len = name->len - 2;

        if (name->info & WEBHOOK_JSON_ESCAPED) {
            key.data--;
            key.len += 2;

            decoded.len = 0;

            if (webhook_json_decode(&key, &decoded) != WEBHOOK_OK) {
                webhook_buf_free(&decoded);
                free(large->slots);
                large->slots = NULL;
                return WEBHOOK_NOMEM;
            }

            key.data = decoded.data;
            key.len = decoded.len;
        }

        slot = webhook_json_slot(doc, large, &key);

        /* the last one counts */

        large->slots[slot] = i | (large->slots[slot] ? WEBHOOK_JSON_TWICE : 0);
    }

    webhook_buf_free(&decoded);

    return WEBHOOK_OK;
}


static int
webhook_json_index_elements(const webhook_json_doc_t *doc, uint32_t n,
    webhook_json_large_t *large)
{
    uint32_t  i, node, count;

    count = doc->nodes[n].info / WEBHOOK_JSON_ONE;

    large->slots = malloc((size_t) count * sizeof(uint32_t));
    if (large->slots == NULL) {
        return WEBHOOK_NOMEM;
    }

    node = n + 1;

    for (i = 0; i < count; i++) {
        large->slots[i] = node;
        node = doc->nodes[node].next;
    }

    return WEBHOOK_OK;
}


/* The slot with this key, or the empty one where it would be. */

static uint32_t
webhook_json_slot(const webhook_json_doc_t *doc, webhook_json_large_t *large,
    const webhook_str_t *key)
{
    uint32_t  slot, n;

    slot = (uint32_t) webhook_json_hash(key, doc->index->point) & large->mask;

    for ( ;; ) {
        n = large->slots[slot] & ~WEBHOOK_JSON_TWICE;

        if (n == 0 || webhook_json_key_is(doc, n, key)) {
            return slot;
        }

        slot = (slot + 1) & large->mask;
    }
}


static uint64_t
webhook_json_hash(const webhook_str_t *key, uint64_t point)
{
    size_t    i, n;
    uint64_t  h, piece;

    h = key->len % WEBHOOK_JSON_PRIME;

    for (i = 0; i < key->len; i += n) {
        n = key->len - i < 7 ? key->len - i : 7;

        piece = 0;
        memcpy(&piece, key->data + i, n);

        h = webhook_json_multiply(h, point) + le64toh(piece);

        if (h >= WEBHOOK_JSON_PRIME) {
            h -= WEBHOOK_JSON_PRIME;
        }
    }

    return webhook_json_multiply(h, point);
}


/* Modulo the prime, of which both are less. */

static uint64_t
webhook_json_multiply(uint64_t a, uint64_t b)
{
    uint64_t           h;
    unsigned __int128  p;

    p = (unsigned __int128) a * b;
    h = (uint64_t) (p & WEBHOOK_JSON_PRIME) + (uint64_t) (p >> 61);

    return h >= WEBHOOK_JSON_PRIME ? h - WEBHOOK_JSON_PRIME : h;
}
