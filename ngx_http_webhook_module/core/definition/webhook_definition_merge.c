
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What somebody writes is judged by the table, and merged into what there is.
 */

#include "core/definition/webhook_definition_int.h"
#include "core/base/webhook_near.h"

#include <strings.h>


static const char *webhook_merge_near(const webhook_member_t *members,
    const char *name);
static json_t *webhook_merge_member(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, const json_t *old, const json_t *given,
    int patch);
static json_t *webhook_merge_secrets(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, const json_t *old, const json_t *given,
    const json_t *new);
static json_t *webhook_merge_list(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, const json_t *old, const json_t *given);
static const json_t *webhook_merge_same(const webhook_member_t *member,
    const json_t *old, const json_t *list, size_t index);
static const char *webhook_merge_key(const webhook_member_t *member,
    const json_t *element);
static json_t *webhook_merge_value(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, const json_t *old, const json_t *given,
    int patch);
static json_t *webhook_merge_object(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, const json_t *old, const json_t *given,
    int patch);
static json_t *webhook_merge_template(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, const json_t *given);
static json_t *webhook_merge_secret(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, const json_t *old, const json_t *given);
static json_t *webhook_merge_copy(webhook_definition_ctx_t *ctx,
    const json_t *value);


json_t *
webhook_definition_members(webhook_definition_ctx_t *ctx,
    const webhook_member_t *members, const json_t *old, const json_t *given,
    int patch)
{
    size_t                   len;
    json_t                  *new, *value;
    uint32_t                 before;
    const json_t            *was, *wanted;
    const webhook_member_t  *member;

    new = json_object();
    if (new == NULL) {
        ctx->failed = 1;
        return NULL;
    }

    webhook_definition_unknown(ctx, members, given);

    for (member = members; member->name; member++) {

        was = json_object_get(old, member->name);
        wanted = json_object_get(given, member->name);
        before = ctx->nproblems;

        if (member->type & WEBHOOK_MEMBER_SECRETS) {
            value = webhook_merge_secrets(ctx, member, was, given, new);

        } else if (member->flags & (WEBHOOK_MEMBER_SERVER
                                    | WEBHOOK_MEMBER_LOCAL
                                    | WEBHOOK_MEMBER_SECRETS_IN))
        {
            continue;

        } else {
            len = webhook_definition_enter(ctx, member->name);
            value = webhook_merge_member(ctx, member, was, wanted, patch);

            if (value == NULL && (member->flags & WEBHOOK_MEMBER_REQUIRED)
                && ctx->nproblems == before && !ctx->failed)
            {
                webhook_definition_wrong(ctx, "it is missing");
            }

            webhook_definition_leave(ctx, len);
        }

        if (value) {
            webhook_definition_set(ctx, new, member->name, value);
        }
    }

    return new;
}


void
webhook_definition_unknown(webhook_definition_ctx_t *ctx,
    const webhook_member_t *members, const json_t *given)
{
    void                    *iter;
    size_t                   len;
    const char              *name, *near;
    const webhook_member_t  *member;

    for (iter = json_object_iter((json_t *) given);
         iter;
         iter = json_object_iter_next((json_t *) given, iter))
    {
        if (ctx->nproblems >= WEBHOOK_DEFINITION_PROBLEMS) {

            /* there may be thousands, and no more are told */

            return;
        }

        name = json_object_iter_key(iter);
        member = webhook_member_find(members, name);

        if (member && !(member->flags & WEBHOOK_MEMBER_LOCAL)) {
            continue;
        }

        len = webhook_definition_enter(ctx, name);

        if (member) {
            webhook_definition_wrong(ctx, "\"%s\" can be set only in "
                                     "nginx.conf", name);

        } else {
            near = webhook_merge_near(members, name);

            if (near) {
                webhook_definition_wrong(ctx, "unknown member \"%.64s\", did "
                                         "you mean \"%s\"?", name, near);

            } else {
                webhook_definition_wrong(ctx, "unknown member \"%.64s\"",
                                         name);
            }
        }

        webhook_definition_leave(ctx, len);
    }
}


