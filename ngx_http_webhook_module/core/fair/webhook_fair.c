
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A ring of the owners' first items, and behind each a list of the others.  An
 * owner is looked for one by one: there are as many as items at most, and these
 * are bounded.
 */

#include "core/fair/webhook_fair.h"


static webhook_fair_item_t *webhook_fair_first(const webhook_fair_t *fair,
    const webhook_str_t *owner);
static void webhook_fair_replace(webhook_fair_item_t *item,
    webhook_fair_item_t *with);


void
webhook_fair_init(webhook_fair_t *fair, uint32_t each, uint32_t all,
    size_t bytes)
{
    memset(fair, 0, sizeof(webhook_fair_t));

    fair->each = each;
    fair->all = all;
    fair->bytes = bytes;
}


int
webhook_fair_full(const webhook_fair_t *fair, const webhook_str_t *owner,
    size_t size)
{
    webhook_fair_item_t  *first;

    if (fair->turn == NULL) {
        return 0;
    }

    if (fair->count >= fair->all || size > fair->bytes
        || fair->size > fair->bytes - size)
    {
        return 1;
    }

    first = webhook_fair_first(fair, owner);

    return first && first->count >= fair->each;
}


void
webhook_fair_put(webhook_fair_t *fair, webhook_fair_item_t *item)
{
    webhook_fair_item_t  *first;

    first = webhook_fair_first(fair, &item->owner);

    item->next = NULL;

    fair->count++;
    fair->size += item->size;

    if (first) {
        first->last->next = item;
        first->last = item;
        first->count++;
        return;
    }

    item->last = item;
    item->count = 1;

    if (fair->turn == NULL) {
        item->before = item;
        item->after = item;
        fair->turn = item;
        return;
    }

    /* behind all who wait */

    item->after = fair->turn;
    item->before = fair->turn->before;
    item->before->after = item;
    item->after->before = item;
}


webhook_fair_item_t *
webhook_fair_next(const webhook_fair_t *fair)
{
    return fair->turn;
}


webhook_fair_item_t *
webhook_fair_take(webhook_fair_t *fair)
{
    webhook_fair_item_t  *item, *next;

    item = fair->turn;

    if (item == NULL) {
        return NULL;
    }

    fair->count--;
    fair->size -= item->size;

    next = item->next;

    if (next) {
        next->last = item->last;
        next->count = item->count - 1;
        webhook_fair_replace(item, next);
        fair->turn = next->after;

    } else if (item->after == item) {
        fair->turn = NULL;

    } else {
        item->before->after = item->after;
        item->after->before = item->before;
        fair->turn = item->after;
    }

    item->next = NULL;

    return item;
}


static webhook_fair_item_t *
webhook_fair_first(const webhook_fair_t *fair, const webhook_str_t *owner)
{
    webhook_fair_item_t  *item;

    item = fair->turn;

    if (item == NULL) {
        return NULL;
    }

    do {
        if (item->owner.len == owner->len
            && (owner->len == 0
                || memcmp(item->owner.data, owner->data, owner->len) == 0))
        {
            return item;
        }

        item = item->after;

    } while (item != fair->turn);

    return NULL;
}


/* Puts another item in the place of one in the ring. */

static void
webhook_fair_replace(webhook_fair_item_t *item, webhook_fair_item_t *with)
{
    if (item->after == item) {
        with->before = with;
        with->after = with;
        return;
    }

    with->before = item->before;
    with->after = item->after;
    with->before->after = with;
    with->after->before = with;
}
