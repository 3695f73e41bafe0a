
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_event TYPE METHODS REGEX [...]: which answered requests are an
 * event, and what is sent; webhook_event off: none are.
 */

#include "http/conf/main/ngx_http_webhook_conf_event.h"
#include "http/conf/read/ngx_http_webhook_conf_build.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/value/ngx_http_webhook_conf_param.h"
#include "http/conf/value/ngx_http_webhook_conf_template.h"
#include "http/conf/main/ngx_http_webhook_conf_event_paths.h"
#include "http/conf/main/ngx_http_webhook_conf_pattern.h"


static char *ngx_webhook_event_add(ngx_webhook_build_t *b,
    ngx_webhook_loc_conf_t *wlcf, ngx_webhook_rule_t *rule);
static void ngx_webhook_event_digest(ngx_webhook_build_t *b,
    ngx_webhook_main_conf_t *wmcf, ngx_webhook_rule_t *rule);
static char *ngx_webhook_event_params(ngx_webhook_build_t *b);
static char *ngx_webhook_event_methods(ngx_webhook_build_t *b,
    ngx_webhook_rule_t *rule, ngx_str_t *value);
static char *ngx_webhook_event_regex(ngx_webhook_build_t *b,
    ngx_webhook_rule_t *rule, ngx_str_t *value);
static char *ngx_webhook_event_status(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data);
static char *ngx_webhook_event_when(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data);
static char *ngx_webhook_event_payload(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data);
static char *ngx_webhook_event_original(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data);
static char *ngx_webhook_event_body(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data);
static char *ngx_webhook_event_model(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data);
static char *ngx_webhook_event_id(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data);
static char *ngx_webhook_event_company(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data);
static char *ngx_webhook_event_record(ngx_webhook_build_t *b,
    ngx_webhook_rule_t *rule, ngx_str_t *value, ngx_uint_t path,
    const char *what, webhook_template_t **tpl);


static const ngx_webhook_option_t  ngx_webhook_event_options[] = {
    { "status=",  ngx_webhook_event_status },
    { "when=",    ngx_webhook_event_when },
    { "payload=", ngx_webhook_event_payload },
    { "path=",    ngx_webhook_event_original },
    { "body=",    ngx_webhook_event_body },
    { "model=",   ngx_webhook_event_model },
    { "id=",      ngx_webhook_event_id },
    { "company=", ngx_webhook_event_company },
    { NULL, NULL }
};


char *
ngx_webhook_event(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_webhook_loc_conf_t *wlcf = conf;

    char                 *rv;
    ngx_str_t            *value, s;
    ngx_webhook_rule_t   *rule;
    ngx_webhook_build_t   build, *b;

    b = ngx_webhook_conf_build(cf, &build);

    value = b->args->elts;

    if (b->args->nelts == 2 && ngx_strcmp(value[1].data, "off") == 0) {

        if (wlcf->rules || wlcf->off) {
            return wlcf->off ? "is duplicate"
                             : "cannot be \"off\" where it has rules";
        }

        wlcf->off = 1;

        return NGX_CONF_OK;
    }

    if (wlcf->off) {
        return "cannot have rules where it is \"off\"";
    }

    if (b->args->nelts < 4) {
        return "needs an event type, methods and a regular expression";
    }

    rule = ngx_pcalloc(b->pool, sizeof(ngx_webhook_rule_t));
    if (rule == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_webhook_conf_source_pos(b, &rule->source_pos);

    rule->type_name = value[1];

    if (ngx_array_init(&rule->names, b->pool, 1,
                       sizeof(ngx_webhook_capture_name_t))
        != NGX_OK
        || ngx_array_init(&rule->when, b->pool, 1,
                          sizeof(webhook_condition_t *))
           != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    rv = ngx_webhook_event_methods(b, rule, &value[2]);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    rv = ngx_webhook_event_regex(b, rule, &value[3]);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    ngx_str_set(&s, "2xx");

    if (webhook_status_set_parse(ngx_webhook_str(&s), &rule->status)
        != WEBHOOK_OK)
    {
        return NGX_CONF_ERROR;
    }

    if (ngx_webhook_event_params(b) != NGX_CONF_OK) {
        return NGX_CONF_ERROR;
    }

    rv = ngx_webhook_conf_options(b, 4, ngx_webhook_event_options, rule);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    rv = ngx_webhook_event_needs(b, rule);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    return ngx_webhook_event_add(b, wlcf, rule);
}


static char *
ngx_webhook_event_params(ngx_webhook_build_t *b)
{
    ngx_str_t   *value;
    ngx_uint_t   i;

    value = b->args->elts;

    if (ngx_webhook_conf_method(&value[3])) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                            "\"%V\" stands where the regular expression does: "
                            "several methods are written as in \"PUT,PATCH\"",
                            &value[3]);
        return NGX_CONF_ERROR;
    }

    if (ngx_strcmp(value[3].data, "~") == 0
        || ngx_strcmp(value[3].data, "~*") == 0)
    {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                            "\"%V\" stands where the regular expression does, "
                            "which needs no operator; \"(?i)\" before it "
                            "ignores the case", &value[3]);
        return NGX_CONF_ERROR;
    }

    for (i = 5; i < b->args->nelts; i++) {

        if (value[i].len && value[i].data[0] >= '1' && value[i].data[0] <= '5'
            && ngx_strncmp(value[i - 1].data, "status=", 7) == 0)
        {
            ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                "invalid parameter \"%V\", several codes are "
                                "written as in \"status=200,201\"", &value[i]);
            return NGX_CONF_ERROR;
        }
    }

    return ngx_webhook_conf_params(b, 4, "path= status= when=* payload= "
                                               "body= model= id= company=");
}


