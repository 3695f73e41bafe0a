
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Schemes are compiled: from names, and the text of what is signed.
 */

#include "core/signature/webhook_scheme.h"


#define WEBHOOK_PARTS_SENT   4          /* of the names below */


typedef struct {
    webhook_str_t   name;
    webhook_part_e  what;
} webhook_part_name_t;


static const char *webhook_scheme_braces(webhook_scheme_t *s,
    webhook_part_t *parts, const webhook_str_t *text, int call);
static const char *webhook_scheme_named(webhook_part_t *part,
    const webhook_str_t *text);
static const char *webhook_scheme_filter(webhook_part_t *part,
    webhook_str_t *text);


/* What is signed when we send comes first. */

static const webhook_part_name_t  webhook_part_names[] = {
    { webhook_str("id"), WEBHOOK_PART_ID },
    { webhook_str("timestamp"), WEBHOOK_PART_TIMESTAMP },
    { webhook_str("url"), WEBHOOK_PART_URL },
    { webhook_str("body"), WEBHOOK_PART_BODY },

    { webhook_str("method"), WEBHOOK_PART_METHOD },
    { webhook_str("path"), WEBHOOK_PART_PATH },
    { webhook_str("query"), WEBHOOK_PART_QUERY },
    { webhook_str("app"), WEBHOOK_PART_APP },
    { webhook_str("key"), WEBHOOK_PART_KEY },
    { webhook_str("sorted_query"), WEBHOOK_PART_SORTED_QUERY },
    { webhook_str("sorted_fields"), WEBHOOK_PART_SORTED_FIELDS },
    { webhook_str("body.crc32"), WEBHOOK_PART_CRC32 }
};

#define WEBHOOK_PART_NAMES                                                    \
    (sizeof(webhook_part_names) / sizeof(webhook_part_names[0]))


/* These have a name of their own behind them. */

static const webhook_part_name_t  webhook_part_prefixes[] = {
    { webhook_str("header."), WEBHOOK_PART_HEADER },
    { webhook_str("query."), WEBHOOK_PART_PARAMETER },
    { webhook_str("field."), WEBHOOK_PART_FIELD }
};


static const struct {
    webhook_str_t     name;
    webhook_digest_e  digest;
} webhook_digest_names[] = {
    { webhook_str("sha1"), WEBHOOK_DIGEST_SHA1 },
    { webhook_str("sha256"), WEBHOOK_DIGEST_SHA256 },
    { webhook_str("sha512"), WEBHOOK_DIGEST_SHA512 },
    { webhook_str("sha384"), WEBHOOK_DIGEST_SHA384 },
    { webhook_str("md5"), WEBHOOK_DIGEST_MD5 }
};

static const struct {
    webhook_str_t       name;
    webhook_encoding_e  encoding;
} webhook_encoding_names[] = {
    { webhook_str("hex"), WEBHOOK_ENCODING_HEX },
    { webhook_str("HEX"), WEBHOOK_ENCODING_HEX_UPPER },
    { webhook_str("base64"), WEBHOOK_ENCODING_BASE64 },
    { webhook_str("base64url"), WEBHOOK_ENCODING_BASE64URL }
};

static const struct {
    webhook_str_t     name;
    webhook_filter_e  filter;
    int               digest;           /* of digests */
} webhook_filter_names[] = {
    { webhook_str("lower"), WEBHOOK_FILTER_LOWER, 0 },
    { webhook_str("upper"), WEBHOOK_FILTER_UPPER, 0 },
    { webhook_str("hex"), WEBHOOK_FILTER_NONE, 1 },
    { webhook_str("HEX"), WEBHOOK_FILTER_HEX_UPPER, 1 },
    { webhook_str("base64"), WEBHOOK_FILTER_BASE64, 1 }
};


