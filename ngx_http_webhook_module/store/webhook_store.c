
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The store's front: a handle, and the engine behind it that does the work.
 */

#include "store/webhook_store_engine.h"

#include <stdlib.h>
#include <string.h>


struct webhook_store_s {
    const webhook_engine_t  *engine;
    void                    *data;          /* the engine's */
};


webhook_store_result_e
webhook_store_open(const webhook_store_options_t *options,
    webhook_store_t **store)
{
    webhook_store_t         *st;
    webhook_store_result_e   result;

    *store = NULL;

    if (options->engine == NULL) {
        options->log(options->ctx, WEBHOOK_STORE_LOG_EMERG,
                     "the store has no engine");
        return WEBHOOK_STORE_UNAVAILABLE;
    }

    st = malloc(sizeof(webhook_store_t));
    if (st == NULL) {
        options->log(options->ctx, WEBHOOK_STORE_LOG_EMERG,
                     "no memory to open the store");
        return WEBHOOK_STORE_UNAVAILABLE;
    }

    st->engine = options->engine;

    result = st->engine->open(options, &st->data);

    if (result != WEBHOOK_STORE_OK) {
        free(st);
        return result;
    }

    *store = st;

    return WEBHOOK_STORE_OK;
}


void
webhook_store_close(webhook_store_t *st)
{
    st->engine->close(st->data);
    free(st);
}


void
webhook_store_apply(webhook_store_t *st, webhook_op_t **ops, uint32_t count)
{
    st->engine->apply(st->data, ops, count);
}


int
webhook_store_read(webhook_store_t *st, webhook_op_t *op, uint64_t *change)
{
    return st->engine->read ? st->engine->read(st->data, op, change) : 0;
}


void
webhook_store_keep(webhook_store_t *st, webhook_op_t **ops, uint32_t count)
{
    uint32_t  i, n;

    for (i = 0; i < count; i++) {
        for (n = 0; n < ops[i]->u.put_event.count; n++) {
            ops[i]->u.put_event.deliveries[n].early = 0;
        }
    }

    if (st->engine->keep) {
        st->engine->keep(st->data, ops, count);
        return;
    }

    for (i = 0; i < count; i++) {
        ops[i]->u.put_event.kept = 0;
    }
}


uint64_t
webhook_store_revoked(webhook_store_t *st, uint64_t endpoint)
{
    return st->engine->revoked ? st->engine->revoked(st->data, endpoint) : 0;
}


void
webhook_store_note(webhook_store_t *st, webhook_op_t **ops, uint32_t count)
{
    if (st->engine->note) {
        st->engine->note(st->data, ops, count);
    }
}


void
webhook_store_gather(webhook_store_t *st, webhook_store_more_pt more,
    void *ctx)
{
    st->engine->gather(st->data, more, ctx);
}


void
webhook_store_news(webhook_store_t *st, webhook_store_news_t *news)
{
    st->engine->news(st->data, news);
}


webhook_store_result_e
webhook_store_backup(webhook_store_t *st, int fd, const char *name)
{
    if (st->engine->backup == NULL) {
        return WEBHOOK_STORE_UNAVAILABLE;
    }

    return st->engine->backup(st->data, fd, name);
}


webhook_store_result_e
webhook_store_replace(const webhook_store_options_t *options,
    const char *file, char was[80])
{
    was[0] = '\0';

    if (options->engine == NULL || options->engine->replace == NULL) {
        return WEBHOOK_STORE_UNAVAILABLE;
    }

    return options->engine->replace(options, file, was);
}


void *
webhook_store_data(webhook_store_t *st)
{
    return st->data;
}
