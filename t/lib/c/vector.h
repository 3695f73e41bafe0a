
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Calls that a sender's documents or library signed, a table of them: each is
 * to be accepted as it is, and refused with any one bit changed in what is
 * signed, in the signature or in the key.
 */

#ifndef VECTOR_H
#define VECTOR_H

#include "key_flip.h"
#include "tap.h"
#include "core/signature/presets/webhook_presets.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>


#define VECTOR_HEADERS  12
#define VECTOR_COVERED  32
#define VECTOR_MAX      16384


typedef struct {
    const char  *name;
    const char  *value;
} vector_header_t;


/*
 * What is not set is empty; the method is POST then.  The query is that of
 * url, which has to be there where there is one, even if the scheme signs no
 * URL.
 *
 * covered: texts in the body, else in the query, that are signed, where the
 * whole body is not; each is meant where it first stands.  A signature that
 * stands in body or query is one of them.
 */

typedef struct {
    const char       *title;            /* the preset's name if not set */
    const char       *preset;
    const char       *key;
    const char       *app;
    const char       *method;
    const char       *url;
    vector_header_t   headers[VECTOR_HEADERS];
    const char       *body;
    size_t            len;              /* of a body with NULs, else 0 */
    int64_t           now;
    const char       *covered[VECTOR_COVERED];
} vector_t;


/* One made ready; its texts may be bent. */

static struct {
    const vector_t         *from;
    const char             *title;
    webhook_key_t           key;
    webhook_part_t          parts[WEBHOOK_SCHEME_PARTS];
    webhook_scheme_t        scheme;
    webhook_verifier_t      verifier;
    webhook_verified_t      verified;
    webhook_verify_call_t   call;

    webhook_str_t           body;
    unsigned char           bytes[VECTOR_MAX];
    unsigned char           url[VECTOR_MAX];
    unsigned char           query[VECTOR_MAX];
    unsigned char           app[256];

    unsigned                nheaders;
    unsigned char           values[VECTOR_HEADERS + 1][VECTOR_MAX / 2];
    webhook_str_t           headers[VECTOR_HEADERS + 1];
    const char             *names[VECTOR_HEADERS + 1];
} vector;


static webhook_str_t
vector_copy(unsigned char *to, const char *text)
{
    webhook_str_t  s;

    s.data = to;
    s.len = text ? strlen(text) : 0;
    memcpy(to, text ? text : "", s.len);

    return s;
}


static int
vector_header(void *data, const webhook_str_t *name, webhook_str_t *value)
{
    int       n;
    unsigned  i;

    (void) data;

    n = 0;

    for (i = 0; i < vector.nheaders; i++) {

        if (strlen(vector.names[i]) == name->len
            && strncasecmp(vector.names[i], (char *) name->data, name->len)
               == 0)
        {
            if (n++ == 0) {
                *value = vector.headers[i];
            }
        }
    }

    return n > 2 ? 2 : n;
}


/* 1 if it could be made ready. */