static const char *
webhook_merge_near(const webhook_member_t *members, const char *name)
{
    size_t                   n, least;
    const char              *near;
    webhook_str_t            one, two;

    near = NULL;
    least = SIZE_MAX;

    one.data = (unsigned char *) name;
    one.len = strlen(name);

    for ( /* void */ ; members->name; members++) {

        if (members->flags & (WEBHOOK_MEMBER_SERVER | WEBHOOK_MEMBER_LOCAL)) {
            continue;
        }

        two.data = (unsigned char *) members->name;
        two.len = strlen(members->name);

        n = webhook_near(&one, &two);

        if (n < least) {
            least = n;
            near = members->name;
        }
    }

    return near;
}


static json_t *
webhook_merge_secrets(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, const json_t *old, const json_t *given,
    const json_t *new)
{
    int          standard;
    const char  *preset;

    if (member->flags & WEBHOOK_MEMBER_SERVER) {
        return old ? webhook_definition_secrets(ctx, member, old, NULL, NULL,
                                                0)
                   : NULL;
    }

    preset = json_string_value(json_object_get(new, "preset"));

    standard = (member->flags & WEBHOOK_MEMBER_STANDARD)
               || (preset && strcmp(preset, "standard") == 0);

    return webhook_definition_secrets(ctx, member, old,
                                      json_object_get(given, member->name),
                                      json_object_get(given, "secret"),
                                      standard);
}


/* NULL where there is no value (any more). */

static json_t *
webhook_merge_member(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, const json_t *old, const json_t *given,
    int patch)
{
    if (given == NULL) {

        if (old == NULL
            || !(patch || (member->flags & WEBHOOK_MEMBER_SECRET)))
        {
            return NULL;
        }

        webhook_definition_kept(ctx, member, old);

        return webhook_merge_copy(ctx, old);
    }

    if (json_is_null(given)) {
        return NULL;
    }

    if (member->type & WEBHOOK_MEMBER_LIST) {
        return webhook_merge_list(ctx, member, old, given);
    }

    return webhook_merge_value(ctx, member, old, given, patch);
}


static json_t *
webhook_merge_list(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, const json_t *old, const json_t *given)
{
    size_t             i, n, len;
    json_t            *list, *value;
    const json_t      *element;
    webhook_member_t   one;

    one = *member;

    n = json_is_array(given) ? json_array_size(given) : 1;

    if (n > member->count) {
        webhook_definition_wrong(ctx, "it has more than %u elements",
                                 member->count);
        return NULL;
    }

    if (n == 0) {
        return NULL;
    }

    list = json_array();
    if (list == NULL) {
        ctx->failed = 1;
        return NULL;
    }

    for (i = 0; i < n; i++) {

        element = given;
        len = ctx->len;

        if (json_is_array(given)) {
            one.type &= ~(uint32_t) WEBHOOK_MEMBER_LIST;
            element = json_array_get(given, i);
            len = webhook_definition_enter_element(ctx, i);
        }

        value = webhook_merge_value(ctx, &one,
                                    webhook_merge_same(member, old, given, i),
                                    element, 0);

        webhook_definition_leave(ctx, len);

        if (value) {
            webhook_definition_append(ctx, list, value);
        }
    }

    return list;
}


/* Which of the old elements is the one at index: that with the same key; where
   several have it, the one with as many of them before it. */

static const json_t *
webhook_merge_same(const webhook_member_t *member, const json_t *old,
    const json_t *list, size_t index)
{
    size_t         i, n;
    const char    *key, *other;
    const json_t  *element;

    element = json_is_array(list) ? json_array_get(list, index) : list;
    key = webhook_merge_key(member, element);

    if (key == NULL) {
        return NULL;
    }

    n = 0;

    for (i = 0; json_is_array(list) && i < index; i++) {
        other = webhook_merge_key(member, json_array_get(list, i));
        n += other && strcasecmp(other, key) == 0;
    }

    for (i = 0; i < json_array_size(old); i++) {
        other = webhook_merge_key(member, json_array_get(old, i));

        if (other && strcasecmp(other, key) == 0 && n-- == 0) {
            return json_array_get(old, i);
        }
    }

    return NULL;
}


