
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_build_test FILE: a worker that starts builds the endpoints and
 * receivers that are in the file, as if somebody registered them, and writes
 * into FILE.out what came of each: the problems, or the values of what was
 * made; and before them those of the configuration, for comparison.
 *
 * A thing is a line "endpoint NAME" or "receiver NAME", a line for each field,
 * and an empty one; there are tabs between the words of a line.  "bounds
 * COMPANY" says what receivers behind it may do, and whose they are ("-":
 * nobody's); it is told only where something is wrong with it.
 */

#include "http/conf/bounds/ngx_http_webhook_conf_bounds.h"
#include "http/conf/endpoint/ngx_http_webhook_conf_endpoint.h"
#include "http/conf/field/ngx_http_webhook_conf_given.h"
#include "http/conf/receiver/ngx_http_webhook_conf_receiver.h"
#include "http/model/ngx_http_webhook_verifier.h"

#include "build_test_values.h"


typedef struct {
    ngx_str_t  file;
} build_test_conf_t;


static void *build_test_create_conf(ngx_conf_t *cf);
static ngx_int_t build_test_process(ngx_cycle_t *cycle);
static ngx_int_t build_test_thing(FILE *out, u_char **p, u_char *last,
    ngx_cycle_t *cycle);
static ngx_int_t build_test_bounds(ngx_webhook_build_t *b, ngx_str_t *company);
static void build_test_endpoint(FILE *out, ngx_webhook_endpoint_t *ep);
static void build_test_receiver(FILE *out, ngx_webhook_receiver_t *rcv);


/* of the last "bounds" */
static ngx_webhook_bounds_t  *build_test_bound;
static ngx_str_t              build_test_company;


