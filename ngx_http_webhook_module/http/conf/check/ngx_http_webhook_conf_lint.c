
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


static void ngx_webhook_lint_endpoint(ngx_webhook_build_t *b,
    ngx_webhook_main_conf_t *wmcf, ngx_webhook_endpoint_t *ep);
static void ngx_webhook_lint_subscription(ngx_webhook_build_t *b,
    ngx_webhook_main_conf_t *wmcf, ngx_webhook_endpoint_t *ep);
static ngx_uint_t ngx_webhook_lint_emitted(ngx_webhook_main_conf_t *wmcf,
    ngx_str_t *pattern);
static void ngx_webhook_lint_clear(ngx_webhook_build_t *b,
    ngx_webhook_endpoint_t *ep);
static ngx_uint_t ngx_webhook_lint_loopback(ngx_webhook_peer_t *peer);
static void ngx_webhook_lint_port(ngx_webhook_build_t *b,
    ngx_webhook_endpoint_t *ep);
static void ngx_webhook_lint_timeout(ngx_webhook_build_t *b,
    ngx_webhook_endpoint_t *ep);
static void ngx_webhook_lint_retry(ngx_webhook_build_t *b,
    ngx_webhook_main_conf_t *wmcf, ngx_webhook_endpoint_t *ep);
static void ngx_webhook_lint_receiver(ngx_webhook_build_t *b,
    ngx_webhook_main_conf_t *wmcf, ngx_webhook_receiver_t *rcv);
static void ngx_webhook_lint_redact(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv);
static int ngx_webhook_lint_hidden(void *ctx, const webhook_path_t *path);


void
ngx_webhook_conf_lint(ngx_webhook_build_t *b, ngx_webhook_main_conf_t *wmcf)
{
    ngx_uint_t                i, n;
    ngx_webhook_emit_t       *emit;
    ngx_webhook_endpoint_t  **ep;
    ngx_webhook_receiver_t  **rcv;

    ep = wmcf->endpoints.elts;

    for (i = 0; i < wmcf->endpoints.nelts; i++) {
        ngx_webhook_lint_endpoint(b, wmcf, ep[i]);
    }

    rcv = wmcf->receivers.elts;

    for (i = 0; i < wmcf->receivers.nelts; i++) {
        ngx_webhook_lint_redact(b, rcv[i]);
        ngx_webhook_lint_receiver(b, wmcf, rcv[i]);

        emit = rcv[i]->emits.elts;

        for (n = 0; n < rcv[i]->emits.nelts; n++) {
            if (emit[n].type->endpoints.nelts == 0) {
                ngx_webhook_lint_unasked(b, &emit[n].type_name, "emit",
                                         &emit[n].source_pos);
            }
        }
    }

    ngx_webhook_lint_rules(b, wmcf);
}


/* Calls that nginx refuses before, and bodies that nobody reads. */

static void
ngx_webhook_lint_receiver(ngx_webhook_build_t *b,
    ngx_webhook_main_conf_t *wmcf, ngx_webhook_receiver_t *rcv)
{
    off_t                       most;
    void                     ***loc_conf;
    ngx_uint_t                  i;
    ngx_http_core_loc_conf_t   *clcf;
    ngx_webhook_action_t       *action;
    ngx_webhook_loc_conf_t     *wlcf;

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
        ngx_webhook_build_at(NGX_LOG_WARN, b, &rcv->source_pos,
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
            ngx_webhook_build_at(NGX_LOG_WARN, b, &action[i].source_pos,
                                 "this \"action %V\" has a body, which "
                                 "hardly any API reads",
                                 &action[i].method_name);
        }
    }
}


/* A URI stands where nothing can be masked. */

