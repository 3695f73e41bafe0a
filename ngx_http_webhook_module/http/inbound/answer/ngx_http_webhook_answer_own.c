
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/inbound/answer/ngx_http_webhook_answer_own.h"
#include "http/inbound/call/ngx_http_webhook_call_lookup.h"
#include "http/inbound/call/ngx_http_webhook_call_work.h"
#include "http/inbound/call/ngx_http_webhook_message.h"
#include "http/inbound/call/ngx_http_webhook_reply.h"


/* What a template of an answer sees. */

typedef struct {
    ngx_webhook_call_t      *call;
    ngx_uint_t               status;            /* ours */
    u_char                   digits[NGX_INT_T_LEN];
} ngx_webhook_answer_roots_t;


static ngx_webhook_answer_rule_t *ngx_webhook_own_rule(
    ngx_webhook_call_t *call, ngx_uint_t status);
static ngx_webhook_answer_rule_t *ngx_webhook_own_rule_of(
    ngx_webhook_call_t *call, ngx_uint_t kind, ngx_uint_t status);
static void ngx_webhook_own_take(ngx_webhook_call_t *call,
    ngx_webhook_answer_rule_t *rule, ngx_str_t *body);
static ngx_int_t ngx_webhook_own_render(ngx_webhook_call_t *call,
    ngx_webhook_answer_rule_t *rule, ngx_uint_t status, ngx_uint_t hide,
    ngx_str_t *text);
static int ngx_webhook_own_lookup(void *ctx, const webhook_path_t *path,
    webhook_value_t *v);
static ngx_uint_t ngx_webhook_own_asks(const webhook_str_t *root);
static void ngx_webhook_own_would(ngx_webhook_call_t *call,
    ngx_webhook_answer_rule_t *rule, ngx_uint_t status);
static ngx_str_t *ngx_webhook_own_type(ngx_webhook_answer_rule_t *rule);


static ngx_str_t  ngx_webhook_answer_json = ngx_string("application/json");


ngx_uint_t
ngx_webhook_answer_own_heavy(ngx_webhook_call_t *call)
{
    return call->worked
           && call->receiver->answers.nelts
           && !call->handshake
           && ngx_webhook_call_work_heavy(call);
}


ngx_int_t
ngx_webhook_answer_own(ngx_webhook_call_t *call)
{
    ngx_str_t                   body;
    ngx_uint_t                  status;
    ngx_webhook_answer_rule_t  *rule;

    if (call->receiver == NULL || call->receiver->answers.nelts == 0
        || call->handshake)
    {
        return NGX_OK;
    }

    status = call->status;

    if (call->dry_run && status == NGX_HTTP_OK && !call->skipped
        && call->receiver->api)
    {
        status = NGX_HTTP_ACCEPTED;
    }

    rule = ngx_webhook_own_rule(call, status);

    if (rule == NULL) {
        return NGX_OK;
    }

    if (call->dry_run) {
        ngx_webhook_own_would(call, rule, status);
        return NGX_OK;
    }

    ngx_str_null(&body);

    if (rule->body) {

        if (ngx_webhook_own_render(call, rule, status, 0, &body) != NGX_OK)
        {
            return NGX_OK;
        }

        /* the history keeps it, too */

        if (rule->redacts
            && ngx_webhook_own_render(call, rule, status, 1, &call->shown)
               != NGX_OK)
        {
            ngx_str_set(&call->shown, "***");
            ngx_str_null(&call->unrendered);
        }
    }

    ngx_webhook_own_take(call, rule, &body);

    return NGX_OK;
}


/*
 * A repeat is answered as the first call was, if that is known, unless there is
 * an answer for repeats.
 */

static ngx_webhook_answer_rule_t *
ngx_webhook_own_rule(ngx_webhook_call_t *call, ngx_uint_t status)
{
    ngx_uint_t                  kind;
    ngx_webhook_answer_rule_t  *rule;

    if (status >= NGX_HTTP_SPECIAL_RESPONSE) {
        return ngx_webhook_own_rule_of(call, 0, status);
    }

    if (call->repeated) {

        rule = ngx_webhook_own_rule_of(call, NGX_WEBHOOK_ANSWER_REPEAT,
                                          status);

        if (rule || call->own || call->answer.data) {
            return rule;
        }
    }

    kind = call->skipped ? NGX_WEBHOOK_ANSWER_SKIPPED
           : status == NGX_HTTP_ACCEPTED ? NGX_WEBHOOK_ANSWER_ACCEPTED
                                         : NGX_WEBHOOK_ANSWER_OK;

    return ngx_webhook_own_rule_of(call, kind, status);
}


