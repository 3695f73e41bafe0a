
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Definitions as a whole: made, changed, given other secrets.
 */

#include "core/definition/webhook_definition_int.h"

#include <openssl/rand.h>


/* Bytes of a whole definition as JSON; there is room for more in the store. */
#define WEBHOOK_DEFINITION_MAX      120000

/* For how long a secret may be used beside its successor, in milliseconds. */
#define WEBHOOK_DEFINITION_OVERLAP  INT64_C(7776000000)


static void webhook_definition_begin(webhook_definition_ctx_t *ctx,
    webhook_definition_kind_e kind, int64_t now, json_t *problems,
    json_t **made);
static json_t *webhook_definition_end(webhook_definition_ctx_t *ctx,
    json_t *new, json_t **made);
static void webhook_definition_whole(webhook_definition_ctx_t *ctx,
    const json_t *old, json_t *new);
static int webhook_definition_deep(const json_t *value, unsigned depth);
static int64_t webhook_definition_overlap(webhook_definition_ctx_t *ctx,
    const json_t *value);


static const char  webhook_definition_prefix[2][4] = { "ep_", "rc_" };


json_t *
webhook_definition_merge(webhook_definition_kind_e kind, const json_t *old,
    const json_t *given, int64_t now, json_t *problems, json_t **made)
{
    json_t                    *new;
    webhook_definition_ctx_t   ctx;

    webhook_definition_begin(&ctx, kind, now, problems, made);

    if (!json_is_object(given)) {
        webhook_definition_wrong(&ctx, "it has to be an object");
        return NULL;
    }

    if (webhook_definition_deep(given, WEBHOOK_DEFINITION_DEPTH)) {
        webhook_definition_wrong(&ctx, "it is nested more than %d deep",
                                 WEBHOOK_DEFINITION_DEPTH);
        return NULL;
    }

    new = webhook_definition_members(&ctx, webhook_members(kind), old, given,
                                     1);

    if (new && old && kind == WEBHOOK_DEFINITION_ENDPOINT
        && ctx.nproblems == 0)
    {
        ctx.moved = (webhook_definition_moved(old, new) != 0);
        ctx.token_moved = (webhook_definition_token_moved(old, new) != 0);
    }

    if (ctx.moved || ctx.token_moved) {

        /* once more, to be told what is kept */

        json_decref(new);
        json_decref(ctx.made);
        ctx.made = NULL;

        new = webhook_definition_members(&ctx, webhook_members(kind), old,
                                         given, 1);
    }

    if (new) {
        webhook_definition_whole(&ctx, old, new);
    }

    return webhook_definition_end(&ctx, new, made);
}


json_t *
webhook_definition_rotate(webhook_definition_kind_e kind, const json_t *old,
    const json_t *asked, int64_t now, json_t *problems, json_t **made)
{
    size_t                     len;
    json_t                    *new, *list, *secret;
    int64_t                    overlap;
    const webhook_member_t    *member;
    webhook_definition_ctx_t   ctx;

    static const webhook_member_t  of_endpoint[] = {
        webhook_member_text("overlap", 32, NULL),
        webhook_member_text("secret", 0, NULL),
        webhook_members_end
    };

    static const webhook_member_t  of_receiver[] = {
        webhook_member_text("overlap", 32, NULL),
        webhook_members_end
    };

    webhook_definition_begin(&ctx, kind, now, problems, made);

    if (asked && !json_is_null(asked)) {

        if (!json_is_object(asked)) {
            webhook_definition_wrong(&ctx, "it has to be an object");
            return NULL;
        }

        webhook_definition_unknown(&ctx, kind == WEBHOOK_DEFINITION_ENDPOINT
                                    ? of_endpoint : of_receiver, asked);
    }

    overlap = webhook_definition_overlap(&ctx, json_object_get(asked,
                                                               "overlap"));
    secret = json_object_get(asked, "secret");

    if (json_is_null(secret) || kind != WEBHOOK_DEFINITION_ENDPOINT) {
        secret = NULL;
    }

    member = webhook_member_find(webhook_members(kind),
                                 kind == WEBHOOK_DEFINITION_ENDPOINT
                                 ? "secrets" : "tokens");

    new = json_deep_copy(old);

    if (new == NULL || ctx.nproblems) {
        json_decref(new);
        return NULL;
    }

    len = webhook_definition_enter(&ctx, "secret");
    list = webhook_definition_secret_rotate(&ctx, member,
                                        json_object_get(old, member->name),
                                        secret, overlap, 1);
    webhook_definition_leave(&ctx, len);

    if (list) {
        webhook_definition_set(&ctx, new, member->name, list);
    }

    return webhook_definition_end(&ctx, new, made);
}


static void
webhook_definition_begin(webhook_definition_ctx_t *ctx,
    webhook_definition_kind_e kind, int64_t now, json_t *problems,
    json_t **made)
{
    memset(ctx, 0, sizeof(webhook_definition_ctx_t));

    ctx->kind = kind;
    ctx->now = now;
    ctx->problems = problems;

    *made = NULL;
}


