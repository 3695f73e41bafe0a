
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Whether a call that came in was signed by who it says.
 *
 * A scheme is described, not written: a preset is a row of what its sender
 * does (webhook_preset_t), the parameters of a configuration change what they
 * name, webhook_verifier_init() compiles both, and one engine reads the result
 * for each call.  A row has a function only where nothing here describes what
 * its sender does.
 *
 * All functions are reentrant and may run on any thread; none blocks.  What
 * they are given is read during the call only, unless said otherwise.
 */

#ifndef WEBHOOK_VERIFY_H
#define WEBHOOK_VERIFY_H

#include "core/signature/webhook_key.h"
#include "core/signature/webhook_sign.h"


#define WEBHOOK_VERIFY_VALUE_MAX       8192     /* bytes of a header, or of a
                                                   parameter or field that is a
                                                   signature or the like */
#define WEBHOOK_VERIFY_ID_MAX          WEBHOOK_SIGN_ID_MAX
#define WEBHOOK_VERIFY_FIELDS          1024     /* of a form or an object that
                                                   are sorted */
#define WEBHOOK_VERIFY_CANDIDATES      64       /* items in a list, of them */
#define WEBHOOK_VERIFY_PUBLIC          4        /* by a private key: each costs
                                                   up to 0.1 ms */
#define WEBHOOK_VERIFY_HEADERS         10       /* "numbered" ones */

typedef enum {
    WEBHOOK_VERIFY_OK = 0,

    /* the call is to be refused */
    WEBHOOK_VERIFY_NO_SIGNATURE,        /* what it needs is missing: */
    WEBHOOK_VERIFY_NO_TIMESTAMP,
    WEBHOOK_VERIFY_NO_ID,
    WEBHOOK_VERIFY_NO_PART,             /* another one that is signed */
    WEBHOOK_VERIFY_REPEATED,            /* it came more than once */
    WEBHOOK_VERIFY_TOO_LONG,            /* it, or a list in it */
    WEBHOOK_VERIFY_BAD_SIGNATURE,       /* cannot be read: */
    WEBHOOK_VERIFY_BAD_TIMESTAMP,
    WEBHOOK_VERIFY_BAD_ID,
    WEBHOOK_VERIFY_BAD_BODY,
    WEBHOOK_VERIFY_MISMATCH,            /* signed by no live key */
    WEBHOOK_VERIFY_OLD,                 /* signed, but outside of the window */
    WEBHOOK_VERIFY_EARLY,
    WEBHOOK_VERIFY_NO_KEY,              /* every key has ended */

    /* our own fault: nothing is said of the call */
    WEBHOOK_VERIFY_NO_URL,              /* the preset needs the public URL */
    WEBHOOK_VERIFY_FAULT                /* no memory, or OpenSSL failed */
} webhook_verify_e;


typedef struct webhook_preset_s       webhook_preset_t;
typedef struct webhook_verifier_s     webhook_verifier_t;
typedef struct webhook_verify_call_s  webhook_verify_call_t;
typedef struct webhook_verify_s       webhook_verify_t;   /* _engine.h */


/* What proves a call. */

typedef enum {
    WEBHOOK_VERIFY_HMAC = 0,
    WEBHOOK_VERIFY_HASH,                /* the digest of a string that has
                                           {key} in it */
    WEBHOOK_VERIFY_PUBLIC_KEY,          /* ed25519, ECDSA P-256, RSA; which one
                                           the key says */
    WEBHOOK_VERIFY_TOKEN                /* the secret itself, compared by
                                           digests */
} webhook_verify_kind_e;


/* Where a value of the call stands. */

typedef enum {
    WEBHOOK_PLACE_HEADER = 0,
    WEBHOOK_PLACE_QUERY,                /* a parameter of the query, decoded */
    WEBHOOK_PLACE_FIELD,                /* of the payload: by its path in JSON,
                                           by its name in a form */
    WEBHOOK_PLACE_ITEM                  /* timestamp and id only: an item of
                                           the signature's list, as in
                                           "t=1,v1=2" */
} webhook_place_e;

typedef struct {
    webhook_place_e          in;
    webhook_str_t            name;      /* empty: there is none.  Headers in
                                           lower case */
    webhook_str_t            other;     /* a header's older name: where the
                                           signature came by its other name,
                                           timestamp and id are taken by theirs
                                           as well */
} webhook_place_t;


/* How the timestamp is written. */

typedef enum {
    WEBHOOK_UNIT_SECONDS = 0,           /* since 1970 */
    WEBHOOK_UNIT_MS,
    WEBHOOK_UNIT_ISO,                   /* ISO 8601, RFC 3339 */
    WEBHOOK_UNIT_AUTO                   /* ISO, or ms from 12 digits on, or
                                           seconds */
} webhook_unit_e;


