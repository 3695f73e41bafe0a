
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A compiled template from the inside: what webhook_template.c makes and
 * webhook_template_render.c reads.
 */

#ifndef WEBHOOK_TEMPLATE_INT_H
#define WEBHOOK_TEMPLATE_INT_H

#include "core/template/webhook_filter.h"
#include "core/template/webhook_template.h"


/* bytes on the stack for values that are made, such as a number as a text */
#define WEBHOOK_TEMPLATE_ROOM  128


typedef struct {
    size_t            start;    /* what the value replaces in the text: this, */
    size_t            end;      /* with the quotes of a typed string */
    webhook_path_t   *path;
    uint32_t          nfilters;
    webhook_filter_t  filters[WEBHOOK_TEMPLATE_MAX_FILTERS];
    unsigned          typed:1;          /* JSON: takes the value's type */
    unsigned          in_path:1;        /* URI: stands before any "?" */
} webhook_placeholder_t;


struct webhook_template_s {
    webhook_template_kind_e  kind;
    webhook_str_t            text;      /* behind them */
    uint32_t                 nplaceholders;
    webhook_placeholder_t    placeholders[];
};


/* The text in front of the i-th placeholder, or behind the last one. */
void webhook_template_literal(const webhook_template_t *tpl, uint32_t i,
    webhook_str_t *literal);


#endif /* WEBHOOK_TEMPLATE_INT_H */