static ngx_command_t  build_test_commands[] = {

    { ngx_string("webhook_build_test"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(build_test_conf_t, file),
      NULL },

      ngx_null_command
};


static ngx_http_module_t  build_test_ctx = {
    NULL, NULL, build_test_create_conf, NULL, NULL, NULL, NULL, NULL
};


ngx_module_t  ngx_webhook_build_test_module = {
    NGX_MODULE_V1,
    &build_test_ctx,
    build_test_commands,
    NGX_HTTP_MODULE,
    NULL,
    NULL,
    build_test_process,
    NULL,
    NULL,
    NULL,
    NULL,
    NGX_MODULE_V1_PADDING
};


/* What nginx looks for in a module's file. */

ngx_module_t  *ngx_modules[] = { &ngx_webhook_build_test_module, NULL };
char  *ngx_module_names[] = { "ngx_http_webhook_build_test_module", NULL };
char  *ngx_module_order[] = { NULL };


static void *
build_test_create_conf(ngx_conf_t *cf)
{
    return ngx_pcalloc(cf->pool, sizeof(build_test_conf_t));
}


static ngx_int_t
build_test_process(ngx_cycle_t *cycle)
{
    FILE                     *in, *out;
    char                      name[NGX_MAX_PATH];
    size_t                    n;
    u_char                   *p, *last;
    ngx_uint_t                i;
    build_test_conf_t        *conf;
    ngx_webhook_endpoint_t  **ep;
    ngx_webhook_receiver_t  **rcv;
    ngx_webhook_main_conf_t  *wmcf;
    static u_char             text[1024 * 1024];

    conf = ngx_http_cycle_get_module_main_conf(cycle,
                                          ngx_webhook_build_test_module);
    wmcf = ngx_http_cycle_get_module_main_conf(cycle,
                                               ngx_http_webhook_module);

    if (conf->file.len == 0) {
        return NGX_OK;
    }

    (void) ngx_snprintf((u_char *) name, sizeof(name), "%V.out%Z",
                        &conf->file);

    in = fopen((char *) conf->file.data, "r");
    out = fopen(name, "w");

    if (in == NULL || out == NULL) {
        return NGX_ERROR;
    }

    n = fread(text, 1, sizeof(text) - 1, in);

    fclose(in);

    ep = wmcf->endpoints.elts;

    for (i = 0; i < wmcf->endpoints.nelts; i++) {
        fprintf(out, "conf\t%.*s\n", (int) ep[i]->name.len, ep[i]->name.data);
        build_test_endpoint(out, ep[i]);
        fprintf(out, "\n");
    }

    rcv = wmcf->receivers.elts;

    for (i = 0; i < wmcf->receivers.nelts; i++) {
        fprintf(out, "conf\t%.*s\n", (int) rcv[i]->name.len,
                rcv[i]->name.data);
        build_test_receiver(out, rcv[i]);
        fprintf(out, "\n");
    }

    p = text;
    last = text + n;

    while (p < last) {
        if (build_test_thing(out, &p, last, cycle) != NGX_OK) {
            fclose(out);
            return NGX_ERROR;
        }
    }

    fprintf(out, "end\n");
    fclose(out);

    return NGX_OK;
}


/* Reads the words of a line, each of which gets a NUL; an empty array at an
   empty line. */

static ngx_array_t *
build_test_words(ngx_pool_t *pool, u_char **p, u_char *last)
{
    u_char       c;
    ngx_str_t   *word;
    ngx_array_t *words;

    words = ngx_array_create(pool, 4, sizeof(ngx_str_t));

    if (words == NULL) {
        return NULL;
    }

    if (*p == last || **p == '\n') {
        *p += (*p < last);
        return words;
    }

    do {
        word = ngx_array_push(words);
        if (word == NULL) {
            return NULL;
        }

        word->data = *p;

        while (*p < last && **p != '\t' && **p != '\n') {
            (*p)++;
        }

        word->len = *p - word->data;
        c = (*p < last) ? **p : '\n';
        **p = '\0';
        (*p)++;

    } while (c == '\t');

    return words;
}


/* The lines up to an empty one. */

static ngx_int_t
build_test_fields(ngx_pool_t *pool, ngx_array_t *fields, u_char **p,
    u_char *last)
{
    ngx_array_t  *line, **field;

    for ( ;; ) {
        line = build_test_words(pool, p, last);
        if (line == NULL) {
            return NGX_ERROR;
        }

        if (line->nelts == 0) {
            return NGX_OK;
        }

        field = ngx_array_push(fields);
        if (field == NULL) {
            return NGX_ERROR;
        }

        *field = line;
    }
}


static ngx_int_t
build_test_thing(FILE *out, u_char **p, u_char *last, ngx_cycle_t *cycle)
{
    ngx_str_t               *word;
    ngx_uint_t               i;
    ngx_pool_t              *pool, *temp_pool;
    ngx_array_t             *head, *fields;
    ngx_webhook_build_t     *b;
    ngx_webhook_given_t      given;
    ngx_webhook_problem_t   *problem;
    ngx_webhook_endpoint_t  *ep;
    ngx_webhook_receiver_t  *rcv;

    pool = ngx_create_pool(4096, cycle->log);
    temp_pool = ngx_create_pool(4096, cycle->log);

    if (pool == NULL || temp_pool == NULL) {
        return NGX_ERROR;
    }

    head = build_test_words(pool, p, last);
    fields = ngx_array_create(pool, 8, sizeof(ngx_array_t *));

    if (head == NULL || head->nelts != 2 || fields == NULL) {
        return NGX_ERROR;
    }

    if (build_test_fields(pool, fields, p, last) != NGX_OK) {
        return NGX_ERROR;
    }

    word = head->elts;

    b = ngx_webhook_given_init(&given, fields, cycle, pool, temp_pool,
                               cycle->log);
    if (b == NULL) {
        return NGX_ERROR;
    }

    ep = NULL;
    rcv = NULL;

    if (word[0].data[0] == 'b') {

        /* it lasts as long as the process */

        b->pool = cycle->pool;

        if (build_test_bounds(b, &word[1]) == NGX_OK) {
            ngx_destroy_pool(temp_pool);
            return NGX_OK;
        }
    }

    fprintf(out, "built\t%.*s\n", (int) word[1].len, word[1].data);

    b->bounds = build_test_bound;
    b->company = build_test_company;

    if (word[0].data[0] == 'b') {
        /* what is wrong follows */

    } else if (word[0].data[0] == 'e') {
        ep = ngx_webhook_endpoint_build(b, &word[1]);

    } else {
        rcv = ngx_webhook_receiver_build(b, &word[1]);
    }

    problem = given.problems.elts;

    for (i = 0; i < given.problems.nelts; i++) {
        fprintf(out, "%s\t%.*s\t%.*s\n",
                problem[i].level == NGX_LOG_WARN ? "warn" : "problem",
                (int) problem[i].field.len, problem[i].field.data,
                (int) problem[i].text.len, problem[i].text.data);
    }

    if (ep) {
        build_test_endpoint(out, ep);

    } else if (rcv) {
        build_test_receiver(out, rcv);

    } else if (!given.failed) {
        fprintf(out, "refused without a word\n");
    }

    fprintf(out, "\n");

    ngx_destroy_pool(temp_pool);
    ngx_destroy_pool(pool);

    return NGX_OK;
}


static ngx_int_t
build_test_bounds(ngx_webhook_build_t *b, ngx_str_t *company)
{
    ngx_webhook_bounds_t       *bounds;
    const ngx_webhook_field_t  *tables[2];

    bounds = ngx_pcalloc(b->pool, sizeof(ngx_webhook_bounds_t));

    if (bounds == NULL || ngx_webhook_bounds_begin(b, bounds) != NGX_OK) {
        return NGX_ERROR;
    }

    tables[0] = ngx_webhook_bounds_fields;
    tables[1] = NULL;

    if (company->data[0] == '-') {
        company->len = 0;
    }

    if (ngx_webhook_given_fields(b, tables, bounds) != NGX_OK
        || ngx_webhook_bounds_done(b, bounds, company->len != 0) != NGX_OK)
    {
        return NGX_ERROR;
    }

    build_test_bound = bounds;
    build_test_company = *company;

    return NGX_OK;
}


static void
build_test_endpoint(FILE *out, ngx_webhook_endpoint_t *ep)
{
    ngx_uint_t                   i;
    webhook_condition_t        **filter;
    ngx_webhook_hmac_t          *hmac;
    ngx_webhook_header_t        *header;
    ngx_webhook_subscription_t  *sub;

    build_test_str(out, "url", &ep->url);
    build_test_str(out, "key", &ep->peer->key);
    build_test_num(out, "servers", ep->peer->servers.nelts);
    build_test_num(out, "resolver", ep->peer->resolver != NULL);
    build_test_num(out, "ssl", ep->peer->ssl != NULL);
    build_test_str(out, "sni", &ep->peer->sni);
    build_test_bytes(out, "head", ep->head.data, ep->head.len);

    sub = ep->events.elts;

    for (i = 0; i < ep->events.nelts; i++) {
        build_test_str(out, "wanted", &sub[i].pattern);
    }

    header = ep->headers.elts;

    for (i = 0; i < ep->headers.nelts; i++) {
        build_test_str(out, "name", &header[i].name);
        build_test_str(out, "value", &header[i].value);
        build_test_template(out, "header", header[i].tpl);
    }

    build_test_num(out, "format", ep->format);
    build_test_num(out, "envelope", ep->envelope);
    build_test_str(out, "source", &ep->source);
    build_test_template(out, "body", ep->body);

    filter = ep->filters.elts;

    for (i = 0; i < ep->filters.nelts; i++) {
        build_test_condition(out, "filter", filter[i]);
    }

    fprintf(out, "order_by\t%d\n", ep->order_by != NULL);
    (void) build_test_path(out, ep->order_by);

    build_test_num(out, "order_block", ep->order_block);
    build_test_num(out, "need", ep->need_request * 2 + ep->need_response);
    build_test_keys(out, "key", &ep->keys);

    hmac = ep->hmacs.elts;

    for (i = 0; i < ep->hmacs.nelts; i++) {
        build_test_str(out, "hmac", &hmac[i].header);
        build_test_keys(out, "key", &hmac[i].keys);
    }

    build_test_num(out, "auth", ep->auth.kind);
    build_test_str(out, "value", &ep->auth.value);
    build_test_str(out, "token_url", &ep->auth.token_url);
    build_test_str(out, "client_id", &ep->auth.client_id);
    build_test_str(out, "client_secret", &ep->auth.client_secret);
    build_test_num(out, "grant", ep->auth.oauth2 != NULL);

    build_test_bytes(out, "success", &ep->success, sizeof(ep->success));
    build_test_bytes(out, "retry", &ep->retry, sizeof(ep->retry));
    build_test_num(out, "retry_after", ep->retry_after);
    build_test_num(out, "gone_ignore", ep->gone_ignore);
    build_test_bytes(out, "timeout", &ep->timeout, sizeof(ep->timeout));
    build_test_num(out, "inflight", ep->inflight);
    build_test_num(out, "rate", ep->rate);
    build_test_num(out, "per", ep->per);
    build_test_num(out, "burst", ep->burst);
    build_test_num(out, "failures", ep->break_failures);
    build_test_num(out, "percent", ep->break_percent);
    build_test_num(out, "window", ep->break_window);
    build_test_num(out, "hold", ep->break_open_timeout);
}


static void
build_test_action(FILE *out, ngx_webhook_action_t *action)
{
    ngx_uint_t                i;
    ngx_webhook_extracted_t  *extracted;

    build_test_str(out, "action", &action->method_name);
    build_test_num(out, "method", action->method);
    build_test_str(out, "uri", &action->uri_text);
    build_test_template(out, "uri", action->uri);
    build_test_str(out, "body", &action->body_text);
    build_test_template(out, "body", action->body);
    build_test_condition(out, "when", action->when);
    build_test_str(out, "idempotency", &action->idempotency);
    build_test_num(out, "timeout", action->timeout);
    build_test_num(out, "go_on", action->go_on);
    build_test_num(out, "late", action->late);

    extracted = action->captures.elts;

    for (i = 0; i < action->captures.nelts; i++) {
        build_test_str(out, "captured", &extracted[i].name);
        build_test_num(out, "index", extracted[i].index);
        (void) build_test_path(out, extracted[i].path);
    }
}


static void
build_test_api(FILE *out, ngx_webhook_receiver_t *rcv)
{
    build_test_str(out, "api", &rcv->api->name);
    build_test_str(out, "url", &rcv->api->url);
    build_test_str(out, "key", &rcv->api->peer->key);
    build_test_str(out, "prefix", &rcv->api_uri);
    build_test_bytes(out, "retry", &rcv->api->retry, sizeof(rcv->api->retry));
    build_test_bytes(out, "timeout", &rcv->api->timeout,
                     sizeof(rcv->api->timeout));
}


static void
build_test_receiver(FILE *out, ngx_webhook_receiver_t *rcv)
{
    ngx_uint_t                  i;
    ngx_webhook_emit_t         *emit;
    ngx_webhook_url_token_t    *url_token;
    ngx_webhook_action_t       *action;
    ngx_webhook_answer_rule_t  *answer;

    build_test_str(out, "description", &rcv->description);
    build_test_str(out, "model", &rcv->model);
    build_test_num(out, "mode", rcv->mode);
    build_test_num(out, "profile", rcv->profile);

    url_token = rcv->url_tokens.elts;

    for (i = 0; i < rcv->url_tokens.nelts; i++) {
        build_test_bytes(out, "token", url_token[i].digest,
                         sizeof(url_token[i].digest));
        build_test_num(out, "expires", url_token[i].expires);
    }

    build_test_num(out, "verify", rcv->verify != NULL);

    if (rcv->verify) {
        build_test_keys(out, "key", &rcv->verify->keys);
    }

    build_test_num(out, "handshake", rcv->handshake != NULL);
    build_test_template(out, "target_id", rcv->target_id);
    build_test_template(out, "target_model", rcv->target_model);
    build_test_paths(out, "require", &rcv->require);

    build_test_filters(out, "skip", &rcv->skips);
    build_test_filters(out, "filter", &rcv->filters);

    action = rcv->actions.elts;

    for (i = 0; i < rcv->actions.nelts; i++) {
        build_test_action(out, &action[i]);
    }

    build_test_strs(out, "capture", &rcv->captures);
    build_test_num(out, "accept", rcv->accept);
    build_test_paths(out, "parse_json", &rcv->parse_json);
    build_test_strs(out, "models", &rcv->models);

    if (rcv->lookup) {
        build_test_str(out, "lookup", &rcv->lookup->uri_text);
    }

    build_test_num(out, "missing", rcv->missing);
    (void) build_test_path(out, rcv->for_each);
    build_test_num(out, "for_each_root", rcv->for_each_root);
    build_test_num(out, "for_each_levels", rcv->for_each_levels);
    build_test_num(out, "for_each_max", rcv->for_each_max);
    build_test_num(out, "dedupe", rcv->dedupe);
    build_test_str(out, "dedupe_header", &rcv->dedupe_header);
    (void) build_test_path(out, rcv->dedupe_path);
    build_test_num(out, "dedupe_ttl", rcv->dedupe_ttl);

    emit = rcv->emits.elts;

    for (i = 0; i < rcv->emits.nelts; i++) {
        build_test_str(out, "emit", &emit[i].type_name);
        build_test_str(out, "type", &emit[i].type->name);
        build_test_template(out, "body", emit[i].body);
        build_test_condition(out, "when", emit[i].when);
    }

    answer = rcv->answers.elts;

    for (i = 0; i < rcv->answers.nelts; i++) {
        build_test_num(out, "answer", answer[i].calls);
        build_test_num(out, "least", answer[i].least);
        build_test_num(out, "most", answer[i].most);
        build_test_num(out, "status", answer[i].status);
        build_test_str(out, "type", &answer[i].type);
        build_test_template(out, "body", answer[i].body);
        build_test_num(out, "bare", answer[i].bare);
        build_test_num(out, "redacts", answer[i].redacts);
    }

    if (rcv->api) {
        build_test_api(out, rcv);
    }

    if (rcv->company.len) {
        build_test_str(out, "company", &rcv->company);
    }

    (void) build_test_path(out, rcv->order_by);
    build_test_num(out, "scope", rcv->dedupe_scope);
    build_test_num(out, "body_max", rcv->body_max);
    build_test_num(out, "depth", rcv->limits.max_depth);
    build_test_num(out, "values", rcv->limits.max_values);
    build_test_num(out, "inflight", rcv->inflight);
    build_test_num(out, "log_calls", rcv->log_calls);
    build_test_paths(out, "redact", &rcv->redact);
}
