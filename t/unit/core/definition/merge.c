
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Members that are given: judged, and merged into what there is.
 */

#include "definition_util.h"


static void
test_refused(void)
{
    json_t  *old;

    refused(EP, NULL, "[]", ": it has to be an object");
    refused(EP, NULL, "{}", "/name: it is missing\n/url: it is missing");
    refused(EP, NULL, "{'name': 'a', 'urls': 'x', 'url': 'http://a'}",
            "/urls: unknown member \"urls\", did you mean \"url\"?");
    refused(EP, NULL, "{'name': 'a', 'url': 'http://a', 'a/b~\\u0007': 1}",
            "/a~1b~0\a: unknown member \"a/b~?\"");
    refused(EP, NULL, "{'name': 'a', 'url': 'http://a', 'proxy': 'x'}",
            "/proxy: \"proxy\" can be set only in nginx.conf");
    refused(EP, NULL, "{'name': '', 'url': 5}",
            "/name: it is empty: leave it out, or write null, for none\n"
            "/url: it has to be a text");
    refused(EP, NULL, "{'name': 'a\\nb', 'url': 'http://a'}",
            "/name: it has a control character in it");
    refused(EP, NULL, "{'name': 'a', 'url': 'http://a', 'company': 'a/b'}",
            "/company: it has to be letters, digits, \"_\", \".\" and \"-\"");
    refused(EP, NULL, "{'name': 'a', 'url': 'http://a', 'retry': {"
            "'attempts': '12', 'factor': 'x', 'frist': '1m'}}",
            "/retry/frist: unknown member \"frist\", did you mean \"first\"?\n"
            "/retry/attempts: it has to be an integer\n"
            "/retry/factor: it has to be a number");
    refused(EP, NULL, "{'name': 'a', 'url': 'http://a', 'retry': 12}",
            "/retry: it has to be an object");
    refused(EP, NULL, "{'name': 'a', 'url': 'http://a', 'envelope': 1}",
            "/envelope: it has to be a text or an object");
    refused(EP, NULL, "{'name': 'a', 'url': 'http://a', 'events': ['a', 1]}",
            "/events/1: it has to be a text");
    refused(EP, NULL, "{'name': 'a', 'url': 'http://a', 'events': 1}",
            "/events: it has to be a text or a list of such");
    refused(EP, NULL, "{'name': 'a', 'url': 'http://a', 'headers': ["
            "{'name': 'X-A'}, {'value': 'b'}]}",
            "/headers/0/value: it is missing\n/headers/1/name: it is missing");
    refused(EP, NULL, "{'name': 'a', 'url': 'http://a', 'headers': ["
            "{'name': 'X-A', 'value': '***'}]}",
            "/headers/0/value: it is a mask, and there is no value that it "
            "stands for: give the value");
    refused(EP, NULL, "{'name': 'a', 'url': 'https://a/***'}",
            "/url: it is a mask, and there is no value that it stands for: "
            "give the value");
    refused(EP, NULL, "{'name': 'a', 'url': 'http://a', 'tls': {'ca': 'x'}}",
            "/tls/ca: \"ca\" can be set only in nginx.conf");
    refused(RC, NULL, "{'name': 'a', 'handshake': [{'type': 'sns', "
            "'confirm': 'https://a'}], 'api': 'http://a'}",
            "/api: \"api\" can be set only in nginx.conf\n"
            "/handshake/0/confirm: \"confirm\" can be set only in nginx.conf");
    refused(RC, NULL, "{'name': 'a', 'secret': 'abc'}",
            "/secret: unknown member \"secret\"");

    old = merge(EP, NULL, "{'name': 'a', 'url': 'http://a', 'company': '1'}",
                NOW, NULL);

    refused(EP, old, "{'company': '2'}", "/company: it cannot be changed: "
            "create another one for another company");
    refused(EP, old, "{'company': null}", "/company: it cannot be changed: "
            "create another one for another company");
    refused(EP, old, "{'name': null}", "/name: it is missing");

    json_decref(old);
}


/* Bounds: of texts, lists, depth, and all of it. */

