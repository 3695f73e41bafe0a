
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Ways through a payload: does one path lead to what another does?  All
 * functions are reentrant and allocate nothing.
 */

#ifndef WEBHOOK_WAY_H
#define WEBHOOK_WAY_H

#include "core/json/webhook_path.h"


/* The steps of one path, and behind these those of another.  The paths have to
   live as long. */

typedef struct {
    const webhook_path_t  *path[2];     /* the second may be NULL */
    uint32_t               from[2];
    uint32_t               n[2];        /* steps from there on */
} webhook_way_t;


/* The way of a path alone, without so many of its first steps. */
void webhook_way_init(webhook_way_t *way, const webhook_path_t *path,
    uint32_t skip);

/*
 * The way to what a path means within an element of the list that another leads
 * to, without so many of that one's first steps.  A path that begins with
 * "parent" is of the element around it, and so on, levels - 1 times at most.
 */
void webhook_way_element(webhook_way_t *way, const webhook_path_t *list,
    uint32_t skip, uint32_t levels, const webhook_path_t *path);

/* The number of steps at the beginning of a path, up to max, that are the
   bare word "parent". */
uint32_t webhook_way_up(const webhook_path_t *path, uint32_t max);

/* 1 if one of both ways goes on where the other ends, or both are the same;
   an element and all of its list ("[]") are. */
int webhook_way_alike(const webhook_way_t *a, const webhook_way_t *b);

/* The same of two paths of a request, whose names behind the root may have dots
   of their own; those of headers have no case.  Both have two steps or more. */
int webhook_way_same_root(const webhook_path_t *a, const webhook_path_t *b);


#endif /* WEBHOOK_WAY_H */
