
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Definitions as the words that nginx.conf would have: all members of both
 * kinds.
 */

#include "definition_util.h"


static void
test_endpoint(void)
{
    json_t  *json;

    json = merge(EP, NULL,
        "{'name': 'erp', 'description': 'x', 'company': '1260', 'url': "
        "'https://erp.example.com/hooks', 'events': ['order.*', "
        "'product.edit'], 'headers': [{'name': 'X-A', 'value': 'file:a'}, "
        "{'name': 'X-B', 'value': ''}], 'format': 'json', 'envelope': {'type': "
        "'cloudevents', 'mode': 'binary', 'source': '//a'}, 'body': {'b': "
        "'${data.id}', 'a': [1, 0.1]}, 'filter': ['data.a == 1', 'data.b']"
        ", 'order_by': {'path': 'data.id', 'on_dead': 'block'}, 'secrets': "
        "[{'secret': 'file:/etc/passwd'}, {'secret': 'a=b', 'expires': "
        "'2027-01-31T12:00:00Z'}], 'sign': [{'header': 'X-Sig', 'secrets': "
        "[{'secret': 'sign one'}, {'secret': 'sign two', 'expires': "
        "'2027-01-31'}], 'algorithm': 'sha1', 'encoding': 'base64', 'prefix': "
        "'v1=', 'template': '{timestamp}.{body}'}], 'auth': {'type': 'oauth2', "
        "'token_url': 'https://t', 'client_id': 'c', 'client_secret': 's s', "
        "'scope': 'a b', 'audience': 'u'}, 'success': [200, '2xx'], 'retry': "
        "{'attempts': 3, 'first': '1m', 'factor': 1.1, 'max': '1h', 'jitter': "
        "0.5, 'retry_after': 'off', 'gone': 'ignore', 'disable_after': "
        "'5d'}, 'timeout': {'connect': '1s', 'send': '2s', 'read': '3s', "
        "'total': '4s'}, 'limit': "
        "{'inflight': 8, 'rate': '10r/s', 'burst': 5}, 'breaker': {'failures': "
        "5, 'percent': '50%', 'window': '1m', 'hold': '30s'}, 'tls': {'name': "
        "'erp.local'}}", NOW, NULL);

    is(fields_of(EP, json, 1),
       "/url url|https://erp.example.com/hooks\n"
       "/events/0 events|order.*\n"
       "/events/1 events|product.edit\n"
       "/headers/0 header|X-A|file:a\n"
       "/headers/1 header|X-B|\n"
       "/format format|json\n"
       "/envelope envelope|cloudevents|mode=binary|source=//a\n"
       "/body body|{\"b\":\"${data.id}\",\"a\":[1,0.1]}\n"
       "/filter/0 filter|data.a == 1\n"
       "/filter/1 filter|data.b\n"
       "/order_by order_by|data.id|on_dead=block\n"
       "/secrets/0 secret|text:file:/etc/passwd\n"
       "/secrets/1 secret|text:a=b|expires=1801396800\n"
       "/sign/0 sign|hmac|header=X-Sig|secret=text:sign one|"
       "secret=text:sign two|expires=1801353600|algorithm=sha1|"
       "encoding=base64|prefix=v1=|template={timestamp}.{body}\n"
       "/auth auth|oauth2|token_url=https://t|client_id=c|"
       "client_secret=text:s s|scope=a b|audience=u\n"
       "/success success|200,2xx\n"
       "/retry retry|attempts=3|first=1m|factor=1.1|max=1h|jitter=0.5|"
       "retry_after=off|gone=ignore|disable_after=5d\n"
       "/timeout timeout|connect=1s|send=2s|read=3s|total=4s\n"
       "/limit limit|inflight=8|rate=10r/s|burst=5\n"
       "/breaker breaker|failures=5|percent=50%|window=1m|hold=30s\n"
       "/tls tls|name=erp.local\n",
       "all of an endpoint");

    json_decref(json);

    json = merge(EP, NULL, "{'name': 'a', 'url': 'http://a', 'envelope': "
                 "'standard', 'order_by': 'data.id', 'success': '200', 'auth': "
                 "{'type': 'bearer', 'token': 'text:a'}, 'limit': {}, 'body': "
                 "'{\\\"a\\\": ${data.id}}', 'retry': {'factor': 2}}", NOW,
                 NULL);

    is(fields_of(EP, json, 0),
       "url|http://a\n"
       "envelope|standard\n"
       "body|{\"a\": ${data.id}}\n"
       "order_by|data.id\n"
       "auth|bearer|text:text:a\n"
       "success|200\n"
       "retry|factor=2\n",
       "short forms");

    json_decref(json);
}


