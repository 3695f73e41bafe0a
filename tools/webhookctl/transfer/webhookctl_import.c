
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * import: brings back what export wrote, line by line.  Everything goes in
 * under the id that it had, so that what is in the store already is left as it
 * is: it can be run again after it was broken off.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "webhookctl/webhookctl.h"
#include "webhookctl/transfer/webhookctl_export.h"


#define CTL_IMPORT_ACTIONS  32          /* of a call */


typedef struct {
    const char  *kind;
    int        (*read)(ctl_import_t *m, json_t *json);  /* -1: it cannot be
                                                           read */
} ctl_kind_t;


static int ctl_import_first(ctl_import_t *m);
static int ctl_import_last(ctl_import_t *m);
static int ctl_import_line(ctl_import_t *m, const char *text, size_t len);
static int ctl_import_begin(ctl_import_t *m, json_t *json);
static void ctl_import_cut(ctl_import_t *m);
static int ctl_import_end(ctl_import_t *m, json_t *json);
static int ctl_import_endpoint(ctl_import_t *m, json_t *json);
static int ctl_import_dedupe(ctl_import_t *m, json_t *json);
static int ctl_import_idempotency(ctl_import_t *m, json_t *json);
static int ctl_import_header(const webhook_str_t *text);
static int ctl_import_known(ctl_import_t *m, json_t *json,
    webhook_known_t *known);
static int ctl_import_call(ctl_import_t *m, json_t *json);
static int ctl_import_action(json_t *json, webhook_call_action_t *action);
static int ctl_import_quarantine(ctl_import_t *m, json_t *json);
static void ctl_import_apply(ctl_import_t *m, webhook_op_t *op,
    uint64_t *count);
static void ctl_import_print(const ctl_import_t *m, int json);
static json_t *ctl_import_json(const ctl_import_t *m);


static const ctl_kind_t  ctl_kinds[] = {
    { CTL_KIND_OBJECT, ctl_import_object },
    { CTL_KIND_AUDIT, ctl_import_audit },
    { CTL_KIND_ENDPOINT, ctl_import_endpoint },
    { CTL_KIND_DEDUPE, ctl_import_dedupe },
    { CTL_KIND_IDEMPOTENCY, ctl_import_idempotency },
    { CTL_KIND_CALL, ctl_import_call },
    { CTL_KIND_QUARANTINE, ctl_import_quarantine },
    { CTL_KIND_END, ctl_import_end },
    { NULL, NULL }
};


int
ctl_import(ctl_t *ctl, webhook_store_t *st)
{
    int            rc;
    char          *text;
    size_t         size;
    ssize_t        len;
    ctl_import_t   m;

    memset(&m, 0, sizeof(m));

    m.ctl = ctl;
    m.st = st;

    text = NULL;
    size = 0;
    rc = 0;

    errno = 0;

    while (rc == 0 && (len = getline(&text, &size, stdin)) != -1) {
        m.number++;
        rc = ctl_import_line(&m, text, (size_t) len);
        errno = 0;
    }

    if (rc == 0 && !feof(stdin)) {
        ctl_say("cannot read: %s", strerror(errno ? errno : EIO));
        rc = 1;
    }

    ctl_import_flush(&m);

    if (rc == 0) {
        ctl_import_cut(&m);
    }

    if (ctl_import_last(&m) != 0) {
        rc = 1;
    }

    ctl_import_free(&m);
    ctl_import_audit_free(&m);
    free(text);

    ctl_import_print(&m, ctl->json);

    return (rc || m.failed || m.unknown) ? 1 : 0;
}


/* Before the first line that may change something. */

static int
ctl_import_first(ctl_import_t *m)
{
    return m->act ? 0 : ctl_begin(m->ctl, m->st, "store", NULL, &m->act);
}


static int
ctl_import_last(ctl_import_t *m)
{
    return m->act ? ctl_end(m->ctl, m->st, "store", m->act, ctl_import_json(m))
                  : 0;
}


