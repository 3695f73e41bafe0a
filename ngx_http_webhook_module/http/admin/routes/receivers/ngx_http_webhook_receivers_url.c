
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * POST receivers/{id}/reveal and sample: what needs the token of a receiver's
 * URL.  Both are in the audit before anybody sees it.
 */

#include "core/curl/webhook_curl.h"
#include "http/admin/routes/common/ngx_http_webhook_objects.h"
#include "http/admin/routes/common/ngx_http_webhook_record.h"
#include "http/admin/routes/receivers/ngx_http_webhook_receivers_int.h"
#include "http/inbound/try/ngx_http_webhook_sample.h"


typedef struct {
    json_t                    *definition;
    ngx_webhook_scope_thing_t  thing;
    ngx_str_t                  body;            /* of a sample; data NULL: none
                                                   is given */
} ngx_webhook_receivers_url_t;


static ngx_int_t ngx_webhook_receivers_reveal_go(ngx_webhook_api_t *api,
    const webhook_object_t *object, json_t *definition);
static ngx_int_t ngx_webhook_receivers_reveal_end(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_receivers_sample_go(ngx_webhook_api_t *api,
    const webhook_object_t *object, json_t *definition);
static ngx_int_t ngx_webhook_receivers_sample_body(ngx_webhook_api_t *api,
    ngx_str_t *body);
static ngx_int_t ngx_webhook_receivers_sample_end(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_receivers_url(ngx_webhook_api_t *api,
    const char *action, json_t *definition, const ngx_str_t *body,
    ngx_webhook_api_pt end);
static void ngx_webhook_receivers_url_forget(void *data);
static json_t *ngx_webhook_receivers_token(ngx_webhook_api_t *api,
    json_t *token);
static json_t *ngx_webhook_receivers_token_url(ngx_webhook_api_t *api,
    json_t *token);


ngx_int_t
ngx_webhook_receivers_reveal(ngx_webhook_api_t *api)
{
    return ngx_webhook_objects_read(api, WEBHOOK_OBJECT_RECEIVER,
                                    ngx_webhook_receivers_reveal_go);
}


static ngx_int_t
ngx_webhook_receivers_reveal_go(ngx_webhook_api_t *api,
    const webhook_object_t *object, json_t *definition)
{
    if (definition
        && (api->wmcf->registry == NULL
            || api->wmcf->registry->bounds.receive.len == 0))
    {
        return ngx_webhook_api_problem(api, NGX_HTTP_CONFLICT,
                                       "There is no \"receive\" in "
                                       "webhook_registry {}, which would say "
                                       "what the URLs of receivers are");
    }

    return ngx_webhook_receivers_url(api, "receiver.reveal", definition, NULL,
                                     ngx_webhook_receivers_reveal_end);
}


ngx_int_t
ngx_webhook_receivers_sample(ngx_webhook_api_t *api)
{
    ngx_int_t  rc;

    rc = ngx_webhook_api_members(api, "body");

    if (rc != NGX_OK) {
        return rc == NGX_DECLINED ? NGX_OK : NGX_ERROR;
    }

    return ngx_webhook_objects_read(api, WEBHOOK_OBJECT_RECEIVER,
                                    ngx_webhook_receivers_sample_go);
}


static ngx_int_t
ngx_webhook_receivers_sample_go(ngx_webhook_api_t *api,
    const webhook_object_t *object, json_t *definition)
{
    ngx_int_t  rc;
    ngx_str_t  body;

    rc = ngx_webhook_receivers_sample_body(api, &body);

    if (rc != NGX_OK) {
        return rc == NGX_DECLINED ? NGX_OK : NGX_ERROR;
    }

    return ngx_webhook_receivers_url(api, "receiver.sample", definition, &body,
                                     ngx_webhook_receivers_sample_end);
}


/* What is given for the command has to stand in it.  NGX_DECLINED: a 422 was
   set. */

static ngx_int_t
ngx_webhook_receivers_sample_body(ngx_webhook_api_t *api, ngx_str_t *body)
{
    ngx_int_t                  rc;
    ngx_webhook_scope_thing_t  thing;

    (void) ngx_webhook_scope_receiver(api, &api->values[0], &thing);

    rc = ngx_webhook_receivers_given(api, thing.receiver, body);

    if (rc != NGX_OK) {
        return rc;
    }

    if (body->len > WEBHOOK_CURL_BODY_MAX) {
        return ngx_webhook_receivers_wrong(api,
                   ngx_webhook_api_error(api, "/body",
                                         "it has %uz bytes, and a command "
                                         "takes up to %d", body->len,
                                         WEBHOOK_CURL_BODY_MAX));
    }

    if (!webhook_curl_plain(ngx_webhook_str(body))) {
        return ngx_webhook_receivers_wrong(api,
                   ngx_webhook_api_error(api, "/body",
                                         "it has control characters, which "
                                         "cannot stand in a command"));
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_receivers_url(ngx_webhook_api_t *api, const char *action,
    json_t *definition, const ngx_str_t *body, ngx_webhook_api_pt end)
{
    ngx_pool_cleanup_t           *cln;
    ngx_webhook_receivers_url_t  *url;

    /* the answer is not kept for a repeat, which is to be in the audit, too */

    api->once.keep = 0;

    if (definition == NULL) {
        return ngx_webhook_api_problem(api, NGX_HTTP_CONFLICT,
                                       "The receiver is in nginx.conf, and "
                                       "only a digest of its URL is known");
    }

    cln = ngx_pool_cleanup_add(api->pool,
                               sizeof(ngx_webhook_receivers_url_t));
    if (cln == NULL) {
        return NGX_ERROR;
    }

    url = cln->data;
    url->definition = json_incref(definition);
    ngx_str_null(&url->body);
    cln->handler = ngx_webhook_receivers_url_forget;

    if (!ngx_webhook_scope_receiver(api, &api->values[0], &url->thing)) {
        return ngx_webhook_api_not_found(api, "receiver", &api->values[0]);
    }

    if (body) {
        url->body = *body;
    }

    ngx_webhook_scope(api)->data = url;

    return ngx_webhook_record(api, action, &url->thing.id,
                              ngx_webhook_str(&url->thing.company), NULL, NULL,
                              end);
}


static void
ngx_webhook_receivers_url_forget(void *data)
{
    ngx_webhook_receivers_url_t *url = data;

    json_decref(url->definition);
    url->definition = NULL;
}


/* The newest token comes first, as rotate puts it there. */

static ngx_int_t
ngx_webhook_receivers_reveal_end(ngx_webhook_api_t *api)
{
    size_t                        i;
    json_t                       *tokens, *list, *item, *url;
    ngx_webhook_receivers_url_t  *ctx;

    ctx = ngx_webhook_scope(api)->data;

    tokens = json_object_get(ctx->definition, "tokens");
    list = json_array();

    for (i = 0; list && i < json_array_size(tokens); i++) {

        item = ngx_webhook_receivers_token(api, json_array_get(tokens, i));

        if (json_array_append_new(list, item) != 0) {
            json_decref(list);
            list = NULL;
        }
    }

    if (list == NULL) {
        return NGX_ERROR;
    }

    url = json_object_get(json_array_get(list, 0), "url");

    return ngx_webhook_api_json(api, NGX_HTTP_OK,
                                json_pack("{s:O?, s:o}", "url", url,
                                          "tokens", list));
}


static json_t *
ngx_webhook_receivers_token(ngx_webhook_api_t *api, json_t *token)
{
    return json_pack("{s:O?, s:o, s:O?, s:O?}",
                     "id", json_object_get(token, "id"),
                     "url", ngx_webhook_receivers_token_url(api, token),
                     "created", json_object_get(token, "created"),
                     "expires", json_object_get(token, "expires"));
}


/* Of one that was made while there was no key nobody knows more than its
   digest. */

static json_t *
ngx_webhook_receivers_token_url(ngx_webhook_api_t *api, json_t *token)
{
    const char  *secret;

    secret = json_string_value(json_object_get(token, "secret"));

    return secret ? ngx_webhook_shown_receive(api, secret) : json_null();
}


static ngx_int_t
ngx_webhook_receivers_sample_end(ngx_webhook_api_t *api)
{
    json_t                       *tokens;
    ngx_int_t                     rc;
    ngx_str_t                     token, line, error;
    const char                   *secret;
    ngx_webhook_receivers_url_t  *ctx;

    ctx = ngx_webhook_scope(api)->data;

    tokens = json_object_get(ctx->definition, "tokens");
    secret = json_string_value(json_object_get(json_array_get(tokens, 0),
                                               "secret"));

    if (secret == NULL || ctx->thing.receiver == NULL) {
        return ngx_webhook_api_problem(api, NGX_HTTP_CONFLICT,
                                       "The token of the receiver's URL is not "
                                       "known, or the receiver is held: "
                                       "\"rotate\" makes a new one");
    }

    token.data = (u_char *) secret;
    token.len = ngx_strlen(secret);

    rc = ngx_webhook_sample(ctx->thing.receiver, api->pool, &token, &ctx->body,
                            &line, &error);

    if (rc == NGX_DECLINED) {
        return ngx_webhook_api_problem(api, NGX_HTTP_CONFLICT, "%V", &error);
    }

    if (rc != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_webhook_api_json(api, NGX_HTTP_OK,
                                json_pack("{s:o}", "command",
                                          ngx_webhook_api_string(
                                                  ngx_webhook_str(&line))));
}
