
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/outbound/match/ngx_http_webhook_match_rule.h"
#include "http/outbound/match/ngx_http_webhook_match_path.h"


ngx_int_t
ngx_webhook_match_rule(ngx_http_request_t *r, ngx_webhook_rule_t *rule,
    ngx_str_t *path)
{
    ngx_int_t  rc;

    if (rule->methods && !(rule->methods & r->method)) {
        return NGX_DECLINED;
    }

    if (rule->original) {
        rc = ngx_webhook_capture_path(r, path);

        if (rc != NGX_OK) {
            return (rc == NGX_DECLINED) ? NGX_DECLINED : NGX_ABORT;
        }

    } else {
        *path = r->uri;
    }

    if (path->len < rule->begins.len
        || ngx_memcmp(path->data, rule->begins.data, rule->begins.len) != 0)
    {
        return NGX_DECLINED;
    }

    if (rule->whole && path->len == rule->begins.len) {

        /* "$" is before a line feed at the end, too: that is not known here */

        return NGX_OK;
    }

    rc = ngx_regex_exec(rule->regex, path, NULL, 0);

    if (rc >= 0) {
        return NGX_OK;
    }

    return (rc == NGX_REGEX_NO_MATCHED) ? NGX_DECLINED : NGX_ERROR;
}
