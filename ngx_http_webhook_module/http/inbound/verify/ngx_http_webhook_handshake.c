
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is asked, and what it is answered, core knows (core/handshake).  Some
 * ask by the head of a request alone, mostly with another method than POST;
 * others in a body, most of which are signed as all of the sender's calls are.
 */


#include "http/inbound/verify/ngx_http_webhook_handshake.h"
#include "http/inbound/verify/ngx_http_webhook_verify.h"
#include "http/model/ngx_http_webhook_verifier.h"
#include "http/inbound/call/ngx_http_webhook_kept.h"


static ngx_int_t ngx_webhook_handshake_step(ngx_webhook_call_t *call,
    webhook_handshake_stage_e stage);
static ngx_int_t ngx_webhook_handshake_ask(ngx_webhook_call_t *call,
    webhook_handshake_stage_e stage);
static ngx_int_t ngx_webhook_handshake_question(ngx_webhook_call_t *call,
    webhook_handshake_stage_e stage, webhook_question_t *question);
static ngx_int_t ngx_webhook_handshake_done(ngx_webhook_call_t *call,
    webhook_handshake_e result, webhook_handshake_answer_t *answer);
static ngx_int_t ngx_webhook_handshake_answer(ngx_webhook_call_t *call,
    webhook_handshake_answer_t *answer);
static ngx_int_t ngx_webhook_handshake_copy(ngx_webhook_call_t *call,
    webhook_buf_t *from, ngx_str_t *to);
static ngx_int_t ngx_webhook_handshake_headers(ngx_webhook_call_t *call,
    webhook_handshake_answer_t *answer);
static void ngx_webhook_handshake_note(ngx_webhook_call_t *call,
    const webhook_str_t *name);


ngx_int_t
ngx_webhook_handshake_head(ngx_webhook_call_t *call)
{
    ngx_int_t  rc;

    if (call->receiver->handshake == NULL) {
        return NGX_DECLINED;
    }

    rc = ngx_webhook_handshake_ask(call, WEBHOOK_HANDSHAKE_BY_HEAD);

    ngx_webhook_kept_args_wipe(call);

    return rc;
}


ngx_int_t
ngx_webhook_handshake_probe(ngx_webhook_call_t *call)
{
    ngx_webhook_handshake_t  *handshake;

    handshake = call->receiver->handshake;

    if (handshake == NULL || !(handshake->probe & call->request->method)) {
        return NGX_DECLINED;
    }

    call->handshake = 1;

    ngx_str_set(&call->answer, "{\"status\": \"ok\"}");
    ngx_str_set(&call->verified, "probe");

    return ngx_webhook_call_set(call, NGX_HTTP_OK, NULL);
}


ngx_int_t
ngx_webhook_handshake_unsigned(ngx_webhook_call_t *call)
{
    return ngx_webhook_handshake_step(call, WEBHOOK_HANDSHAKE_BY_BODY);
}


ngx_int_t
ngx_webhook_handshake_signed(ngx_webhook_call_t *call)
{
    return ngx_webhook_handshake_step(call, WEBHOOK_HANDSHAKE_SIGNED);
}


static ngx_int_t
ngx_webhook_handshake_step(ngx_webhook_call_t *call,
    webhook_handshake_stage_e stage)
{
    ngx_int_t  rc;

    if (call->receiver->handshake == NULL) {
        return NGX_OK;
    }

    rc = ngx_webhook_handshake_ask(call, stage);

    return rc == NGX_DECLINED ? NGX_OK : rc;
}


/* NGX_DECLINED for an ordinary call, else NGX_DONE with the answer set. */

static ngx_int_t
ngx_webhook_handshake_ask(ngx_webhook_call_t *call,
    webhook_handshake_stage_e stage)
{
    ngx_uint_t                   i;
    webhook_question_t           question;
    webhook_handshake_e          result;
    ngx_webhook_handshake_t     *handshake;
    const webhook_handshake_t  **row;
    webhook_handshake_answer_t   answer;

    handshake = call->receiver->handshake;

    if (ngx_webhook_handshake_question(call, stage, &question) != NGX_OK) {
        return NGX_DECLINED;
    }

    row = handshake->rows.elts;

    for (i = 0; i < handshake->rows.nelts; i++) {

        if (row[i]->stage != stage || row[i]->method != question.method) {
            continue;
        }

        result = webhook_handshake_ask(row[i], &question, &answer);

        if (result == WEBHOOK_HANDSHAKE_NONE) {
            webhook_handshake_free(&answer);
            continue;
        }

        if (stage != WEBHOOK_HANDSHAKE_SIGNED) {
            ngx_webhook_handshake_note(call, &row[i]->name);
        }

        return ngx_webhook_handshake_done(call, result, &answer);
    }

    return NGX_DECLINED;
}