/* How {sorted_query} and {sorted_fields} look: by the bytes of the names. */

typedef enum {
    WEBHOOK_SORTED_DECODED = 0,         /* values without escapes */
    WEBHOOK_SORTED_RAW,                 /* as they came */
    WEBHOOK_SORTED_FORM,                /* escaped anew: "+", %2F */
    WEBHOOK_SORTED_URI                  /* escaped anew: %20, %2F */
} webhook_sorted_e;

typedef struct {
    webhook_str_t            under;     /* {sorted_fields}: the path of the
                                           object in the payload, else all */
    webhook_str_t            begins;    /* only names that begin so */
    webhook_str_t            without;   /* names to be left out, separated by
                                           blanks; where the signature stands
                                           among them it always is */
    webhook_str_t            equals;    /* between name and value, and */
    webhook_str_t            between;   /* between pairs: "=" and "&" if not
                                           set, webhook_str("") for nothing */
    webhook_sorted_e         write;     /* values; names that are written anew
                                           are escaped as they are */
    unsigned                 filled:1;  /* without those whose value is empty
                                           or null */
    unsigned                 values:1;  /* values alone */
} webhook_sorted_t;


/* What a sender prescribes as an answer; what is not set is ours. */

typedef struct {
    unsigned                 status;
    webhook_str_t            type;      /* Content-Type */
    webhook_str_t            body;      /* template, as of "answer" */
} webhook_preset_answer_t;


/*
 * A preset: constant, read only.  A row names what it has, in this order.
 *
 * "string" is text with these in it, each of which may have one filter behind
 * a "|": lower, upper; of digests hex (the default), HEX, base64.
 *
 *   {body}            the bytes as they came
 *   {timestamp} {id}  as they came, from their places
 *   {method}          POST
 *   {url}             as the sender knows it, with the query
 *   {path}            of that URL, from its first slash to the query
 *   {query}           as it came, without "?"
 *   {app}             the parameter "app=": a sender's app key, partner id,
 *                     webhook id, whatever is not secret and not in the call
 *   {key}             HASH only
 *   {header.NAME} {query.NAME} {field.PATH}
 *                     one value: decoded; null as nothing; what JSON is no
 *                     string as it stands.  One that is missing refuses the
 *                     call, but not with a "?" behind the name ({field.x?}),
 *                     where it is empty
 *   {sorted_query} {sorted_fields}
 *                     all of them, see "sorted"
 *   {body.sha256} {body.sha512} {body.sha1} {body.md5}
 *                     digests of the body
 *   {body.crc32}      in decimal digits
 */

struct webhook_preset_s {
    webhook_str_t            name;
    webhook_verify_kind_e    kind;

    webhook_place_t          signature;
    webhook_place_t          timestamp; /* if it is signed, or of the signed
                                           body; else it proves nothing */
    webhook_place_t          id;        /* repeat id, signed or not */

    /* what stands around the signature */
    webhook_str_t            prefix;    /* "sha256="; of TOKEN the scheme with
                                           its blank, in any case: "Bearer " */
    webhook_str_t            list;      /* the characters each of which
                                           separates items */
    webhook_str_t            pair;      /* the one between an item's name and
                                           its value */
    webhook_str_t            item;      /* the name of items with a signature:
                                           "v1" */
    webhook_str_t            public;    /* and of those by a private key, if
                                           the preset has both: "v1a" */

    /* how it is made */
    webhook_str_t            string;    /* "{body}" if not set */
    webhook_sorted_t         sorted;
    webhook_digest_e         digest;    /* SHA256 if not set */
    webhook_encoding_e       encoding;  /* HEX if not set: either case; of
                                           TOKEN BASE64 alone means something */
    webhook_key_as_e         key;
    webhook_unit_e           unit;
    int64_t                  window;    /* seconds both ways, 0: none */

    unsigned                 numbered:1; /* headers name + "1" up to "10", any
                                           of which may hold */
    unsigned                 app:1;     /* "app=" is needed for what the string
                                           does not show */
    unsigned                 pss:1;     /* RSA: PSS, else PKCS #1 v1.5 */
    unsigned                 raw:1;     /* ECDSA: r and s of 32 bytes each,
                                           else DER */
    unsigned                 whsec:1;   /* its keys begin with "whsec_", and
                                           that is part of the text */
    unsigned                 url:1;     /* for functions: they read the URL */
    unsigned                 body:1;    /* and the body */
    unsigned                 content:1; /* signed before it was compressed,
                                           else as it comes */

    /*
     * Functions, of presets/: of a configuration (NULL if it is right, or a
     * static sentence), and of a call, in place of the engine (see
     * webhook_verify_engine.h for what they are made of).
     */
    const char            *(*check)(const webhook_verifier_t *verifier);
    webhook_verify_e       (*verify)(webhook_verify_t *v);