int
webhook_digest_find(const webhook_str_t *name, webhook_digest_e *digest)
{
    unsigned  i;

    /* md5 is for rows of the table */

    for (i = 0; i < 4; i++) {
        if (webhook_str_eq(name, &webhook_digest_names[i].name)) {
            *digest = webhook_digest_names[i].digest;
            return WEBHOOK_OK;
        }
    }

    return WEBHOOK_ERROR;
}


int
webhook_encoding_find(const webhook_str_t *name, webhook_encoding_e *encoding)
{
    unsigned  i;

    for (i = 0; i < 4; i++) {
        if (webhook_str_eq(name, &webhook_encoding_names[i].name)) {
            *encoding = webhook_encoding_names[i].encoding;
            return WEBHOOK_OK;
        }
    }

    return WEBHOOK_ERROR;
}


int
webhook_scheme_compile(webhook_scheme_t *s,
    webhook_part_t parts[WEBHOOK_SCHEME_PARTS], const webhook_str_t *digest,
    const webhook_str_t *encoding, const webhook_str_t *prefix,
    const webhook_str_t *string, const char **err)
{
    static const webhook_str_t  body = webhook_str("{body}");

    memset(s, 0, sizeof(webhook_scheme_t));

    if (digest->len
        && (webhook_digest_find(digest, &s->digest) != WEBHOOK_OK
            || s->digest == WEBHOOK_DIGEST_SHA384))
    {
        *err = "the algorithm is none of sha1, sha256 and sha512";
        return WEBHOOK_ERROR;
    }

    if (encoding->len
        && (webhook_encoding_find(encoding, &s->encoding) != WEBHOOK_OK
            || s->encoding == WEBHOOK_ENCODING_BASE64URL))
    {
        *err = "the encoding is none of hex, HEX and base64";
        return WEBHOOK_ERROR;
    }

    *err = webhook_scheme_prefix(prefix);

    if (*err == NULL) {
        s->prefix = *prefix;
        *err = webhook_scheme_string(s, parts, string->len ? string : &body,
                                     0);
    }

    return *err ? WEBHOOK_ERROR : WEBHOOK_OK;
}


const char *
webhook_scheme_prefix(const webhook_str_t *prefix)
{
    size_t  i;

    if (prefix->len > WEBHOOK_SCHEME_PREFIX) {
        return "the prefix is longer than 64 bytes";
    }

    for (i = 0; i < prefix->len; i++) {
        if (prefix->data[i] < 0x20 || prefix->data[i] >= 0x7f) {
            return "the prefix is not plain ASCII text";
        }
    }

    return NULL;
}


const char *
webhook_scheme_string(webhook_scheme_t *s,
    webhook_part_t parts[WEBHOOK_SCHEME_PARTS], const webhook_str_t *string,
    int call)
{
    const char      *err;
    webhook_str_t    name;
    unsigned char   *p, *start, *last;
    webhook_part_t  *part;

    s->parts = parts;
    s->nparts = 0;
    s->values = 0;

    p = string->data;
    last = p + string->len;

    while (p < last) {

        if (s->nparts == WEBHOOK_SCHEME_PARTS) {
            return "the signed string has more than 48 parts";
        }

        start = p;

        while (p < last && *p != '{') {
            p++;
        }

        if (p != start) {
            part = &parts[s->nparts++];

            memset(part, 0, sizeof(webhook_part_t));
            part->text.data = start;
            part->text.len = p - start;

            continue;
        }

        start = ++p;

        while (p < last && *p != '}' && *p != '{') {
            p++;
        }

        /* what has no end has no name either */

        name.data = start;
        name.len = p < last && *p == '}' ? p - start : 0;

        err = webhook_scheme_braces(s, parts, &name, call);
        if (err) {
            return err;
        }

        p++;
    }

    return NULL;
}


/* What stands between braces. */

