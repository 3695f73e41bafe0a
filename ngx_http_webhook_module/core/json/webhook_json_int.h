
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Between the files of webhook_json: json.c reads, json_walk.c finds values,
 * and json_index.c members of large objects without a walk.
 */

#ifndef WEBHOOK_JSON_INT_H
#define WEBHOOK_JSON_INT_H

#include "core/json/webhook_json.h"
#include "core/json/webhook_json_text.h"


#define WEBHOOK_JSON_ESCAPED    0x8     /* info: a string with a backslash */
#define WEBHOOK_JSON_TYPE       0x7     /* info: the type's bits */
#define WEBHOOK_JSON_ONE        0x10    /* info: one member or element */

#define WEBHOOK_JSON_MOST       0x0fffffff  /* what info can count up to */


typedef struct {
    uint32_t                 offset;    /* first byte in the text */
    uint32_t                 len;
    uint32_t                 next;      /* node behind this one and all in it;
                                           while an array or object is open:
                                           the one around it */
    uint32_t                 info;      /* type, flag and count */
} webhook_json_node_t;


typedef struct webhook_json_index_s  webhook_json_index_t;


struct webhook_json_doc_s {
    unsigned char           *text;
    webhook_json_index_t    *index;     /* NULL until a large object or array
                                           is looked up in */
    uint32_t                 used;
    uint32_t                 size;
    webhook_json_node_t      nodes[];
};


/* 1 if the key in this node says what the (decoded) text says. */
static inline int
webhook_json_key_is(const webhook_json_doc_t *doc, uint32_t n,
    const webhook_str_t *key)
{
    const unsigned char        *p;
    const webhook_json_node_t  *name;

    name = &doc->nodes[n];
    p = doc->text + name->offset + 1;

    if (name->info & WEBHOOK_JSON_ESCAPED) {
        return webhook_json_says(p, p + name->len - 2, key);
    }

    return name->len - 2 == key->len
           && (key->len == 0 || memcmp(p, key->data, key->len) == 0);
}


/*
 * Look up the key of a member, and element i, of what node n holds.  Return
 * WEBHOOK_OK with *found, the node of the value, and *times, how often the key
 * stands there; WEBHOOK_ERROR if there is none; or WEBHOOK_LIMIT where there
 * is no index, and the caller is to walk: it would not pay (yet), or there was
 * no memory for it.
 */
int webhook_json_index_member(const webhook_json_doc_t *doc, uint32_t n,
    const webhook_str_t *key, uint32_t *found, uint32_t *times);
int webhook_json_index_element(const webhook_json_doc_t *doc, uint32_t n,
    uint32_t i, uint32_t *found);

/* NULL is allowed. */
void webhook_json_index_free(webhook_json_index_t *index);


#endif /* WEBHOOK_JSON_INT_H */
