
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * An endpoint or receiver as somebody gives it who registers one: its fields as
 * text, and what is wrong with them.  What builds them is what builds those of
 * nginx.conf, and so the sentences are the same.  Event loop.
 *
 * What is checked here is each field.  Who lets others register things has to
 * see to the rest before:
 *
 *   - the number of fields and their bytes are bounded, each has a name;
 *   - the name of the thing is one that a block may have, and neither it nor
 *     its id is taken;
 *   - b->address are rules for strangers (public addresses alone), since those
 *     of webhook_address are the operator's;
 *   - actions lead where the registrant may act, since subrequests enter
 *     internal locations and pass by the access phase, events that are emitted
 *     are his, and no call leads back to its receiver;
 *   - "log_calls" has a store, "limit inflight=" a row of its own, and a token
 *     is nobody else's;
 *   - the pool outlives what refers to the thing: kept connections, exchanges
 *     under way, calls and sends.
 */

#ifndef NGX_WEBHOOK_CONF_GIVEN_H
#define NGX_WEBHOOK_CONF_GIVEN_H

#include "http/conf/field/ngx_http_webhook_conf_field.h"


/* More than these are not told of one thing. */
#define NGX_WEBHOOK_PROBLEMS_MAX  32


/* Something that was said of a field. */

typedef struct {
    ngx_uint_t                    level;    /* NGX_LOG_WARN: it is no mistake */
    ngx_uint_t                    index;    /* of the field, from 0 on; their
                                               number: of the whole */
    ngx_str_t                     field;    /* its name; empty: the whole */
    ngx_str_t                     text;     /* a sentence, in the temporary
                                               pool */
} ngx_webhook_problem_t;


typedef struct {
    ngx_webhook_build_t      build;

    ngx_array_t             *fields;        /* of ngx_array_t *, each of
                                               ngx_str_t: as b->args */
    ngx_array_t              problems;      /* of ..._problem_t */

    /* What was made, which lasts as long as the pool: as in the build. */
    ngx_array_t             *targets;       /* or NULL */
    struct ngx_webhook_secret_s *secrets;
    ngx_array_t             *map_users;

    unsigned                 failed:1;      /* something was a mistake */
} ngx_webhook_given_t;


/*
 * Makes given ready to build one thing from fields, and returns what to build
 * it with, which lasts as long as given: into the pool, with what the
 * configuration of cycle has: types, tables, resolver.  The caller may set
 * other rules of addresses (b->address) than those of webhook_address.  NULL:
 * there is no memory.
 */
ngx_webhook_build_t *ngx_webhook_given_init(ngx_webhook_given_t *given,
    ngx_array_t *fields, ngx_cycle_t *cycle, ngx_pool_t *pool,
    ngx_pool_t *temp_pool, ngx_log_t *log);

/*
 * Builds all fields, also where one is not right: NGX_OK, or NGX_ERROR with
 * the problems.  What is not right must not be used.
 */
ngx_int_t ngx_webhook_given_fields(ngx_webhook_build_t *b,
    const ngx_webhook_field_t **tables, void *conf);

/* Fills in the name, id and place of what is given. */
void ngx_webhook_given_named(ngx_webhook_build_t *b, ngx_str_t *name,
    ngx_webhook_named_t *named);


#endif /* NGX_WEBHOOK_CONF_GIVEN_H */
