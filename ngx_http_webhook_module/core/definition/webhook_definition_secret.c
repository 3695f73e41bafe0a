
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Lists of secrets, each with an id, and perhaps an end.
 */

#include "core/definition/webhook_definition_int.h"


static json_t *webhook_secrets_given(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, const json_t *old, const json_t *given,
    int standard);
static void webhook_secrets_element(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, const json_t *old, const json_t *given,
    json_t *list, int standard);
static int webhook_secrets_members(webhook_definition_ctx_t *ctx,
    const json_t *given);
static void webhook_secrets_expires(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, const json_t *expires, json_t *secret);
static json_t *webhook_secrets_one(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, const json_t *old, const json_t *one,
    int standard);
static json_t *webhook_secrets_find(const json_t *list, const char *id);
static void webhook_secrets_prune(webhook_definition_ctx_t *ctx, json_t *list);


json_t *
webhook_definition_secrets(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, const json_t *old, const json_t *given,
    const json_t *one, int standard)
{
    size_t   len;
    json_t  *list;

    if (given && one) {
        len = webhook_definition_enter(ctx, "secret");
        webhook_definition_wrong(ctx, "give \"secret\", which stands for all "
                                 "of them, or \"secrets\", not both");
        webhook_definition_leave(ctx, len);
        return NULL;
    }

    if (given) {
        len = webhook_definition_enter(ctx, member->name);
        list = webhook_secrets_given(ctx, member, old, given, standard);
        webhook_definition_leave(ctx, len);

    } else if (one) {
        len = webhook_definition_enter(ctx, "secret");
        list = webhook_secrets_one(ctx, member, old, one, standard);
        webhook_definition_leave(ctx, len);

    } else if (old) {
        len = webhook_definition_enter(ctx, member->name);
        webhook_definition_stays(ctx);
        webhook_definition_leave(ctx, len);

        list = json_deep_copy(old);

        if (list == NULL) {
            ctx->failed = 1;
        }

    } else {
        return NULL;
    }

    webhook_secrets_prune(ctx, list);

    if (json_array_size(list) == 0) {
        json_decref(list);
        return NULL;
    }

    return list;
}


static json_t *
webhook_secrets_given(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, const json_t *old, const json_t *given,
    int standard)
{
    size_t   i, len;
    json_t  *list;

    if (json_is_null(given)) {
        return NULL;
    }

    if (!json_is_array(given)) {
        webhook_definition_wrong(ctx, "it has to be a list of objects, as "
                                 "[{\"secret\": \"...\"}]");
        return NULL;
    }

    if (json_array_size(given) > member->count) {
        webhook_definition_wrong(ctx, "it has more than %u secrets",
                                 member->count);
        return NULL;
    }

    list = json_array();
    if (list == NULL) {
        ctx->failed = 1;
        return NULL;
    }

    for (i = 0; i < json_array_size(given); i++) {
        len = webhook_definition_enter_element(ctx, i);
        webhook_secrets_element(ctx, member, old, json_array_get(given, i),
                                list, standard);
        webhook_definition_leave(ctx, len);
    }

    return list;
}


static void
webhook_secrets_element(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, const json_t *old, const json_t *given,
    json_t *list, int standard)
{
    json_t      *text, *secret;
    const char  *id;

    if (!json_is_object(given)) {
        webhook_definition_wrong(ctx, "it has to be an object, as {\"id\": "
                                 "\"k1\"} or {\"secret\": \"...\"}");
        return;
    }

    if (!webhook_secrets_members(ctx, given)) {
        return;
    }

    id = json_string_value(json_object_get(given, "id"));
    text = json_object_get(given, "secret");

    if (json_is_null(text) || webhook_definition_masked(text)) {
        text = NULL;
    }

    secret = id ? webhook_secrets_find(old, id) : NULL;

    if (secret && text) {
        webhook_definition_wrong(ctx, "a secret is not changed: leave out "
                                 "\"id\" for another one");
        return;
    }

    if (secret && webhook_secrets_find(list, id)) {
        webhook_definition_wrong(ctx, "this secret is already in the list");
        return;
    }

    if (secret) {
        webhook_definition_stays(ctx);
        secret = json_copy(secret);

    } else if (text) {
        text = webhook_definition_secret_text(ctx, member, text, standard);
        secret = webhook_definition_secret_new(ctx, member, old, list, text);

    } else if (json_is_true(json_object_get(given, "generate"))) {
        text = webhook_definition_secret_make(ctx, member, standard);
        secret = webhook_definition_secret_new(ctx, member, old, list, text);

    } else {
        webhook_definition_wrong(ctx, "no secret with this \"id\" is stored: "
                                 "give the \"secret\"");
        return;
    }

    if (secret) {
        webhook_secrets_expires(ctx, member, json_object_get(given, "expires"),
                                secret);
        webhook_definition_append(ctx, list, secret);
    }
}


