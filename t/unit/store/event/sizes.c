
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: each text of an event at its bound is taken, and one byte
 * over it is not; the reason of a pause is cut.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_suite.h"


typedef enum {
    REQUEST = 0,
    CONTENT_TYPE,
    HEADERS,
    ORDER,
    FORMS
} which_e;


static void test_texts(void);
static void test_reason(void);


static unsigned char        text[WEBHOOK_HEADERS_MAX + 1];
static webhook_rendition_t  renditions[WEBHOOK_RENDITIONS_MAX + 1];


int
main(void)
{
    memset(text, 'x', sizeof(text));

    test_texts();
    test_reason();

    return tap_done();
}


static webhook_store_result_e
put(util_t *u, which_e which, size_t size)
{
    unsigned        i;
    webhook_op_t    op;
    webhook_put_t   put;
    webhook_str_t  *str;

    memset(&put, 0, sizeof(put));

    util_put_op(&op, &put, util_id(u), util_name("erp"), "{}", 2);

    for (i = 0; i < WEBHOOK_RENDITIONS_MAX + 1; i++) {
        renditions[i] = *op.u.put_event.renditions;
    }

    op.u.put_event.renditions = renditions;

    switch (which) {

    case REQUEST:
        str = &renditions[0].request;
        break;

    case CONTENT_TYPE:
        str = &renditions[0].content_type;
        break;

    case HEADERS:
        str = &renditions[0].headers;
        break;

    case ORDER:
        str = &put.order;
        break;

    default:
        op.u.put_event.renditions_count = (uint32_t) size;
        return util_apply(u, &op);
    }

    str->data = text;
    str->len = size;

    return util_apply(u, &op);
}


static void
test_texts(void)
{
    util_t    u;
    unsigned  i;

    static const struct {
        const char  *name;
        size_t       max;
    } bounds[] = {
        [REQUEST] = { "request", WEBHOOK_REQUEST_MAX },
        [CONTENT_TYPE] = { "content type", WEBHOOK_CONTENT_TYPE_MAX },
        [HEADERS] = { "headers", WEBHOOK_HEADERS_MAX },
        [ORDER] = { "order key", WEBHOOK_ORDER_MAX },
        [FORMS] = { "number of forms", WEBHOOK_RENDITIONS_MAX },
    };

    util_init(&u);
    util_open(&u);

    (void) util_endpoint(&u, "erp", 10);

    for (i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
        tap_ok(put(&u, i, bounds[i].max) == WEBHOOK_STORE_OK
               && put(&u, i, bounds[i].max + 1) == WEBHOOK_STORE_UNAVAILABLE,
               "%s: %zu is taken, one more is not", bounds[i].name,
               bounds[i].max);
    }

    tap_ok(util_stats(&u, 0, NULL).events == 5, "what is refused is not kept");

    util_check(&u, "texts");
    util_free(&u);
}


static void
test_reason(void)
{
    util_t        u;
    webhook_op_t  op;

    util_init(&u);
    util_open(&u);

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_PAUSE;
    op.u.pause.all = 1;
    op.u.pause.reason.data = text;
    op.u.pause.reason.len = WEBHOOK_REASON_MAX + 1;

    (void) util_apply(&u, &op);

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_STATS;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.stats.paused
           && op.u.stats.reason.len == WEBHOOK_REASON_MAX,
           "the reason of a pause is cut");
    webhook_op_free(&op);

    util_check(&u, "reason");
    util_free(&u);
}
