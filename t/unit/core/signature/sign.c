
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Keys, the signed string, signatures.
 */

#include "signed_standard.h"

#include <openssl/err.h>
#include <openssl/evp.h>


static const char  private_seed[] =
    "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc=";
static const char  public_text[] =
    "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=";


static void
test_keys(void)
{
    char            text[1024];
    size_t          i, n;
    webhook_key_t   key, zero;

    static const char  *bad[] = {
        "", "whsec_", "whsec_M", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwA",
        "v1,whsec_", "base64:", "base64:a*b=", "hex:", "hex:0", "hex:0g",
        "-----BEGIN PUBLIC KEY-----",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa_w",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLR==",      /* spare bits */
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLS=w",
        "whsec_====", "whsk_", "whpk_",
        "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOig==",
        "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMQ==",
        /* another public half */
        "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dR"
        "qSKJp4AJ6p9lMicMFs6Kvw=="
    };

    memset(&zero, 0, sizeof(zero));

    tap_ok(test_parse(&key, secret_text, 0) && key.kind == WEBHOOK_KEY_SECRET
           && key.len == 24 && key.bytes[0] == 0x31 && !key.weak
           && key.expires == 0, "key: whsec_ of 24 bytes");

    tap_ok(test_parse(&key, secret_text, 1) && key.len == strlen(secret_text)
           && memcmp(key.bytes, secret_text, key.len) == 0,
           "key: the same, literal");

    tap_ok(test_parse(&key, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLQ==", 0)
           && key.len == 22 && key.weak, "key: whsec_ of 22 bytes is weak");

    /* 64 bytes and 65 */

    strcpy(text, "whsec_");

    for (i = 0; i < 21; i++) {
        strcat(text, "QUJD");
    }

    strcat(text, "QQ==");
    tap_ok(test_parse(&key, text, 0) && key.len == 64,
           "key: whsec_ of 64 bytes");

    strcpy(text + strlen(text) - 4, "QUI=");
    tap_ok(!test_parse(&key, text, 0), "key: but not of 65");

    tap_ok(test_parse(&key, private_text, 0)
           && key.kind == WEBHOOK_KEY_PRIVATE && key.len == 64,
           "key: whsk_ of seed and public key");
    tap_ok(test_parse(&zero, private_seed, 0)
           && memcmp(&zero, &key, sizeof(key)) == 0,
           "key: whsk_ of the seed is the same");
    memset(&zero, 0, sizeof(zero));

    tap_ok(test_parse(&key, public_text, 0)
           && key.kind == WEBHOOK_KEY_PUBLIC && key.len == 32, "key: whpk_");

    tap_ok(test_parse(&key, "0123456789abcdef", 0) && key.len == 16
           && !key.weak && !key.doubt, "key: any other text");
    tap_ok(test_parse(&key, "0123456789abcde", 0) && key.weak,
           "key: a short text is weak");

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        memset(&key, 0xff, sizeof(key));

        tap_ok(!test_parse(&key, bad[i], 0)
               && memcmp(&key, &zero, sizeof(key)) == 0,
               "key: bad text %d is none, and nothing stays of it", (int) i);
    }

    memset(text, 'a', sizeof(text));
    text[512] = '\0';
    tap_ok(test_parse(&key, text, 0) && key.len == 512, "key: 512 bytes");

    text[512] = 'a';
    text[513] = '\0';
    tap_ok(!test_parse(&key, text, 0), "key: not 513");

    memset(text, 'A', sizeof(text) - 1);
    memcpy(text, "whsec_", 6);
    text[1018] = '\0';
    tap_ok(!test_parse(&key, text, 0), "key: nor a long one in base64");

    (void) test_parse(&key, secret_text, 0);

    n = 0;
    key.expires = 100;
    n += webhook_key_live(&key, 99) == 1;
    n += webhook_key_live(&key, 100) == 0;
    n += webhook_key_live(&key, INT64_MAX) == 0;
    key.expires = 0;
    n += webhook_key_live(&key, INT64_MAX) == 1;
    tap_ok(n == 4, "key: it lives until it ends");

    webhook_key_wipe(&key);
    tap_ok(memcmp(&key, &zero, sizeof(key)) == 0, "key: is wiped");
}


