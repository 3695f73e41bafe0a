
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Rows as JSON.
 */

#include "definition_util.h"
#include "store/view/webhook_view.h"


static webhook_str_t
text(const char *s)
{
    webhook_str_t  t;

    t.data = (unsigned char *) s;
    t.len = strlen(s);

    return t;
}


/* Passes if it is this JSON; frees it. */

static void
shows(json_t *json, const char *want, const char *name)
{
    (void) say(json);
    tap_bytes(said, strlen(said), want, name);
    json_decref(json);
}


static void
test_values(void)
{
    json_t         *json;
    webhook_id_t    id;
    webhook_str_t   t;

    t = text("plain");
    shows(webhook_view_text(&t), "'plain'", "a text");
    t.len = 0;
    t.data = NULL;
    shows(webhook_view_text(&t), "''", "an empty one");
    t = text("a\xff\x80z");
    shows(webhook_view_text(&t), "'a\xef\xbf\xbd\xef\xbf\xbdz'", "no UTF-8");

    json = json_object();
    (void) webhook_view_set(json, "error", &t);
    shows(json, "{'error':'a\xef\xbf\xbd\xef\xbf\xbdz','error_base64':"
          "'Yf+Aeg=='}", "with all its bytes");

    json = json_object();
    (void) webhook_view_set_body(json, &t);
    shows(json, "{'body_base64':'Yf+Aeg=='}", "a body");

    json = json_object();
    t = text("{}");
    (void) webhook_view_set_body(json, &t);
    shows(json, "{'body':'{}'}", "a body that is text");

    t.len = 0;
    shows(webhook_view_base64(&t), "''", "no bytes");

    shows(webhook_view_time(NOW), "'2026-11-28T02:06:10.432Z'", "a time");
    shows(webhook_view_time(0), "null", "none");
    shows(webhook_view_time(UINT64_C(253402300799999)),
          "'9999-12-31T23:59:59.999Z'", "the last one");
    shows(webhook_view_time(UINT64_C(253402300800000)), "null",
          "what no calendar has");
    shows(webhook_view_time(UINT64_MAX), "null", "nor this");

    shows(webhook_view_name(255), "'00000000000000ff'", "a name's number");

    memset(&id, 0xab, sizeof(id));
    shows(webhook_view_id(&id), "'abababab-abab-abab-abab-abababababab'",
          "an id");
}


static void
test_delivery(void)
{
    webhook_delivery_t  d;

    memset(&d, 0, sizeof(d));

    memset(&d.event, 0xab, sizeof(d.event));
    d.endpoint = 7;
    d.endpoint_name = text("erp");
    d.type = text("order.add");
    d.company = text("1260");
    d.state = WEBHOOK_PENDING;
    d.wall = NOW;
    d.due = -5;
    d.steps = 1;
    d.body_len = 3;

    shows(webhook_view_delivery(&d),
          "{'id':'abababab-abab-abab-abab-abababababab.erp','event':"
          "'abababab-abab-abab-abab-abababababab','endpoint':'erp','type':"
          "'order.add','company':'1260','state':'pending','sends':0,'status':"
          "null,'time':'2026-11-28T02:06:10.432Z','waits':'due','due_ms':-5,"
          "'blocks':false,'last_send':null,'error':null,'order_key':null,"
          "'order_place':null,'step':1,'steps':1,'finished':null,'form':0,"
          "'body_length':3}", "a delivery that waits");

    d.state = WEBHOOK_DEAD;
    d.endpoint_name.len = 0;
    d.company.len = 0;
    d.attempts = 2;
    d.status = 500;
    d.error = text("refused");
    d.sent = NOW;
    d.finished = NOW + 1;
    d.order = 1;
    d.place = 4;
    d.blocks = 1;

    shows(webhook_view_delivery(&d),
          "{'id':'abababab-abab-abab-abab-abababababab.#0000000000000007',"
          "'event':'abababab-abab-abab-abab-abababababab','endpoint':'','type':"
          "'order.add','company':null,'state':'dead','sends':2,'status':500,"
          "'time':'2026-11-28T02:06:10.432Z','waits':null,'due_ms':null,"
          "'blocks':true,'last_send':'2026-11-28T02:06:10.432Z','error':"
          "'refused','order_key':'0000000000000001','order_place':4,'step':1,"
          "'steps':1,'finished':'2026-11-28T02:06:10.433Z','form':0,"
          "'body_length':3}", "a dead one, to what was never named");

    tap_ok(webhook_view_waits(&d) == NULL, "it waits for nothing");

    d.state = WEBHOOK_PENDING;
    d.due = 5;
    is(webhook_view_waits(&d), "time", "its time");
    d.parked = 1;
    is(webhook_view_waits(&d), "turn", "its turn");
    d.parked = 0;
    d.held = 1;
    is(webhook_view_waits(&d), "held", "its endpoint holds it back");
    d.paused = 1;
    is(webhook_view_waits(&d), "paused", "it, or all, are paused");
}