static void
test_receiver(void)
{
    json_t  *json;

    json = merge(RC, NULL,
        "{'name': 'usd', 'description': 'Sale order', 'company': '1', 'model': "
        "'sale.order', 'models': ['a', 'b'], 'mode': 'sync', 'profile': "
        "'strict', 'accept': ['json', 'form'], 'parse_json': ['payload', "
        "'payload.a'], 'for_each': {'path': 'entry[]', 'max': 500}, 'verify': "
        "{'preset': 'hmac', 'secrets': [{'secret': 'key one'}, {'secret': "
        "'header=x', 'expires': '2027-01-31'}], 'tolerance': '5m', 'content': "
        "'sent', 'url': 'https://u/', 'app': 'p', 'key': 'text', 'header': "
        "'X-S', 'query': 'q', 'field': 'f', 'prefix': 'v1=', 'list': ',', "
        "'pair': '=', 'item': 'v1', 'string': '{body}', 'digest': 'sha1', "
        "'encoding': 'hex', 'timestamp': 'item:t', 'id': 'X-Id', 'unit': 's'}, "
        "'handshake': ['msgraph', {'type': 'meta', 'secrets': [{'secret': "
        "'t1'}, {'secret': 't2'}]}, {'type': 'cloudevents', 'origins': ['a', "
        "'*.b'], 'rate': 60}], 'probe': ['head', 'get'], 'skip': ['a == 1'], "
        "'require': ['name', 'email'], 'filter': 'b == 2', 'target': {'id': "
        "'${_id|int}', 'model': '${_model}', 'lookup': 'GET /pos/x', "
        "'missing': 422}, 'dedupe': {'by': 'header:webhook-id', 'ttl': '7d'}, "
        "'actions': [{'method': 'POST', 'uri': '/pos/a', 'body': {'n': "
        "'${name}'}, 'when': 'a', 'on_error': 'continue', 'timeout': '5s', "
        "'idempotency': 'X-Key', 'capture': [{'name': 'new_id', 'path': "
        "'response.id'}, {'name': 'code', 'path': 'status'}]}, {'method': "
        "'DELETE', 'uri': '/pos/b/${new_id}'}], 'emit': [{'type': 'order.add', "
        "'body': {'a': 1}, 'when': 'c'}], 'answer': [{'calls': 401, 'status': "
        "200, 'type': 'text/plain', 'body': ''}, {'calls': 'ok', 'body': "
        "{'RspCode': '00'}}], 'log_calls': {'calls': 'on', 'body': '64k'}, "
        "'redact': ['card.number', 'header.x'], 'limit': {'inflight': 4, "
        "'rate': '5r/s', 'body': '1m', 'depth': 8, 'values': 100}, "
        "'order_by': 'email', 'success': '2xx', "
        "'retry': {'attempts': 3}, 'timeout': {'total': '4s'}, 'breaker': "
        "{'failures': 5}, 'tokens': []}",
        NOW, NULL);

    json_object_set_new(json, "tokens", tree(
        "[{'id': 't2', 'secret': 'abc', 'created': '', 'expires': null}, "
        "{'id': 't1', 'sha256': 'ffff', 'created': '', 'expires': "
        "'2027-01-31T00:00:00.000Z'}]"));

    is(fields_of(RC, json, 1),
       "/description description|Sale order\n"
       "/tokens/0 secret|sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a"
       "9cb410ff61f20015ad\n"
       "/tokens/1 secret|sha256:ffff|expires=1801353600\n"
       "/model model|sale.order\n"
       "/models models|a|b\n"
       "/mode mode|sync\n"
       "/profile profile|strict\n"
       "/accept accept|json|form\n"
       "/parse_json/0 parse_json|payload\n"
       "/parse_json/1 parse_json|payload.a\n"
       "/for_each for_each|entry[]|max=500\n"
       "/verify verify|hmac|text:key one|text:header=x|expires=1801353600|"
       "tolerance=5m|content=sent|url=https://u/|app=p|key=text|header=X-S|"
       "query=q|field=f|prefix=v1=|list=,|pair==|item=v1|string={body}|"
       "digest=sha1|encoding=hex|timestamp=item:t|id=X-Id|unit=s\n"
       "/handshake/0 handshake|msgraph\n"
       "/handshake/1 handshake|meta|token=text:t1|token=text:t2\n"
       "/handshake/2 handshake|cloudevents|origin=a|origin=*.b|rate=60\n"
       "/probe probe|head|get\n"
       "/skip/0 skip|a == 1\n"
       "/require/0 require|name\n"
       "/require/1 require|email\n"
       "/filter/0 filter|b == 2\n"
       "/target target|id=${_id|int}|model=${_model}|lookup=GET /pos/x|"
       "missing=422\n"
       "/dedupe dedupe|header:webhook-id|ttl=7d\n"
       "/actions/0 action|POST|/pos/a|body={\"n\":\"${name}\"}|when=a|"
       "on_error=continue|timeout=5s|idempotency=X-Key\n"
       "/actions/0/capture/0 capture|new_id|response.id\n"
       "/actions/0/capture/1 capture|code|status\n"
       "/actions/1 action|DELETE|/pos/b/${new_id}\n"
       "/emit/0 emit|order.add|body={\"a\":1}|when=c\n"
       "/answer/0 answer|401|status=200|type=text/plain|body=\n"
       "/answer/1 answer|ok|body={\"RspCode\":\"00\"}\n"
       "/log_calls log_calls|on|body=64k\n"
       "/redact/0 redact|card.number\n"
       "/redact/1 redact|header.x\n"
       "/limit limit|inflight=4|rate=5r/s|body=1m|depth=8|values=100\n"
       "/order_by order_by|email\n"
       "/success success|2xx\n"
       "/retry retry|attempts=3\n"
       "/timeout timeout|total=4s\n"
       "/breaker breaker|failures=5\n",
       "all of a receiver");

    json_decref(json);
}


static void
test_numbers(void)
{
    json_t  *json;

    json = merge(EP, NULL, "{'name': 'a', 'url': 'http://a', 'retry': "
                 "{'factor': 0.30000000000000004, 'jitter': 1e-3, 'attempts': "
                 "-9223372036854775808}}", NOW, NULL);

    is(fields_of(EP, json, 0), "url|http://a\nretry|"
       "attempts=-9223372036854775808|factor=0.30000000000000004|"
       "jitter=0.001\n", "numbers");

    json_decref(json);
}


int
main(void)
{
    test_endpoint();
    test_receiver();
    test_numbers();

    return tap_done();
}
