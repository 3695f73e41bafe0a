
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Signatures: keys, what is signed and how for calls that go out, and whether
 * a call that came in was signed by who it says.  This room may call OpenSSL,
 * webhook_str, webhook_form and (after a signature held) webhook_json.
 *
 *   webhook_key.c                 keys, ed25519
 *   webhook_digest.c              HMAC, SHA-256, hexadecimal, base64
 *   webhook_sign.c                what is signed: schemes; signing
 *   webhook_verify.c              the table of presets, and the check by one
 *   webhook_verify_preset.c       those that sign by HMAC or ed25519
 *   webhook_verify_twilio.c       the one that signs a form's fields
 *   webhook_verify_credentials.c  those that sign nothing
 *   webhook_verify_parts.c        the checks that presets share
 *
 * Secrets are compared in constant time, as digests of a fixed size; no
 * text from here, no error and no result discloses a key or the signature
 * that would have been right.  OpenSSL's error queue is left as it was.
 *
 * All functions are reentrant and may run on any thread; none blocks.  What
 * they are given is read during the call only, unless said otherwise.
 */

#ifndef WEBHOOK_SIGNATURE_H
#define WEBHOOK_SIGNATURE_H

#include "core/base/webhook_str.h"


/*
 * Keys.
 *
 * A key is one plain structure without pointers, so that the caller can put
 * it where a core dump does not reach (memory that is mapped for it, with
 * MADV_DONTDUMP) and wipe it.  While a signature is made, which is a matter
 * of microseconds, OpenSSL has a copy on its own heap and wipes that as well.
 */

#define WEBHOOK_KEY_MAX        512      /* bytes of a key, as it is used */
#define WEBHOOK_KEY_TEXT_MAX   512      /* and as it is written */
#define WEBHOOK_KEY_LEAST      24       /* fewer random bytes are weak, */
#define WEBHOOK_KEY_LEAST_TEXT 16       /* and so are fewer characters */
#define WEBHOOK_KEYS_MAX       8        /* keys of an endpoint or receiver */


typedef enum {
    WEBHOOK_KEY_SECRET = 0,             /* bytes for HMAC, a token, a name and
                                           password */
    WEBHOOK_KEY_PRIVATE,                /* ed25519: the seed, the public key */
    WEBHOOK_KEY_PUBLIC                  /* ed25519: the public key */
} webhook_key_kind_e;


typedef struct {
    int64_t         expires;            /* Unix seconds at which it ends;
                                           0: never */
    uint16_t        len;                /* bytes in use */
    uint8_t         kind;               /* webhook_key_kind_e */
    uint8_t         weak;               /* 1: too short to be called safe */
    unsigned char   bytes[WEBHOOK_KEY_MAX];
} webhook_key_t;


/*
 * Reads a key.  If literal is 0, the forms of Standard Webhooks are known by
 * how they begin, and any other text is the key as it stands:
 *
 *   whsec_ + base64 of up to 64 bytes          a secret; weak under 24 bytes
 *   whsk_  + base64 of 64 bytes (seed, public key) or 32 (seed)   private
 *   whpk_  + base64 of 32 bytes                                   public
 *
 * If literal is 1 (see webhook_preset_t), every text is.  Returns WEBHOOK_OK
 * with *key filled in ("expires" 0), or WEBHOOK_ERROR with *err a static
 * sentence without a full stop ("the key is empty") and *key wiped.  The
 * caller wipes the text.
 */
int webhook_key_parse(webhook_key_t *key, const webhook_str_t *text,
    int literal, const char **err);

/* 1 if the key may be used at "now" (Unix seconds), else 0. */
int webhook_key_live(const webhook_key_t *key, int64_t now);

/* Overwrites the key in a way that no compiler leaves out. */
void webhook_key_wipe(webhook_key_t *key);


/*
 * Schemes: what a signature is made of.
 *
 * The signed string is a row of parts; {body} may be any number of pieces,
 * which are never put together for an HMAC.
 */

#define WEBHOOK_SCHEME_PARTS   12
#define WEBHOOK_SCHEME_PREFIX  64       /* bytes in front of a signature */


typedef enum {
    WEBHOOK_DIGEST_SHA1 = 0,
    WEBHOOK_DIGEST_SHA256,
    WEBHOOK_DIGEST_SHA512
} webhook_digest_e;

typedef enum {
    WEBHOOK_ENCODING_HEX = 0,           /* lower case, as almost all do */
    WEBHOOK_ENCODING_HEX_UPPER,
    WEBHOOK_ENCODING_BASE64             /* with its padding */
} webhook_encoding_e;