static void
test_bounds(void)
{
    size_t   i;
    char    *text, *p;
    json_t  *new, *old, *made;

    text = malloc(400000);

    p = text + sprintf(text, "{'name': '");
    memset(p, 'x', 256);
    strcpy(p + 256, "', 'url': 'http://a'}");
    new = merge(EP, NULL, text, NOW, NULL);
    is(said, "/name: it is longer than 255 bytes", "a long name");

    strcpy(p + 255, "', 'url': 'http://a'}");
    new = merge(EP, NULL, text, NOW, NULL);
    tap_ok(new != NULL, "one that is just not too long");
    json_decref(new);

    p = text + sprintf(text, "{'name': 'a', 'url': 'http://a', 'filter': ['x'");
    for (i = 0; i < 64; i++) {
        p += sprintf(p, ", 'x'");
    }
    strcpy(p, "]}");
    new = merge(EP, NULL, text, NOW, NULL);
    is(said, "/filter: it has more than 64 elements", "a long list");

    p = text + sprintf(text, "{'name': 'a', 'url': 'http://a', 'body': ");
    for (i = 0; i < 31; i++) {
        p += sprintf(p, "[");
    }
    for (i = 0; i < 31; i++) {
        p += sprintf(p, "]");
    }
    strcpy(p, "}");
    new = merge(EP, NULL, text, NOW, NULL);
    tap_ok(new != NULL, "nested as deep as it may be");
    json_decref(new);

    p = text + sprintf(text, "{'name': 'a', 'url': 'http://a', 'body': ");
    for (i = 0; i < 32; i++) {
        p += sprintf(p, "[");
    }
    for (i = 0; i < 32; i++) {
        p += sprintf(p, "]");
    }
    strcpy(p, "}");
    new = merge(EP, NULL, text, NOW, NULL);
    is(said, ": it is nested more than 32 deep", "deeper");

    p = text + sprintf(text, "{'name': 'a', 'url': 'http://a', 'headers': [");
    for (i = 0; i < 16; i++) {
        p += sprintf(p, "%s{'name': 'X-%zu', 'value': '", i ? ", " : "", i);
        memset(p, 'x', 8192);
        p += 8192;
        p += sprintf(p, "'}");
    }
    strcpy(p, "]}");
    new = merge(EP, NULL, text, NOW, NULL);
    is(said, ": all of it is longer than 120000 bytes", "all of it");

    /* more problems than are told */

    p = text + sprintf(text, "{'name': 'a', 'url': 'http://a'");
    for (i = 0; i < 50; i++) {
        p += sprintf(p, ", 'unknown%zu': 1", i);
    }
    strcpy(p, "}");

    old = json_array();
    new = tree(text);
    made = webhook_definition_merge(EP, NULL, new, NOW, old, &made);
    tap_ok(made == NULL
           && json_array_size(old) == WEBHOOK_DEFINITION_PROBLEMS,
           "not more than 32 problems");
    json_decref(new);
    json_decref(old);

    free(text);
}


