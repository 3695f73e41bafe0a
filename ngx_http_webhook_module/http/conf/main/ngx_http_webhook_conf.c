
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The contexts, what is inherited, and the directives that are a line each.
 */

#include "http/conf/main/ngx_http_webhook_conf.h"
#include "http/conf/admin/ngx_http_webhook_conf_api.h"
#include "http/conf/read/ngx_http_webhook_conf_build.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/value/ngx_http_webhook_conf_name.h"
#include "http/conf/value/ngx_http_webhook_conf_param.h"
#include "http/inbound/receive/ngx_http_webhook_receive.h"


#define NGX_WEBHOOK_STORE_SIZE   (1024 * 1024 * 1024)
#define NGX_WEBHOOK_STORE_KEEP   (7 * 24 * 60 * 60 * UINT64_C(1000))
#define NGX_WEBHOOK_STORE_HIGH   90

#define NGX_WEBHOOK_STORE_WARN   75
#define NGX_WEBHOOK_STORE_WAIT   60000

#define NGX_WEBHOOK_EXAMPLE        65536        /* bytes of a type's example */

#define NGX_WEBHOOK_ORPHANS      (30 * 24 * 60 * 60 * UINT64_C(1000))

#define NGX_WEBHOOK_COMMIT_TIMEOUT      60000               /* ms */
#define NGX_WEBHOOK_COMMIT_TIMEOUT_MAX  (60 * 60000)
#define NGX_WEBHOOK_PAYLOAD      (1024 * 1024)
#define NGX_WEBHOOK_PAYLOAD_TOP  (256 * 1024 * 1024)


static ngx_int_t ngx_webhook_event_type_example(ngx_webhook_build_t *b,
    ngx_str_t *arg, ngx_str_t *value, ngx_webhook_type_t *type);
static ngx_uint_t ngx_webhook_event_type_other(ngx_conf_t *cf, ngx_str_t *name,
    ngx_str_t *text);


