
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The presets of "verify", for trying out: as a receiver has them, and signing
 * as the sender does that each stands for.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "webhookctl/try/webhookctl_sign.h"
#include "core/signature/webhook_digest.h"


static int ctl_sign_words(ctl_sign_t *s);
static int ctl_sign_key(const char *text, ctl_sign_t *s);
static int ctl_sign_file(const char *path, char *buf, size_t size,
    size_t *len);
static int ctl_sign_usual(ctl_sign_t *s, const webhook_message_t *m,
    const char *timestamp, const char *id, ctl_header_t **h);
static int ctl_sign_scheme(ctl_sign_t *s, const webhook_message_t *m,
    const webhook_str_t *name, const char *before, ctl_header_t *h);
static void ctl_sign_header(ctl_header_t *h, const webhook_str_t *name,
    const char *value);
static int ctl_sign_hash(webhook_buf_t *url, const webhook_str_t *body);


int
ctl_sign_init(ctl_t *ctl, ctl_sign_t *s)
{
    const char  *err;

    memset(s, 0, sizeof(ctl_sign_t));

    if (ctl->value[CTL_VERIFY] == NULL) {

        if (ctl->value[CTL_KEY]) {
            ctl_say("--key is of use with --verify=PRESET");
            return 2;
        }

        if (ctl->value[CTL_URL]) {
            ctl_say("--url is of use with --verify=PRESET");
            return 2;
        }

        return 0;
    }

    if (ctl->value[CTL_KEY] == NULL) {
        ctl_say("--verify needs a key: --key=file:PATH, --key=env:NAME or "
                "--key=TEXT");
        return 2;
    }

    s->words = strdup(ctl->value[CTL_VERIFY]);

    if (s->words == NULL) {
        ctl_say("no memory");
        return 1;
    }

    if (ctl_sign_words(s) != 0
        || ctl_sign_key(ctl->value[CTL_KEY], s) != 0)
    {
        ctl_sign_free(s);
        return 2;
    }

    if (webhook_verifier_check(&s->verifier, &err) != WEBHOOK_OK) {
        ctl_say("--verify: %s", err);
        ctl_sign_free(s);
        return 2;
    }

    return 0;
}


void
ctl_sign_free(ctl_sign_t *s)
{
    webhook_key_wipe(&s->key);
    free(s->words);
    memset(s, 0, sizeof(ctl_sign_t));
}


/* PRESET, and name=value of "hmac", as the directive has them. */

static int
ctl_sign_words(ctl_sign_t *s)
{
    char                *word, *eq, *save, *p;
    unsigned             i;
    const char          *err;
    webhook_str_t        name, values[7];
    webhook_verifier_t  *v;

    static const char  *names[] = {
        "header", "timestamp", "id", "algorithm", "encoding", "prefix",
        "template"
    };

    v = &s->verifier;

    word = strtok_r(s->words, " ", &save);

    name = ctl_str(word ? word : "");
    v->preset = webhook_preset_find(&name);

    if (v->preset == NULL) {
        ctl_say("unknown preset \"%s\": --verify is one of %s, or hmac with "
                "its parameters", name.len ? word : "",
                ctl_options[CTL_VERIFY].choices);
        return -1;
    }

    memset(values, 0, sizeof(values));

    while ((word = strtok_r(NULL, " ", &save)) != NULL) {

        eq = strchr(word, '=');

        for (i = 0; eq && i < 7; i++) {
            if (strlen(names[i]) == (size_t) (eq - word)
                && strncmp(word, names[i], (size_t) (eq - word)) == 0)
            {
                break;
            }
        }

        if (eq == NULL || i == 7 || strcmp((char *) v->preset->name.data,
                                           "hmac") != 0)
        {
            ctl_say("--verify: unknown parameter \"%s\"; hmac takes header= "
                    "timestamp= id= algorithm= encoding= prefix= template=",
                    word);
            return -1;
        }

        values[i] = ctl_str(eq + 1);
    }

    if (strcmp((char *) v->preset->name.data, "hmac") != 0) {
        return 0;
    }

    /* the names of headers, in lower case */

    for (i = 0; i < 3; i++) {
        for (p = (char *) values[i].data; p && *p; p++) {
            if (*p >= 'A' && *p <= 'Z') {
                *p = (char) (*p | 0x20);
            }
        }
    }

    if (webhook_scheme_compile(&s->scheme, &values[3], &values[4], &values[5],
                               &values[6], &err)
        != WEBHOOK_OK)
    {
        ctl_say("--verify: %s", err);
        return -1;
    }

    v->signature = values[0];
    v->timestamp = values[1];
    v->id = values[2];
    v->scheme = &s->scheme;

    return 0;
}


