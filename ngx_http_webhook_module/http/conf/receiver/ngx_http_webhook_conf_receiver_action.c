
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_receiver { skip require filter action }: which calls are for us, what
 * they have to have, and do.
 */

#include "http/conf/receiver/ngx_http_webhook_conf_receiver_action.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/value/ngx_http_webhook_conf_name.h"
#include "http/conf/value/ngx_http_webhook_conf_param.h"
#include "http/conf/value/ngx_http_webhook_conf_template.h"
#include "http/conf/caller/ngx_http_webhook_conf_receiver_args.h"


#define NGX_WEBHOOK_ACTIONS_MAX   32
#define NGX_WEBHOOK_REQUIRE_MAX   64
#define NGX_WEBHOOK_SKIPS_MAX     32
#define NGX_WEBHOOK_ACTION_TIME   (24 * 60 * 60 * UINT64_C(1000))


/* Which captured names a template may know. */

typedef struct {
    ngx_webhook_receiver_t  *receiver;
    ngx_uint_t               action;        /* its index */
    ngx_str_t               *early;         /* one that comes too late */
    ngx_uint_t               found;
} ngx_webhook_names_t;


static ngx_int_t ngx_webhook_receiver_action_create(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv);
static ngx_int_t ngx_webhook_receiver_action_finish(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv);
static char *ngx_webhook_receiver_require(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static char *ngx_webhook_receiver_action(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static ngx_uint_t ngx_webhook_receiver_named(ngx_str_t *arg);
static char *ngx_webhook_receiver_param(ngx_webhook_build_t *b,
    ngx_webhook_action_t *action, ngx_str_t *arg);
static char *ngx_webhook_receiver_body(ngx_webhook_build_t *b,
    ngx_webhook_action_t *action, ngx_str_t *value);
static char *ngx_webhook_receiver_skip(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static char *ngx_webhook_receiver_filter(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static ngx_int_t ngx_webhook_receiver_late(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv);
static int ngx_webhook_receiver_names_extracted(void *data,
    const webhook_path_t *path);


static const ngx_webhook_field_t
    ngx_webhook_receiver_action_fields[] = {

    { ngx_string("require"),
      NGX_CONF_1MORE,
      ngx_webhook_receiver_require,
      0,
      NULL },

    { ngx_string("skip"),
      NGX_CONF_TAKE1,
      ngx_webhook_receiver_skip,
      offsetof(ngx_webhook_receiver_t, skips),
      NULL },

    { ngx_string("filter"),
      NGX_CONF_TAKE1,
      ngx_webhook_receiver_filter,
      offsetof(ngx_webhook_receiver_t, filters),
      NULL },

    { ngx_string("action"),
      NGX_CONF_2MORE,
      ngx_webhook_receiver_action,
      0,
      NULL },

      ngx_webhook_null_field
};


const ngx_webhook_receiver_part_t
    ngx_webhook_receiver_action_part =
{
    ngx_webhook_receiver_action_fields,
    ngx_webhook_receiver_action_create,
    ngx_webhook_receiver_action_finish,
    NULL
};


static ngx_int_t
ngx_webhook_receiver_action_create(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv)
{
    if (ngx_array_init(&rcv->require, b->pool, 2, sizeof(webhook_path_t *))
        != NGX_OK
        || ngx_array_init(&rcv->captures, b->pool, 1, sizeof(ngx_str_t))
           != NGX_OK
        || ngx_array_init(&rcv->filters, b->pool, 1,
                          sizeof(ngx_webhook_filter_t))
           != NGX_OK
        || ngx_array_init(&rcv->skips, b->pool, 1,
                          sizeof(ngx_webhook_filter_t))
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_array_init(&rcv->actions, b->pool, 1,
                          sizeof(ngx_webhook_action_t));
}


static ngx_int_t
ngx_webhook_receiver_action_finish(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv)
{
    if (rcv->actions.nelts == 0 && rcv->emits.nelts == 0) {
        ngx_webhook_build_at(NGX_LOG_EMERG, b, &rcv->source_pos,
                             "webhook_receiver \"%V\" has no "
                             "\"action\"", &rcv->name);
        return NGX_ERROR;
    }

    return ngx_webhook_receiver_late(b, rcv);
}


/*
 * Actions that name what an earlier one captures can be rendered only once
 * that was answered.
 */

static ngx_int_t
ngx_webhook_receiver_late(ngx_webhook_build_t *b, ngx_webhook_receiver_t *rcv)
{
    ngx_uint_t             i;
    ngx_webhook_names_t    names;
    ngx_webhook_action_t  *action;

    if (rcv->captures.nelts == 0) {
        return NGX_OK;
    }

    action = rcv->actions.elts;

    for (i = 0; i < rcv->actions.nelts; i++) {

        names.receiver = rcv;
        names.action = i;
        names.early = NULL;
        names.found = 0;

        if (webhook_template_paths(action[i].uri,
                                   ngx_webhook_receiver_names_extracted,
                                   &names)
            || (action[i].body
                && webhook_template_paths(action[i].body,
                                    ngx_webhook_receiver_names_extracted,
                                    &names))
            || (action[i].when
                && webhook_condition_paths(action[i].when,
                                    ngx_webhook_receiver_names_extracted,
                                    &names)))
        {
            ngx_webhook_build_at(NGX_LOG_EMERG, b, &action[i].source_pos,
                                 "an action names \"%V\" before it "
                                 "was captured", names.early);
            return NGX_ERROR;
        }

        action[i].late = names.found;
    }

    return NGX_OK;
}


static int
ngx_webhook_receiver_names_extracted(void *data, const webhook_path_t *path)
{
    ngx_webhook_names_t *names = data;

    ngx_uint_t                i, n;
    const webhook_str_t      *step;
    ngx_webhook_action_t     *action;
    ngx_webhook_extracted_t  *extracted;

    if (webhook_path_steps(path) != 1) {
        return 0;
    }

    step = webhook_path_root(path);
    action = names->receiver->actions.elts;

    for (i = 0; i < names->receiver->actions.nelts; i++) {

        extracted = action[i].captures.elts;

        for (n = 0; n < action[i].captures.nelts; n++) {

            if (!webhook_str_eq(step, ngx_webhook_str(&extracted[n].name))) {
                continue;
            }

            if (i >= names->action) {
                names->early = &extracted[n].name;
                return 1;
            }

            names->found = 1;

            return 0;
        }
    }

    return 0;
}


static char *
ngx_webhook_receiver_require(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_receiver_t *rcv = conf;

    return ngx_webhook_receiver_paths(b, rcv, &rcv->require,
                                      NGX_WEBHOOK_REQUIRE_MAX, "requires");
}


/* skip CONDITION: a call that meets one of them is not for us. */

static char *
ngx_webhook_receiver_skip(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_receiver_t *rcv = conf;

    if (rcv->skips.nelts == NGX_WEBHOOK_SKIPS_MAX) {
        return "is given too often";
    }

    return ngx_webhook_receiver_filter(b, spec, conf);
}


/* filter CONDITION: what a call has to meet, or nothing is done for it. */

static char *
ngx_webhook_receiver_filter(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    char *p = conf;

    ngx_str_t             *value;
    ngx_webhook_filter_t  *filter;

    value = b->args->elts;

    filter = ngx_array_push((ngx_array_t *) (p + spec->offset));
    if (filter == NULL) {
        return NGX_CONF_ERROR;
    }

    filter->text = value[1];
    filter->condition = ngx_webhook_conf_condition(b, &value[1]);

    return filter->condition ? NGX_CONF_OK : NGX_CONF_ERROR;
}


/*
 * action METHOD URI [BODY] [body=BODY] [when=CONDITION]
 *        [on_error=stop|continue] [timeout=TIME] [idempotency=HEADER]
 */

static char *
ngx_webhook_receiver_action(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_receiver_t *rcv = conf;

    char                  *rv;
    ngx_str_t             *value, s;
    ngx_uint_t             i, body;
    ngx_webhook_action_t  *action;

    value = b->args->elts;

    if (rcv->actions.nelts == NGX_WEBHOOK_ACTIONS_MAX) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                            "webhook_receiver \"%V\" has more than %d actions",
                            &rcv->name, NGX_WEBHOOK_ACTIONS_MAX);
        return NGX_CONF_ERROR;
    }

    action = ngx_array_push(&rcv->actions);
    if (action == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(action, sizeof(ngx_webhook_action_t));

    if (ngx_array_init(&action->captures, b->pool, 1,
                       sizeof(ngx_webhook_extracted_t))
        != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    ngx_webhook_conf_source_pos(b, &action->source_pos);

    rv = ngx_webhook_receiver_request(b, action, &value[1], &value[2]);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    /* a body is JSON and has no "=" that early */

    body = b->args->nelts > 3 && !ngx_webhook_receiver_named(&value[3]);

    if (ngx_webhook_conf_params(b, 3 + body, "body= when= on_error= timeout= "
                                "idempotency=")
        != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    for (i = 3; i < b->args->nelts; i++) {

        rv = ngx_webhook_receiver_param(b, action, &value[i]);

        if (rv == NGX_CONF_OK) {
            continue;
        }

        if (rv == NGX_CONF_ERROR) {
            return rv;
        }

        /* none of the parameters */

        if (!ngx_webhook_conf_param(&value[i], "body=", &s)) {
            s = value[i];
        }

        rv = ngx_webhook_receiver_body(b, action, &s);

        if (rv != NGX_CONF_OK) {
            return rv;
        }
    }

    return NGX_CONF_OK;
}


/* 1 if an argument begins as a parameter does: with a word and a "=". */

static ngx_uint_t
ngx_webhook_receiver_named(ngx_str_t *arg)
{
    ngx_uint_t  i;

    for (i = 0; i < arg->len; i++) {
        if ((arg->data[i] < 'a' || arg->data[i] > 'z')
            && arg->data[i] != '_')
        {
            break;
        }
    }

    return i && i < arg->len && arg->data[i] == '=';
}


/* NGX_CONF_OK, NGX_CONF_ERROR, or "" for another argument. */

static char *
ngx_webhook_receiver_param(ngx_webhook_build_t *b,
    ngx_webhook_action_t *action, ngx_str_t *arg)
{
    uint64_t   ms;
    ngx_str_t  s;

    if (ngx_webhook_conf_param(arg, "when=", &s)) {

        action->when = ngx_webhook_conf_condition(b, &s);

        return action->when ? NGX_CONF_OK : NGX_CONF_ERROR;
    }

    if (ngx_webhook_conf_param(arg, "on_error=", &s)) {

        if (s.len == 4 && ngx_strncmp(s.data, "stop", 4) == 0) {
            action->go_on = 0;
            return NGX_CONF_OK;
        }

        if (s.len == 8 && ngx_strncmp(s.data, "continue", 8) == 0) {
            action->go_on = 1;
            return NGX_CONF_OK;
        }

        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                             "invalid \"%V\", it must be \"on_error=stop\" or "
                             "\"on_error=continue\"", arg);
        return NGX_CONF_ERROR;
    }

    if (ngx_webhook_conf_param(arg, "timeout=", &s)) {

        if (ngx_webhook_conf_msec(&s, NGX_WEBHOOK_ACTION_TIME, &ms) != NGX_OK)
        {
            ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                 "invalid time \"%V\", it must be from 1ms to "
                                 "1d", arg);
            return NGX_CONF_ERROR;
        }

        action->timeout = ms;

        return NGX_CONF_OK;
    }

    if (ngx_webhook_conf_param(arg, "idempotency=", &s)) {

        if (!ngx_webhook_conf_header_name(&s)) {
            ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                 "\"%V\" cannot be a header of an action", &s);
            return NGX_CONF_ERROR;
        }

        action->idempotency = s;

        return NGX_CONF_OK;
    }

    return "";
}


static char *
ngx_webhook_receiver_body(ngx_webhook_build_t *b, ngx_webhook_action_t *action,
    ngx_str_t *value)
{
    char       *rv;
    ngx_str_t   text;

    if (action->body) {
        return "has more than one body";
    }

    rv = ngx_webhook_conf_text(b, value, &text);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    /* a file's text does not live on */

    action->body_text.data = ngx_pstrdup(b->pool, &text);
    if (action->body_text.data == NULL) {
        return NGX_CONF_ERROR;
    }

    action->body_text.len = text.len;

    action->body = ngx_webhook_conf_template(b, &text, WEBHOOK_TEMPLATE_JSON,
                                             "body template");

    return action->body ? NGX_CONF_OK : NGX_CONF_ERROR;
}
