
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/definition/webhook_definition.h"
#include "core/rules/webhook_pattern.h"
#include "core/scalar/webhook_date.h"
#include "http/admin/api/ngx_http_webhook_api_query.h"
#include "http/admin/routes/common/ngx_http_webhook_asked.h"


typedef struct ngx_webhook_asked_row_s  ngx_webhook_asked_row_t;

/* Reads a value: NULL, or a sentence that says what would be right.  One that
   is another's is told by ngx_webhook_asked_foreign. */
struct ngx_webhook_asked_row_s {
    const char   *name;
    const char *(*read)(ngx_webhook_api_t *api, ngx_str_t *value,
                        webhook_filter_t *filter);
};


static const char *ngx_webhook_asked_endpoint(ngx_webhook_api_t *api,
    ngx_str_t *value, webhook_filter_t *filter);
static const char *ngx_webhook_asked_event(ngx_webhook_api_t *api,
    ngx_str_t *value, webhook_filter_t *filter);
static const char *ngx_webhook_asked_state(ngx_webhook_api_t *api,
    ngx_str_t *value, webhook_filter_t *filter);
static const char *ngx_webhook_asked_status(ngx_webhook_api_t *api,
    ngx_str_t *value, webhook_filter_t *filter);
static const char *ngx_webhook_asked_since(ngx_webhook_api_t *api,
    ngx_str_t *value, webhook_filter_t *filter);
static const char *ngx_webhook_asked_until(ngx_webhook_api_t *api,
    ngx_str_t *value, webhook_filter_t *filter);
static const char *ngx_webhook_asked_company(ngx_webhook_api_t *api,
    ngx_str_t *value, webhook_filter_t *filter);
static const char *ngx_webhook_asked_time(ngx_str_t *value, uint64_t *wall);
static void ngx_webhook_asked_init(ngx_webhook_api_t *api,
    webhook_filter_t *filter);
static ngx_uint_t ngx_webhook_asked_any(json_t *given);
static ngx_int_t ngx_webhook_asked_member(ngx_webhook_api_t *api,
    const char *name, json_t *value, webhook_filter_t *filter);
static ngx_int_t ngx_webhook_asked_text(ngx_webhook_api_t *api, json_t *value,
    ngx_str_t *text);


static const char  ngx_webhook_asked_foreign[] = "";

static const ngx_webhook_asked_row_t  ngx_webhook_asked_rows[] = {
    { "endpoint", ngx_webhook_asked_endpoint },
    { "event", ngx_webhook_asked_event },
    { "state", ngx_webhook_asked_state },
    { "status", ngx_webhook_asked_status },
    { "since", ngx_webhook_asked_since },
    { "until", ngx_webhook_asked_until },
    { "company", ngx_webhook_asked_company },
    { NULL, NULL }
};