/* Keys as senders show them. */

static void
test_key_forms(void)
{
    webhook_key_t  key, other;

    (void) test_parse(&key, public_text, 0);

    tap_ok(test_parse(&other, "v1a,whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTIn"
                             "DBbOir4", 0)
           && memcmp(&other, &key, sizeof(key)) == 0,
           "key: with its version, and without padding");

    tap_ok(test_parse(&key, "v1,whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLQ", 0)
           && key.len == 22, "key: whsec_ likewise");

    tap_ok(test_parse(&key, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 0)
           && key.len == 32 && key.doubt, "key: bare base64 is text, in doubt");
    tap_ok(test_parse(&key, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 1)
           && key.len == 32 && !key.doubt, "key: and none where it is literal");
    tap_ok(test_parse(&key, secret_text, 1) && key.doubt,
           "key: where whsec_ is");
    tap_ok(test_parse(&key, "base64:MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLQ", 1)
           && key.len == 22 && key.bytes[0] == 0x31,
           "key: base64: says that it is");
    tap_ok(test_parse(&key, "hex:00fFa5", 0) && key.len == 3
           && memcmp(key.bytes, "\x00\xff\xa5", 3) == 0 && key.weak,
           "key: hex:");
}


static void
test_schemes(void)
{
    size_t            i;
    const char       *err;
    webhook_str_t     none, text, bad;
    webhook_part_t    parts[WEBHOOK_SCHEME_PARTS];
    webhook_scheme_t  s;

    static const char  *strings[] = {
        "{", "{}", "{bod", "{Body}", "{body}{", "x{timestamp }", "{{body}}",
        "{id}{id}{id}{id}{id}{id}{id}{id}{id}{id}{id}{id}{id}{id}{id}{id}{id}"
        "{id}{id}{id}{id}{id}{id}{id}{id}{id}{id}{id}{id}{id}{id}{id}{id}{id}"
        "{id}{id}{id}{id}{id}{id}{id}{id}{id}{id}{id}{id}{id}{id}{id}{id}{id}"
    };

    none = signed_str("");

    tap_ok(webhook_scheme_compile(&s, parts, &none, &none, &none, &none, &err)
           == WEBHOOK_OK
           && s.digest == WEBHOOK_DIGEST_SHA256
           && s.encoding == WEBHOOK_ENCODING_HEX
           && s.prefix.len == 0 && s.nparts == 1
           && webhook_scheme_has(&s, WEBHOOK_PART_BODY)
           && !webhook_scheme_has(&s, WEBHOOK_PART_ID),
           "scheme: sha256 of the body, hex");

    text = signed_str("}v1:{id}{timestamp}.{url}\n{body}");
    tap_ok(webhook_scheme_compile(&s, parts, &none, &none, &none, &text, &err)
           == WEBHOOK_OK
           && s.nparts == 7
           && s.parts[0].text.len == 4
           && s.parts[2].what == WEBHOOK_PART_TIMESTAMP
           && s.parts[5].text.data[0] == '\n',
           "scheme: every part");

    for (i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
        text = signed_str(strings[i]);

        tap_ok(webhook_scheme_compile(&s, parts, &none, &none, &none, &text,
                                      &err)
               == WEBHOOK_ERROR && err != NULL,
               "scheme: \"%s\": %s", strings[i], err);
    }

    bad = signed_str("md5");
    tap_ok(webhook_scheme_compile(&s, parts, &bad, &none, &none, &none, &err)
           == WEBHOOK_ERROR, "scheme: %s", err);

    bad = signed_str("base64url");
    tap_ok(webhook_scheme_compile(&s, parts, &none, &bad, &none, &none, &err)
           == WEBHOOK_ERROR, "scheme: %s", err);

    bad = signed_str("a\r\nb: c");
    tap_ok(webhook_scheme_compile(&s, parts, &none, &none, &bad, &none, &err)
           == WEBHOOK_ERROR, "scheme: %s", err);

    bad = signed_str("0123456789012345678901234567890123456789"
                     "0123456789012345678901234");
    tap_ok(webhook_scheme_compile(&s, parts, &none, &none, &bad, &none, &err)
           == WEBHOOK_ERROR, "scheme: %s", err);
}


