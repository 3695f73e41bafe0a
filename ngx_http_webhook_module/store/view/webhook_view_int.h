
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * An object that is being filled in.
 */

#ifndef WEBHOOK_VIEW_INT_H
#define WEBHOOK_VIEW_INT_H

#include "store/view/webhook_view.h"


typedef struct {
    json_t    *json;
    unsigned   failed:1;            /* there was no memory */
} webhook_view_t;


void webhook_view_begin(webhook_view_t *v);

/* The object, or NULL where something failed. */
json_t *webhook_view_end(webhook_view_t *v);

/* Members: a value, which is taken (NULL: there was no memory); a number; a
   text of a row, as webhook_view_set(), or null where it is empty; a constant,
   or null where it is NULL. */
void webhook_view_add(webhook_view_t *v, const char *name, json_t *value);
void webhook_view_add_number(webhook_view_t *v, const char *name, uint64_t n);
void webhook_view_add_text(webhook_view_t *v, const char *name,
    const webhook_str_t *text);
void webhook_view_add_some(webhook_view_t *v, const char *name,
    const webhook_str_t *text);
void webhook_view_add_word(webhook_view_t *v, const char *name,
    const char *word);

/* Appends to an array, as webhook_view_add(). */
void webhook_view_push(webhook_view_t *v, json_t *array, json_t *value);


#endif /* WEBHOOK_VIEW_INT_H */
