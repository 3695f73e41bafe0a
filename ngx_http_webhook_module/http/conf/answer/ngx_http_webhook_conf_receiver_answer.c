
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_receiver { answer }: what calls are answered, and what their sender
 * prescribes.
 */

#include "http/conf/answer/ngx_http_webhook_conf_receiver_answer.h"
#include "http/conf/answer/ngx_http_webhook_conf_answer_type.h"
#include "http/conf/field/ngx_http_webhook_conf_check_paths.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/value/ngx_http_webhook_conf_param.h"
#include "http/conf/value/ngx_http_webhook_conf_template.h"
#include "http/inbound/call/ngx_http_webhook_call_lookup.h"
#include "http/inbound/call/ngx_http_webhook_redact.h"
#include "http/model/ngx_http_webhook_verifier.h"

#include "core/format/webhook_xml.h"


#define NGX_WEBHOOK_ANSWERS_MAX  32


/* What stands behind "answer", in the order of ..._answer_words. */

#define NGX_WEBHOOK_ANSWER_WORDS                                              \
    "ok accepted repeat skipped error 4xx 5xx"

static const struct {
    ngx_uint_t  calls;
    ngx_uint_t  least;
    ngx_uint_t  most;
} ngx_webhook_answer_words[] = {
    { NGX_WEBHOOK_ANSWER_OK, 0, 0 },
    { NGX_WEBHOOK_ANSWER_ACCEPTED, 0, 0 },
    { NGX_WEBHOOK_ANSWER_REPEAT, 0, 0 },
    { NGX_WEBHOOK_ANSWER_SKIPPED, 0, 0 },
    { 0, 400, 599 },
    { 0, 400, 499 },
    { 0, 500, 599 }
};