static int
vector_make(const vector_t *from)
{
    unsigned         i;
    const char      *err;
    webhook_str_t    text;
    unsigned char   *p;

    memset(&vector, 0, sizeof(vector));

    vector.from = from;
    vector.title = from->title ? from->title : from->preset;

    text = vector_copy(vector.bytes, from->preset);
    vector.verifier.preset = webhook_preset_find(&text);

    if (!tap_ok(vector.verifier.preset != NULL, "%s: there is such a preset",
                vector.title))
    {
        return 0;
    }

    text.data = (unsigned char *) from->key;
    text.len = strlen(from->key);

    err = "";

    if (!tap_ok(webhook_key_read(&vector.key, &text,
                                 vector.verifier.preset->key, &err)
                == WEBHOOK_OK, "%s: its key is read", vector.title))
    {
        printf("# %s\n", err);
        return 0;
    }

    vector.verifier.keys = &vector.key;
    vector.verifier.nkeys = 1;
    vector.verifier.app = vector_copy(vector.app, from->app);

    if (!tap_ok(webhook_verifier_init(&vector.verifier, &vector.scheme,
                                      vector.parts, &err)
                == WEBHOOK_OK, "%s: its row makes sense", vector.title))
    {
        printf("# %s\n", err);
        return 0;
    }

    for (i = 0; i < VECTOR_HEADERS && from->headers[i].name; i++) {
        vector.names[i] = from->headers[i].name;
        vector.headers[i] = vector_copy(vector.values[i],
                                        from->headers[i].value);
    }

    vector.nheaders = i;

    vector.body = vector_copy(vector.bytes, from->body ? from->body : "");

    if (from->len) {
        memcpy(vector.bytes, from->body, from->len);
        vector.body.len = from->len;
    }

    text = vector_copy(vector.url, from->url);

    vector.call.url = text;

    p = text.len ? memchr(text.data, '?', text.len) : NULL;

    vector.call.query.data = vector.query;

    if (p) {
        vector.call.query.len = text.len - (p + 1 - text.data);
        memcpy(vector.query, p + 1, vector.call.query.len);
    }

    vector.call.header = vector_header;
    vector.call.method.data = (unsigned char *) (from->method ? from->method
                                                              : "POST");
    vector.call.method.len = strlen((char *) vector.call.method.data);
    vector.call.body = &vector.body;
    vector.call.pieces = 1;
    vector.call.now = from->now;

    return 1;
}


static webhook_verify_e
vector_verify(void)
{
    return webhook_verify(&vector.verifier, &vector.call, &vector.verified);
}


/*
 * The only bits that may be changed: the case of an escape's digits where it
 * is what an escape means that is signed, and of a signature's where a sender
 * has no case.
 */

static int
vector_same(const unsigned char *text, size_t len, size_t i, unsigned bit,
    int signature)
{
    if (bit != 5 || !isalpha(text[i])) {
        return 0;
    }

    if (signature && vector.verifier.preset->encoding == WEBHOOK_ENCODING_HEX
        && isxdigit(text[i]))
    {
        return 1;
    }

    return !signature
           && ((i >= 1 && text[i - 1] == '%' && i + 1 < len
                && isxdigit(text[i + 1]))
               || (i >= 2 && text[i - 2] == '%' && isxdigit(text[i - 1])));
}


/* Flips each bit in turn; whether all were refused. */

static void
vector_flip(unsigned char *text, size_t len, int signature, const char *what)
{
    int       ok;
    size_t    i;
    unsigned  bit, wrong;

    wrong = 0;

    for (i = 0; i < len; i++) {
        for (bit = 0; bit < 8; bit++) {

            text[i] ^= 1 << bit;
            ok = vector_verify() == WEBHOOK_VERIFY_OK;
            text[i] ^= 1 << bit;

            if (ok && !vector_same(text, len, i, bit, signature)) {

                if (wrong++ == 0) {
                    printf("# bit %u of byte %u of \"%.*s\"\n", bit,
                           (unsigned) i, (int) (len < 200 ? len : 200),
                           (char *) text);
                }
            }
        }
    }

    tap_ok(len != 0 && wrong == 0, "%s: no bit of %s can be changed",
           vector.title, what);
}


/* 1 if a header of that name is signed, or is a signature. */

