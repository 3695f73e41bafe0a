
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Definitions as the store keeps them, as they are shown, and what changed.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "definition_util.h"


static const char  given[] =
    "{'name': 'erp', 'url': 'https://u:p4ss@erp.example.com:8443/h00k?k=url-key"
    "', 'headers': [{'name': 'X-Key', 'value': 'header-key'}], 'secret': "
    "'whsec_QWxsIHRoYXQgaXMgaGVyZSBpcyBzZWNyZXQ=', 'sign': [{'header': 'X-S', "
    "'secret': 'sign-key'}], 'auth': {'type': 'bearer', 'token': 'auth-key', '"
    "token_url': 'https://login.example.com/t0ken'}}";

static const char  *secrets[] = {
    "p4ss", "h00k", "url-key", "header-key", "QWxsIHRo", "sign-key", "auth-key",
    "t0ken"
};


static void
add_key(webhook_seal_ring_t *ring, const char *key)
{
    const char     *err;
    webhook_str_t   text;

    text.data = (unsigned char *) key;
    text.len = strlen(key);

    (void) webhook_seal_add(ring, &text, &err);
}


static int
open_as(webhook_definition_kind_e kind, const char *id,
    const webhook_buf_t *data, const webhook_seal_ring_t *ring,
    json_t **definition)
{
    webhook_str_t  name, text;

    name.data = (unsigned char *) id;
    name.len = strlen(id);
    text.data = data->data;
    text.len = data->len;

    return webhook_definition_open(kind, &name, &text, ring, definition);
}


static void
test_kept(void)
{
    int                  rc;
    size_t               i, found;
    json_t              *json, *back;
    webhook_buf_t        data;
    webhook_str_t        id, text;
    webhook_seal_ring_t  ring, other;

    memset(&ring, 0, sizeof(ring));
    memset(&other, 0, sizeof(other));

    add_key(&ring, "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");
    add_key(&other, "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=");

    webhook_buf_init(&data, 0);

    json = merge(EP, NULL, given, NOW, NULL);
    id.data = (unsigned char *) "ep_1";
    id.len = 4;

    tap_ok(webhook_definition_seal(EP, &id, json, NULL, &data)
           == WEBHOOK_DEFINITION_LOCKED && data.len == 0,
           "without a key nothing is kept");
    tap_ok(webhook_definition_seal(EP, &id, json, &ring, &data) == WEBHOOK_OK,
           "sealed");

    found = 0;

    for (i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
        found += memmem(data.data, data.len, secrets[i], strlen(secrets[i]))
                 != NULL;
    }

    tap_ok(found == 0, "no secret is in it");
    tap_ok(memmem(data.data, data.len, "erp.example.com", 15) != NULL,
           "and what is none, is");

    rc = open_as(EP, "ep_1", &data, &ring, &back);
    tap_ok(rc == WEBHOOK_OK && json_equal(json, back), "opened: it is as it was");
    json_decref(back);

    tap_ok(open_as(EP, "ep_2", &data, &ring, &back) == WEBHOOK_ERROR
           && back == NULL, "not as another");
    tap_ok(open_as(RC, "ep_1", &data, &ring, &back) == WEBHOOK_ERROR
           && back == NULL, "nor as another kind");

    rc = open_as(EP, "ep_1", &data, &other, &back);
    tap_ok(rc == WEBHOOK_DEFINITION_LOCKED, "without its key");
    is(say(back), "{'name':'erp','url':'https://erp.example.com:8443/***',"
       "'headers':[{'name':'X-Key','value':'***'}],'secrets':[{'id':'k1',"
       "'created':'2026-11-28T02:06:10.432Z','expires':null,'hint':"
       "'whsec_QW...'}],'sign':[{'header':'X-S','secrets':[{'id':'k1',"
       "'created':'2026-11-28T02:06:10.432Z','expires':null,'hint':'***'}]}],"
       "'auth':{'type':'bearer','token':'***','token_url':"
       "'https://login.example.com/***'}}", "there are masks");
    json_decref(back);

    text.data = data.data;
    text.len = data.len;

    tap_ok(webhook_definition_current(&text, &ring), "by the first key");
    add_key(&other, "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");
    tap_ok(!webhook_definition_current(&text, &other), "by another");

    /* the clear part is bound as well */

    found = 0;

    for (i = 0; i < data.len; i++) {
        data.data[i] ^= 1;
        rc = open_as(EP, "ep_1", &data, &ring, &back);
        found += rc == WEBHOOK_OK;
        json_decref(back);
        data.data[i] ^= 1;
    }

    tap_ok(found == 0, "not with any byte changed");

    for (i = 0; i < data.len; i++) {
        text.len = i;
        found += webhook_definition_open(EP, &id, &text, &ring, &back)
                 != WEBHOOK_ERROR;
    }

    tap_ok(found == 0, "not with any byte missing");

    json_decref(json);
    webhook_buf_free(&data);
}


