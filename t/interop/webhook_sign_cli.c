
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Signs and verifies for t/core/sign-peers.t: reads a JSON object a line and
 * answers each with one.  Bytes are hexadecimal digits, so that any can be
 * given.
 *
 *     {"do": "sign", "keys": ["whsec_..."], "id": "msg_1", "timestamp": 1,
 *      "body": "7b7d"}
 *     {"do": "sign", "scheme": {"digest": "sha256", "encoding": "hex",
 *      "prefix": "", "string": "{timestamp}.{body}"}, ...}
 *         {"value": "v1,..."}
 *
 *     {"do": "verify", "preset": "github", "keys": ["..."], "now": 1,
 *      "url": "", "headers": [["x-hub-signature-256", "7368..."]],
 *      "body": "7b7d"}
 *         {"ok": true, "id": "..."} or {"ok": false, "why": "..."}
 *
 * What cannot be done is answered {"error": "..."}.  Exit status: 0; 2 if a
 * line is no such object.
 */

#include "core/signature/presets/webhook_presets.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include <jansson.h>


#define MAX_LINE     (4 * 1024 * 1024)
#define MAX_HEADERS  16


typedef struct {
    unsigned        n;
    webhook_str_t   names[MAX_HEADERS];
    webhook_str_t   values[MAX_HEADERS];
} headers_t;


static webhook_str_t
get_text(json_t *from, const char *name)
{
    json_t         *j;
    webhook_str_t   text;

    j = json_object_get(from, name);

    text.data = (unsigned char *) (json_is_string(j) ? json_string_value(j)
                                                     : "");
    text.len = json_is_string(j) ? json_string_length(j) : 0;

    return text;
}


/* Decodes hexadecimal digits where they stand. */

static webhook_str_t
get_bytes(json_t *j)
{
    char            digits[3] = { 0, 0, 0 };
    size_t          i;
    webhook_str_t   bytes;

    bytes.data = (unsigned char *) (json_is_string(j) ? json_string_value(j)
                                                      : "");
    bytes.len = json_is_string(j) ? json_string_length(j) / 2 : 0;

    for (i = 0; i < bytes.len; i++) {
        digits[0] = (char) bytes.data[2 * i];
        digits[1] = (char) bytes.data[2 * i + 1];
        bytes.data[i] = (unsigned char) strtol(digits, NULL, 16);
    }

    return bytes;
}


static int
find_header(void *data, const webhook_str_t *name, webhook_str_t *value)
{
    int         n;
    unsigned    i;
    headers_t  *h;

    n = 0;
    h = data;

    for (i = 0; i < h->n; i++) {
        if (h->names[i].len == name->len
            && strncasecmp((char *) h->names[i].data, (char *) name->data,
                           name->len) == 0)
        {
            if (n++ == 0) {
                *value = h->values[i];
            }
        }
    }

    return n;
}


/* The number of keys, or 0 with the reason in *err. */

static unsigned
get_keys(json_t *in, webhook_key_as_e as, webhook_key_t *keys,
    const char **err)
{
    size_t          i, n;
    json_t         *j;
    webhook_str_t   text;

    *err = "no keys";

    j = json_object_get(in, "keys");
    n = json_array_size(j);

    if (n > WEBHOOK_KEYS_MAX) {
        *err = "too many keys";
        return 0;
    }

    for (i = 0; i < n; i++) {
        text.data = (unsigned char *) json_string_value(json_array_get(j, i));
        text.len = json_string_length(json_array_get(j, i));

        if (text.data == NULL
            || webhook_key_read(&keys[i], &text, as, err) != WEBHOOK_OK)
        {
            return 0;
        }
    }

    return (unsigned) n;
}


