
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_receiver { capture }: values of an answer, for the actions behind it.
 */

#include "http/conf/receiver/ngx_http_webhook_conf_receiver_capture.h"
#include "http/conf/value/ngx_http_webhook_conf_template.h"


#define NGX_WEBHOOK_CAPTURES_MAX  32


static char *ngx_webhook_receiver_capture(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static char *ngx_webhook_receiver_capture_name(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv, ngx_str_t *value);


static const ngx_webhook_field_t
    ngx_webhook_receiver_capture_fields[] = {

    { ngx_string("capture"),
      NGX_CONF_TAKE2,
      ngx_webhook_receiver_capture,
      0,
      NULL },

      ngx_webhook_null_field
};


const ngx_webhook_receiver_part_t
    ngx_webhook_receiver_capture_part =
{
    ngx_webhook_receiver_capture_fields,
    NULL,
    NULL,
    NULL
};


/* capture NAME response[.PATH]|status: of the action before it */

static char *
ngx_webhook_receiver_capture(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_receiver_t *rcv = conf;

    char                     *rv;
    ngx_str_t                *value, *name;
    const webhook_str_t      *root;
    ngx_webhook_action_t     *action;
    ngx_webhook_extracted_t  *extracted;

    static const webhook_str_t  response = webhook_str("response");
    static const webhook_str_t  status = webhook_str("status");

    if (rcv->actions.nelts == 0) {
        return "has no \"action\" before it";
    }

    value = b->args->elts;

    rv = ngx_webhook_receiver_capture_name(b, rcv, &value[1]);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    name = ngx_array_push(&rcv->captures);
    if (name == NULL) {
        return NGX_CONF_ERROR;
    }

    *name = value[1];

    action = rcv->actions.elts;
    action += rcv->actions.nelts - 1;

    extracted = ngx_array_push(&action->captures);
    if (extracted == NULL) {
        return NGX_CONF_ERROR;
    }

    extracted->name = value[1];
    extracted->index = rcv->captures.nelts - 1;

    extracted->path = ngx_webhook_conf_path(b, &value[2]);
    if (extracted->path == NULL) {
        return NGX_CONF_ERROR;
    }

    root = webhook_path_root(extracted->path);

    if (!webhook_str_eq(root, &response)
        && (!webhook_str_eq(root, &status)
            || webhook_path_steps(extracted->path) != 1))
    {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                            "\"%V\" cannot be captured: it must be \"status\" "
                            "or begin with \"response\"", &value[2]);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


/* Whether a value can be captured by this name, too. */

static char *
ngx_webhook_receiver_capture_name(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv, ngx_str_t *value)
{
    u_char       c;
    ngx_str_t   *name;
    ngx_uint_t   i;

    static const webhook_str_t  taken[] = {
        webhook_str("header"),
        webhook_str("query"),
        webhook_str("var"),
        webhook_str("root"),
        webhook_str("index")
    };

    for (i = 0; i < value->len; i++) {
        c = value->data[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'
              || (i && c >= '0' && c <= '9')))
        {
            break;
        }
    }

    if (i < value->len || i == 0) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                             "invalid name \"%V\": it must be letters, digits "
                             "and \"_\"", value);
        return NGX_CONF_ERROR;
    }

    for (i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
        if (webhook_str_eq(ngx_webhook_str(value), &taken[i])) {
            ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                 "\"%V\" cannot be captured: it has a meaning "
                                 "of its own", value);
            return NGX_CONF_ERROR;
        }
    }

    name = rcv->captures.elts;

    for (i = 0; i < rcv->captures.nelts; i++) {
        if (name[i].len == value->len
            && ngx_memcmp(name[i].data, value->data, name[i].len) == 0)
        {
            return "is duplicate";
        }
    }

    if (rcv->captures.nelts == NGX_WEBHOOK_CAPTURES_MAX) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                               "webhook_receiver \"%V\" captures more than %d "
                               "values", &rcv->name, NGX_WEBHOOK_CAPTURES_MAX);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}