static void
ctl_import_print(const ctl_import_t *m, int json)
{
    if (json) {
        ctl_json_line(ctl_import_json(m));
        return;
    }

    printf("%" PRIu64 " %s, %" PRIu64 " %s and %" PRIu64 " %s are imported, %"
           PRIu64 " were there already, %" PRIu64 " lines are skipped, %"
           PRIu64 " could not be taken\n",
           m->events, ctl_many(m->events, "event", "events"),
           m->calls, ctl_many(m->calls, "call", "calls"),
           m->repeats, ctl_many(m->repeats, "repeat", "repeats"),
           m->there, m->skipped, m->failed);

    if (m->objects || m->records) {
        printf("%" PRIu64 " endpoints and receivers that were registered and "
               "%" PRIu64 " records of the audit are imported\n", m->objects,
               m->records);
    }
}


static json_t *
ctl_import_json(const ctl_import_t *m)
{
    json_t  *json;

    json = json_object();

    ctl_json_set_number(json, "events", m->events);
    ctl_json_set_number(json, "calls", m->calls);
    ctl_json_set_number(json, "repeats", m->repeats);
    ctl_json_set_number(json, "objects", m->objects);
    ctl_json_set_number(json, "records", m->records);
    ctl_json_set_number(json, "there", m->there);
    ctl_json_set_number(json, "skipped", m->skipped);
    ctl_json_set_number(json, "failed", m->failed);

    return json;
}


/* Not 0: nothing more is to be read. */

static int
ctl_import_line(ctl_import_t *m, const char *text, size_t len)
{
    int                rc;
    json_t            *json;
    webhook_str_t      kind;
    const ctl_kind_t  *k;

    if (len <= 1) {
        return 0;
    }

    json = json_loadb(text, len, JSON_ALLOW_NUL, NULL);

    rc = json_is_object(json) ? ctl_import_text(json, "kind", &kind) : -1;

    if (rc == 0 && kind.len == sizeof(CTL_KIND_EXPORT) - 1
        && memcmp(kind.data, CTL_KIND_EXPORT, kind.len) == 0)
    {
        rc = ctl_import_begin(m, json);
        json_decref(json);

        return rc;
    }

    if (rc == 0 && ctl_import_first(m) != 0) {
        json_decref(json);
        return 1;
    }

    m->lines++;

    if (rc == 0
        && (kind.len == 0 || (kind.len == sizeof(CTL_KIND_DELIVERY) - 1
                              && memcmp(kind.data, CTL_KIND_DELIVERY, kind.len)
                                 == 0)))
    {
        rc = ctl_import_delivery(m, json);

        if (rc == 0) {
            return 0;
        }

    } else if (rc == 0) {

        for (k = ctl_kinds; k->kind; k++) {
            if (strlen(k->kind) == kind.len
                && memcmp(k->kind, kind.data, kind.len) == 0)
            {
                break;
            }
        }

        if (k->kind) {
            rc = k->read(m, json);

        } else {
            m->skipped++;

            if (!m->unknown) {
                ctl_say("line %" PRIu64 ": there is no kind \"%.*s\" here: "
                        "lines like that are skipped", m->number,
                        (int) (kind.len < 64 ? kind.len : 64),
                        (char *) kind.data);
            }

            m->unknown = 1;
        }
    }

    if (rc) {
        ctl_say("line %" PRIu64 " is not one that export writes", m->number);
        m->failed++;
    }

    json_decref(json);

    return 0;
}


static int
ctl_import_begin(ctl_import_t *m, json_t *json)
{
    uint64_t  version;

    ctl_import_flush(m);
    ctl_import_cut(m);

    version = ctl_import_number(json, "version");

    if (version == 0 || version > CTL_EXPORT_VERSION) {
        ctl_say("line %" PRIu64 ": an export of version %" PRIu64 " is none "
                "that this webhookctl can read, which knows version %d; take "
                "the one that wrote it", m->number, version,
                CTL_EXPORT_VERSION);
        m->failed++;
        return 1;
    }

    m->begun = 1;
    m->lines = 0;

    return 0;
}


