
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/conf/value/ngx_http_webhook_conf_template.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/value/ngx_http_webhook_conf_dollar.h"
#include "http/conf/value/ngx_http_webhook_conf_map.h"


static ngx_uint_t ngx_webhook_conf_path_has(ngx_str_t *text, u_char c);
static ngx_uint_t ngx_webhook_conf_step_is(const webhook_str_t *step,
    const char *text);
static ngx_int_t ngx_webhook_conf_expressions(ngx_webhook_build_t *b);
static void ngx_webhook_conf_doubts(ngx_webhook_build_t *b, ngx_str_t *text,
    webhook_condition_t *cond);
static ngx_int_t ngx_webhook_conf_own(ngx_webhook_build_t *b, void *data,
    ngx_pool_cleanup_pt handler);
static void ngx_webhook_conf_free_template(void *data);
static void ngx_webhook_conf_free_path(void *data);
static void ngx_webhook_conf_free_condition(void *data);


webhook_template_t *
ngx_webhook_conf_template(ngx_webhook_build_t *b, ngx_str_t *text,
    webhook_template_kind_e kind, const char *what)
{
    webhook_error_t      err;
    webhook_template_t  *tpl;

    tpl = webhook_template_compile(ngx_webhook_str(text), kind, &err);

    if (tpl == NULL) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0, "invalid %s: %s", what,
                              err.text);
        return NULL;
    }

    ngx_webhook_conf_dollar(b, text, what);

    if (ngx_webhook_conf_own(b, tpl, ngx_webhook_conf_free_template) != NGX_OK
        || ngx_webhook_map_add_user(b, tpl) != NGX_OK)
    {
        return NULL;
    }

    return tpl;
}


webhook_path_t *
ngx_webhook_conf_path(ngx_webhook_build_t *b, ngx_str_t *text)
{
    ngx_str_t         rest;
    webhook_path_t   *path;
    webhook_error_t   err;

    if (ngx_webhook_conf_path_has(text, '$')) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                            "invalid path \"%V\": it is written without \"$\" "
                            "and braces, as in \"order.id\"", text);
        return NULL;
    }

    if (ngx_webhook_conf_path_has(text, ',')) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                               "invalid path \"%V\": several are written with "
                               "spaces between them", text);
        return NULL;
    }

    if (ngx_webhook_conf_param(text, "header:", &rest)
        || ngx_webhook_conf_param(text, "query:", &rest))
    {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                           "invalid path \"%V\": it is written with a dot, as "
                           "in \"header.X-Tenant\" or \"query.id\"", text);
        return NULL;
    }

    path = webhook_path_compile(ngx_webhook_str(text), &err);

    if (path == NULL) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0, "invalid path \"%V\": %s",
                              text, err.text);
        return NULL;
    }

    if (ngx_webhook_conf_own(b, path, ngx_webhook_conf_free_path) != NGX_OK) {
        return NULL;
    }

    return path;
}


/* 1 if the character stands in a path, outside of quotes. */

static ngx_uint_t
ngx_webhook_conf_path_has(ngx_str_t *text, u_char c)
{
    u_char  *p, *last;

    last = text->data + text->len;

    for (p = text->data; p < last; p++) {

        if (p == text->data || p[-1] == '.') {
            p += webhook_path_quoted(p, last);
        }

        if (p < last && *p == c) {
            return 1;
        }
    }

    return 0;
}


const char *
ngx_webhook_conf_root(const webhook_path_t *path, ngx_webhook_root_e *root)
{
    uint32_t              steps;
    const webhook_str_t  *first, *step;

    steps = webhook_path_steps(path);
    first = webhook_path_root(path);
    step = (steps == 2) ? webhook_path_step(path, 1) : NULL;

    if (ngx_webhook_conf_step_is(first, "data")) {
        *root = NGX_WEBHOOK_ROOT_DATA;
        return NULL;
    }

    if (ngx_webhook_conf_step_is(first, "request")) {
        *root = NGX_WEBHOOK_ROOT_REQUEST;
        return NULL;
    }

    if (ngx_webhook_conf_step_is(first, "response")) {
        *root = NGX_WEBHOOK_ROOT_RESPONSE;
        return NULL;
    }

    if (ngx_webhook_conf_step_is(first, "uri")) {
        *root = NGX_WEBHOOK_ROOT_URI;
        return NULL;
    }

    *root = NGX_WEBHOOK_ROOT_OTHER;

    if (ngx_webhook_conf_step_is(first, "event")) {

        if (step && (ngx_webhook_conf_step_is(step, "id")
                     || ngx_webhook_conf_step_is(step, "type")
                     || ngx_webhook_conf_step_is(step, "time")))
        {
            return NULL;
        }

        return "of an event there are \"event.id\", \"event.type\" and "
               "\"event.time\"";
    }

    if (ngx_webhook_conf_step_is(first, "now")) {
        return (steps == 1) ? NULL : "\"now\" has no parts";
    }

    if (ngx_webhook_conf_step_is(first, "var")) {

        /* the variable may be defined later: see the check of the whole */

        return step ? NULL
                    : "a variable is written as in \"var.remote_addr\"";
    }

    return "it must begin with \"data\", \"request\", \"response\", "
           "\"uri\", \"event\", \"now\" or \"var\"";
}


