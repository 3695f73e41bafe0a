
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Paths: dotted, with array indexes: order.lines.0.sku.  A step that is a
 * decimal number is an index into an array and a key of an object.  A step
 * may hold any byte but controls, space, quotes, backslash and $ { } | = ! <
 * > ~ &.
 *
 * A key that has one of these or a dot stands between " or ', as one step:
 * fields."System.State".'a "b"'.  Between them a backslash takes the meaning of
 * a quote or backslash behind it; any other is itself.  No control character
 * may stand there either.  What is quoted is always a key: no index, and as the
 * first step not the name of a root such as "header".
 */

#ifndef WEBHOOK_PATH_H
#define WEBHOOK_PATH_H

#include "core/base/webhook_error.h"
#include "core/json/webhook_json.h"


#define WEBHOOK_PATH_MAX_STEPS  32      /* steps a path */


typedef struct webhook_path_s  webhook_path_t;


/* Compiles text; NULL with *err filled in if it is no path or no memory. */
webhook_path_t *webhook_path_compile(const webhook_str_t *text,
    webhook_error_t *err);
void webhook_path_free(webhook_path_t *path);

/* Number of steps; the i-th step's key, without its quotes; the path as it was
   written. */
uint32_t webhook_path_steps(const webhook_path_t *path);
const webhook_str_t *webhook_path_step(const webhook_path_t *path,
    uint32_t i);
const webhook_str_t *webhook_path_text(const webhook_path_t *path);

/* The first step where it may be the name of a root; if it stands in quotes an
   empty text, which is none. */
const webhook_str_t *webhook_path_root(const webhook_path_t *path);

/* 1 if the i-th step stands in quotes. */
int webhook_path_is_key(const webhook_path_t *path, uint32_t i);

/* 1 if the i-th step is an index where it meets an array, which *index then
   is. */
int webhook_path_index(const webhook_path_t *path, uint32_t i,
    uint32_t *index);

/* The keys from the i-th step on (less than there are), with dots between
   them: a header's name may have dots of its own. */
void webhook_path_rest(const webhook_path_t *path, uint32_t i,
    webhook_str_t *rest);

/* The length of the quoted step at p, with its quotes; 0 if there is none, or
   one without an end. */
size_t webhook_path_quoted(const unsigned char *p, const unsigned char *last);

/*
 * Follows the steps from "skip" on through a document, from value "from" (or
 * the root where from is NULL).  Returns WEBHOOK_OK or WEBHOOK_ERROR.
 */
int webhook_path_find(const webhook_path_t *path, uint32_t skip,
    const webhook_json_doc_t *doc, const webhook_json_value_t *from,
    webhook_json_value_t *v);


/*
 * Paths through lists, as in entry[].changes[].id: a bare step that ends in
 * "[]" is followed into each element of the list there.  What is no list is its
 * only element, as XML and forms cannot say a list of one; null is none.  Where
 * an object has no such key, but one that ends in "[]", that one is meant.
 * Other look-ups take such a step for that very key.
 */

/* 1 if the i-th step ends in "[]"; *name is then what stands before that, else
   the step. */
int webhook_path_each(const webhook_path_t *path, uint32_t i,
    webhook_str_t *name);

typedef struct webhook_path_walk_s  webhook_path_walk_t;

struct webhook_path_walk_s {
    const webhook_json_doc_t  *doc;
    int                      (*visit)(webhook_path_walk_t *w,
                                      const webhook_json_value_t *v);
    void                      *ctx;             /* visit's own */
    unsigned                   strict;          /* 1: nothing is missed: keys
                                                   that stand twice are told,
                                                   and one that ends in "[]"
                                                   is meant in any case */
    unsigned                   twice;           /* 1: one did */
    uint32_t                   nouter;          /* the elements that v is in, */
    webhook_json_value_t       outer[WEBHOOK_PATH_MAX_STEPS];
                                                /*   the outermost first */
};

/*
 * Calls visit for each value that the steps from "skip" on lead to, from value
 * "from" (NULL: the root), in their order; the last step's list is one value,
 * whether it ends in "[]" or not.  With skip, "from" is what the step before
 * stands for.  visit returns 0, or something else to end, which is then
 * returned.
 */
int webhook_path_walk(const webhook_path_t *path, uint32_t skip,
    const webhook_json_value_t *from, webhook_path_walk_t *w);


#endif /* WEBHOOK_PATH_H */