static ngx_webhook_answer_rule_t *
ngx_webhook_own_rule_of(ngx_webhook_call_t *call, ngx_uint_t kind,
    ngx_uint_t status)
{
    ngx_uint_t                  i;
    ngx_webhook_answer_rule_t  *rule;

    rule = call->receiver->answers.elts;

    for (i = 0; i < call->receiver->answers.nelts; i++) {

        if ((rule[i].calls & kind)
            || (kind == 0 && status >= rule[i].least
                && status <= rule[i].most))
        {
            return &rule[i];
        }
    }

    return NULL;
}


static void
ngx_webhook_own_take(ngx_webhook_call_t *call,
    ngx_webhook_answer_rule_t *rule, ngx_str_t *body)
{
    call->own = 1;

    if (rule->status) {
        call->prescribed = rule->status;

    } else if (rule->body || rule->bare) {

        /* not that of the first call */

        call->prescribed = 0;
    }

    if (rule->body) {
        call->answer = *body;
        call->answer_type = *ngx_webhook_own_type(rule);

    } else if (rule->bare) {
        ngx_str_set(&call->answer, "");
        call->answer_type = rule->type;
    }
}


static ngx_str_t *
ngx_webhook_own_type(ngx_webhook_answer_rule_t *rule)
{
    return rule->type.len ? &rule->type : &ngx_webhook_answer_json;
}


static ngx_int_t
ngx_webhook_own_render(ngx_webhook_call_t *call,
    ngx_webhook_answer_rule_t *rule, ngx_uint_t status, ngx_uint_t hide,
    ngx_str_t *text)
{
    int                         rc;
    ngx_uint_t                  whole;
    webhook_buf_t               buf;
    webhook_error_t             err;
    ngx_webhook_answer_roots_t  roots;

    ngx_memzero(&err, sizeof(webhook_error_t));
    webhook_buf_init(&buf, NGX_WEBHOOK_ANSWER_MAX);

    roots.call = call;
    roots.status = status;

    whole = call->whole;

    call->whole = 1;
    call->hide = hide;

    rc = webhook_template_render(rule->body, ngx_webhook_own_lookup, &roots,
                                 &buf, &err);

    call->whole = whole;
    call->hide = 0;

    if (rc == WEBHOOK_OK) {
        text->len = buf.len;
        text->data = ngx_pnalloc(call->pool, buf.len + 1);

        if (text->data) {
            ngx_memcpy(text->data, buf.data, buf.len);

        } else {
            rc = WEBHOOK_NOMEM;
            webhook_error_set(&err, "out of memory");
        }
    }

    webhook_buf_free(&buf);

    if (rc == WEBHOOK_OK) {
        return NGX_OK;
    }

    ngx_webhook_message(call, &call->unrendered, "%s", err.text);

    return NGX_ERROR;
}


/*
 * "error" and "status" are the call's outcome, whatever a payload has of these
 * names.  Nothing is told of a payload whose sender was not made sure of.
 */

static int
ngx_webhook_own_lookup(void *ctx, const webhook_path_t *path,
    webhook_value_t *v)
{
    ngx_webhook_answer_roots_t *roots = ctx;

    uint32_t              steps;
    ngx_webhook_call_t   *call;
    const webhook_str_t  *root;

    static const webhook_str_t  name_error = webhook_str("error");
    static const webhook_str_t  name_status = webhook_str("status");

    call = roots->call;
    steps = webhook_path_steps(path);
    root = webhook_path_root(path);

    if (steps == 1 && webhook_str_eq(root, &name_error)) {

        ngx_memzero(v, sizeof(webhook_value_t));

        v->is_text = 1;
        v->span = *ngx_webhook_str(&call->error);
        v->missing = (call->error.len == 0);

        return WEBHOOK_OK;
    }

    if (steps == 1 && webhook_str_eq(root, &name_status)) {

        ngx_memzero(v, sizeof(webhook_value_t));

        v->type = WEBHOOK_JSON_NUMBER;
        v->span.data = roots->digits;
        v->span.len = ngx_sprintf(roots->digits, "%ui", roots->status)
                      - roots->digits;

        return WEBHOOK_OK;
    }

    if ((call->doc && call->trusted)
        || (steps > 1 && ngx_webhook_own_asks(root)))
    {
        return ngx_webhook_call_lookup(call, path, v);
    }

    webhook_value_from_json(v, NULL);

    return WEBHOOK_OK;
}


