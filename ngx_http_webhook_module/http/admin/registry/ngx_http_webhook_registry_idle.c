
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * An object that must not act: no key opens its secrets, or it does not fit
 * nginx.conf any more.  What is left of its definition says which events it
 * gets, and what is made of them, so that they wait for it as they would be
 * sent; or which URL is a receiver's.  Where it would lead is left out.
 */

#include "http/admin/registry/ngx_http_webhook_registry_int.h"
#include "core/json/webhook_show.h"


#define NGX_WEBHOOK_REGISTRY_LESSER  512        /* times that something of it
                                                   is left out */
#define NGX_WEBHOOK_REGISTRY_SAID    512        /* bytes of a reason */


static json_t *ngx_webhook_registry_rest(ngx_webhook_registry_compile_t *c);
static ngx_int_t ngx_webhook_registry_nowhere(json_t *rest,
    webhook_object_e kind);
static ngx_uint_t ngx_webhook_registry_masked(const json_t *value);
static ngx_uint_t ngx_webhook_registry_lesser(
    ngx_webhook_registry_compile_t *c);
static ngx_uint_t ngx_webhook_registry_lessen(json_t *rest,
    ngx_str_t *pointer);
static ngx_uint_t ngx_webhook_registry_open_member(ngx_str_t *pointer);
static ngx_uint_t ngx_webhook_registry_below(ngx_str_t *pointer,
    const char *name);


/* What stays of an endpoint is what an event is made with, and what the store
   is told of it. */

static const char  *ngx_webhook_registry_endpoint_rest[] = {
    "name", "description", "company", "approved", "moved", "events", "headers",
    "format", "envelope", "body", "filter", "order_by", "success", "retry",
    "timeout", "limit", "breaker", NULL
};

static const char  *ngx_webhook_registry_receiver_rest[] = {
    "name", "description", "company", "tokens", "mode", "profile", "model",
    NULL
};


ngx_webhook_object_t *
ngx_webhook_registry_idle(ngx_webhook_registry_compile_t *c)
{
    json_t                *given;
    ngx_uint_t             i;
    ngx_webhook_object_t  *object;

    given = c->definition;

    c->problems->nelts = 0;
    c->definition = ngx_webhook_registry_rest(c);

    object = NULL;

    for (i = 0; c->definition && i < NGX_WEBHOOK_REGISTRY_LESSER; i++) {

        c->problems->nelts = 0;

        object = ngx_webhook_registry_compile(c);

        if (object || !ngx_webhook_registry_lesser(c)) {
            break;
        }
    }

    json_decref(c->definition);
    c->definition = given;

    return object;
}


static json_t *
ngx_webhook_registry_rest(ngx_webhook_registry_compile_t *c)
{
    json_t       *rest, *value, *copy;
    const char  **name;

    rest = json_object();

    name = (c->object->kind == WEBHOOK_OBJECT_ENDPOINT)
           ? ngx_webhook_registry_endpoint_rest
           : ngx_webhook_registry_receiver_rest;

    for ( /* void */ ; rest && *name; name++) {

        value = json_object_get(c->definition, *name);

        if (value == NULL) {
            continue;
        }

        /* of these nothing else is a secret */

        if (c->masked && ngx_strcmp(*name, "headers") == 0
            && ngx_webhook_registry_masked(value))
        {
            c->headless = 1;
            continue;
        }

        copy = json_deep_copy(value);

        if (json_object_set_new(rest, *name, copy) != 0) {
            json_decref(rest);
            return NULL;
        }
    }

    if (rest && ngx_webhook_registry_nowhere(rest, c->object->kind) != NGX_OK)
    {
        json_decref(rest);
        return NULL;
    }

    return rest;
}


/* What there has to be, and leads nowhere. */

static ngx_int_t
ngx_webhook_registry_nowhere(json_t *rest, webhook_object_e kind)
{
    json_t  *actions;

    if (kind == WEBHOOK_OBJECT_ENDPOINT) {
        return json_object_set_new(rest, "url",
                                   json_string("https://held.invalid/")) == 0
               ? NGX_OK : NGX_ERROR;
    }

    actions = json_pack("[{s:s, s:s}]", "method", "POST", "uri", "/held");

    return json_object_set_new(rest, "actions", actions) == 0 ? NGX_OK
                                                              : NGX_ERROR;
}


/* The depth is that of definitions, which is bounded. */

static ngx_uint_t
ngx_webhook_registry_masked(const json_t *value)
{
    size_t       i;
    json_t      *element;
    const char  *name;

    if (json_is_string(value)) {
        return ngx_strstr(json_string_value(value), WEBHOOK_DEFINITION_MASK)
               != NULL;
    }

    json_array_foreach(value, i, element) {
        if (ngx_webhook_registry_masked(element)) {
            return 1;
        }
    }

    json_object_foreach((json_t *) value, name, element) {
        if (ngx_webhook_registry_masked(element)) {
            return 1;
        }
    }

    return 0;
}