static void
ngx_webhook_lint_redact(ngx_webhook_build_t *b, ngx_webhook_receiver_t *rcv)
{
    ngx_uint_t             i;
    ngx_webhook_action_t  *action;

    if (rcv->redact.nelts == 0) {
        return;
    }

    action = rcv->actions.elts;

    for (i = 0; i < rcv->actions.nelts; i++) {

        if (webhook_template_paths(action[i].uri, ngx_webhook_lint_hidden,
                                   rcv))
        {
            ngx_webhook_build_at(NGX_LOG_WARN, b, &action[i].source_pos,
                                 "the URI of action %ui of "
                                 "webhook_receiver \"%V\" has a value "
                                 "that is redacted: nginx's own error "
                                 "lines about it and the API's log "
                                 "show that%s", i + 1, &rcv->name, rcv->api
                                 ? ", and \"webhookctl show\" too"
                                 : "");
        }
    }
}


static int
ngx_webhook_lint_hidden(void *ctx, const webhook_path_t *path)
{
    return ngx_webhook_redact_applies(ctx, path);
}


static void
ngx_webhook_lint_endpoint(ngx_webhook_build_t *b,
    ngx_webhook_main_conf_t *wmcf, ngx_webhook_endpoint_t *ep)
{
    if (ep->internal) {
        ngx_webhook_lint_clear(b, ep);
        ngx_webhook_lint_retry(b, wmcf, ep);
        return;
    }

    if (ep->events.nelts == 0) {
        ngx_webhook_build_at(NGX_LOG_WARN, b, &ep->source_pos,
                             "webhook_endpoint \"%V\" has no "
                             "\"events\" and gets none", &ep->name);
    }

    ngx_webhook_lint_subscription(b, wmcf, ep);
    ngx_webhook_lint_clear(b, ep);
    ngx_webhook_lint_port(b, ep);
    ngx_webhook_lint_timeout(b, ep);
    ngx_webhook_lint_retry(b, wmcf, ep);

    if (ep->address.nallow && ep->address.fallback == WEBHOOK_ADDRESS_ANY) {
        ngx_webhook_build_at(NGX_LOG_WARN, b, &ep->source_pos,
                             "\"allow\" of webhook_endpoint \"%V\" has no "
                             "effect without \"address public\"", &ep->name);
    }
}


/* What is asked for and never made, by a rule or a receiver. */

static void
ngx_webhook_lint_subscription(ngx_webhook_build_t *b,
    ngx_webhook_main_conf_t *wmcf, ngx_webhook_endpoint_t *ep)
{
    ngx_uint_t                   i, n;
    ngx_webhook_rule_t         **rule;
    ngx_webhook_subscription_t  *sub;

    sub = ep->events.elts;
    rule = wmcf->rules.elts;

    for (i = 0; i < ep->events.nelts; i++) {

        for (n = 0; n < wmcf->rules.nelts; n++) {
            if (webhook_pattern_match(ngx_webhook_str(&sub[i].pattern),
                                      ngx_webhook_str(&rule[n]->type_name)))
            {
                break;
            }
        }

        if (n < wmcf->rules.nelts
            || ngx_strncmp(sub[i].pattern.data, NGX_WEBHOOK_OWN_PREFIX,
                           sizeof(NGX_WEBHOOK_OWN_PREFIX) - 1)
               == 0
            || ngx_webhook_lint_emitted(wmcf, &sub[i].pattern))
        {
            continue;
        }

        ngx_webhook_build_at(NGX_LOG_WARN, b, &sub[i].source_pos,
                             "no \"webhook_event\" creates what \"%V\" in "
                             "\"events\" of webhook_endpoint \"%V\" asks for",
                             &sub[i].pattern, &ep->name);
    }
}


static ngx_uint_t
ngx_webhook_lint_emitted(ngx_webhook_main_conf_t *wmcf, ngx_str_t *pattern)
{
    ngx_uint_t                i, n;
    ngx_webhook_emit_t       *emit;
    ngx_webhook_receiver_t  **rcv;

    rcv = wmcf->receivers.elts;

    for (i = 0; i < wmcf->receivers.nelts; i++) {

        emit = rcv[i]->emits.elts;

        for (n = 0; n < rcv[i]->emits.nelts; n++) {
            if (webhook_pattern_match(ngx_webhook_str(pattern),
                                      ngx_webhook_str(&emit[n].type_name)))
            {
                return 1;
            }
        }
    }

    return 0;
}


