
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * endpoint, receiver: what was registered.  No key is at hand here, so what is
 * shown of an object is its clear part, in which secrets are masked.
 */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "webhookctl/webhookctl.h"
#include "core/definition/webhook_definition.h"
#include "store/view/webhook_view.h"


#define CTL_OBJECT_BYTES  (1024 * 1024)     /* of data, a page */


static int ctl_objects(ctl_t *ctl, webhook_store_t *st, webhook_object_e kind);
static int ctl_objects_list(ctl_t *ctl, webhook_store_t *st,
    webhook_object_e kind);
static void ctl_object_line(const ctl_t *ctl, const webhook_object_t *object);
static int ctl_object_read(ctl_t *ctl, webhook_store_t *st,
    webhook_object_e kind, webhook_op_t *op);
static int ctl_object_show(ctl_t *ctl, webhook_store_t *st,
    webhook_object_e kind);
static json_t *ctl_object_json(const webhook_object_t *object);
static json_t *ctl_object_state(webhook_store_t *st,
    const webhook_object_t *object);
static int ctl_object_delete(ctl_t *ctl, webhook_store_t *st,
    webhook_object_e kind);
static int ctl_object_remove(ctl_t *ctl, webhook_store_t *st,
    const webhook_object_t *object);
static int ctl_object_refused(const ctl_t *ctl,
    const webhook_op_object_t *object, webhook_store_result_e result);


int
ctl_endpoints(ctl_t *ctl, webhook_store_t *st)
{
    return ctl_objects(ctl, st, WEBHOOK_OBJECT_ENDPOINT);
}


int
ctl_receivers(ctl_t *ctl, webhook_store_t *st)
{
    return ctl_objects(ctl, st, WEBHOOK_OBJECT_RECEIVER);
}


static int
ctl_objects(ctl_t *ctl, webhook_store_t *st, webhook_object_e kind)
{
    const char  *word;

    word = ctl->argc > 1 ? ctl->argv[1] : "list";

    if (strcmp(word, "list") == 0) {

        if (ctl->argc > 2) {
            ctl_say("list takes no more words");
            return 2;
        }

        return ctl_objects_list(ctl, st, kind);
    }

    if (ctl->argc != 3) {
        ctl_say("%s takes the id of one, as list shows it", word);
        return 2;
    }

    return strcmp(word, "show") == 0 ? ctl_object_show(ctl, st, kind)
                                     : ctl_object_delete(ctl, st, kind);
}


static int
ctl_objects_list(ctl_t *ctl, webhook_store_t *st, webhook_object_e kind)
{
    int                    head;
    uint32_t               i;
    uint64_t               left;
    webhook_op_t           op, *ops;
    webhook_op_objects_t  *l;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_OBJECTS;
    ops = &op;
    l = &op.u.objects;

    l->kind = kind;
    l->company = ctl->company;
    l->brief = 1;

    head = !ctl->json;
    left = ctl->limit;

    do {
        l->max = ctl_page(left);

        webhook_store_apply(st, &ops, 1);

        if (op.result != WEBHOOK_STORE_OK) {
            return ctl_failed(&op, "the list");
        }

        if (head && l->count) {
            printf("%-*s %7s  %-29s %-12s %s\n", WEBHOOK_DEFINITION_ID, "ID",
                   "VERSION", "CHANGED", "COMPANY", "NAME");
            head = 0;
        }

        for (i = 0; i < l->count; i++) {
            ctl_object_line(ctl, &l->objects[i]);
        }

        if (l->damaged) {
            ctl_say("%" PRIu32 " could not be read", l->damaged);
        }

        left -= l->count;
        l->from = 1;

        webhook_op_free(&op);

    } while (l->more && left);

    return ctl_ended(l->more);
}


static void
ctl_object_line(const ctl_t *ctl, const webhook_object_t *object)
{
    char  when[40];

    if (ctl->json) {
        ctl_json_line(webhook_view_object(object));
        return;
    }

    ctl_column(&object->id, WEBHOOK_DEFINITION_ID);
    printf(" %7" PRIu64 "  %-29s ", object->version,
           ctl_time(object->updated, when, sizeof(when)));
    ctl_column(&object->company, 12);
    printf(" ");
    ctl_text(&object->name, WEBHOOK_OBJECT_NAME_MAX);
    printf("\n");
}


