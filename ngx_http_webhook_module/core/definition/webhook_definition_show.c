
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is shown of a definition: all members that there are, and no secret.
 */

#include "core/definition/webhook_definition_int.h"


/* Bytes of a member that an audit record shows. */
#define WEBHOOK_CHANGE_MAX  1024


static json_t *webhook_show_members(webhook_definition_ctx_t *ctx,
    const webhook_member_t *members, const json_t *from, int whole,
    webhook_definition_view_e view);
static json_t *webhook_show_none(const webhook_member_t *member);
static json_t *webhook_show_member(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, const json_t *value,
    webhook_definition_view_e view);
static json_t *webhook_show_value(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, const json_t *value,
    webhook_definition_view_e view);
static json_t *webhook_show_secrets(webhook_definition_ctx_t *ctx,
    const json_t *list, webhook_definition_view_e view);
static json_t *webhook_show_change(const json_t *from, const char *name);


json_t *
webhook_definition_show(webhook_definition_kind_e kind,
    const json_t *definition, webhook_definition_view_e view)
{
    json_t                    *shown;
    webhook_definition_ctx_t   ctx;

    memset(&ctx, 0, sizeof(webhook_definition_ctx_t));

    shown = webhook_show_members(&ctx, webhook_members(kind), definition, 1,
                                 view);

    if (ctx.failed) {
        json_decref(shown);
        return NULL;
    }

    return shown;
}


/* whole: what there is not is shown too, as null or an empty list. */

static json_t *
webhook_show_members(webhook_definition_ctx_t *ctx,
    const webhook_member_t *members, const json_t *from, int whole,
    webhook_definition_view_e view)
{
    json_t                  *shown;
    const json_t            *value;
    const webhook_member_t  *member;

    shown = json_object();
    if (shown == NULL) {
        ctx->failed = 1;
        return NULL;
    }

    for (member = members; member->name; member++) {

        if (!(member->type & WEBHOOK_MEMBER_SECRETS)
            && (member->flags & (WEBHOOK_MEMBER_SERVER | WEBHOOK_MEMBER_LOCAL
                                 | WEBHOOK_MEMBER_SECRETS_IN)))
        {
            continue;
        }

        value = json_object_get(from, member->name);

        if (value) {
            webhook_definition_set(ctx, shown, member->name,
                                   webhook_show_member(ctx, member, value,
                                                       view));

        } else if (whole) {
            webhook_definition_set(ctx, shown, member->name,
                                   webhook_show_none(member));
        }
    }

    return shown;
}


static json_t *
webhook_show_none(const webhook_member_t *member)
{
    if (member->type & (WEBHOOK_MEMBER_LIST | WEBHOOK_MEMBER_SECRETS)) {
        return json_array();
    }

    return json_null();
}


static json_t *
webhook_show_member(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, const json_t *value,
    webhook_definition_view_e view)
{
    size_t   i;
    json_t  *list;

    if (member->type & WEBHOOK_MEMBER_SECRETS) {
        return webhook_show_secrets(ctx, value, view);
    }

    if (!(member->type & WEBHOOK_MEMBER_LIST) || !json_is_array(value)) {
        return webhook_show_value(ctx, member, value, view);
    }

    list = json_array();

    for (i = 0; i < json_array_size(value); i++) {
        webhook_definition_append(ctx, list,
                                  webhook_show_value(ctx, member,
                                                     json_array_get(value, i),
                                                     view));
    }

    return list;
}


static json_t *
webhook_show_value(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, const json_t *value,
    webhook_definition_view_e view)
{
    if ((member->type & WEBHOOK_MEMBER_OBJECT) && json_is_object(value)) {
        return webhook_show_members(ctx, member->of, value, 0, view);
    }

    if (member->flags & WEBHOOK_MEMBER_URL) {
        return view == WEBHOOK_DEFINITION_SETTING
               ? json_deep_copy(value) : webhook_definition_mask_url(value);
    }

    if (member->flags & WEBHOOK_MEMBER_SECRET) {
        return json_string(WEBHOOK_DEFINITION_MASK);
    }

    return json_deep_copy(value);
}


static json_t *
webhook_show_secrets(webhook_definition_ctx_t *ctx, const json_t *list,
    webhook_definition_view_e view)
{
    size_t        i, n;
    json_t       *shown, *one, *hint;
    const char   *secret;
    const json_t *from, *value;

    static const char  *names[] = { "id", "hint", "created", "expires" };

    shown = json_array();

    for (i = 0; i < json_array_size(list); i++) {

        from = json_array_get(list, i);
        one = json_object();

        for (n = 0; n < sizeof(names) / sizeof(names[0]); n++) {

            value = json_object_get(from, names[n]);

            if (n == 1) {
                secret = json_string_value(json_object_get(from, "secret"));

                /* without its key a secret has the hint that was kept */

                hint = view == WEBHOOK_DEFINITION_MASKED
                       ? json_string(WEBHOOK_DEFINITION_MASK)
                       : secret || value == NULL
                       ? webhook_definition_hint(secret)
                       : json_deep_copy(value);

                webhook_definition_set(ctx, one, names[n], hint);
                continue;
            }

            webhook_definition_set(ctx, one, names[n],
                                   value ? json_deep_copy(value)
                                         : json_null());
        }

        webhook_definition_append(ctx, shown, one);
    }

    return shown;
}


json_t *
webhook_definition_changes(webhook_definition_kind_e kind, const json_t *old,
    const json_t *new)
{
    json_t                    *changes, *from, *to, *change;
    const json_t              *one, *two;
    const webhook_member_t    *member;
    webhook_definition_ctx_t   ctx;

    memset(&ctx, 0, sizeof(webhook_definition_ctx_t));

    changes = json_array();
    from = webhook_definition_show(kind, old, WEBHOOK_DEFINITION_MASKED);
    to = webhook_definition_show(kind, new, WEBHOOK_DEFINITION_MASKED);

    ctx.failed = changes == NULL || from == NULL || to == NULL;

    for (member = webhook_members(kind); member->name; member++) {

        one = json_object_get(old, member->name);
        two = json_object_get(new, member->name);

        if (one == two || (one && two && json_equal(one, two))) {
            continue;
        }

        change = json_object();

        webhook_definition_set(&ctx, change, "pointer",
                               json_sprintf("/%s", member->name));
        webhook_definition_set(&ctx, change, "from",
                               webhook_show_change(from, member->name));
        webhook_definition_set(&ctx, change, "to",
                               webhook_show_change(to, member->name));
        webhook_definition_append(&ctx, changes, change);
    }

    json_decref(from);
    json_decref(to);

    if (ctx.failed) {
        json_decref(changes);
        return NULL;
    }

    return changes;
}


/* What is long is told by its length. */

static json_t *
webhook_show_change(const json_t *from, const char *name)
{
    size_t         len;
    const json_t  *value;

    value = json_object_get(from, name);

    if (value == NULL) {
        return json_null();
    }

    len = json_dumpb(value, NULL, 0, JSON_COMPACT | JSON_ENCODE_ANY);

    return len > WEBHOOK_CHANGE_MAX ? json_sprintf("(%zu bytes)", len)
                                    : json_deep_copy(value);
}