static void
test_receiver(void)
{
    int                  rc;
    json_t              *json, *back;
    webhook_buf_t        data;
    webhook_str_t        id;
    webhook_seal_ring_t  ring;

    memset(&ring, 0, sizeof(ring));
    add_key(&ring, "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");

    webhook_buf_init(&data, 0);
    id.data = (unsigned char *) "rc_1";
    id.len = 4;

    json = merge(RC, NULL, "{'name': 'a', 'actions': [{'method': 'POST', "
                 "'uri': '/pos/a'}]}", NOW, NULL);

    tap_ok(webhook_definition_seal(RC, &id, json, NULL, &data) == WEBHOOK_OK,
           "without a key the token's digest is kept");

    rc = open_as(RC, "rc_1", &data, NULL, &back);
    tap_ok(rc == WEBHOOK_OK
           && strlen(at(back, "/tokens/0/sha256")) == 64
           && strcmp(at(back, "/tokens/0/secret"), "NULL") == 0,
           "and not the token");

    (void) fields_of(RC, json, 0);
    tap_ok(strncmp(said, "secret|sha256:", 14) == 0, "its field");
    {
        char  one[128];

        (void) snprintf(one, sizeof(one), "%.*s", (int) strcspn(said, "\n"),
                        said);
        (void) fields_of(RC, back, 0);
        tap_ok(strncmp(said, one, strlen(one)) == 0, "is the same one");
    }

    json_decref(back);
    data.len = 0;

    (void) webhook_definition_seal(RC, &id, json, &ring, &data);
    rc = open_as(RC, "rc_1", &data, &ring, &back);
    tap_ok(rc == WEBHOOK_OK
           && json_equal(json_object_get(json_array_get(json_object_get(json,
                                                  "tokens"), 0), "secret"),
                         json_object_get(json_array_get(json_object_get(back,
                                                  "tokens"), 0), "secret")),
           "with a key it can be told again");

    json_decref(back);
    json_decref(json);

    data.len = 0;
    json = merge(RC, NULL, "{'name': 'a', 'verify': {'preset': 'github', "
                 "'secret': 'key'}}", NOW, NULL);
    tap_ok(webhook_definition_seal(RC, &id, json, NULL, &data)
           == WEBHOOK_DEFINITION_LOCKED, "a key to verify is not kept so");
    json_decref(json);

    webhook_buf_free(&data);
}


static void
test_shown(void)
{
    size_t   i, found;
    json_t  *json, *shown;

    json = merge(EP, NULL, given, NOW, NULL);

    shown = webhook_definition_show(EP, json, WEBHOOK_DEFINITION_SETTING);
    is(say(shown), "{'name':'erp','description':null,'company':null,'url':"
       "'https://u:p4ss@erp.example.com:8443/h00k?k=url-key','events':[],"
       "'headers':[{'name':'X-Key','value':'***'}],'format':null,'envelope':"
       "null,'body':null,'filter':[],'order_by':null,'secrets':[{'id':'k1',"
       "'hint':'whsec_QW...','created':'2026-11-28T02:06:10.432Z','expires':"
       "null}],'sign':[{'header':'X-S','secrets':[{'id':'k1','hint':'***',"
       "'created':'2026-11-28T02:06:10.432Z','expires':null}]}],'auth':"
       "{'type':'bearer','token':'***','token_url':"
       "'https://login.example.com/t0ken'},'success':[],'retry':null,'timeout':"
       "null,'limit':null,'breaker':null,'tls':null}",
       "as who may set it sees it");
    json_decref(shown);

    shown = webhook_definition_show(EP, json, WEBHOOK_DEFINITION_MASKED);
    (void) say(shown);

    found = 0;

    for (i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
        found += strstr(said, secrets[i]) != NULL;
    }

    tap_ok(found == 0, "nothing of them where all is masked");
    is(at(shown, "/url"), "https://erp.example.com:8443/***", "the URL");
    is(at(shown, "/secrets/0/hint"), "***", "no hint");
    json_decref(shown);
    json_decref(json);

    json = merge(EP, NULL, "{'name': 'a', 'url': 'https://a.example.com/'}",
                 NOW, NULL);
    shown = webhook_definition_show(EP, json, WEBHOOK_DEFINITION_MASKED);
    is(at(shown, "/url"), "https://a.example.com/", "a URL that hides nothing");
    json_decref(shown);
    json_decref(json);

    json = merge(EP, NULL, "{'name': 'a', 'url': 'https://a.example.com?k=1'}",
                 NOW, NULL);
    shown = webhook_definition_show(EP, json, WEBHOOK_DEFINITION_MASKED);
    is(at(shown, "/url"), "https://a.example.com/***", "one with a query");
    json_decref(shown);
    json_decref(json);

    json = merge(EP, NULL, "{'name': 'a', 'url': 'a-secret-text'}", NOW, NULL);
    shown = webhook_definition_show(EP, json, WEBHOOK_DEFINITION_MASKED);
    is(at(shown, "/url"), "***", "what is no URL");
    json_decref(shown);
    json_decref(json);
}


