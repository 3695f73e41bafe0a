
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Warnings of what is allowed and hardly meant.  Short or readable secrets are
 * warned of where they are read.
 */

#include "http/conf/check/ngx_http_webhook_conf_lint.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/endpoint/ngx_http_webhook_conf_endpoint.h"
#include "http/conf/check/ngx_http_webhook_conf_lint_rule.h"
#include "http/net/peer/ngx_http_webhook_peer.h"
#include "http/inbound/call/ngx_http_webhook_redact.h"


static void ngx_http_webhook_lint_endpoint(ngx_http_webhook_build_t *b,
    ngx_http_webhook_main_conf_t *wmcf, ngx_http_webhook_endpoint_t *ep);
static void ngx_http_webhook_lint_wanted(ngx_http_webhook_build_t *b,
    ngx_http_webhook_main_conf_t *wmcf, ngx_http_webhook_endpoint_t *ep);
static ngx_uint_t ngx_http_webhook_lint_emitted(
    ngx_http_webhook_main_conf_t *wmcf, ngx_str_t *pattern);
static void ngx_http_webhook_lint_clear(ngx_http_webhook_build_t *b,
    ngx_http_webhook_endpoint_t *ep);
static ngx_uint_t ngx_http_webhook_lint_loopback(
    ngx_http_webhook_target_t *target);
static void ngx_http_webhook_lint_port(ngx_http_webhook_build_t *b,
    ngx_http_webhook_endpoint_t *ep);
static void ngx_http_webhook_lint_timeout(ngx_http_webhook_build_t *b,
    ngx_http_webhook_endpoint_t *ep);
static void ngx_http_webhook_lint_retry(ngx_http_webhook_build_t *b,
    ngx_http_webhook_main_conf_t *wmcf, ngx_http_webhook_endpoint_t *ep);
static void ngx_http_webhook_lint_receiver(ngx_http_webhook_build_t *b,
    ngx_http_webhook_main_conf_t *wmcf, ngx_http_webhook_receiver_t *rcv);
static void ngx_http_webhook_lint_redact(ngx_http_webhook_build_t *b,
    ngx_http_webhook_receiver_t *rcv);
static int ngx_http_webhook_lint_hidden(void *ctx, const webhook_path_t *path);


void
ngx_http_webhook_conf_lint(ngx_http_webhook_build_t *b,
    ngx_http_webhook_main_conf_t *wmcf)
{
    ngx_uint_t                     i, n;
    ngx_http_webhook_emit_t       *emit;
    ngx_http_webhook_endpoint_t  **ep;
    ngx_http_webhook_receiver_t  **rcv;

    ep = wmcf->endpoints.elts;

    for (i = 0; i < wmcf->endpoints.nelts; i++) {
        ngx_http_webhook_lint_endpoint(b, wmcf, ep[i]);
    }

    rcv = wmcf->receivers.elts;

    for (i = 0; i < wmcf->receivers.nelts; i++) {
        ngx_http_webhook_lint_redact(b, rcv[i]);
        ngx_http_webhook_lint_receiver(b, wmcf, rcv[i]);

        emit = rcv[i]->emits.elts;

        for (n = 0; n < rcv[i]->emits.nelts; n++) {
            if (emit[n].type->endpoints.nelts == 0) {
                ngx_http_webhook_lint_unasked(b, &emit[n].type_name, "emit",
                                              &emit[n].place);
            }
        }
    }

    ngx_http_webhook_lint_rules(b, wmcf);
}


/* Calls that nginx refuses before, and bodies that nobody reads. */

static void
ngx_http_webhook_lint_receiver(ngx_http_webhook_build_t *b,
    ngx_http_webhook_main_conf_t *wmcf, ngx_http_webhook_receiver_t *rcv)
{
    off_t                          most;
    void                        ***loc_conf;
    ngx_uint_t                     i;
    ngx_http_core_loc_conf_t      *clcf;
    ngx_http_webhook_action_t     *action;
    ngx_http_webhook_loc_conf_t   *wlcf;

    most = 0;
    loc_conf = wmcf->locations.elts;

    for (i = 0; i < wmcf->locations.nelts; i++) {

        wlcf = loc_conf[i][ngx_http_webhook_module.ctx_index];

        if (!wlcf->receive) {
            continue;
        }

        clcf = loc_conf[i][ngx_http_core_module.ctx_index];

        if (clcf->client_max_body_size == 0
            || clcf->client_max_body_size >= (off_t) rcv->body_max)
        {
            break;
        }

        most = ngx_max(most, clcf->client_max_body_size);
    }

    if (rcv->body_limit && i == wmcf->locations.nelts && most) {
        ngx_http_webhook_build_at(NGX_LOG_WARN, b, &rcv->place,
                                  "\"body=\" in \"limit\" of "
                                  "webhook_receiver \"%V\" is more than "
                                  "\"client_max_body_size\" allows (%O "
                                  "bytes)", &rcv->name, most);
    }

    action = rcv->actions.elts;

    for (i = 0; i < rcv->actions.nelts; i++) {
        if (action[i].body
            && (action[i].method & (NGX_HTTP_GET|NGX_HTTP_HEAD)))
        {
            ngx_http_webhook_build_at(NGX_LOG_WARN, b, &action[i].place,
                                      "this \"action %V\" has a body, which "
                                      "hardly any API reads",
                                      &action[i].method_name);
        }
    }
}