static json_t *
do_sign(json_t *in)
{
    int                rc;
    size_t             len;
    json_t            *how;
    unsigned           nkeys;
    const char        *err;
    webhook_key_t      keys[WEBHOOK_KEYS_MAX];
    webhook_str_t      body, digest, encoding, prefix, string;
    webhook_part_t     parts[WEBHOOK_SCHEME_PARTS];
    webhook_scheme_t   scheme;
    webhook_message_t  m;
    unsigned char      out[WEBHOOK_SIGN_STANDARD_MAX];

    nkeys = get_keys(in, WEBHOOK_KEY_AS_STANDARD, keys, &err);
    if (nkeys == 0) {
        return json_pack("{s:s}", "error", err);
    }

    body = get_bytes(json_object_get(in, "body"));

    memset(&m, 0, sizeof(m));

    m.id = get_text(in, "id");
    m.url = get_text(in, "url");
    m.timestamp = json_integer_value(json_object_get(in, "timestamp"));
    m.body = &body;
    m.pieces = 1;

    how = json_object_get(in, "scheme");

    if (how == NULL) {
        rc = webhook_sign_standard(keys, nkeys, &m, out, sizeof(out), &len);

    } else {
        digest = get_text(how, "digest");
        encoding = get_text(how, "encoding");
        prefix = get_text(how, "prefix");
        string = get_text(how, "string");

        if (webhook_scheme_compile(&scheme, parts, &digest, &encoding, &prefix,
                                   &string, &err)
            != WEBHOOK_OK)
        {
            return json_pack("{s:s}", "error", err);
        }

        rc = webhook_sign_hmac(&scheme, keys, nkeys, &m, out, sizeof(out),
                               &len);
    }

    if (rc != WEBHOOK_OK) {
        return json_pack("{s:s}", "error", "cannot be signed");
    }

    return json_pack("{s:s%}", "value", (char *) out, len);
}


static json_t *
do_verify(json_t *in)
{
    size_t                  i;
    json_t                 *pair;
    headers_t               h;
    const char             *err;
    webhook_key_t           keys[WEBHOOK_KEYS_MAX];
    webhook_str_t           name, body;
    webhook_part_t          parts[WEBHOOK_SCHEME_PARTS];
    webhook_scheme_t        scheme;
    webhook_verify_e        rc;
    webhook_verifier_t      verifier;
    webhook_verified_t      verified;
    webhook_verify_call_t   call;

    memset(&h, 0, sizeof(h));
    memset(&call, 0, sizeof(call));
    memset(&verifier, 0, sizeof(verifier));

    name = get_text(in, "preset");
    verifier.preset = webhook_preset_find(&name);

    if (verifier.preset == NULL) {
        return json_pack("{s:s}", "error", "no such preset");
    }

    verifier.keys = keys;
    verifier.nkeys = get_keys(in, verifier.preset->key, keys, &err);

    if (verifier.nkeys == 0
        || webhook_verifier_init(&verifier, &scheme, parts, &err)
           != WEBHOOK_OK)
    {
        return json_pack("{s:s}", "error", err);
    }

    json_array_foreach(json_object_get(in, "headers"), i, pair) {

        if (i == MAX_HEADERS || json_array_size(pair) != 2) {
            return json_pack("{s:s}", "error", "bad headers");
        }

        name.data = (unsigned char *)
                    json_string_value(json_array_get(pair, 0));
        name.len = json_string_length(json_array_get(pair, 0));

        h.names[i] = name;
        h.values[i] = get_bytes(json_array_get(pair, 1));
        h.n++;
    }

    body = get_bytes(json_object_get(in, "body"));

    call.header = find_header;
    call.data = &h;
    call.body = &body;
    call.pieces = 1;
    call.url = get_text(in, "url");
    call.now = json_integer_value(json_object_get(in, "now"));

    rc = webhook_verify(&verifier, &call, &verified);

    if (rc != WEBHOOK_VERIFY_OK) {
        return json_pack("{s:b, s:s}", "ok", 0, "why",
                         webhook_verify_text(rc));
    }

    return json_pack("{s:b, s:s%, s:i}", "ok", 1, "id",
                     verified.id.len ? (char *) verified.id.data : "",
                     verified.id.len, "key", (int) verified.key);
}


int
main(void)
{
    char          *line;
    json_t        *in, *out;
    const char    *what;
    json_error_t   err;

    line = malloc(MAX_LINE);

    if (line == NULL) {
        perror("malloc");
        return 2;
    }

    setvbuf(stdout, NULL, _IOLBF, 0);

    while (fgets(line, MAX_LINE, stdin)) {

        in = json_loads(line, 0, &err);
        what = json_string_value(json_object_get(in, "do"));

        if (what == NULL) {
            fprintf(stderr, "not a request: %s\n", line);
            return 2;
        }

        out = strcmp(what, "sign") == 0 ? do_sign(in) : do_verify(in);

        if (out == NULL || json_dumpf(out, stdout, JSON_COMPACT) != 0) {
            fprintf(stderr, "no answer can be made\n");
            return 2;
        }

        putchar('\n');

        json_decref(out);
        json_decref(in);
    }

    free(line);

    return 0;
}
