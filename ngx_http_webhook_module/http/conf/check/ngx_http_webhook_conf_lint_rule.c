
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Warnings of rules that never match, or make an event that is of no use.
 */

#include "http/conf/check/ngx_http_webhook_conf_lint_rule.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/value/ngx_http_webhook_conf_name.h"
#include "http/conf/main/ngx_http_webhook_conf_pattern.h"


static void ngx_webhook_lint_rule(ngx_webhook_build_t *b,
    ngx_webhook_main_conf_t *wmcf, ngx_webhook_rule_t *rule);
static void ngx_webhook_lint_payload(ngx_webhook_build_t *b,
    ngx_webhook_rule_t *rule);
static ngx_uint_t ngx_webhook_lint_status(ngx_webhook_rule_t *rule);
static ngx_uint_t ngx_webhook_lint_reaches(void **loc_conf,
    ngx_module_t *rewrite, ngx_webhook_rule_t *rule);
static ngx_uint_t ngx_webhook_lint_leaves(ngx_webhook_main_conf_t *wmcf,
    void **loc_conf, ngx_module_t *rewrite, ngx_webhook_rule_t *rule);
static ngx_uint_t ngx_webhook_lint_all(ngx_http_core_loc_conf_t *clcf,
    ngx_str_t *regex);
static ngx_uint_t ngx_webhook_lint_error_page(ngx_webhook_main_conf_t *wmcf,
    ngx_webhook_rule_t *rule);
static ngx_uint_t ngx_webhook_lint_same(ngx_webhook_rule_t *one,
    ngx_webhook_rule_t *two);


void
ngx_webhook_lint_rules(ngx_webhook_build_t *b, ngx_webhook_main_conf_t *wmcf)
{
    void                   ***loc_conf;
    ngx_uint_t                i, n, k;
    ngx_webhook_rule_t      **rule, **one;
    ngx_webhook_loc_conf_t   *wlcf;

    rule = wmcf->rules.elts;

    for (i = 0; i < wmcf->rules.nelts; i++) {
        ngx_webhook_lint_rule(b, wmcf, rule[i]);
    }

    /* each set of rules, where it was given */

    loc_conf = wmcf->locations.elts;

    for (i = 0; i < wmcf->locations.nelts; i++) {

        wlcf = loc_conf[i][ngx_http_webhook_module.ctx_index];

        if (wlcf->rules == NULL) {
            continue;
        }

        one = wlcf->rules->elts;

        for (n = 1; n < wlcf->rules->nelts; n++) {

            if (one[n]->linted) {
                continue;
            }

            for (k = 0; k < n; k++) {
                if (ngx_webhook_lint_same(one[k], one[n])) {
                    break;
                }
            }

            if (k == n) {
                continue;
            }

            /* those of a server stand in its locations again */

            one[n]->linted = 1;

            ngx_webhook_build_at(NGX_LOG_WARN, b, &one[n]->source_pos,
                                 "this \"webhook_event %V\" matches "
                                 "what the one in %s:%ui does: such a "
                                 "request makes two events",
                                 &one[n]->type_name,
                                 one[k]->source_pos.file,
                                 one[k]->source_pos.line);
        }
    }
}


static void
ngx_webhook_lint_rule(ngx_webhook_build_t *b, ngx_webhook_main_conf_t *wmcf,
    ngx_webhook_rule_t *rule)
{
    void                   ***loc_conf;
    ngx_uint_t                i, n, used, left;
    ngx_module_t             *rewrite;
    ngx_webhook_rule_t      **one;
    ngx_webhook_loc_conf_t   *wlcf;

    if (!ngx_webhook_lint_status(rule)) {
        ngx_webhook_build_at(NGX_LOG_WARN, b, &rule->source_pos,
                             "this \"webhook_event %V\" never matches: no "
                             "response with such a status makes an "
                             "event", &rule->type_name);
        return;
    }

    ngx_webhook_lint_payload(b, rule);

    if (rule->endpoints.nelts == 0) {
        ngx_webhook_lint_unasked(b, &rule->type_name, "webhook_event",
                                 &rule->source_pos);
    }

    rewrite = ngx_webhook_conf_module(b, "ngx_http_rewrite_module");
    loc_conf = wmcf->locations.elts;
    used = 0;
    left = 0;

    for (i = 0; i < wmcf->locations.nelts; i++) {

        wlcf = loc_conf[i][ngx_http_webhook_module.ctx_index];

        if (wlcf->rules == NULL) {
            continue;
        }

        one = wlcf->rules->elts;

        for (n = 0; n < wlcf->rules->nelts; n++) {
            if (one[n] == rule) {
                break;
            }
        }

        if (n == wlcf->rules->nelts) {
            continue;
        }

        used = 1;

        if (ngx_webhook_lint_leaves(wmcf, loc_conf[i], rewrite, rule)) {
            left = 1;
            continue;
        }

        if (ngx_webhook_lint_reaches(loc_conf[i], rewrite, rule)) {
            return;
        }
    }

    if (!used) {

        /* every location and server has rules of its own */

        ngx_webhook_build_at(NGX_LOG_WARN, b, &rule->source_pos,
                             "this \"webhook_event %V\" is inherited by no "
                             "location: all of them have rules of their own",
                             &rule->type_name);
        return;
    }

    if (left) {
        ngx_webhook_build_at(NGX_LOG_WARN, b, &rule->source_pos,
                             "this \"webhook_event %V\" never matches: "
                             "its location only returns or rewrites, "
                             "and has no response of such a status",
                             &rule->type_name);
        return;
    }

    ngx_webhook_build_at(NGX_LOG_WARN, b, &rule->source_pos,
                         "this \"webhook_event %V\" never matches: no "
                         "path of its location can match \"%V\"",
                         &rule->type_name, &rule->pattern);
}


