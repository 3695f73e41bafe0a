
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Signed calls as tests write them: a table of headers, a body, a key.
 */

#ifndef SIGNED_H
#define SIGNED_H

#include "tap.h"
#include "core/signature/presets/webhook_presets.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>


#define SIGNED_HEADERS  6
#define SIGNED_MAX      8192


typedef struct {
    const char  *name;
    const char  *value;
} signed_header_t;

typedef struct {
    const char       *title;
    const char       *preset;
    const char       *secret;
    const char       *body;
    const char       *url;
    int64_t           now;
    signed_header_t   headers[SIGNED_HEADERS];
} signed_case_t;


/* A case made ready; what is in it may be bent. */

typedef struct {
    webhook_key_t          keys[WEBHOOK_KEYS_MAX];
    webhook_part_t         parts[WEBHOOK_SCHEME_PARTS];
    webhook_scheme_t       scheme;
    webhook_preset_t       row;         /* of "hmac", to be filled in */
    webhook_verifier_t     verifier;
    webhook_verify_call_t  call;
    webhook_verified_t     verified;

    webhook_str_t          body;
    unsigned char          bytes[SIGNED_MAX];

    unsigned               nheaders;
    const char            *names[SIGNED_HEADERS];
    webhook_str_t          values[SIGNED_HEADERS];
    unsigned char          texts[SIGNED_HEADERS][SIGNED_MAX + 8];
} signed_call_t;


__attribute__((unused))
static webhook_str_t
signed_str(const char *text)
{
    webhook_str_t  s;

    s.data = (unsigned char *) text;
    s.len = text ? strlen(text) : 0;

    return s;
}


static int
signed_header(void *data, const webhook_str_t *name, webhook_str_t *value)
{
    int             n;
    unsigned        i;
    signed_call_t  *s;

    n = 0;
    s = data;

    for (i = 0; i < s->nheaders; i++) {

        if (strlen(s->names[i]) != name->len
            || strncasecmp(s->names[i], (char *) name->data, name->len) != 0)
        {
            continue;
        }

        if (n++ == 0) {
            *value = s->values[i];
        }
    }

    return n > 2 ? 2 : n;
}


__attribute__((unused))
static webhook_verify_e
signed_verify(signed_call_t *s)
{
    return webhook_verify(&s->verifier, &s->call, &s->verified);
}


__attribute__((unused))
static unsigned
signed_add_header(signed_call_t *s, const char *name, const char *value)
{
    unsigned  i;

    i = s->nheaders++;

    s->names[i] = name;
    s->values[i].data = s->texts[i];
    s->values[i].len = strlen(value);
    memcpy(s->texts[i], value, strlen(value));

    return i;
}


__attribute__((unused))
static void
signed_set_header(signed_call_t *s, unsigned i, const char *value)
{
    s->values[i].len = strlen(value);
    memcpy(s->texts[i], value, strlen(value));
}


/* Compiles the row, or what was changed in it: 1 if it makes sense. */

__attribute__((unused))
static int
signed_init(signed_call_t *s)
{
    const char  *err;

    return webhook_verifier_init(&s->verifier, &s->scheme, s->parts, &err)
           == WEBHOOK_OK;
}


/* Prepares all of a case, but for the row of "hmac".  1 if its key is one. */

__attribute__((unused))
static int
signed_make(signed_call_t *s, const signed_case_t *c)
{
    unsigned        i;
    const char     *err;
    webhook_str_t   name, secret;

    memset(s, 0, sizeof(signed_call_t));

    name = signed_str(c->preset);
    secret = signed_str(c->secret);

    s->verifier.preset = webhook_preset_find(&name);
    s->verifier.keys = s->keys;
    s->verifier.nkeys = 1;

    if (s->verifier.preset == NULL
        || webhook_key_read(&s->keys[0], &secret, s->verifier.preset->key,
                            &err)
           != WEBHOOK_OK)
    {
        return 0;
    }

    s->row = *s->verifier.preset;
    s->verifier.preset = &s->row;

    if (strcmp(c->preset, "hmac") != 0 && !signed_init(s)) {
        return 0;
    }

    memcpy(s->bytes, c->body, strlen(c->body));

    s->body.data = s->bytes;
    s->body.len = strlen(c->body);

    s->call.header = signed_header;
    s->call.data = s;
    s->call.body = &s->body;
    s->call.pieces = 1;
    s->call.url = signed_str(c->url);
    s->call.now = c->now;

    for (i = 0; i < SIGNED_HEADERS && c->headers[i].name; i++) {
        (void) signed_add_header(s, c->headers[i].name, c->headers[i].value);
    }

    return 1;
}


/*
 * What one bit may do without changing what is said: a preset that signs no
 * body; the case of the scheme's name; the case of an escape's digits, as it
 * is what an escape means that is signed.
 */

__attribute__((unused))
static int
signed_same(const unsigned char *text, size_t len, size_t i, unsigned bit,
    int form)
{
    return form && bit == 5 && isalpha(text[i])
           && ((i >= 1 && text[i - 1] == '%' && i + 1 < len
                && isxdigit(text[i + 1]))
               || (i >= 2 && text[i - 2] == '%' && isxdigit(text[i - 1])));
}


/* Flips each bit of a text in turn; the number that was taken for right. */

__attribute__((unused))
static unsigned
signed_flip(signed_call_t *s, unsigned char *text, size_t len, size_t from,
    int form)
{
    int       same;
    size_t    i;
    unsigned  bit, wrong;

    wrong = 0;

    for (i = from; i < len; i++) {
        for (bit = 0; bit < 8; bit++) {
            same = signed_same(text, len, i, bit, form);

            text[i] ^= 1 << bit;
            wrong += ((signed_verify(s) == WEBHOOK_VERIFY_OK) != same);
            text[i] ^= 1 << bit;
        }
    }

    return wrong;
}


/* 1 if the body is signed. */

__attribute__((unused))
static int
signed_body(const signed_call_t *s)
{
    return webhook_scheme_has(&s->scheme, WEBHOOK_PART_BODY);
}


/* A test for the body and for each header, on a call that is right. */

__attribute__((unused))
static void
signed_bits(signed_call_t *s, const char *title, int form)
{
    size_t    from;
    unsigned  i;

    if (signed_body(s)) {
        tap_ok(signed_flip(s, s->bytes, s->body.len, 0, form) == 0,
               "%s: no bit of the body can be flipped", title);
    }

    for (i = 0; i < s->nheaders; i++) {

        if (strcmp(s->names[i], "Content-Type") == 0) {
            continue;
        }

        from = 0;

        if (strcmp(s->names[i], "Authorization") == 0) {
            from = strchr((char *) s->texts[i], ' ') - (char *) s->texts[i];
        }

        tap_ok(signed_flip(s, s->texts[i], s->values[i].len, from, 0) == 0,
               "%s: no bit of %s can be flipped", title, s->names[i]);
    }

    tap_ok(signed_verify(s) == WEBHOOK_VERIFY_OK,
           "%s: and it is right again", title);
}


#endif /* SIGNED_H */
