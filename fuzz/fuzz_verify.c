
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Fuzzes webhook_verify and all handshakes with whole calls:
 *
 *     standard 1614265330                      preset, now
 *     https://pos.example.com/in?x=1           the public URL
 *     webhook-id: msg_1                        headers
 *     webhook-signature: v1,...
 *                                              an empty line
 *     {"test": 1}                              the body
 *
 * What is checked: a result does not depend on how a body is cut; where a
 * preset has one way only to write a signature, a call is right just when its
 * header holds what a plain computation over one buffer says; ids and answers
 * are plain text; OpenSSL's queue of errors stays empty.
 */

#include "core/handshake/webhook_handshake.h"
#include "core/signature/presets/webhook_presets.h"
#include "lib/check.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>


#define MAX_HEADERS  16
#define MAX_BODY     65536


typedef struct {
    webhook_str_t  name;
    webhook_str_t  value;
} header_t;

typedef struct {
    unsigned       n;
    header_t       headers[MAX_HEADERS];
    webhook_str_t  preset;
    webhook_str_t  url;
    webhook_str_t  body;
    int64_t        now;
} input_t;


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static const struct {
    const char  *preset;
    const char  *secret;
} secrets[] = {
    { "standard", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" },
    { "github", "It's a Secret to Everybody" },
    { "stripe", "whsec_test_secret" },
    { "shopify", "test_secret_key" },
    { "slack", "8f742231b10e8888abcd99yyyzzz85a5" },
    { "square", "signature-key" },
    { "twilio", "12345" },
    { "zoom", "zoom-secret-token-1234" },
    { "linear", "lin_wh_secret_0123456789" },
    { "gitlab", "glwt-0123456789abcdef" },
    { "basic", "pos:pass:word with colon" },
    { "bearer", "tok_0123456789abcdef" },
    { "hmac", "a legacy shared secret" },
    { "adyen", "44782DEF547AAA06C910C43932B1EB0C"
               "71FC68D9D0C057550C48EC2ACF6BA056" },
    { "hubspot", "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy" },
    { "mailgun", "key-a-signing-key-0123456789abcdef" }
};

static const char  private_key[] =
    "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dR"
    "qSKJp4AJ6p9lMicMFs6Kvg==";


static webhook_str_t
text(const char *s)
{
    webhook_str_t  t;

    t.data = (unsigned char *) s;
    t.len = strlen(s);

    return t;
}


static int
find_header(void *data, const webhook_str_t *name, webhook_str_t *value)
{
    int       n;
    input_t  *in;
    unsigned  i;

    n = 0;
    in = data;

    for (i = 0; i < in->n; i++) {
        if (in->headers[i].name.len == name->len
            && strncasecmp((char *) in->headers[i].name.data,
                           (char *) name->data, name->len) == 0)
        {
            if (n++ == 0) {
                *value = in->headers[i].value;
            }
        }
    }

    return n;
}


/* One line, without its end; the rest in *data. */

static webhook_str_t
line(const uint8_t **data, const uint8_t *last)
{
    const uint8_t  *end;
    webhook_str_t   l;

    end = *data < last ? memchr(*data, '\n', last - *data) : NULL;

    l.data = (unsigned char *) *data;
    l.len = (end ? end : last) - *data;

    *data = end ? end + 1 : last;

    return l;
}


static void
parse(input_t *in, const uint8_t *data, size_t size)
{
    size_t          i;
    uint8_t        *p;
    webhook_str_t   l;
    const uint8_t  *last;

    memset(in, 0, sizeof(input_t));

    last = data + size;

    l = line(&data, last);
    p = l.len ? memchr(l.data, ' ', l.len) : NULL;
    in->preset = l;

    if (p) {
        in->preset.len = p - l.data;

        for (i = in->preset.len + 1; i < l.len && i < in->preset.len + 16; i++)
        {
            if (l.data[i] >= '0' && l.data[i] <= '9') {
                in->now = in->now * 10 + (l.data[i] - '0');
            }
        }
    }

    in->url = line(&data, last);

    while (in->n < MAX_HEADERS) {
        l = line(&data, last);

        p = l.len ? memchr(l.data, ':', l.len) : NULL;
        if (p == NULL) {
            break;
        }

        in->headers[in->n].name.data = l.data;
        in->headers[in->n].name.len = p - l.data;

        do {
            p++;
        } while (p < l.data + l.len && *p == ' ');

        in->headers[in->n].value.data = p;
        in->headers[in->n++].value.len = l.data + l.len - p;
    }

    in->body.data = (unsigned char *) data;
    in->body.len = last - data;

    if (in->body.len > MAX_BODY) {
        in->body.len = MAX_BODY;
    }
}


static int
has_value(input_t *in, const char *name, webhook_str_t *value)
{
    webhook_str_t  n;

    n = text(name);

    return find_header(in, &n, value) == 1;
}


/* prefix + HMAC-SHA256(key, before + timestamp + between + body) */

static int
is_signed(input_t *in, const char *name, const char *key, const char *prefix,
    int hex, const webhook_str_t *before, const webhook_str_t *timestamp,
    const char *between)
{
    int             i;
    char            want[256];
    size_t          n;
    unsigned        len;
    unsigned char  *all, digest[64];
    webhook_str_t   value;

    all = malloc(before->len + timestamp->len + strlen(between)
                 + in->body.len + 1);
    check(all != NULL);

    n = 0;
    memcpy(all + n, before->data, before->len);
    n += before->len;
    memcpy(all + n, timestamp->data, timestamp->len);
    n += timestamp->len;
    memcpy(all + n, between, strlen(between));
    n += strlen(between);
    memcpy(all + n, in->body.data, in->body.len);
    n += in->body.len;

    check(HMAC(EVP_sha256(), key, strlen(key), all, n, digest, &len));
    free(all);

    strcpy(want, prefix);

    if (hex) {
        for (i = 0; i < 32; i++) {
            sprintf(want + strlen(want), "%02x", digest[i]);
        }

    } else {
        EVP_EncodeBlock((unsigned char *) want + strlen(want), digest, 32);
    }

    return has_value(in, name, &value)
           && value.len == strlen(want)
           && memcmp(value.data, want, value.len) == 0;
}


/* What must hold, by preset, of a call that was found right or wrong. */

static void
compare(input_t *in, const char *preset, const char *key, webhook_verify_e rc)
{
    webhook_str_t  none, time, v0, value;

    none = text("");
    time = none;
    v0 = text("v0:");

    if (strcmp(preset, "github") == 0) {
        if (!has_value(in, "x-github-delivery", &value)) {
            check((rc == WEBHOOK_VERIFY_OK)
                  <= is_signed(in, "x-hub-signature-256", key, "sha256=", 1,
                               &none, &none, ""));
        }

    } else if (strcmp(preset, "shopify") == 0) {
        if (!has_value(in, "x-shopify-webhook-id", &value)) {
            check((rc == WEBHOOK_VERIFY_OK)
                  <= is_signed(in, "x-shopify-hmac-sha256", key, "", 0, &none,
                               &none, ""));
        }

    } else if (strcmp(preset, "square") == 0) {
        if (in->url.len) {
            check((rc == WEBHOOK_VERIFY_OK)
                  == is_signed(in, "x-square-hmacsha256-signature", key, "", 0,
                               &in->url, &none, ""));
        }

    } else if (strcmp(preset, "slack") == 0) {
        (void) has_value(in, "x-slack-request-timestamp", &time);
        check(rc != WEBHOOK_VERIFY_OK
              || is_signed(in, "x-slack-signature", key, "v0=", 1, &v0, &time,
                           ":"));

    } else if (strcmp(preset, "zoom") == 0) {
        (void) has_value(in, "x-zm-request-timestamp", &time);
        check(rc != WEBHOOK_VERIFY_OK
              || is_signed(in, "x-zm-signature", key, "v0=", 1, &v0, &time,
                           ":"));

    } else if (strcmp(preset, "gitlab") == 0) {
        check((rc == WEBHOOK_VERIFY_OK)
              == (has_value(in, "x-gitlab-token", &value)
                  && value.len == strlen(key)
                  && memcmp(value.data, key, value.len) == 0));
    }
}


static void
check_plain(const unsigned char *p, size_t len)
{
    size_t  i;

    for (i = 0; i < len; i++) {
        check(p[i] >= 0x20 && p[i] < 0x7f && p[i] != '<' && p[i] != '\\');
    }
}


/* Each handshake is asked whatever came, whoever would ask so. */

static void
handshakes(input_t *in, const webhook_key_t *key)
{
    char                        *name, *next, names[256];
    unsigned                     i, k;
    webhook_buf_t                list;
    webhook_str_t                allowed, wanted;
    webhook_question_t           q;
    webhook_handshake_e          rc;
    const webhook_handshake_t   *row;
    webhook_handshake_conf_t     conf;
    webhook_handshake_answer_t   a;

    allowed = text("*.example.com");

    memset(&conf, 0, sizeof(conf));
    conf.tokens = key;
    conf.ntokens = 1;
    conf.origins = &allowed;
    conf.norigins = 1;
    conf.confirm = 1;

    memset(&q, 0, sizeof(q));
    q.header = find_header;
    q.data = in;
    q.args = in->url;
    q.body = in->body;
    q.key = key;
    q.now = in->now;
    q.conf = &conf;

    for (i = 0; i < 2; i++) {

        webhook_buf_init(&list, 0);
        check(webhook_handshake_names(&list, i) == WEBHOOK_OK
              && list.len < sizeof(names));

        memcpy(names, list.data, list.len);
        names[list.len] = '\0';
        webhook_buf_free(&list);

        for (name = strtok_r(names, ", ", &next); name;
             name = strtok_r(NULL, ", ", &next))
        {
            wanted = text(name);
            row = webhook_handshake_find(&wanted);

            if (row == NULL) {
                check(strcmp(name, "and") == 0);
                continue;
            }

            q.method = row->method;

            rc = webhook_handshake_ask(row, &q, &a);

            check_plain(a.body.data, a.body.len);
            check_plain(a.note.data, a.note.len);
            check_plain(a.confirm.data, a.confirm.len);

            for (k = 0; k < a.nheaders; k++) {
                check(rc == WEBHOOK_HANDSHAKE_ANSWER);
                check_plain(a.headers[k].value.data, a.headers[k].value.len);
            }

            webhook_handshake_free(&a);
        }
    }
}


/* What is compiled of a row. */

typedef struct {
    webhook_preset_t    row;
    webhook_key_t       keys[2];
    webhook_part_t      parts[WEBHOOK_SCHEME_PARTS];
    webhook_scheme_t    scheme;
    webhook_verifier_t  verifier;
} made_t;


/* The row of "hmac" filled in with all that there is, some of it by the
   input. */

static void
row_of_all(webhook_preset_t *row, size_t size)
{
    static const webhook_str_t  names[] = {
        webhook_str("x-sign"), webhook_str("sign"), webhook_str("a.sign")
    };

    row->kind = size & 1 ? WEBHOOK_VERIFY_HMAC : WEBHOOK_VERIFY_HASH;

    row->signature.in = (webhook_place_e) (size / 2 % 3);
    row->signature.name = names[row->signature.in];
    row->timestamp.in = (webhook_place_e) (size / 4 % 4);
    row->timestamp.name = text("t");
    row->id.in = (webhook_place_e) (size / 8 % 4);
    row->id.name = text("id");
    row->list = text(size & 16 ? ", " : ",");
    row->pair = text("=");
    row->item = text("s");
    row->string = text(size & 1
                       ? "{timestamp}.{id}.{url}{path}{method}{query}"
                         "{sorted_query}|{sorted_fields}|{field.a.b?}"
                         "{header.x-a?}{query.q?|lower}{body.crc32}"
                         "{body.sha1|base64}{body}"
                       : "{timestamp}{id}{field.a}{query.a?}"
                         "{sorted_fields}{sorted_query}{key}");
    row->sorted.write = (webhook_sorted_e) (size / 32 % 4);
    row->sorted.without = text("x y");
    row->sorted.filled = size & 1;
    row->encoding = (webhook_encoding_e) (size / 64 % 5);
    row->unit = (webhook_unit_e) (size / 16 % 4);
}


/* With the preset of secrets[i], and its keys. */

static void
verifier_of(made_t *m, unsigned i, size_t size)
{
    const char     *err;
    webhook_str_t   secret;

    memset(m, 0, sizeof(made_t));

    secret = text(secrets[i].preset);
    m->verifier.preset = webhook_preset_find(&secret);
    check(m->verifier.preset != NULL);

    m->row = *m->verifier.preset;
    m->verifier.preset = &m->row;

    if (strcmp(secrets[i].preset, "hmac") == 0) {
        row_of_all(&m->row, size);
    }

    secret = text(secrets[i].secret);
    check(webhook_key_read(&m->keys[0], &secret, m->row.key, &err)
          == WEBHOOK_OK);

    m->verifier.keys = m->keys;
    m->verifier.nkeys = 1;

    if (i == 0) {
        secret = text(private_key);
        check(webhook_key_read(&m->keys[1], &secret, WEBHOOK_KEY_AS_STANDARD,
                               &err)
              == WEBHOOK_OK);
        m->verifier.nkeys = 2;
    }

    check(webhook_verifier_init(&m->verifier, &m->scheme, m->parts, &err)
          == WEBHOOK_OK);
}


/* Whatever it is, it may be a string to be signed, or a key. */

static void
texts(const webhook_str_t *line)
{
    unsigned                i;
    const char             *err;
    webhook_key_t           key;
    webhook_part_t          parts[WEBHOOK_SCHEME_PARTS];
    webhook_scheme_t        scheme;

    memset(&scheme, 0, sizeof(scheme));

    for (i = 0; i < 2; i++) {
        err = webhook_scheme_string(&scheme, parts, line, (int) i);
        check(err || scheme.nparts <= WEBHOOK_SCHEME_PARTS);
    }

    for (i = 0; i <= WEBHOOK_KEY_AS_PUBLIC; i++) {
        (void) webhook_key_read(&key, line, (webhook_key_as_e) i, &err);
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t                  cut;
    input_t                 in;
    unsigned                i, k;
    unsigned char          *p;
    made_t                  made;
    webhook_str_t           pieces[3];
    webhook_verify_e        rc;
    webhook_verified_t      verified, again;
    webhook_verify_call_t   call;

    parse(&in, data, size);

    for (i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
        if (in.preset.len == strlen(secrets[i].preset)
            && memcmp(in.preset.data, secrets[i].preset, in.preset.len) == 0)
        {
            break;
        }
    }

    if (i == sizeof(secrets) / sizeof(secrets[0])) {
        i = size % i;
    }

    verifier_of(&made, i, size);

    memset(&call, 0, sizeof(call));

    call.header = find_header;
    call.data = &in;
    call.method = text("POST");
    call.body = &in.body;
    call.pieces = 1;
    call.url = in.url;
    call.now = in.now;

    p = in.url.len ? memchr(in.url.data, '?', in.url.len) : NULL;

    if (p) {
        call.query.data = p + 1;
        call.query.len = in.url.data + in.url.len - call.query.data;
    }

    rc = webhook_verify(&made.verifier, &call, &verified);

    check(webhook_verify_text(rc) != NULL);
    check(rc == WEBHOOK_VERIFY_OK || verified.id.len == 0);

    for (k = 0; k < verified.id.len; k++) {
        check(verified.id.data[k] > 0x20 && verified.id.data[k] < 0x7f);
    }

    compare(&in, secrets[i].preset, secrets[i].secret, rc);

    cut = in.body.len ? size % in.body.len : 0;

    pieces[0].data = in.body.data;
    pieces[0].len = cut;
    pieces[1].data = NULL;
    pieces[1].len = 0;
    pieces[2].data = in.body.data + cut;
    pieces[2].len = in.body.len - cut;

    call.body = pieces;
    call.pieces = 3;

    check(webhook_verify(&made.verifier, &call, &again) == rc);
    check(again.id.len == verified.id.len && again.key == verified.key);

    handshakes(&in, &made.keys[0]);
    texts(&in.url);

    check(ERR_peek_error() == 0);

    return 0;
}
