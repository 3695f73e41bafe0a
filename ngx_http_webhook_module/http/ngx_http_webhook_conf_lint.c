
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Warnings of what is allowed and hardly meant.  Short or readable secrets are
 * warned of where they are read.
 */

#include "ngx_http_webhook_conf.h"
#include "ngx_http_webhook_target.h"
#include "ngx_http_webhook_receive.h"


static void ngx_http_webhook_lint_endpoint(ngx_conf_t *cf,
    ngx_http_webhook_main_conf_t *wmcf, ngx_http_webhook_endpoint_t *ep);
static void ngx_http_webhook_lint_wanted(ngx_conf_t *cf,
    ngx_http_webhook_main_conf_t *wmcf, ngx_http_webhook_endpoint_t *ep);
static void ngx_http_webhook_lint_clear(ngx_conf_t *cf,
    ngx_http_webhook_endpoint_t *ep);
static ngx_uint_t ngx_http_webhook_lint_loopback(
    ngx_http_webhook_target_t *target);
static void ngx_http_webhook_lint_retry(ngx_conf_t *cf,
    ngx_http_webhook_main_conf_t *wmcf, ngx_http_webhook_endpoint_t *ep);
static void ngx_http_webhook_lint_rules(ngx_conf_t *cf,
    ngx_http_webhook_main_conf_t *wmcf);
static void ngx_http_webhook_lint_redact(ngx_conf_t *cf,
    ngx_http_webhook_receiver_t *rcv);
static int ngx_http_webhook_lint_hidden(void *ctx, const webhook_path_t *path);
static void ngx_http_webhook_lint_rule(ngx_conf_t *cf,
    ngx_http_webhook_main_conf_t *wmcf, ngx_http_webhook_rule_t *rule);
static ngx_uint_t ngx_http_webhook_lint_status(ngx_http_webhook_rule_t *rule);
static ngx_uint_t ngx_http_webhook_lint_reaches(void **loc_conf,
    ngx_module_t *rewrite, ngx_http_webhook_rule_t *rule);
static ngx_uint_t ngx_http_webhook_lint_leaves(
    ngx_http_webhook_main_conf_t *wmcf, void **loc_conf, ngx_module_t *rewrite,
    ngx_http_webhook_rule_t *rule);
static ngx_uint_t ngx_http_webhook_lint_all(ngx_http_core_loc_conf_t *clcf,
    ngx_str_t *regex);
static ngx_uint_t ngx_http_webhook_lint_error_page(
    ngx_http_webhook_main_conf_t *wmcf, ngx_http_webhook_rule_t *rule);
static ngx_uint_t ngx_http_webhook_lint_literal(ngx_str_t *regex,
    ngx_str_t *literal, u_char *buf, size_t size);
static ngx_uint_t ngx_http_webhook_lint_alternative(u_char *p, u_char *last);
static ngx_uint_t ngx_http_webhook_lint_same(ngx_http_webhook_rule_t *one,
    ngx_http_webhook_rule_t *two);


void
ngx_http_webhook_conf_lint(ngx_conf_t *cf, ngx_http_webhook_main_conf_t *wmcf)
{
    ngx_uint_t                     i;
    ngx_http_webhook_endpoint_t  **ep;
    ngx_http_webhook_receiver_t  **rcv;

    ep = wmcf->endpoints.elts;

    for (i = 0; i < wmcf->endpoints.nelts; i++) {
        ngx_http_webhook_lint_endpoint(cf, wmcf, ep[i]);
    }

    rcv = wmcf->receivers.elts;

    for (i = 0; i < wmcf->receivers.nelts; i++) {
        ngx_http_webhook_lint_redact(cf, rcv[i]);
    }

    ngx_http_webhook_lint_rules(cf, wmcf);
}


/* A URI stands where nothing can be masked. */