static void
test_patch(void)
{
    json_t  *old, *new;

    old = merge(EP, NULL,
                "{'name': 'erp', 'url': 'https://erp.example.com/hooks?k=1', "
                "'events': 'order.add', 'headers': [{'name': 'X-A', 'value': "
                "'1'}, {'name': 'X-B', 'value': '2'}, {'name': 'X-A', "
                "'value': '3'}], 'retry': {'attempts': 3, 'first': '1m'}, "
                "'auth': {'type': 'bearer', 'token': 'a token'}, "
                "'id': 'ep_x', 'version': 9, 'state': {'paused': true}}",
                NOW, NULL);

    is(say(old), "{'name':'erp','url':'https://erp.example.com/hooks?k=1',"
       "'events':['order.add'],'headers':[{'name':'X-A','value':'1'},"
       "{'name':'X-B','value':'2'},{'name':'X-A','value':'3'}],'auth':"
       "{'type':'bearer','token':'a token'},'retry':{'attempts':3,'first':"
       "'1m'}}",
       "a new one: in the table's order, without what the server sets");

    new = merge(EP, old, "{}", NOW, NULL);
    tap_ok(json_equal(old, new), "nothing changed");
    json_decref(new);

    new = merge(EP, old, "{'retry': {'first': null, 'max': '1h'}, 'events': "
                "null, 'url': 'https://erp.example.com/***'}", NOW, NULL);
    is(at(new, "/retry"), "{'attempts':3,'max':'1h'}",
       "an object is merged");
    tap_ok(json_object_get(new, "events") == NULL, "null takes away");
    is(at(new, "/url"), "https://erp.example.com/hooks?k=1",
       "a masked URL is what it was");
    json_decref(new);

    refused(EP, old, "{'url': 'https://other.example.com/***'}",
            "/url: it is a mask, and there is no value that it stands for: "
            "give the value");

    new = merge(EP, old, "{'headers': [{'name': 'x-a', 'value': '***'}, "
                "{'name': 'X-C', 'value': '4'}, {'name': 'X-A'}]}", NOW,
                NULL);
    is(at(new, "/headers"), "[{'name':'x-a','value':'1'},{'name':'X-C',"
       "'value':'4'},{'name':'X-A','value':'3'}]",
       "masked headers are what they were, each for itself");
    json_decref(new);

    refused(EP, old, "{'headers': [{'name': 'X-B', 'value': '***'}, "
            "{'name': 'X-B', 'value': '***'}]}",
            "/headers/1/value: it is a mask, and there is no value that it "
            "stands for: give the value");

    new = merge(EP, old, "{'auth': {'type': 'bearer', 'token': '***'}}", NOW,
                NULL);
    is(at(new, "/auth/token"), "a token", "a masked token");
    json_decref(new);

    new = merge(EP, old, "{'auth': {'type': 'basic', 'user': 'u', "
                "'password': 'p'}}", NOW, NULL);
    is(at(new, "/auth"), "{'type':'basic','user':'u','password':'p'}",
       "another kind, and nothing of the old one");
    json_decref(new);

    refused(EP, old, "{'auth': {'type': 'basic', 'user': 'u', 'password': "
            "'***'}}", "/auth/password: it is a mask, and there is no value "
            "that it stands for: give the value");

    new = merge(EP, old, "{'headers': []}", NOW, NULL);
    tap_ok(json_object_get(new, "headers") == NULL, "an empty list is none");
    json_decref(new);

    new = merge(EP, old, "{'order_by': 'data.id'}", NOW, NULL);
    json_decref(old);
    old = new;

    new = merge(EP, old, "{'order_by': {'on_dead': 'block'}}", NOW, NULL);
    is(at(new, "/order_by"), "{'path':'data.id','on_dead':'block'}",
       "a text is the first member of what it stands for");
    json_decref(new);

    json_decref(old);
}


static void
test_receiver(void)
{
    json_t  *new, *made;

    new = merge(RC, NULL, "{'name': 'contact', 'tokens': [], 'url': 'x', "
                "'actions': [{'method': 'POST', 'uri': '/pos/res.partner', "
                "'body': {'z': '${name}', 'a': [1, 0.1]}, 'when': null}], "
                "'require': ['name']}", NOW, &made);

    is(at(new, "/actions"), "[{'method':'POST','uri':'/pos/res.partner',"
       "'body':{'z':'${name}','a':[1,0.10000000000000001]}}]",
       "a body that is JSON");
    tap_ok(strlen(at(made, "/token")) == WEBHOOK_DEFINITION_TOKEN
           && strspn(at(made, "/token"), "abcdefghijklmnopqrstuvwxyz"
                     "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
              == WEBHOOK_DEFINITION_TOKEN,
           "a token is made");
    tap_ok(json_equal(json_object_get(made, "token"),
                      json_object_get(json_array_get(json_object_get(new,
                                                     "tokens"), 0), "secret")),
           "it is the receiver's");
    is(at(new, "/tokens/0/id"), "t1", "its id");

    json_decref(new);
    json_decref(made);
}


static void
test_ids(void)
{
    char           one[WEBHOOK_DEFINITION_ID + 1];
    char           two[WEBHOOK_DEFINITION_ID + 1];
    webhook_str_t  company;

    (void) webhook_definition_id(EP, one);
    (void) webhook_definition_id(RC, two);

    tap_ok(strlen(one) == WEBHOOK_DEFINITION_ID && strncmp(one, "ep_", 3) == 0
           && strspn(one + 3, "0123456789abcdefghjkmnpqrstvwxyz") == 26,
           "an id: %s", one);
    tap_ok(strncmp(two, "rc_", 3) == 0 && strcmp(one + 3, two + 3) != 0,
           "another: %s", two);

    company.data = (unsigned char *) "a_B-9.";
    company.len = 6;
    tap_ok(webhook_definition_is_company(&company), "a company");
    company.len = 0;
    tap_ok(!webhook_definition_is_company(&company), "none");
    company.data = (unsigned char *) "a b";
    company.len = 3;
    tap_ok(!webhook_definition_is_company(&company), "no company");
}


int
main(void)
{
    test_refused();
    test_bounds();
    test_patch();
    test_receiver();
    test_ids();

    return tap_done();
}
