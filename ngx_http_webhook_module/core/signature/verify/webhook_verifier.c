
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What a receiver demands, compiled and checked.
 */

#include "core/json/webhook_path.h"
#include "core/signature/verify/webhook_verify.h"


static const char *webhook_verifier_scheme(const webhook_preset_t *p,
    webhook_scheme_t *s, webhook_part_t *parts);
static int webhook_verifier_ends(const webhook_scheme_t *s);
static const char *webhook_verifier_fields(const webhook_preset_t *p,
    const webhook_scheme_t *s);
static int webhook_verifier_path(const webhook_str_t *text);
static const char *webhook_verifier_list(const webhook_preset_t *p);
static const char *webhook_verifier_places(const webhook_preset_t *p,
    const webhook_scheme_t *s);
static const char *webhook_verifier_app(const webhook_verifier_t *verifier,
    const webhook_scheme_t *s);
static const char *webhook_verifier_keys(const webhook_verifier_t *verifier);


int
webhook_verifier_init(webhook_verifier_t *verifier, webhook_scheme_t *scheme,
    webhook_part_t parts[WEBHOOK_SCHEME_PARTS], const char **err)
{
    const webhook_preset_t  *p;

    p = verifier->preset;

    *err = webhook_verifier_scheme(p, scheme, parts);

    verifier->scheme = scheme;

    if (*err == NULL) {
        *err = webhook_verifier_list(p);
    }

    if (*err == NULL) {
        *err = webhook_verifier_places(p, scheme);
    }

    if (*err == NULL) {
        *err = webhook_verifier_fields(p, scheme);
    }

    if (*err == NULL) {
        *err = webhook_verifier_app(verifier, scheme);
    }

    if (*err == NULL) {
        *err = webhook_verifier_keys(verifier);
    }

    if (*err) {
        return WEBHOOK_ERROR;
    }

    if (verifier->tolerance < 0) {
        *err = "the tolerance is negative";

    } else if (verifier->tolerance && p->timestamp.name.len == 0) {
        *err = "a tolerance has no effect: no timestamp is signed";

    } else if (p->check) {
        *err = p->check(verifier);
    }

    return *err ? WEBHOOK_ERROR : WEBHOOK_OK;
}


static const char *
webhook_verifier_scheme(const webhook_preset_t *p, webhook_scheme_t *s,
    webhook_part_t *parts)
{
    const char  *err;

    static const webhook_str_t  body = webhook_str("{body}");

    memset(s, 0, sizeof(webhook_scheme_t));

    s->digest = p->digest;
    s->encoding = p->encoding;

    err = webhook_scheme_prefix(&p->prefix);
    if (err) {
        return err;
    }

    s->prefix = p->prefix;

    if (p->kind == WEBHOOK_VERIFY_TOKEN) {
        return p->string.len ? "a token signs no string" : NULL;
    }

    err = webhook_scheme_string(s, parts, p->string.len ? &p->string : &body,
                                1);
    if (err) {
        return err;
    }

    if (webhook_scheme_has(s, WEBHOOK_PART_KEY)
        != (p->kind == WEBHOOK_VERIFY_HASH))
    {
        return p->kind == WEBHOOK_VERIFY_HASH
               ? "the digested string has no {key}"
               : "{key} cannot stand in a string that is signed by the key";
    }

    if (p->kind == WEBHOOK_VERIFY_HASH && !webhook_verifier_ends(s)) {
        return "{key} is not at the end of the digested string: others could "
               "append to it without the key";
    }

    return NULL;
}


/* 1 if nothing that a call brings stands behind {key}: from the digest, the
   digest of a longer string can be computed by who does not know the key. */

static int
webhook_verifier_ends(const webhook_scheme_t *s)
{
    unsigned  i;

    i = s->nparts;

    while (i && (s->parts[i - 1].what == WEBHOOK_PART_TEXT
                 || s->parts[i - 1].what == WEBHOOK_PART_APP))
    {
        i--;
    }

    return i && s->parts[i - 1].what == WEBHOOK_PART_KEY;
}


/* Paths are compiled for each call: here it is seen that they can be. */

static const char *
webhook_verifier_fields(const webhook_preset_t *p, const webhook_scheme_t *s)
{
    int       ok;
    unsigned  i;

    ok = (p->signature.in != WEBHOOK_PLACE_FIELD
          || webhook_verifier_path(&p->signature.name))
         && (p->timestamp.in != WEBHOOK_PLACE_FIELD
             || webhook_verifier_path(&p->timestamp.name))
         && (p->id.in != WEBHOOK_PLACE_FIELD
             || webhook_verifier_path(&p->id.name))
         && (p->sorted.under.len == 0
             || webhook_verifier_path(&p->sorted.under));

    for (i = 0; ok && i < s->nparts; i++) {
        ok = s->parts[i].what != WEBHOOK_PART_FIELD
             || webhook_verifier_path(&s->parts[i].text);
    }

    return ok ? NULL : "the path of a field is none";
}


static int
webhook_verifier_path(const webhook_str_t *text)
{
    webhook_path_t  *path;

    path = webhook_path_compile(text, NULL);

    webhook_path_free(path);

    return path != NULL;
}