static void
ngx_http_webhook_lint_redact(ngx_conf_t *cf, ngx_http_webhook_receiver_t *rcv)
{
    ngx_uint_t                  i;
    ngx_http_webhook_action_t  *action;

    if (rcv->redact.nelts == 0) {
        return;
    }

    action = rcv->actions.elts;

    for (i = 0; i < rcv->actions.nelts; i++) {

        if (webhook_template_paths(action[i].uri,
                                   ngx_http_webhook_lint_hidden, rcv))
        {
            ngx_http_webhook_conf_error(NGX_LOG_WARN, cf, &action[i].place,
                                        "the URI of action %ui of "
                                        "webhook_receiver \"%V\" has a value "
                                        "that is redacted: nginx's own error "
                                        "lines about it and the API's log "
                                        "show that%s", i + 1, &rcv->name,
                                        rcv->mode
                                        == NGX_HTTP_WEBHOOK_MODE_DURABLE
                                        ? ", and \"webhookctl show\" too"
                                        : "");
        }
    }
}


static int
ngx_http_webhook_lint_hidden(void *ctx, const webhook_path_t *path)
{
    return ngx_http_webhook_receive_hides(ctx, path);
}


static void
ngx_http_webhook_lint_endpoint(ngx_conf_t *cf,
    ngx_http_webhook_main_conf_t *wmcf, ngx_http_webhook_endpoint_t *ep)
{
    if (ep->internal) {
        ngx_http_webhook_lint_retry(cf, wmcf, ep);
        return;
    }

    if (ep->events.nelts == 0) {
        ngx_http_webhook_conf_error(NGX_LOG_WARN, cf, &ep->place,
                                    "webhook_endpoint \"%V\" has no "
                                    "\"events\" and gets none", &ep->name);
    }

    ngx_http_webhook_lint_wanted(cf, wmcf, ep);
    ngx_http_webhook_lint_clear(cf, ep);
    ngx_http_webhook_lint_retry(cf, wmcf, ep);

    if (ep->address.nallow && ep->address.fallback == WEBHOOK_ADDRESS_ANY) {
        ngx_http_webhook_conf_error(NGX_LOG_WARN, cf, &ep->place,
                                    "\"allow\" of webhook_endpoint \"%V\" has "
                                    "no use without \"address public\"",
                                    &ep->name);
    }
}


/* What is asked for and never made. */

static void
ngx_http_webhook_lint_wanted(ngx_conf_t *cf,
    ngx_http_webhook_main_conf_t *wmcf, ngx_http_webhook_endpoint_t *ep)
{
    ngx_uint_t                   i, n;
    ngx_http_webhook_rule_t    **rule;
    ngx_http_webhook_wanted_t   *wanted;

    wanted = ep->events.elts;
    rule = wmcf->rules.elts;

    for (i = 0; i < ep->events.nelts; i++) {

        for (n = 0; n < wmcf->rules.nelts; n++) {
            if (webhook_pattern_match(ngx_http_webhook_str(&wanted[i].pattern),
                                      ngx_http_webhook_str(
                                                         &rule[n]->type_name)))
            {
                break;
            }
        }

        if (n < wmcf->rules.nelts) {
            continue;
        }

        ngx_http_webhook_conf_error(NGX_LOG_WARN, cf, &wanted[i].place,
                                    "no \"webhook_event\" makes what \"%V\" "
                                    "in \"events\" of webhook_endpoint \"%V\" "
                                    "asks for", &wanted[i].pattern, &ep->name);
    }
}


/* What is secret and can be read on the way. */

static void
ngx_http_webhook_lint_clear(ngx_conf_t *cf, ngx_http_webhook_endpoint_t *ep)
{
    const char  *what;

    if (ep->auth.kind != NGX_HTTP_WEBHOOK_AUTH_NONE) {
        what = "credentials";

    } else if (ep->keys.nkeys || ep->hmacs.nelts) {
        what = "signed payloads";

    } else {
        return;
    }

    if (ngx_strncasecmp(ep->url.data, (u_char *) "http://", 7) != 0
        || ngx_http_webhook_lint_loopback(ep->target))
    {
        return;
    }

    ngx_http_webhook_conf_error(NGX_LOG_WARN, cf, &ep->place,
                                "webhook_endpoint \"%V\" is sent %s over "
                                "http://, where others can read them: use "
                                "https://", &ep->name, what);
}


