
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What rows can describe: for each one the string that has to be signed is
 * written down here, and signed by OpenSSL's own means.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "nomem.h"
#include "tap.h"
#include "key_flip.h"
#include "core/signature/presets/webhook_presets.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <strings.h>


#define TEXT(text)      webhook_str(text)
#define URL             "https://h.example.com/in/token?b=2&a=%20x&sign=S&a.b=+"
#define QUERY           "b=2&a=%20x&sign=S&a.b=+"
#define FORM            "application/x-www-form-urlencoded"
#define NOW             1700000000
#define SIGNED          "signed here"       /* put in the signature's place */
#define BAD(t, b, k)  { t, { .string = TEXT("{field.a}") }, .body = b,      \
    .rc = WEBHOOK_VERIFY_BAD_BODY, .kind = WEBHOOK_PAYLOAD_ ## k }


typedef struct {
    const char         *title;
    webhook_preset_t    row;
    const char         *type;           /* Content-Type */
    const char         *body;
    const char         *want;           /* NULL: see rc */
    webhook_verify_e    rc;
    const char         *id;
    webhook_payload_e   kind;
} engine_t;


static const char  secret[] = "a key of enough bytes";

static struct {
    const engine_t  *e;
    char             signature[2048];
    const char      *time;
} the;


static const engine_t  rows[] = {

    { "method, path, query, url", { .string = TEXT("{method} {path} {query} "
                                                   "{url}") },
      .want = "POST /in/token " QUERY " " URL },

    { "headers, of any case", { .string = TEXT("{header.X-A}|{header.x-b}|"
                                               "{header.x-none?}{body}") },
      .body = "b", .want = "value of A|B|b" },

    { "a header that is missing", { .string = TEXT("{header.x-none}{body}") },
      .body = "b", .rc = WEBHOOK_VERIFY_NO_PART },

    { "parameters", { .string = TEXT("{query.a}|{query.a.b}|{query.c?}|"
                                     "{query.sign|lower}") },
      .want = " x| ||s" },

    { "a parameter that is missing", { .string = TEXT("{query.c}") },
      .rc = WEBHOOK_VERIFY_NO_PART },

    { "fields of JSON",
      { .string = TEXT("{field.a}|{field.b.0.c}|{field.n}|{field.t}|{field.o}|"
                       "{field.null}|{field.none?}|{field.u|upper}") },
      .body = "{\"a\": \"x\\u0041\\/\", \"b\": [{\"c\": \"\"}], \"n\": 1.50,"
              " \"t\": true, \"o\": { \"p\" : 1 }, \"null\": null,"
              " \"u\": \"ab\\u00e9\"}",
      .want = "xA/||1.50|true|{ \"p\" : 1 }|||AB\xc3\xa9" },

    { "a field that is missing", { .string = TEXT("{field.a}{field.c}") },
      .body = "{\"a\": 1}", .rc = WEBHOOK_VERIFY_NO_PART },

    { "no JSON", { .string = TEXT("{field.a}") }, .body = "{\"a\": 1",
      .rc = WEBHOOK_VERIFY_BAD_BODY },

    { "fields of a form", { .string = TEXT("{field.a}|{field.b.c}") },
      .type = FORM "; charset=utf-8", .body = "b.c=%C3%A9+x&a=1%2B1",
      .want = "1+1|\xc3\xa9 x" },

    { "a field twice in a form", { .string = TEXT("{field.a}") },
      .type = FORM, .body = "a=1&b=2&a=1", .rc = WEBHOOK_VERIFY_REPEATED },

    BAD("a mark before a name", "a=1&%EF%BB%BFa=2", FORM),
    BAD("a mark before a form", "\xef\xbb\xbf" "a=2&a=1", FORM),
    BAD("white space before a form", "\na=2&a=1", FORM),
    BAD("a blank behind a form", "a=2&a ", FORM),
    BAD("a name that shifts", "a=2&%1B(Ba=1", FORM),
    BAD("no fields in another kind", "a=1", OTHER),
    { "the kind comes before the type", { .string = TEXT("{field.a}") },
      .body = "a=1", .want = "1", .kind = WEBHOOK_PAYLOAD_FORM },
    { "an escape that is none", { .string = TEXT("{field.a}") },
      .type = FORM, .body = "a=%2", .rc = WEBHOOK_VERIFY_BAD_BODY },

    { "a sorted query",
      { .signature = { WEBHOOK_PLACE_QUERY, TEXT("sign"), { 0, NULL } },
        .string = TEXT("{sorted_query}") },
      .want = "a= x&a.b= &b=2" },

    { "a sorted query as it came, all of it",
      { .string = TEXT("{sorted_query}"),
        .sorted = { .write = WEBHOOK_SORTED_RAW } },
      .want = "a=%20x&a.b=+&b=2&sign=S" },

    { "a sorted query, escaped anew",
      { .signature = { WEBHOOK_PLACE_QUERY, TEXT("sign"), { 0, NULL } },
        .string = TEXT("{sorted_query}"),
        .sorted = { .write = WEBHOOK_SORTED_FORM, .without = TEXT("x b") } },
      .want = "a=+x&a.b=+" },

    { "the same, for URIs, with other separators",
      { .signature = { WEBHOOK_PLACE_QUERY, TEXT("sign"), { 0, NULL } },
        .string = TEXT("{sorted_query}"),
        .sorted = { .write = WEBHOOK_SORTED_URI, .begins = TEXT("a"),
                    .equals = TEXT(":"), .between = TEXT("") } },
      .want = "a:%20xa.b:%20" },

    { "sorted fields of JSON",
      { .signature = { WEBHOOK_PLACE_FIELD, TEXT("sign"), { 0, NULL } },
        .string = TEXT("{sorted_fields}") },
      .body = "{\"b\": \"x y\", \"sign\": \"" SIGNED "\", \"a\": 1,"
              " \"B\": null, \"ab\": {\"z\":1}}",
      .want = "B=&a=1&ab={\"z\":1}&b=x y" },

    { "those of an object in it, those that are filled, values alone",
      { .signature = { WEBHOOK_PLACE_FIELD, TEXT("sign"), { 0, NULL } },
        .string = TEXT("{sorted_fields}"),
        .sorted = { .under = TEXT("data"), .filled = 1, .values = 1,
                    .between = TEXT("|") } },
      .body = "{\"data\": {\"b\": \"B\", \"a\": 1, \"c\": \"\", \"d\": null},"
              " \"sign\": \"" SIGNED "\"}",
      .want = "1|B" },

    { "a name that stands twice", { .string = TEXT("{sorted_fields}") },
      .body = "{\"a\": 1, \"b\": 2, \"a\": 1}", .rc = WEBHOOK_VERIFY_REPEATED },

    { "what has no names", { .string = TEXT("{sorted_fields}") },
      .body = "[1]", .rc = WEBHOOK_VERIFY_BAD_BODY },

    { "sorted fields of a form",
      { .signature = { WEBHOOK_PLACE_FIELD, TEXT("sign"), { 0, NULL } },
        .string = TEXT("{sorted_fields}") },
      .type = FORM, .body = "b=%41&sign=" SIGNED "&a=+&&c",
      .want = "a= &b=A&c=" },

    { "digests of the body",
      { .string = TEXT("{body.sha256}|{body.sha1|HEX}|{body.md5|base64}|"
                       "{body.crc32}") },
      .body = "hello",
      .want = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
              "|AAF4C61DDCC5E8A2DABEDE0F3B482CD9AEA9434D"
              "|XUFAKrxLKna5cZ2REBfFkg==|907060870" },

    { "what the sender calls its key", { .string = TEXT("{app}{body}") },
      .body = "b", .want = "12345b" },

    { "sha384, base64url", { .digest = WEBHOOK_DIGEST_SHA384,
                             .encoding = WEBHOOK_ENCODING_BASE64URL },
      .body = "b", .want = "b" },

    { "sha1, HEX, a prefix", { .digest = WEBHOOK_DIGEST_SHA1,
                               .encoding = WEBHOOK_ENCODING_HEX_UPPER,
                               .prefix = TEXT("hmac ") },
      .body = "b", .want = "b" },

    { "the digest of a string with the key in it",
      { .kind = WEBHOOK_VERIFY_HASH, .string = TEXT("{app}{body}{key}") },
      .body = "b", .want = "12345ba key of enough bytes" },

    { "a list with names, blanks around",
      { .timestamp = { WEBHOOK_PLACE_ITEM, TEXT("ts"), { 0, NULL } },
        .id = { WEBHOOK_PLACE_ITEM, TEXT("id"), { 0, NULL } },
        .list = TEXT("; "), .pair = TEXT("="), .item = TEXT("h1"),
        .string = TEXT("{timestamp}:{id}:{body}"), .window = 5 },
      .body = "b", .want = "1700000000:7:b", .id = "7" },

    { "a list without names", { .list = TEXT("|") }, .body = "b",
      .want = "b" },

    { "a timestamp in ms, an id that is a parameter",
      { .timestamp = { .name = TEXT("x-time") }, .unit = WEBHOOK_UNIT_MS,
        .id = { WEBHOOK_PLACE_QUERY, TEXT("b"), { 0, NULL } },
        .string = TEXT("{timestamp}{id}{body}"), .window = 5 },
      .body = "b", .want = "17000000000002b", .id = "2" },

    { "a timestamp as ISO 8601",
      { .timestamp = { .name = TEXT("x-time") }, .unit = WEBHOOK_UNIT_ISO,
        .string = TEXT("{timestamp}{body}"), .window = 5 },
      .body = "b", .want = "2023-11-14T22:13:20.5Zb" },

    { "a timestamp in a field, any unit, signed with the body; an id, too",
      { .timestamp = { WEBHOOK_PLACE_FIELD, TEXT("at"), { 0, NULL } },
        .id = { WEBHOOK_PLACE_FIELD, TEXT("e.id"), { 0, NULL } },
        .unit = WEBHOOK_UNIT_AUTO, .window = 5 },
      .body = "{\"at\": \"1700000000123\", \"e\": {\"id\": 42}}",
      .want = "{\"at\": \"1700000000123\", \"e\": {\"id\": 42}}",
      .id = "42" },

    { "the same, of another time",
      { .timestamp = { WEBHOOK_PLACE_FIELD, TEXT("at"), { 0, NULL } },
        .unit = WEBHOOK_UNIT_AUTO, .window = 5 },
      .body = "{\"at\": \"2023-11-14T22:13:00+00:00\"}",
      .want = "{\"at\": \"2023-11-14T22:13:00+00:00\"}",
      .rc = WEBHOOK_VERIFY_OLD },

    { "and without one",
      { .timestamp = { WEBHOOK_PLACE_FIELD, TEXT("at"), { 0, NULL } },
        .unit = WEBHOOK_UNIT_AUTO, .window = 5 },
      .body = "{\"at\": null}", .want = "{\"at\": null}",
      .rc = WEBHOOK_VERIFY_NO_TIMESTAMP },

    { "an id that holds what is behind it",
      { .id = { .name = TEXT("x-b") }, .string = TEXT("{id}B{body}") },
      .body = "b", .rc = WEBHOOK_VERIFY_BAD_ID },

    { "a list whose items have blanks around them",
      { .timestamp = { WEBHOOK_PLACE_ITEM, TEXT("ts"), { 0, NULL } },
        .id = { WEBHOOK_PLACE_ITEM, TEXT("id"), { 0, NULL } },
        .list = TEXT(";"), .pair = TEXT("="), .item = TEXT("h1"),
        .string = TEXT("{timestamp}:{id}:{body}"), .window = 5 },
      .body = "b", .want = "1700000000:7:b", .id = "7" },

    { "a field that holds what is behind it",
      { .string = TEXT("a={field.a}&b={field.b}&c={field.c}") },
      .body = "{\"a\": \"1&b=2\", \"b\": \"3\", \"c\": \"4\"}",
      .want = "a=1&b=2&b=3&c=4", .rc = WEBHOOK_VERIFY_BAD_BODY },

    { "a field that begins what is behind it",
      { .string = TEXT("{field.a}::{field.b}") },
      .body = "{\"a\": \"1:\", \"b\": \"2\"}",
      .want = "1:::2", .rc = WEBHOOK_VERIFY_BAD_BODY },

    { "a header that holds what is behind it",
      { .string = TEXT("{header.x-a} of {body}") },
      .body = "b", .want = "value of A of b", .rc = WEBHOOK_VERIFY_BAD_BODY },

    { "a parameter that holds what is behind it",
      { .string = TEXT("{query.sign}S{query.b}") },
      .want = "SS2", .rc = WEBHOOK_VERIFY_BAD_BODY },

    { "fields that hold a part of it, the last one all of it",
      { .string = TEXT("a={field.a}&b={field.b}&c={field.c}&d=") },
      .body = "{\"a\": \"1&b\", \"b\": \"&b=3&\", \"c\": \"4&d=&c=\"}",
      .want = "a=1&b&b=&b=3&&c=4&d=&c=&d=" },

    { "a sorted value that holds another pair",
      { .string = TEXT("{sorted_fields}") },
      .body = "{\"a\": \"1&b=2\", \"c\": 3}",
      .want = "a=1&b=2&c=3", .rc = WEBHOOK_VERIFY_BAD_BODY },

    { "a sorted name that holds another pair",
      { .string = TEXT("{sorted_fields}") },
      .body = "{\"a=1&b\": 2, \"c\": 3}",
      .want = "a=1&b=2&c=3", .rc = WEBHOOK_VERIFY_BAD_BODY },

    { "a sorted name that holds what separates",
      { .string = TEXT("{sorted_query}") , .sorted = { .equals = TEXT(".") } },
      .want = "a. x&a.b. &b.2&sign.S", .rc = WEBHOOK_VERIFY_BAD_BODY },

    { "a value without its name that holds another",
      { .string = TEXT("{sorted_fields}"),
        .sorted = { .values = 1, .between = TEXT("|") } },
      .body = "{\"a\": \"1|2\", \"c\": 3}",
      .want = "1|2|3", .rc = WEBHOOK_VERIFY_BAD_BODY },

    { "sorted values that hold no other pair",
      { .string = TEXT("{sorted_fields}") },
      .body = "{\"a\": \"1=2&\", \"c\": \"x & y\"}",
      .want = "a=1=2&&c=x & y" },

    { "sorted pairs that nothing separates",
      { .string = TEXT("{sorted_fields}"),
        .sorted = { .equals = TEXT(""), .between = TEXT("") } },
      .body = "{\"a\": \"1=2&\", \"c\": \"x\"}", .want = "a1=2&cx" },

    { "numbered headers", { .signature = { .name = TEXT("x-sign-") },
                            .numbered = 1 },
      .body = "b", .want = "b" },
};


