
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Finds values in a document that was read.  A node knows where the next one
 * beside it is, so that a walk over an object steps over whole members without
 * looking inside.
 */

#include "core/json/webhook_json_int.h"


static void webhook_json_value(const webhook_json_doc_t *doc, uint32_t n,
    webhook_json_value_t *v);
static const webhook_json_node_t *webhook_json_container(
    const webhook_json_doc_t *doc, const webhook_json_value_t *in,
    uint32_t type);
static uint32_t webhook_json_look(const webhook_json_doc_t *doc,
    const webhook_json_value_t *in, const webhook_str_t *key,
    uint32_t *found);


void
webhook_json_root(const webhook_json_doc_t *doc, webhook_json_value_t *v)
{
    webhook_json_value(doc, 0, v);
}


static void
webhook_json_value(const webhook_json_doc_t *doc, uint32_t n,
    webhook_json_value_t *v)
{
    const webhook_json_node_t  *node;

    node = &doc->nodes[n];

    v->type = (webhook_json_type_e) (node->info & WEBHOOK_JSON_TYPE);
    v->span.data = doc->text + node->offset;
    v->span.len = node->len;
    v->node = n;
}


/* The node of a value of this type, NULL where it is of another. */

static const webhook_json_node_t *
webhook_json_container(const webhook_json_doc_t *doc,
    const webhook_json_value_t *in, uint32_t type)
{
    const webhook_json_node_t  *node;

    if (in->node >= doc->used) {
        return NULL;
    }

    node = &doc->nodes[in->node];

    return (node->info & WEBHOOK_JSON_TYPE) == type ? node : NULL;
}


int
webhook_json_member(const webhook_json_doc_t *doc,
    const webhook_json_value_t *in, const webhook_str_t *key,
    webhook_json_value_t *v)
{
    uint32_t  found;

    if (webhook_json_look(doc, in, key, &found) == 0) {
        return WEBHOOK_ERROR;
    }

    webhook_json_value(doc, found, v);

    return WEBHOOK_OK;
}


uint32_t
webhook_json_times(const webhook_json_doc_t *doc,
    const webhook_json_value_t *in, const webhook_str_t *key)
{
    uint32_t  found;

    return webhook_json_look(doc, in, key, &found);
}


/* How often a key stands in an object: 0, 1, or 2 for more; and its last
   value's node. */

static uint32_t
webhook_json_look(const webhook_json_doc_t *doc,
    const webhook_json_value_t *in, const webhook_str_t *key, uint32_t *found)
{
    uint32_t                    n, times;
    const webhook_json_node_t  *node;

    node = webhook_json_container(doc, in, WEBHOOK_JSON_OBJECT);
    if (node == NULL) {
        return 0;
    }

    times = 0;

    switch (webhook_json_index_member(doc, in->node, key, found, &times)) {

    case WEBHOOK_OK:
        return times;

    case WEBHOOK_ERROR:
        return 0;

    default: /* WEBHOOK_LIMIT */
        break;
    }

    for (n = in->node + 1; n < node->next; n = doc->nodes[n + 1].next) {

        if (webhook_json_key_is(doc, n, key)) {
            *found = n + 1;
            times += (times < 2);
        }
    }

    return times;
}


int
webhook_json_element(const webhook_json_doc_t *doc,
    const webhook_json_value_t *in, uint32_t index, webhook_json_value_t *v)
{
    uint32_t                    n, count;
    const webhook_json_node_t  *node;

    node = webhook_json_container(doc, in, WEBHOOK_JSON_ARRAY);
    if (node == NULL) {
        return WEBHOOK_ERROR;
    }

    count = node->info / WEBHOOK_JSON_ONE;

    if (index >= count) {
        return WEBHOOK_ERROR;
    }

    n = in->node + 1;

    if (node->next - n == count) {

        /* nothing in the array holds values of its own */

        n += index;

    } else if (webhook_json_index_element(doc, in->node, index, &n)
               != WEBHOOK_OK)
    {
        while (index--) {
            n = doc->nodes[n].next;
        }
    }

    webhook_json_value(doc, n, v);

    return WEBHOOK_OK;
}


uint32_t
webhook_json_count(const webhook_json_doc_t *doc,
    const webhook_json_value_t *in)
{
    if (in->node >= doc->used) {
        return 0;
    }

    return doc->nodes[in->node].info / WEBHOOK_JSON_ONE;
}


int
webhook_json_next(const webhook_json_doc_t *doc,
    const webhook_json_value_t *in, uint32_t *iter, webhook_str_t *key,
    webhook_json_value_t *v)
{
    uint32_t                    n;
    webhook_json_value_t        k;
    const webhook_json_node_t  *node;

    if (in->node >= doc->used) {
        return WEBHOOK_ERROR;
    }

    /* a scalar's next node is the one behind it: there is nothing to walk */

    node = &doc->nodes[in->node];
    n = *iter ? *iter : in->node + 1;

    if (n <= in->node || n >= node->next) {
        return WEBHOOK_ERROR;
    }

    memset(&k, 0, sizeof(webhook_json_value_t));

    if ((node->info & WEBHOOK_JSON_TYPE) == WEBHOOK_JSON_OBJECT) {
        webhook_json_value(doc, n++, &k);
    }

    if (key) {
        *key = k.span;
    }

    webhook_json_value(doc, n, v);

    *iter = doc->nodes[n].next;

    return WEBHOOK_OK;
}