typedef enum {
    WEBHOOK_PART_TEXT = 0,
    WEBHOOK_PART_ID,
    WEBHOOK_PART_TIMESTAMP,
    WEBHOOK_PART_URL,
    WEBHOOK_PART_BODY
} webhook_part_e;


typedef struct {
    webhook_part_e        what;
    webhook_str_t         text;         /* of WEBHOOK_PART_TEXT */
} webhook_part_t;


typedef struct {
    webhook_digest_e      digest;
    webhook_encoding_e    encoding;
    webhook_str_t         prefix;       /* "sha256=" */
    unsigned              nparts;
    webhook_part_t        parts[WEBHOOK_SCHEME_PARTS];
} webhook_scheme_t;


typedef struct {
    webhook_str_t         id;
    int64_t               timestamp;    /* Unix seconds, of this send */
    webhook_str_t         url;
    const webhook_str_t  *body;         /* the pieces of the body, in order */
    size_t                pieces;
} webhook_message_t;


/*
 * Compiles a scheme from its settings, each of which may be empty:
 *
 *   digest    sha1 | sha256 (default) | sha512
 *   encoding  hex (default) | HEX (capital letters) | base64
 *   prefix    text in front of the signature
 *   string    the signed string: text with {id} {timestamp} {url} {body}, for
 *             instance "{timestamp}.{body}"; the default is "{body}"
 *
 * Returns WEBHOOK_OK, or WEBHOOK_ERROR with *err a static sentence.  The
 * scheme refers to the bytes of prefix and string, which have to outlive it.
 */
int webhook_scheme_compile(webhook_scheme_t *s, const webhook_str_t *digest,
    const webhook_str_t *encoding, const webhook_str_t *prefix,
    const webhook_str_t *string, const char **err);

/* 1 if the signed string has such a part, else 0. */
int webhook_scheme_has(const webhook_scheme_t *s, webhook_part_e what);


/*
 * Signing.
 *
 * "keys" are nkeys (at most WEBHOOK_KEYS_MAX) of an endpoint; those that have
 * ended by the message's timestamp are passed over.  The value of the header
 * is put into out, without a NUL, and its length into *len.
 *
 * Both return WEBHOOK_OK; WEBHOOK_ERROR if no key is live, if one is live
 * that cannot sign (a public key; for webhook_sign_hmac() any but a secret),
 * or if the message is not one that may be signed; WEBHOOK_LIMIT if size is
 * too small or the keys are too many; WEBHOOK_NOMEM, also for any other
 * failure within OpenSSL.  Nothing unsigned is ever to be sent for these.
 */

/* A webhook-signature with all the keys that may be: 4 characters, 88 of
   base64, a space, each. */
#define WEBHOOK_SIGN_STANDARD_MAX  (WEBHOOK_KEYS_MAX * 93)

/* A prefix, SHA-512 in hexadecimal digits. */
#define WEBHOOK_SIGN_HMAC_MAX      (WEBHOOK_SCHEME_PREFIX + 128)

/*
 * The value of webhook-signature: {id}.{timestamp}.{body} signed with each
 * live key, "v1," (HMAC-SHA256) or "v1a," (ed25519), in the order of the
 * keys.  The id has 1 to 256 visible ASCII characters without a full stop,
 * and the timestamp is not negative.  ed25519 reads its message twice, so for
 * such a key the body is copied together once.
 */
int webhook_sign_standard(const webhook_key_t *keys, unsigned nkeys,
    const webhook_message_t *m, unsigned char *out, size_t size, size_t *len);

/* The value of a header of any scheme, which holds one signature: made with
   the first live key. */
int webhook_sign_hmac(const webhook_scheme_t *s, const webhook_key_t *keys,
    unsigned nkeys, const webhook_message_t *m, unsigned char *out,
    size_t size, size_t *len);

/* 1 if the key can sign a "webhook-signature" (standard is 1) or a header of
   a scheme (0), else 0: for the check of a configuration. */
int webhook_key_signs(const webhook_key_t *key, int standard);


/*
 * Verifying.
 */

#define WEBHOOK_VERIFY_HEADER_MAX      4096     /* bytes of a header's value */
#define WEBHOOK_VERIFY_ID_MAX          256      /* of an id */
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
typedef struct webhook_verify_s    webhook_verify_t;    /* the room's own */


/* A preset: constant, read only. */

struct webhook_preset_s {
    webhook_str_t            name;
    unsigned                 literal:1;     /* for webhook_key_parse() */
    unsigned                 url:1;         /* needs the public URL */
    unsigned                 body:1;        /* the body is signed */
    int64_t                  window;        /* seconds both ways, 0: none */

    /* the room's own: how, and the headers, in lower case */
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


#endif /* WEBHOOK_SIGNATURE_H */
