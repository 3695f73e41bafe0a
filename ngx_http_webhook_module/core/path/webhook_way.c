
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/path/webhook_way.h"

#include <strings.h>


static int webhook_way_step(const webhook_way_t *way, uint32_t i,
    webhook_str_t *text, webhook_str_t *name);
static int webhook_way_index(const webhook_way_t *way, uint32_t i);


void
webhook_way_init(webhook_way_t *way, const webhook_path_t *path,
    uint32_t skip)
{
    memset(way, 0, sizeof(webhook_way_t));

    way->path[0] = path;
    way->from[0] = skip;
    way->n[0] = webhook_path_steps(path) - skip;
}


void
webhook_way_element(webhook_way_t *way, const webhook_path_t *list,
    uint32_t skip, uint32_t levels, const webhook_path_t *path)
{
    uint32_t       i, up, steps;
    webhook_str_t  name;

    up = webhook_way_up(path, levels - 1);
    steps = webhook_path_steps(list);

    /* up to the end of the list before, so many times */

    for (i = 0; i < up; i++) {
        do {
            steps--;
        } while (steps > 1 && !webhook_path_each(list, steps - 1, &name));
    }

    way->path[0] = list;
    way->from[0] = skip;
    way->n[0] = steps > skip ? steps - skip : 0;

    way->path[1] = path;
    way->from[1] = up;
    way->n[1] = webhook_path_steps(path) - up;
}


uint32_t
webhook_way_up(const webhook_path_t *path, uint32_t max)
{
    uint32_t  n;

    static const webhook_str_t  parent = webhook_str("parent");

    for (n = 0; n < max && n < webhook_path_steps(path); n++) {
        if (webhook_path_is_key(path, n)
            || !webhook_str_eq(webhook_path_step(path, n), &parent))
        {
            break;
        }
    }

    return n;
}


int
webhook_way_alike(const webhook_way_t *a, const webhook_way_t *b)
{
    int            each_a, each_b;
    uint32_t       i, j;
    webhook_str_t  text_a, text_b, name_a, name_b;

    i = 0;
    j = 0;

    while (i < a->n[0] + a->n[1] && j < b->n[0] + b->n[1]) {

        each_a = webhook_way_step(a, i++, &text_a, &name_a);
        each_b = webhook_way_step(b, j++, &text_b, &name_b);

        if (!webhook_str_eq(&text_a, &text_b)
            && !webhook_str_eq(&name_a, &name_b))
        {
            return 0;
        }

        /* one may name the element that the other means with all others */

        if (each_a && !each_b && webhook_way_index(b, j)) {
            j++;

        } else if (each_b && !each_a && webhook_way_index(a, i)) {
            i++;
        }
    }

    return 1;
}


/* 1 for a list of which the elements are meant: the path of an element follows,
   or it ends in "[]". */

static int
webhook_way_step(const webhook_way_t *way, uint32_t i, webhook_str_t *text,
    webhook_str_t *name)
{
    int       last;
    uint32_t  part;

    part = (i >= way->n[0]);
    last = (way->path[1] && i + 1 == way->n[0]);

    i = way->from[part] + (part ? i - way->n[0] : i);

    *text = *webhook_path_step(way->path[part], i);

    return webhook_path_each(way->path[part], i, name) || last;
}


/* 1 if a step is there and a number. */

static int
webhook_way_index(const webhook_way_t *way, uint32_t i)
{
    size_t         n;
    webhook_str_t  text, name;

    if (i >= way->n[0] + way->n[1]) {
        return 0;
    }

    (void) webhook_way_step(way, i, &text, &name);

    for (n = 0; n < text.len; n++) {
        if (text.data[n] < '0' || text.data[n] > '9') {
            return 0;
        }
    }

    return 1;
}


int
webhook_way_same_root(const webhook_path_t *a, const webhook_path_t *b)
{
    webhook_str_t         x, y, swap;
    const webhook_str_t  *root;

    static const webhook_str_t  header = webhook_str("header");

    root = webhook_path_root(a);

    if (!webhook_str_eq(root, webhook_path_root(b))) {
        return 0;
    }

    webhook_path_rest(a, 1, &x);
    webhook_path_rest(b, 1, &y);

    if (x.len > y.len) {
        swap = x;
        x = y;
        y = swap;
    }

    if (y.len > x.len && y.data[x.len] != '.') {
        return 0;
    }

    return webhook_str_eq(root, &header)
           ? strncasecmp((char *) x.data, (char *) y.data, x.len) == 0
           : memcmp(x.data, y.data, x.len) == 0;
}