static const char *
header_of(const char *name)
{
    static const char  *names[][2] = {
        { "X-A", "value of A" }, { "X-B", "B" }, { "x-sign-1", "00" }
    };

    size_t  i;

    if (strcasecmp(name, "content-type") == 0) {
        return the.e->type;
    }

    if (strcasecmp(name, "x-time") == 0) {
        return the.time;
    }

    if (strcasecmp(name, the.e->row.numbered ? "x-sign-10" : "x-sign") == 0
        && the.e->row.signature.in == WEBHOOK_PLACE_HEADER)
    {
        return the.signature;
    }

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcasecmp(name, names[i][0]) == 0) {
            return names[i][1];
        }
    }

    return NULL;
}


static int
find_header(void *data, const webhook_str_t *name, webhook_str_t *value)
{
    char         text[64];
    const char  *found;

    (void) data;

    snprintf(text, sizeof(text), "%.*s", (int) name->len, name->data);

    found = header_of(text);
    if (found == NULL) {
        return 0;
    }

    value->data = (unsigned char *) found;
    value->len = strlen(found);

    return 1;
}


/* The value of the place, from the string that is to be signed. */

static void
sign(const webhook_preset_t *row, const char *want)
{
    size_t          len;
    char            text[512], *p;
    unsigned        n;
    unsigned char   digest[EVP_MAX_MD_SIZE];
    const EVP_MD   *md;

    md = row->digest == WEBHOOK_DIGEST_SHA1 ? EVP_sha1()
         : row->digest == WEBHOOK_DIGEST_SHA384 ? EVP_sha384() : EVP_sha256();

    if (row->kind == WEBHOOK_VERIFY_HASH) {
        (void) EVP_Digest(want, strlen(want), digest, &n, md, NULL);

    } else {
        (void) HMAC(md, secret, sizeof(secret) - 1,
                    (const unsigned char *) want, strlen(want), digest, &n);
    }

    if (row->encoding >= WEBHOOK_ENCODING_BASE64) {
        (void) EVP_EncodeBlock((unsigned char *) text, digest, (int) n);

        for (p = text; row->encoding == WEBHOOK_ENCODING_BASE64URL && *p; p++)
        {
            *p = *p == '+' ? '-' : *p == '/' ? '_' : *p;
        }

    } else {
        for (len = 0; len < n; len++) {
            snprintf(text + 2 * len, 3,
                     row->encoding == WEBHOOK_ENCODING_HEX_UPPER
                     ? "%02X" : "%02x", digest[len]);
        }
    }

    if (row->pair.len) {
        snprintf(the.signature, sizeof(the.signature),
                 ";; id=7; ts=1700000000;h1; h1=00;h2=%s;; h1=%s;", text,
                 text);

    } else if (row->list.len) {
        snprintf(the.signature, sizeof(the.signature), "|zz||%s|00", text);

    } else {
        snprintf(the.signature, sizeof(the.signature), "%.*s%s",
                 (int) row->prefix.len,
                 row->prefix.len ? (char *) row->prefix.data : "", text);
    }
}


