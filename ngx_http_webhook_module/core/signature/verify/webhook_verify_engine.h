
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The engine's parts, for those presets that have a function: it reads the
 * signature, makes the message what its sender signs, and has it proved.
 *
 * All functions are reentrant and may run on any thread; none blocks.
 */

#ifndef WEBHOOK_VERIFY_ENGINE_H
#define WEBHOOK_VERIFY_ENGINE_H

#include "core/json/webhook_json.h"
#include "core/signature/verify/webhook_verify.h"


typedef struct webhook_room_s  webhook_room_t;


/* Pairs of a query or form. */

typedef struct {
    webhook_str_t                 name;         /* decoded */
    webhook_str_t                 value;        /* as it came */
    webhook_str_t                 raw;          /* the name as it came */
} webhook_pair_t;

typedef struct {
    size_t                        n;
    webhook_pair_t               *pairs;        /* NULL: not yet read */
} webhook_pairs_t;


/* A call as it is checked. */

struct webhook_verify_s {
    const webhook_verifier_t     *verifier;
    const webhook_verify_call_t  *call;
    const webhook_preset_t       *preset;
    const webhook_scheme_t       *scheme;
    webhook_message_t             message;      /* as far as it was read; its
                                                   stamp is the timestamp */
    int64_t                       ms;           /* which is this */
    webhook_verified_t           *verified;

    unsigned                      other;        /* 1: headers have their older
                                                   names */
    webhook_str_t                 item_stamp;   /* of the list, or empty */
    webhook_str_t                 item_id;

    webhook_payload_e             payload;
    webhook_json_doc_t           *doc;
    webhook_pairs_t               form;
    webhook_pairs_t               query;
    webhook_buf_t                 copy;         /* of a body in pieces */
    webhook_room_t               *rooms;
};


/* Signatures that came. */

typedef struct {
    unsigned        items;              /* of the list so far */
    unsigned        n;                  /* decoded, in bytes; */
    unsigned        npublic;            /* by a private key, as they came */
    unsigned        bad;                /* 1: some could not be read */
    unsigned        over;               /* 1: more than npublic may be */
    webhook_str_t   public[WEBHOOK_VERIFY_PUBLIC];
    unsigned char   bytes[WEBHOOK_VERIFY_CANDIDATES][WEBHOOK_DIGEST_MAX];
} webhook_signatures_t;


/* verify_call */

/* A header; *value is empty where it is missing. */
webhook_verify_e webhook_verify_header(webhook_verify_t *v,
    const webhook_str_t *name, webhook_str_t *value);

/* The body in one piece: a view of it, or of a copy that ends with v. */
webhook_verify_e webhook_verify_body(webhook_verify_t *v, webhook_str_t *body);

/* Memory that ends with v; NULL if there is none. */
void *webhook_verify_room(webhook_verify_t *v, size_t size);

/* "%XX" and "+" decoded. */
webhook_verify_e webhook_verify_decode(webhook_verify_t *v,
    const webhook_str_t *raw, webhook_str_t *text);

/* Frees what a check took. */
void webhook_verify_end(webhook_verify_t *v);


/* verify_payload */

/* Reads the payload, once and within the call's bounds: v->payload says as
   what. */
webhook_verify_e webhook_verify_payload(webhook_verify_t *v);

/* As what the payload is to be read: the caller's word, or Content-Type's. */
webhook_verify_e webhook_verify_kind(webhook_verify_t *v,
    webhook_payload_e *kind);

/* Reads the query, once. */
webhook_verify_e webhook_verify_query(webhook_verify_t *v);

/*
 * One value of the payload or the query, decoded; *found is 0 where there is
 * none.
 */
webhook_verify_e webhook_verify_field(webhook_verify_t *v,
    const webhook_str_t *path, webhook_str_t *value, int *found);
webhook_verify_e webhook_verify_parameter(webhook_verify_t *v,
    const webhook_str_t *name, webhook_str_t *value, int *found);

/* The value of JSON at a path, in a payload that was read as such; 1 if there
   is one, 0 if not, -1 if there is no memory, -2 if a key on the way stands
   twice. */
int webhook_verify_find(webhook_verify_t *v, const webhook_str_t *path,
    webhook_json_value_t *value);

/* A value of JSON as text: a string decoded, null as nothing, all others as
   they stand. */
webhook_verify_e webhook_verify_json_text(webhook_verify_t *v,
    const webhook_json_value_t *value, webhook_str_t *text);


/* verify_place */

/* What stands at a place, decoded; empty where it is missing.  Not of
   WEBHOOK_PLACE_ITEM. */
webhook_verify_e webhook_verify_place(webhook_verify_t *v,
    const webhook_place_t *place, webhook_str_t *value);

/* Reads the timestamp, which the preset has, and says whether it is within
   the window: OK, OLD or EARLY. */
webhook_verify_e webhook_verify_timestamp(webhook_verify_t *v);
webhook_verify_e webhook_verify_window(webhook_verify_t *v);

/* Reads the repeat id, if the preset has one. */
webhook_verify_e webhook_verify_repeat_id(webhook_verify_t *v);


/* verify_list */

/* Reads the signatures that the preset's place has. */
webhook_verify_e webhook_verify_signatures(webhook_verify_t *v,
    webhook_signatures_t *s);


/* verify_sorted */

/* {sorted_query} or {sorted_fields}. */
webhook_verify_e webhook_verify_sorted(webhook_verify_t *v,
    webhook_part_e what, webhook_str_t *text);


/* verify_values */

/* The texts of the parts of the signed string; message.values refers to
   them. */
webhook_verify_e webhook_verify_values(webhook_verify_t *v,
    webhook_str_t values[WEBHOOK_SCHEME_PARTS]);


/* verify_proof */

/*
 * Looks whether any live key made any of these signatures of the message; of
 * secrets it looks at all, whatever it finds.
 */
webhook_verify_e webhook_verify_proof(webhook_verify_t *v,
    const webhook_signatures_t *s);

/* TOKEN: compares what came with each live key. */
webhook_verify_e webhook_verify_token(webhook_verify_t *v);

/* The same of a text. */
webhook_verify_e webhook_verify_secret(webhook_verify_t *v,
    const webhook_str_t *text);


#endif /* WEBHOOK_VERIFY_ENGINE_H */