static void
test_standard(void)
{
    char               want[1024];
    size_t             len, i, ok;
    webhook_key_t      keys[WEBHOOK_KEYS_MAX + 1];
    webhook_str_t      body, pieces[32];
    webhook_message_t  m;
    unsigned char      out[WEBHOOK_SIGN_STANDARD_MAX];

    static const char  *ids[] = { "", "a.b", "a b", "a\n", "\xc3\xa9" };

    test_message(&m, &body);

    (void) test_parse(&keys[0], secret_text, 0);
    (void) test_parse(&keys[1], private_text, 0);

    tap_ok(webhook_sign_standard(keys, 1, &m, out, sizeof(out), &len)
           == WEBHOOK_OK, "standard: one key");
    tap_bytes(out, len, secret_signature, "standard: as published");

    tap_ok(webhook_sign_standard(keys + 1, 1, &m, out, sizeof(out), &len)
           == WEBHOOK_OK, "standard: ed25519");
    tap_bytes(out, len, private_signature, "standard: as published");

    for (i = 0; i < body.len; i++) {
        pieces[i].data = body.data + i;
        pieces[i].len = 1;
    }

    m.body = pieces;
    m.pieces = body.len;

    (void) webhook_sign_standard(keys, 2, &m, out, sizeof(out), &len);
    (void) snprintf(want, sizeof(want), "%s %s", secret_signature,
                    private_signature);
    tap_bytes(out, len, want, "standard: both, of a body in pieces");

    m.body = &body;
    m.pieces = 1;

    (void) test_parse(&keys[2], secret_text, 0);
    keys[0].expires = m.timestamp;
    keys[1].expires = m.timestamp + 1;
    (void) webhook_sign_standard(keys, 3, &m, out, sizeof(out), &len);
    (void) snprintf(want, sizeof(want), "%s %s", private_signature,
                    secret_signature);
    tap_bytes(out, len, want, "standard: keys that have not ended, in order");

    keys[1].expires = 1;
    keys[2].expires = 1;
    tap_ok(webhook_sign_standard(keys, 3, &m, out, sizeof(out), &len)
           == WEBHOOK_ERROR && len == 0, "standard: none is live");
    tap_ok(webhook_sign_standard(keys, 0, &m, out, sizeof(out), &len)
           == WEBHOOK_ERROR && len == 0, "standard: there is none");

    (void) test_parse(&keys[0], public_text, 0);
    tap_ok(webhook_sign_standard(keys, 1, &m, out, sizeof(out), &len)
           == WEBHOOK_ERROR && len == 0, "standard: a public key signs not");
    tap_ok(!webhook_key_signs(&keys[0], 1) && !webhook_key_signs(&keys[0], 0)
           && webhook_key_signs(&keys[1], 1) && !webhook_key_signs(&keys[1], 0)
           && webhook_key_signs(&keys[2], 1) && webhook_key_signs(&keys[2], 0),
           "standard: what can sign is known before");

    /* the most that can be */

    for (i = 0; i <= WEBHOOK_KEYS_MAX; i++) {
        (void) test_parse(&keys[i], private_text, 0);
    }

    tap_ok(webhook_sign_standard(keys, WEBHOOK_KEYS_MAX, &m, out, sizeof(out),
                                 &len)
           == WEBHOOK_OK && len == WEBHOOK_SIGN_STANDARD_MAX - 1,
           "standard: the stated length is the greatest");
    tap_ok(webhook_sign_standard(keys, WEBHOOK_KEYS_MAX + 1, &m, out,
                                 sizeof(out), &len)
           == WEBHOOK_LIMIT && len == 0, "standard: too many keys");

    for (ok = 0, i = 0; i < 185; i++) {
        ok += webhook_sign_standard(keys, 2, &m, out, i, &len)
              == WEBHOOK_LIMIT && len == 0;
    }

    tap_ok(ok == 185
           && webhook_sign_standard(keys, 2, &m, out, i, &len) == WEBHOOK_OK
           && len == 185, "standard: no room");

    for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        m.id = signed_str(ids[i]);
        tap_ok(webhook_sign_standard(keys, 1, &m, out, sizeof(out), &len)
               == WEBHOOK_ERROR && len == 0, "standard: bad id %d", (int) i);
    }

    m.id = signed_str("ok");
    m.timestamp = -1;
    tap_ok(webhook_sign_standard(keys, 1, &m, out, sizeof(out), &len)
           == WEBHOOK_ERROR && len == 0, "standard: a time before 1970");

    m.timestamp = INT64_MAX;
    tap_ok(webhook_sign_standard(keys, 1, &m, out, sizeof(out), &len)
           == WEBHOOK_OK, "standard: the last second there is");
}