/* Takes away all that is wrong with it, of a list the last one first.  0: it
   was nothing that could be taken. */

static ngx_uint_t
ngx_webhook_registry_lesser(ngx_webhook_registry_compile_t *c)
{
    ngx_uint_t                       i, n;
    ngx_webhook_registry_problem_t  *problem;

    problem = c->problems->elts;
    n = 0;

    for (i = c->problems->nelts; i--; /* void */) {

        if (!problem[i].warning) {
            n += ngx_webhook_registry_lessen(c->definition,
                                             &problem[i].pointer);
        }
    }

    return n;
}


/*
 * Takes away what a problem is about: one of a list, or a member.  What decides
 * which events it gets, and what of them, is not taken away: it would be sent
 * what it did not ask for.  0: there is nothing to be taken.
 */

static ngx_uint_t
ngx_webhook_registry_lessen(json_t *rest, ngx_str_t *pointer)
{
    char         name[64];
    u_char      *p, *last;
    size_t       len;
    json_t      *member;
    ngx_int_t    n;
    ngx_uint_t   i;

    static const char  *kept[] = {
        "url", "actions", "name", "company", "format", "envelope", "body",
        "filter", "order_by"
    };

    static const char  *spare[] = {
        "mode", "profile", "model", "success", "retry", "timeout", "breaker",
        "limit"
    };

    for (i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        if (ngx_webhook_registry_below(pointer, kept[i])) {
            return 0;
        }
    }

    if (pointer->len < 2) {

        /* members that do not go together, or not with nginx.conf */

        for (i = 0; i < sizeof(spare) / sizeof(spare[0]); i++) {
            if (json_object_del(rest, spare[i]) == 0) {
                return 1;
            }
        }

        return 0;
    }

    p = pointer->data + 1;
    last = pointer->data + pointer->len;

    len = ngx_strlchr(p, last, '/') ? (size_t) (ngx_strlchr(p, last, '/') - p)
                                    : (size_t) (last - p);

    if (len >= sizeof(name)) {
        return 0;
    }

    ngx_memcpy(name, p, len);
    name[len] = '\0';

    p += len;
    member = json_object_get(rest, name);

    if (json_is_array(member) && p < last) {

        p++;
        len = ngx_strlchr(p, last, '/')
              ? (size_t) (ngx_strlchr(p, last, '/') - p)
              : (size_t) (last - p);

        n = ngx_atoi(p, len);

        if (n != NGX_ERROR && json_array_remove(member, (size_t) n) == 0) {
            return 1;
        }
    }

    return json_object_del(rest, name) == 0;
}


/* -------------------------------------------------------------- reasons --- */

/*
 * The sentence of a problem can have in it what was given.  It is told where
 * anybody who may look at the object sees that anyway.
 */

ngx_str_t *
ngx_webhook_registry_unfit(ngx_webhook_registry_compile_t *c)
{
    u_char                          *p, *last;
    ngx_str_t                       *text;
    ngx_webhook_registry_problem_t  *problem;

    problem = ngx_webhook_registry_mistake(c);
    if (problem == NULL) {
        return NULL;
    }

    text = ngx_palloc(c->pool, sizeof(ngx_str_t));
    p = ngx_pnalloc(c->pool, NGX_WEBHOOK_REGISTRY_SAID);

    if (text == NULL || p == NULL) {
        return NULL;
    }

    text->data = p;
    last = p + NGX_WEBHOOK_REGISTRY_SAID;

    p = ngx_slprintf(p, last, "it does not fit nginx.conf any more");

    if (problem->pointer.len) {
        p = ngx_slprintf(p, last, ", \"%V\"", &problem->pointer);
    }

    if (problem->plain || ngx_webhook_registry_open_member(&problem->pointer))
    {
        p = ngx_slprintf(p, last, ": ");
        p += webhook_show(p, last - p, problem->text.data, problem->text.len);

    } else {
        p = ngx_slprintf(p, last, ": a change of it is told what is wrong");
    }

    text->len = p - text->data;

    return text;
}


static ngx_uint_t
ngx_webhook_registry_open_member(ngx_str_t *pointer)
{
    ngx_uint_t  i;

    static const char  *open[] = {
        "events", "format", "envelope", "order_by", "success", "retry",
        "timeout", "limit", "breaker", "mode", "profile", "model", "accept",
        "emit", "log_calls"
    };

    for (i = 0; i < sizeof(open) / sizeof(open[0]); i++) {
        if (ngx_webhook_registry_below(pointer, open[i])) {
            return 1;
        }
    }

    return 0;
}


/* Is it the pointer of a member of that name, or of something in it? */

static ngx_uint_t
ngx_webhook_registry_below(ngx_str_t *pointer, const char *name)
{
    size_t  len;

    len = ngx_strlen(name);

    return pointer->len > len && pointer->data[0] == '/'
           && ngx_strncmp(pointer->data + 1, name, len) == 0
           && (pointer->len == len + 1 || pointer->data[len + 1] == '/');
}