void *
ngx_webhook_create_main_conf(ngx_conf_t *cf)
{
    ngx_webhook_main_conf_t  *wmcf;

    wmcf = ngx_pcalloc(cf->pool, sizeof(ngx_webhook_main_conf_t));
    if (wmcf == NULL) {
        return NULL;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     wmcf->store = NULL;
     *     wmcf->keep_bytes = 0;
     *     wmcf->dedupe_rows = 0;
     *     wmcf->idempotency_rows = 0;
     *     wmcf->full = NGX_WEBHOOK_FULL_DROP;
     *     wmcf->event_header = { 0, NULL };
     *     wmcf->cpu = NULL;
     *     wmcf->counters = NULL;
     */

    wmcf->size = NGX_WEBHOOK_STORE_SIZE;
    wmcf->keep = NGX_WEBHOOK_STORE_KEEP;
    wmcf->orphans = NGX_WEBHOOK_ORPHANS;
    wmcf->high_water = NGX_WEBHOOK_STORE_HIGH;
    wmcf->warn_water = NGX_WEBHOOK_STORE_WARN;
    wmcf->full_wait = NGX_WEBHOOK_STORE_WAIT;

    if (ngx_array_init(&wmcf->types, cf->pool, 32, sizeof(ngx_webhook_type_t))
        != NGX_OK
        || ngx_array_init(&wmcf->endpoints, cf->pool, 4,
                          sizeof(ngx_webhook_endpoint_t *))
           != NGX_OK
        || ngx_array_init(&wmcf->receivers, cf->pool, 4,
                          sizeof(ngx_webhook_receiver_t *))
           != NGX_OK
        || ngx_array_init(&wmcf->url_tokens, cf->pool, 4,
                          sizeof(ngx_webhook_url_token_t))
           != NGX_OK
        || ngx_array_init(&wmcf->rules, cf->pool, 4,
                          sizeof(ngx_webhook_rule_t *))
           != NGX_OK
        || ngx_array_init(&wmcf->error_pages, cf->pool, 1,
                          sizeof(ngx_array_t *))
           != NGX_OK
        || ngx_array_init(&wmcf->locations, cf->pool, 4, sizeof(void **))
           != NGX_OK
        || ngx_array_init(&wmcf->receive_locations, cf->pool, 2,
                          sizeof(ngx_webhook_receive_location_t))
           != NGX_OK)
    {
        return NULL;
    }

    return wmcf;
}


char *
ngx_webhook_init_main_conf(ngx_conf_t *cf, void *conf)
{
    ngx_webhook_main_conf_t  *wmcf = conf;

    if (wmcf->event_header.data == NULL) {
        ngx_str_set(&wmcf->event_header, "Tc-Webhook-Event");
    }

    return ngx_webhook_own_types_add(wmcf) == NGX_OK ? NGX_CONF_OK
                                                     : NGX_CONF_ERROR;
}


void *
ngx_webhook_create_loc_conf(ngx_conf_t *cf)
{
    ngx_webhook_loc_conf_t  *wlcf;

    wlcf = ngx_pcalloc(cf->pool, sizeof(ngx_webhook_loc_conf_t));
    if (wlcf == NULL) {
        return NULL;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     wlcf->rules = NULL;
     *     wlcf->own = 0;
     *     wlcf->off = 0;
     *     wlcf->receive = 0;
     *     wlcf->prefix = { 0, NULL };
     *     wlcf->idempotency = { 0, NULL };
     *     wlcf->idempotency_by = NULL;
     */

    wlcf->commit = NGX_CONF_UNSET_UINT;
    wlcf->commit_timeout = NGX_CONF_UNSET_MSEC;
    wlcf->payload_max = NGX_CONF_UNSET_SIZE;
    wlcf->trace = NGX_CONF_UNSET;

    return wlcf;
}


char *
ngx_webhook_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_webhook_loc_conf_t *prev = parent;
    ngx_webhook_loc_conf_t *conf = child;

    void                    ***loc_conf;
    ngx_array_t              **pages;
    ngx_http_core_loc_conf_t  *clcf;
    ngx_webhook_main_conf_t   *wmcf;

    if (conf->rules) {
        conf->own = 1;

    } else if (!conf->off) {
        conf->rules = prev->rules;
    }

    ngx_conf_merge_uint_value(conf->commit, prev->commit,
                              NGX_WEBHOOK_BEFORE_RESPONSE);
    ngx_conf_merge_msec_value(conf->commit_timeout, prev->commit_timeout,
                              NGX_WEBHOOK_COMMIT_TIMEOUT);
    ngx_conf_merge_size_value(conf->payload_max, prev->payload_max,
                              NGX_WEBHOOK_PAYLOAD);
    ngx_conf_merge_value(conf->trace, prev->trace, 0);

    if (conf->idempotency.data == NULL) {
        conf->idempotency_by = prev->idempotency_by;
        conf->idempotency_pos = prev->idempotency_pos;
    }

    ngx_conf_merge_str_value(conf->idempotency, prev->idempotency,
                             "Idempotency-Key");

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (prev->receive && !conf->receive && clcf->noname
        && clcf->handler == NULL)
    {
        /*
         * "if" and "limit_except" are locations of their own, where another
         * handler would log the URL with its secret
         */

        conf->receive = 1;
        conf->prefix = prev->prefix;
        conf->source_pos = prev->source_pos;
        clcf->handler = ngx_webhook_receive_handler;
    }

    ngx_webhook_api_merge(clcf, prev, conf);

    wmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_webhook_module);

    if (clcf->error_pages) {
        pages = ngx_array_push(&wmcf->error_pages);
        if (pages == NULL) {
            return NGX_CONF_ERROR;
        }

        *pages = clcf->error_pages;
    }

    if (conf->receive || conf->metrics || conf->rules || conf->api
        || conf->idempotency_by)
    {

        loc_conf = ngx_array_push(&wmcf->locations);
        if (loc_conf == NULL) {
            return NGX_CONF_ERROR;
        }

        *loc_conf = ((ngx_http_conf_ctx_t *) cf->ctx)->loc_conf;
    }

    return NGX_CONF_OK;
}


