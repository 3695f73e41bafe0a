
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Endpoints and receivers as JSON: what people who register them write and
 * see, what the store keeps, and the fields of which they are built.
 *
 *   members (JSON)  --merge-->  definition  --fields-->  words of nginx.conf
 *                                 |     ^
 *                               seal   open      --show-->  JSON, masked
 *                                 v     |
 *                             bytes of the store
 *
 * A definition is a tree of jansson's: an object with the members that
 * somebody may set, as they were written and with all secrets in it; of
 * secrets that have an end and an id also "secrets" (and of a receiver
 * "tokens"), an array of
 *
 *   {"id": "k1", "secret": TEXT, "created": TIME, "expires": TIME or null}
 *
 * What the members are is said by one table for each kind, a row a member
 * (webhook_definition_endpoint.c, _receiver.c): its type, its bounds, whether
 * it is a secret, and how it is written as a field.  What is judged here is
 * what the table says; what the words of a field mean is judged by whoever
 * builds it, so that the sentences are those of nginx -t.  Members that only
 * the server sets ("id", "version", "created", "state" ...) are passed over
 * where they are given, so that an object may be sent back as it was read.
 *
 * Problems are an array of jansson's, of {"pointer": "/retry/first", "detail":
 * "a sentence"}, as they stand in the "errors" of a problem document.  There
 * are up to WEBHOOK_DEFINITION_PROBLEMS of them, and no secret in any.
 *
 * Nothing here knows nginx or blocks; any thread, but one tree is for one at a
 * time.  A tree may hold secrets: webhook_seal_jansson() has jansson overwrite
 * what it frees.
 */

#ifndef WEBHOOK_DEFINITION_H
#define WEBHOOK_DEFINITION_H

#include <jansson.h>

#include "core/seal/webhook_seal.h"


#define WEBHOOK_DEFINITION_PROBLEMS  32
#define WEBHOOK_DEFINITION_DATA      131072     /* bytes in the store */
#define WEBHOOK_DEFINITION_DEPTH     32         /* of arrays and objects */
#define WEBHOOK_DEFINITION_NAME      255        /* bytes of a name */
#define WEBHOOK_DEFINITION_COMPANY   64
#define WEBHOOK_DEFINITION_ID        29         /* characters of an id */
#define WEBHOOK_DEFINITION_TOKEN     43         /* of a receiver's token */

/* What stands in place of a secret. */
#define WEBHOOK_DEFINITION_MASK      "***"

/* It is sealed with a key that is not there (any more). */
#define WEBHOOK_DEFINITION_LOCKED    WEBHOOK_SEAL_NO_KEY


/* With the numbers of webhook_object_e. */

typedef enum {
    WEBHOOK_DEFINITION_ENDPOINT = 0,
    WEBHOOK_DEFINITION_RECEIVER
} webhook_definition_kind_e;


typedef enum {
    WEBHOOK_DEFINITION_MASKED = 0,      /* company.view: no URL, no hint */
    WEBHOOK_DEFINITION_SETTING          /* company.setting: URLs and hints; of
                                           header values and secrets nothing */
} webhook_definition_view_e;


/* One field: its name and its values, each with a NUL behind it, and the JSON
   pointer of the member that it was made of. */

typedef struct {
    webhook_str_t  *words;
    uint32_t        nwords;
    char           *pointer;
} webhook_definition_field_t;


typedef struct {
    webhook_definition_field_t  *items;
    uint32_t                     n;
} webhook_definition_fields_t;


/* A new id, "ep_" or "rc_" and 128 random bits as 26 letters and digits, with
   a NUL: WEBHOOK_OK, or WEBHOOK_ERROR if no randomness could be had. */
int webhook_definition_id(webhook_definition_kind_e kind,
    char id[WEBHOOK_DEFINITION_ID + 1]);

/* 1 if the text can name a company: up to 64 letters, digits, "_", "." and
   "-". */
int webhook_definition_is_company(const webhook_str_t *text);

/*
 * Judges members and merges them into a definition by RFC 7396: null takes a
 * member away, objects are merged, arrays are replaced.  A secret that is
 * "***" (a URL "https://host/...***" as it is shown) is what it was: in an
 * array the one of the same "name", "id" or "header".  old is the definition
 * so far, NULL for a new object; now is wall-clock milliseconds.
 *
 * "secret": true, or {"generate": true} in "secrets", makes a secret; a new
 * receiver gets a token.  What was made is told in *made, an object with
 * "secret" or "token", or NULL: it is shown once.  Secrets that have ended are
 * taken away.
 *
 * Where an endpoint is moved (see below), each secret that is kept is a
 * problem, be it left out or masked; so are those of "auth" where "token_url"
 * leads to another scheme, host or port.
 *
 * Returns a new definition; NULL, with problems, where something is wrong;
 * NULL with none where there is no memory (or no randomness).  given and old
 * stay the caller's and are not changed.
 */
