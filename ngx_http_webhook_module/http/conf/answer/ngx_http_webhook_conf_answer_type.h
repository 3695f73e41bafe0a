
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The types of answers: which there may be, and how values are escaped in them.
 */

#ifndef NGX_WEBHOOK_CONF_ANSWER_TYPE_H
#define NGX_WEBHOOK_CONF_ANSWER_TYPE_H

#include "http/model/ngx_http_webhook_build.h"


#define NGX_WEBHOOK_ANSWER_TEXT_MAX  65536      /* bytes of a template */
#define NGX_WEBHOOK_ANSWER_TYPE_MAX  127        /* and of a type */


/*
 * NGX_OK for a type that answers may be of, as in "text/xml; charset=utf-8";
 * NGX_ERROR, logged, for what is none, and for what browsers would run.
 */
ngx_int_t ngx_webhook_conf_answer_type(ngx_webhook_build_t *b,
    ngx_str_t *type);

/* What a template of that type is; empty: JSON. */
webhook_template_kind_e ngx_webhook_conf_answer_kind(ngx_str_t *type);

/* 1 if values can be put into a text of that type. */
ngx_uint_t ngx_webhook_conf_answer_values(ngx_str_t *type);


#endif /* NGX_WEBHOOK_CONF_ANSWER_TYPE_H */
