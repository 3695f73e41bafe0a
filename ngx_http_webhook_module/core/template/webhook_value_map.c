
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/template/webhook_value_map.h"

#include <stdlib.h>


#define WEBHOOK_VALUE_MAP_FIRST  16           /* rows */


typedef struct {
    webhook_str_t   from;
    webhook_str_t   to;
    unsigned char   text[];             /* of both */
} webhook_value_map_row_t;


struct webhook_value_map_s {
    webhook_value_map_row_t  **rows;    /* by ascending "from" */
    size_t                     nrows;
    size_t                     size;
    webhook_value_map_row_t   *other;   /* the default, or NULL */
};


static webhook_value_map_row_t *webhook_value_map_row(
    const webhook_str_t *from, const webhook_str_t *to);
static size_t webhook_value_map_place(const webhook_value_map_t *map,
    const webhook_str_t *from, int *found);


webhook_value_map_t *
webhook_value_map_create(void)
{
    return calloc(1, sizeof(webhook_value_map_t));
}


void
webhook_value_map_free(webhook_value_map_t *map)
{
    size_t  i;

    if (map == NULL) {
        return;
    }

    for (i = 0; i < map->nrows; i++) {
        free(map->rows[i]);
    }

    free(map->rows);
    free(map->other);
    free(map);
}


int
webhook_value_map_add(webhook_value_map_t *map, const webhook_str_t *from,
    const webhook_str_t *to)
{
    int                        found;
    size_t                     place, size;
    webhook_value_map_row_t   *row, **rows;

    place = webhook_value_map_place(map, from, &found);

    if (found) {
        return WEBHOOK_ERROR;
    }

    if (map->nrows == WEBHOOK_VALUE_MAP_MAX) {
        return WEBHOOK_LIMIT;
    }

    if (map->nrows == map->size) {
        size = map->size ? map->size * 2 : WEBHOOK_VALUE_MAP_FIRST;

        rows = realloc(map->rows, size * sizeof(webhook_value_map_row_t *));
        if (rows == NULL) {
            return WEBHOOK_NOMEM;
        }

        map->rows = rows;
        map->size = size;
    }

    row = webhook_value_map_row(from, to);
    if (row == NULL) {
        return WEBHOOK_NOMEM;
    }

    memmove(map->rows + place + 1, map->rows + place,
            (map->nrows - place) * sizeof(webhook_value_map_row_t *));

    map->rows[place] = row;
    map->nrows++;

    return WEBHOOK_OK;
}


int
webhook_value_map_add_default(webhook_value_map_t *map, const webhook_str_t *to)
{
    static const webhook_str_t  none = webhook_str("");

    if (map->other) {
        return WEBHOOK_ERROR;
    }

    map->other = webhook_value_map_row(&none, to);

    return map->other ? WEBHOOK_OK : WEBHOOK_NOMEM;
}


const webhook_str_t *
webhook_value_map_find(const webhook_value_map_t *map,
    const webhook_str_t *from)
{
    int     found;
    size_t  place;

    place = webhook_value_map_place(map, from, &found);

    if (found) {
        return &map->rows[place]->to;
    }

    return map->other ? &map->other->to : NULL;
}


static webhook_value_map_row_t *
webhook_value_map_row(const webhook_str_t *from, const webhook_str_t *to)
{
    webhook_value_map_row_t  *row;

    row = malloc(sizeof(webhook_value_map_row_t) + from->len + to->len);
    if (row == NULL) {
        return NULL;
    }

    row->from.len = from->len;
    row->from.data = row->text;

    row->to.len = to->len;
    row->to.data = row->text + from->len;

    if (from->len) {
        memcpy(row->from.data, from->data, from->len);
    }

    if (to->len) {
        memcpy(row->to.data, to->data, to->len);
    }

    return row;
}


/* Index of the row, or of the first one behind it. */

static size_t
webhook_value_map_place(const webhook_value_map_t *map,
    const webhook_str_t *from, int *found)
{
    int                   rc;
    size_t                first, last, mid, len;
    const webhook_str_t  *other;

    *found = 0;

    first = 0;
    last = map->nrows;

    while (first < last) {
        mid = first + (last - first) / 2;
        other = &map->rows[mid]->from;

        len = other->len < from->len ? other->len : from->len;

        rc = len ? memcmp(other->data, from->data, len) : 0;

        if (rc == 0) {
            rc = (other->len > from->len) - (other->len < from->len);
        }

        if (rc == 0) {
            *found = 1;
            return mid;
        }

        if (rc < 0) {
            first = mid + 1;

        } else {
            last = mid;
        }
    }

    return first;
}
