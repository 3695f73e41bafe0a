
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What was registered has no file and line: a place is the number of a field,
 * from 1 on, and 0 for the whole.
 */

#include "http/conf/field/ngx_http_webhook_conf_given.h"
#include "core/base/webhook_id.h"


static void ngx_webhook_given_say(ngx_webhook_build_t *b, ngx_uint_t level,
    ngx_err_t err, ngx_webhook_source_pos_t *pos, ngx_str_t *text);


ngx_webhook_build_t *
ngx_webhook_given_init(ngx_webhook_given_t *given, ngx_array_t *fields,
    ngx_cycle_t *cycle, ngx_pool_t *pool, ngx_pool_t *temp_pool,
    ngx_log_t *log)
{
    ngx_http_conf_ctx_t  *ctx;
    ngx_webhook_build_t  *b;

    ngx_memzero(given, sizeof(ngx_webhook_given_t));

    if (ngx_array_init(&given->problems, temp_pool, 4,
                       sizeof(ngx_webhook_problem_t))
        != NGX_OK)
    {
        return NULL;
    }

    given->fields = fields;

    b = &given->build;

    b->pool = pool;
    b->temp_pool = temp_pool;
    b->log = log;
    b->cycle = cycle;
    b->wmcf = ngx_http_cycle_get_module_main_conf(cycle,
                                                  ngx_http_webhook_module);
    b->address = &b->wmcf->address;

    ctx = (ngx_http_conf_ctx_t *) cycle->conf_ctx[ngx_http_module.index];
    ngx_webhook_build_resolver(b,
                             ctx->loc_conf[ngx_http_core_module.ctx_index]);

    b->source_pos.file = (u_char *) "what was registered";
    b->say = ngx_webhook_given_say;
    b->data = given;

    b->peers = &given->targets;
    b->secrets = &given->secrets;
    b->map_users = &given->map_users;

    b->registered = 1;

    return b;
}


ngx_int_t
ngx_webhook_given_fields(ngx_webhook_build_t *b,
    const ngx_webhook_field_t **tables, void *conf)
{
    ngx_webhook_given_t *given = b->data;

    ngx_uint_t    i;
    ngx_array_t **field;

    field = given->fields->elts;

    for (i = 0; i < given->fields->nelts; i++) {

        b->args = field[i];
        b->source_pos.line = i + 1;

        if (ngx_webhook_field_build(b, tables, conf) != NGX_CONF_OK) {
            given->failed = 1;
        }
    }

    b->args = NULL;
    b->source_pos.line = 0;

    return given->failed ? NGX_ERROR : NGX_OK;
}


void
ngx_webhook_given_named(ngx_webhook_build_t *b, ngx_str_t *name,
    ngx_webhook_named_t *named)
{
    named->id = webhook_id_name(ngx_webhook_str(name));
    named->name = *name;
    named->source_pos = b->source_pos;
}


static void
ngx_webhook_given_say(ngx_webhook_build_t *b, ngx_uint_t level, ngx_err_t err,
    ngx_webhook_source_pos_t *pos, ngx_str_t *text)
{
    ngx_webhook_given_t *given = b->data;

    ngx_str_t               *name;
    ngx_array_t            **field;
    ngx_webhook_problem_t   *problem;

    if (level < NGX_LOG_WARN) {
        given->failed = 1;
    }

    if (given->problems.nelts == NGX_WEBHOOK_PROBLEMS_MAX) {
        return;
    }

    problem = ngx_array_push(&given->problems);
    if (problem == NULL) {
        return;
    }

    if (pos == NULL) {
        pos = &b->source_pos;
    }

    ngx_memzero(problem, sizeof(ngx_webhook_problem_t));

    problem->level = level;
    problem->index = given->fields->nelts;

    if (pos->line && pos->line <= given->fields->nelts) {
        problem->index = pos->line - 1;

        field = given->fields->elts;
        name = field[problem->index]->elts;
        problem->field = name[0];
    }

    problem->text.data = ngx_pnalloc(b->temp_pool, text->len);

    if (problem->text.data) {
        ngx_memcpy(problem->text.data, text->data, text->len);
        problem->text.len = text->len;
    }
}