/* The text with the signature put in the place that was kept for it. */

static webhook_str_t
with_signature(const char *text, char *buf, size_t size)
{
    const char     *p;
    webhook_str_t   s;

    p = text ? strstr(text, SIGNED) : NULL;

    if (p) {
        snprintf(buf, size, "%.*s%s%s", (int) (p - text), text, the.signature,
                 p + sizeof(SIGNED) - 1);

    } else {
        snprintf(buf, size, "%s", text ? text : "");
    }

    s.data = (unsigned char *) buf;
    s.len = strlen(buf);

    return s;
}


/* What a row is made ready with. */

static struct {
    webhook_key_t           key;
    webhook_part_t          parts[WEBHOOK_SCHEME_PARTS];
    webhook_preset_t        row;
    webhook_scheme_t        scheme;
    webhook_verifier_t      verifier;
    webhook_verified_t      verified;
    webhook_verify_call_t   call;
    webhook_str_t           text;
    char                    body[4096];
    char                    query[4096];
} m;


static int
make(const engine_t *e)
{
    const char     *err;
    webhook_str_t   text;

    memset(&m, 0, sizeof(m));

    the.e = e;
    the.time = e->row.unit == WEBHOOK_UNIT_ISO ? "2023-11-14T22:13:20.5Z"
               : e->row.unit == WEBHOOK_UNIT_MS ? "1700000000000"
               : "1700000000";

    m.row = e->row;

    if (m.row.signature.name.len == 0) {
        m.row.signature.name.data = (unsigned char *) "x-sign";
        m.row.signature.name.len = 6;
    }

    text.data = (unsigned char *) secret;
    text.len = sizeof(secret) - 1;
    (void) webhook_key_read(&m.key, &text, WEBHOOK_KEY_AS_TEXT, &err);

    m.verifier.preset = &m.row;
    m.verifier.keys = &m.key;
    m.verifier.nkeys = 1;

    if (m.row.string.len && strstr((char *) m.row.string.data, "{app}")) {
        m.verifier.app.data = (unsigned char *) "12345";
        m.verifier.app.len = 5;
    }

    if (!tap_ok(webhook_verifier_init(&m.verifier, &m.scheme, m.parts, &err)
                == WEBHOOK_OK, "%s: the row makes sense", e->title))
    {
        printf("# %s\n", err);
        return 0;
    }

    sign(&m.row, e->want ? e->want : "");

    snprintf(m.query, sizeof(m.query), "%s", QUERY);

    if (m.row.signature.in == WEBHOOK_PLACE_QUERY) {
        snprintf(m.query, sizeof(m.query), "b=2&a=%%20x&sign=%s&a.b=+",
                 the.signature);
    }

    m.text = with_signature(e->body, m.body, sizeof(m.body));

    m.call.header = find_header;
    m.call.method.data = (unsigned char *) "POST";
    m.call.method.len = 4;
    m.call.query.data = (unsigned char *) m.query;
    m.call.query.len = strlen(m.query);
    m.call.url.data = (unsigned char *) URL;
    m.call.url.len = strlen(URL);
    m.call.body = &m.text;
    m.call.pieces = 1;
    m.call.kind = e->kind;
    m.call.now = NOW;

    return 1;
}