static const char *
webhook_merge_key(const webhook_member_t *member, const json_t *element)
{
    if (member->key == NULL) {
        return NULL;
    }

    return json_is_object(element)
           ? json_string_value(json_object_get(element, member->key))
           : json_string_value(element);
}


static json_t *
webhook_merge_value(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, const json_t *old, const json_t *given,
    int patch)
{
    if ((member->type & WEBHOOK_MEMBER_OBJECT) && json_is_object(given)) {
        return webhook_merge_object(ctx, member, old, given, patch);
    }

    if ((member->type & WEBHOOK_MEMBER_JSON)
        && (json_is_object(given) || json_is_array(given)))
    {
        return webhook_merge_template(ctx, member, given);
    }

    if (member->flags & WEBHOOK_MEMBER_SECRET) {
        return webhook_merge_secret(ctx, member, old, given);
    }

    return webhook_definition_scalar(ctx, member, given);
}


static json_t *
webhook_merge_object(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, const json_t *old, const json_t *given,
    int patch)
{
    json_t      *new, *was;
    const char  *name, *one, *two;

    name = member->of->name;
    was = NULL;

    if (json_is_string(old)) {

        was = json_pack("{s:O}", name, old);

        if (was == NULL) {
            ctx->failed = 1;
            return NULL;
        }

        old = was;
    }

    if (member->flags & WEBHOOK_MEMBER_KIND) {

        one = json_string_value(json_object_get(old, name));
        two = json_string_value(json_object_get(given, name));

        if (one && two && strcmp(one, two) != 0) {
            old = NULL;
        }
    }

    new = webhook_definition_members(ctx, member->of, old, given, patch);

    json_decref(was);

    if (json_object_size(new) == 0) {
        json_decref(new);
        return NULL;
    }

    return new;
}


/* A template that is written as the JSON that it is. */

static json_t *
webhook_merge_template(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, const json_t *given)
{
    if (json_dumpb(given, NULL, 0, JSON_COMPACT) > member->max) {
        webhook_definition_wrong(ctx, "it is longer than %u bytes",
                                 member->max);
        return NULL;
    }

    return webhook_merge_copy(ctx, given);
}


static json_t *
webhook_merge_secret(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, const json_t *old, const json_t *given)
{
    int          same;
    json_t      *shown;
    size_t       len;
    const char  *text;

    text = json_string_value(given);

    if (text == NULL) {
        return webhook_definition_scalar(ctx, member, given);
    }

    same = webhook_definition_masked(given);

    if (!same && (member->flags & WEBHOOK_MEMBER_URL)) {

        len = strlen(text);
        same = len > 4 && strcmp(text + len - 4, "/" WEBHOOK_DEFINITION_MASK)
                          == 0;

        if (same && old) {

            shown = webhook_definition_mask_url(old);
            if (shown == NULL) {
                ctx->failed = 1;
                return NULL;
            }

            if (!json_equal(shown, given)) {
                old = NULL;
            }

            json_decref(shown);
        }
    }

    if (!same) {
        return webhook_definition_scalar(ctx, member, given);
    }

    if (old == NULL) {
        webhook_definition_wrong(ctx, "it is a mask, and there is no value "
                                 "that it stands for: give the value");
        return NULL;
    }

    webhook_definition_kept(ctx, member, old);

    return webhook_merge_copy(ctx, old);
}


static json_t *
webhook_merge_copy(webhook_definition_ctx_t *ctx, const json_t *value)
{
    json_t  *copy;

    copy = json_deep_copy(value);

    if (copy == NULL) {
        ctx->failed = 1;
    }

    return copy;
}