static void
test_call(void)
{
    webhook_call_t         call;
    webhook_call_action_t  action;

    memset(&call, 0, sizeof(call));
    memset(&action, 0, sizeof(action));

    memset(&call.id, 1, sizeof(call.id));
    memset(&call.event, 2, sizeof(call.event));
    call.name = text("contact");
    call.receiver = 9;
    call.wall = NOW;
    call.outcome = WEBHOOK_CALL_ACCEPTED;
    call.status = 202;
    call.durable = 1;
    call.actions = &action;
    call.actions_count = 1;
    action.method = text("POST");
    action.uri = text("/a");
    action.body = text("{}");

    shows(webhook_view_call(&call),
          "{'id':'01010101-0101-0101-0101-010101010101','receiver':'contact',"
          "'receiver_id':'0000000000000009','company':null,'time_ms':"
          "1795831570432,'time':'2026-11-28T02:06:10.432Z','remote':'',"
          "'outcome':'accepted','status':202,'total_usec':0,'content_type':'',"
          "'headers':'','body':'','verified':'','answer':'','error':'',"
          "'delivery':'02020202-0202-0202-0202-020202020202.receiver:contact',"
          "'actions':[{'method':'POST','uri':'/a','body':'{}','status':null,"
          "'total_usec':0}]}", "a call");
}


static void
test_whole(void)
{
    webhook_task_t       task;
    webhook_audit_t      record;
    webhook_object_t     object;
    webhook_op_stats_t   stats;

    memset(&object, 0, sizeof(object));

    object.kind = WEBHOOK_OBJECT_RECEIVER;
    object.id = text("rc_1");
    object.name = text("contact");
    object.company = text("1260");
    object.by = text("manager");
    object.version = 7;
    object.change = 9;
    object.created = NOW;
    object.updated = NOW + 1;

    shows(webhook_view_object(&object),
          "{'id':'rc_1','kind':'receiver','company':'1260','name':'contact',"
          "'version':7,'change':9,'created':'2026-11-28T02:06:10.432Z',"
          "'updated':'2026-11-28T02:06:10.433Z','by':'manager'}", "an object");

    memset(&task, 0, sizeof(task));

    memset(&task.id, 1, sizeof(task.id));
    task.kind = WEBHOOK_TASK_REPLAY;
    task.filter.endpoint = 7;
    task.filter.state = WEBHOOK_DEAD;
    task.filter.type = text("order.*");
    task.filter.company.which = WEBHOOK_COMPANY_NONE;
    task.filter.least = 500;
    task.filter.most = 599;
    task.filter.since = NOW;
    task.by = text("manager");
    task.created = NOW;
    task.expected = 3;
    task.done = 1;

    shows(webhook_view_task(&task),
          "{'id':'01010101-0101-0101-0101-010101010101','kind':'replay',"
          "'state':'running','filter':{'endpoint_id':'0000000000000007',"
          "'state':'dead','event':'order.*','company':null,'status':'500-599',"
          "'since':'2026-11-28T02:06:10.432Z'},'calls':false,'path':null,"
          "'company':null,'by':'manager','created':'2026-11-28T02:06:10.432Z',"
          "'ended':null,'expected':3,'done':1,'failed':0,'reached':null,'full':"
          "false}", "a task");

    memset(&record, 0, sizeof(record));

    record.number = 4;
    record.wall = NOW;
    record.company = text("1260");
    record.data = text("{\"by\": \"manager\", \"company\": \"9\", \"number\": "
                       "5, \"time\": 6}");

    shows(webhook_view_audit(&record),
          "{'number':4,'time':'2026-11-28T02:06:10.432Z','company':'1260',"
          "'by':'manager'}", "a record, which tells nothing that the store "
          "tells itself");

    record.data = text("no JSON");
    shows(webhook_view_audit(&record),
          "{'number':4,'time':'2026-11-28T02:06:10.432Z','company':'1260',"
          "'data':'no JSON'}", "one that is no JSON");

    memset(&stats, 0, sizeof(stats));
    stats.size = 10;
    stats.paused = 1;
    stats.paused_at = NOW;
    stats.reason = text("restored");
    shows(webhook_view_stats(&stats),
          "{'size':10,'used':0,'events':0,'calls':0,'idempotency':0,'full':"
          "false,'quarantine':0,'pinned':0,'reader':null,'processes':0,"
          "'journals':0,'journal_bytes':0,'journal_used':0,'journals_left':0,"
          "'paused':'restored','paused_since':'2026-11-28T02:06:10.432Z',"
          "'endpoints':[]}", "the whole");
}


int
main(void)
{
    test_values();
    test_delivery();
    test_call();
    test_whole();

    return tap_done();
}