json_t *webhook_definition_merge(webhook_definition_kind_e kind,
    const json_t *old, const json_t *given, int64_t now, json_t *problems,
    json_t **made);

/*
 * The same for another secret of an endpoint or another token of a receiver.
 * asked is the body of the request, an object that may have "overlap" ("24h",
 * up to 90 days): for how long the ones that there are still hold, which have
 * no longer an end than that; without it they are gone at once.  Of an
 * endpoint it may have "secret", where the other side made it.  asked may be
 * NULL.
 */
json_t *webhook_definition_rotate(webhook_definition_kind_e kind,
    const json_t *old, const json_t *asked, int64_t now, json_t *problems,
    json_t **made);

/*
 * Where an endpoint goes is said by "url", "auth.token_url" and "tls": 1 if all
 * of that is the same in two definitions.  It was moved, 1, if scheme, host or
 * port of its URL or its "tls" are others: whoever is there now is not the one
 * that secrets were meant for.
 */
int webhook_definition_same_place(const json_t *one, const json_t *two);
int webhook_definition_moved(const json_t *old, const json_t *new);

/* What is left of a definition where it is shown: a new tree.  What only the
   server knows (id, version, state ...) is the caller's to add. */
json_t *webhook_definition_show(webhook_definition_kind_e kind,
    const json_t *definition, webhook_definition_view_e view);

/*
 * What differs between two definitions, for the audit: a new array of
 * {"pointer": "/url", "from": ..., "to": ...}, a member each, as they are
 * shown where all is masked.  old or new may be NULL, which is an empty
 * object.
 */
json_t *webhook_definition_changes(webhook_definition_kind_e kind,
    const json_t *old, const json_t *new);

/*
 * Writes a definition as the store keeps it: its clear part, and sealed what
 * is secret, which is bound to kind, id and clear part.  Appends to data.
 * Returns WEBHOOK_OK; WEBHOOK_DEFINITION_LOCKED where there are secrets and no
 * key (of a receiver's tokens their digests are kept then, and nobody can be
 * shown them); WEBHOOK_LIMIT where it is longer than WEBHOOK_DEFINITION_DATA;
 * WEBHOOK_NOMEM, WEBHOOK_ERROR (no randomness).
 */
int webhook_definition_seal(webhook_definition_kind_e kind,
    const webhook_str_t *id, const json_t *definition,
    const webhook_seal_ring_t *ring, webhook_buf_t *data);

/*
 * Reads it again: WEBHOOK_OK and a new tree in *definition.  Without the key:
 * WEBHOOK_DEFINITION_LOCKED, and *definition is the clear part, with masks for
 * secrets: to be shown, not to be built or merged into.  WEBHOOK_ERROR
 * (damaged, or another's), WEBHOOK_NOMEM: *definition is NULL.  ring may be
 * NULL.
 */
int webhook_definition_open(webhook_definition_kind_e kind,
    const webhook_str_t *id, const webhook_str_t *data,
    const webhook_seal_ring_t *ring, json_t **definition);

/* 1 if the first key of the ring has sealed these bytes, or if nothing in them
   is sealed; 0 if they should be opened and sealed anew. */
int webhook_definition_current(const webhook_str_t *data,
    const webhook_seal_ring_t *ring);

/*
 * Writes a definition as fields, in the order of the table.  Secrets and texts
 * are written so that they mean themselves ("text:" stands before a secret),
 * and a receiver's tokens as "sha256:".  Returns WEBHOOK_OK or WEBHOOK_NOMEM.
 * The words hold secrets: webhook_definition_fields_free() overwrites them.
 */
int webhook_definition_fields(webhook_definition_kind_e kind,
    const json_t *definition, webhook_definition_fields_t *fields);
void webhook_definition_fields_free(webhook_definition_fields_t *fields);

/* Adds a problem by a printf() format, unless there are too many. */
void webhook_definition_problem(json_t *problems, const char *pointer,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));


#endif /* WEBHOOK_DEFINITION_H */
