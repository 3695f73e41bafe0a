
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What a change comes to: the members are judged and merged, then built by the
 * code that reads nginx.conf.
 */

#include "http/admin/registry/ngx_http_webhook_registry_int.h"
#include "http/runtime/ngx_http_webhook_clock.h"


static json_t *ngx_webhook_registry_merged(ngx_webhook_registry_change_t *c,
    const json_t *old, json_t *problems);
static ngx_int_t ngx_webhook_registry_trust(ngx_webhook_registry_change_t *c,
    const json_t *old, json_t *merged);
static ngx_int_t ngx_webhook_registry_company(
    ngx_webhook_registry_change_t *c, const json_t *old, json_t *problems);
static ngx_int_t ngx_webhook_registry_said(
    ngx_webhook_registry_compile_t *compile, const json_t *problems);
static ngx_int_t ngx_webhook_registry_text(ngx_pool_t *pool,
    const json_t *definition, const char *name, webhook_str_t *text);


void
ngx_webhook_registry_judge(ngx_webhook_registry_change_t *c,
    const json_t *old)
{
    json_t                          *problems;
    ngx_webhook_registry_compile_t   compile;

    c->result = NGX_WEBHOOK_REGISTRY_UNAVAILABLE;

    problems = json_array();
    if (problems == NULL) {
        return;
    }

    ngx_memzero(&compile, sizeof(ngx_webhook_registry_compile_t));

    compile.wmcf = c->wmcf;
    compile.log = c->log;
    compile.object = &c->object;
    compile.pool = c->pool;
    compile.problems = &c->problems;

    c->definition = ngx_webhook_registry_merged(c, old, problems);

    if (c->definition == NULL
        || ngx_webhook_registry_company(c, old, problems) != NGX_OK)
    {
        if (json_array_size(problems)
            && ngx_webhook_registry_said(&compile, problems) == NGX_OK)
        {
            c->result = NGX_WEBHOOK_REGISTRY_PROBLEMS;
        }

        json_decref(problems);
        return;
    }

    json_decref(problems);

    compile.definition = c->definition;

    c->compiled = ngx_webhook_registry_compile(&compile);

    if (c->compiled) {
        c->result = NGX_WEBHOOK_REGISTRY_OK;

    } else if (ngx_webhook_registry_mistake(&compile)) {
        c->result = NGX_WEBHOOK_REGISTRY_PROBLEMS;
    }
}


static json_t *
ngx_webhook_registry_merged(ngx_webhook_registry_change_t *c,
    const json_t *old, json_t *problems)
{
    int64_t                     now;
    json_t                     *merged;
    webhook_definition_kind_e   kind;

    now = (int64_t) ngx_webhook_clock_wall_real();
    kind = (webhook_definition_kind_e) c->kind;

    switch (c->action) {

    case NGX_WEBHOOK_REGISTRY_ROTATE:
        merged = webhook_definition_rotate(kind, old, c->body, now, problems,
                                           &c->made);
        break;

    case NGX_WEBHOOK_REGISTRY_APPROVE:
        merged = json_deep_copy(old);
        break;

    default:
        merged = webhook_definition_merge(kind, old, c->body, now, problems,
                                          &c->made);
        break;
    }

    if (merged == NULL) {
        return NULL;
    }

    if (kind == WEBHOOK_DEFINITION_ENDPOINT
        && ngx_webhook_registry_trust(c, old, merged) != NGX_OK)
    {
        json_decref(merged);
        return NULL;
    }

    return merged;
}


/*
 * Two members that nobody can write.  "approved": somebody said yes to where it
 * goes, and to nothing else; null, nobody ever did, of one that was made under
 * "confirm on"; false, he did, and it goes elsewhere now.  "moved": since which
 * version it goes to this host, if it went to another one before.
 */

static ngx_int_t
ngx_webhook_registry_trust(ngx_webhook_registry_change_t *c,
    const json_t *old, json_t *merged)
{
    json_t  *approved, *moved;

    approved = json_object_get(old, "approved");

    if (c->action == NGX_WEBHOOK_REGISTRY_APPROVE) {
        approved = json_true();

    } else if (old == NULL) {
        approved = c->wmcf->registry->confirm ? json_null() : NULL;

    } else if (json_is_true(approved)
               && !webhook_definition_same_place(old, merged))
    {
        approved = json_false();
    }

    if (approved && json_object_set(merged, "approved", approved) != 0) {
        return NGX_ERROR;
    }

    moved = json_object_get(old, "moved");

    if (old && webhook_definition_moved(old, merged)) {
        return json_object_set_new(merged, "moved",
                            json_integer((json_int_t) c->object.version)) == 0
               ? NGX_OK : NGX_ERROR;
    }

    return moved == NULL || json_object_set(merged, "moved", moved) == 0
           ? NGX_OK : NGX_ERROR;
}