/* new, and what was made, unless something was wrong. */

static json_t *
webhook_definition_end(webhook_definition_ctx_t *ctx, json_t *new,
    json_t **made)
{
    if (new == NULL || ctx->failed || ctx->nproblems) {
        json_decref(new);
        json_decref(ctx->made);
        return NULL;
    }

    *made = ctx->made;

    return new;
}


/* What is to be said of all members together. */

static void
webhook_definition_whole(webhook_definition_ctx_t *ctx, const json_t *old,
    json_t *new)
{
    size_t                   len;
    json_t                  *list, *before, *after;
    const webhook_member_t  *member;

    before = json_object_get(old, "company");
    after = json_object_get(new, "company");

    if (old && before != after
        && (before == NULL || after == NULL || !json_equal(before, after)))
    {
        len = webhook_definition_enter(ctx, "company");
        webhook_definition_wrong(ctx, "it cannot be changed: create another "
                                 "one for another company");
        webhook_definition_leave(ctx, len);
    }

    if (ctx->kind == WEBHOOK_DEFINITION_RECEIVER
        && json_object_get(new, "tokens") == NULL)
    {
        member = webhook_member_find(webhook_members_receiver, "tokens");
        list = webhook_definition_secret_rotate(ctx, member, NULL, NULL, 0, 0);
        webhook_definition_set(ctx, new, "tokens", list);
    }

    if (json_dumpb(new, NULL, 0, JSON_COMPACT) > WEBHOOK_DEFINITION_MAX) {
        webhook_definition_wrong(ctx, "all of it is longer than %d bytes",
                                 WEBHOOK_DEFINITION_MAX);
    }
}


/* 1 if there are arrays or objects in more of them than that. */

static int
webhook_definition_deep(const json_t *value, unsigned depth)
{
    void    *iter;
    size_t   i;

    if (!json_is_object(value) && !json_is_array(value)) {
        return 0;
    }

    if (depth == 0) {
        return 1;
    }

    for (i = 0; i < json_array_size(value); i++) {
        if (webhook_definition_deep(json_array_get(value, i), depth - 1)) {
            return 1;
        }
    }

    for (iter = json_object_iter((json_t *) value);
         iter;
         iter = json_object_iter_next((json_t *) value, iter))
    {
        if (webhook_definition_deep(json_object_iter_value(iter), depth - 1)) {
            return 1;
        }
    }

    return 0;
}


/* Milliseconds of "24h", "1d12h", "90m"; 0 where there is none. */

static int64_t
webhook_definition_overlap(webhook_definition_ctx_t *ctx, const json_t *value)
{
    size_t       i, len;
    int64_t      n, ms;
    const char  *p;

    static const struct {
        char     unit;
        int64_t  ms;
    } units[] = {
        { 'd', 86400000 },
        { 'h', 3600000 },
        { 'm', 60000 },
        { 's', 1000 }
    };

    if (value == NULL || json_is_null(value)) {
        return 0;
    }

    ms = 0;
    p = json_string_value(value);

    while (p && *p) {

        for (n = 0; *p >= '0' && *p <= '9' && n < 100000000; p++) {
            n = n * 10 + (*p - '0');
        }

        for (i = 0; i < 4 && units[i].unit != *p; i++) { /* void */ }

        if (i == 4 || n == 0) {
            p = NULL;
            break;
        }

        ms += n * units[i].ms;
        p++;

        if (ms > WEBHOOK_DEFINITION_OVERLAP) {
            p = NULL;
        }
    }

    if (p == NULL || ms == 0) {
        len = webhook_definition_enter(ctx, "overlap");
        webhook_definition_wrong(ctx, "it has to be a time from \"1s\" to "
                                 "\"90d\", as \"24h\"");
        webhook_definition_leave(ctx, len);
    }

    return ms;
}


int
webhook_definition_id(webhook_definition_kind_e kind,
    char id[WEBHOOK_DEFINITION_ID + 1])
{
    size_t         i, bit;
    unsigned       n;
    unsigned char  bytes[17];

    /* no letter that is taken for another */
    static const char  letters[] = "0123456789abcdefghjkmnpqrstvwxyz";

    /* 26 letters of 5 bits are 130: the last two are zeros */

    bytes[16] = 0;

    if (RAND_bytes(bytes, 16) != 1) {
        return WEBHOOK_ERROR;
    }

    memcpy(id, webhook_definition_prefix[kind], 3);

    for (i = 0; i < WEBHOOK_DEFINITION_ID - 3; i++) {
        bit = i * 5;
        n = (unsigned) (bytes[bit / 8] << 8);

        if (bit / 8 + 1 < sizeof(bytes)) {
            n |= bytes[bit / 8 + 1];
        }

        id[3 + i] = letters[(n >> (11 - bit % 8)) & 31];
    }

    id[WEBHOOK_DEFINITION_ID] = '\0';

    return WEBHOOK_OK;
}
