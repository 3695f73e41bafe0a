
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_endpoint { format, envelope, body, header, filter, order_by }: what
 * an endpoint is sent, and of which events.
 */

#include "http/conf/endpoint/ngx_http_webhook_conf_endpoint_format.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/value/ngx_http_webhook_conf_dollar.h"
#include "http/conf/value/ngx_http_webhook_conf_name.h"
#include "http/conf/value/ngx_http_webhook_conf_param.h"
#include "http/conf/value/ngx_http_webhook_conf_template.h"
#include "http/conf/endpoint/ngx_http_webhook_conf_endpoint.h"


#define NGX_WEBHOOK_HEADERS_MAX  32768          /* bytes of own headers */
#define NGX_WEBHOOK_FILTERS_MAX  64


static char *ngx_webhook_endpoint_format(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static char *ngx_webhook_endpoint_envelope(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static char *ngx_webhook_endpoint_source(ngx_webhook_build_t *b,
    ngx_webhook_endpoint_t *ep);
static char *ngx_webhook_endpoint_body(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static char *ngx_webhook_endpoint_header(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static char *ngx_webhook_endpoint_header_value(ngx_webhook_build_t *b,
    ngx_webhook_endpoint_conf_t *ecf, ngx_webhook_header_t *header);
static char *ngx_webhook_endpoint_filter(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static char *ngx_webhook_endpoint_order_by(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static int ngx_webhook_endpoint_path(void *ctx, const webhook_path_t *path);


const ngx_webhook_field_t  ngx_webhook_endpoint_format_fields[] = {

    { ngx_string("format"),
      NGX_CONF_TAKE1,
      ngx_webhook_endpoint_format,
      0,
      NULL },

    { ngx_string("envelope"),
      NGX_CONF_TAKE123,
      ngx_webhook_endpoint_envelope,
      0,
      NULL },

    { ngx_string("body"),
      NGX_CONF_TAKE1,
      ngx_webhook_endpoint_body,
      0,
      NULL },

    { ngx_string("header"),
      NGX_CONF_TAKE2,
      ngx_webhook_endpoint_header,
      0,
      NULL },

    { ngx_string("filter"),
      NGX_CONF_TAKE1,
      ngx_webhook_endpoint_filter,
      0,
      NULL },

    { ngx_string("order_by"),
      NGX_CONF_TAKE123,
      ngx_webhook_endpoint_order_by,
      0,
      NULL },

      ngx_webhook_null_field
};


/* What is known of an endpoint while the paths in it are looked at. */

typedef struct {
    ngx_webhook_build_t     *b;
    ngx_webhook_endpoint_t  *endpoint;
} ngx_webhook_endpoint_paths_t;


ngx_int_t
ngx_webhook_endpoint_format_create(ngx_webhook_build_t *b,
    ngx_webhook_endpoint_conf_t *ecf)
{
    if (ngx_array_init(&ecf->endpoint->headers, b->pool, 2,
                       sizeof(ngx_webhook_header_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_array_init(&ecf->endpoint->filters, b->pool, 1,
                          sizeof(webhook_condition_t *));
}


static char *
ngx_webhook_endpoint_format(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_endpoint_conf_t *ecf = conf;

    ngx_str_t  *value;

    if (ecf->format) {
        return "is duplicate";
    }

    ecf->format = 1;
    ecf->endpoint->format_set = 1;

    value = b->args->elts;

    if (ngx_strcmp(value[1].data, "json") == 0) {
        ecf->endpoint->format = NGX_WEBHOOK_FORMAT_JSON;

    } else if (ngx_strcmp(value[1].data, "xml") == 0) {
        ecf->endpoint->format = NGX_WEBHOOK_FORMAT_XML;

    } else {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                               "invalid format \"%V\", it must be \"json\" or "
                               "\"xml\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


/* envelope none|standard|nightpos; envelope cloudevents [mode=] [source=] */

static char *
ngx_webhook_endpoint_envelope(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_endpoint_conf_t *ecf = conf;

    ngx_int_t                n;
    ngx_str_t               *value, s;
    ngx_uint_t               i, k;
    ngx_webhook_endpoint_t  *ep;

    static struct {
        ngx_str_t               name;
        ngx_webhook_envelope_e  envelope;
    }  envelopes[] = {
        { ngx_string("none"), NGX_WEBHOOK_ENVELOPE_NONE },
        { ngx_string("standard"), NGX_WEBHOOK_ENVELOPE_STANDARD },
        { ngx_string("cloudevents"), NGX_WEBHOOK_ENVELOPE_CLOUDEVENTS },
        { ngx_string("nightpos"), NGX_WEBHOOK_ENVELOPE_NIGHTPOS },
        { ngx_null_string, 0 }
    };

    if (ecf->envelope) {
        return "is duplicate";
    }

    ecf->envelope = 1;

    ep = ecf->endpoint;
    value = b->args->elts;

    for (i = 0; envelopes[i].name.len; i++) {
        if (envelopes[i].name.len == value[1].len
            && ngx_memcmp(envelopes[i].name.data, value[1].data, value[1].len)
               == 0)
        {
            break;
        }
    }

    if (envelopes[i].name.len == 0) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                               "invalid envelope \"%V\", it must be \"none\", "
                               "\"standard\", \"cloudevents\" or \"nightpos\"",
                               &value[1]);
        return NGX_CONF_ERROR;
    }

    ep->envelope = envelopes[i].envelope;

    if (ep->envelope != NGX_WEBHOOK_ENVELOPE_CLOUDEVENTS) {
        return (b->args->nelts == 2)
               ? NGX_CONF_OK : ngx_webhook_conf_invalid(b, &value[2]);
    }

    if (ngx_webhook_conf_params(b, 2, "mode= source=")
        != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    for (i = 2; i < b->args->nelts; i++) {

        if (ngx_webhook_conf_param(&value[i], "mode=", &s)) {
            n = ngx_webhook_conf_choice(b, &value[i], &s, "structured binary");
            if (n == NGX_ERROR) {
                return NGX_CONF_ERROR;
            }

            ep->envelope = n ? NGX_WEBHOOK_ENVELOPE_CLOUDEVENTS_BINARY
                             : NGX_WEBHOOK_ENVELOPE_CLOUDEVENTS;
            continue;
        }

        (void) ngx_webhook_conf_param(&value[i], "source=", &s);

        for (k = 0; k < s.len; k++) {
            if (s.data[k] <= 0x20 || s.data[k] >= 0x7f || s.data[k] == '"'
                || s.data[k] == '\\' || s.data[k] == '{')
            {
                ngx_webhook_build_log(NGX_LOG_EMERG, b, 0, "\"%V\" is not a "
                                                           "URI",
                                      &value[i]);
                return NGX_CONF_ERROR;
            }
        }

        ep->source = s;
    }

    if (ep->source.len) {
        return NGX_CONF_OK;
    }

    return ngx_webhook_endpoint_source(b, ep);
}


/* A reference to this host. */

static char *
ngx_webhook_endpoint_source(ngx_webhook_build_t *b, ngx_webhook_endpoint_t *ep)
{
    u_char  *p;

    ep->source.len = 2 + b->cycle->hostname.len;
    ep->source.data = ngx_pnalloc(b->pool, ep->source.len);
    if (ep->source.data == NULL) {
        return NGX_CONF_ERROR;
    }

    p = ngx_cpymem(ep->source.data, "//", 2);
    ngx_memcpy(p, b->cycle->hostname.data, b->cycle->hostname.len);

    return NGX_CONF_OK;
}


static char *
ngx_webhook_endpoint_body(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_endpoint_conf_t *ecf = conf;

    char                          *rv;
    ngx_str_t                     *value, text;
    ngx_webhook_endpoint_paths_t   ctx;

    if (ecf->endpoint->body) {
        return "is duplicate";
    }

    value = b->args->elts;

    rv = ngx_webhook_conf_text(b, &value[1], &text);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    ecf->endpoint->body = ngx_webhook_conf_template(b, &text,
                                                    WEBHOOK_TEMPLATE_JSON,
                                                    "body template");
    if (ecf->endpoint->body == NULL) {
        return NGX_CONF_ERROR;
    }

    ctx.b = b;
    ctx.endpoint = ecf->endpoint;

    if (webhook_template_paths(ecf->endpoint->body, ngx_webhook_endpoint_path,
                               &ctx)
        != 0)
    {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static char *
ngx_webhook_endpoint_header(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_endpoint_conf_t *ecf = conf;

    u_char                 c;
    size_t                 len;
    ngx_str_t             *value, s;
    ngx_uint_t             i;
    ngx_webhook_header_t  *header;

    value = b->args->elts;

    if (!ngx_webhook_conf_header_name(&value[1])) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                             "\"%V\" cannot be a header of an endpoint: it "
                             "is not a header name or is set by the module",
                             &value[1]);
        return NGX_CONF_ERROR;
    }

    ngx_str_set(&s, "Authorization");

    if (b->registered && ngx_webhook_endpoint_header_is(&value[1], &s)) {
        return "cannot be \"Authorization\": that is set by \"auth\"";
    }

    s = value[2];

    while (s.len && (*s.data == ' ' || *s.data == '\t')) {
        s.data++;
        s.len--;
    }

    while (s.len && (s.data[s.len - 1] == ' ' || s.data[s.len - 1] == '\t')) {
        s.len--;
    }

    /* the value is not shown: it may be a credential */

    for (i = 0; i < s.len; i++) {
        c = s.data[i];

        if ((c < 0x20 && c != '\t') || c == 0x7f) {
            ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                "the value of the header \"%V\" has a control "
                                "character", &value[1]);
            return NGX_CONF_ERROR;
        }
    }

    header = ecf->endpoint->headers.elts;
    len = value[1].len + s.len;

    for (i = 0; i < ecf->endpoint->headers.nelts; i++) {

        len += header[i].name.len + header[i].value.len;

        if (ngx_webhook_endpoint_header_is(&header[i].name, &value[1])) {
            ngx_webhook_build_log(NGX_LOG_WARN, b, 0,
                                 "the header \"%V\" is sent twice", &value[1]);
        }
    }

    if (len > NGX_WEBHOOK_HEADERS_MAX) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                           "the headers of webhook_endpoint \"%V\" are longer "
                           "than %d bytes", &ecf->endpoint->name,
                           NGX_WEBHOOK_HEADERS_MAX);
        return NGX_CONF_ERROR;
    }

    header = ngx_array_push(&ecf->endpoint->headers);
    if (header == NULL) {
        return NGX_CONF_ERROR;
    }

    header->name = value[1];
    header->value = s;
    header->tpl = NULL;

    return ngx_webhook_endpoint_header_value(b, ecf, header);
}


static char *
ngx_webhook_endpoint_header_value(ngx_webhook_build_t *b,
    ngx_webhook_endpoint_conf_t *ecf, ngx_webhook_header_t *header)
{
    webhook_template_t            *tpl;
    ngx_webhook_endpoint_paths_t   ctx;

    if (!ngx_webhook_conf_braces(&header->value)) {
        ngx_webhook_conf_dollar(b, &header->value, "header template");
        return NGX_CONF_OK;
    }

    tpl = ngx_webhook_conf_template(b, &header->value, WEBHOOK_TEMPLATE_HEADER,
                                    "header template");
    if (tpl == NULL) {
        return NGX_CONF_ERROR;
    }

    if (webhook_template_constant(tpl)) {
        return NGX_CONF_OK;
    }

    header->tpl = tpl;

    ctx.b = b;
    ctx.endpoint = ecf->endpoint;

    if (webhook_template_paths(tpl, ngx_webhook_endpoint_path, &ctx) != 0) {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static char *
ngx_webhook_endpoint_filter(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_endpoint_conf_t *ecf = conf;

    ngx_str_t                     *value;
    webhook_condition_t          **filter;
    ngx_webhook_endpoint_paths_t   ctx;

    if (ecf->endpoint->filters.nelts == NGX_WEBHOOK_FILTERS_MAX) {
        return "is given too often";
    }

    filter = ngx_array_push(&ecf->endpoint->filters);
    if (filter == NULL) {
        return NGX_CONF_ERROR;
    }

    value = b->args->elts;

    *filter = ngx_webhook_conf_condition(b, &value[1]);
    if (*filter == NULL) {
        return NGX_CONF_ERROR;
    }

    ctx.b = b;
    ctx.endpoint = ecf->endpoint;

    if (webhook_condition_paths(*filter, ngx_webhook_endpoint_path, &ctx) != 0)
    {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


/* order_by PATH [on_dead=block|skip] [scope=node|cluster] */

static char *
ngx_webhook_endpoint_order_by(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_endpoint_conf_t *ecf = conf;

    ngx_int_t                      n;
    ngx_str_t                     *value, s;
    ngx_uint_t                     i;
    ngx_webhook_endpoint_t        *ep;
    ngx_webhook_endpoint_paths_t   ctx;

    ep = ecf->endpoint;

    if (ep->order_by) {
        return "is duplicate";
    }

    value = b->args->elts;

    ep->order_by = ngx_webhook_conf_path(b, &value[1]);
    if (ep->order_by == NULL) {
        return NGX_CONF_ERROR;
    }

    ctx.b = b;
    ctx.endpoint = ep;

    if (ngx_webhook_endpoint_path(&ctx, ep->order_by) != 0) {
        return NGX_CONF_ERROR;
    }

    if (b->args->nelts == 2) {
        return NGX_CONF_OK;
    }

    if (ngx_webhook_conf_params(b, 2, "on_dead= scope=") != NGX_CONF_OK) {
        return NGX_CONF_ERROR;
    }

    ngx_webhook_conf_source_pos(b, &ep->order_pos);

    for (i = 2; i < b->args->nelts; i++) {

        if (ngx_webhook_conf_param(&value[i], "scope=", &s)) {
            n = ngx_webhook_conf_choice(b, &value[i], &s, "node cluster");
            ep->order_shared = (n == 1);

        } else {
            (void) ngx_webhook_conf_param(&value[i], "on_dead=", &s);

            n = ngx_webhook_conf_choice(b, &value[i], &s, "skip block");
            ep->order_block = (n == 1);
        }

        if (n == NGX_ERROR) {
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


/* Which bodies are needed for a path, and whether it can have a value. */

static int
ngx_webhook_endpoint_path(void *ctx, const webhook_path_t *path)
{
    ngx_webhook_endpoint_paths_t *paths = ctx;

    const char          *what;
    ngx_webhook_root_e   root;

    what = ngx_webhook_conf_root(path, &root);

    switch (root) {

    case NGX_WEBHOOK_ROOT_REQUEST:
        paths->endpoint->need_request = 1;
        break;

    case NGX_WEBHOOK_ROOT_RESPONSE:
        paths->endpoint->need_response = 1;
        break;

    case NGX_WEBHOOK_ROOT_URI:

        /* which captures there are is up to the rule of the event */

        if (webhook_path_steps(path) != 2) {
            what = "a capture is written as in \"uri.1\" or \"uri.name\"";
        }

        break;

    default:
        break;
    }

    if (what == NULL && paths->b->registered
        && !ngx_webhook_conf_event_root(path))
    {
        what = "it must begin with \"data\", \"event\" or \"now\"";
    }

    if (what == NULL) {
        return 0;
    }

    ngx_webhook_build_log(NGX_LOG_EMERG, paths->b, 0,
                         "invalid path \"%V\": %s",
                         ngx_webhook_nstr(webhook_path_text(path)), what);

    return 1;
}