/* An event that is made for nobody, and that nobody can register for. */

void
ngx_webhook_lint_unasked(ngx_webhook_build_t *b, ngx_str_t *type,
    const char *what, ngx_webhook_source_pos_t *pos)
{
    if (b->wmcf->registry) {
        return;
    }

    ngx_webhook_build_at(NGX_LOG_WARN, b, pos,
                         "no webhook_endpoint subscribes to \"%V\", which "
                         "this \"%s\" creates: it is not stored", type, what);
}


/* Bodies that are always empty. */

static void
ngx_webhook_lint_payload(ngx_webhook_build_t *b, ngx_webhook_rule_t *rule)
{
    ngx_uint_t   status;
    const char  *what;

    if (rule->body) {
        return;
    }

    what = NULL;

    if (rule->payload == NGX_WEBHOOK_PAYLOAD_REQUEST) {

        if (rule->methods && !(rule->methods & ~(NGX_HTTP_GET|NGX_HTTP_HEAD)))
        {
            what = "requests of such a method have";
        }

    } else if (rule->methods == NGX_HTTP_HEAD) {
        what = "responses to HEAD have";

    } else {

        for (status = 200; status < 600; status++) {
            if (status != NGX_HTTP_NO_CONTENT
                && status != NGX_HTTP_NOT_MODIFIED
                && webhook_status_set_has(&rule->status, status))
            {
                break;
            }
        }

        if (status == 600) {
            what = "responses of such a status have";
        }
    }

    if (what) {
        ngx_webhook_build_at(NGX_LOG_WARN, b, &rule->source_pos,
                             "the payload of this \"webhook_event %V\" "
                             "is always \"{}\": %s no body, use "
                             "\"body=\"", &rule->type_name, what);
    }
}


/* 0 if no response with such a status is made an event of. */

static ngx_uint_t
ngx_webhook_lint_status(ngx_webhook_rule_t *rule)
{
    ngx_uint_t  status;

    for (status = 200; status < 600; status++) {

        /* a part of a whole is no payload */

        if (webhook_status_set_has(&rule->status, status)
            && (status != NGX_HTTP_PARTIAL_CONTENT || !rule->need_response))
        {
            return 1;
        }
    }

    return 0;
}


/* 0 if the regular expression matches no path that comes to the location. */

static ngx_uint_t
ngx_webhook_lint_reaches(void **loc_conf, ngx_module_t *rewrite,
    ngx_webhook_rule_t *rule)
{
    u_char                     buf[256];
    size_t                     len;
    void                     **codes;
    ngx_str_t                  literal;
    ngx_http_core_loc_conf_t  *clcf;

    clcf = loc_conf[ngx_http_core_module.ctx_index];

    if (rule->original || clcf->name.len == 0 || clcf->named || clcf->noname
#if (NGX_PCRE)
        || clcf->regex
#endif
       )
    {
        return 1;
    }

    if (rewrite) {

        /* its configuration begins with its codes: NULL, there are none */

        codes = loc_conf[rewrite->ctx_index];

        if (*codes) {
            return 1;
        }
    }

    if (clcf->exact_match) {
        return ngx_regex_exec(rule->regex, &clcf->name, NULL, 0) >= 0;
    }

    if (!ngx_webhook_pattern_literal(&rule->pattern, &literal, buf,
                                     sizeof(buf)))
    {
        return 1;
    }

    len = ngx_min(literal.len, clcf->name.len);

    return ngx_memcmp(literal.data, clcf->name.data, len) == 0;
}


/*
 * 1 if the first that the location does is to return, or to rewrite all out of
 * it, and no response that it can have then is one of the rule's.
 */

