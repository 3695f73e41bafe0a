
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Fuzzes fields that are signed: what verify reads of a body, before its
 * signature holds, is what the receiver reads of it later.  The input is a
 * Content-Type, the name of a field, each with a line end, and a body.  The
 * value that the receiver finds is signed, and no other may be what that
 * signature fails for; where it finds none, verify may find none either.
 */

#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "core/base/webhook_error.h"
#include "core/charset/webhook_charset.h"
#include "core/json/webhook_json_text.h"
#include "core/json/webhook_path.h"
#include "core/media/webhook_media.h"
#include "core/signature/verify/webhook_verify.h"
#include "lib/check.h"


#define MAX_TEXT    (1024 * 1024)
#define MAX_NAME    64


typedef struct {
    webhook_str_t       type;
    webhook_str_t       name;
    webhook_str_t       body;
    char                sign[2 * EVP_MAX_MD_SIZE + 1];
} input_t;


static const char  secret[] = "a key of enough bytes";


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static webhook_str_t
line(const uint8_t **pos, const uint8_t *last)
{
    const uint8_t  *end;
    webhook_str_t   text;

    end = memchr(*pos, '\n', (size_t) (last - *pos));

    if (end == NULL) {
        end = last;
    }

    text.data = (unsigned char *) *pos;
    text.len = (size_t) (end - *pos);

    *pos = end < last ? end + 1 : last;

    return text;
}


static int
find_header(void *data, const webhook_str_t *name, webhook_str_t *value)
{
    input_t *in = data;

    if (name->len == 6 && memcmp(name->data, "x-sign", 6) == 0) {
        value->data = (unsigned char *) in->sign;
        value->len = strlen(in->sign);
        return 1;
    }

    if (name->len == 12 && memcmp(name->data, "content-type", 12) == 0) {
        *value = in->type;
        return 1;
    }

    return 0;
}


static void
sign(input_t *in, const webhook_buf_t *value)
{
    size_t         i;
    unsigned       n;
    unsigned char  digest[EVP_MAX_MD_SIZE];

    (void) HMAC(EVP_sha256(), secret, sizeof(secret) - 1,
                value->len ? value->data : (unsigned char *) "", value->len,
                digest, &n);

    for (i = 0; i < n; i++) {
        snprintf(in->sign + 2 * i, 3, "%02x", digest[i]);
    }
}


/* The body as JSON, as the receiver makes it: 1, or 0 where it refuses. */

static int
intake(const input_t *in, webhook_media_e media, webhook_buf_t *out,
    webhook_str_t *json)
{
    const char             *what;
    webhook_str_t           label;
    webhook_xml_limits_t    limits;
    webhook_media_error_t   err;

    if (media == WEBHOOK_MEDIA_FORM) {
        memset(&limits, 0, sizeof(limits));

        if (webhook_media_json(media, WEBHOOK_MEDIA_SIGNED, &in->type,
                               &in->body, &limits, out, &err)
            != WEBHOOK_OK)
        {
            return 0;
        }

        json->data = out->data;
        json->len = out->len;

        return 1;
    }

    webhook_charset_label(&in->type, &label);

    return webhook_charset_text(&in->body, &label, WEBHOOK_CHARSET_SIGNED,
                                out, json, &what)
           == WEBHOOK_OK;
}


/* Its text: 1; 0 where there is no such field; -1 where it is refused. */

static int
value_of(const input_t *in, const webhook_json_doc_t *doc,
    webhook_media_e media, webhook_buf_t *value)
{
    int                    rc;
    webhook_path_t        *path;
    webhook_json_value_t   root, found;

    webhook_json_root(doc, &root);

    if (root.type != WEBHOOK_JSON_OBJECT) {
        return -1;
    }

    if (media == WEBHOOK_MEDIA_FORM) {
        rc = webhook_json_member(doc, &root, &in->name, &found);

    } else {
        path = webhook_path_compile(&in->name, NULL);

        if (path == NULL) {
            return -1;
        }

        rc = webhook_path_find(path, 0, doc, NULL, &found);
        webhook_path_free(path);
    }

    if (rc != WEBHOOK_OK) {
        return 0;
    }

    if (found.type == WEBHOOK_JSON_NULL) {
        return 1;
    }

    if (found.type != WEBHOOK_JSON_STRING) {
        webhook_buf_add(value, found.span.data, found.span.len);
        return 1;
    }

    return webhook_json_decode(&found.span, value) == WEBHOOK_OK ? 1 : -1;
}


