
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/media/webhook_media_find.h"
#include "core/json/webhook_json.h"
#include "core/media/webhook_media.h"


#define WEBHOOK_MEDIA_FIND_VALUES  (4 * 1024 * 1024)


typedef struct {
    const webhook_str_t  *value;
    webhook_buf_t         text;         /* of the string that is looked at */
    int                   each;         /* the path ends in "[]" */
} webhook_media_find_t;


static int webhook_media_find_json(const webhook_path_t *path,
    const webhook_str_t *value, const webhook_str_t *json, int *found);
static int webhook_media_find_visit(webhook_path_walk_t *w,
    const webhook_json_value_t *v);
static int webhook_media_find_is(webhook_media_find_t *ctx,
    const webhook_json_value_t *v);


int
webhook_media_find(const webhook_path_t *path, const webhook_str_t *value,
    const webhook_str_t *type, const webhook_str_t *body, int *found)
{
    int                    rc;
    webhook_str_t          json;
    webhook_buf_t          made;
    webhook_media_e        media;
    webhook_xml_limits_t   limits;

    *found = 0;

    if (body->len == 0) {
        return WEBHOOK_OK;
    }

    if (body->len > WEBHOOK_MEDIA_FIND_MAX) {
        return WEBHOOK_LIMIT;
    }

    media = webhook_media(type, WEBHOOK_MEDIA_LOOSE);

    if (media != WEBHOOK_MEDIA_XML && media != WEBHOOK_MEDIA_FORM
        && media != WEBHOOK_MEDIA_MULTIPART)
    {
        return webhook_media_find_json(path, value, body, found);
    }

    memset(&limits, 0, sizeof(webhook_xml_limits_t));
    limits.max_nodes = WEBHOOK_MEDIA_FIND_VALUES;

    webhook_buf_init(&made, 2 * WEBHOOK_MEDIA_FIND_MAX);

    rc = webhook_media_json(media, WEBHOOK_MEDIA_LOOSE, type, body, &limits,
                            &made, NULL);

    if (rc == WEBHOOK_OK) {
        json.data = made.data;
        json.len = made.len;

        rc = webhook_media_find_json(path, value, &json, found);
    }

    webhook_buf_free(&made);

    return rc;
}


static int
webhook_media_find_json(const webhook_path_t *path,
    const webhook_str_t *value, const webhook_str_t *json, int *found)
{
    int                    rc;
    webhook_str_t          name;
    webhook_json_doc_t    *doc;
    webhook_path_walk_t    walk;
    webhook_media_find_t   ctx;
    webhook_json_limits_t  limits;

    memset(&limits, 0, sizeof(webhook_json_limits_t));
    limits.max_values = WEBHOOK_MEDIA_FIND_VALUES;

    rc = webhook_json_read(json, &limits, &doc, NULL);
    if (rc != WEBHOOK_OK) {
        return rc;
    }

    ctx.value = value;
    ctx.each = webhook_path_each(path, webhook_path_steps(path) - 1, &name);
    webhook_buf_init(&ctx.text, 0);

    memset(&walk, 0, sizeof(webhook_path_walk_t));

    walk.doc = doc;
    walk.visit = webhook_media_find_visit;
    walk.ctx = &ctx;
    walk.strict = 1;

    rc = webhook_path_walk(path, 0, NULL, &walk);

    if (rc == 1) {
        *found = 1;
        rc = WEBHOOK_OK;

    } else if (rc == 0 && walk.twice) {

        /* the key's other value was not looked at */

        rc = WEBHOOK_ERROR;
    }

    webhook_buf_free(&ctx.text);
    webhook_json_free(doc);

    return rc;
}


/* 1: it is the value; 0: look on. */

static int
webhook_media_find_visit(webhook_path_walk_t *w,
    const webhook_json_value_t *v)
{
    int                    rc;
    uint32_t               iter;
    webhook_json_value_t   element;

    if (v->type != WEBHOOK_JSON_ARRAY) {
        return webhook_media_find_is(w->ctx, v);
    }

    if (!((webhook_media_find_t *) w->ctx)->each) {
        return 0;
    }

    rc = 0;
    iter = 0;

    while (rc == 0
           && webhook_json_next(w->doc, v, &iter, NULL, &element)
              == WEBHOOK_OK)
    {
        rc = webhook_media_find_is(w->ctx, &element);
    }

    return rc;
}


static int
webhook_media_find_is(webhook_media_find_t *ctx,
    const webhook_json_value_t *v)
{
    int            rc;
    webhook_str_t  text;

    switch (v->type) {

    case WEBHOOK_JSON_NUMBER:
    case WEBHOOK_JSON_TRUE:
    case WEBHOOK_JSON_FALSE:
        return webhook_str_eq(&v->span, ctx->value);

    case WEBHOOK_JSON_STRING:
        ctx->text.len = 0;

        rc = webhook_json_decode(&v->span, &ctx->text);
        if (rc != WEBHOOK_OK) {
            return rc;
        }

        text.data = ctx->text.data;
        text.len = ctx->text.len;

        return webhook_str_eq(&text, ctx->value);

    default:
        return 0;
    }
}
