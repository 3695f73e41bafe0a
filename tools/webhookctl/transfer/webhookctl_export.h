
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Between those that write and read exports (docs/export.md):
 * webhookctl_export.c, with webhookctl_export_object.c; webhookctl_import.c,
 * with webhookctl_import_event.c, which puts deliveries back together as
 * events, webhookctl_import_object.c, webhookctl_import_audit.c, and
 * webhookctl_import_member.c, which reads the members of lines;
 * webhookctl_quarantine.c.
 */

#ifndef WEBHOOKCTL_EXPORT_H
#define WEBHOOKCTL_EXPORT_H

#include "webhookctl/webhookctl.h"


#define CTL_EXPORT_VERSION     1

/* Kinds of lines. */
#define CTL_KIND_EXPORT        "webhook-export"     /* the first */
#define CTL_KIND_OBJECT        "object"
#define CTL_KIND_AUDIT         "audit"
#define CTL_KIND_ENDPOINT      "endpoint"
#define CTL_KIND_DEDUPE        "dedupe"
#define CTL_KIND_IDEMPOTENCY   "idempotency"
#define CTL_KIND_DELIVERY      "delivery"
#define CTL_KIND_CALL          "call"
#define CTL_KIND_QUARANTINE    "quarantine"
#define CTL_KIND_END           "end"                /* the last */

/* A time that programs with numbers of 53 bits can read. */
#define CTL_EXPORT_LONG        ((uint64_t) 1 << 52)

#define CTL_EXPORT_PAGE        100


typedef struct {
    webhook_store_t  *st;
    uint64_t          lines;
    uint64_t          damaged;
} ctl_export_t;


/* Writes a line of a kind, and frees it. */
void ctl_export_line(ctl_export_t *x, json_t *json, const char *kind);

/* What was registered, and what is left of what was removed; and the records of
   the audit, the oldest first.  0, or the exit status. */
int ctl_export_objects(ctl_export_t *x);
int ctl_export_audit(ctl_export_t *x);

/* What an object is: "endpoint" or "receiver"; WEBHOOK_OBJECT_KINDS names. */
extern const char *const  ctl_export_kinds[];


typedef struct ctl_import_s  ctl_import_t;


/* A batch of deliveries that were read, and not put yet. */
typedef struct ctl_batch_s  ctl_batch_t;


/* The records that were in the audit before the first one was read. */
typedef struct ctl_seen_s  ctl_seen_t;


struct ctl_import_s {
    ctl_t            *ctl;
    webhook_store_t  *st;
    ctl_batch_t      *batch;
    ctl_seen_t       *seen;
    uint64_t          act;              /* number of the record of its
                                           beginning; 0: there is none yet */

    uint64_t          number;           /* of the line */
    uint64_t          lines;            /* of what is imported, since the first
                                           line of an export */

    uint64_t          events;           /* imported */
    uint64_t          calls;
    uint64_t          repeats;
    uint64_t          objects;
    uint64_t          records;
    uint64_t          there;            /* were there already */
    uint64_t          skipped;          /* lines of no use here */
    uint64_t          failed;           /* lines that could not be taken */

    unsigned          begun:1;          /* an export, which has not ended */
    unsigned          unknown:1;        /* kinds that are not known here */
};


/* Takes a delivery's line, which is the batch's then, and puts what is whole
   when that is enough.  -1: it is none that export writes; then it is the
   caller's.  Puts the rest; frees what is left. */
int ctl_import_delivery(ctl_import_t *m, json_t *json);
void ctl_import_flush(ctl_import_t *m);
void ctl_import_free(ctl_import_t *m);


/* Take the line of an object, or of a record of the audit.  -1: it cannot be
   read. */
int ctl_import_object(ctl_import_t *m, json_t *json);
int ctl_import_audit(ctl_import_t *m, json_t *json);
void ctl_import_audit_free(ctl_import_t *m);

/* Tells of an operation that was applied, whatever it came to, counts it, and
   frees it. */
void ctl_import_applied(ctl_import_t *m, webhook_op_t *op, uint64_t *count);


/* Members of a line.  A text that is not there is empty; bytes are those of
   NAME_base64 where that is there, which become the member's.  -1: it cannot be
   read. */
int ctl_import_text(json_t *json, const char *name, webhook_str_t *text);
uint64_t ctl_import_number(json_t *json, const char *name);
uint32_t ctl_import_u32(json_t *json, const char *name);  /* at most that */
int ctl_import_hex(json_t *json, const char *name, void *p, size_t len);
int ctl_import_id(json_t *json, const char *name, webhook_id_t *id);

/* The event of a delivery's name, EVENT.ENDPOINT; 0 in *there: it is null, or
   none. */
int ctl_import_event(json_t *json, const char *name, webhook_id_t *id,
    int *there);

/* What webhook_id_name() made of a name: as NAME_id says, else of the name.
   -1: there is neither. */
int ctl_import_name(json_t *json, const char *name, uint64_t *id);


#endif /* WEBHOOKCTL_EXPORT_H */
