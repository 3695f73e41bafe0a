
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The tables of members, and what the units of this room share.
 */

#ifndef WEBHOOK_DEFINITION_INT_H
#define WEBHOOK_DEFINITION_INT_H

#include "core/definition/webhook_definition.h"


/* What a member's value may be. */

#define WEBHOOK_MEMBER_TEXT      0x0001
#define WEBHOOK_MEMBER_INTEGER   0x0002
#define WEBHOOK_MEMBER_REAL      0x0004 /* an integer, too */
#define WEBHOOK_MEMBER_JSON      0x0008 /* an object or array: a template */
#define WEBHOOK_MEMBER_OBJECT    0x0010 /* with the members "of" */
#define WEBHOOK_MEMBER_LIST      0x0020 /* of values of the other types; what
                                           is no list is its only element */
#define WEBHOOK_MEMBER_SECRETS   0x0040 /* a list of secrets */

/* How a text is judged. */

#define WEBHOOK_MEMBER_REQUIRED  0x0001 /* it has to be there */
#define WEBHOOK_MEMBER_LINE      0x0002 /* without control characters */
#define WEBHOOK_MEMBER_EMPTY     0x0004 /* it may be empty */
#define WEBHOOK_MEMBER_SECRET    0x0008 /* nobody is shown it */
#define WEBHOOK_MEMBER_URL       0x0010 /* that may hold a secret */
#define WEBHOOK_MEMBER_NAME      0x0020 /* letters, digits, "_", "." and "-" */

/* Who sets it. */

#define WEBHOOK_MEMBER_SERVER    0x0040 /* the server: it is passed over */
#define WEBHOOK_MEMBER_LOCAL     0x0080 /* nginx.conf */
#define WEBHOOK_MEMBER_SECRETS_IN 0x0100 /* it goes into "secrets" */

/* Of an object. */

#define WEBHOOK_MEMBER_FIRST     0x0200 /* a text is its first member alone */
#define WEBHOOK_MEMBER_KIND      0x0400 /* where its first member is another,
                                           the rest is not what it was */

/* Of a list of secrets. */

#define WEBHOOK_MEMBER_STANDARD  0x0800 /* those made are "whsec_..." */
#define WEBHOOK_MEMBER_NO_END    0x1000 /* none of them ends */
#define WEBHOOK_MEMBER_GIVEN     0x2000 /* they come from the other side */
#define WEBHOOK_MEMBER_TOKENS    0x4000 /* of a URL: known by a digest */

/* How it is written. */

#define WEBHOOK_MEMBER_EACH      0x8000 /* a field for each element */
#define WEBHOOK_MEMBER_COMMA    0x10000 /* a word of all elements */
#define WEBHOOK_MEMBER_MARKED   0x20000 /* with "text:" before it */


typedef struct webhook_member_s  webhook_member_t;

struct webhook_member_s {
    const char              *name;
    uint32_t                 type;
    uint32_t                 flags;
    uint32_t                 max;       /* bytes of a text, or of each text in
                                           a list */
    uint32_t                 count;     /* elements of a list */
    const char              *word;      /* of an object's member: what stands
                                           before its value, as "ttl="; else
                                           the field's name, with more words
                                           after a blank; NULL: no field */
    const webhook_member_t  *of;        /* members, up to one without a name */
    const char              *key;       /* of a list of objects: the member
                                           that says which is which */
};


/* Rows such as there are many of. */

#define webhook_member_text(name, max, word)                                  \
    { name, WEBHOOK_MEMBER_TEXT, WEBHOOK_MEMBER_LINE, max, 0, word, NULL,     \
      NULL }
#define webhook_member_integer(name, word)                                    \
    { name, WEBHOOK_MEMBER_INTEGER, 0, 0, 0, word, NULL, NULL }
#define webhook_member_local(name)                                            \
    { name, WEBHOOK_MEMBER_TEXT, WEBHOOK_MEMBER_LOCAL, 0, 0, NULL, NULL, NULL }
#define webhook_member_server(name)                                           \
    { name, WEBHOOK_MEMBER_TEXT, WEBHOOK_MEMBER_SERVER, 0, 0, NULL, NULL,     \
      NULL }
#define webhook_members_end                                                   \
    { NULL, 0, 0, 0, 0, NULL, NULL, NULL }


/* What is going on. */

typedef struct {
    webhook_definition_kind_e  kind;
    int64_t                    now;             /* wall, ms */
    json_t                    *problems;
    json_t                    *made;            /* or NULL */
    uint32_t                   nproblems;       /* told, and not */
    unsigned                   failed:1;        /* no memory, no randomness */
    unsigned                   moved:1;         /* no secret goes along, */
    unsigned                   token_moved:1;   /*   or none of "auth" */
    size_t                     len;             /* of the pointer */
    char                       pointer[512];
} webhook_definition_ctx_t;