/*
 * Whose it is stays what it was.  A new one of somebody of a company is that
 * company's, whether that is written or not.
 */

static ngx_int_t
ngx_webhook_registry_company(ngx_webhook_registry_change_t *c,
    const json_t *old, json_t *problems)
{
    json_t         *company;
    webhook_str_t   written;

    if (ngx_webhook_registry_text(c->pool, c->definition, "name",
                                  &c->object.name)
        != NGX_OK
        || ngx_webhook_registry_text(c->pool, c->definition, "company",
                                     &written)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (old) {

        if (!webhook_str_eq(&written, &c->object.company)) {
            webhook_definition_problem(problems, "/company",
                                       "the company of what is registered "
                                       "cannot be changed");
            return NGX_ERROR;
        }

        return NGX_OK;
    }

    if (c->whose.which != WEBHOOK_COMPANY_ONE) {
        c->object.company = written;
        return NGX_OK;
    }

    c->object.company = c->whose.name;

    if (written.len) {

        if (!webhook_str_eq(&written, &c->whose.name)) {
            webhook_definition_problem(problems, "/company",
                                       "the company has to be that of the "
                                       "caller");
            return NGX_ERROR;
        }

        return NGX_OK;
    }

    company = json_stringn((char *) c->whose.name.data, c->whose.name.len);

    return json_object_set_new(c->definition, "company", company) == 0
           ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_webhook_registry_said(ngx_webhook_registry_compile_t *compile,
    const json_t *problems)
{
    size_t       i;
    json_t      *problem;
    ngx_str_t    text;
    const char  *pointer, *detail;

    json_array_foreach(problems, i, problem) {

        pointer = json_string_value(json_object_get(problem, "pointer"));
        detail = json_string_value(json_object_get(problem, "detail"));

        text.data = (u_char *) (detail ? detail : "");
        text.len = ngx_strlen(text.data);

        if (ngx_webhook_registry_problem(compile, 0, pointer ? pointer : "",
                                         &text)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* A member that is a text, or an empty one. */

static ngx_int_t
ngx_webhook_registry_text(ngx_pool_t *pool, const json_t *definition,
    const char *name, webhook_str_t *text)
{
    json_t  *value;

    value = json_object_get(definition, name);

    text->len = json_string_length(value);
    text->data = ngx_pnalloc(pool, text->len + 1);

    if (text->data == NULL) {
        return NGX_ERROR;
    }

    if (text->len) {
        ngx_memcpy(text->data, json_string_value(value), text->len);
    }

    return NGX_OK;
}


/* --------------------------------------------------------------- audit --- */

/* The numbers are those of the actions. */

static const char  *ngx_webhook_registry_actions[] = {
    "create", "update", "rotate", "approve", "delete", "try"
};


char *
ngx_webhook_registry_audit(ngx_webhook_registry_change_t *c,
    const json_t *old)
{
    char                       *text;
    json_t                     *record, *changes, *new;
    webhook_definition_kind_e   kind;

    kind = (webhook_definition_kind_e) c->kind;
    new = (c->action == NGX_WEBHOOK_REGISTRY_REMOVE) ? NULL : c->definition;

    changes = webhook_definition_changes(kind, old, new);
    if (changes == NULL) {
        return NULL;
    }

    record = json_pack("{s:s, s:s, s:s%, s:s%, s:s%, s:I, s:o}",
                       "action", ngx_webhook_registry_actions[c->action],
                       "kind", c->kind == WEBHOOK_OBJECT_ENDPOINT
                               ? "endpoint" : "receiver",
                       "id", c->object.id.data, c->object.id.len,
                       "name", c->object.name.data, c->object.name.len,
                       "by", c->by.data ? (char *) c->by.data : "", c->by.len,
                       "version", (json_int_t) c->object.version,
                       "changes", changes);
    if (record == NULL) {
        return NULL;
    }

    text = json_dumps(record, JSON_COMPACT);

    if (text && ngx_strlen(text) > WEBHOOK_AUDIT_DATA_MAX) {

        /* it is told that so much has changed, and not what */

        free(text);
        text = NULL;

        if (json_object_set_new(record, "changes", json_null()) == 0) {
            text = json_dumps(record, JSON_COMPACT);
        }
    }

    json_decref(record);

    return text;
}