static int
vector_signs(const char *name, int *signature)
{
    size_t                   len;
    unsigned                 i;
    const webhook_place_t   *place;
    const webhook_preset_t  *p;

    p = vector.verifier.preset;
    len = strlen(name);

    *signature = 0;

    place = &p->signature;

    if (place->in == WEBHOOK_PLACE_HEADER
        && ((place->name.len <= len
             && (p->numbered || place->name.len == len)
             && strncasecmp((char *) place->name.data, name,
                            place->name.len) == 0)
            || (place->other.len == len
                && strncasecmp((char *) place->other.data, name, len) == 0)))
    {
        *signature = 1;
        return 1;
    }

    if (p->kind == WEBHOOK_VERIFY_TOKEN) {
        return 0;
    }

    for (i = 0; i < 2; i++) {

        place = i ? &p->id : &p->timestamp;

        if (place->in == WEBHOOK_PLACE_HEADER && place->name.len
            && webhook_scheme_has(&vector.scheme, i ? WEBHOOK_PART_ID
                                                    : WEBHOOK_PART_TIMESTAMP)
            && ((place->name.len == len
                 && strncasecmp((char *) place->name.data, name, len) == 0)
                || (place->other.len == len
                    && strncasecmp((char *) place->other.data, name, len)
                       == 0)))
        {
            return 1;
        }
    }

    for (i = 0; i < vector.scheme.nparts; i++) {
        if (vector.parts[i].what == WEBHOOK_PART_HEADER
            && vector.parts[i].text.len == len
            && strncasecmp((char *) vector.parts[i].text.data, name, len)
               == 0)
        {
            return 1;
        }
    }

    return 0;
}


static void
vector_headers(void)
{
    int       signature;
    char      what[256];
    size_t    from;
    unsigned  i;

    for (i = 0; i < vector.nheaders; i++) {

        if (!vector_signs(vector.names[i], &signature)) {
            continue;
        }

        from = 0;

        if (vector.verifier.preset->kind == WEBHOOK_VERIFY_TOKEN) {
            from = vector.verifier.preset->prefix.len;
        }

        (void) snprintf(what, sizeof(what), "the header %s", vector.names[i]);

        vector_flip(vector.headers[i].data + from,
                    vector.headers[i].len - from, signature, what);

        if (signature && vector.verifier.preset->numbered) {
            continue;
        }

        vector.names[vector.nheaders] = vector.names[i];
        vector.headers[vector.nheaders++] = vector.headers[i];

        tap_ok(vector_verify() == WEBHOOK_VERIFY_REPEATED,
               "%s: %s twice is refused", vector.title, what);

        vector.nheaders--;
    }
}


static unsigned char *
vector_find(webhook_str_t *in, const char *text)
{
    size_t  i, len;

    len = strlen(text);

    for (i = 0; i + len <= in->len; i++) {
        if (memcmp(in->data + i, text, len) == 0) {
            return in->data + i;
        }
    }

    return NULL;
}


static void
vector_covered(void)
{
    int             signature;
    char            what[256];
    size_t          i;
    const char     *text;
    unsigned char  *p;

    for (i = 0; i < VECTOR_COVERED && vector.from->covered[i]; i++) {

        text = vector.from->covered[i];

        p = vector_find(&vector.body, text);

        if (p == NULL) {
            p = vector_find(&vector.call.query, text);
        }

        if (!tap_ok(p != NULL, "%s: \"%s\" is there", vector.title, text)) {
            continue;
        }

        signature = strspn(text, "0123456789abcdefABCDEF") == strlen(text)
                    && strlen(text)
                       == 2 * webhook_digest_len(vector.scheme.digest);

        (void) snprintf(what, sizeof(what), "\"%.100s\"", text);

        vector_flip(p, strlen(text), signature, what);
    }
}


static void
vector_key(void)
{
    int       wrong;
    size_t    i;
    unsigned  bit;

    wrong = 0;

    /* not a seed, of which nothing is verified; not how a point is written */

    i = vector.key.kind == WEBHOOK_KEY_PRIVATE ? 32
        : vector.key.kind == WEBHOOK_KEY_EC ? 1 : 0;

    for ( /* void */ ; i < vector.key.len; i++) {
        for (bit = 0; bit < 8; bit++) {
            key_flip(&vector.key, i, bit);
            wrong += vector_verify() == WEBHOOK_VERIFY_OK;
            key_flip(&vector.key, i, bit);
        }
    }

    tap_ok(wrong == 0, "%s: no bit of the key can be changed", vector.title);

    vector.key.expires = 1;
    vector.call.now = vector.from->now ? vector.from->now : 1;

    tap_ok(vector_verify() == WEBHOOK_VERIFY_NO_KEY,
           "%s: a key that has ended is none", vector.title);

    vector.key.expires = 0;
    vector.call.now = vector.from->now;
}


