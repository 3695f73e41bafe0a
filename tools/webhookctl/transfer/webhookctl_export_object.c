
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What was registered, and the audit, as lines of an export.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <string.h>

#include "webhookctl/webhookctl.h"
#include "webhookctl/transfer/webhookctl_export.h"


#define CTL_EXPORT_BYTES  (4 * 1024 * 1024)     /* of a page */


static json_t *ctl_export_object(const webhook_object_t *object);
static json_t *ctl_export_record(const webhook_audit_t *record);


const char *const  ctl_export_kinds[WEBHOOK_OBJECT_KINDS] = {
    "endpoint",
    "receiver"
};


int
ctl_export_objects(ctl_export_t *x)
{
    uint32_t               i;
    webhook_op_t           op, *ops;
    webhook_op_changes_t  *l;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_CHANGES;
    ops = &op;
    l = &op.u.changes;

    l->max = CTL_EXPORT_PAGE;
    l->max_bytes = CTL_EXPORT_BYTES;

    do {
        webhook_store_apply(x->st, &ops, 1);

        if (op.result != WEBHOOK_STORE_OK) {
            return ctl_failed(&op, "what was registered");
        }

        for (i = 0; i < l->count; i++) {
            ctl_export_line(x, ctl_export_object(&l->objects[i]),
                            CTL_KIND_OBJECT);
        }

        if (l->lost) {

            /* while this was read, so much was removed */

            ctl_say("too much is changing meanwhile: export it again");
            return 1;
        }

        x->damaged += l->damaged;

        if (l->whole == 0) {
            l->whole = l->last;
        }

        l->since = l->next;

        webhook_op_free(&op);

    } while (l->more);

    return 0;
}


static json_t *
ctl_export_object(const webhook_object_t *object)
{
    json_t  *json;

    json = json_object();

    json_object_set_new(json, "object",
                        json_string(ctl_export_kinds[object->kind]));
    ctl_json_set(json, "id", &object->id);
    ctl_json_set(json, "company", &object->company);
    ctl_json_set(json, "name", &object->name);
    ctl_json_set(json, "by", &object->by);
    ctl_json_set_number(json, "version", object->version);
    ctl_json_set_number(json, "created_ms", object->created);
    ctl_json_set_number(json, "updated_ms", object->updated);
    json_object_set_new(json, "removed", json_boolean(object->removed));

    if (object->data.len) {
        ctl_json_set_base64(json, "data_base64", &object->data);
    }

    return json;
}


int
ctl_export_audit(ctl_export_t *x)
{
    uint32_t             i;
    webhook_op_t         op, *ops;
    webhook_op_audit_t  *l;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_AUDIT;
    ops = &op;
    l = &op.u.audit;

    l->oldest = 1;
    l->max = CTL_EXPORT_PAGE;

    do {
        webhook_store_apply(x->st, &ops, 1);

        if (op.result != WEBHOOK_STORE_OK) {
            return ctl_failed(&op, "the audit");
        }

        for (i = 0; i < l->count; i++) {
            ctl_export_line(x, ctl_export_record(&l->records[i]),
                            CTL_KIND_AUDIT);
        }

        x->damaged += l->damaged;

        webhook_op_free(&op);

    } while (l->more);

    return 0;
}


static json_t *
ctl_export_record(const webhook_audit_t *record)
{
    json_t  *json;

    json = json_object();

    ctl_json_set_number(json, "number", record->number);
    ctl_json_set_number(json, "time_ms", record->wall);
    ctl_json_set(json, "company", &record->company);
    ctl_json_set(json, "data", &record->data);

    return json;
}