static ngx_int_t
ngx_webhook_handshake_question(ngx_webhook_call_t *call,
    webhook_handshake_stage_e stage, webhook_question_t *question)
{
    ngx_http_request_t  *r;

    r = call->request;

    ngx_memzero(question, sizeof(webhook_question_t));

    switch (r->method) {

    case NGX_HTTP_GET:
        question->method = WEBHOOK_HANDSHAKE_GET;
        break;

    case NGX_HTTP_POST:
        question->method = WEBHOOK_HANDSHAKE_POST;
        break;

    case NGX_HTTP_OPTIONS:
        question->method = WEBHOOK_HANDSHAKE_OPTIONS;
        break;

    default:
        return NGX_DECLINED;
    }

    question->header = ngx_webhook_verify_header;
    question->data = r;
    question->now = ngx_time();
    question->conf = &call->receiver->handshake->conf;

    question->args = *ngx_webhook_str(ngx_webhook_kept_query(call));

    if (stage != WEBHOOK_HANDSHAKE_BY_HEAD) {
        question->body.data = call->body;
        question->body.len = call->body_len;
    }

    if (stage == WEBHOOK_HANDSHAKE_SIGNED && call->receiver->verify) {
        question->key = &call->receiver->verify->verifier.keys[call->key];
    }

    return NGX_OK;
}


/* Takes the outcome of a handshake, and frees the answer. */

static ngx_int_t
ngx_webhook_handshake_done(ngx_webhook_call_t *call,
    webhook_handshake_e result, webhook_handshake_answer_t *answer)
{
    ngx_int_t  rc;
    ngx_str_t  error;

    rc = NGX_ERROR;

    if (result == WEBHOOK_HANDSHAKE_ANSWER) {
        rc = ngx_webhook_handshake_answer(call, answer);
    }

    if (rc == NGX_OK) {
        rc = ngx_webhook_handshake_headers(call, answer);
    }

    if (rc == NGX_OK) {
        call->handshake = 1;
        (void) ngx_webhook_call_set(call, answer->status, NULL);

    } else if (result == WEBHOOK_HANDSHAKE_REFUSED) {
        ngx_str_set(&error, "The handshake is refused");
        (void) ngx_webhook_call_set(call, NGX_HTTP_FORBIDDEN, &error);

    } else {
        ngx_str_null(&call->answer);
        ngx_str_null(&call->answer_type);
        ngx_str_null(&call->detail);

        ngx_str_set(&error, "Out of memory; nothing was done");
        (void) ngx_webhook_call_set(call, NGX_HTTP_SERVICE_UNAVAILABLE,
                                    &error);
    }

    webhook_handshake_free(answer);

    return NGX_DONE;
}


static ngx_int_t
ngx_webhook_handshake_answer(ngx_webhook_call_t *call,
    webhook_handshake_answer_t *answer)
{
    u_char  *p;

    if (ngx_webhook_handshake_copy(call, &answer->note, &call->detail)
        != NGX_OK
        || ngx_webhook_handshake_copy(call, &answer->confirm, &call->confirm)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (call->detail.len) {
        ngx_str_set(&call->outline, "A question of its sender");
    }

    /* where there is no body, the answer is empty and yet there */

    p = ngx_pnalloc(call->pool, answer->body.len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    if (answer->body.len) {
        ngx_memcpy(p, answer->body.data, answer->body.len);
    }

    call->answer.data = p;
    call->answer.len = answer->body.len;

    if (answer->type) {
        call->answer_type.data = (u_char *) answer->type;
        call->answer_type.len = ngx_strlen(answer->type);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_handshake_copy(ngx_webhook_call_t *call, webhook_buf_t *from,
    ngx_str_t *to)
{
    if (from->len == 0) {
        return NGX_OK;
    }

    to->data = ngx_pnalloc(call->pool, from->len);
    if (to->data == NULL) {
        return NGX_ERROR;
    }

    to->len = from->len;
    ngx_memcpy(to->data, from->data, from->len);

    return NGX_OK;
}


/* They are added to the answer on the event loop. */

static ngx_int_t
ngx_webhook_handshake_headers(ngx_webhook_call_t *call,
    webhook_handshake_answer_t *answer)
{
    ngx_str_t      value;
    ngx_uint_t     i;
    ngx_keyval_t  *h;

    if (answer->nheaders == 0) {
        return NGX_OK;
    }

    h = ngx_palloc(call->pool, answer->nheaders * sizeof(ngx_keyval_t));
    if (h == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < answer->nheaders; i++) {
        value = *ngx_webhook_nstr(&answer->headers[i].value);

        h[i].key.data = (u_char *) answer->headers[i].name;
        h[i].key.len = ngx_strlen(answer->headers[i].name);

        h[i].value.len = value.len;
        h[i].value.data = ngx_pstrdup(call->pool, &value);

        if (h[i].value.data == NULL) {
            return NGX_ERROR;
        }
    }

    call->headers = h;
    call->nheaders = answer->nheaders;

    return NGX_OK;
}


/* For the history: "handshake: meta". */

static void
ngx_webhook_handshake_note(ngx_webhook_call_t *call,
    const webhook_str_t *name)
{
    u_char  *p;

    if (call->receiver->log_calls == NGX_WEBHOOK_LOG_OFF) {
        return;
    }

    p = ngx_pnalloc(call->pool, sizeof("handshake: ") - 1 + name->len);
    if (p == NULL) {
        return;
    }

    call->verified.data = p;

    p = ngx_cpymem(p, "handshake: ", sizeof("handshake: ") - 1);
    p = ngx_cpymem(p, name->data, name->len);

    call->verified.len = p - call->verified.data;
}