/* The object that the second word names, which is op's; 0, or the exit
   status. */

static int
ctl_object_read(ctl_t *ctl, webhook_store_t *st, webhook_object_e kind,
    webhook_op_t *op)
{
    webhook_op_t  *ops;

    memset(op, 0, sizeof(webhook_op_t));

    op->type = WEBHOOK_OP_OBJECTS;
    op->u.objects.kind = kind;
    op->u.objects.id = ctl_str(ctl->argv[2]);
    op->u.objects.company = ctl->company;
    op->u.objects.max = 1;
    op->u.objects.max_bytes = CTL_OBJECT_BYTES;

    if (op->u.objects.id.len == 0) {
        ctl_say("an id is as shown by list");
        return 2;
    }

    ops = op;

    webhook_store_apply(st, &ops, 1);

    if (op->result == WEBHOOK_STORE_OK && op->u.objects.count == 1) {
        return 0;
    }

    if (op->result == WEBHOOK_STORE_OK) {
        op->result = WEBHOOK_STORE_NOT_FOUND;
    }

    return ctl_failed(op, kind == WEBHOOK_OBJECT_ENDPOINT
                          ? "such registered endpoint"
                          : "such registered receiver");
}


static int
ctl_object_show(ctl_t *ctl, webhook_store_t *st, webhook_object_e kind)
{
    int            rc;
    char          *text;
    json_t        *json;
    webhook_op_t   op;

    rc = ctl_object_read(ctl, st, kind, &op);
    if (rc != 0) {
        return rc;
    }

    json = ctl_object_json(op.u.objects.objects);

    if (json) {
        (void) json_object_set_new(json, "state",
                                   ctl_object_state(st,
                                                    op.u.objects.objects));
    }

    webhook_op_free(&op);

    if (ctl->json || json == NULL) {
        ctl_json_line(json);
        return 0;
    }

    /* whatever is in it, a terminal obeys nothing of it */

    text = json_dumps(json, JSON_INDENT(2)|JSON_REAL_PRECISION(15)
                            |(isatty(STDOUT_FILENO) ? JSON_ENSURE_ASCII : 0));

    json_decref(json);

    if (text == NULL) {
        ctl_say("no memory");
        return 1;
    }

    printf("%s\n", text);
    free(text);

    return 0;
}


/* What the store knows of it, and its members. */

static json_t *
ctl_object_json(const webhook_object_t *object)
{
    int      rc;
    json_t  *json, *definition, *shown;

    json = webhook_view_object(object);

    rc = webhook_definition_open((webhook_definition_kind_e) object->kind,
                                 &object->id, &object->data, NULL,
                                 &definition);

    if (json == NULL || rc == WEBHOOK_NOMEM) {
        json_decref(json);
        return NULL;
    }

    if (rc == WEBHOOK_ERROR) {
        ctl_say("what is kept of it is damaged");
        return json;
    }

    shown = webhook_definition_show((webhook_definition_kind_e) object->kind,
                                    definition, WEBHOOK_DEFINITION_MASKED);
    json_decref(definition);

    if (shown == NULL || json_object_update_missing(json, shown) != 0) {
        json_decref(json);
        json = NULL;
    }

    json_decref(shown);

    return json;
}


/* Of the endpoint that bears its id; null where the store has no such yet. */

static json_t *
ctl_object_state(webhook_store_t *st, const webhook_object_t *object)
{
    char           name[sizeof("receiver:") + WEBHOOK_OBJECT_ID_MAX];
    json_t        *json;
    uint32_t       i;
    uint64_t       id;
    webhook_op_t   op, *ops;
    webhook_str_t  text;

    (void) snprintf(name, sizeof(name), "%s%.*s",
                    object->kind == WEBHOOK_OBJECT_RECEIVER ? "receiver:" : "",
                    (int) object->id.len, (char *) object->id.data);

    text = ctl_str(name);

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_STATS;
    ops = &op;
    id = webhook_id_name(&text);

    webhook_store_apply(st, &ops, 1);

    json = NULL;

    for (i = 0; op.result == WEBHOOK_STORE_OK && i < op.u.stats.count; i++) {
        if (op.u.stats.endpoints[i].id == id) {
            json = webhook_view_endpoint(&op.u.stats.endpoints[i]);
        }
    }

    webhook_op_free(&op);

    return json ? json : json_null();
}