static int
ctl_sign_key(const char *text, ctl_sign_t *s)
{
    int             rc;
    char            buf[WEBHOOK_KEY_TEXT_MAX + 2];
    size_t          len;
    const char     *err, *value;
    webhook_str_t   key;

    value = text;
    len = strlen(text);

    if (strncmp(text, "file:", 5) == 0) {

        if (ctl_sign_file(text + 5, buf, sizeof(buf), &len) != 0) {
            return -1;
        }

        value = buf;

    } else if (strncmp(text, "env:", 4) == 0) {
        value = getenv(text + 4);

        if (value == NULL) {
            ctl_say("--key: there is no \"%s\" in the environment", text + 4);
            return -1;
        }

        len = strlen(value);

    } else if (strncmp(text, "text:", 5) == 0) {
        value = text + 5;
        len -= 5;
    }

    key.data = (unsigned char *) value;
    key.len = len;

    rc = webhook_key_parse(&s->key, &key, s->verifier.preset->literal, &err);

    OPENSSL_cleanse(buf, sizeof(buf));

    if (rc != WEBHOOK_OK) {
        ctl_say("--key: %s", err);
        return -1;
    }

    s->verifier.keys = &s->key;
    s->verifier.nkeys = 1;

    return 0;
}


static int
ctl_sign_file(const char *path, char *buf, size_t size, size_t *len)
{
    int      fd;
    ssize_t  n;

    fd = open(path, O_RDONLY|O_CLOEXEC);
    n = fd == -1 ? -1 : read(fd, buf, size);

    if (n == -1) {
        ctl_say("--key: cannot read \"%s\": %s", path, strerror(errno));
    }

    if (fd != -1) {
        close(fd);
    }

    if (n == -1) {
        return -1;
    }

    if (n && buf[n - 1] == '\n') {
        n--;
    }

    *len = (size_t) n;

    return 0;
}


int
ctl_sign_make(ctl_sign_t *s, webhook_str_t *body, webhook_buf_t *url,
    const char *id, ctl_header_t headers[CTL_SIGN_HEADERS], unsigned *n)
{
    int                      rc;
    char                     text[32], token[1400];
    size_t                   len;
    ctl_header_t            *h;
    webhook_str_t            name;
    webhook_message_t        m;
    const webhook_preset_t  *p;

    p = s->verifier.preset;
    h = headers;
    *n = 0;

    if (p == NULL) {
        return 0;
    }

    memset(headers, 0, CTL_SIGN_HEADERS * sizeof(ctl_header_t));
    memset(&m, 0, sizeof(m));

    m.id = ctl_str(id);
    m.timestamp = (int64_t) time(NULL);
    m.body = body;
    m.pieces = 1;

    snprintf(text, sizeof(text), "%lld", (long long) m.timestamp);

    name = p->name;

    if (strcmp((char *) name.data, "twilio") == 0) {

        if (ctl_sign_hash(url, body) != 0) {
            return 1;
        }

        m.pieces = 0;
    }

    m.url.data = url->data;
    m.url.len = url->len;

    rc = 0;

    if (strcmp((char *) name.data, "standard") == 0) {
        name = ctl_str("webhook-id");
        ctl_sign_header(h++, &name, id);

        name = ctl_str("webhook-timestamp");
        ctl_sign_header(h++, &name, text);

        name = ctl_str("webhook-signature");

        rc = webhook_sign_standard(&s->key, 1, &m, (unsigned char *) token,
                                   sizeof(token) - 1, &len);

        if (rc == WEBHOOK_OK) {
            token[len] = '\0';
            ctl_sign_header(h++, &name, token);
        }

    } else if (strcmp((char *) name.data, "stripe") == 0) {
        snprintf(token, sizeof(token), "t=%s,v1=", text);
        rc = ctl_sign_scheme(s, &m, &p->signature, token, h++);

    } else if (strcmp((char *) name.data, "gitlab") == 0) {
        snprintf(token, sizeof(token), "%.*s", (int) s->key.len, s->key.bytes);
        h->secret = 1;
        ctl_sign_header(h++, &p->signature, token);

    } else if (strcmp((char *) name.data, "bearer") == 0) {
        snprintf(token, sizeof(token), "Bearer %.*s", (int) s->key.len,
                 s->key.bytes);
        h->secret = 1;
        ctl_sign_header(h++, &p->signature, token);

    } else if (strcmp((char *) name.data, "basic") == 0) {
        memcpy(token, "Basic ", 6);
        (void) EVP_EncodeBlock((unsigned char *) token + 6, s->key.bytes,
                               s->key.len);
        h->secret = 1;
        ctl_sign_header(h++, &p->signature, token);

    } else {
        rc = ctl_sign_usual(s, &m, text, id, &h);
    }

    OPENSSL_cleanse(token, sizeof(token));

    if (rc != 0) {
        ctl_say("the call cannot be signed with this key");
        return 1;
    }

    *n = (unsigned) (h - headers);

    return 0;
}