ngx_int_t
ngx_webhook_asked_query(ngx_webhook_api_t *api, webhook_filter_t *filter,
    ngx_str_t *past)
{
    ngx_str_t                       value;
    const char                     *error;
    const ngx_webhook_asked_row_t  *row;

    ngx_webhook_asked_init(api, filter);

    for (row = ngx_webhook_asked_rows; row->name; row++) {

        if (!ngx_webhook_api_query(api, row->name, &value)) {
            continue;
        }

        error = row->read(api, &value, filter);

        if (error == ngx_webhook_asked_foreign && past
            && row->read == ngx_webhook_asked_endpoint
            && !ngx_webhook_registered_owns(ngx_webhook_scope(api)->set,
                                            filter->endpoint,
                                            ngx_webhook_str(&value)))
        {
            *past = value;
            continue;
        }

        if (error == ngx_webhook_asked_foreign) {
            return ngx_webhook_api_not_found(api, row->name, &value) == NGX_OK
                   ? NGX_DECLINED : NGX_ERROR;
        }

        if (error) {
            return ngx_webhook_api_problem(api, NGX_HTTP_BAD_REQUEST,
                                           "\"%s\" of the query: %s",
                                           row->name, error)
                   == NGX_OK ? NGX_DECLINED : NGX_ERROR;
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_webhook_asked_body(ngx_webhook_api_t *api, webhook_filter_t *filter)
{
    json_t      *given, *value;
    ngx_int_t    rc, failed;
    const char  *name;

    ngx_webhook_asked_init(api, filter);

    given = json_object_get(api->body, "filter");
    failed = NGX_OK;

    if (!ngx_webhook_asked_any(given)) {
        failed = NGX_DECLINED;

        if (ngx_webhook_api_error(api, "/filter",
                                  "\"filter\" has to be an object that says "
                                  "which deliveries are meant, such as "
                                  "{\"endpoint\": \"...\", \"state\": "
                                  "\"dead\"}")
            != NGX_OK)
        {
            return NGX_ERROR;
        }

    } else {
        json_object_foreach(given, name, value) {

            rc = ngx_webhook_asked_member(api, name, value, filter);

            if (rc == NGX_ERROR) {
                return NGX_ERROR;
            }

            if (rc != NGX_OK) {
                failed = NGX_DECLINED;
            }
        }

        if (failed == NGX_OK && !api->who.all && filter->endpoint == 0) {
            failed = NGX_DECLINED;

            if (ngx_webhook_api_error(api, "/filter/endpoint",
                                      "name one of your endpoints")
                != NGX_OK)
            {
                return NGX_ERROR;
            }
        }
    }

    if (failed == NGX_OK) {
        return NGX_OK;
    }

    return ngx_webhook_api_invalid(api) == NGX_OK ? NGX_DECLINED : NGX_ERROR;
}


/* A member that is null asks for nothing: a script whose variables are not set
   must not mean every delivery there is. */

static ngx_uint_t
ngx_webhook_asked_any(json_t *given)
{
    json_t      *value;
    const char  *name;

    json_object_foreach(given, name, value) {
        if (!json_is_null(value)) {
            return 1;
        }
    }

    return 0;
}


/* NGX_DECLINED: an error was added. */

static ngx_int_t
ngx_webhook_asked_member(ngx_webhook_api_t *api, const char *name,
    json_t *value, webhook_filter_t *filter)
{
    char                            pointer[sizeof("/filter/endpoint")];
    ngx_int_t                       rc;
    ngx_str_t                       text;
    const char                     *error;
    const ngx_webhook_asked_row_t  *row;

    for (row = ngx_webhook_asked_rows; row->name; row++) {
        if (ngx_strcmp(row->name, name) == 0) {
            break;
        }
    }

    if (row->name == NULL) {
        return ngx_webhook_api_error(api, "/filter",
                                     "unknown member; a filter has \"endpoint\", "
                                     "\"event\", \"state\", \"status\", "
                                     "\"since\", \"until\" and \"company\"")
               == NGX_OK ? NGX_DECLINED : NGX_ERROR;
    }

    if (json_is_null(value)) {
        return NGX_OK;
    }

    rc = ngx_webhook_asked_text(api, value, &text);

    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    error = rc == NGX_OK ? row->read(api, &text, filter)
                         : "it has to be a text";

    if (error == NULL) {
        return NGX_OK;
    }

    if (error == ngx_webhook_asked_foreign) {
        error = "there is none of that name";
    }

    (void) ngx_snprintf((u_char *) pointer, sizeof(pointer), "/filter/%s%Z",
                        row->name);

    return ngx_webhook_api_error(api, pointer, "%s", error) == NGX_OK
           ? NGX_DECLINED : NGX_ERROR;
}


/* A status, and a time in ms, may be numbers. */

static ngx_int_t
ngx_webhook_asked_text(ngx_webhook_api_t *api, json_t *value, ngx_str_t *text)
{
    if (json_is_string(value)) {
        text->data = (u_char *) json_string_value(value);
        text->len = json_string_length(value);

        return text->len ? NGX_OK : NGX_DECLINED;
    }

    if (!json_is_integer(value)) {
        return NGX_DECLINED;
    }

    text->data = ngx_pnalloc(api->pool, NGX_INT64_LEN);
    if (text->data == NULL) {
        return NGX_ERROR;
    }

    text->len = ngx_sprintf(text->data, "%L",
                            (int64_t) json_integer_value(value))
                - text->data;

    return NGX_OK;
}


static void
ngx_webhook_asked_init(ngx_webhook_api_t *api, webhook_filter_t *filter)
{
    ngx_memzero(filter, sizeof(webhook_filter_t));

    filter->state = -1;
    ngx_webhook_access_whose(&api->who, &filter->company);
}


/* Who asks for all companies may ask for an endpoint that is gone, of which
   there is history. */

static const char *
ngx_webhook_asked_endpoint(ngx_webhook_api_t *api, ngx_str_t *value,
    webhook_filter_t *filter)
{
    filter->endpoint = webhook_id_name(ngx_webhook_str(value));

    if (!ngx_webhook_scope_sees(api, filter->endpoint, ngx_webhook_str(value)))
    {
        return ngx_webhook_asked_foreign;
    }

    return NULL;
}


static const char *
ngx_webhook_asked_event(ngx_webhook_api_t *api, ngx_str_t *value,
    webhook_filter_t *filter)
{
    if (!webhook_pattern_valid(ngx_webhook_str(value))) {
        return "it has to be an event type or a pattern, such as "
               "\"order.add\" or \"order.*\"";
    }

    filter->type = *ngx_webhook_str(value);

    return NULL;
}


static const char *
ngx_webhook_asked_state(ngx_webhook_api_t *api, ngx_str_t *value,
    webhook_filter_t *filter)
{
    filter->state = webhook_state_parse(ngx_webhook_str(value));

    if (filter->state == -1) {
        return "it has to be \"pending\", \"sending\", \"delivered\", "
               "\"dead\" or \"cancelled\"";
    }

    return NULL;
}


/* "404", "5xx", "500-599". */

static const char *
ngx_webhook_asked_status(ngx_webhook_api_t *api, ngx_str_t *value,
    webhook_filter_t *filter)
{
    u_char     *p;
    ngx_int_t   least, most;

    p = value->data;

    if (value->len == 3 && p[1] == 'x' && p[2] == 'x') {
        least = ngx_atoi(p, 1);
        least = least == NGX_ERROR ? NGX_ERROR : least * 100;
        most = least + 99;

    } else if (value->len == 3) {
        least = ngx_atoi(p, 3);
        most = least;

    } else if (value->len == 7 && p[3] == '-') {
        least = ngx_atoi(p, 3);
        most = ngx_atoi(p + 4, 3);

    } else {
        least = NGX_ERROR;
        most = NGX_ERROR;
    }

    if (least < 100 || most > 599 || least > most) {
        return "it has to be a status from 100 to 599, \"5xx\" or "
               "\"500-504\"";
    }

    filter->least = (uint32_t) least;
    filter->most = (uint32_t) most;

    return NULL;
}


static const char *
ngx_webhook_asked_since(ngx_webhook_api_t *api, ngx_str_t *value,
    webhook_filter_t *filter)
{
    return ngx_webhook_asked_time(value, &filter->since);
}


static const char *
ngx_webhook_asked_until(ngx_webhook_api_t *api, ngx_str_t *value,
    webhook_filter_t *filter)
{
    return ngx_webhook_asked_time(value, &filter->until);
}


static const char *
ngx_webhook_asked_time(ngx_str_t *value, uint64_t *wall)
{
    int64_t  ms;

    if (webhook_date_parse(ngx_webhook_str(value), NULL, &ms) != WEBHOOK_OK
        || ms <= 0)
    {
        return "it has to be a time, such as \"2026-11-28T02:06:10Z\"";
    }

    *wall = (uint64_t) ms;

    return NULL;
}


static const char *
ngx_webhook_asked_company(ngx_webhook_api_t *api, ngx_str_t *value,
    webhook_filter_t *filter)
{
    if (!webhook_definition_is_company(ngx_webhook_str(value))) {
        return "it has to be the name of a company: up to 64 letters, digits, "
               "\"_\", \".\" and \"-\"";
    }

    if (!ngx_webhook_access_sees(&api->who, ngx_webhook_str(value))) {
        return ngx_webhook_asked_foreign;
    }

    filter->company.which = WEBHOOK_COMPANY_ONE;
    filter->company.name = *ngx_webhook_str(value);

    return NULL;
}


json_t *
ngx_webhook_asked_json(ngx_webhook_api_t *api, const webhook_filter_t *filter)
{
    int        failed;
    char       status[sizeof("500-599")];
    json_t    *json;
    ngx_str_t  endpoint;

    json = json_object();
    failed = json == NULL;

    if (filter->endpoint) {
        endpoint = ngx_webhook_scope_endpoint_id(api, filter->endpoint);

        failed |= json_object_set_new(json, "endpoint", endpoint.len
                            ? ngx_webhook_api_string(ngx_webhook_str(&endpoint))
                            : json_sprintf("#%016llx",
                                     (unsigned long long) filter->endpoint));
    }

    if (filter->type.len) {
        failed |= json_object_set_new(json, "event",
                                      ngx_webhook_api_string(&filter->type));
    }

    if (filter->state != -1) {
        failed |= json_object_set_new(json, "state",
              json_string(webhook_state_name((webhook_state_e) filter->state)));
    }

    if (filter->most) {
        (void) ngx_snprintf((u_char *) status, sizeof(status), "%uD-%uD%Z",
                            filter->least, filter->most);
        failed |= json_object_set_new(json, "status", json_string(status));
    }

    if (filter->since) {
        failed |= json_object_set_new(json, "since",
                                      ngx_webhook_api_time(filter->since));
    }

    if (filter->until) {
        failed |= json_object_set_new(json, "until",
                                      ngx_webhook_api_time(filter->until));
    }

    if (filter->company.which == WEBHOOK_COMPANY_ONE) {
        failed |= json_object_set_new(json, "company",
                                 ngx_webhook_api_string(&filter->company.name));
    }

    if (failed) {
        json_decref(json);
        return NULL;
    }

    return json;
}


ngx_int_t
ngx_webhook_asked_delivery(ngx_str_t *text, webhook_id_t *event,
    uint64_t *endpoint, ngx_str_t *name)
{
    u_char         *p;
    size_t          i;
    webhook_str_t   id;

    if (text->len < WEBHOOK_ID_TEXT_LEN + 2
        || text->data[WEBHOOK_ID_TEXT_LEN] != '.')
    {
        return NGX_DECLINED;
    }

    id.data = text->data;
    id.len = WEBHOOK_ID_TEXT_LEN;

    if (webhook_id_parse(&id, event) != WEBHOOK_OK) {
        return NGX_DECLINED;
    }

    name->data = text->data + WEBHOOK_ID_TEXT_LEN + 1;
    name->len = text->len - WEBHOOK_ID_TEXT_LEN - 1;

    p = name->data;

    /* one that was never named is known by its number */

    if (name->len == 17 && *p == '#') {
        *endpoint = 0;

        for (i = 1; i < 17; i++) {

            if (p[i] >= '0' && p[i] <= '9') {
                *endpoint = *endpoint << 4 | (uint64_t) (p[i] - '0');

            } else if (p[i] >= 'a' && p[i] <= 'f') {
                *endpoint = *endpoint << 4 | (uint64_t) (p[i] - 'a' + 10);

            } else {
                return NGX_DECLINED;
            }
        }

        ngx_str_null(name);

        return *endpoint ? NGX_OK : NGX_DECLINED;
    }

    *endpoint = webhook_id_name(ngx_webhook_str(name));

    return NGX_OK;
}
