
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */


#include "http/outbound/payload/ngx_http_webhook_lookup.h"

#include "core/envelope/webhook_envelope.h"
#include "core/format/webhook_form.h"


static void ngx_webhook_lookup_text(webhook_value_t *v, u_char *data,
    size_t len);
static void ngx_webhook_lookup_missing(webhook_value_t *v);
static ngx_table_elt_t *ngx_webhook_lookup_next(ngx_list_part_t **part,
    ngx_uint_t *i, const webhook_str_t *name);


ngx_int_t
ngx_webhook_lookup_variable(ngx_http_request_t *r, const webhook_str_t *name,
    webhook_value_t *v)
{
    ngx_str_t                   low;
    ngx_uint_t                  key;
    ngx_http_variable_value_t  *vv;

    ngx_webhook_lookup_missing(v);

    low.len = name->len;
    low.data = ngx_pnalloc(r->pool, name->len);
    if (low.data == NULL) {
        return NGX_ERROR;
    }

    key = ngx_hash_strlow(low.data, name->data, name->len);

    vv = ngx_http_get_variable(r, &low, key);
    if (vv == NULL) {
        return NGX_ERROR;
    }

    if (vv->not_found || !vv->valid) {
        return NGX_OK;
    }

    ngx_webhook_lookup_text(v, vv->data, vv->len);

    return NGX_OK;
}


int
ngx_webhook_lookup_event(ngx_pool_t *pool, const webhook_id_t *id,
    uint64_t wall, ngx_str_t *type, const webhook_path_t *path,
    webhook_value_t *v)
{
    u_char               *p;
    const webhook_str_t  *root, *step;

    ngx_webhook_lookup_missing(v);

    root = webhook_path_root(path);

    if (root->len == 3 && ngx_memcmp(root->data, "now", 3) == 0) {

        if (webhook_path_steps(path) != 1) {
            return WEBHOOK_OK;
        }

        /* when the event happened, in seconds since 1970 */

        p = ngx_pnalloc(pool, NGX_TIME_T_LEN);
        if (p == NULL) {
            return WEBHOOK_NOMEM;
        }

        v->missing = 0;
        v->type = WEBHOOK_JSON_NUMBER;
        v->span.data = p;
        v->span.len = ngx_sprintf(p, "%T", (time_t) (wall / 1000)) - p;

        return WEBHOOK_OK;
    }

    if (webhook_path_steps(path) != 2) {
        return WEBHOOK_OK;
    }

    step = webhook_path_step(path, 1);

    if (step->len == 2 && ngx_memcmp(step->data, "id", 2) == 0) {

        p = ngx_pnalloc(pool, WEBHOOK_ID_TEXT_LEN);
        if (p == NULL) {
            return WEBHOOK_NOMEM;
        }

        webhook_id_text(id, p);
        ngx_webhook_lookup_text(v, p, WEBHOOK_ID_TEXT_LEN);

    } else if (step->len == 4 && ngx_memcmp(step->data, "type", 4) == 0) {

        ngx_webhook_lookup_text(v, type->data, type->len);

    } else if (step->len == 4 && ngx_memcmp(step->data, "time", 4) == 0) {

        p = ngx_pnalloc(pool, WEBHOOK_ENVELOPE_TIME_LEN);
        if (p == NULL) {
            return WEBHOOK_NOMEM;
        }

        webhook_envelope_time(wall, p);
        ngx_webhook_lookup_text(v, p, WEBHOOK_ENVELOPE_TIME_LEN);
    }

    return WEBHOOK_OK;
}


ngx_int_t
ngx_webhook_lookup_header(ngx_http_request_t *r, const webhook_str_t *name,
    webhook_value_t *v)
{
    return ngx_webhook_lookup_lines(r->pool, &r->headers_in.headers, name, v);
}