/* One signature in a header, and what else it signs; *h goes on behind it. */

static int
ctl_sign_usual(ctl_sign_t *s, const webhook_message_t *m,
    const char *timestamp, const char *id, ctl_header_t **h)
{
    const webhook_str_t     *name, *given;
    const webhook_preset_t  *p;

    p = s->verifier.preset;

    name = s->verifier.scheme ? &s->verifier.timestamp : &p->timestamp;
    given = s->verifier.scheme ? &s->verifier.id : &p->id;

    if (name->len) {
        ctl_sign_header((*h)++, name, timestamp);
    }

    if (given->len) {
        ctl_sign_header((*h)++, given, id);
    }

    return ctl_sign_scheme(s, m, s->verifier.scheme ? &s->verifier.signature
                                                    : &p->signature,
                           "", (*h)++);
}


static int
ctl_sign_scheme(ctl_sign_t *s, const webhook_message_t *m,
    const webhook_str_t *name, const char *before, ctl_header_t *h)
{
    int                      rc;
    size_t                   len, n;
    unsigned char            value[WEBHOOK_SIGN_HMAC_MAX + 1];
    const webhook_scheme_t  *scheme;

    scheme = s->verifier.scheme ? s->verifier.scheme
                                : &s->verifier.preset->scheme;

    rc = webhook_sign_hmac(scheme, &s->key, 1, m, value, sizeof(value) - 1,
                           &len);
    if (rc != WEBHOOK_OK) {
        return rc;
    }

    value[len] = '\0';

    ctl_sign_header(h, name, before);

    n = strlen(h->value);
    snprintf(h->value + n, sizeof(h->value) - n, "%s", value);

    return 0;
}


static void
ctl_sign_header(ctl_header_t *h, const webhook_str_t *name, const char *value)
{
    snprintf(h->name, sizeof(h->name), "%.*s", (int) name->len, name->data);
    snprintf(h->value, sizeof(h->value), "%s", value);
}


/* Bodies of twilio that are no form are signed by a digest in the query. */

static int
ctl_sign_hash(webhook_buf_t *url, const webhook_str_t *body)
{
    unsigned char   digest[WEBHOOK_SHA256_LEN];
    unsigned char   hex[2 * WEBHOOK_SHA256_LEN];
    const char     *query;

    if (webhook_sha256(body, 1, digest) != WEBHOOK_OK) {
        ctl_say("no memory");
        return 1;
    }

    webhook_hex_encode(digest, sizeof(digest), 0, hex);

    query = memchr(url->data, '?', url->len) ? "&bodySHA256="
                                             : "?bodySHA256=";

    (void) webhook_buf_add(url, query, strlen(query));
    (void) webhook_buf_add(url, hex, sizeof(hex));

    return url->failed ? 1 : 0;
}