static void
vector_window(void)
{
    int64_t  tolerance;

    if (vector.verifier.preset->timestamp.name.len == 0) {
        return;
    }

    tolerance = vector.verifier.preset->window;
    tolerance = tolerance ? tolerance : 300;
    vector.verifier.tolerance = tolerance;

    vector.call.now = vector.from->now + 2 * tolerance + 1;
    tap_ok(vector_verify() == WEBHOOK_VERIFY_OLD, "%s: later it is too old",
           vector.title);

    vector.call.now = vector.from->now - 2 * tolerance - 1;
    tap_ok(vector_verify() == WEBHOOK_VERIFY_EARLY,
           "%s: earlier it is in the future", vector.title);

    vector.verifier.tolerance = 0;
    vector.call.now = vector.from->now;
}


/* The same, however the body is cut. */

static void
vector_pieces(void)
{
    int            ok;
    size_t         i, step;
    webhook_str_t  pieces[3];

    ok = 1;
    step = vector.body.len / 50 + 1;

    for (i = 0; i <= vector.body.len; i += step) {
        pieces[0].data = vector.bytes;
        pieces[0].len = i;
        pieces[1].data = NULL;
        pieces[1].len = 0;
        pieces[2].data = vector.bytes + i;
        pieces[2].len = vector.body.len - i;

        vector.call.body = pieces;
        vector.call.pieces = 3;

        ok = ok && vector_verify() == WEBHOOK_VERIFY_OK;
    }

    vector.call.body = &vector.body;
    vector.call.pieces = 1;

    tap_ok(ok, "%s: however its body is cut", vector.title);
}


/* All of it, for one vector. */

__attribute__((unused))
static void
vector_check(const vector_t *from)
{
    size_t                   n;
    unsigned char           *p;
    webhook_verify_e         rc;
    const webhook_preset_t  *preset;

    if (!vector_make(from)) {
        return;
    }

    preset = vector.verifier.preset;

    rc = vector_verify();

    if (!tap_ok(rc == WEBHOOK_VERIFY_OK, "%s: is accepted", vector.title)) {
        printf("# %s\n", webhook_verify_text(rc));
        return;
    }

    vector_pieces();
    vector_headers();
    vector_covered();

    if (preset->kind != WEBHOOK_VERIFY_TOKEN
        && (preset->body
            || webhook_scheme_has(&vector.scheme, WEBHOOK_PART_BODY)
            || webhook_scheme_has(&vector.scheme, WEBHOOK_PART_DIGEST)
            || webhook_scheme_has(&vector.scheme, WEBHOOK_PART_CRC32))
        && vector.body.len)
    {
        vector_flip(vector.bytes, vector.body.len, 0, "the body");
    }

    if (webhook_verifier_url(&vector.verifier)) {

        p = vector.url;
        n = vector.call.url.len;

        if (!webhook_scheme_has(&vector.scheme, WEBHOOK_PART_URL)
            && !preset->url)
        {
            p = (unsigned char *) strstr((char *) vector.url, "://");
            p = p ? p + 3 : vector.url;
            p += strcspn((char *) p, "/");
            n = strcspn((char *) p, "?");
        }

        vector_flip(p, n, 0, "the URL");
    }

    if (webhook_scheme_has(&vector.scheme, WEBHOOK_PART_QUERY)) {
        vector_flip(vector.query, vector.call.query.len, 0, "the query");
    }

    if (webhook_scheme_has(&vector.scheme, WEBHOOK_PART_APP)) {
        vector_flip(vector.app, vector.verifier.app.len, 0, "app=");
    }

    vector_key();
    vector_window();

    tap_ok(vector_verify() == WEBHOOK_VERIFY_OK, "%s: and it is right again",
           vector.title);
}


#endif /* VECTOR_H */