/* An object that was read can be sent back. */

static void
test_back(void)
{
    size_t   i;
    char    *text;
    json_t  *json, *shown, *new;

    static const webhook_definition_view_e  views[] = {
        WEBHOOK_DEFINITION_MASKED, WEBHOOK_DEFINITION_SETTING
    };

    json = merge(EP, NULL, given, NOW, NULL);

    for (i = 0; i < 2; i++) {
        shown = webhook_definition_show(EP, json, views[i]);
        json_object_set_new(shown, "version", json_integer(7));

        text = json_dumps(shown, 0);
        new = merge(EP, json, text, NOW + DAY, NULL);
        tap_ok(json_equal(json, new), "sent back as it was shown: %s", said);

        free(text);
        json_decref(new);
        json_decref(shown);
    }

    json_decref(json);
}


static void
test_changes(void)
{
    char    *text;
    json_t  *old, *new, *changes;

    old = merge(EP, NULL, given, NOW, NULL);
    new = merge(EP, old, "{'url': 'https://erp.example.com:8443/other', "
                "'events': ['a'], 'secret': 'another one'}", NOW, NULL);

    changes = webhook_definition_changes(EP, old, new);
    is(say(changes), "[{'pointer':'/url','from':"
       "'https://erp.example.com:8443/***','to':"
       "'https://erp.example.com:8443/***'},{'pointer':'/events','from':[],"
       "'to':['a']},{'pointer':'/secrets','from':[{'id':'k1','hint':'***',"
       "'created':'2026-11-28T02:06:10.432Z','expires':null}],'to':[{'id':'k2',"
       "'hint':'***','created':'2026-11-28T02:06:10.432Z','expires':null}]}]",
       "what changed");
    json_decref(changes);
    json_decref(new);

    changes = webhook_definition_changes(EP, old, old);
    is(say(changes), "[]", "nothing");
    json_decref(changes);

    changes = webhook_definition_changes(EP, NULL, old);
    is(at(changes, "/0"), "{'pointer':'/name','from':null,'to':'erp'}",
       "a new one");
    json_decref(changes);

    text = malloc(4000);
    (void) sprintf(text, "{'body': '%3000s'}", "x");
    new = merge(EP, old, text, NOW, NULL);
    free(text);

    changes = webhook_definition_changes(EP, old, new);
    is(at(changes, "/0"), "{'pointer':'/body','from':null,'to':"
       "'(3002 bytes)'}", "a long one");
    json_decref(changes);

    json_decref(new);
    json_decref(old);
}


/* jansson's, of which one fails, and all after it */

static int  left;


static void *
allocate(size_t size)
{
    return left-- > 0 ? malloc(size) : NULL;
}


static void
test_nomem(void)
{
    int                  rc, n;
    json_t              *json, *back;
    webhook_buf_t        data;
    webhook_str_t        id;
    webhook_seal_ring_t  ring;

    memset(&ring, 0, sizeof(ring));

    add_key(&ring, "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");

    webhook_buf_init(&data, 0);

    json = merge(EP, NULL, given, NOW, NULL);
    id.data = (unsigned char *) "ep_1";
    id.len = 4;

    (void) webhook_definition_seal(EP, &id, json, &ring, &data);

    rc = WEBHOOK_NOMEM;

    for (n = 0; rc == WEBHOOK_NOMEM && n < 10000; n++) {

        left = n;
        json_set_alloc_funcs(allocate, free);

        rc = open_as(EP, "ep_1", &data, &ring, &back);

        json_set_alloc_funcs(malloc, free);

        if (rc != WEBHOOK_OK && back) {
            rc = WEBHOOK_ERROR;
        }
    }

    tap_ok(rc == WEBHOOK_OK && n > 20,
           "nomem: %d allocations are enough, with fewer nothing is damaged",
           n - 1);
    tap_ok(json_equal(json, back), "nomem: it is as it was then");

    json_decref(back);
    json_decref(json);
    webhook_buf_free(&data);
}


int
main(void)
{
    test_kept();
    test_nomem();
    test_receiver();
    test_shown();
    test_back();
    test_changes();

    return tap_done();
}