static const char *
webhook_scheme_braces(webhook_scheme_t *s, webhook_part_t *parts,
    const webhook_str_t *text, int call)
{
    unsigned         i, n;
    const char      *err;
    webhook_str_t    name;
    webhook_part_t  *part;

    name = *text;
    part = &parts[s->nparts];

    memset(part, 0, sizeof(webhook_part_t));

    if (call) {
        err = webhook_scheme_filter(part, &name);
        if (err) {
            return err;
        }
    }

    n = call ? WEBHOOK_PART_NAMES : WEBHOOK_PARTS_SENT;

    for (i = 0; i < n; i++) {
        if (webhook_str_eq(&name, &webhook_part_names[i].name)) {
            part->what = (uint8_t) webhook_part_names[i].what;
            break;
        }
    }

    if (i == n) {

        if (!call) {
            return "in braces there can be only {id}, {timestamp}, {url} and "
                   "{body}";
        }

        err = webhook_scheme_named(part, &name);
        if (err) {
            return err;
        }
    }

    /* {url} and {path} may be secret, and are not copied */

    if (part->filter >= WEBHOOK_FILTER_HEX_UPPER
        ? part->what != WEBHOOK_PART_DIGEST
        : part->filter && (part->what <= WEBHOOK_PART_PATH
                           || part->what == WEBHOOK_PART_KEY))
    {
        return "a filter in the signed string does not go with its part";
    }

    if (part->what > WEBHOOK_PART_BODY) {
        s->values = 1;
    }

    s->nparts++;

    return NULL;
}


/* {header.NAME}, {query.NAME}, {field.PATH} and {body.DIGEST} */

static const char *
webhook_scheme_named(webhook_part_t *part, const webhook_str_t *text)
{
    unsigned              i;
    webhook_str_t         name;
    const webhook_str_t  *prefix;

    static const webhook_str_t  body = webhook_str("body.");

    if (text->len > body.len && memcmp(text->data, body.data, body.len) == 0) {

        name.data = text->data + body.len;
        name.len = text->len - body.len;

        for (i = 0; i < 5; i++) {
            if (webhook_str_eq(&name, &webhook_digest_names[i].name)) {
                part->what = WEBHOOK_PART_DIGEST;
                part->digest = (uint8_t) webhook_digest_names[i].digest;
                return NULL;
            }
        }

        return "a digest of the body is none of sha1, sha256, sha384, sha512, "
               "md5 and crc32";
    }

    for (i = 0; i < 3; i++) {
        prefix = &webhook_part_prefixes[i].name;

        if (text->len <= prefix->len
            || memcmp(text->data, prefix->data, prefix->len) != 0)
        {
            continue;
        }

        name.data = text->data + prefix->len;
        name.len = text->len - prefix->len;

        if (name.data[name.len - 1] == '?') {
            part->optional = 1;
            name.len--;
        }

        if (name.len) {
            part->what = (uint8_t) webhook_part_prefixes[i].what;
            part->text = name;
            return NULL;
        }
    }

    return "in braces there can be only {id}, {timestamp}, {method}, {url}, "
           "{path}, {query}, {body}, {app}, {key}, {header.NAME}, "
           "{query.NAME}, {field.PATH}, {sorted_query}, {sorted_fields} and "
           "{body.DIGEST}";
}


/* Takes "|filter" off the end. */

static const char *
webhook_scheme_filter(webhook_part_t *part, webhook_str_t *text)
{
    unsigned        i;
    webhook_str_t   name;
    unsigned char  *p;

    p = text->len ? memchr(text->data, '|', text->len) : NULL;
    if (p == NULL) {
        return NULL;
    }

    name.data = p + 1;
    name.len = text->data + text->len - name.data;
    text->len = p - text->data;

    for (i = 0; i < sizeof(webhook_filter_names)
                    / sizeof(webhook_filter_names[0]); i++)
    {
        if (webhook_str_eq(&name, &webhook_filter_names[i].name)) {
            part->filter = (uint8_t) webhook_filter_names[i].filter;
            return NULL;
        }
    }

    return "a filter in the signed string is none of lower, upper, hex, HEX "
           "and base64";
}