static ngx_uint_t
ngx_http_webhook_lint_loopback(ngx_http_webhook_target_t *target)
{
    ngx_uint_t                  i;
    webhook_address_t           a;
    const char                 *kind;
    ngx_http_webhook_server_t  *server;

    server = target->servers.elts;

    for (i = 0; i < target->servers.nelts; i++) {

        if (server[i].sockaddr->sa_family == AF_UNIX) {
            continue;
        }

        (void) webhook_address_set(&a, server[i].sockaddr, server[i].socklen);

        kind = webhook_address_kind(&a);

        if (kind == NULL || ngx_strcmp(kind, "loopback") != 0) {
            return 0;
        }
    }

    if (i) {
        return 1;
    }

    /* a name to be looked up */

    return target->name.len == sizeof("localhost") - 1
           && ngx_strncasecmp(target->name.data, (u_char *) "localhost",
                              target->name.len)
              == 0;
}


static void
ngx_http_webhook_lint_retry(ngx_conf_t *cf,
    ngx_http_webhook_main_conf_t *wmcf, ngx_http_webhook_endpoint_t *ep)
{
    uint32_t  i;
    uint64_t  span;

    span = 0;

    for (i = 1; i < ep->retry.attempts && span <= wmcf->keep; i++) {
        span += webhook_schedule_gap(&ep->retry, i, 0);
    }

    if (span <= wmcf->keep) {
        return;
    }

    ngx_http_webhook_conf_error(NGX_LOG_WARN, cf, &ep->retry_place,
                                "the sends of webhook_endpoint \"%V\" can go "
                                "on for longer than \"webhook_store\" keeps "
                                "finished events (%uL h)", &ep->name,
                                wmcf->keep / 3600000);
}


static void
ngx_http_webhook_lint_rules(ngx_conf_t *cf, ngx_http_webhook_main_conf_t *wmcf)
{
    void                        ***loc_conf;
    ngx_uint_t                     i, n, k;
    ngx_http_webhook_rule_t      **rule, **one;
    ngx_http_webhook_loc_conf_t   *wlcf;

    rule = wmcf->rules.elts;

    for (i = 0; i < wmcf->rules.nelts; i++) {
        ngx_http_webhook_lint_rule(cf, wmcf, rule[i]);
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
                if (ngx_http_webhook_lint_same(one[k], one[n])) {
                    break;
                }
            }

            if (k == n) {
                continue;
            }

            /* those of a server stand in its locations again */

            one[n]->linted = 1;

            ngx_http_webhook_conf_error(NGX_LOG_WARN, cf, &one[n]->place,
                                        "this \"webhook_event %V\" matches "
                                        "what the one in %s:%ui does: such a "
                                        "request makes two events",
                                        &one[n]->type_name,
                                        one[k]->place.file,
                                        one[k]->place.line);
        }
    }
}


static void
ngx_http_webhook_lint_rule(ngx_conf_t *cf, ngx_http_webhook_main_conf_t *wmcf,
    ngx_http_webhook_rule_t *rule)
{
    void                        ***loc_conf;
    ngx_uint_t                     i, n, used, left;
    ngx_module_t                  *rewrite;
    ngx_http_webhook_rule_t      **one;
    ngx_http_webhook_loc_conf_t   *wlcf;

    if (!ngx_http_webhook_lint_status(rule)) {
        ngx_http_webhook_conf_error(NGX_LOG_WARN, cf, &rule->place,
                                    "this \"webhook_event %V\" never matches: "
                                    "no response has such a status that is an "
                                    "event", &rule->type_name);
        return;
    }

    rewrite = ngx_http_webhook_conf_module(cf, "ngx_http_rewrite_module");
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

        if (ngx_http_webhook_lint_leaves(wmcf, loc_conf[i], rewrite, rule)) {
            left = 1;
            continue;
        }

        if (ngx_http_webhook_lint_reaches(loc_conf[i], rewrite, rule)) {
            return;
        }
    }

    if (!used) {

        /* every location and server has rules of its own */

        ngx_http_webhook_conf_error(NGX_LOG_WARN, cf, &rule->place,
                                    "this \"webhook_event %V\" is inherited by "
                                    "no location: all have rules of their own",
                                    &rule->type_name);
        return;
    }

    if (left) {
        ngx_http_webhook_conf_error(NGX_LOG_WARN, cf, &rule->place,
                                    "this \"webhook_event %V\" never matches: "
                                    "its location only returns or rewrites, "
                                    "and has no response of such a status",
                                    &rule->type_name);
        return;
    }

    ngx_http_webhook_conf_error(NGX_LOG_WARN, cf, &rule->place,
                                "this \"webhook_event %V\" never matches: no "
                                "path of its location can match \"%V\"",
                                &rule->type_name, &rule->pattern);
}


