
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What commands leave in the audit log.  A change of one transaction has its
 * record in that.  One of many is begun by a record that says what was asked
 * for, before anything is changed, and ended by another one that says what came
 * of it: where the command is killed, the first one tells that it was run.
 */

#include <stdlib.h>
#include <string.h>

#include "webhookctl/webhookctl.h"
#include "store/view/webhook_view.h"


static char *ctl_record_text(json_t *json);
static int ctl_record_put(webhook_store_t *st, char *record,
    uint64_t *number);


char *
ctl_record(const char *action, const char *kind, const char *id, json_t *more)
{
    json_t         *json;
    webhook_str_t   text;

    json = json_pack("{s:s, s:s, s:s*}", "by", "webhookctl", "action", action,
                     "kind", kind);

    if (id && json) {

        /* a word of the command line may be anything */

        text = ctl_str(id);
        json_object_set_new(json, "id", ctl_json_text(&text));
    }

    if (more && json) {
        json_object_update_missing(json, more);
    }

    json_decref(more);

    return ctl_record_text(json);
}


static char *
ctl_record_text(json_t *json)
{
    char  *text;

    text = json ? json_dumps(json, JSON_COMPACT) : NULL;

    json_decref(json);

    if (text == NULL) {
        ctl_say("no memory");
        exit(1);
    }

    return text;
}


json_t *
ctl_asked(const ctl_t *ctl, const webhook_filter_t *filter)
{
    json_t         *json;
    webhook_str_t   name;

    json = webhook_view_filter(filter);

    if (json && ctl->endpoint_name) {
        name = ctl_str(ctl->endpoint_name);
        json_object_set_new(json, "endpoint", ctl_json_text(&name));
    }

    if (json_object_size(json) == 0) {
        json_decref(json);
        return NULL;
    }

    return json;
}


void
ctl_apply(const ctl_t *ctl, webhook_store_t *st, webhook_op_t *op,
    const char *kind, const char *id)
{
    char                *record;
    webhook_op_t        *ops;
    webhook_recorded_t   recorded;

    record = ctl_record(ctl->command->name, kind, id, NULL);

    memset(&recorded, 0, sizeof(recorded));

    recorded.wall = ctl_wall();
    recorded.audit = ctl_str(record);

    op->recorded = &recorded;
    ops = op;

    webhook_store_apply(st, &ops, 1);

    op->recorded = NULL;

    free(record);
}


int
ctl_begin(const ctl_t *ctl, webhook_store_t *st, const char *kind,
    json_t *more, uint64_t *number)
{
    int  rc;

    rc = ctl_record_put(st, ctl_record(ctl->command->name, kind, NULL, more),
                        number);
    if (rc != 0) {
        ctl_say("nothing was done, since it could not be recorded in the audit "
                "log");
    }

    return rc;
}


int
ctl_end(const ctl_t *ctl, webhook_store_t *st, const char *kind,
    uint64_t begun, json_t *result)
{
    int        rc;
    json_t    *more;
    uint64_t   number;

    more = json_pack("{s:I, s:o}", "begun", (json_int_t) begun, "result",
                     result);

    rc = ctl_record_put(st, ctl_record(ctl->command->name, kind, NULL, more),
                        &number);
    if (rc != 0) {
        ctl_say("what was done could not be recorded in the audit log, which "
                "says only that it was begun");
    }

    return rc;
}


static int
ctl_record_put(webhook_store_t *st, char *record, uint64_t *number)
{
    webhook_op_t  op, *ops;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_RECORD;
    op.u.record.wall = ctl_wall();
    op.u.record.data = ctl_str(record);

    ops = &op;

    webhook_store_apply(st, &ops, 1);

    free(record);

    *number = op.u.record.number;

    return op.result == WEBHOOK_STORE_OK ? 0 : ctl_failed(&op, "the store");
}