char *
ngx_webhook_event_type(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_webhook_main_conf_t *wmcf = conf;

    ngx_str_t            *value, s;
    ngx_uint_t            i;
    ngx_webhook_type_t   *type;
    ngx_webhook_build_t   b;

    ngx_webhook_conf_build(cf, &b);

    value = cf->args->elts;

    if (!webhook_type_valid(ngx_webhook_str(&value[1]))
        || value[1].len > WEBHOOK_TYPE_MAX)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid event type \"%V\": it must be words of "
                           "letters, digits and \"_\" with dots between them",
                           &value[1]);
        return NGX_CONF_ERROR;
    }

    if (ngx_strncmp(value[1].data, NGX_WEBHOOK_OWN_PREFIX,
                    sizeof(NGX_WEBHOOK_OWN_PREFIX) - 1)
        == 0)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "event type \"%V\" cannot be declared: those that "
                           "begin with \"" NGX_WEBHOOK_OWN_PREFIX "\" are the "
                           "module's own", &value[1]);
        return NGX_CONF_ERROR;
    }

    type = wmcf->types.elts;

    for (i = 0; i < wmcf->types.nelts; i++) {
        if (type[i].name.len == value[1].len
            && ngx_memcmp(type[i].name.data, value[1].data, value[1].len) == 0)
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "event type \"%V\", declared in %s:%ui, is "
                               "declared again",
                               &value[1], type[i].source_pos.file,
                               type[i].source_pos.line);
            return NGX_CONF_ERROR;
        }
    }

    type = ngx_array_push(&wmcf->types);
    if (type == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(type, sizeof(ngx_webhook_type_t));

    type->name = value[1];

    ngx_webhook_conf_source_pos(&b, &type->source_pos);

    for (i = 2; i < cf->args->nelts; i++) {

        if (type->group.data == NULL
            && ngx_webhook_conf_param(&value[i], "group=", &s))
        {
            if (s.len == 0) {
                return ngx_webhook_conf_invalid(&b, &value[i]);
            }

            type->group = s;
            continue;
        }

        if (type->example.data == NULL
            && ngx_webhook_conf_param(&value[i], "example=", &s))
        {
            if (ngx_webhook_event_type_example(&b, &value[i], &s, type)
                != NGX_OK)
            {
                return NGX_CONF_ERROR;
            }

            continue;
        }

        if (i == cf->args->nelts - 1
            && !ngx_webhook_event_type_other(cf, &value[1], &value[i]))
        {
            type->description = value[i];
            continue;
        }

        if (!ngx_strlchr(value[i].data, value[i].data + value[i].len, '=')) {
            return "takes a description in quotes, and nothing after it";
        }

        return ngx_webhook_conf_params(&b, 2, "group= example=");
    }

    return NGX_CONF_OK;
}


/* example={...}, example=file:PATH: what the type's payload looks like. */

static ngx_int_t
ngx_webhook_event_type_example(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, ngx_webhook_type_t *type)
{
    webhook_json_doc_t    *doc;
    webhook_json_error_t   err;

    if (ngx_webhook_conf_text(b, value, &type->example) != NGX_CONF_OK) {
        return NGX_ERROR;
    }

    if (type->example.len > NGX_WEBHOOK_EXAMPLE) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "the example of event type \"%V\" is longer than "
                              "%d bytes", &type->name, NGX_WEBHOOK_EXAMPLE);
        return NGX_ERROR;
    }

    switch (webhook_json_read(ngx_webhook_str(&type->example), NULL, &doc,
                              &err))
    {
    case WEBHOOK_OK:
        webhook_json_free(doc);
        return NGX_OK;

    case WEBHOOK_NOMEM:
        return NGX_ERROR;

    default:
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "the example of event type \"%V\" is not "
                              "JSON: %s at byte %uz", &type->name, err.what,
                              err.offset);
        return NGX_ERROR;
    }
}


/*
 * 1 if what stands where the description does is rather a parameter.  Of
 * another event type it is warned.
 */

static ngx_uint_t
ngx_webhook_event_type_other(ngx_conf_t *cf, ngx_str_t *name, ngx_str_t *text)
{
    ngx_uint_t  i;

    for (i = 0; i < text->len; i++) {
        if (text->data[i] < 'a' || text->data[i] > 'z') {
            break;
        }
    }

    if (i && i < text->len && text->data[i] == '=') {
        return 1;
    }

    if (webhook_type_valid(ngx_webhook_str(text))
        && ngx_strlchr(text->data, text->data + text->len, '.'))
    {
        ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                           "\"%V\" is taken for the description of \"%V\": "
                           "each event type has a directive of its own",
                           text, name);
    }

    return 0;
}


char *
ngx_webhook_event_header(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_webhook_main_conf_t *wmcf = conf;

    ngx_str_t  *value;

    if (wmcf->event_header.data) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (!ngx_webhook_conf_header_name(&value[1])) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" cannot be the header that tells the "
                           "event: it is not a header name or has another "
                           "use",
                           &value[1]);
        return NGX_CONF_ERROR;
    }

    wmcf->event_header = value[1];

    return NGX_CONF_OK;
}