/* 1 for a root that is of the request and not of its payload. */

static ngx_uint_t
ngx_webhook_own_asks(const webhook_str_t *root)
{
    ngx_uint_t  i;

    static const webhook_str_t  roots[] = {
        webhook_str("header"),
        webhook_str("query"),
        webhook_str("var")
    };

    for (i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
        if (webhook_str_eq(root, &roots[i])) {
            return 1;
        }
    }

    return 0;
}


/* What a dry run shows of it: {"status": ..., "type": ..., "body": ...} */

static void
ngx_webhook_own_would(ngx_webhook_call_t *call,
    ngx_webhook_answer_rule_t *rule, ngx_uint_t status)
{
    ngx_str_t      body, *type;
    ngx_int_t      rc;
    webhook_buf_t  b;

    ngx_str_null(&body);

    rc = rule->body ? ngx_webhook_own_render(call, rule, status, 1, &body)
                    : NGX_OK;

    webhook_buf_init(&b, 0);

    if (rc != NGX_OK) {
        webhook_buf_add(&b, "{\"error\": ", sizeof("{\"error\": ") - 1);
        ngx_webhook_reply_quoted(&b, &call->unrendered);

        /* nobody was to get it */

        ngx_str_null(&call->unrendered);

    } else {
        webhook_buf_add(&b, "{\"status\": ", sizeof("{\"status\": ") - 1);
        webhook_buf_number(&b, rule->status
                               ? rule->status
                               : ngx_webhook_answer_profile(call, status));

        type = rule->body ? ngx_webhook_own_type(rule) : &rule->type;

        if (type->len) {
            webhook_buf_add(&b, ", \"type\": ", sizeof(", \"type\": ") - 1);
            ngx_webhook_reply_quoted(&b, type);
        }

        if (rule->body || rule->bare) {
            webhook_buf_add(&b, ", \"body\": ", sizeof(", \"body\": ") - 1);
            ngx_webhook_reply_quoted(&b, &body);
        }
    }

    webhook_buf_byte(&b, '}');

    if (ngx_webhook_reply_text(call->pool, &b, &call->would) != NGX_OK) {
        ngx_str_null(&call->would);
    }
}


ngx_uint_t
ngx_webhook_answer_profile(ngx_webhook_call_t *call, ngx_uint_t status)
{
    if (call->receiver == NULL || call->handshake
        || call->receiver->profile != NGX_WEBHOOK_PROFILE_NIGHTPOS)
    {
        return status;
    }

    if (status < NGX_HTTP_SPECIAL_RESPONSE) {
        return NGX_HTTP_OK;
    }

    return status == NGX_HTTP_NOT_FOUND ? NGX_HTTP_NOT_FOUND
                                        : NGX_HTTP_INTERNAL_SERVER_ERROR;
}


void
ngx_webhook_answer_own_later(ngx_webhook_call_t *call, ngx_uint_t status)
{
    ngx_str_t                   body;
    ngx_webhook_answer_rule_t  *rule;

    rule = ngx_webhook_own_rule(call, status);

    if (rule == NULL) {
        return;
    }

    if (rule->body) {

        /* a repeat's is made of the repeat */

        ngx_webhook_answer_own_forget(call);
        return;
    }

    ngx_str_null(&body);

    ngx_webhook_own_take(call, rule, &body);

    if (call->prescribed == 0) {
        call->prescribed = ngx_webhook_answer_profile(call, status);
    }
}


void
ngx_webhook_answer_own_forget(ngx_webhook_call_t *call)
{
    call->own = 0;
    call->prescribed = 0;

    ngx_str_null(&call->answer);
    ngx_str_null(&call->answer_type);
    ngx_str_null(&call->shown);
}