/* A sender signs the bytes of its charset, so that of a value which was
   converted the text is another: that is told by what is not ASCII. */

static int
converted(const input_t *in, const webhook_buf_t *value)
{
    size_t         i;
    webhook_str_t  label;

    webhook_charset_label(&in->type, &label);

    if (webhook_charset_utf8(&label)) {
        return 0;
    }

    for (i = 0; i < value->len; i++) {
        if (value->data[i] & 0x80) {
            return 1;
        }
    }

    return 0;
}


static void
compare(input_t *in, const webhook_json_doc_t *doc, webhook_media_e media)
{
    int                      has;
    char                     string[MAX_NAME + 16];
    const char              *err;
    webhook_str_t            text;
    webhook_buf_t            value;
    webhook_key_t            key;
    webhook_part_t           parts[WEBHOOK_SCHEME_PARTS];
    webhook_preset_t         row;
    webhook_scheme_t         scheme;
    webhook_verify_e         rc;
    webhook_verifier_t       verifier;
    webhook_verified_t       verified;
    webhook_verify_call_t    call;

    webhook_buf_init(&value, MAX_TEXT);

    has = value_of(in, doc, media, &value);

    if (has < 0 || converted(in, &value)) {
        webhook_buf_free(&value);
        return;
    }

    sign(in, &value);
    webhook_buf_free(&value);

    memset(&row, 0, sizeof(row));
    memset(&scheme, 0, sizeof(scheme));
    memset(&verifier, 0, sizeof(verifier));
    memset(&call, 0, sizeof(call));

    snprintf(string, sizeof(string), "{field.%.*s}", (int) in->name.len,
             (char *) in->name.data);

    row.kind = WEBHOOK_VERIFY_HMAC;
    row.string.data = (unsigned char *) string;
    row.string.len = strlen(string);
    row.signature.name.data = (unsigned char *) "x-sign";
    row.signature.name.len = 6;

    text.data = (unsigned char *) secret;
    text.len = sizeof(secret) - 1;

    check(webhook_key_read(&key, &text, WEBHOOK_KEY_AS_TEXT, &err)
          == WEBHOOK_OK);

    verifier.preset = &row;
    verifier.keys = &key;
    verifier.nkeys = 1;

    if (webhook_verifier_init(&verifier, &scheme, parts, &err) != WEBHOOK_OK) {
        return;                         /* the name is none */
    }

    call.header = find_header;
    call.data = in;
    call.method.data = (unsigned char *) "POST";
    call.method.len = 4;
    call.body = &in->body;
    call.pieces = 1;
    call.kind = media == WEBHOOK_MEDIA_FORM ? WEBHOOK_PAYLOAD_FORM
                                            : WEBHOOK_PAYLOAD_JSON;
    call.now = 1700000000;

    rc = webhook_verify(&verifier, &call, &verified);

    check(rc != WEBHOOK_VERIFY_MISMATCH);
    check(has || rc != WEBHOOK_VERIFY_OK);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    input_t                 in;
    webhook_buf_t           out;
    webhook_str_t           json;
    const uint8_t          *last;
    webhook_media_e         media;
    webhook_json_doc_t     *doc;
    webhook_json_limits_t   limits;

    last = data + size;

    in.type = line(&data, last);
    in.name = line(&data, last);
    in.body.data = (unsigned char *) data;
    in.body.len = (size_t) (last - data);

    if (in.name.len == 0 || in.name.len > MAX_NAME
        || memchr(in.name.data, 0, in.name.len)
        || in.body.len > MAX_TEXT / 6)
    {
        return 0;
    }

    media = webhook_media(&in.type, WEBHOOK_MEDIA_STRICT);

    if (media != WEBHOOK_MEDIA_FORM && media != WEBHOOK_MEDIA_JSON
        && media != WEBHOOK_MEDIA_TEXT)
    {
        return 0;
    }

    webhook_buf_init(&out, MAX_TEXT);

    if (intake(&in, media, &out, &json)) {
        limits.max_depth = 0;
        limits.max_values = 0;

        if (webhook_json_read(&json, &limits, &doc, NULL) == WEBHOOK_OK) {
            compare(&in, doc, media);
            webhook_json_free(doc);
        }
    }

    webhook_buf_free(&out);

    check(ERR_peek_error() == 0);

    return 0;
}
