
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Schemes, which say what a signature is made of, for those who sign by them
 * and those who verify.
 *
 * The signed string is a row of parts; {body} may be any number of pieces,
 * which are never put together for an HMAC.
 *
 * All functions are reentrant and may run on any thread; none blocks.  What
 * they are given is read during the call only, unless said otherwise.
 */

#ifndef WEBHOOK_SCHEME_H
#define WEBHOOK_SCHEME_H

#include "core/signature/webhook_digest.h"
#include "core/signature/webhook_key.h"


#define WEBHOOK_SCHEME_PARTS   48
#define WEBHOOK_SCHEME_PREFIX  64       /* bytes in front of a signature */
#define WEBHOOK_SIGN_ID_MAX    256      /* bytes of an id */


typedef enum {
    WEBHOOK_ENCODING_HEX = 0,           /* written in lower case, as almost
                                           all do, read in either */
    WEBHOOK_ENCODING_HEX_LOWER,         /* read in lower case alone */
    WEBHOOK_ENCODING_HEX_UPPER,         /* written and read in capitals */
    WEBHOOK_ENCODING_BASE64,            /* with its padding */
    WEBHOOK_ENCODING_BASE64URL          /* "-" and "_"; read with padding or
                                           without */
} webhook_encoding_e;

typedef enum {
    WEBHOOK_PART_TEXT = 0,
    WEBHOOK_PART_ID,
    WEBHOOK_PART_TIMESTAMP,
    WEBHOOK_PART_URL,
    WEBHOOK_PART_BODY,

    /* those of calls that come in: their texts are the message's values */
    WEBHOOK_PART_METHOD,
    WEBHOOK_PART_PATH,
    WEBHOOK_PART_QUERY,
    WEBHOOK_PART_APP,
    WEBHOOK_PART_KEY,                   /* but for this: the key's own bytes */
    WEBHOOK_PART_HEADER,                /* "text" is its name, */
    WEBHOOK_PART_PARAMETER,             /*   its name, */
    WEBHOOK_PART_FIELD,                 /*   its path */
    WEBHOOK_PART_SORTED_QUERY,
    WEBHOOK_PART_SORTED_FIELDS,
    WEBHOOK_PART_DIGEST,                /* of the body, see "digest" */
    WEBHOOK_PART_CRC32                  /* of the body, in decimal digits */
} webhook_part_e;

typedef enum {
    WEBHOOK_FILTER_NONE = 0,            /* of a digest: hex */
    WEBHOOK_FILTER_LOWER,
    WEBHOOK_FILTER_UPPER,
    WEBHOOK_FILTER_HEX_UPPER,           /* of digests, and */
    WEBHOOK_FILTER_BASE64
} webhook_filter_e;


typedef struct {
    uint8_t               what;         /* webhook_part_e */
    uint8_t               filter;       /* webhook_filter_e */
    uint8_t               digest;       /* webhook_digest_e */
    uint8_t               optional;     /* 1: empty where it is missing */
    webhook_str_t         text;         /* of WEBHOOK_PART_TEXT, or a name */
} webhook_part_t;


typedef struct {
    webhook_digest_e      digest;
    webhook_encoding_e    encoding;
    webhook_str_t         prefix;       /* "sha256=" */
    unsigned              nparts;
    unsigned              values;       /* 1: has parts of calls */
    const webhook_part_t *parts;
} webhook_scheme_t;


typedef struct {
    webhook_str_t         id;
    int64_t               timestamp;    /* Unix seconds, of this send */
    webhook_str_t         stamp;        /* the same as it came; empty: written
                                           in decimal digits */
    webhook_str_t         url;
    const webhook_str_t  *body;         /* the pieces of the body, in order */
    size_t                pieces;
    const webhook_str_t  *values;       /* by the places of parts, for those
                                           of calls */
} webhook_message_t;


extern const webhook_scheme_t  webhook_scheme_standard;


/*
 * Compiles a scheme to sign by from its settings, each of which may be empty:
 *
 *   digest    sha1 | sha256 (default) | sha512
 *   encoding  hex (default) | HEX (capital letters) | base64
 *   prefix    text in front of the signature
 *   string    the signed string: text with {id} {timestamp} {url} {body}, for
 *             instance "{timestamp}.{body}"; the default is "{body}"
 *
 * Returns WEBHOOK_OK, or WEBHOOK_ERROR with *err a static sentence.  The
 * scheme refers to parts, and to the bytes of prefix and string, all of which
 * have to outlive it.
 */
int webhook_scheme_compile(webhook_scheme_t *s,
    webhook_part_t parts[WEBHOOK_SCHEME_PARTS], const webhook_str_t *digest,
    const webhook_str_t *encoding, const webhook_str_t *prefix,
    const webhook_str_t *string, const char **err);

/*
 * The signed string alone, and of a call if call is 1 (webhook_verify.h says
 * what may stand in it).  NULL, or what is wrong with it.
 */
const char *webhook_scheme_string(webhook_scheme_t *s,
    webhook_part_t parts[WEBHOOK_SCHEME_PARTS], const webhook_str_t *string,
    int call);

/* NULL if it can stand before a signature, else what is wrong with it. */
const char *webhook_scheme_prefix(const webhook_str_t *prefix);

/* A digest (sha1 | sha256 | sha384 | sha512) and an encoding (hex | HEX |
   base64 | base64url) by their names.  WEBHOOK_OK or WEBHOOK_ERROR. */
int webhook_digest_find(const webhook_str_t *name, webhook_digest_e *digest);
int webhook_encoding_find(const webhook_str_t *name,
    webhook_encoding_e *encoding);

/* Writes a number as a signed string has it; the text refers to what is given. */

#define WEBHOOK_NUMBER_SIZE    20       /* "-9223372036854775808" */

webhook_str_t webhook_scheme_number(int64_t n,
    unsigned char number[WEBHOOK_NUMBER_SIZE]);

/* 1 if the signed string has such a part, else 0. */
int webhook_scheme_has(const webhook_scheme_t *s, webhook_part_e what);

/* The HMAC of what the scheme says, and its plain digest, in which the key is
   {key}. */
void webhook_scheme_mac(const webhook_scheme_t *s, const webhook_key_t *key,
    const webhook_message_t *m, unsigned char out[WEBHOOK_DIGEST_MAX]);
void webhook_scheme_hash(const webhook_scheme_t *s, const webhook_key_t *key,
    const webhook_message_t *m, unsigned char out[WEBHOOK_DIGEST_MAX]);

/* Appends the signed string itself, for which room is made at once: the
   caller wipes it, since the URL may be a secret.  Returns the buffer's
   state. */
int webhook_scheme_text(const webhook_scheme_t *s, const webhook_message_t *m,
    webhook_buf_t *out);

/* 1 if text can be an id of Standard Webhooks. */
int webhook_id_signable(const webhook_str_t *id);


#endif /* WEBHOOK_SCHEME_H */