/* An export has no last line. */

static void
ctl_import_cut(ctl_import_t *m)
{
    if (m->begun) {
        ctl_say("the export ends before its last line: it was cut short, and "
                "the rest of it is missing");
        m->failed++;
    }

    m->begun = 0;
}


static int
ctl_import_end(ctl_import_t *m, json_t *json)
{
    uint64_t  lines, damaged;

    ctl_import_flush(m);

    m->lines--;

    lines = ctl_import_number(json, "lines");
    damaged = ctl_import_number(json, "damaged");

    if (m->begun && m->lines != lines) {
        ctl_say("the export has %" PRIu64 " lines, of which %" PRIu64 " are "
                "here", lines, m->lines);
        m->failed++;
    }

    if (damaged) {
        ctl_say("the export says that %" PRIu64 " damaged rows were left out "
                "of it", damaged);
    }

    m->begun = 0;

    return 0;
}


/* One that was paused. */

static int
ctl_import_endpoint(ctl_import_t *m, json_t *json)
{
    uint64_t       done;
    webhook_op_t   op;

    done = 0;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_PAUSE;
    op.u.pause.make = 1;

    op.u.pause.all = json_is_true(json_object_get(json, "all"));

    if ((!op.u.pause.all
         && ctl_import_name(json, "endpoint", &op.u.pause.endpoint) != 0)
        || ctl_import_text(json, "paused", &op.u.pause.reason) != 0
        || op.u.pause.reason.len > 255)
    {
        return -1;
    }

    ctl_import_apply(m, &op, &done);

    return 0;
}


static int
ctl_import_dedupe(ctl_import_t *m, json_t *json)
{
    webhook_known_t      known;
    webhook_answered_t  *answer;

    memset(&known, 0, sizeof(known));

    known.kind = WEBHOOK_KNOWN_CALL;
    answer = &known.answer;

    answer->status = ctl_import_u32(json, "status");
    answer->sent = ctl_import_u32(json, "sent");

    /* repeats are answered with it */

    if (answer->status < 200 || answer->status > 299
        || (answer->sent && (answer->sent < 200 || answer->sent > 599))
        || ctl_import_name(json, "receiver", &known.scope) != 0
        || ctl_import_text(json, "answer", &answer->text) != 0
        || ctl_import_text(json, "type", &answer->type) != 0
        || !ctl_import_header(&answer->type))
    {
        return -1;
    }

    if (json_is_string(json_object_get(json, "event"))) {

        if (ctl_import_id(json, "event", &answer->event) != 0) {
            return -1;
        }

        answer->durable = 1;
    }

    return ctl_import_known(m, json, &known);
}


/* 1 if the text can be a header's value. */

static int
ctl_import_header(const webhook_str_t *text)
{
    size_t  i;

    for (i = 0; i < text->len; i++) {
        if (text->data[i] < 0x20 || text->data[i] >= 0x7f) {
            return 0;
        }
    }

    return 1;
}


static int
ctl_import_idempotency(ctl_import_t *m, json_t *json)
{
    webhook_known_t  known;

    memset(&known, 0, sizeof(known));

    known.kind = WEBHOOK_KNOWN_EVENT;

    if (ctl_import_hex(json, "body", known.body, sizeof(known.body)) != 0
        || ctl_import_id(json, "event", &known.event) != 0)
    {
        return -1;
    }

    return ctl_import_known(m, json, &known);
}


