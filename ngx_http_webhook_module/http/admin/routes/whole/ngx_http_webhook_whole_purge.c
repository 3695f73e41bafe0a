
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * POST purge: what is kept of an event, of a call, or of all of a company.
 */

#include "core/definition/webhook_definition.h"
#include "http/admin/api/ngx_http_webhook_api_wait.h"
#include "http/admin/routes/common/ngx_http_webhook_record.h"
#include "http/admin/routes/whole/ngx_http_webhook_whole_int.h"
#include "http/outbound/delivery/ngx_http_webhook_event.h"
#include "http/runtime/ngx_http_webhook_clock.h"


static ngx_int_t ngx_webhook_whole_purge_go(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_whole_purge_one(ngx_webhook_api_t *api,
    ngx_str_t *text, ngx_uint_t call);
static ngx_int_t ngx_webhook_whole_purged(ngx_webhook_api_t *api,
    webhook_op_t *op);
static ngx_int_t ngx_webhook_whole_purge_end(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_whole_purge_company(ngx_webhook_api_t *api,
    ngx_str_t *company);
static ngx_int_t ngx_webhook_whole_purge_wrong(ngx_webhook_api_t *api,
    const char *pointer, const char *detail);


ngx_int_t
ngx_webhook_whole_purge(ngx_webhook_api_t *api)
{
    return ngx_webhook_scope_begin(api, ngx_webhook_whole_purge_go);
}


/* Events of a company are owed to endpoints of nginx.conf, too, which are not
   its to take from. */

static ngx_int_t
ngx_webhook_whole_purge_go(ngx_webhook_api_t *api)
{
    json_t      *value;
    ngx_str_t    text;
    const char  *name;
    void        *i;

    if (!api->who.all) {
        return ngx_webhook_api_problem(api, NGX_HTTP_FORBIDDEN,
                                       "An operator purges: somebody who is "
                                       "allowed all companies");
    }

    i = json_object_iter(api->body);

    if (json_object_size(api->body) != 1) {
        return ngx_webhook_whole_purge_wrong(api, "",
                                             "say what is to go: one of "
                                             "\"company\", \"event\" and "
                                             "\"call\"");
    }

    name = json_object_iter_key(i);
    value = json_object_iter_value(i);

    if (!json_is_string(value)) {
        return ngx_webhook_whole_purge_wrong(api, "", "it has to be a text");
    }

    text.data = (u_char *) json_string_value(value);
    text.len = json_string_length(value);

    if (ngx_strcmp(name, "event") == 0) {
        return ngx_webhook_whole_purge_one(api, &text, 0);
    }

    if (ngx_strcmp(name, "call") == 0) {
        return ngx_webhook_whole_purge_one(api, &text, 1);
    }

    if (ngx_strcmp(name, "company") == 0) {
        return ngx_webhook_whole_purge_company(api, &text);
    }

    return ngx_webhook_whole_purge_wrong(api, "",
                                         "unknown member; it has to be one of "
                                         "\"company\", \"event\" and \"call\"");
}


static ngx_int_t
ngx_webhook_whole_purge_wrong(ngx_webhook_api_t *api, const char *pointer,
    const char *detail)
{
    if (ngx_webhook_api_error(api, pointer, "%s", detail) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_webhook_api_invalid(api);
}


static ngx_int_t
ngx_webhook_whole_purge_one(ngx_webhook_api_t *api, ngx_str_t *text,
    ngx_uint_t call)
{
    webhook_op_t  op;

    ngx_memzero(&op, sizeof(webhook_op_t));

    op.type = WEBHOOK_OP_PURGE;
    op.u.purge.call = call ? 1 : 0;

    if (webhook_id_parse(ngx_webhook_str(text), &op.u.purge.id) != WEBHOOK_OK)
    {
        return ngx_webhook_whole_purge_wrong(api, call ? "/call" : "/event",
                                             "it has to be an id, 8-4-4-4-12 "
                                             "hexadecimal digits");
    }

    api->values[0] = *text;

    return ngx_webhook_api_store(api, &op, ngx_webhook_whole_purged);
}


static ngx_int_t
ngx_webhook_whole_purged(ngx_webhook_api_t *api, webhook_op_t *op)
{
    static const webhook_str_t  none = webhook_str("");

    if (op->result == WEBHOOK_STORE_STALE) {
        return ngx_webhook_api_problem(api, NGX_HTTP_CONFLICT,
                                       "A delivery of the event is being sent "
                                       "at this moment: wait for its outcome");
    }

    if (op->result != WEBHOOK_STORE_OK) {
        return ngx_webhook_api_not_found(api, op->u.purge.call ? "call"
                                                               : "event",
                                         &api->values[0]);
    }

    return ngx_webhook_record(api, op->u.purge.call ? "call.purge"
                                                    : "event.purge",
                              &api->values[0], &none, NULL,
                              ngx_webhook_whole_purge_end);
}


static ngx_int_t
ngx_webhook_whole_purge_end(ngx_webhook_api_t *api)
{
    return ngx_webhook_api_empty(api);
}


/* All events and calls of a company, up to now: a task, of nobody's company, for
   its own may not be there any more. */

static ngx_int_t
ngx_webhook_whole_purge_company(ngx_webhook_api_t *api, ngx_str_t *company)
{
    u_char              id[WEBHOOK_ID_TEXT_LEN];
    json_t             *more;
    ngx_str_t           text;
    webhook_op_t        op;
    webhook_task_t      task;
    webhook_op_task_t  *t;

    if (!webhook_definition_is_company(ngx_webhook_str(company))) {
        return ngx_webhook_whole_purge_wrong(api, "/company",
                                             "it has to be up to 64 letters, "
                                             "digits, \"_\", \".\" and \"-\"");
    }

    ngx_memzero(&task, sizeof(webhook_task_t));

    if (ngx_webhook_event_id(&task.id) != NGX_OK) {
        return NGX_ERROR;
    }

    task.kind = WEBHOOK_TASK_PURGE;
    task.filter.state = -1;
    task.filter.company.which = WEBHOOK_COMPANY_ONE;
    task.filter.company.name = *ngx_webhook_str(company);
    task.calls = 1;
    task.by = *ngx_webhook_str(&api->who.name);
    task.created = ngx_webhook_clock_wall();

    if (ngx_webhook_api_json(api, NGX_HTTP_ACCEPTED,
                             ngx_webhook_whole_task_json(api, &task))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    webhook_id_text(&task.id, id);
    text.data = id;
    text.len = WEBHOOK_ID_TEXT_LEN;

    more = json_pack("{s:{s:o}}", "filter", "company",
                     ngx_webhook_api_string(ngx_webhook_str(company)));
    if (more == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(&op, sizeof(webhook_op_t));

    op.type = WEBHOOK_OP_TASK;
    t = &op.u.task;

    t->id = task.id;
    t->kind = task.kind;
    t->filter = task.filter;
    t->calls = 1;
    t->by = task.by;
    t->wall = task.created;

    if (ngx_webhook_record_data(api, "company.purge", &text, more, &t->audit)
        != NGX_OK
        || ngx_webhook_api_keep(api, &t->once) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_webhook_api_store(api, &op, ngx_webhook_whole_task_made);
}
