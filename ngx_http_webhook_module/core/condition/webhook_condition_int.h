
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A compiled condition from the inside: webhook_condition.c makes the tree,
 * webhook_condition_part.c its leaves, webhook_condition_eval.c reads both.
 */

#ifndef WEBHOOK_CONDITION_INT_H
#define WEBHOOK_CONDITION_INT_H

#include "core/condition/webhook_condition.h"
#include "core/condition/webhook_regex.h"
#include "core/scalar/webhook_decimal.h"


typedef enum {
    WEBHOOK_CONDITION_EQ = 0,
    WEBHOOK_CONDITION_NE,
    WEBHOOK_CONDITION_GT,
    WEBHOOK_CONDITION_GE,
    WEBHOOK_CONDITION_LT,
    WEBHOOK_CONDITION_LE,
    WEBHOOK_CONDITION_MATCH,
    WEBHOOK_CONDITION_EXISTS,
    WEBHOOK_CONDITION_IN
} webhook_condition_op_e;


typedef enum {
    WEBHOOK_CONDITION_TEXT = 0,
    WEBHOOK_CONDITION_NUMBER,
    WEBHOOK_CONDITION_NULL
} webhook_condition_literal_e;


typedef struct {
    webhook_condition_literal_e   type;
    webhook_str_t                 text;
    webhook_decimal_t             number;
} webhook_condition_literal_t;


/* A comparison. */

typedef struct {
    webhook_str_t                 source;       /* as it was written */
    webhook_path_t               *path;
    webhook_condition_op_e        op;
    webhook_condition_literal_t  *literals;
    uint32_t                      nliterals;    /* of "in" more than one */
    webhook_regex_t              *regex;
} webhook_condition_part_t;


typedef enum {
    WEBHOOK_CONDITION_PART = 0,
    WEBHOOK_CONDITION_AND,
    WEBHOOK_CONDITION_OR
} webhook_condition_node_e;


typedef struct webhook_condition_node_s  webhook_condition_node_t;

struct webhook_condition_node_s {
    webhook_condition_node_e      type;
    unsigned                      negated:1;
    unsigned                      bracketed:1;  /* where it was written */
    webhook_condition_part_t     *part;
    webhook_condition_node_t     *first;        /* of those that it joins */
    webhook_condition_node_t     *next;         /* joined with it */
};


struct webhook_condition_s {
    webhook_condition_node_t     *root;
    unsigned                      doubts;
    uint32_t                      nparts;
    webhook_condition_part_t     *parts;
    /* parts, nodes, literals, the text, and room for what quotes hold */
};


/* What is read, and what room is left for what is made of it. */

typedef struct {
    unsigned char                *start;
    unsigned char                *p;
    unsigned char                *last;

    webhook_condition_t          *cond;
    uint32_t                      max_parts;
    webhook_condition_node_t     *nodes;        /* the next one */
    webhook_condition_literal_t  *literals;     /* the next one, and the */
    webhook_condition_literal_t  *last_literal; /*   one behind the last */
    unsigned char                *quoted;       /* the next byte */

    uint32_t                      depth;        /* of brackets */
    webhook_error_t              *err;
} webhook_condition_text_t;


/* Reads a comparison.  WEBHOOK_OK, or WEBHOOK_ERROR with the error filled in.
   The part may be freed whatever is returned. */
int webhook_condition_part(webhook_condition_text_t *t,
    webhook_condition_part_t *part);

/* Moves over white space. */
void webhook_condition_space(webhook_condition_text_t *t);

/* The place that is come to, for an error text. */
size_t webhook_condition_offset(const webhook_condition_text_t *t);

/* 1 if a character and then the same again come next. */
int webhook_condition_twice(const webhook_condition_text_t *t,
    unsigned char c);


#endif /* WEBHOOK_CONDITION_INT_H */
