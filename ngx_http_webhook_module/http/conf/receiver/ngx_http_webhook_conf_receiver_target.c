
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_receiver { target models }: the record that a call is about.
 */

#include "http/conf/receiver/ngx_http_webhook_conf_receiver_target.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/value/ngx_http_webhook_conf_param.h"
#include "http/conf/value/ngx_http_webhook_conf_template.h"
#include "http/conf/caller/ngx_http_webhook_conf_receiver_args.h"


static ngx_int_t ngx_webhook_receiver_target_create(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv);
static ngx_int_t ngx_webhook_receiver_target_finish(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv);
static ngx_int_t ngx_webhook_receiver_redact_names(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv);
static ngx_int_t ngx_webhook_receiver_redact_name(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv, webhook_path_t *path);
static ngx_str_t *ngx_webhook_receiver_other_name(webhook_str_t *name);
static ngx_int_t ngx_webhook_receiver_default_target(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv);
static int ngx_webhook_receiver_names_id(void *data,
    const webhook_path_t *path);
static char *ngx_webhook_receiver_target(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static char *ngx_webhook_receiver_lookup(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv, ngx_str_t *value);
static char *ngx_webhook_receiver_models(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);


static const ngx_webhook_field_t
    ngx_webhook_receiver_target_fields[] = {

    { ngx_string("target"),
      NGX_CONF_TAKE1234,
      ngx_webhook_receiver_target,
      0,
      NULL },

    { ngx_string("models"),
      NGX_CONF_1MORE,
      ngx_webhook_receiver_models,
      0,
      NULL },

      ngx_webhook_null_field
};


const ngx_webhook_receiver_part_t
    ngx_webhook_receiver_target_part =
{
    ngx_webhook_receiver_target_fields,
    ngx_webhook_receiver_target_create,
    ngx_webhook_receiver_target_finish,
    NULL
};


static ngx_int_t
ngx_webhook_receiver_target_create(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv)
{
    return ngx_array_init(&rcv->models, b->pool, 1, sizeof(ngx_str_t));
}


static ngx_int_t
ngx_webhook_receiver_target_finish(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv)
{
    if (rcv->model.len && rcv->models.nelts) {
        ngx_webhook_build_at(NGX_LOG_EMERG, b, &rcv->source_pos,
                             "webhook_receiver \"%V\" has both "
                             "\"model\" and \"models\"", &rcv->name);
        return NGX_ERROR;
    }

    if (ngx_webhook_receiver_redact_names(b, rcv) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_webhook_receiver_default_target(b, rcv);
}


/* "_id" may be a payload's "id", and "_model" its "model": what is redacted by
   one name is by the other, too. */

static ngx_int_t
ngx_webhook_receiver_redact_names(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv)
{
    ngx_uint_t        i, n;
    webhook_path_t  **path;

    n = rcv->redact.nelts;

    for (i = 0; i < n; i++) {

        path = rcv->redact.elts;

        if (ngx_webhook_receiver_redact_name(b, rcv, path[i]) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* Adds the path with another name for each step that has one. */

static ngx_int_t
ngx_webhook_receiver_redact_name(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv, webhook_path_t *path)
{
    u_char               *p, *start, *end, *last;
    uint32_t              i;
    ngx_str_t            *other, text;
    webhook_str_t         name;
    webhook_path_t      **added, *twin;
    const webhook_str_t  *from;

    from = webhook_path_text(path);

    start = from->data;
    last = from->data + from->len;

    for (i = 0; i < webhook_path_steps(path); i++, start = end + 1) {

        end = start + webhook_path_quoted(start, last);

        while (end < last && *end != '.') {
            end++;
        }

        (void) webhook_path_each(path, i, &name);

        other = ngx_webhook_receiver_other_name(&name);
        if (other == NULL) {
            continue;
        }

        /* the quote before it, and what stands behind it, remain */

        p = start + webhook_path_is_key(path, i);

        text.data = ngx_pnalloc(b->pool, from->len + other->len);
        if (text.data == NULL) {
            return NGX_ERROR;
        }

        text.len = p - from->data;
        ngx_memcpy(text.data, from->data, text.len);

        ngx_memcpy(text.data + text.len, other->data, other->len);
        text.len += other->len;

        p += name.len;
        ngx_memcpy(text.data + text.len, p, last - p);
        text.len += last - p;

        twin = ngx_webhook_conf_path(b, &text);
        if (twin == NULL) {
            return NGX_ERROR;
        }

        added = ngx_array_push(&rcv->redact);
        if (added == NULL) {
            return NGX_ERROR;
        }

        *added = twin;
    }

    return NGX_OK;
}


static ngx_str_t *
ngx_webhook_receiver_other_name(webhook_str_t *name)
{
    ngx_uint_t  i;

    static ngx_str_t  names[] = {
        ngx_string("id"),
        ngx_string("_id"),
        ngx_string("model"),
        ngx_string("_model")
    };

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (names[i].len == name->len
            && ngx_memcmp(names[i].data, name->data, name->len) == 0)
        {
            return &names[i ^ 1];
        }
    }

    return NULL;
}


/*
 * Without "target" one is asked for where an action names it by "_id"; a
 * receiver that creates its records needs none.
 */

static ngx_int_t
ngx_webhook_receiver_default_target(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv)
{
    ngx_uint_t             i;
    ngx_webhook_action_t  *action;

    static ngx_str_t  id = ngx_string("${_id|int}");
    static ngx_str_t  model = ngx_string("${_model}");

    if (rcv->target_id == NULL && rcv->target_model == NULL) {

        action = rcv->actions.elts;

        for (i = 0; i < rcv->actions.nelts; i++) {

            if (webhook_template_paths(action[i].uri,
                                       ngx_webhook_receiver_names_id, NULL)
                || (action[i].body
                    && webhook_template_paths(action[i].body,
                                          ngx_webhook_receiver_names_id,
                                          NULL)))
            {
                break;
            }
        }

        if (i < rcv->actions.nelts || rcv->lookup) {

            rcv->target_id = ngx_webhook_conf_template(b, &id,
                                                    WEBHOOK_TEMPLATE_TEXT,
                                                    "target template");
            if (rcv->target_id == NULL) {
                return NGX_ERROR;
            }

        } else if (rcv->models.nelts == 0) {
            return NGX_OK;
        }

        if (rcv->model.len == 0 && rcv->models.nelts == 0) {
            return NGX_OK;
        }

    } else if (rcv->target_model || rcv->models.nelts == 0) {
        return NGX_OK;
    }

    rcv->target_model = ngx_webhook_conf_template(b, &model,
                                                  WEBHOOK_TEMPLATE_TEXT,
                                                  "target template");

    return rcv->target_model ? NGX_OK : NGX_ERROR;
}


static int
ngx_webhook_receiver_names_id(void *data, const webhook_path_t *path)
{
    static const webhook_str_t  id = webhook_str("_id");

    return webhook_path_steps(path) == 1
           && webhook_str_eq(webhook_path_root(path), &id);
}


/* target [id=TEMPLATE] [model=TEMPLATE] [lookup="GET URI"] [missing=404|422] */

static char *
ngx_webhook_receiver_target(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_receiver_t *rcv = conf;

    char                 *rv;
    ngx_str_t            *value, s;
    ngx_uint_t            i;
    webhook_template_t  **tpl;

    if (rcv->target_id || rcv->target_model || rcv->lookup) {
        return "is duplicate";
    }

    if (ngx_webhook_conf_params(b, 1, "id= model= lookup= missing=")
        != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    value = b->args->elts;

    for (i = 1; i < b->args->nelts; i++) {

        if (ngx_webhook_conf_param(&value[i], "lookup=", &s)) {

            rv = ngx_webhook_receiver_lookup(b, rcv, &s);
            if (rv != NGX_CONF_OK) {
                return rv;
            }

            continue;
        }

        if (ngx_webhook_conf_param(&value[i], "missing=", &s)) {

            if (s.len != 3
                || (ngx_strncmp(s.data, "404", 3) != 0
                    && ngx_strncmp(s.data, "422", 3) != 0))
            {
                ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                          "invalid \"%V\", it must be "
                                          "\"missing=404\" or \"missing=422\"",
                                          &value[i]);
                return NGX_CONF_ERROR;
            }

            rcv->missing = ngx_atoi(s.data, 3);
            continue;
        }

        if (ngx_webhook_conf_param(&value[i], "id=", &s)) {
            tpl = &rcv->target_id;

        } else {
            (void) ngx_webhook_conf_param(&value[i], "model=", &s);
            tpl = &rcv->target_model;
        }

        *tpl = ngx_webhook_conf_template(b, &s, WEBHOOK_TEMPLATE_TEXT,
                                         "target template");
        if (*tpl == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    if (rcv->missing && rcv->lookup == NULL) {
        return "has a \"missing=\" without a \"lookup=\"";
    }

    if (rcv->missing == 0) {
        rcv->missing = NGX_HTTP_NOT_FOUND;
    }

    return NGX_CONF_OK;
}


static char *
ngx_webhook_receiver_lookup(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv, ngx_str_t *value)
{
    u_char     *p, *last;
    ngx_str_t   method, uri;

    p = value->data;
    last = p + value->len;

    method.data = p;

    while (p < last && *p != ' ') {
        p++;
    }

    method.len = p - method.data;

    while (p < last && *p == ' ') {
        p++;
    }

    uri.data = p;
    uri.len = last - p;

    rcv->lookup = ngx_pcalloc(b->pool, sizeof(ngx_webhook_action_t));
    if (rcv->lookup == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_webhook_conf_source_pos(b, &rcv->lookup->source_pos);

    if (ngx_webhook_conf_method(&method) != NGX_HTTP_GET
        && ngx_webhook_conf_method(&method) != NGX_HTTP_HEAD)
    {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                  "invalid \"lookup=%V\": it is written as in "
                                  "\"lookup=GET /pos/sale.order/${_id|int}\"",
                                  value);
        return NGX_CONF_ERROR;
    }

    return ngx_webhook_receiver_request(b, rcv->lookup, &method, &uri);
}


static char *
ngx_webhook_receiver_models(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_receiver_t *rcv = conf;

    ngx_str_t   *value, *model;
    ngx_uint_t   i;

    value = b->args->elts;

    for (i = 1; i < b->args->nelts; i++) {

        if (value[i].len == 0
            || ngx_strlchr(value[i].data, value[i].data + value[i].len, ','))
        {
            ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                               "invalid model \"%V\": several are written with "
                               "spaces between them", &value[i]);
            return NGX_CONF_ERROR;
        }

        model = ngx_array_push(&rcv->models);
        if (model == NULL) {
            return NGX_CONF_ERROR;
        }

        *model = value[i];
    }

    return NGX_CONF_OK;
}