static void
test_hmac(void)
{
    size_t             len, i, ok;
    const char        *err;
    webhook_key_t      keys[2];
    webhook_str_t      body, digest, encoding, prefix, string;
    webhook_part_t     parts[WEBHOOK_SCHEME_PARTS];
    webhook_scheme_t   s;
    webhook_message_t  m;
    unsigned char      out[WEBHOOK_SIGN_HMAC_MAX];

    test_message(&m, &body);

    body = signed_str("{\"x\":1}");
    m.id = signed_str("evt-1");
    m.timestamp = 1531420618;
    m.url = signed_str("https://pos.example.com/in");

    digest = signed_str("sha512");
    encoding = signed_str("HEX");
    prefix = signed_str("0123456789012345678901234567890123456789"
                        "012345678901234567890123");
    string = signed_str("{timestamp}|{id}|{url}|{body}");

    (void) test_parse(&keys[0], "another, which has ended", 0);
    (void) test_parse(&keys[1], "a legacy shared secret", 0);
    keys[0].expires = 1;

    (void) webhook_scheme_compile(&s, parts, &digest, &encoding, &prefix,
                                  &string, &err);

    tap_ok(webhook_sign_hmac(&s, keys, 2, &m, out, sizeof(out), &len)
           == WEBHOOK_OK && len == sizeof(out),
           "hmac: the stated length is the greatest");
    tap_bytes(out + 64, len - 64,
              "C3A6BE6A1F0FB822DF0FBE17F9E152EF564D2CA8DFEBC29140A9C87B"
              "DFAC831CD1010CD2D96A3D78B239B9103F2776A417295832086FFDCE"
              "19D9BA8A0AE1F2AD",
              "hmac: sha512, every part, the first live key");

    for (ok = 0, i = 0; i < sizeof(out); i++) {
        ok += webhook_sign_hmac(&s, keys, 2, &m, out, i, &len)
              == WEBHOOK_LIMIT && len == 0;
    }

    tap_ok(ok == sizeof(out), "hmac: no room");

    digest = signed_str("sha1");
    encoding = signed_str("base64");
    prefix = signed_str("");
    string = signed_str("{body}");
    (void) webhook_scheme_compile(&s, parts, &digest, &encoding, &prefix,
                                  &string, &err);
    (void) webhook_sign_hmac(&s, keys, 2, &m, out, sizeof(out), &len);
    tap_bytes(out, len, "TgR3jzgwS9+uAOcnyG9QlSQXF90=", "hmac: sha1, base64");

    keys[1].expires = 1;
    tap_ok(webhook_sign_hmac(&s, keys, 2, &m, out, sizeof(out), &len)
           == WEBHOOK_ERROR && len == 0, "hmac: no key is live");
    tap_ok(webhook_sign_hmac(&s, keys, 9, &m, out, sizeof(out), &len)
           == WEBHOOK_LIMIT, "hmac: too many keys");

    (void) test_parse(&keys[0], private_text, 0);
    tap_ok(webhook_sign_hmac(&s, keys, 1, &m, out, sizeof(out), &len)
           == WEBHOOK_ERROR && len == 0, "hmac: ed25519 makes none");
}


int
main(void)
{
    test_keys();
    test_key_forms();
    test_schemes();
    test_standard();
    test_hmac();

    tap_ok(ERR_peek_error() == 0, "OpenSSL's queue of errors is empty");

    return tap_done();
}
