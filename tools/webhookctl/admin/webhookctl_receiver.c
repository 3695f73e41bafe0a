
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * receiver-url: a new secret URL for a receiver.  It needs no store: what nginx
 * has to know of it is a line of the configuration.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "webhookctl/webhookctl.h"


#define CTL_TOKEN_BYTES  32
#define CTL_NAME_MAX     128
#define CTL_BASE_MAX     2048
#define CTL_NO_BASE      "https://HOST/web/hook/"


static int ctl_name_valid(const char *name);
static int ctl_base_valid(const char *base);


int
ctl_url(ctl_t *ctl, webhook_store_t *st)
{
    int          rc, json;
    char         token[CTL_TOKEN_LEN + 1], hex[65];
    json_t      *object;
    const char  *slash, *name, *base;

    (void) st;

    name = ctl->argv[1];
    base = ctl->value[CTL_BASE];
    json = ctl->json;

    if (!ctl_name_valid(name)) {
        ctl_say("the name of a receiver has up to %d letters, digits, \"_\", "
                "\"-\" and \".\"", CTL_NAME_MAX);
        return 2;
    }

    if (base == NULL) {
        base = CTL_NO_BASE;

    } else if (!ctl_base_valid(base)) {
        ctl_say("--base is the URL of the location with \"webhook_receive\", "
                "as in https://host/web/hook/");
        return 2;
    }

    if (ctl_token_make(token) != 0 || ctl_token_digest(token, hex) != 0) {
        ctl_say("no random token: %s", strerror(errno));
        OPENSSL_cleanse(token, sizeof(token));
        return 1;
    }

    slash = base[strlen(base) - 1] == '/' ? "" : "/";
    rc = 0;

    if (json) {
        object = json_pack("{s:s, s:s+++, s:s, s:s+}",
                           "receiver", name,
                           "url", base, slash, token, "",
                           "token", token,
                           "secret", "sha256:", hex);

        if (object == NULL || json_dumpf(object, stdout, 0) != 0
            || putchar('\n') == EOF)
        {
            rc = 1;
        }

        json_decref(object);

    } else {
        printf("# Whoever knows this URL may call \"%s\".  It is shown this "
               "once:\n"
               "%s%s%s\n"
               "\n"
               "# One line of webhook_receiver %s { }, which needs no more "
               "than this:\n"
               "secret sha256:%s;\n"
               "\n"
               "# To rotate: keep both lines for a time, and give the old one "
               "an end:\n"
               "# secret sha256:... expires=2027-01-31;\n",
               name, base, slash, token, name, hex);
    }

    OPENSSL_cleanse(token, sizeof(token));

    if (fflush(stdout) != 0 || ferror(stdout)) {
        rc = 1;
    }

    if (rc) {
        ctl_say("cannot write: %s", strerror(errno));
    }

    return rc;
}


int
ctl_token_make(char token[CTL_TOKEN_LEN + 1])
{
    size_t         i, n;
    ssize_t        got;
    unsigned       bits, kept;
    unsigned char  bytes[CTL_TOKEN_BYTES];

    static const char  digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    for (n = 0; n < sizeof(bytes); n += (size_t) got) {
        got = getrandom(bytes + n, sizeof(bytes) - n, 0);

        if (got == -1) {

            if (errno != EINTR) {
                return -1;
            }

            got = 0;
        }
    }

    bits = 0;
    kept = 0;
    n = 0;

    for (i = 0; i < sizeof(bytes); i++) {
        bits = (bits << 8) | bytes[i];
        kept += 8;

        while (kept >= 6) {
            kept -= 6;
            token[n++] = digits[(bits >> kept) & 0x3f];
        }

        bits &= (1u << kept) - 1;
    }

    token[n++] = digits[(bits << (6 - kept)) & 0x3f];
    token[n] = '\0';

    OPENSSL_cleanse(bytes, sizeof(bytes));
    OPENSSL_cleanse(&bits, sizeof(bits));

    return 0;
}


int
ctl_token_digest(const char *token, char hex[65])
{
    unsigned       i;
    unsigned char  digest[32];

    if (EVP_Digest(token, strlen(token), digest, NULL, EVP_sha256(), NULL)
        != 1)
    {
        errno = ENOMEM;
        return -1;
    }

    for (i = 0; i < sizeof(digest); i++) {
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    }

    return 0;
}


static int
ctl_name_valid(const char *name)
{
    size_t  len;

    len = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                       "0123456789_-.");

    return len && len <= CTL_NAME_MAX && name[len] == '\0';
}


static int
ctl_base_valid(const char *base)
{
    size_t                len;
    const unsigned char  *p;

    len = strlen(base);

    if (len > CTL_BASE_MAX
        || (strncmp(base, "https://", 8) != 0
            && strncmp(base, "http://", 7) != 0))
    {
        return 0;
    }

    for (p = (const unsigned char *) base; *p; p++) {
        if (*p <= 0x20 || *p >= 0x7f || *p == '?' || *p == '#') {
            return 0;
        }
    }

    return strchr(base + 8, '/') != base + 8 && len > 8;
}