static ngx_int_t ngx_webhook_receiver_answer_create(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv);
static ngx_int_t ngx_webhook_receiver_answer_finish(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv);
static ngx_int_t ngx_webhook_receiver_answer_check(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv);
static char *ngx_webhook_receiver_answer(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static ngx_int_t ngx_webhook_answer_calls(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv, ngx_str_t *word,
    ngx_webhook_answer_rule_t *rule);
static ngx_int_t ngx_webhook_answer_status(ngx_webhook_build_t *b,
    ngx_str_t *arg, ngx_str_t *value, ngx_webhook_answer_rule_t *rule);
static char *ngx_webhook_answer_body(ngx_webhook_build_t *b,
    ngx_str_t *body, ngx_webhook_answer_rule_t *rule);
static ngx_int_t ngx_webhook_answer_preset(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv);
static ngx_int_t ngx_webhook_answer_prescribed(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv, ngx_uint_t calls, ngx_uint_t least,
    const webhook_preset_answer_t *answer);
static void ngx_webhook_answer_useless(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv, ngx_webhook_answer_rule_t *rule);
static int ngx_webhook_answer_hidden(void *ctx, const webhook_path_t *path);
static ngx_int_t ngx_webhook_answer_xml(ngx_webhook_build_t *b,
    ngx_webhook_answer_rule_t *rule);
static int ngx_webhook_answer_any(void *ctx, const webhook_path_t *path,
    webhook_value_t *v);


static const ngx_webhook_field_t
    ngx_webhook_receiver_answer_fields[] = {

    { ngx_string("answer"),
      NGX_CONF_2MORE,
      ngx_webhook_receiver_answer,
      0,
      NULL },

      ngx_webhook_null_field
};


const ngx_webhook_receiver_part_t
    ngx_webhook_receiver_answer_part =
{
    ngx_webhook_receiver_answer_fields,
    ngx_webhook_receiver_answer_create,
    ngx_webhook_receiver_answer_finish,
    ngx_webhook_receiver_answer_check
};


static ngx_int_t
ngx_webhook_receiver_answer_create(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv)
{
    return ngx_array_init(&rcv->answers, b->pool, 1,
                          sizeof(ngx_webhook_answer_rule_t));
}


static ngx_int_t
ngx_webhook_receiver_answer_finish(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv)
{
    ngx_uint_t                  i, own;
    ngx_webhook_answer_rule_t  *rule;

    own = rcv->answers.nelts;

    if (ngx_webhook_answer_preset(b, rcv) != NGX_OK) {
        return NGX_ERROR;
    }

    rule = rcv->answers.elts;

    for (i = 0; i < rcv->answers.nelts; i++) {

        if (rule[i].body) {
            rule[i].redacts = webhook_template_paths(rule[i].body,
                                             ngx_webhook_answer_hidden, rcv);
        }

        if (i < own) {
            ngx_webhook_answer_useless(b, rcv, &rule[i]);
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_receiver_answer_check(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv)
{
    ngx_uint_t                  i;
    ngx_webhook_check_t         check;
    ngx_webhook_answer_rule_t  *rule;

    check.b = b;
    rule = rcv->answers.elts;

    for (i = 0; i < rcv->answers.nelts; i++) {

        check.source_pos = &rule[i].source_pos;

        if (ngx_webhook_check_templates(&check, &rule[i].body, 1) != NGX_OK
            || ngx_webhook_answer_xml(b, &rule[i]) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* answer WORD|CODE [status=N] [type=TYPE] [body=[TEMPLATE]] */

static char *
ngx_webhook_receiver_answer(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_receiver_t *rcv = conf;

    char                       *rv;
    ngx_str_t                  *value, *body, s, text;
    ngx_uint_t                  i;
    ngx_webhook_answer_rule_t   rule, *added;

    value = b->args->elts;
    body = NULL;

    ngx_memzero(&rule, sizeof(ngx_webhook_answer_rule_t));

    ngx_webhook_conf_source_pos(b, &rule.source_pos);

    if (rcv->answers.nelts == NGX_WEBHOOK_ANSWERS_MAX) {
        return "is given too often";
    }

    if (ngx_webhook_answer_calls(b, rcv, &value[1], &rule) != NGX_OK
        || ngx_webhook_conf_params(b, 2, "status= type= body=?")
           != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    for (i = 2; i < b->args->nelts; i++) {

        if (ngx_webhook_conf_param(&value[i], "status=", &s)) {

            if (ngx_webhook_answer_status(b, &value[i], &s, &rule) != NGX_OK) {
                return NGX_CONF_ERROR;
            }

        } else if (ngx_webhook_conf_param(&value[i], "type=", &s)) {

            if (ngx_webhook_conf_answer_type(b, &s) != NGX_OK) {
                return NGX_CONF_ERROR;
            }

            rule.type = s;

        } else {
            (void) ngx_webhook_conf_param(&value[i], "body=", &text);
            body = &text;
        }
    }

    if (body == NULL && rule.type.len) {
        return "has a \"type=\" and no \"body=\" that is of it";
    }

    rv = ngx_webhook_answer_body(b, body, &rule);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    added = ngx_array_push(&rcv->answers);
    if (added == NULL) {
        return NGX_CONF_ERROR;
    }

    *added = rule;

    return NGX_CONF_OK;
}


/* Which calls it answers: some that none before it does. */

static ngx_int_t
ngx_webhook_answer_calls(ngx_webhook_build_t *b, ngx_webhook_receiver_t *rcv,
    ngx_str_t *word, ngx_webhook_answer_rule_t *rule)
{
    ngx_int_t                   n;
    ngx_uint_t                  i;
    ngx_webhook_answer_rule_t  *before;

    n = word->len == 3 ? ngx_atoi(word->data, word->len) : NGX_ERROR;

    if (n >= 400 && n <= 599) {
        rule->least = n;
        rule->most = n;

    } else if (n != NGX_ERROR) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "invalid status \"%V\" of calls, it must be from "
                              "400 to 599; those that succeed are \"ok\", "
                              "\"accepted\", \"repeat\" or \"skipped\"", word);
        return NGX_ERROR;

    } else {
        n = ngx_webhook_conf_choice(b, word, word, NGX_WEBHOOK_ANSWER_WORDS);
        if (n == NGX_ERROR) {
            return NGX_ERROR;
        }

        rule->calls = ngx_webhook_answer_words[n].calls;
        rule->least = ngx_webhook_answer_words[n].least;
        rule->most = ngx_webhook_answer_words[n].most;
    }

    before = rcv->answers.elts;

    for (i = 0; i < rcv->answers.nelts; i++) {

        if ((rule->calls & before[i].calls)
            || (rule->least && before[i].least <= rule->least
                && rule->most <= before[i].most))
        {
            ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                  "\"answer %V\" would never be used: one "
                                  "before it, in line %ui, answers all of "
                                  "these calls", word,
                                  before[i].source_pos.line);
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_answer_status(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, ngx_webhook_answer_rule_t *rule)
{
    ngx_int_t  n;

    n = value->len == 3 ? ngx_atoi(value->data, value->len) : NGX_ERROR;

    if (n < 200 || n > 599 || (n >= 300 && n <= 399)) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "invalid \"%V\", it must be from 200 to 299 or "
                              "from 400 to 599", arg);
        return NGX_ERROR;
    }

    rule->status = n;

    return NGX_OK;
}


/* NULL: none was given. */

static char *
ngx_webhook_answer_body(ngx_webhook_build_t *b, ngx_str_t *body,
    ngx_webhook_answer_rule_t *rule)
{
    char                     *rv;
    ngx_str_t                 text;
    ngx_uint_t                none;
    webhook_template_kind_e   kind;

    none = (rule->status == NGX_HTTP_NO_CONTENT || rule->status == 205);

    if (body == NULL || body->len == 0) {
        rule->bare = (body || none);
        return NGX_CONF_OK;
    }

    if (none) {
        return "has a \"body=\", which its status does not allow";
    }

    rv = ngx_webhook_conf_text(b, body, &text);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    if (text.len > NGX_WEBHOOK_ANSWER_TEXT_MAX) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "the body of an answer is longer than %d bytes",
                              NGX_WEBHOOK_ANSWER_TEXT_MAX);
        return NGX_CONF_ERROR;
    }

    kind = ngx_webhook_conf_answer_kind(&rule->type);

    rule->body = ngx_webhook_conf_template(b, &text, kind, "answer template");

    if (rule->body == NULL) {
        return NGX_CONF_ERROR;
    }

    if (!webhook_template_constant(rule->body)
        && !ngx_webhook_conf_answer_values(&rule->type))
    {
        return "has values in a \"body=\" of a type that they are not escaped "
               "for: that can be JSON, XML or \"text/plain\"";
    }

    return NGX_CONF_OK;
}


/* What the sender of the receiver's preset prescribes; a profile that was
   asked for comes before that. */

static ngx_int_t
ngx_webhook_answer_preset(ngx_webhook_build_t *b, ngx_webhook_receiver_t *rcv)
{
    const webhook_preset_t  *preset;

    preset = rcv->verify ? rcv->verify->verifier.preset : NULL;

    if (preset == NULL || rcv->profile == NGX_WEBHOOK_PROFILE_NIGHTPOS) {
        return NGX_OK;
    }

    if (ngx_webhook_answer_prescribed(b, rcv, NGX_WEBHOOK_ANSWER_OK
                                      |NGX_WEBHOOK_ANSWER_ACCEPTED
                                      |NGX_WEBHOOK_ANSWER_SKIPPED, 0,
                                      &preset->ok)
        != NGX_OK
        || ngx_webhook_answer_prescribed(b, rcv, NGX_WEBHOOK_ANSWER_REPEAT, 0,
                                         &preset->repeat)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_webhook_answer_prescribed(b, rcv, 0, 400, &preset->error);
}


static ngx_int_t
ngx_webhook_answer_prescribed(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv, ngx_uint_t calls, ngx_uint_t least,
    const webhook_preset_answer_t *answer)
{
    ngx_webhook_answer_rule_t  *rule;

    if (answer->status == 0 && answer->body.data == NULL) {
        return NGX_OK;
    }

    rule = ngx_array_push(&rcv->answers);
    if (rule == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(rule, sizeof(ngx_webhook_answer_rule_t));

    rule->calls = calls;
    rule->least = least;
    rule->most = least ? 599 : 0;
    rule->status = answer->status;
    rule->type = *ngx_webhook_nstr(&answer->type);
    rule->source_pos = rcv->source_pos;

    if (answer->body.data == NULL) {
        return NGX_OK;
    }

    if (answer->body.len == 0) {
        rule->bare = 1;
        return NGX_OK;
    }

    rule->body = ngx_webhook_conf_template(b,
                               ngx_webhook_nstr(&answer->body),
                               ngx_webhook_conf_answer_kind(&rule->type),
                               "answer template");

    return rule->body ? NGX_OK : NGX_ERROR;
}


/* Warns of what has no use, and of what makes a sender forget a call. */

static void
ngx_webhook_answer_useless(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv, ngx_webhook_answer_rule_t *rule)
{
    const char  *why;

    why = NULL;

    if (rule->calls == NGX_WEBHOOK_ANSWER_REPEAT
        && rcv->dedupe == NGX_WEBHOOK_DEDUPE_NONE)
    {
        why = "\"answer repeat\" has no effect without \"dedupe\", by which "
              "repeats are known";
    }

    if (rule->calls == NGX_WEBHOOK_ANSWER_ACCEPTED && rcv->api_conf == NULL) {
        why = "\"answer accepted\" has no effect without \"mode durable\"";
    }

    if (rule->most && rule->status >= 200 && rule->status <= 299
        && rule->body == NULL)
    {
        why = "it answers what failed as if nothing had: its sender will not "
              "send it again, unless a body of its own says so";
    }

    if (why) {
        ngx_webhook_build_at(NGX_LOG_WARN, b, &rule->source_pos,
                             "webhook_receiver \"%V\": %s", &rcv->name, why);
    }
}


static int
ngx_webhook_answer_hidden(void *ctx, const webhook_path_t *path)
{
    return ngx_webhook_redact_applies(ctx, path)
           || ngx_webhook_call_lookup_secret(ctx, path);
}


/* XML is a document, once values stand in it. */

static ngx_int_t
ngx_webhook_answer_xml(ngx_webhook_build_t *b, ngx_webhook_answer_rule_t *rule)
{
    int                   rc;
    webhook_buf_t         xml, json;
    webhook_str_t         text;
    webhook_error_t       err;
    webhook_xml_error_t   fault;

    if (rule->body == NULL
        || ngx_webhook_conf_answer_kind(&rule->type) != WEBHOOK_TEMPLATE_XML)
    {
        return NGX_OK;
    }

    webhook_buf_init(&xml, 0);
    webhook_buf_init(&json, 0);

    rc = webhook_template_render(rule->body, ngx_webhook_answer_any, NULL,
                                 &xml, &err);

    if (rc == WEBHOOK_OK) {

        text.data = xml.data;
        text.len = xml.len;

        rc = webhook_xml_read(&text, WEBHOOK_XML_GENERIC, NULL, &json, &fault);

    } else if (rc == WEBHOOK_ERROR) {

        /* it has values that a 1 is none of */

        rc = WEBHOOK_OK;
    }

    webhook_buf_free(&xml);
    webhook_buf_free(&json);

    switch (rc) {

    case WEBHOOK_OK:
        return NGX_OK;

    case WEBHOOK_NOMEM:
        return NGX_ERROR;

    default:
        ngx_webhook_build_at(NGX_LOG_EMERG, b, &rule->source_pos,
                             "an \"answer\" is no XML, with values in it: %s, "
                             "in line %uz behind %uz bytes of it", fault.what,
                             fault.line, fault.column);
        return NGX_ERROR;
    }
}


static int
ngx_webhook_answer_any(void *ctx, const webhook_path_t *path,
    webhook_value_t *v)
{
    ngx_memzero(v, sizeof(webhook_value_t));

    v->type = WEBHOOK_JSON_NUMBER;
    v->span.data = (u_char *) "1";
    v->span.len = 1;

    return WEBHOOK_OK;
}
