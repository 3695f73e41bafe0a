
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Whether a call that came in was signed by who it says.
 *
 *   webhook_verify.c              the table of presets, and the check by one
 *   webhook_verify_preset.c       those that sign by HMAC or ed25519
 *   webhook_verify_twilio.c       the one that signs a form's fields
 *   webhook_verify_credentials.c  those that sign nothing
 *   webhook_verify_parts.c        the checks that presets share
 *
 * All functions are reentrant and may run on any thread; none blocks.  What
 * they are given is read during the call only, unless said otherwise.
 */

#ifndef WEBHOOK_VERIFY_H
#define WEBHOOK_VERIFY_H

#include "core/signature/webhook_sign.h"


#define WEBHOOK_VERIFY_HEADER_MAX      4096     /* bytes of a header's value */
#define WEBHOOK_VERIFY_ID_MAX          WEBHOOK_SIGN_ID_MAX
#define WEBHOOK_VERIFY_FIELDS          1024     /* of a form of Twilio's */
#define WEBHOOK_VERIFY_CANDIDATES      16       /* signatures in one header, */
#define WEBHOOK_VERIFY_ED25519         4        /* of them ed25519, which
                                                   costs a tenth of a ms each */

typedef enum {
    WEBHOOK_VERIFY_OK = 0,

    /* the call is to be refused */
    WEBHOOK_VERIFY_NO_SIGNATURE,        /* a header it needs is missing: */
    WEBHOOK_VERIFY_NO_TIMESTAMP,
    WEBHOOK_VERIFY_NO_ID,
    WEBHOOK_VERIFY_REPEATED,            /* a header came more than once */
    WEBHOOK_VERIFY_TOO_LONG,            /* a header, or a list in it */
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


typedef struct webhook_preset_s    webhook_preset_t;
typedef struct webhook_verifier_s  webhook_verifier_t;
typedef struct webhook_verify_s    webhook_verify_t;    /* see _int.h */


/* A preset: constant, read only. */

struct webhook_preset_s {
    webhook_str_t            name;
    unsigned                 literal:1;     /* for webhook_key_parse() */
    unsigned                 url:1;         /* needs the public URL */
    unsigned                 body:1;        /* the body is signed */
    int64_t                  window;        /* seconds both ways, 0: none */

    /* for webhook_verify() alone: how, and the headers, in lower case */
    webhook_verify_e       (*verify)(webhook_verify_t *v);
    const char            *(*check)(const webhook_verifier_t *verifier);
    webhook_str_t            signature;
    webhook_str_t            timestamp;
    webhook_str_t            id;
    webhook_scheme_t         scheme;
};


/* What a receiver demands: made once, with its configuration. */

struct webhook_verifier_s {
    const webhook_preset_t  *preset;
    const webhook_key_t     *keys;
    unsigned                 nkeys;
    int64_t                  tolerance;     /* seconds, 0: the preset's */

    /* for the preset "hmac" only; the names are in lower case */
    const webhook_scheme_t  *scheme;
    webhook_str_t            signature;     /* header */
    webhook_str_t            timestamp;     /* header, or empty */
    webhook_str_t            id;            /* header, or empty */
};


/* A call. */

typedef struct {

    /*
     * Finds a header by its name in lower case.  Returns how many lines of
     * that name came (2 stands for more as well), and the first one's value,
     * which has to live as long as the call is looked at.
     */
    int                    (*header)(void *data, const webhook_str_t *name,
                                 webhook_str_t *value);
    void                    *data;

    const webhook_str_t     *body;          /* its pieces, the raw bytes */
    size_t                   pieces;

    /*
     * For square, twilio and {url}: the URL as the sender knows it, with the
     * query that came.  (A proxy cannot know it: scheme, host and path are a
     * setting.)
     */
    webhook_str_t            url;

    int64_t                  now;           /* Unix seconds */
} webhook_verify_call_t;


/* What a call that was found right has to say. */

typedef struct {
    webhook_str_t            id;            /* the repeat id, a view into the
                                               header's value; or empty */
    unsigned                 key;           /* the key, by its place in keys */
} webhook_verified_t;


/*
 * A preset by its name; NULL if there is none.  What each of them signs, and
 * where, stands in the table in webhook_verify.c.
 *
 * A repeat id that is not signed can be set by whoever repeats a call: it
 * helps against repeats by mistake, not by malice.
 */
const webhook_preset_t *webhook_preset_find(const webhook_str_t *name);

/* Appends the names of all, "standard, github, ... and hmac", for an error's
   text.  Returns the buffer's state. */
int webhook_preset_names(webhook_buf_t *out);

/*
 * The check of a verifier, for the configuration.  Returns WEBHOOK_OK, or
 * WEBHOOK_ERROR with *err a static sentence ("a tolerance is of no use: ...").
 */
int webhook_verifier_check(const webhook_verifier_t *verifier,
    const char **err);

/*
 * Checks a call.  After WEBHOOK_VERIFY_OK, *verified is filled in; else it is
 * zeroed.  Takes time in proportion to the body, for each live key (twilio
 * n log n of a form's fields besides).  ed25519, linear and twilio copy a body
 * together that comes in pieces.
 */
webhook_verify_e webhook_verify(const webhook_verifier_t *verifier,
    const webhook_verify_call_t *call, webhook_verified_t *verified);

/* What a result means, a static sentence without a full stop that may be
   shown to the caller: "the signature does not match". */
const char *webhook_verify_text(webhook_verify_e result);


#endif /* WEBHOOK_VERIFY_H */
