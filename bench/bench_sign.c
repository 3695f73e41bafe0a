
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * How many signatures one thread makes and checks in a second of processor
 * time, over bodies of several sizes.
 *
 *     bench_sign
 */

#include "core/signature/presets/webhook_presets.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>


#define SECONDS  0.3            /* for each figure */


typedef struct {
    webhook_str_t   id;
    webhook_str_t   timestamp;
    webhook_str_t   signature;
} headers_t;


static unsigned char  body_bytes[65536];


static double
now(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);

    return (double) ts.tv_sec + (double) ts.tv_nsec / 1e9;
}


static int
find_header(void *data, const webhook_str_t *name, webhook_str_t *value)
{
    headers_t  *h;

    h = data;

    switch (name->len) {

    case sizeof("webhook-id") - 1:
        *value = h->id;
        return 1;

    case sizeof("webhook-timestamp") - 1:

        /* as long as "webhook-signature" */

        *value = name->data[8] == 't' ? h->timestamp : h->signature;
        return 1;

    default:
        return 0;
    }
}


/* One signature with these keys, verified if verify is 1; 1 if it is right. */

static int
once(const webhook_key_t *keys, unsigned nkeys, const webhook_message_t *m,
    const webhook_verifier_t *verifier, const webhook_verify_call_t *call,
    headers_t *h, unsigned char *out, int verify)
{
    webhook_verified_t  verified;

    if (verify) {
        return webhook_verify(verifier, call, &verified) == WEBHOOK_VERIFY_OK;
    }

    return webhook_sign_standard(keys, nkeys, m, out,
                                 WEBHOOK_SIGN_STANDARD_MAX, &h->signature.len)
           == WEBHOOK_OK;
}


static int
measure(const char *what, const webhook_key_t *keys, unsigned nkeys,
    size_t size)
{
    int                     verify;
    double                  start, spent, rates[2];
    long                    n, i;
    headers_t               h;
    webhook_str_t           body, name = webhook_str("standard");
    webhook_str_t           id = webhook_str("01890a5d-ac96-774b-bcce");
    webhook_str_t           timestamp = webhook_str("1614265330");
    unsigned char           out[WEBHOOK_SIGN_STANDARD_MAX];
    const char             *err;
    webhook_part_t          parts[WEBHOOK_SCHEME_PARTS];
    webhook_scheme_t        scheme;
    webhook_message_t       m;
    webhook_verifier_t      verifier;
    webhook_verify_call_t   call;

    body.data = body_bytes;
    body.len = size;

    memset(&m, 0, sizeof(m));
    m.id = id;
    m.timestamp = 1614265330;
    m.body = &body;
    m.pieces = 1;

    h.id = id;
    h.timestamp = timestamp;
    h.signature.data = out;

    memset(&verifier, 0, sizeof(verifier));
    verifier.preset = webhook_preset_find(&name);
    verifier.keys = keys;
    verifier.nkeys = nkeys;

    if (webhook_verifier_init(&verifier, &scheme, parts, &err) != WEBHOOK_OK) {
        fprintf(stderr, "%s\n", err);
        return 0;
    }

    memset(&call, 0, sizeof(call));
    call.header = find_header;
    call.data = &h;
    call.body = &body;
    call.pieces = 1;
    call.now = m.timestamp;

    for (verify = 0; verify < 2; verify++) {

        n = 0;
        start = now();

        do {
            for (i = 0; i < 64; i++) {
                if (!once(keys, nkeys, &m, &verifier, &call, &h, out, verify))
                {
                    fprintf(stderr, "%s: it failed\n", what);
                    return 0;
                }
            }

            n += i;
            spent = now() - start;
        } while (spent < SECONDS);

        rates[verify] = n / spent;
    }

    printf("%-18s %6zu bytes  %8.0f signed/s  %8.0f verified/s\n", what, size,
           rates[0], rates[1]);

    return 1;
}


int
main(void)
{
    size_t                i;
    const char           *err;
    webhook_key_t         keys[2];
    webhook_str_t         secret = webhook_str("whsec_MfKQ9r8GKYqrTwjUPD8ILPZI"
                                               "o2LaLaSw");
    webhook_str_t         private = webhook_str("whsk_6Xb/dCcHpPea21PS1N9VY/NZ"
                                                "W723CEc77N4rJCubMbc=");
    static const size_t   sizes[] = { 100, 2000, 65536 };

    if (webhook_key_read(&keys[0], &secret, WEBHOOK_KEY_AS_STANDARD, &err)
        != WEBHOOK_OK
        || webhook_key_read(&keys[1], &private, WEBHOOK_KEY_AS_STANDARD,
                            &err)
           != WEBHOOK_OK)
    {
        fprintf(stderr, "%s\n", err);
        return 1;
    }

    memset(body_bytes, 'x', sizeof(body_bytes));

    for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        if (!measure("HMAC-SHA256", keys, 1, sizes[i])
            || !measure("ed25519", keys + 1, 1, sizes[i])
            || !measure("HMAC and ed25519", keys, 2, sizes[i]))
        {
            return 1;
        }
    }

    return 0;
}
