
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/admin/routes/whole/ngx_http_webhook_import_log.h"


static ngx_uint_t ngx_webhook_import_log_is(json_t *one, size_t item);


ngx_int_t
ngx_webhook_import_log_init(ngx_webhook_api_t *api,
    ngx_webhook_import_log_t *log)
{
    log->place = 0;

    log->done = api->begun.data ? json_loadb((char *) api->begun.data,
                                             api->begun.len, 0, NULL)
                                : json_array();

    return json_is_array(log->done) ? NGX_OK : NGX_ERROR;
}


void
ngx_webhook_import_log_free(ngx_webhook_import_log_t *log)
{
    json_decref(log->done);
    log->done = NULL;
}


json_t *
ngx_webhook_import_log_known(ngx_webhook_import_log_t *log, size_t item)
{
    json_t  *one;

    one = json_array_get(log->done, log->place);

    if (!ngx_webhook_import_log_is(one, item)) {
        return NULL;
    }

    log->place++;

    return one;
}


static ngx_uint_t
ngx_webhook_import_log_is(json_t *one, size_t item)
{
    return one && json_integer_value(json_object_get(one, "item"))
                  == (json_int_t) item;
}


ngx_int_t
ngx_webhook_import_log_keep(ngx_webhook_api_t *api,
    ngx_webhook_import_log_t *log, size_t item, const char *result,
    const webhook_str_t *id, ngx_pool_t *pool, ngx_str_t *answer)
{
    char            *text;
    ngx_int_t        rc;
    ngx_str_t        what;
    webhook_once_t   once;

    /* where somebody was faster it is judged, and kept, once more */

    ngx_webhook_import_log_drop(log, item);

    /* those behind it were done by an earlier request */

    if (json_array_insert_new(log->done, log->place,
                              json_pack("{s:I, s:s, s:o}",
                                        "item", (json_int_t) item,
                                        "result", result,
                                        "id", ngx_webhook_api_string(id)))
        != 0)
    {
        return NGX_ERROR;
    }

    log->place++;

    text = json_dumps(log->done, JSON_COMPACT);
    if (text == NULL) {
        return NGX_ERROR;
    }

    what.data = (u_char *) text;
    what.len = ngx_strlen(text);

    rc = ngx_webhook_api_begun(api, pool, &what, &once);

    *answer = *ngx_webhook_nstr(&once.answer);

    free(text);

    return rc;
}


void
ngx_webhook_import_log_drop(ngx_webhook_import_log_t *log, size_t item)
{
    if (log->place
        && ngx_webhook_import_log_is(json_array_get(log->done, log->place - 1),
                                     item))
    {
        (void) json_array_remove(log->done, --log->place);
    }
}
