
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A queue that is fair between owners: turns, order, bounds, and many items put
 * and taken by chance beside a model that looks at all of them.
 */

#include <stdlib.h>

#include "tap.h"
#include "core/fair/webhook_fair.h"


#define TEST_ITEMS   64
#define TEST_OWNERS  7


typedef struct {
    webhook_fair_item_t  fair;          /* first */
    unsigned             number;        /* of its owner's */
    unsigned             owner;
    unsigned             waits;
} test_item_t;


static void test_turns(void);
static void test_bounds(void);
static void test_chance(void);
static void test_put(webhook_fair_t *fair, test_item_t *item,
    const char *owner, size_t size);
static int test_taken(webhook_fair_t *fair, test_item_t *want);


int
main(void)
{
    test_turns();
    test_bounds();
    test_chance();

    return tap_done();
}


static void
test_turns(void)
{
    test_item_t     a[4], b[2], c, none;
    webhook_fair_t  fair;

    webhook_fair_init(&fair, 10, 100, 1000);

    tap_ok(webhook_fair_next(&fair) == NULL && webhook_fair_take(&fair) == NULL,
           "nothing waits");

    test_put(&fair, &a[0], "a", 1);
    test_put(&fair, &a[1], "a", 1);
    test_put(&fair, &a[2], "a", 1);
    test_put(&fair, &b[0], "b", 1);
    test_put(&fair, &b[1], "b", 1);

    tap_ok(webhook_fair_next(&fair) == &a[0].fair, "who came first is next");
    tap_ok(test_taken(&fair, &a[0]), "and has the first turn");
    tap_ok(test_taken(&fair, &b[0]), "the other is next, whatever waits");

    test_put(&fair, &c, "c", 1);
    test_put(&fair, &a[3], "a", 1);

    tap_ok(test_taken(&fair, &a[1]), "the first has a turn again");
    tap_ok(test_taken(&fair, &b[1]), "the second");
    tap_ok(test_taken(&fair, &c), "who came later");
    tap_ok(test_taken(&fair, &a[2]), "one is left: his items in their order");

    test_put(&fair, &none, "", 1);

    tap_ok(test_taken(&fair, &a[3]), "the last of his");
    tap_ok(test_taken(&fair, &none), "nobody's items have turns, too");
    tap_ok(webhook_fair_take(&fair) == NULL, "nothing is left");
}


static void
test_bounds(void)
{
    unsigned        i;
    test_item_t     a[4], b[4];
    webhook_str_t   one = webhook_str("a"), two = webhook_str("b"),
                    three = webhook_str("c");
    webhook_fair_t  fair;

    webhook_fair_init(&fair, 3, 5, 100);

    tap_ok(!webhook_fair_full(&fair, &one, 5000),
           "one that is too large is allowed where nothing waits");

    for (i = 0; i < 3; i++) {
        tap_ok(!webhook_fair_full(&fair, &one, 10), "%u of an owner's", i);
        test_put(&fair, &a[i], "a", 10);
    }

    tap_ok(webhook_fair_full(&fair, &one, 10), "no more of his");
    tap_ok(!webhook_fair_full(&fair, &two, 10), "another may");
    tap_ok(!webhook_fair_full(&fair, &two, 70), "with all bytes that are left");
    tap_ok(webhook_fair_full(&fair, &two, 71), "and not with one more");
    tap_ok(webhook_fair_full(&fair, &two, SIZE_MAX), "nor with very many");

    test_put(&fair, &b[0], "b", 1);
    test_put(&fair, &b[1], "b", 1);

    tap_ok(webhook_fair_full(&fair, &three, 1), "no more of all");

    test_put(&fair, &a[3], "a", 500);

    tap_ok(webhook_fair_full(&fair, &three, 0), "what is put nevertheless counts");

    (void) webhook_fair_take(&fair);
    (void) webhook_fair_take(&fair);

    tap_ok(webhook_fair_full(&fair, &three, 1), "the bytes still do");

    for (i = 0; i < 4; i++) {
        (void) webhook_fair_take(&fair);
    }

    tap_ok(fair.count == 0 && fair.size == 0, "nothing is left");
    tap_ok(!webhook_fair_full(&fair, &one, 10), "and all may again");
}


/* Of an owner the item with the least number comes first; and between two turns
   of an owner who waits all the time, each other who does has one. */

static void
test_chance(void)
{
    char               name[TEST_OWNERS][2];
    unsigned           i, n, owner, waits, wrong_order, wrong_turn, lost;
    unsigned           put[TEST_OWNERS], turns[TEST_OWNERS][TEST_OWNERS];
    unsigned           left[TEST_OWNERS];
    test_item_t       *item, items[TEST_ITEMS];
    webhook_fair_t     fair;

    memset(put, 0, sizeof(put));
    memset(left, 0, sizeof(left));
    memset(turns, 0, sizeof(turns));
    memset(items, 0, sizeof(items));

    for (i = 0; i < TEST_OWNERS; i++) {
        name[i][0] = (char) ('a' + i);
        name[i][1] = '\0';
    }

    webhook_fair_init(&fair, TEST_ITEMS, TEST_ITEMS, 1 << 20);

    srand(7);

    waits = 0;
    wrong_order = 0;
    wrong_turn = 0;
    lost = 0;

    for (n = 0; n < 100000; n++) {

        i = (unsigned) rand() % TEST_ITEMS;

        if (!items[i].waits && rand() % 100 < 48) {
            owner = (unsigned) rand() % TEST_OWNERS;
            owner = owner < TEST_OWNERS / 2 ? 0 : owner;

            items[i].owner = owner;
            items[i].number = put[owner]++;
            items[i].waits = 1;
            test_put(&fair, &items[i], name[owner], i);

            if (left[owner]++ == 0) {
                memset(turns[owner], 0, sizeof(turns[owner]));
            }

            waits++;
            continue;
        }

        item = (test_item_t *) webhook_fair_take(&fair);

        if (item == NULL) {
            lost += (waits != 0);
            continue;
        }

        waits--;
        item->waits = 0;
        owner = item->owner;
        left[owner]--;

        for (i = 0; i < TEST_ITEMS; i++) {
            wrong_order += items[i].waits && items[i].owner == owner
                           && items[i].number < item->number;
        }

        /* how often it had a turn while another waited without one */

        for (i = 0; i < TEST_OWNERS; i++) {
            if (i != owner && left[i]) {
                wrong_turn += ++turns[i][owner] > 1;
            }
        }

        memset(turns[owner], 0, sizeof(turns[owner]));
    }

    tap_ok(lost == 0, "nothing is lost");
    tap_ok(wrong_order == 0, "items of an owner come in their order");
    tap_ok(wrong_turn == 0, "nobody has two turns while another waits");

    while (webhook_fair_take(&fair)) {
        waits--;
    }

    tap_ok(waits == 0 && fair.count == 0 && fair.size == 0,
           "all that was put is taken");
}


static void
test_put(webhook_fair_t *fair, test_item_t *item, const char *owner,
    size_t size)
{
    item->fair.owner.data = (unsigned char *) owner;
    item->fair.owner.len = strlen(owner);
    item->fair.size = size;

    webhook_fair_put(fair, &item->fair);
}


static int
test_taken(webhook_fair_t *fair, test_item_t *want)
{
    return webhook_fair_take(fair) == &want->fair;
}
