
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A queue that is fair between those who put something into it: who has much
 * waiting waits for himself.  Whoever has items here has a turn after each of
 * the others, one item a turn; items of the same owner come in the order in
 * which they were put.  Nothing here allocates: an item is a member of what
 * waits.  Any thread, one at a time.
 */

#ifndef WEBHOOK_FAIR_H
#define WEBHOOK_FAIR_H

#include "core/base/webhook_str.h"


typedef struct webhook_fair_item_s  webhook_fair_item_t;

struct webhook_fair_item_s {
    webhook_str_t         owner;        /* may be empty, which is one, too; has
                                           to live as long as the item waits */
    size_t                size;         /* bytes */

    /* of this unit */
    webhook_fair_item_t  *next;         /* the same owner's */

    /* of an owner's first item: */
    webhook_fair_item_t  *last;         /* the owner's */
    uint32_t              count;        /* of the owner's items */
    webhook_fair_item_t  *before;       /* first items of the owners whose */
    webhook_fair_item_t  *after;        /*   turns are next to this one's */
};


typedef struct {
    uint32_t              each;         /* items of an owner, */
    uint32_t              all;          /*   of all owners, and bytes of all: */
    size_t                bytes;        /*   what webhook_fair_full() allows */

    /* of this unit */
    webhook_fair_item_t  *turn;         /* the next one; NULL: none waits */
    uint32_t              count;
    size_t                size;
} webhook_fair_t;


void webhook_fair_init(webhook_fair_t *fair, uint32_t each, uint32_t all,
    size_t bytes);

/*
 * 1 if one more item with so many bytes would be too much, of this owner or of
 * all.  One is always allowed where nothing waits, however large it is.
 */
int webhook_fair_full(const webhook_fair_t *fair, const webhook_str_t *owner,
    size_t size);

/* Puts an item, whose owner and size are set; also into a queue that is full. */
void webhook_fair_put(webhook_fair_t *fair, webhook_fair_item_t *item);

/* The item whose turn it is, or NULL; and takes that one out. */
webhook_fair_item_t *webhook_fair_next(const webhook_fair_t *fair);
webhook_fair_item_t *webhook_fair_take(webhook_fair_t *fair);


#endif /* WEBHOOK_FAIR_H */