static const char *
webhook_verifier_list(const webhook_preset_t *p)
{
    if (p->signature.name.len == 0) {
        return "it is not set where the signature is";
    }

    if (p->kind == WEBHOOK_VERIFY_TOKEN && (p->list.len || p->pair.len)) {
        return "a token stands in no list";
    }

    if (p->pair.len > 1) {
        return "what separates name and value of an item is one character";
    }

    if (p->pair.len && p->item.len == 0) {
        return "the name of the items with a signature is not set";
    }

    if (p->pair.len == 0
        && (p->item.len || p->timestamp.in == WEBHOOK_PLACE_ITEM
            || p->id.in == WEBHOOK_PLACE_ITEM))
    {
        return "items have no names: it is not set what separates name and "
               "value";
    }

    if (p->numbered && p->signature.name.len > 64) {
        return "the name of the header is longer than 64 bytes";
    }

    return NULL;
}


static const char *
webhook_verifier_places(const webhook_preset_t *p, const webhook_scheme_t *s)
{
    int  timed, signed_part;

    if (p->kind == WEBHOOK_VERIFY_TOKEN) {
        return p->timestamp.name.len
               ? "a token has no timestamp" : NULL;
    }

    timed = p->timestamp.name.len != 0;
    signed_part = webhook_scheme_has(s, WEBHOOK_PART_TIMESTAMP);

    if (signed_part && !timed) {
        return "it is not set where the timestamp is";
    }

    /* of a body that is signed all fields are, and so of a query */

    if (timed && !signed_part && p->verify == NULL) {

        if (p->timestamp.in == WEBHOOK_PLACE_FIELD) {
            signed_part = webhook_scheme_has(s, WEBHOOK_PART_BODY)
                          || webhook_scheme_has(s, WEBHOOK_PART_DIGEST)
                          || webhook_scheme_has(s, WEBHOOK_PART_SORTED_FIELDS);

        } else if (p->timestamp.in == WEBHOOK_PLACE_QUERY) {
            signed_part = webhook_scheme_has(s, WEBHOOK_PART_URL)
                          || webhook_scheme_has(s, WEBHOOK_PART_QUERY)
                          || webhook_scheme_has(s, WEBHOOK_PART_SORTED_QUERY);
        }

        if (!signed_part) {
            return "the signed string has no {timestamp}, so the timestamp "
                   "proves nothing";
        }
    }

    if (webhook_scheme_has(s, WEBHOOK_PART_ID) && p->id.name.len == 0) {
        return "it is not set where the id is";
    }

    return NULL;
}


static const char *
webhook_verifier_app(const webhook_verifier_t *verifier,
    const webhook_scheme_t *s)
{
    int  needed;

    needed = verifier->preset->app || webhook_scheme_has(s, WEBHOOK_PART_APP);

    if (needed && verifier->app.len == 0) {
        return "\"app=\" is missing: what the sender calls its app key, "
               "partner id or the like is signed";
    }

    if (!needed && verifier->app.len) {
        return "\"app=\" has no effect: nothing of that kind is signed";
    }

    return NULL;
}


static const char *
webhook_verifier_keys(const webhook_verifier_t *verifier)
{
    int                      public;
    unsigned                 i;
    const webhook_preset_t  *p;

    p = verifier->preset;

    if (verifier->nkeys == 0) {
        return "a key is missing";
    }

    if (verifier->nkeys > WEBHOOK_KEYS_MAX) {
        return "there are more than 8 keys";
    }

    for (i = 0; i < verifier->nkeys; i++) {
        public = webhook_key_public(&verifier->keys[i]);

        if (p->kind == WEBHOOK_VERIFY_PUBLIC_KEY && !public) {
            return "the sender signs with a private key: its public one is "
                   "wanted";
        }

        if (p->kind != WEBHOOK_VERIFY_PUBLIC_KEY && public
            && p->public.len == 0)
        {
            return "the sender signs with a secret: a public or private key "
                   "is of no use";
        }
    }

    return NULL;
}


int
webhook_verifier_url(const webhook_verifier_t *verifier)
{
    return verifier->preset->url
           || webhook_scheme_has(verifier->scheme, WEBHOOK_PART_URL)
           || webhook_scheme_has(verifier->scheme, WEBHOOK_PART_PATH);
}


int
webhook_verifier_payload(const webhook_verifier_t *verifier)
{
    unsigned                 i;
    const webhook_scheme_t  *s;

    static const uint8_t  parts[] = {
        WEBHOOK_PART_BODY, WEBHOOK_PART_QUERY, WEBHOOK_PART_FIELD,
        WEBHOOK_PART_SORTED_QUERY, WEBHOOK_PART_SORTED_FIELDS,
        WEBHOOK_PART_DIGEST, WEBHOOK_PART_CRC32, WEBHOOK_PART_PARAMETER
    };

    s = verifier->scheme;

    for (i = 0; i < sizeof(parts); i++) {
        if (webhook_scheme_has(s, (webhook_part_e) parts[i])) {
            return 1;
        }
    }

    return 0;
}


int
webhook_verifier_query_only(const webhook_verifier_t *verifier)
{
    unsigned                 i;
    const webhook_scheme_t  *s;

    static const uint8_t  parts[] = {
        WEBHOOK_PART_BODY, WEBHOOK_PART_FIELD, WEBHOOK_PART_SORTED_FIELDS,
        WEBHOOK_PART_DIGEST, WEBHOOK_PART_CRC32
    };

    s = verifier->scheme;

    if (verifier->preset->verify
        || verifier->preset->kind == WEBHOOK_VERIFY_TOKEN
        || !webhook_verifier_payload(verifier))
    {
        return 0;
    }

    for (i = 0; i < sizeof(parts); i++) {
        if (webhook_scheme_has(s, (webhook_part_e) parts[i])) {
            return 0;
        }
    }

    return 1;
}