ngx_uint_t
ngx_webhook_conf_event_root(const webhook_path_t *path)
{
    const webhook_str_t  *first;

    first = webhook_path_root(path);

    return ngx_webhook_conf_step_is(first, "data")
           || ngx_webhook_conf_step_is(first, "event")
           || ngx_webhook_conf_step_is(first, "now");
}


static ngx_uint_t
ngx_webhook_conf_step_is(const webhook_str_t *step, const char *text)
{
    return step->len == ngx_strlen(text)
           && ngx_memcmp(step->data, text, step->len) == 0;
}


webhook_condition_t *
ngx_webhook_conf_condition(ngx_webhook_build_t *b, ngx_str_t *text)
{
    size_t                size;
    webhook_error_t       err;
    webhook_condition_t  *cond;

    /* what is behind those that are too many is not even compiled */

    if (b->registered && ngx_webhook_conf_expressions(b) != NGX_OK) {
        return NULL;
    }

    cond = webhook_condition_compile(ngx_webhook_str(text), &err);

    if (cond == NULL) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                             "invalid condition \"%V\": %s%s", text, err.text,
                             text->len && text->data[0] == '$'
                             ? "; a value is written as its path alone, as in "
                             "\"data.id == 7\" or \"var.request_method\""
                             : "");
        return NULL;
    }

    if (ngx_webhook_conf_own(b, cond, ngx_webhook_conf_free_condition)
        != NGX_OK)
    {
        return NULL;
    }

    if (b->registered) {
        b->expressions += webhook_condition_expressions(cond, &size);
        b->expressions_size += size;

        if (ngx_webhook_conf_expressions(b) != NGX_OK) {
            return NULL;
        }
    }

    ngx_webhook_conf_doubts(b, text, cond);

    return cond;
}


/* Who registers is trusted with nothing: each worker compiles all that all
   registered, on its event loop, and keeps it. */

static ngx_int_t
ngx_webhook_conf_expressions(ngx_webhook_build_t *b)
{
    if (b->expressions > NGX_WEBHOOK_EXPRESSIONS_MAX) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "there are more than %d regular expressions, "
                              "which are all that something registered may "
                              "have", NGX_WEBHOOK_EXPRESSIONS_MAX);
        return NGX_ERROR;
    }

    if (b->expressions_size > NGX_WEBHOOK_EXPRESSIONS_SIZE) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "the regular expressions take more than %d kB "
                              "of memory, which is all that those of something "
                              "registered may take: repeat less, as in "
                              "\"[a-z]+\" in place of \"[a-z]{1,500}\"",
                              NGX_WEBHOOK_EXPRESSIONS_SIZE / 1024);
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* How a condition is read, where it may have been meant in another way. */

static void
ngx_webhook_conf_doubts(ngx_webhook_build_t *b, ngx_str_t *text,
    webhook_condition_t *cond)
{
    unsigned       doubts;
    ngx_str_t      shown;
    webhook_buf_t  buf;

    doubts = webhook_condition_doubts(cond);

    if (doubts & (WEBHOOK_CONDITION_MIXED|WEBHOOK_CONDITION_NOT)) {

        webhook_buf_init(&buf, 0);

        if (webhook_condition_show(cond, &buf) == WEBHOOK_OK) {
            shown.data = buf.data;
            shown.len = buf.len;

            ngx_webhook_build_log(NGX_LOG_WARN, b, 0,
                                  "the condition \"%V\" is read as \"%V\": "
                                  "write the brackets that are meant", text,
                                  &shown);
        }

        webhook_buf_free(&buf);
    }

    if (doubts & WEBHOOK_CONDITION_QUOTED) {
        ngx_webhook_build_log(NGX_LOG_WARN, b, 0,
                              "the condition \"%V\" has a number in quotes, "
                              "which is text that no number is equal to: write "
                              "it without quotes", text);
    }
}


/* core/ takes its memory from malloc(): it goes with the configuration. */

static ngx_int_t
ngx_webhook_conf_own(ngx_webhook_build_t *b, void *data,
    ngx_pool_cleanup_pt handler)
{
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(b->pool, 0);
    if (cln == NULL) {
        handler(data);
        return NGX_ERROR;
    }

    cln->handler = handler;
    cln->data = data;

    return NGX_OK;
}


static void
ngx_webhook_conf_free_template(void *data)
{
    webhook_template_free(data);
}


static void
ngx_webhook_conf_free_path(void *data)
{
    webhook_path_free(data);
}


static void
ngx_webhook_conf_free_condition(void *data)
{
    webhook_condition_free(data);
}