static char *
ngx_webhook_event_add(ngx_webhook_build_t *b, ngx_webhook_loc_conf_t *wlcf,
    ngx_webhook_rule_t *rule)
{
    ngx_webhook_rule_t       **rp;
    ngx_webhook_main_conf_t   *wmcf;

    if (wlcf->rules == NULL) {
        wlcf->rules = ngx_array_create(b->pool, 4,
                                       sizeof(ngx_webhook_rule_t *));
        if (wlcf->rules == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    rp = ngx_array_push(wlcf->rules);
    if (rp == NULL) {
        return NGX_CONF_ERROR;
    }

    *rp = rule;

    wmcf = b->wmcf;

    ngx_webhook_event_digest(b, wmcf, rule);

    rp = ngx_array_push(&wmcf->rules);
    if (rp == NULL) {
        return NGX_CONF_ERROR;
    }

    *rp = rule;

    return NGX_CONF_OK;
}


/*
 * Tells a rule from all others, in every worker and after a reload: by how it
 * is written, and among those that are written alike by which of them it is.
 */

static void
ngx_webhook_event_digest(ngx_webhook_build_t *b, ngx_webhook_main_conf_t *wmcf,
    ngx_webhook_rule_t *rule)
{
    ngx_str_t            *value;
    ngx_uint_t            i;
    webhook_hash_t        hash;
    ngx_webhook_rule_t  **others;

    webhook_hash_init(&hash);

    value = b->args->elts;

    for (i = 0; i < b->args->nelts; i++) {
        webhook_hash_text(&hash, ngx_webhook_str(&value[i]));
    }

    webhook_hash_end(&hash, rule->digest);

    others = wmcf->rules.elts;

    for (i = 0; i < wmcf->rules.nelts; i++) {
        if (ngx_memcmp(others[i]->digest, rule->digest, WEBHOOK_HASH_LEN)
            == 0)
        {
            rule->ordinal++;
        }
    }
}


static char *
ngx_webhook_event_methods(ngx_webhook_build_t *b, ngx_webhook_rule_t *rule,
    ngx_str_t *value)
{
    u_char      *p, *last;
    ngx_str_t    name;
    ngx_uint_t   method;

    if (value->len == 1 && value->data[0] == '*') {
        return NGX_CONF_OK;
    }

    last = value->data + value->len;
    name.data = value->data;

    for (p = value->data; /* void */ ; p++) {

        if (p < last && *p != ',') {
            continue;
        }

        name.len = p - name.data;
        method = ngx_webhook_conf_method(&name);

        if (method == 0) {
            ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                               "invalid method \"%V\" in \"%V\": methods are "
                               "written as in \"POST\", \"PUT,PATCH\" or \"*\"",
                               &name, value);
            return NGX_CONF_ERROR;
        }

        rule->methods |= method;

        if (p == last) {
            return NGX_CONF_OK;
        }

        name.data = p + 1;
    }
}


static char *
ngx_webhook_event_regex(ngx_webhook_build_t *b, ngx_webhook_rule_t *rule,
    ngx_str_t *value)
{
    u_char                      *p;
    ngx_int_t                    i;
    ngx_regex_compile_t          rc;
    ngx_webhook_capture_name_t  *name;
    u_char                       errstr[NGX_MAX_CONF_ERRSTR];

    ngx_memzero(&rc, sizeof(ngx_regex_compile_t));

    rc.pattern = *value;
    rc.pool = b->pool;
    rc.err.len = NGX_MAX_CONF_ERRSTR;
    rc.err.data = errstr;

    if (ngx_regex_compile(&rc) != NGX_OK) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0, "%V", &rc.err);
        return NGX_CONF_ERROR;
    }

    if (ngx_webhook_pattern_check(b, value) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    rule->pattern = *value;
    rule->regex = rc.regex;
    rule->captures = rc.captures;

    if (ngx_webhook_pattern_begins(b, rule) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    p = rc.names;

    for (i = 0; i < rc.named_captures; i++) {

        name = ngx_array_push(&rule->names);
        if (name == NULL) {
            return NGX_CONF_ERROR;
        }

        name->index = (p[0] << 8) + p[1];
        name->name.data = &p[2];
        name->name.len = ngx_strlen(name->name.data);

        p += rc.name_size;
    }

    return NGX_CONF_OK;
}


static char *
ngx_webhook_event_status(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data)
{
    ngx_webhook_rule_t *rule = data;

    if (webhook_status_set_parse(ngx_webhook_str(value), &rule->status)
        != WEBHOOK_OK)
    {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                            "invalid status codes \"%V\": they are written as "
                            "in \"status=200,201\" or \"status=2xx\"", arg);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static char *
ngx_webhook_event_when(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data)
{
    ngx_webhook_rule_t *rule = data;

    webhook_condition_t  **cond;

    cond = ngx_array_push(&rule->when);
    if (cond == NULL) {
        return NGX_CONF_ERROR;
    }

    *cond = ngx_webhook_conf_condition(b, value);

    return *cond ? NGX_CONF_OK : NGX_CONF_ERROR;
}


/* payload=response, payload=request.some.path */

static char *
ngx_webhook_event_payload(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data)
{
    ngx_webhook_rule_t *rule = data;

    ngx_str_t  s;

    if (ngx_webhook_conf_param(value, "response", &s)) {
        rule->payload = NGX_WEBHOOK_PAYLOAD_RESPONSE;

    } else if (ngx_webhook_conf_param(value, "request", &s)) {
        rule->payload = NGX_WEBHOOK_PAYLOAD_REQUEST;

    } else {
        s.len = 0;
        s.data = (u_char *) "";
        goto invalid;
    }

    if (s.len == 0) {
        return NGX_CONF_OK;
    }

    if (s.data[0] != '.') {
        goto invalid;
    }

    s.data++;
    s.len--;

    rule->payload_path = ngx_webhook_conf_path(b, &s);

    return rule->payload_path ? NGX_CONF_OK : NGX_CONF_ERROR;

invalid:

    ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                          "invalid \"%V\", it must be \"payload=response\" or "
                          "\"payload=request\", with a path such as "
                          "\"payload=response.result\" for a part of it", arg);

    return NGX_CONF_ERROR;
}


static char *
ngx_webhook_event_original(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data)
{
    ngx_webhook_rule_t *rule = data;

    if (ngx_strcmp(value->data, "original") == 0) {
        rule->original = 1;

    } else if (ngx_strcmp(value->data, "current") != 0) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "invalid \"%V\", it must be \"path=current\" or "
                              "\"path=original\"", arg);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static char *
ngx_webhook_event_body(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data)
{
    ngx_webhook_rule_t *rule = data;

    char       *rv;
    ngx_str_t   text;

    rv = ngx_webhook_conf_text(b, value, &text);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    rule->body = ngx_webhook_conf_template(b, &text, WEBHOOK_TEMPLATE_JSON,
                                           "body template");

    return rule->body ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static char *
ngx_webhook_event_model(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data)
{
    ngx_webhook_rule_t *rule = data;

    return ngx_webhook_event_record(b, rule, value, 0, "model template",
                                    &rule->model);
}


static char *
ngx_webhook_event_id(ngx_webhook_build_t *b, ngx_str_t *arg, ngx_str_t *value,
    void *data)
{
    ngx_webhook_rule_t *rule = data;

    return ngx_webhook_event_record(b, rule, value, 1, "id template",
                                    &rule->record);
}


/* company=${data.shop}, company=shop-7 */

static char *
ngx_webhook_event_company(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data)
{
    ngx_webhook_rule_t *rule = data;

    return ngx_webhook_event_record(b, rule, value, 0, "company template",
                                    &rule->company);
}


/*
 * model=sale.order, model=${data.kind}, id=response.id, id=${uri.1}: the one is
 * a text, the other a path, where it has no tokens.
 */

static char *
ngx_webhook_event_record(ngx_webhook_build_t *b, ngx_webhook_rule_t *rule,
    ngx_str_t *value, ngx_uint_t path, const char *what,
    webhook_template_t **tpl)
{
    ngx_str_t                   text;
    ngx_webhook_event_paths_t   ctx;

    text = *value;

    if (path && ngx_strstrn(text.data, "${", 1) == NULL) {

        if (ngx_webhook_conf_path(b, value) == NULL) {
            return NGX_CONF_ERROR;
        }

        text.len = sizeof("${}") - 1 + value->len;
        text.data = ngx_pnalloc(b->pool, text.len);
        if (text.data == NULL) {
            return NGX_CONF_ERROR;
        }

        ngx_sprintf(text.data, "${%V}", value);
    }

    *tpl = ngx_webhook_conf_template(b, &text, WEBHOOK_TEMPLATE_TEXT, what);
    if (*tpl == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(&ctx, sizeof(ngx_webhook_event_paths_t));

    ctx.b = b;
    ctx.rule = rule;

    if (webhook_template_paths(*tpl, ngx_webhook_event_path, &ctx) != 0) {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}