/* Tables of what both kinds have (webhook_definition_table.c). */
extern const webhook_member_t  webhook_members_header[];
extern const webhook_member_t  webhook_members_auth[];
extern const webhook_member_t  webhook_members_timeout[];
extern const webhook_member_t  webhook_members_retry[];
extern const webhook_member_t  webhook_members_breaker[];
extern const webhook_member_t  webhook_members_tls[];

/* And of one. */
extern const webhook_member_t  webhook_members_endpoint[];
extern const webhook_member_t  webhook_members_receiver[];

/* The members of a kind, and the one of a name, or NULL. */
const webhook_member_t *webhook_members(webhook_definition_kind_e kind);
const webhook_member_t *webhook_member_find(const webhook_member_t *members,
    const char *name);

/* 1 if it is a list of objects. */
int webhook_member_objects(const webhook_member_t *member);


/*
 * webhook_definition_value.c: the pointer that is being looked at, problems of
 * it, trees.
 */

/* Goes to a member, or to an element; leave() takes what enter() returned. */
size_t webhook_definition_enter(webhook_definition_ctx_t *ctx,
    const char *name);
size_t webhook_definition_enter_element(webhook_definition_ctx_t *ctx,
    size_t index);
void webhook_definition_leave(webhook_definition_ctx_t *ctx, size_t len);

/* A problem of what the pointer is at. */
void webhook_definition_wrong(webhook_definition_ctx_t *ctx, const char *fmt,
    ...) __attribute__((format(printf, 2, 3)));

/* json_object_set_new() and json_array_append_new(): where value is NULL or
   there is no memory, ctx->failed is set. */
void webhook_definition_set(webhook_definition_ctx_t *ctx, json_t *object,
    const char *name, json_t *value);
void webhook_definition_append(webhook_definition_ctx_t *ctx, json_t *array,
    json_t *value);

/* 1 if a value is a mask. */
int webhook_definition_masked(const json_t *value);

/* A copy of a number or text as it is judged by its row, or NULL with a
   problem. */
json_t *webhook_definition_scalar(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, const json_t *value);

/* A URL as everybody may see it, "https://host/...***" where there is more
   than host and port. */
json_t *webhook_definition_mask_url(const json_t *value);

/* "2026-11-28T02:06:10.432Z", and the milliseconds of any such text; -1 if it
   is none. */
json_t *webhook_definition_time(int64_t ms);
int64_t webhook_definition_time_parse(const json_t *value);


/*
 * webhook_definition_merge.c: objects.
 */

/*
 * Merges the members given into an object of old ones (or NULL): a new object,
 * with problems where something is wrong.  patch: what is not given is what it
 * was; else the object replaces the other, of which nothing but secrets is
 * kept.
 */
json_t *webhook_definition_members(webhook_definition_ctx_t *ctx,
    const webhook_member_t *members, const json_t *old, const json_t *given,
    int patch);

/* Tells of members that there are not, or that nobody who registers may set.
   */
void webhook_definition_unknown(webhook_definition_ctx_t *ctx,
    const webhook_member_t *members, const json_t *given);


/*
 * webhook_definition_place.c: where an endpoint goes.
 */

/* 1 if access tokens come from another scheme, host or port. */
int webhook_definition_token_moved(const json_t *old, const json_t *new);

/* A secret at the pointer is kept: a problem, if it would go elsewhere.  And the
   same of all secrets in a member that is kept. */
void webhook_definition_stays(webhook_definition_ctx_t *ctx);
void webhook_definition_kept(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, const json_t *old);


/*
 * webhook_definition_secret.c: lists of secrets.
 */

/*
 * The list that a row "member" of SECRETS comes to: old as it was (NULL:
 * none), given the list of what is wanted (NULL: it is not given), one what is
 * given as "secret" (NULL: it is not).  standard is 1 where a secret that is
 * made is "whsec_...".  A new reference, NULL where there are none.
 */
json_t *webhook_definition_secrets(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, const json_t *old, const json_t *given,
    const json_t *one, int standard);

/*
 * webhook_definition_secret_make.c: one secret.
 */

/* A secret as it was given, or one that is made where that is "true". */
json_t *webhook_definition_secret_text(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, const json_t *value, int standard);
json_t *webhook_definition_secret_make(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, int standard);

/* The object of a text (which is taken; it may be NULL); its id is that of
   none in old or in the list (either may be NULL). */
json_t *webhook_definition_secret_new(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, const json_t *old, const json_t *list,
    json_t *text);

/* Puts another one in front of the list (a new reference); those in it end
   after "overlap" milliseconds at the latest, or are gone if that is 0.
   secret is NULL where one is to be made. */
json_t *webhook_definition_secret_rotate(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, const json_t *old, const json_t *secret,
    int64_t overlap, int standard);

/* How a secret is told from others: a few of its characters where it has many,
   else "***". */
json_t *webhook_definition_hint(const char *secret);

/* The digest of a token in hexadecimal digits, with a NUL. */
void webhook_definition_sha256(const char *token, char hex[65]);


#endif /* WEBHOOK_DEFINITION_INT_H */