static ngx_uint_t
ngx_webhook_lint_leaves(ngx_webhook_main_conf_t *wmcf, void **loc_conf,
    ngx_module_t *rewrite, ngx_webhook_rule_t *rule)
{
    u_char                         *code;
    void                          **codes;
    uintptr_t                       own;
    ngx_uint_t                      status;
    ngx_http_core_loc_conf_t       *clcf;
    ngx_http_script_code_pt         handler;
    ngx_http_script_regex_code_t   *regex;
    ngx_http_script_return_code_t  *ret;

    if (rewrite == NULL) {
        return 0;
    }

    codes = loc_conf[rewrite->ctx_index];

    if (*codes == NULL) {
        return 0;
    }

    clcf = loc_conf[ngx_http_core_module.ctx_index];
    code = ((ngx_array_t *) *codes)->elts;
    handler = *(ngx_http_script_code_pt *) code;

    if (handler == ngx_http_script_return_code) {
        ret = (ngx_http_script_return_code_t *) code;
        own = ret->status;

    } else if (handler == ngx_http_script_regex_start_code) {
        regex = (ngx_http_script_regex_code_t *) code;

        if (regex->test || regex->break_cycle
            || !ngx_webhook_lint_all(clcf, &regex->name))
        {
            return 0;
        }

        own = 0;

        if (regex->redirect) {
            own = regex->status;

        } else if (*(uintptr_t *) (code + regex->next - sizeof(uintptr_t))) {

            /* no "last": what stands behind it counts too */

            return 0;
        }

    } else {
        return 0;
    }

    /* nginx itself redirects and refuses before it looks at these */

    for (status = 200; status < 600; status++) {
        if (webhook_status_set_has(&rule->status, status)
            && (status == own || status == NGX_HTTP_MOVED_PERMANENTLY
                || status >= NGX_HTTP_BAD_REQUEST))
        {
            return 0;
        }
    }

    return !ngx_webhook_lint_error_page(wmcf, rule);
}


/* 1 if the expression of a rewrite plainly matches all that comes here. */

static ngx_uint_t
ngx_webhook_lint_all(ngx_http_core_loc_conf_t *clcf, ngx_str_t *regex)
{
    size_t       len;
    u_char      *p, *last;
    ngx_str_t    name;
    ngx_uint_t   end;

    ngx_str_set(&name, "/");

    if (!clcf->named && !clcf->noname
#if (NGX_PCRE)
        && !clcf->regex
#endif
        && clcf->name.len)
    {
        name = clcf->name;
    }

    p = regex->data;
    last = p + regex->len;

    if (p < last && *p == '^') {
        p++;
    }

    end = (p < last && last[-1] == '$');

    if (end) {
        last--;
    }

    len = last - p;

    if (len >= 4 && ngx_memcmp(last - 4, "(.*)", 4) == 0) {
        len -= 4;

    } else if (len >= 2 && ngx_memcmp(last - 2, ".*", 2) == 0) {
        len -= 2;

    } else if (end) {
        return 0;
    }

    if (len > name.len || ngx_memcmp(p, name.data, len) != 0) {
        return 0;
    }

    /* a dot or the like in it may stand for something else, and so match too;
       but a "+" may not */

    for (last = p + len; p < last; p++) {
        if (ngx_strchr("\\[]()?*+{}|^$", *p)) {
            return 0;
        }
    }

    return 1;
}


/* 1 if an error_page may have some location answer with a status of the
   rule's. */

static ngx_uint_t
ngx_webhook_lint_error_page(ngx_webhook_main_conf_t *wmcf,
    ngx_webhook_rule_t *rule)
{
    ngx_uint_t             i, n;
    ngx_array_t          **pages;
    ngx_http_err_page_t   *page;

    pages = wmcf->error_pages.elts;

    for (i = 0; i < wmcf->error_pages.nelts; i++) {

        page = pages[i]->elts;

        for (n = 0; n < pages[i]->nelts; n++) {
            if (webhook_status_set_has(&rule->status,
                                       page[n].overwrite > 0
                                       ? page[n].overwrite : page[n].status)
                || (page[n].overwrite <= 0
                    && webhook_status_set_has(&rule->status,
                                              NGX_HTTP_MOVED_TEMPORARILY)))
            {
                return 1;
            }
        }
    }

    return 0;
}


/* 1 if both make an event of the same type of all the same requests. */

static ngx_uint_t
ngx_webhook_lint_same(ngx_webhook_rule_t *one, ngx_webhook_rule_t *two)
{
    return one->type == two->type
           && one->original == two->original
           && one->methods == two->methods
           && one->when.nelts == 0
           && two->when.nelts == 0
           && one->pattern.len == two->pattern.len
           && ngx_memcmp(one->pattern.data, two->pattern.data,
                         one->pattern.len)
              == 0
           && ngx_memcmp(&one->status, &two->status,
                         sizeof(webhook_status_set_t))
              == 0;
}