/* A URI stands where nothing can be masked. */

static void
ngx_http_webhook_lint_redact(ngx_http_webhook_build_t *b,
    ngx_http_webhook_receiver_t *rcv)
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
            ngx_http_webhook_build_at(NGX_LOG_WARN, b, &action[i].place,
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
    return ngx_http_webhook_redact_hides(ctx, path);
}


static void
ngx_http_webhook_lint_endpoint(ngx_http_webhook_build_t *b,
    ngx_http_webhook_main_conf_t *wmcf, ngx_http_webhook_endpoint_t *ep)
{
    if (ep->internal) {
        ngx_http_webhook_lint_retry(b, wmcf, ep);
        return;
    }

    if (ep->events.nelts == 0) {
        ngx_http_webhook_build_at(NGX_LOG_WARN, b, &ep->place,
                                  "webhook_endpoint \"%V\" has no "
                                  "\"events\" and gets none", &ep->name);
    }

    ngx_http_webhook_lint_wanted(b, wmcf, ep);
    ngx_http_webhook_lint_clear(b, ep);
    ngx_http_webhook_lint_port(b, ep);
    ngx_http_webhook_lint_timeout(b, ep);
    ngx_http_webhook_lint_retry(b, wmcf, ep);

    if (ep->address.nallow && ep->address.fallback == WEBHOOK_ADDRESS_ANY) {
        ngx_http_webhook_build_at(NGX_LOG_WARN, b, &ep->place,
                                  "\"allow\" of webhook_endpoint \"%V\" has "
                                  "no use without \"address public\"",
                                  &ep->name);
    }
}


/* What is asked for and never made, by a rule or a receiver. */

static void
ngx_http_webhook_lint_wanted(ngx_http_webhook_build_t *b,
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

        if (n < wmcf->rules.nelts
            || ngx_http_webhook_lint_emitted(wmcf, &wanted[i].pattern))
        {
            continue;
        }

        ngx_http_webhook_build_at(NGX_LOG_WARN, b, &wanted[i].place,
                                  "no \"webhook_event\" makes what \"%V\" "
                                  "in \"events\" of webhook_endpoint \"%V\" "
                                  "asks for", &wanted[i].pattern, &ep->name);
    }
}


static ngx_uint_t
ngx_http_webhook_lint_emitted(ngx_http_webhook_main_conf_t *wmcf,
    ngx_str_t *pattern)
{
    ngx_uint_t                     i, n;
    ngx_http_webhook_emit_t       *emit;
    ngx_http_webhook_receiver_t  **rcv;

    rcv = wmcf->receivers.elts;

    for (i = 0; i < wmcf->receivers.nelts; i++) {

        emit = rcv[i]->emits.elts;

        for (n = 0; n < rcv[i]->emits.nelts; n++) {
            if (webhook_pattern_match(ngx_http_webhook_str(pattern),
                                      ngx_http_webhook_str(
                                                         &emit[n].type_name)))
            {
                return 1;
            }
        }
    }

    return 0;
}


/* What is secret and can be read on the way. */

static void
ngx_http_webhook_lint_clear(ngx_http_webhook_build_t *b,
    ngx_http_webhook_endpoint_t *ep)
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

    ngx_http_webhook_build_at(NGX_LOG_WARN, b, &ep->place,
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


/* The port of the other scheme. */

static void
ngx_http_webhook_lint_port(ngx_http_webhook_build_t *b,
    ngx_http_webhook_endpoint_t *ep)
{
    if (ep->target->port != (ep->target->secure ? 80 : 443)) {
        return;
    }

    ngx_http_webhook_build_at(NGX_LOG_WARN, b, &ep->place,
                              "the URL of webhook_endpoint \"%V\" speaks "
                              "%s to port %ui", &ep->name,
                              ep->target->secure ? "https://" : "http://",
                              (ngx_uint_t) ep->target->port);
}


/* What ends before another time-out can. */

static void
ngx_http_webhook_lint_timeout(ngx_http_webhook_build_t *b,
    ngx_http_webhook_endpoint_t *ep)
{
    const char                  *what;
    ngx_http_webhook_timeout_t  *t;

    t = &ep->timeout;

    /* a short "total=" may stand alone: it bounds the others */

    if (t->total < NGX_HTTP_WEBHOOK_TIMEOUT_TOTAL) {
        return;
    }

    what = (t->connect > t->total) ? "connect"
           : (t->send > t->total) ? "send"
           : (t->read > t->total) ? "read" : NULL;

    if (what == NULL) {
        return;
    }

    ngx_http_webhook_build_at(NGX_LOG_WARN, b, &ep->timeout_place,
                              "\"%s=\" in \"timeout\" of webhook_endpoint "
                              "\"%V\" is longer than \"total=\" (%M ms), "
                              "which ends a send before", what, &ep->name,
                              t->total);
}


static void
ngx_http_webhook_lint_retry(ngx_http_webhook_build_t *b,
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

    ngx_http_webhook_build_at(NGX_LOG_WARN, b, &ep->retry_place,
                              "the sends of webhook_endpoint \"%V\" can go "
                              "on for longer than \"webhook_store\" keeps "
                              "finished events (%uL %s)", &ep->name,
                              wmcf->keep < 3600000 ? wmcf->keep / 1000
                                                     : wmcf->keep / 3600000,
                              wmcf->keep < 3600000 ? "s" : "h");
}
