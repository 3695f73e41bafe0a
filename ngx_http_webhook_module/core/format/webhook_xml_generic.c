
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Any XML as JSON.  The walk goes by the links between elements, without
 * recursion: down into the first one inside, on to the next of the same name,
 * then to the next name, and up.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE                     /* qsort_r() */
#endif

#include "core/format/webhook_xml_int.h"

#include <stdlib.h>


static uint32_t webhook_xml_next_name(const webhook_xml_tree_t *tree,
    const webhook_xml_element_t *e);
static void webhook_xml_say_name(const webhook_xml_tree_t *tree,
    const webhook_xml_element_t *e, webhook_buf_t *out);
static void webhook_xml_say_prefixed(const char *prefix,
    const webhook_str_t *s, webhook_buf_t *out);
static void webhook_xml_say_attributes(const webhook_xml_tree_t *tree,
    const webhook_xml_element_t *e, webhook_buf_t *out);
static int webhook_xml_say_mixed(const webhook_xml_tree_t *tree,
    const webhook_xml_element_t *e, webhook_buf_t *out);
static int webhook_xml_group(webhook_xml_tree_t *tree, uint32_t n,
    uint32_t **order, uint32_t *allocated);
static int webhook_xml_compare(const void *one, const void *two, void *data);
static void webhook_xml_say_text(const webhook_str_t *s, webhook_buf_t *out);


int
webhook_xml_generic_json(webhook_xml_tree_t *tree, webhook_buf_t *out)
{
    int                     rc;
    uint32_t                n, next, *order, allocated;
    webhook_str_t           s;
    webhook_xml_element_t  *e;

    n = 0;
    order = NULL;
    allocated = 0;
    rc = WEBHOOK_OK;

    webhook_buf_byte(out, '{');
    webhook_xml_say_name(tree, &tree->elements[0], out);

    for ( ;; ) {
        e = &tree->elements[n];

        if (e->nelements == 0 && e->nattributes == 0) {
            s = webhook_xml_leaf_text(tree, e);
            webhook_xml_say_text(&s, out);

        } else {
            webhook_buf_byte(out, '{');
            webhook_xml_say_attributes(tree, e, out);

            if (e->first) {
                rc = webhook_xml_group(tree, n, &order, &allocated);
                if (rc != WEBHOOK_OK) {
                    break;
                }

                if (e->nattributes) {
                    webhook_buf_byte(out, ',');
                }

                n = e->first;
                goto down;
            }

            rc = webhook_xml_say_mixed(tree, e, out);
            if (rc != WEBHOOK_OK) {
                break;
            }
        }

        /* up, until there is one beside it whose turn it is */

        for ( ;; ) {
            e = &tree->elements[n];

            if (n == 0 || e->same) {
                break;
            }

            if (e->head != n) {
                webhook_buf_byte(out, ']');
            }

            next = webhook_xml_next_name(tree, e);

            if (next) {
                webhook_buf_byte(out, ',');
                n = next;
                goto down;
            }

            n = e->parent;

            rc = webhook_xml_say_mixed(tree, &tree->elements[n], out);
            if (rc != WEBHOOK_OK) {
                break;
            }
        }

        if (n == 0 || rc != WEBHOOK_OK || out->failed) {
            break;
        }

        webhook_buf_byte(out, ',');
        n = e->same;
        continue;

    down:

        e = &tree->elements[n];

        webhook_xml_say_name(tree, e, out);

        if (e->same) {
            webhook_buf_byte(out, '[');
        }
    }

    free(order);

    webhook_buf_byte(out, '}');

    return rc == WEBHOOK_OK ? out->failed : rc;
}


/* Of the elements beside e the next of a name that none before it has; 0 if
   there is none. */

static uint32_t
webhook_xml_next_name(const webhook_xml_tree_t *tree,
    const webhook_xml_element_t *e)
{
    uint32_t  next;

    next = tree->elements[e->head].next;

    while (next && tree->elements[next].head != next) {
        next = tree->elements[next].next;
    }

    return next;
}


static void
webhook_xml_say_name(const webhook_xml_tree_t *tree,
    const webhook_xml_element_t *e, webhook_buf_t *out)
{
    webhook_str_t  name;

    name = webhook_xml_str(tree, &e->name);

    webhook_xml_say_prefixed("", &name, out);
}