/* 0 if no response with such a status is made an event of. */

static ngx_uint_t
ngx_http_webhook_lint_status(ngx_http_webhook_rule_t *rule)
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
ngx_http_webhook_lint_reaches(void **loc_conf, ngx_module_t *rewrite,
    ngx_http_webhook_rule_t *rule)
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

    if (!ngx_http_webhook_lint_literal(&rule->pattern, &literal, buf,
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
ngx_http_webhook_lint_leaves(ngx_http_webhook_main_conf_t *wmcf,
    void **loc_conf, ngx_module_t *rewrite, ngx_http_webhook_rule_t *rule)
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
            || !ngx_http_webhook_lint_all(clcf, &regex->name))
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

    return !ngx_http_webhook_lint_error_page(wmcf, rule);
}


/* 1 if the expression of a rewrite plainly matches all that comes here. */

static ngx_uint_t
ngx_http_webhook_lint_all(ngx_http_core_loc_conf_t *clcf, ngx_str_t *regex)
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
ngx_http_webhook_lint_error_page(ngx_http_webhook_main_conf_t *wmcf,
    ngx_http_webhook_rule_t *rule)
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


/*
 * The bytes that all that an expression matches begins with, as far as that is
 * plain to see: those behind "^".  Returns 0 if there are none.
 */

static ngx_uint_t
ngx_http_webhook_lint_literal(ngx_str_t *regex, ngx_str_t *literal,
    u_char *buf, size_t size)
{
    u_char      *p, *last, c;
    ngx_uint_t   n;

    p = regex->data;
    last = p + regex->len;

    /* an alternative would count as much as what it is one to */

    if (regex->len == 0 || *p++ != '^'
        || ngx_http_webhook_lint_alternative(p, last))
    {
        return 0;
    }

    for (n = 0; p < last && n < size; n++) {

        c = *p++;

        if (c == '\\') {

            /* a byte that is meant as it is, or a class or the like */

            if (p == last || (*p >= '0' && *p <= '9')
                || (*p >= 'A' && *p <= 'Z') || (*p >= 'a' && *p <= 'z')
                || *p >= 0x80)
            {
                break;
            }

            c = *p++;

        } else if (ngx_strchr(".[]()?*+{}$^", c)) {
            break;
        }

        /* it may be absent */

        if (p < last && (*p == '?' || *p == '*' || *p == '{')) {
            break;
        }

        buf[n] = c;
    }

    literal->data = buf;
    literal->len = n;

    return n != 0;
}


/* 1 if there is a "|" outside of all parentheses, as far as that is plain. */

static ngx_uint_t
ngx_http_webhook_lint_alternative(u_char *p, u_char *last)
{
    ngx_int_t  depth;

    for (depth = 0; p < last; p++) {

        switch (*p) {

        case '\\':
            p++;
            break;

        case '(':
            depth++;
            break;

        case ')':
            depth--;
            break;

        case '[':

            /* what stands in it may be neither */

            return ngx_strlchr(p, last, '|') != NULL;

        case '|':
            if (depth <= 0) {
                return 1;
            }

            break;
        }
    }

    return 0;
}


/* 1 if both make an event of the same type of all the same requests. */

static ngx_uint_t
ngx_http_webhook_lint_same(ngx_http_webhook_rule_t *one,
    ngx_http_webhook_rule_t *two)
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