static int
ctl_object_delete(ctl_t *ctl, webhook_store_t *st, webhook_object_e kind)
{
    int           rc;
    webhook_op_t  op;

    rc = ctl_object_read(ctl, st, kind, &op);
    if (rc != 0) {
        return rc;
    }

    if (!ctl->json) {
        printf("%s \"", kind == WEBHOOK_OBJECT_ENDPOINT ? "endpoint"
                                                        : "receiver");
        ctl_text(&op.u.objects.objects->name, WEBHOOK_OBJECT_NAME_MAX);
        printf("\"");

        if (op.u.objects.objects->company.len) {
            printf(" of company ");
            ctl_text(&op.u.objects.objects->company, WEBHOOK_COMPANY_MAX);
        }

        printf(" will be removed%s\n",
               ctl->given & ctl_bit(CTL_CANCEL) ? ", and what is pending "
                                                  "cancelled"
                                                : "");
    }

    rc = ctl_sure(ctl, "Remove it");

    if (rc == 0) {
        rc = ctl_object_remove(ctl, st, op.u.objects.objects);
    }

    webhook_op_free(&op);

    return rc;
}


static int
ctl_object_remove(ctl_t *ctl, webhook_store_t *st,
    const webhook_object_t *object)
{
    int              rc;
    char            *record;
    json_t          *root;
    webhook_op_t     op, *ops;
    struct timespec  now;

    record = ctl_record("delete", object->kind == WEBHOOK_OBJECT_ENDPOINT
                                  ? "endpoint" : "receiver", ctl->argv[2],
                        NULL);

    memset(&op, 0, sizeof(op));

    clock_gettime(CLOCK_REALTIME, &now);

    op.type = WEBHOOK_OP_OBJECT;
    op.u.object.object.kind = object->kind;
    op.u.object.object.id = object->id;
    op.u.object.object.company = object->company;
    op.u.object.object.by = ctl_str("webhookctl");
    op.u.object.wall = (uint64_t) now.tv_sec * 1000
                       + (uint64_t) now.tv_nsec / 1000000;
    op.u.object.expect = object->version;
    op.u.object.remove = 1;
    op.u.object.cancel = (ctl->given & ctl_bit(CTL_CANCEL)) != 0;
    op.u.object.audit = ctl_str(record);
    ops = &op;

    webhook_store_apply(st, &ops, 1);

    free(record);

    if (op.result != WEBHOOK_STORE_OK) {
        rc = ctl_object_refused(ctl, &op.u.object, op.result);
        webhook_op_free(&op);
        return rc;
    }

    webhook_op_free(&op);

    if (ctl->json) {
        root = json_object();

        ctl_json_set(root, "id", &object->id);
        json_object_set_new(root, "removed", json_true());
        ctl_json_line(root);

    } else {
        printf("it is removed\n");
    }

    return 0;
}


static int
ctl_object_refused(const ctl_t *ctl, const webhook_op_object_t *object,
    webhook_store_result_e result)
{
    if (result == WEBHOOK_STORE_STALE && object->owed) {
        ctl_say("%" PRIu64 " %s for it, and %" PRIu64 " %s being sent: "
                "--cancel cancels them", object->pending,
                ctl_many(object->pending, "delivery waits",
                         "deliveries wait"),
                object->sending, ctl_many(object->sending, "is", "are"));

    } else if (result == WEBHOOK_STORE_STALE) {
        ctl_say("somebody has changed it meanwhile: read it again");

    } else {
        ctl_say("\"%s\" was not removed: %s", ctl->argv[2],
                webhook_store_result_text(result));
    }

    return 1;
}
