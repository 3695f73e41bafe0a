
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * An object, from what the store has to what a worker acts by.
 */

#include "http/admin/registry/ngx_http_webhook_registry_int.h"
#include "http/conf/endpoint/ngx_http_webhook_conf_endpoint.h"
#include "http/conf/receiver/ngx_http_webhook_conf_receiver.h"
#include "http/net/auth/ngx_http_webhook_auth.h"
#include "http/net/client/ngx_http_webhook_pool.h"
#include "http/runtime/ngx_http_webhook_secret.h"
#include "core/base/webhook_id.h"
#include "core/rules/webhook_pattern.h"


#define NGX_WEBHOOK_REGISTRY_POOL  256          /* bytes a block: there may be
                                                   thousands, and what is left
                                                   over in the last is lost */


/* An object, and what has to be forgotten before it goes. */

typedef struct {
    ngx_webhook_object_t      object;           /* first member */
    ngx_array_t              *peers;            /* ..._peer_t *, or NULL */
} ngx_webhook_registry_object_t;


static ngx_int_t ngx_webhook_registry_places(
    ngx_webhook_registry_compile_t *c, ngx_webhook_registry_object_t *ro);
static ngx_int_t ngx_webhook_registry_build(ngx_webhook_registry_compile_t *c,
    ngx_webhook_registry_object_t *ro, webhook_definition_fields_t *fields,
    ngx_pool_t *temp);
static ngx_array_t *ngx_webhook_registry_words(ngx_pool_t *pool,
    ngx_pool_t *temp, webhook_definition_fields_t *fields);
static ngx_int_t ngx_webhook_registry_problems(
    ngx_webhook_registry_compile_t *c, ngx_webhook_given_t *given,
    webhook_definition_fields_t *fields);
static ngx_int_t ngx_webhook_registry_hide(ngx_webhook_build_t *b,
    ngx_webhook_registry_object_t *ro);
static ngx_int_t ngx_webhook_registry_types(ngx_webhook_registry_compile_t *c,
    ngx_webhook_object_t *object);
static ngx_int_t ngx_webhook_registry_copy(ngx_pool_t *pool, ngx_str_t *to,
    const webhook_str_t *from);
static void ngx_webhook_registry_forget(ngx_webhook_held_t *held);


ngx_webhook_object_t *
ngx_webhook_registry_compile(ngx_webhook_registry_compile_t *c)
{
    ngx_int_t                       rc;
    ngx_str_t                       text;
    ngx_pool_t                     *temp;
    webhook_str_t                   reason;
    ngx_webhook_held_t             *held;
    ngx_webhook_object_t           *object;
    webhook_definition_fields_t     fields;
    ngx_webhook_registry_object_t  *ro;

    held = ngx_webhook_held_create(NGX_WEBHOOK_REGISTRY_POOL);
    if (held == NULL) {
        return NULL;
    }

    ngx_memzero(&fields, sizeof(webhook_definition_fields_t));

    temp = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, c->log);
    ro = ngx_pcalloc(held->pool, sizeof(ngx_webhook_registry_object_t));

    rc = NGX_ERROR;

    if (temp == NULL || ro == NULL) {
        goto done;
    }

    object = &ro->object;

    object->held = held;
    object->kind = c->object->kind;
    object->version = c->object->version;
    object->change = c->object->change;
    object->key = webhook_id_name(&c->object->id);
    object->unconfirmed = ngx_webhook_registry_unconfirmed(c->wmcf,
                                              object->kind, c->definition);
    held->data = ro;
    held->forget = ngx_webhook_registry_forget;

    if (ngx_webhook_registry_copy(held->pool, &object->id, &c->object->id)
        != NGX_OK
        || ngx_webhook_registry_copy(held->pool, &object->company,
                                     &c->object->company)
           != NGX_OK
        || ngx_webhook_registry_copy(held->pool, &object->name,
                                     &c->object->name)
           != NGX_OK
        || webhook_definition_fields((webhook_definition_kind_e) object->kind,
                                     c->definition, &fields)
           != WEBHOOK_OK)
    {
        goto done;
    }

    if (c->reason.len) {
        reason = *ngx_webhook_str(&c->reason);

        if (ngx_webhook_registry_copy(held->pool, &text, &reason) != NGX_OK) {
            goto done;
        }

        object->reason = (const char *) text.data;
        object->code = c->code;
    }

    rc = ngx_webhook_registry_build(c, ro, &fields, temp);

done:

    webhook_definition_fields_free(&fields);

    if (temp) {
        ngx_destroy_pool(temp);
    }

    if (rc != NGX_OK) {
        ngx_webhook_held_release(held);
        return NULL;
    }

    return &ro->object;
}


/* All that it would connect to: where it is sent to, and where its access
   tokens come from. */

