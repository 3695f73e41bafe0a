
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/condition/webhook_condition_int.h"

#include <stdlib.h>


static webhook_condition_t *webhook_condition_create(
    webhook_condition_text_t *t, const webhook_str_t *text);
static webhook_condition_node_t *webhook_condition_or(
    webhook_condition_text_t *t);
static webhook_condition_node_t *webhook_condition_and(
    webhook_condition_text_t *t);
static webhook_condition_node_t *webhook_condition_join(
    webhook_condition_text_t *t, unsigned char c,
    webhook_condition_node_e type,
    webhook_condition_node_t *(*read)(webhook_condition_text_t *t));
static webhook_condition_node_t *webhook_condition_unary(
    webhook_condition_text_t *t);
static webhook_condition_node_t *webhook_condition_brackets(
    webhook_condition_text_t *t);
static webhook_condition_node_t *webhook_condition_leaf(
    webhook_condition_text_t *t);
static void webhook_condition_show_node(const webhook_condition_node_t *node,
    int brackets, webhook_buf_t *out);
static void webhook_condition_show_part(const webhook_condition_part_t *part,
    webhook_buf_t *out);


webhook_condition_t *
webhook_condition_compile(const webhook_str_t *text, webhook_error_t *err)
{
    webhook_condition_t       *cond;
    webhook_condition_text_t   t;

    if (text->len > WEBHOOK_CONDITION_MAX_LEN) {
        webhook_error_set(err, "a condition is longer than %d bytes",
                          WEBHOOK_CONDITION_MAX_LEN);
        return NULL;
    }

    memset(&t, 0, sizeof(webhook_condition_text_t));

    t.err = err;

    cond = webhook_condition_create(&t, text);
    if (cond == NULL) {
        webhook_error_set(err, "out of memory");
        return NULL;
    }

    cond->root = webhook_condition_or(&t);

    if (cond->root) {

        if (t.p == t.last) {
            return cond;
        }

        if (*t.p == ')') {
            webhook_error_set(err, "the bracket at offset %zu closes nothing",
                              webhook_condition_offset(&t));

        } else {
            webhook_error_set(err, "\"&&\", \"||\" or the end is missing at "
                              "offset %zu", webhook_condition_offset(&t));
        }
    }

    webhook_condition_free(cond);

    return NULL;
}


/*
 * As much room as there can be need of: what stands in quotes is counted too.
 * Each node that joins has two others at least, so that there are fewer of
 * these than of leaves.
 */

static webhook_condition_t *
webhook_condition_create(webhook_condition_text_t *t,
    const webhook_str_t *text)
{
    size_t                i, parts, values;
    unsigned char         c, *p;
    webhook_condition_t  *cond;

    parts = 1;
    values = 1;

    for (i = 0; i < text->len; i++) {
        c = text->data[i];

        if (i && (c == '&' || c == '|') && text->data[i - 1] == c) {
            parts++;
            values++;
        }

        values += (c == ',');
    }

    if (parts > WEBHOOK_CONDITION_MAX_PARTS) {
        parts = WEBHOOK_CONDITION_MAX_PARTS;
    }

    if (values > WEBHOOK_CONDITION_MAX_VALUES) {
        values = WEBHOOK_CONDITION_MAX_VALUES;
    }

    cond = calloc(1, sizeof(webhook_condition_t)
                     + parts * sizeof(webhook_condition_part_t)
                     + 2 * parts * sizeof(webhook_condition_node_t)
                     + values * sizeof(webhook_condition_literal_t)
                     + 2 * text->len);
    if (cond == NULL) {
        return NULL;
    }

    p = (unsigned char *) (cond + 1);

    cond->parts = (webhook_condition_part_t *) p;
    p += parts * sizeof(webhook_condition_part_t);

    t->nodes = (webhook_condition_node_t *) p;
    p += 2 * parts * sizeof(webhook_condition_node_t);

    t->literals = (webhook_condition_literal_t *) p;
    p += values * sizeof(webhook_condition_literal_t);

    if (text->len) {
        memcpy(p, text->data, text->len);
    }

    t->cond = cond;
    t->max_parts = (uint32_t) parts;
    t->last_literal = t->literals + values;
    t->start = p;
    t->p = p;
    t->last = p + text->len;
    t->quoted = t->last;

    return cond;
}


static webhook_condition_node_t *
webhook_condition_or(webhook_condition_text_t *t)
{
    return webhook_condition_join(t, '|', WEBHOOK_CONDITION_OR,
                                  webhook_condition_and);
}


static webhook_condition_node_t *
webhook_condition_and(webhook_condition_text_t *t)
{
    return webhook_condition_join(t, '&', WEBHOOK_CONDITION_AND,
                                  webhook_condition_unary);
}


/* One, or several with an operator between them, which a node joins; NULL with
   the error filled in. */

static webhook_condition_node_t *
webhook_condition_join(webhook_condition_text_t *t, unsigned char c,
    webhook_condition_node_e type,
    webhook_condition_node_t *(*read)(webhook_condition_text_t *t))
{
    webhook_condition_node_t  *node, *last, *join;

    join = NULL;
    last = NULL;

    for ( ;; ) {
        node = read(t);
        if (node == NULL) {
            return NULL;
        }

        if (last) {
            last->next = node;
        }

        if (type == WEBHOOK_CONDITION_OR
            && node->type == WEBHOOK_CONDITION_AND && !node->bracketed
            && (join || webhook_condition_twice(t, c)))
        {
            t->cond->doubts |= WEBHOOK_CONDITION_MIXED;
        }

        if (!webhook_condition_twice(t, c)) {
            return join ? join : node;
        }

        if (join == NULL) {
            join = t->nodes++;
            join->type = type;
            join->first = node;
        }

        last = node;
        t->p += 2;
    }
}