static void
webhook_xml_say_prefixed(const char *prefix, const webhook_str_t *s,
    webhook_buf_t *out)
{
    webhook_buf_byte(out, '"');
    webhook_buf_add(out, prefix, strlen(prefix));
    webhook_json_escape(s, out);
    webhook_buf_add(out, "\":", 2);
}


static void
webhook_xml_say_text(const webhook_str_t *s, webhook_buf_t *out)
{
    webhook_buf_byte(out, '"');
    webhook_json_escape(s, out);
    webhook_buf_byte(out, '"');
}


static void
webhook_xml_say_attributes(const webhook_xml_tree_t *tree,
    const webhook_xml_element_t *e, webhook_buf_t *out)
{
    uint32_t                        i;
    webhook_str_t                   s;
    const webhook_xml_attribute_t  *a;

    for (i = 0; i < e->nattributes; i++) {
        a = &tree->attributes[e->attribute + i];

        if (i) {
            webhook_buf_byte(out, ',');
        }

        s = webhook_xml_str(tree, &a->name);
        webhook_xml_say_prefixed("@", &s, out);

        s = webhook_xml_str(tree, &a->value);
        webhook_xml_say_text(&s, out);
    }
}


/* The text of an element that is an object, if there is any, and its end. */

static int
webhook_xml_say_mixed(const webhook_xml_tree_t *tree,
    const webhook_xml_element_t *e, webhook_buf_t *out)
{
    uint32_t       i;
    webhook_str_t  s;
    webhook_buf_t  all;

    if (!e->text) {
        return webhook_buf_byte(out, '}');
    }

    webhook_buf_add(out, ",\"#text\":", 9);

    webhook_buf_init(&all, 0);

    for (i = e->piece; i; i = tree->pieces[i - 1].next) {
        s = webhook_xml_str(tree, &tree->pieces[i - 1].text);
        webhook_buf_add(&all, s.data, s.len);
    }

    if (all.failed) {
        webhook_buf_free(&all);
        return WEBHOOK_NOMEM;
    }

    s.data = all.data;
    s.len = all.len;

    if (e->nelements) {

        /* there is something between, since there is text */

        while (strchr(" \t\r\n", s.data[0])) {
            s.data++;
            s.len--;
        }

        while (strchr(" \t\r\n", s.data[s.len - 1])) {
            s.len--;
        }
    }

    webhook_xml_say_text(&s, out);
    webhook_buf_free(&all);

    return webhook_buf_byte(out, '}');
}


/*
 * Finds which elements in element n have the same name, by sorting them: the
 * sender chooses the names, and a hash could be made to collide.
 */

static int
webhook_xml_group(webhook_xml_tree_t *tree, uint32_t n, uint32_t **order,
    uint32_t *allocated)
{
    uint32_t               i, k, *p, count;
    webhook_str_t          a, b;
    webhook_xml_element_t  *e, *before;

    count = tree->elements[n].nelements;

    if (count < 2) {
        return WEBHOOK_OK;
    }

    if (count > *allocated) {
        p = realloc(*order, count * sizeof(uint32_t));
        if (p == NULL) {
            return WEBHOOK_NOMEM;
        }

        *order = p;
        *allocated = count;
    }

    p = *order;
    i = 0;

    for (k = tree->elements[n].first; k; k = tree->elements[k].next) {
        p[i++] = k;
    }

    qsort_r(p, count, sizeof(uint32_t), webhook_xml_compare, tree);

    for (i = 1; i < count; i++) {
        before = &tree->elements[p[i - 1]];
        e = &tree->elements[p[i]];

        a = webhook_xml_str(tree, &before->name);
        b = webhook_xml_str(tree, &e->name);

        if (webhook_str_eq(&a, &b)) {
            e->head = before->head;
            before->same = p[i];
        }
    }

    return WEBHOOK_OK;
}


/* By name, and of one name by place, which makes the order total. */

static int
webhook_xml_compare(const void *one, const void *two, void *data)
{
    int                        rc;
    uint32_t                   i, k;
    webhook_str_t              a, b;
    const webhook_xml_tree_t  *tree;

    i = *(const uint32_t *) one;
    k = *(const uint32_t *) two;
    tree = data;

    a = webhook_xml_str(tree, &tree->elements[i].name);
    b = webhook_xml_str(tree, &tree->elements[k].name);

    rc = memcmp(a.data, b.data, a.len < b.len ? a.len : b.len);

    if (rc == 0) {
        rc = (a.len > b.len) - (a.len < b.len);
    }

    return rc ? rc : (i > k) - (i < k);
}