static ngx_int_t
ngx_webhook_registry_places(ngx_webhook_registry_compile_t *c,
    ngx_webhook_registry_object_t *ro)
{
    const char                      *reason;
    ngx_str_t                        text;
    ngx_uint_t                       i;
    ngx_webhook_peer_t             **peer;
    ngx_webhook_registry_problem_t  *problem;

    if (ro->peers == NULL) {
        return NGX_OK;
    }

    peer = ro->peers->elts;

    for (i = 0; i < ro->peers->nelts; i++) {

        reason = ngx_webhook_registry_allowed(c->wmcf, peer[i]);

        if (reason) {
            text.data = (u_char *) reason;
            text.len = ngx_strlen(reason);

            if (ngx_webhook_registry_problem(c, 0,
                       peer[i] == ro->object.endpoint->peer
                       ? "/url" : "/auth/token_url", &text)
                == NGX_OK)
            {
                problem = c->problems->elts;
                problem[c->problems->nelts - 1].plain = 1;
            }

            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_registry_build(ngx_webhook_registry_compile_t *c,
    ngx_webhook_registry_object_t *ro, webhook_definition_fields_t *fields,
    ngx_pool_t *temp)
{
    ngx_int_t              rc;
    ngx_array_t           *words;
    ngx_webhook_build_t   *b;
    ngx_webhook_given_t    given;
    ngx_webhook_object_t  *object;

    object = &ro->object;

    words = ngx_webhook_registry_words(object->held->pool, temp, fields);
    if (words == NULL) {
        return NGX_ERROR;
    }

    b = ngx_webhook_given_init(&given, words, (ngx_cycle_t *) ngx_cycle,
                               object->held->pool, temp, c->log);
    if (b == NULL) {
        return NGX_ERROR;
    }

    b->address = &c->wmcf->registry->address;
    b->bounds = &c->wmcf->registry->bounds;
    b->company = object->company;
    b->held = object->held;
    b->idle = (object->reason != NULL);

    if (object->kind == WEBHOOK_OBJECT_ENDPOINT) {

        object->endpoint = ngx_webhook_endpoint_build(b, &object->id);

        ro->peers = given.targets;

        if (object->endpoint) {
            object->endpoint->held = object->held;
        }

        rc = object->endpoint ? NGX_OK : NGX_ERROR;

    } else {
        object->receiver = ngx_webhook_receiver_build(b, &object->id);

        ro->peers = given.targets;

        rc = object->receiver ? NGX_OK : NGX_ERROR;

        if (object->receiver) {
            object->receiver->expressions = b->expressions;
        }
    }

    object->expressions = b->expressions;

    if (ngx_webhook_registry_problems(c, &given, fields) != NGX_OK
        || rc != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (object->endpoint == NULL) {
        return NGX_OK;
    }

    if (object->reason == NULL
        && ngx_webhook_registry_places(c, ro) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_webhook_registry_hide(b, ro) != NGX_OK) {
        return NGX_ERROR;
    }

    object->endpoint->headless = c->headless;

    object->endpoint->moved =
                      json_integer_value(json_object_get(c->definition,
                                                         "moved"));

    return ngx_webhook_registry_types(c, object);
}


/*
 * The fields as those of nginx.conf come: their bytes in memory that stays, the
 * arrays, as there, only as long as it is built.
 */

static ngx_array_t *
ngx_webhook_registry_words(ngx_pool_t *pool, ngx_pool_t *temp,
    webhook_definition_fields_t *fields)
{
    u_char                      *p;
    uint32_t                     i, k;
    ngx_str_t                   *word;
    ngx_array_t                 *words, **field;
    webhook_definition_field_t  *item;

    words = ngx_array_create(temp, fields->n ? fields->n : 1,
                             sizeof(ngx_array_t *));
    if (words == NULL) {
        return NULL;
    }

    for (i = 0; i < fields->n; i++) {
        item = &fields->items[i];

        field = ngx_array_push(words);
        *field = ngx_array_create(temp, item->nwords, sizeof(ngx_str_t));

        if (*field == NULL) {
            return NULL;
        }

        for (k = 0; k < item->nwords; k++) {

            word = ngx_array_push(*field);
            p = ngx_pnalloc(pool, item->words[k].len + 1);

            if (p == NULL) {
                return NULL;
            }

            word->data = p;
            word->len = item->words[k].len;

            p = ngx_cpymem(p, item->words[k].data, word->len);
            *p = '\0';
        }
    }

    return words;
}


/* What was said of a field is said of the member that it was made of. */

static ngx_int_t
ngx_webhook_registry_problems(ngx_webhook_registry_compile_t *c,
    ngx_webhook_given_t *given, webhook_definition_fields_t *fields)
{
    ngx_uint_t              i;
    const char             *pointer;
    ngx_webhook_problem_t  *problem;

    problem = given->problems.elts;

    for (i = 0; i < given->problems.nelts; i++) {

        pointer = problem[i].index < fields->n
                  ? fields->items[problem[i].index].pointer : "";

        if (ngx_webhook_registry_problem(c, problem[i].level >= NGX_LOG_WARN,
                                         pointer, &problem[i].text)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_webhook_registry_problem(ngx_webhook_registry_compile_t *c,
    ngx_uint_t warning, const char *pointer, ngx_str_t *text)
{
    webhook_str_t                    s;
    ngx_webhook_registry_problem_t  *problem;

    problem = ngx_array_push(c->problems);
    if (problem == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(problem, sizeof(ngx_webhook_registry_problem_t));

    problem->warning = (warning != 0);

    s.data = (u_char *) pointer;
    s.len = ngx_strlen(pointer);

    if (ngx_webhook_registry_copy(c->pool, &problem->pointer, &s) != NGX_OK
        || ngx_webhook_registry_copy(c->pool, &problem->text,
                                     ngx_webhook_str(text))
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


ngx_webhook_registry_problem_t *
ngx_webhook_registry_mistake(ngx_webhook_registry_compile_t *c)
{
    ngx_uint_t                       i;
    ngx_webhook_registry_problem_t  *problem;

    problem = c->problems->elts;

    for (i = 0; i < c->problems->nelts; i++) {
        if (!problem[i].warning) {
            return &problem[i];
        }
    }

    return NULL;
}


/*
 * A URL and the values of headers hold other people's keys: they go where a
 * core dump does not reach.
 */

static ngx_int_t
ngx_webhook_registry_hide(ngx_webhook_build_t *b,
    ngx_webhook_registry_object_t *ro)
{
    ngx_str_t                old;
    ngx_uint_t               i;
    ngx_webhook_peer_t     **peer;
    ngx_webhook_header_t    *header;
    ngx_webhook_endpoint_t  *ep;

    ep = ro->object.endpoint;

    if (ro->peers) {
        peer = ro->peers->elts;

        for (i = 0; i < ro->peers->nelts; i++) {
            peer[i]->authority = peer[i]->host;
        }
    }

    old = ep->head;

    if (ngx_webhook_secret_move(b, &ep->head, &old) != NGX_OK) {
        return NGX_ERROR;
    }

    old = ep->url;

    if (ngx_webhook_secret_move(b, &ep->url, &old) != NGX_OK) {
        return NGX_ERROR;
    }

    old = ep->auth.token_url;

    if (old.len
        && ngx_webhook_secret_move(b, &ep->auth.token_url, &old) != NGX_OK)
    {
        return NGX_ERROR;
    }

    header = ep->headers.elts;

    for (i = 0; i < ep->headers.nelts; i++) {
        old = header[i].value;

        if (old.len
            && ngx_webhook_secret_move(b, &header[i].value, &old) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_registry_types(ngx_webhook_registry_compile_t *c,
    ngx_webhook_object_t *object)
{
    ngx_uint_t                   i, n;
    ngx_webhook_type_t          *type;
    ngx_webhook_subscription_t  *sub;

    object->types = ngx_pcalloc(object->held->pool,
                                c->wmcf->types.nelts / 8 + 1);
    if (object->types == NULL) {
        return NGX_ERROR;
    }

    sub = object->endpoint->events.elts;
    type = c->wmcf->types.elts;

    for (i = 0; i < object->endpoint->events.nelts; i++) {
        for (n = 0; n < c->wmcf->types.nelts; n++) {
            if (ngx_webhook_type_asked(&type[n], &sub[i].pattern)) {
                object->types[n / 8] |= 1 << (n % 8);
            }
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_registry_copy(ngx_pool_t *pool, ngx_str_t *to,
    const webhook_str_t *from)
{
    to->len = from->len;
    to->data = ngx_pnalloc(pool, from->len + 1);

    if (to->data == NULL) {
        return NGX_ERROR;
    }

    if (from->len) {
        ngx_memcpy(to->data, from->data, from->len);
    }

    to->data[from->len] = '\0';

    return NGX_OK;
}


/* Nobody holds it any more: neither do kept connections and tokens. */

static void
ngx_webhook_registry_forget(ngx_webhook_held_t *held)
{
    ngx_uint_t                       i;
    ngx_webhook_peer_t             **peer;
    ngx_webhook_receiver_t          *receiver;
    ngx_webhook_registry_object_t   *ro;

    ro = held->data;
    receiver = ro->object.receiver;

    if (ro->object.endpoint) {
        ngx_webhook_auth_forget(&ro->object.endpoint->auth);
    }

    if (receiver && receiver->api) {
        ngx_webhook_auth_forget(&receiver->api->auth);
    }

    if (ro->peers) {
        peer = ro->peers->elts;

        for (i = 0; i < ro->peers->nelts; i++) {
            ngx_webhook_pool_forget(peer[i]);
        }
    }
}