static int
ctl_import_known(ctl_import_t *m, json_t *json, webhook_known_t *known)
{
    uint64_t         ends, wall;
    webhook_op_t     op;
    struct timespec  now;

    ends = ctl_import_number(json, "ends_ms");

    if (ends == 0
        || ctl_import_hex(json, "key", known->key, sizeof(known->key)) != 0)
    {
        return -1;
    }

    clock_gettime(CLOCK_REALTIME, &now);

    wall = (uint64_t) now.tv_sec * 1000 + (uint64_t) now.tv_nsec / 1000000;

    if (ends <= wall) {
        m->skipped++;
        return 0;
    }

    known->left = ends - wall;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_REMEMBER;
    op.u.remember.known = *known;

    ctl_import_apply(m, &op, &m->repeats);

    return 0;
}


static int
ctl_import_call(ctl_import_t *m, json_t *json)
{
    int                     durable;
    size_t                  i;
    json_t                 *list;
    webhook_op_t            op;
    webhook_str_t           outcome;
    webhook_call_t         *call;
    webhook_call_action_t   actions[CTL_IMPORT_ACTIONS];

    memset(&op, 0, sizeof(op));
    memset(actions, 0, sizeof(actions));

    op.type = WEBHOOK_OP_PUT_CALL;
    call = &op.u.put_call.call;

    if (ctl_import_id(json, "id", &call->id) != 0
        || ctl_import_name(json, "receiver", &call->receiver) != 0
        || ctl_import_text(json, "receiver", &call->name) != 0
        || ctl_import_text(json, "company", &call->company) != 0
        || ctl_import_text(json, "remote", &call->remote) != 0
        || ctl_import_text(json, "content_type", &call->content_type) != 0
        || ctl_import_text(json, "headers", &call->headers) != 0
        || ctl_import_text(json, "body", &call->body) != 0
        || ctl_import_text(json, "verified", &call->verified) != 0
        || ctl_import_text(json, "answer", &call->answer) != 0
        || ctl_import_text(json, "error", &call->error) != 0
        || ctl_import_text(json, "outcome", &outcome) != 0
        || ctl_import_event(json, "delivery", &call->event, &durable) != 0)
    {
        return -1;
    }

    /* older exports do not tell these two */

    call->outcome = webhook_call_outcome_parse(&outcome);
    call->durable = durable;
    call->wall = ctl_import_number(json, "time_ms");
    call->status = ctl_import_u32(json, "status");
    call->total = ctl_import_u32(json, "total_usec");

    list = json_object_get(json, "actions");

    if (json_array_size(list) > CTL_IMPORT_ACTIONS) {
        return -1;
    }

    for (i = 0; i < json_array_size(list); i++) {
        if (ctl_import_action(json_array_get(list, i), &actions[i]) != 0) {
            return -1;
        }
    }

    call->actions = actions;
    call->actions_count = (uint32_t) i;

    ctl_import_apply(m, &op, &m->calls);

    return 0;
}


static int
ctl_import_action(json_t *json, webhook_call_action_t *action)
{
    if (ctl_import_text(json, "method", &action->method) != 0
        || ctl_import_text(json, "uri", &action->uri) != 0
        || ctl_import_text(json, "body", &action->body) != 0)
    {
        return -1;
    }

    action->status = ctl_import_u32(json, "status");
    action->total = ctl_import_u32(json, "total_usec");

    return 0;
}


/* What could not be read there is of no use here. */

static int
ctl_import_quarantine(ctl_import_t *m, json_t *json)
{
    (void) json;

    m->skipped++;

    return 0;
}


static void
ctl_import_apply(ctl_import_t *m, webhook_op_t *op, uint64_t *count)
{
    webhook_store_apply(m->st, &op, 1);
    ctl_import_applied(m, op, count);
}


void
ctl_import_applied(ctl_import_t *m, webhook_op_t *op, uint64_t *count)
{
    if (op->result == WEBHOOK_STORE_OK) {
        (*count)++;

    } else if (op->result == WEBHOOK_STORE_DUPLICATE) {
        m->there++;

    } else {
        ctl_say("line %" PRIu64 ": %s", m->number,
                webhook_store_result_text(op->result));
        m->failed++;
    }

    webhook_op_free(op);
}
