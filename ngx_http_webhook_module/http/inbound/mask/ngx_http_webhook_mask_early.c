
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * With client_body_early_read nginx reads the body before any handler of a
 * phase has seen the request.  What goes wrong there, or a body that is
 * buffered to a file, makes lines in the error log, which show the request
 * line.  The first of the values that nginx evaluates to find out whether it
 * is to read is therefore ours: it is always empty, and masks the request line
 * of all that is below a location that receives.
 *
 * That lasts until the first handler that masks, which is given back what was
 * there: it may have to wait for what is registered before it can tell tokens
 * from other paths.
 */

#include "http/inbound/mask/ngx_http_webhook_mask_early.h"
#include "http/inbound/mask/ngx_http_webhook_mask_line.h"
#include "http/inbound/mask/ngx_http_webhook_receive_location.h"
#include "http/inbound/mask/ngx_http_webhook_referer.h"


typedef struct {
    ngx_str_t  line;
    ngx_str_t  uri;
    unsigned   valid_uri:1;
    unsigned   masked:1;
} ngx_webhook_mask_early_t;


static void ngx_webhook_mask_early_cleanup(void *data);
static ngx_webhook_mask_early_t *ngx_webhook_mask_early_find(
    ngx_http_request_t *r);


#if (nginx_version >= 1031005)

static ngx_int_t ngx_webhook_mask_early_add(ngx_conf_t *cf,
    ngx_array_t *predicates);
static ngx_int_t ngx_webhook_mask_early_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static void ngx_webhook_mask_early(ngx_http_request_t *r);


static ngx_str_t  ngx_webhook_mask_early_name =
    ngx_string("webhook_mask_early");
static ngx_str_t  ngx_webhook_mask_early_value =
    ngx_string("$webhook_mask_early");


ngx_int_t
ngx_webhook_mask_early_init(ngx_conf_t *cf)
{
    ngx_uint_t                   i;
    ngx_http_variable_t         *var;
    ngx_http_core_srv_conf_t   **cscfp, *cscf;
    ngx_http_core_main_conf_t   *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    var = ngx_http_add_variable(cf, &ngx_webhook_mask_early_name,
                                NGX_HTTP_VAR_NOCACHEABLE|NGX_HTTP_VAR_NOHASH);
    if (var == NULL) {
        return NGX_ERROR;
    }

    var->get_handler = ngx_webhook_mask_early_variable;

    cscfp = cmcf->servers.elts;

    for (i = 0; i < cmcf->servers.nelts; i++) {
        cscf = cscfp[i]->ctx->srv_conf[ngx_http_core_module.ctx_index];

        if (cscf->client_body_early_read
            && ngx_webhook_mask_early_add(cf, cscf->client_body_early_read)
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* Servers may share what they inherit. */

static ngx_int_t
ngx_webhook_mask_early_add(ngx_conf_t *cf, ngx_array_t *predicates)
{
    ngx_http_complex_value_t          *cv, value;
    ngx_http_compile_complex_value_t   ccv;

    cv = predicates->elts;

    if (predicates->nelts
        && cv->value.data == ngx_webhook_mask_early_value.data)
    {
        return NGX_OK;
    }

    ngx_memzero(&value, sizeof(ngx_http_complex_value_t));
    ngx_memzero(&ccv, sizeof(ngx_http_compile_complex_value_t));

    ccv.cf = cf;
    ccv.value = &ngx_webhook_mask_early_value;
    ccv.complex_value = &value;

    if (ngx_http_compile_complex_value(&ccv) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_array_push(predicates) == NULL) {
        return NGX_ERROR;
    }

    cv = predicates->elts;

    ngx_memmove(cv + 1, cv,
                (predicates->nelts - 1) * sizeof(ngx_http_complex_value_t));
    *cv = value;

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_mask_early_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_http_core_srv_conf_t  *cscf;

    /* its location is not looked for yet */

    cscf = ngx_http_get_module_srv_conf(r, ngx_http_core_module);

    if (r == r->main && !r->internal && r->loc_conf == cscf->ctx->loc_conf) {
        ngx_webhook_mask_early(r);
    }

    v->not_found = 1;

    return NGX_OK;
}


static void
ngx_webhook_mask_early(ngx_http_request_t *r)
{
    u_char                          *p;
    ngx_str_t                        line, path;
    ngx_pool_cleanup_t              *cln;
    ngx_webhook_mask_early_t        *early;
    ngx_webhook_receive_location_t  *loc;

    ngx_webhook_referer(r);

    loc = ngx_webhook_receive_location_find(r, &r->uri);

    if (loc == NULL || ngx_webhook_mask_early_find(r)) {
        return;
    }

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_webhook_mask_early_t));

    if (cln == NULL
        || ngx_webhook_mask_line_path(r, &loc->prefix, &path) != NGX_OK)
    {
        (void) ngx_webhook_mask_line_blank(r);
        return;
    }

    line.len = r->method_name.len + 1 + path.len;

    line.data = ngx_pnalloc(r->pool, line.len);
    if (line.data == NULL) {
        (void) ngx_webhook_mask_line_blank(r);
        return;
    }

    p = ngx_cpymem(line.data, r->method_name.data, r->method_name.len);
    *p++ = ' ';
    ngx_memcpy(p, path.data, path.len);

    early = cln->data;
    early->line = r->request_line;
    early->uri = r->unparsed_uri;
    early->valid_uri = r->valid_unparsed_uri;
    early->masked = 1;

    cln->handler = ngx_webhook_mask_early_cleanup;

    ngx_webhook_mask_line_set(r, &line, &path);
}

#else

ngx_int_t
ngx_webhook_mask_early_init(ngx_conf_t *cf)
{
    return NGX_OK;
}

#endif


ngx_int_t
ngx_webhook_mask_early_end(ngx_http_request_t *r)
{
    ngx_webhook_mask_early_t  *early;

    early = ngx_webhook_mask_early_find(r);

    if (early == NULL || !early->masked) {
        return ngx_webhook_mask_line_blanked(r) ? NGX_ERROR : NGX_DECLINED;
    }

    ngx_webhook_mask_line_set(r, &early->line, &early->uri);
    r->valid_unparsed_uri = early->valid_uri && !r->internal;
    early->masked = 0;

    return NGX_OK;
}


/* By its cleanup, which a redirect to an error page leaves where it is. */

static ngx_webhook_mask_early_t *
ngx_webhook_mask_early_find(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t  *cln;

    for (cln = r->pool->cleanup; cln; cln = cln->next) {
        if (cln->handler == ngx_webhook_mask_early_cleanup) {
            return cln->data;
        }
    }

    return NULL;
}


static void
ngx_webhook_mask_early_cleanup(void *data)
{
    /* there is nothing to do: it only marks what is found by it */
}
