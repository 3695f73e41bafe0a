
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Where an endpoint goes.  Whoever may change it may not read its secrets, so
 * they do not go along to another host: whoever moves it writes them anew.
 */

#include "core/definition/webhook_definition_int.h"

#include <strings.h>


/* Who is at the other end, as far as a URL says it. */

typedef struct {
    size_t        scheme;               /* bytes */
    const char   *host;
    size_t        len;
    unsigned long port;
} webhook_place_t;


static int webhook_place_same(const json_t *one, const json_t *two);
static int webhook_place_equal(const json_t *one, const json_t *two);
static int webhook_place_origin(const json_t *one, const json_t *two);
static size_t webhook_place_scheme(const json_t *value);
static int webhook_place_read(const json_t *value, webhook_place_t *place);
static const json_t *webhook_place_member(const json_t *definition,
    const char *object, const char *name);


int
webhook_definition_same_place(const json_t *one, const json_t *two)
{
    return webhook_place_same(one, two)
           && webhook_place_equal(json_object_get(one, "url"),
                                  json_object_get(two, "url"))
           && webhook_place_equal(webhook_place_member(one, "auth",
                                                       "token_url"),
                                  webhook_place_member(two, "auth",
                                                       "token_url"));
}


int
webhook_definition_moved(const json_t *old, const json_t *new)
{
    return !webhook_place_same(old, new)
           || !webhook_place_origin(json_object_get(old, "url"),
                                    json_object_get(new, "url"));
}


int
webhook_definition_token_moved(const json_t *old, const json_t *new)
{
    const json_t  *one, *two;

    one = webhook_place_member(old, "auth", "token_url");
    two = webhook_place_member(new, "auth", "token_url");

    return one && two && !webhook_place_origin(one, two);
}


/* Is it the same name that a certificate has to be for? */

static int
webhook_place_same(const json_t *one, const json_t *two)
{
    return webhook_place_equal(json_object_get(one, "tls"),
                               json_object_get(two, "tls"));
}


static int
webhook_place_equal(const json_t *one, const json_t *two)
{
    return one == two || (one && two && json_equal(one, two));
}


/* Scheme, host and port are the same.  What cannot be read is the same if all of
   it is; what nobody would connect to leads nowhere. */

static int
webhook_place_origin(const json_t *one, const json_t *two)
{
    webhook_place_t  a, b;

    if (webhook_place_equal(one, two) || webhook_place_scheme(two) == 0) {
        return 1;
    }

    return webhook_place_read(one, &a) && webhook_place_read(two, &b)
           && a.scheme == b.scheme && a.port == b.port && a.len == b.len
           && strncasecmp(a.host, b.host, a.len) == 0;
}


/* Its length; 0: it is not one that a URL may have. */

static size_t
webhook_place_scheme(const json_t *value)
{
    const char  *text;

    text = json_string_value(value);

    return text == NULL ? 0
           : strncasecmp(text, "http://", 7) == 0 ? 4
           : strncasecmp(text, "https://", 8) == 0 ? 5 : 0;
}


static int
webhook_place_read(const json_t *value, webhook_place_t *place)
{
    size_t       len, host;
    const char  *text, *p;

    place->scheme = webhook_place_scheme(value);

    if (place->scheme == 0) {
        return 0;
    }

    place->port = place->scheme == 4 ? 80 : 443;

    text = json_string_value(value) + place->scheme + 3;

    len = strcspn(text, "/?#");

    if (memchr(text, '\\', len)) {
        return 0;
    }

    for (p = memchr(text, '@', len); p; p = memchr(text, '@', len)) {
        len -= (size_t) (p + 1 - text);
        text = p + 1;
    }

    for (host = len; host && text[host - 1] >= '0' && text[host - 1] <= '9';
         host--)
    {
        /* void */
    }

    if (host && host < len && len - host <= 5 && text[host - 1] == ':') {

        place->port = 0;

        for (p = text + host; p < text + len; p++) {
            place->port = place->port * 10 + (unsigned long) (*p - '0');
        }

        host--;

    } else {
        host = len;
    }

    place->host = text;
    place->len = host;

    return 1;
}


static const json_t *
webhook_place_member(const json_t *definition, const char *object,
    const char *name)
{
    return json_object_get(json_object_get(definition, object), name);
}


/* ---------------------------------------------------- what does not go --- */

static int
webhook_definition_leaves(const webhook_definition_ctx_t *ctx)
{
    return ctx->moved
           || (ctx->token_moved && strncmp(ctx->pointer, "/auth", 5) == 0);
}


void
webhook_definition_stays(webhook_definition_ctx_t *ctx)
{
    if (webhook_definition_leaves(ctx)) {
        webhook_definition_wrong(ctx, "give it again: the change leads to "
                                 "another scheme, host, port or \"tls\" name, "
                                 "where no stored secret may be sent");
    }
}


void
webhook_definition_kept(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, const json_t *old)
{
    size_t                   i, len, outer;
    const json_t            *value;
    const webhook_member_t  *inner;

    if (!ctx->moved && !ctx->token_moved) {
        return;
    }

    if (json_is_array(old)) {

        for (i = 0; i < json_array_size(old); i++) {
            len = webhook_definition_enter_element(ctx, i);
            webhook_definition_kept(ctx, member, json_array_get(old, i));
            webhook_definition_leave(ctx, len);
        }

        return;
    }

    if (member->flags & WEBHOOK_MEMBER_SECRET) {

        /* a URL is where it goes, and goes nowhere itself */

        if (!(member->flags & WEBHOOK_MEMBER_URL)) {
            webhook_definition_stays(ctx);
        }

        return;
    }

    for (inner = member->of; inner && inner->name; inner++) {

        value = json_object_get(old, inner->name);

        if (value == NULL) {
            continue;
        }

        outer = webhook_definition_enter(ctx, inner->name);

        if (inner->type & WEBHOOK_MEMBER_SECRETS) {
            webhook_definition_stays(ctx);

        } else {
            webhook_definition_kept(ctx, inner, value);
        }

        webhook_definition_leave(ctx, outer);
    }
}