static webhook_condition_node_t *
webhook_condition_unary(webhook_condition_text_t *t)
{
    unsigned                   negated;
    webhook_condition_node_t  *node;

    negated = 0;

    for ( ;; ) {
        webhook_condition_space(t);

        if (t->p == t->last || *t->p != '!') {
            break;
        }

        negated ^= 1;
        t->p++;
    }

    if (t->p < t->last && *t->p == '(') {
        node = webhook_condition_brackets(t);

    } else {
        node = webhook_condition_leaf(t);

        if (node && negated && node->part->op != WEBHOOK_CONDITION_EXISTS) {
            t->cond->doubts |= WEBHOOK_CONDITION_NOT;
        }
    }

    if (node == NULL) {
        return NULL;
    }

    node->negated ^= negated;

    webhook_condition_space(t);

    return node;
}


static webhook_condition_node_t *
webhook_condition_brackets(webhook_condition_text_t *t)
{
    size_t                     offset;
    webhook_condition_node_t  *node;

    offset = webhook_condition_offset(t);

    if (t->depth == WEBHOOK_CONDITION_MAX_DEPTH) {
        webhook_error_set(t->err, "the bracket at offset %zu stands in more "
                          "than %d others", offset,
                          WEBHOOK_CONDITION_MAX_DEPTH - 1);
        return NULL;
    }

    t->depth++;
    t->p++;

    node = webhook_condition_or(t);
    if (node == NULL) {
        return NULL;
    }

    t->depth--;

    if (t->p == t->last) {
        webhook_error_set(t->err, "the bracket at offset %zu has no end",
                          offset);
        return NULL;
    }

    if (*t->p != ')') {
        webhook_error_set(t->err, "\"&&\", \"||\" or \")\" is missing at "
                          "offset %zu", webhook_condition_offset(t));
        return NULL;
    }

    t->p++;

    node->bracketed = 1;

    return node;
}


static webhook_condition_node_t *
webhook_condition_leaf(webhook_condition_text_t *t)
{
    webhook_condition_node_t  *node;

    if (t->cond->nparts == t->max_parts) {
        webhook_error_set(t->err, "a condition has more than %d parts",
                          WEBHOOK_CONDITION_MAX_PARTS);
        return NULL;
    }

    node = t->nodes++;

    node->type = WEBHOOK_CONDITION_PART;

    /* counted at once, so that it is freed whatever follows */

    node->part = &t->cond->parts[t->cond->nparts++];

    return webhook_condition_part(t, node->part) == WEBHOOK_OK ? node : NULL;
}


void
webhook_condition_free(webhook_condition_t *cond)
{
    uint32_t  i;

    if (cond == NULL) {
        return;
    }

    for (i = 0; i < cond->nparts; i++) {
        webhook_path_free(cond->parts[i].path);
        webhook_regex_free(cond->parts[i].regex);
    }

    free(cond);
}


int
webhook_condition_paths(const webhook_condition_t *cond,
    int (*visit)(void *ctx, const webhook_path_t *path), void *ctx)
{
    int       rc;
    uint32_t  i;

    for (i = 0; i < cond->nparts; i++) {
        rc = visit(ctx, cond->parts[i].path);

        if (rc) {
            return rc;
        }
    }

    return 0;
}


unsigned
webhook_condition_doubts(const webhook_condition_t *cond)
{
    return cond->doubts;
}


uint32_t
webhook_condition_expressions(const webhook_condition_t *cond, size_t *size)
{
    uint32_t  i, n;

    *size = 0;
    n = 0;

    for (i = 0; i < cond->nparts; i++) {
        if (cond->parts[i].regex) {
            *size += webhook_regex_size(cond->parts[i].regex);
            n++;
        }
    }

    return n;
}


int
webhook_condition_show(const webhook_condition_t *cond, webhook_buf_t *out)
{
    webhook_condition_show_node(cond->root, 0, out);

    return out->failed;
}


/* As deep as brackets may be written. */

static void
webhook_condition_show_node(const webhook_condition_node_t *node,
    int brackets, webhook_buf_t *out)
{
    const webhook_condition_node_t  *n;

    if (node->negated) {
        webhook_buf_byte(out, '!');
        brackets = 1;
    }

    if (brackets) {
        webhook_buf_byte(out, '(');
    }

    if (node->type == WEBHOOK_CONDITION_PART) {
        webhook_condition_show_part(node->part, out);

    } else {

        for (n = node->first; n; n = n->next) {

            if (n != node->first) {
                webhook_buf_add(out, node->type == WEBHOOK_CONDITION_AND
                                     ? " && " : " || ", 4);
            }

            webhook_condition_show_node(n, n->type != WEBHOOK_CONDITION_PART,
                                        out);
        }
    }

    if (brackets) {
        webhook_buf_byte(out, ')');
    }
}


/* As it was written; but a bare regular expression could not stand between
   brackets that it has in itself. */

static void
webhook_condition_show_part(const webhook_condition_part_t *part,
    webhook_buf_t *out)
{
    size_t                before;
    const webhook_str_t  *bare, *source;

    source = &part->source;
    bare = &part->literals->text;

    if (part->op != WEBHOOK_CONDITION_MATCH
        || bare->data < source->data
        || bare->data >= source->data + source->len
        || (memchr(bare->data, '(', bare->len) == NULL
            && memchr(bare->data, ')', bare->len) == NULL))
    {
        webhook_buf_add(out, source->data, source->len);
        return;
    }

    before = bare->data - source->data;

    webhook_buf_add(out, source->data, before);
    webhook_buf_byte(out, '\'');
    webhook_buf_add(out, bare->data, bare->len);
    webhook_buf_byte(out, '\'');
}
