
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_registry_test: a location that changes what is registered as its
 * requests say, without the routes of the API:
 *
 *   {"action": "make", "kind": "endpoint", "company": "1260", "body": {...}}
 *
 * and with "id", "expect", "cancel"; "action": "state" tells what this worker
 * has of an id.
 */

#include "http/admin/registry/ngx_http_webhook_registry.h"


typedef struct {
    ngx_flag_t  on;
} registry_test_conf_t;


static void *registry_test_create_conf(ngx_conf_t *cf);
static char *registry_test_merge_conf(ngx_conf_t *cf, void *parent,
    void *child);
static char *registry_test(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
static ngx_int_t registry_test_handler(ngx_http_request_t *r);


static ngx_command_t  registry_test_commands[] = {

    { ngx_string("webhook_registry_test"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      registry_test,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_http_module_t  registry_test_ctx = {
    NULL, NULL, NULL, NULL, NULL, NULL,
    registry_test_create_conf,
    registry_test_merge_conf
};


ngx_module_t  ngx_webhook_registry_test_module = {
    NGX_MODULE_V1,
    &registry_test_ctx,
    registry_test_commands,
    NGX_HTTP_MODULE,
    NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    NGX_MODULE_V1_PADDING
};


/* What nginx looks for in a module's file. */

ngx_module_t  *ngx_modules[] = { &ngx_webhook_registry_test_module, NULL };
char  *ngx_module_names[] = { "ngx_webhook_registry_test_module", NULL };
char  *ngx_module_order[] = { NULL };


static const char  *registry_test_results[] = {
    "ok", "known", "differs", "problems", "stale", "owed", "taken", "not found",
    "limit", "quota", "large", "full", "locked", "unavailable"
};


static void *
registry_test_create_conf(ngx_conf_t *cf)
{
    return ngx_pcalloc(cf->pool, sizeof(registry_test_conf_t));
}


static char *
registry_test_merge_conf(ngx_conf_t *cf, void *parent, void *child)
{
    return NGX_CONF_OK;
}


static char *
registry_test(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = registry_test_handler;

    return NGX_CONF_OK;
}


/* Takes over answer. */

static void
registry_test_send(ngx_http_request_t *r, json_t *answer)
{
    char         *text;
    ngx_int_t     rc;
    ngx_buf_t    *b;
    ngx_chain_t   out;

    text = answer ? json_dumps(answer, JSON_COMPACT) : NULL;
    json_decref(answer);

    b = text ? ngx_create_temp_buf(r->pool, ngx_strlen(text)) : NULL;

    if (b == NULL) {
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }

    b->last = ngx_cpymem(b->last, text, ngx_strlen(text));
    b->last_buf = 1;

    free(text);

    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_length_n = b->last - b->pos;
    ngx_str_set(&r->headers_out.content_type, "application/json");
    r->headers_out.content_type_len = r->headers_out.content_type.len;

    rc = ngx_http_send_header(r);

    if (rc == NGX_OK) {
        out.buf = b;
        out.next = NULL;
        rc = ngx_http_output_filter(r, &out);
    }

    ngx_http_finalize_request(r, rc);
}


static void
registry_test_done(ngx_webhook_registry_change_t *c)
{
    ngx_uint_t                       i;
    json_t                          *answer, *problems;
    ngx_connection_t                *connection;
    ngx_http_request_t              *r;
    ngx_webhook_registry_problem_t  *problem;

    r = c->data;
    connection = r->connection;

    problems = json_array();
    problem = c->problems.elts;

    for (i = 0; i < c->problems.nelts; i++) {
        (void) json_array_append_new(problems, json_pack("{s:s%, s:s%, s:b}",
                "pointer", problem[i].pointer.data, problem[i].pointer.len,
                "detail", problem[i].text.data, problem[i].text.len,
                "warning", (int) problem[i].warning));
    }

    answer = json_pack("{s:s, s:s%, s:s%, s:I, s:I, s:I, s:o, s:O*, s:O*}",
                       "result", registry_test_results[c->result],
                       "id", c->object.id.data ? (char *) c->object.id.data
                                               : "", c->object.id.len,
                       "company", c->object.company.data
                                  ? (char *) c->object.company.data : "",
                       c->object.company.len,
                       "version", (json_int_t) c->version,
                       "change", (json_int_t) c->object.change,
                       "pending", (json_int_t) c->pending,
                       "problems", problems,
                       "made", c->made,
                       "definition", c->definition);

    ngx_webhook_registry_change_destroy(c);

    registry_test_send(r, answer);

    ngx_http_run_posted_requests(connection);
}


static const char *
registry_test_text(json_t *body, const char *name)
{
    const char  *text;

    text = json_string_value(json_object_get(body, name));

    return text ? text : "";
}


static void
registry_test_state(ngx_http_request_t *r, json_t *body)
{
    ngx_int_t                      rc;
    ngx_str_t                      id;
    webhook_object_e               kind;
    ngx_webhook_main_conf_t       *wmcf;
    ngx_webhook_registry_state_t   state;

    wmcf = ngx_http_get_module_main_conf(r, ngx_http_webhook_module);

    id.data = (u_char *) registry_test_text(body, "id");
    id.len = ngx_strlen(id.data);

    kind = ngx_strcmp(registry_test_text(body, "kind"), "receiver")
           ? WEBHOOK_OBJECT_ENDPOINT : WEBHOOK_OBJECT_RECEIVER;

    ngx_memzero(&state, sizeof(ngx_webhook_registry_state_t));

    rc = ngx_webhook_registry_state(wmcf, kind, &id, &state);

    registry_test_send(r, json_pack("{s:b, s:I, s:s?, s:b, s:b, s:I}",
                       "known", (int) (rc == NGX_OK),
                       "version", (json_int_t) state.version,
                       "reason", state.why.text,
                       "unconfirmed", (int) state.unconfirmed,
                       "behind", (int) ngx_webhook_registered_behind(wmcf),
                       "worker", (json_int_t) ngx_worker));
}


static void
registry_test_body(ngx_http_request_t *r)
{
    u_char                         *p, *text;
    json_t                         *body;
    ngx_uint_t                      i;
    ngx_chain_t                    *cl;
    const char                     *action, *company;
    ngx_webhook_main_conf_t        *wmcf;
    ngx_webhook_registry_change_t  *c;

    static const char  *actions[] = { "make", "patch", "rotate", "approve",
                                      "remove", "try" };

    wmcf = ngx_http_get_module_main_conf(r, ngx_http_webhook_module);

    text = ngx_palloc(r->pool, 262144);
    p = text;

    for (cl = r->request_body ? r->request_body->bufs : NULL; cl;
         cl = cl->next)
    {
        p = ngx_cpymem(p, cl->buf->pos, cl->buf->last - cl->buf->pos);
    }

    body = json_loadb((char *) text, p - text, 0, NULL);
    action = registry_test_text(body, "action");

    if (ngx_strcmp(action, "state") == 0) {
        registry_test_state(r, body);
        json_decref(body);
        return;
    }

    c = ngx_webhook_registry_change_create(wmcf, r->connection->log);

    if (c == NULL) {
        json_decref(body);
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }

    for (i = 0; i < 5 && ngx_strcmp(action, actions[i]) != 0; i++) {
        /* void */
    }

    company = registry_test_text(body, "company");

    c->action = i;
    c->kind = ngx_strcmp(registry_test_text(body, "kind"), "receiver")
              ? WEBHOOK_OBJECT_ENDPOINT : WEBHOOK_OBJECT_RECEIVER;
    c->expect = WEBHOOK_OBJECT_ANY;
    c->cancel = json_is_true(json_object_get(body, "cancel"));
    c->body = json_incref(json_object_get(body, "body"));
    ngx_str_set(&c->by, "a test");

    if (json_is_integer(json_object_get(body, "expect"))) {
        c->expect = json_integer_value(json_object_get(body, "expect"));
    }

    c->id.len = ngx_strlen(registry_test_text(body, "id"));
    c->id.data = ngx_pnalloc(c->pool, c->id.len + 1);
    ngx_memcpy(c->id.data, registry_test_text(body, "id"), c->id.len);

    c->whose.name.len = ngx_strlen(company);
    c->whose.name.data = ngx_pnalloc(c->pool, c->whose.name.len + 1);
    ngx_memcpy(c->whose.name.data, company, c->whose.name.len);

    if (c->whose.name.len) {
        c->whose.which = WEBHOOK_COMPANY_ONE;
    }

    json_decref(body);

    c->handler = registry_test_done;
    c->data = r;

    ngx_webhook_registry_change_post(c);
}


static ngx_int_t
registry_test_handler(ngx_http_request_t *r)
{
    ngx_int_t  rc;

    r->request_body_in_single_buf = 1;

    rc = ngx_http_read_client_request_body(r, registry_test_body);

    return rc >= NGX_HTTP_SPECIAL_RESPONSE ? rc : NGX_DONE;
}