char *
ngx_webhook_commit(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_webhook_loc_conf_t *wlcf = conf;

    ngx_int_t             ms;
    ngx_str_t            *value, s;
    ngx_webhook_build_t   b;

    if (wlcf->commit != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    ngx_webhook_conf_build(cf, &b);

    value = cf->args->elts;

    if (ngx_strcmp(value[1].data, "before_response") == 0) {
        wlcf->commit = NGX_WEBHOOK_BEFORE_RESPONSE;

    } else if (ngx_strcmp(value[1].data, "after_response") == 0) {
        wlcf->commit = NGX_WEBHOOK_AFTER_RESPONSE;

    } else {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid \"%V\", it must be \"before_response\" or "
                           "\"after_response\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    wlcf->commit_timeout = NGX_WEBHOOK_COMMIT_TIMEOUT;

    if (cf->args->nelts == 2) {
        return NGX_CONF_OK;
    }

    if (ngx_webhook_conf_params(&b, 2, "timeout=")
        != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    if (wlcf->commit == NGX_WEBHOOK_AFTER_RESPONSE) {
        return "has a \"timeout=\", which nothing waits for after the response";
    }

    (void) ngx_webhook_conf_param(&value[2], "timeout=", &s);

    ms = ngx_parse_time(&s, 0);

    if (ms <= 0 || ms > NGX_WEBHOOK_COMMIT_TIMEOUT_MAX) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid \"%V\", it must be a time of up to 1h",
                           &value[2]);
        return NGX_CONF_ERROR;
    }

    wlcf->commit_timeout = (ngx_msec_t) ms;

    return NGX_CONF_OK;
}


char *
ngx_webhook_payload_max(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_webhook_loc_conf_t *wlcf = conf;

    ssize_t     size;
    ngx_str_t  *value;

    if (wlcf->payload_max != NGX_CONF_UNSET_SIZE) {
        return "is duplicate";
    }

    value = cf->args->elts;
    size = ngx_parse_size(&value[1]);

    if (size < 1 || size > NGX_WEBHOOK_PAYLOAD_TOP) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid size \"%V\", it must be from 1 to 256m, "
                           "as in \"512k\" or \"4m\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    wlcf->payload_max = size;

    return NGX_CONF_OK;
}


char *
ngx_webhook_receive(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_webhook_loc_conf_t *wlcf = conf;

    ngx_webhook_receive_location_t  *loc;
    ngx_http_core_loc_conf_t        *clcf;
    ngx_webhook_build_t              b;
    ngx_webhook_main_conf_t         *wmcf;

    if (wlcf->receive) {
        return "is duplicate";
    }

    ngx_webhook_conf_build(cf, &b);

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (clcf->exact_match || clcf->named || clcf->noname
#if (NGX_PCRE)
        || clcf->regex
#endif
        || clcf->name.len == 0
        || clcf->name.data[clcf->name.len - 1] != '/')
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"webhook_receive\" cannot be in location \"%V\": "
                           "the secret follows a prefix, as in "
                           "\"location ^~ /web/hook/\"",
                           &clcf->name);
        return NGX_CONF_ERROR;
    }

    wmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_webhook_module);

    loc = ngx_array_push(&wmcf->receive_locations);
    if (loc == NULL) {
        return NGX_CONF_ERROR;
    }

    loc->prefix = clcf->name;
    loc->server = ngx_http_conf_get_module_srv_conf(cf, ngx_http_core_module);

    if (ngx_webhook_conf_handler(cf, clcf, cmd) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    clcf->handler = ngx_webhook_receive_handler;

    wlcf->receive = 1;
    wlcf->prefix = clcf->name;

    ngx_webhook_conf_source_pos(&b, &wlcf->source_pos);

    return NGX_CONF_OK;
}


ngx_int_t
ngx_webhook_conf_handler(ngx_conf_t *cf, ngx_http_core_loc_conf_t *clcf,
    ngx_command_t *cmd)
{
    if (clcf->handler == NULL) {
        return NGX_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "location \"%V\" has \"%V\" and another directive that "
                       "answers requests", &clcf->name, &cmd->name);
    return NGX_ERROR;
}
