
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

#include "webhookctl/try/webhookctl_sign.h"
#include "core/signature/presets/webhook_presets.h"


static int ctl_sign_words(ctl_sign_t *s);
static int ctl_sign_unknown(const webhook_str_t *name);
static int ctl_sign_param(ctl_sign_t *s, char *word);
static int ctl_sign_key(const char *text, ctl_sign_t *s);
static int ctl_sign_file(const char *path, char *buf, size_t size,
    size_t *len);


int
ctl_sign_init(ctl_t *ctl, ctl_sign_t *s)
{
    const char  *err;

    memset(s, 0, sizeof(ctl_sign_t));

    if (ctl->value[CTL_VERIFY] == NULL) {

        if (ctl->value[CTL_KEY]) {
            ctl_say("--key needs --verify=PRESET");
            return 2;
        }

        if (ctl->value[CTL_URL]) {
            ctl_say("--url needs --verify=PRESET");
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

    if (webhook_verifier_init(&s->verifier, &s->scheme, s->parts, &err)
        != WEBHOOK_OK)
    {
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


/* PRESET, and name=value, as the directive has them. */

static int
ctl_sign_words(ctl_sign_t *s)
{
    char                    *word, *save;
    webhook_str_t            name;
    const webhook_preset_t  *preset;

    word = strtok_r(s->words, " ", &save);

    name = ctl_str(word ? word : "");
    preset = webhook_preset_find(&name);

    if (preset == NULL) {
        return ctl_sign_unknown(&name);
    }

    s->row = *preset;
    s->verifier.preset = &s->row;

    while ((word = strtok_r(NULL, " ", &save)) != NULL) {
        if (ctl_sign_param(s, word) != 0) {
            return -1;
        }
    }

    return 0;
}


static int
ctl_sign_unknown(const webhook_str_t *name)
{
    webhook_buf_t  names;

    webhook_buf_init(&names, 0);
    (void) webhook_preset_names(&names);

    ctl_say("unknown preset \"%.*s\": --verify is one of %.*s, with its "
            "parameters", (int) name->len, (char *) name->data,
            (int) names.len, (char *) names.data);

    webhook_buf_free(&names);

    return -1;
}


static int
ctl_sign_param(ctl_sign_t *s, char *word)
{
    int                rc;
    char              *eq, *p;
    unsigned           i;
    webhook_str_t      value;
    webhook_preset_t  *row;

    enum { HEADER, TIMESTAMP, ID, DIGEST, ALGORITHM, ENCODING, PREFIX, STRING,
           TEMPLATE, APP, NAMES };

    static const char  *names[] = {
        "header", "timestamp", "id", "digest", "algorithm", "encoding",
        "prefix", "string", "template", "app"
    };

    row = &s->row;
    eq = strchr(word, '=');

    for (i = 0; eq && i < NAMES; i++) {
        if (strlen(names[i]) == (size_t) (eq - word)
            && strncmp(word, names[i], (size_t) (eq - word)) == 0)
        {
            break;
        }
    }

    if (eq == NULL || i == NAMES) {
        ctl_say("--verify: unknown parameter \"%s\"; there are header= "
                "timestamp= id= digest= encoding= prefix= string= app=", word);
        return -1;
    }

    value = ctl_str(eq + 1);

    if (i <= ID) {

        /* the names of headers, in lower case */

        for (p = (char *) value.data; *p; p++) {
            if (*p >= 'A' && *p <= 'Z') {
                *p = (char) (*p | 0x20);
            }
        }
    }

    rc = WEBHOOK_OK;

    switch (i) {

    case HEADER:
        memset(&row->signature, 0, sizeof(webhook_place_t));
        row->signature.name = value;
        break;

    case TIMESTAMP:
        memset(&row->timestamp, 0, sizeof(webhook_place_t));
        row->timestamp.name = value;
        break;

    case ID:
        memset(&row->id, 0, sizeof(webhook_place_t));
        row->id.name = value;
        break;

    case DIGEST:
    case ALGORITHM:
        rc = webhook_digest_find(&value, &row->digest);
        break;

    case ENCODING:
        rc = webhook_encoding_find(&value, &row->encoding);
        break;

    case PREFIX:
        row->prefix = value;
        break;

    case APP:
        s->verifier.app = value;
        break;

    default:
        row->string = value;
    }

    if (rc != WEBHOOK_OK) {
        ctl_say("--verify: invalid \"%s\"", word);
        return -1;
    }

    return 0;
}


static int
ctl_sign_key(const char *text, ctl_sign_t *s)
{
    int             rc;
    char            buf[WEBHOOK_KEY_PEM_MAX + 2];
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

    rc = webhook_key_read(&s->key, &key, s->verifier.preset->key, &err);

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