/* What is secret and can be read on the way. */

static void
ngx_webhook_lint_clear(ngx_webhook_build_t *b, ngx_webhook_endpoint_t *ep)
{
    const char  *what;

    if (ep->auth.kind != NGX_WEBHOOK_AUTH_NONE) {
        what = "credentials";

    } else if (ep->keys.nkeys || ep->hmacs.nelts) {
        what = "signed payloads";

    } else {
        return;
    }

    if (ngx_strncasecmp(ep->url.data, (u_char *) "http://", 7) != 0
        || ngx_webhook_lint_loopback(ep->peer))
    {
        return;
    }

    ngx_webhook_build_at(NGX_LOG_WARN, b, &ep->source_pos,
                         "webhook_endpoint \"%V\" is sent %s over "
                         "http://, where others can read them: use "
                         "https://", &ep->name, what);
}


static ngx_uint_t
ngx_webhook_lint_loopback(ngx_webhook_peer_t *peer)
{
    ngx_uint_t             i;
    webhook_address_t      a;
    const char            *kind;
    ngx_webhook_server_t  *server;

    server = peer->servers.elts;

    for (i = 0; i < peer->servers.nelts; i++) {

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

    return peer->name.len == sizeof("localhost") - 1
           && ngx_strncasecmp(peer->name.data, (u_char *) "localhost",
                              peer->name.len)
              == 0;
}


/* The port of the other scheme. */

static void
ngx_webhook_lint_port(ngx_webhook_build_t *b, ngx_webhook_endpoint_t *ep)
{
    if (ep->peer->port != (ep->peer->secure ? 80 : 443)) {
        return;
    }

    ngx_webhook_build_at(NGX_LOG_WARN, b, &ep->source_pos,
                         "the URL of webhook_endpoint \"%V\" speaks "
                         "%s to port %ui", &ep->name,
                         ep->peer->secure ? "https://" : "http://",
                         (ngx_uint_t) ep->peer->port);
}


/* What ends before another time-out can. */

static void
ngx_webhook_lint_timeout(ngx_webhook_build_t *b, ngx_webhook_endpoint_t *ep)
{
    const char             *what;
    ngx_webhook_timeout_t  *t;

    t = &ep->timeout;

    /* a short "total=" may stand alone: it bounds the others */

    if (t->total < NGX_WEBHOOK_TIMEOUT_TOTAL) {
        return;
    }

    what = (t->connect > t->total) ? "connect"
           : (t->send > t->total) ? "send"
           : (t->read > t->total) ? "read" : NULL;

    if (what == NULL) {
        return;
    }

    ngx_webhook_build_at(NGX_LOG_WARN, b, &ep->timeout_pos,
                         "\"%s=\" in \"timeout\" of webhook_endpoint \"%V\" "
                         "is longer than \"total=\" (%M ms), which ends a "
                         "send earlier", what, &ep->name,
                         t->total);
}


static void
ngx_webhook_lint_retry(ngx_webhook_build_t *b, ngx_webhook_main_conf_t *wmcf,
    ngx_webhook_endpoint_t *ep)
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

    ngx_webhook_build_at(NGX_LOG_WARN, b, &ep->retry_pos,
                         "the sends of webhook_endpoint \"%V\" can go "
                         "on for longer than \"webhook_store\" keeps "
                         "finished events (%uL %s)", &ep->name,
                         wmcf->keep < 3600000 ? wmcf->keep / 1000
                                                     : wmcf->keep / 3600000,
                         wmcf->keep < 3600000 ? "s" : "h");
}