/* A body in pieces: without memory nothing is said of the call. */

static void
test_nomem(const engine_t *e)
{
    int               n, wrong;
    webhook_verify_e  rc;

    if (!nomem_works()) {
        return;
    }

    n = 0;
    wrong = 0;

    do {
        nomem_after = n++;
        rc = webhook_verify(&m.verifier, &m.call, &m.verified);
        nomem_after = -1;

        wrong += rc != WEBHOOK_VERIFY_OK
                 && (rc != WEBHOOK_VERIFY_FAULT || m.verified.id.len);

    } while (rc != WEBHOOK_VERIFY_OK && n < 1000);

    tap_ok(wrong == 0 && rc == WEBHOOK_VERIFY_OK, "%s: no memory", e->title);
}


static void
test_row(const engine_t *e)
{
    size_t            i;
    webhook_str_t     pieces[2];
    webhook_verify_e  rc;

    if (!make(e)) {
        return;
    }

    rc = webhook_verify(&m.verifier, &m.call, &m.verified);

    if (!tap_ok(rc == e->rc, "%s: %s", e->title, webhook_verify_text(e->rc))) {
        printf("# %s\n", webhook_verify_text(rc));
        return;
    }

    if (e->id) {
        tap_bytes(m.verified.id.data, m.verified.id.len, e->id, "and its id");
    }

    for (i = 0; i <= m.text.len; i++) {
        pieces[0].data = m.text.data;
        pieces[0].len = i;
        pieces[1].data = m.text.data + i;
        pieces[1].len = m.text.len - i;

        m.call.body = pieces;
        m.call.pieces = 2;

        if (webhook_verify(&m.verifier, &m.call, &m.verified) != rc) {
            break;
        }
    }

    tap_ok(i == m.text.len + 1, "%s: however the body is cut", e->title);

    if (rc == WEBHOOK_VERIFY_OK) {
        test_nomem(e);
        key_flip(&m.key, 0, 0);
        tap_ok(webhook_verify(&m.verifier, &m.call, &m.verified)
               == WEBHOOK_VERIFY_MISMATCH, "%s: by that key alone", e->title);
    }
}


int
main(void)
{
    size_t  i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        test_row(&rows[i]);
    }

    tap_ok(ERR_peek_error() == 0, "OpenSSL's queue of errors is empty");

    return tap_done();
}
