
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What was registered in another store is brought in.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <inttypes.h>
#include <string.h>

#include "webhookctl/webhookctl.h"
#include "webhookctl/transfer/webhookctl_export.h"


static int ctl_import_kind(json_t *json, webhook_object_e *kind);


int
ctl_import_object(ctl_import_t *m, json_t *json)
{
    webhook_op_t       op, *ops;
    webhook_object_t  *object;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_OBJECT;
    ops = &op;
    object = &op.u.object.object;

    op.u.object.past = 1;
    object->version = ctl_import_number(json, "version");
    object->created = ctl_import_number(json, "created_ms");
    object->updated = ctl_import_number(json, "updated_ms");
    object->removed = json_is_true(json_object_get(json, "removed"));

    if (ctl_import_kind(json, &object->kind) != 0
        || ctl_import_text(json, "id", &object->id) != 0
        || ctl_import_text(json, "company", &object->company) != 0
        || ctl_import_text(json, "name", &object->name) != 0
        || ctl_import_text(json, "by", &object->by) != 0
        || ctl_import_text(json, "data", &object->data) != 0
        || object->version == 0 || object->id.len == 0
        || (object->name.len == 0 && !object->removed))
    {
        return -1;
    }

    webhook_store_apply(m->st, &ops, 1);

    if (op.result == WEBHOOK_STORE_DUPLICATE && op.u.object.taken) {
        ctl_say("line %" PRIu64 ": another %s has the name \"%.*s\" here",
                m->number, ctl_export_kinds[object->kind],
                (int) object->name.len, (char *) object->name.data);
        m->failed++;

        return 0;
    }

    ctl_import_applied(m, &op, &m->objects);

    return 0;
}


static int
ctl_import_kind(json_t *json, webhook_object_e *kind)
{
    unsigned       i;
    webhook_str_t  text;

    if (ctl_import_text(json, "object", &text) != 0) {
        return -1;
    }

    for (i = 0; i < WEBHOOK_OBJECT_KINDS; i++) {

        if (strlen(ctl_export_kinds[i]) == text.len
            && memcmp(ctl_export_kinds[i], text.data, text.len) == 0)
        {
            *kind = i;
            return 0;
        }
    }

    return -1;
}