/* 1 if all of them are known. */

static int
webhook_secrets_members(webhook_definition_ctx_t *ctx, const json_t *given)
{
    int          ok;
    void        *iter;
    size_t       i, len;
    const char  *name;

    static const char  *names[] = {
        "id", "secret", "generate", "expires", "hint", "created", NULL
    };

    ok = 1;

    for (iter = json_object_iter((json_t *) given);
         iter;
         iter = json_object_iter_next((json_t *) given, iter))
    {
        name = json_object_iter_key(iter);

        for (i = 0; names[i] && strcmp(names[i], name) != 0; i++) {
            /* void */
        }

        if (names[i] == NULL) {
            len = webhook_definition_enter(ctx, name);
            webhook_definition_wrong(ctx, "a secret has no such member: there "
                                     "are \"id\", \"secret\", \"generate\" "
                                     "and \"expires\"");
            webhook_definition_leave(ctx, len);
            ok = 0;
        }
    }

    return ok;
}


static void
webhook_secrets_expires(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, const json_t *expires, json_t *secret)
{
    size_t   len;
    int64_t  ms;

    if (expires == NULL) {
        return;
    }

    if (json_is_null(expires)) {
        webhook_definition_set(ctx, secret, "expires", json_null());
        return;
    }

    len = webhook_definition_enter(ctx, "expires");

    ms = webhook_definition_time_parse(expires);

    if (member->flags & WEBHOOK_MEMBER_NO_END) {
        webhook_definition_wrong(ctx, "these have no end");

    } else if (ms < 0) {
        webhook_definition_wrong(ctx, "it has to be a time, as "
                                 "\"2027-01-31T12:00:00Z\"");

    } else if (ms <= ctx->now) {
        webhook_definition_wrong(ctx, "it is in the past: leave the secret "
                                      "out");

    } else {
        webhook_definition_set(ctx, secret, "expires",
                               webhook_definition_time(ms));
    }

    webhook_definition_leave(ctx, len);
}


/* "secret", which is all that there are. */

static json_t *
webhook_secrets_one(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, const json_t *old, const json_t *one,
    int standard)
{
    json_t  *list, *text, *secret;

    if (json_is_null(one)) {
        return NULL;
    }

    if (webhook_definition_masked(one)) {

        if (old == NULL) {
            webhook_definition_wrong(ctx, "no secret is stored: give it");
            return NULL;
        }

        webhook_definition_stays(ctx);

        list = json_deep_copy(old);

        if (list == NULL) {
            ctx->failed = 1;
        }

        return list;
    }

    text = webhook_definition_secret_text(ctx, member, one, standard);
    secret = webhook_definition_secret_new(ctx, member, old, NULL, text);

    if (secret == NULL) {
        return NULL;
    }

    list = json_array();
    if (list == NULL) {
        json_decref(secret);
        ctx->failed = 1;
        return NULL;
    }

    webhook_definition_append(ctx, list, secret);

    return list;
}


static json_t *
webhook_secrets_find(const json_t *list, const char *id)
{
    size_t       i;
    json_t      *secret;
    const char  *other;

    for (i = 0; i < json_array_size(list); i++) {

        secret = json_array_get(list, i);
        other = json_string_value(json_object_get(secret, "id"));

        if (other && strcmp(other, id) == 0) {
            return secret;
        }
    }

    return NULL;
}


/* Those that have ended go, unless all have: what had a secret is never
   without one. */

static void
webhook_secrets_prune(webhook_definition_ctx_t *ctx, json_t *list)
{
    size_t   i, live;
    json_t  *secret;

    live = 0;

    for (i = 0; i < json_array_size(list); i++) {
        secret = json_object_get(json_array_get(list, i), "expires");

        if (json_is_null(secret)
            || webhook_definition_time_parse(secret) > ctx->now)
        {
            live++;
        }
    }

    if (live == 0) {
        return;
    }

    for (i = json_array_size(list); i; i--) {
        secret = json_object_get(json_array_get(list, i - 1), "expires");

        if (!json_is_null(secret)
            && webhook_definition_time_parse(secret) <= ctx->now)
        {
            (void) json_array_remove(list, i - 1);
        }
    }
}