    /* what the sender is answered */
    webhook_preset_answer_t  ok;
    webhook_preset_answer_t  repeat;
    webhook_preset_answer_t  error;
};


/* What a receiver demands: made once, with its configuration. */

struct webhook_verifier_s {
    const webhook_preset_t  *preset;        /* a row of the table, or a copy of
                                               one with what parameters say */
    const webhook_scheme_t  *scheme;        /* by webhook_verifier_init() */
    const webhook_key_t     *keys;
    unsigned                 nkeys;
    int64_t                  tolerance;     /* seconds, 0: the preset's */
    webhook_str_t            app;           /* "app=", or empty */
};


/* As what a payload is read. */

typedef enum {
    WEBHOOK_PAYLOAD_UNREAD = 0,
    WEBHOOK_PAYLOAD_JSON,
    WEBHOOK_PAYLOAD_FORM,
    WEBHOOK_PAYLOAD_OTHER               /* has no fields */
} webhook_payload_e;


/* A call. */

struct webhook_verify_call_s {

    /*
     * Finds a header by its name, in any case.  Returns how many lines of
     * that name came (2 stands for more as well), and the first one's value,
     * which has to live as long as the call is looked at.
     */
    int                    (*header)(void *data, const webhook_str_t *name,
                                 webhook_str_t *value);
    void                    *data;

    webhook_str_t            method;        /* "POST" */
    webhook_str_t            query;         /* as it came, without "?" */

    /*
     * Where webhook_verifier_url() says so: the URL as the sender knows it,
     * with the query that came.  (A proxy cannot know it: scheme, host and
     * path are a setting.)
     */
    webhook_str_t            url;

    const webhook_str_t     *body;          /* its pieces, the raw bytes */
    size_t                   pieces;
    webhook_payload_e        kind;          /* as what it is read once it was
                                               verified; UNREAD: Content-Type
                                               tells */

    /* bounds of a payload that is read before its signature holds; 0: those
       of webhook_json.h */
    uint32_t                 max_depth;
    uint32_t                 max_values;

    int64_t                  now;           /* Unix seconds */
};


/* What a call that was found right has to say. */

typedef struct {
    webhook_str_t            id;            /* the repeat id; or empty.  A view
                                               into the header's value, or into
                                               "room" */
    unsigned                 key;           /* the key, by its place in keys */
    unsigned char            room[WEBHOOK_VERIFY_ID_MAX];
} webhook_verified_t;


/*
 * Compiles what the row says into *scheme, with its parts, both of which have
 * to live as long as the verifier, and checks the whole, keys included.
 * Returns WEBHOOK_OK, or WEBHOOK_ERROR with *err a static sentence ("a
 * tolerance has no effect: no timestamp is signed").
 */
int webhook_verifier_init(webhook_verifier_t *verifier,
    webhook_scheme_t *scheme, webhook_part_t parts[WEBHOOK_SCHEME_PARTS],
    const char **err);

/* 1 if calls need the public URL, else 0. */
int webhook_verifier_url(const webhook_verifier_t *verifier);

/* 1 if something of what a call holds is signed: its body, fields of it, or
   the query; 0 if a signature would hold for any other payload. */
int webhook_verifier_payload(const webhook_verifier_t *verifier);

/* 1 if of what a call holds the query alone is signed, so that a signature
   would hold for any body; 0 for presets with functions of their own. */
int webhook_verifier_query_only(const webhook_verifier_t *verifier);

/*
 * Checks a call.  After WEBHOOK_VERIFY_OK, *verified is filled in; else it is
 * zeroed.  Takes time in proportion to the body, for each live key (n log n
 * of the fields that are sorted besides).  A body that comes in pieces is
 * copied together for public keys and where fields are read.
 */
webhook_verify_e webhook_verify(const webhook_verifier_t *verifier,
    const webhook_verify_call_t *call, webhook_verified_t *verified);

/*
 * Signs a call as the sender does, by HMAC or HASH and with the first key, at
 * the time that is the call's "now": what the preset's item or header has to
 * hold, prefix included, is put into out, and the timestamp as the sender
 * writes it is added to stamp.  Returns WEBHOOK_OK, or WEBHOOK_ERROR where
 * something that is signed is not there.
 */
int webhook_verifier_sign(const webhook_verifier_t *verifier,
    const webhook_verify_call_t *call, const webhook_str_t *id,
    webhook_buf_t *stamp, unsigned char out[WEBHOOK_SIGN_HMAC_MAX],
    size_t *len);

/* What a result means, a static sentence without a full stop that may be
   shown to the caller: "the signature does not match". */
const char *webhook_verify_text(webhook_verify_e result);


#endif /* WEBHOOK_VERIFY_H */