ngx_int_t
ngx_webhook_lookup_lines(ngx_pool_t *pool, ngx_list_t *headers,
    const webhook_str_t *name, webhook_value_t *v)
{
    u_char           *p;
    size_t            len;
    ngx_uint_t        i, n;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h, *first;

    ngx_webhook_lookup_missing(v);

    first = NULL;
    len = 0;
    n = 0;

    i = 0;
    part = &headers->part;

    for ( ;; ) {
        h = ngx_webhook_lookup_next(&part, &i, name);
        if (h == NULL) {
            break;
        }

        if (first == NULL) {
            first = h;
        }

        len += h->value.len;
        n++;
    }

    if (n == 0) {
        return NGX_OK;
    }

    if (n == 1) {
        ngx_webhook_lookup_text(v, first->value.data, first->value.len);
        return NGX_OK;
    }

    len += (n - 1) * (sizeof(", ") - 1);

    p = ngx_pnalloc(pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_webhook_lookup_text(v, p, len);

    i = 0;
    part = &headers->part;

    for ( ;; ) {
        h = ngx_webhook_lookup_next(&part, &i, name);
        p = ngx_cpymem(p, h->value.data, h->value.len);

        if (--n == 0) {
            return NGX_OK;
        }

        *p++ = ',';
        *p++ = ' ';
    }
}


ngx_int_t
ngx_webhook_lookup_query(const webhook_str_t *args, ngx_pool_t *pool,
    const webhook_str_t *name, webhook_value_t *v)
{
    size_t          pos, len;
    u_char         *p;
    webhook_str_t   one, value;

    ngx_webhook_lookup_missing(v);

    if (name->len == 0 || args->len == 0) {
        return NGX_OK;
    }

    p = NULL;
    pos = 0;

    while (webhook_form_next(args, &pos, &one, &value) == WEBHOOK_OK) {

        if (one.len < name->len) {
            continue;
        }

        if (ngx_strlchr(one.data, one.data + one.len, '%')
            || ngx_strlchr(one.data, one.data + one.len, '+'))
        {
            if (p == NULL) {
                p = ngx_pnalloc(pool, args->len);
                if (p == NULL) {
                    return NGX_ERROR;
                }
            }

            len = webhook_form_decode_loose(&one, p);
            one.data = p;
            one.len = len;
        }

        /* in the same case, as a signature over it was checked */

        if (!webhook_str_eq(&one, name)) {
            continue;
        }

        if (p == NULL) {
            p = ngx_pnalloc(pool, value.len + 1);
            if (p == NULL) {
                return NGX_ERROR;
            }
        }

        len = webhook_form_decode_loose(&value, p);

        ngx_webhook_lookup_text(v, p, len);

        return NGX_OK;
    }

    return NGX_OK;
}


ngx_int_t
ngx_webhook_lookup_take(ngx_http_request_t *r, ngx_pool_t *pool,
    ngx_array_t *taken, const webhook_path_t *path)
{
    u_char               *p;
    webhook_str_t         name;
    webhook_value_t       v;
    const webhook_str_t  *root;
    ngx_webhook_taken_t  *t;

    root = webhook_path_root(path);

    if (webhook_path_steps(path) == 1
        || root->len != 3 || ngx_memcmp(root->data, "var", 3) != 0)
    {
        return NGX_OK;
    }

    /* the name is the configuration's */

    webhook_path_rest(path, 1, &name);

    if (ngx_webhook_lookup_taken(taken, &name, &v) == NGX_OK) {
        return NGX_OK;
    }

    if (ngx_webhook_lookup_variable(r, &name, &v) != NGX_OK) {
        return NGX_ERROR;
    }

    if (v.span.len) {
        p = ngx_pnalloc(pool, v.span.len);
        if (p == NULL) {
            return NGX_ERROR;
        }

        ngx_memcpy(p, v.span.data, v.span.len);
        v.span.data = p;
    }

    t = ngx_array_push(taken);
    if (t == NULL) {
        return NGX_ERROR;
    }

    t->name = name;
    t->value = v;

    return NGX_OK;
}


ngx_int_t
ngx_webhook_lookup_taken(ngx_array_t *taken, const webhook_str_t *name,
    webhook_value_t *v)
{
    ngx_uint_t            i;
    ngx_webhook_taken_t  *t;

    t = taken->elts;

    for (i = 0; i < taken->nelts; i++) {
        if (webhook_str_eq(&t[i].name, name)) {
            *v = t[i].value;
            return NGX_OK;
        }
    }

    return NGX_ERROR;
}


/* The next header of that name at or behind *i of *part, or NULL. */

static ngx_table_elt_t *
ngx_webhook_lookup_next(ngx_list_part_t **part, ngx_uint_t *i,
    const webhook_str_t *name)
{
    ngx_table_elt_t  *h;

    while (*part) {
        h = (*part)->elts;

        for ( /* void */ ; *i < (*part)->nelts; (*i)++) {

            if (h[*i].hash != 0
                && h[*i].key.len == name->len
                && ngx_strncasecmp(h[*i].key.data, name->data, name->len)
                   == 0)
            {
                return &h[(*i)++];
            }
        }

        *part = (*part)->next;
        *i = 0;
    }

    return NULL;
}


static void
ngx_webhook_lookup_text(webhook_value_t *v, u_char *data, size_t len)
{
    v->type = WEBHOOK_JSON_STRING;
    v->span.data = data;
    v->span.len = len;
    v->missing = 0;
    v->is_text = 1;
}


static void
ngx_webhook_lookup_missing(webhook_value_t *v)
{
    ngx_memzero(v, sizeof(webhook_value_t));

    v->missing = 1;
}
