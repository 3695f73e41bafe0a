
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A message of Standard Webhooks, its keys and what they make of it, as
 * published.
 */

#ifndef SIGNED_STANDARD_H
#define SIGNED_STANDARD_H

#include "signed.h"


static const char  secret_text[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
static const char  secret_signature[] =
    "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
static const char  private_text[] =
    "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dR"
    "qSKJp4AJ6p9lMicMFs6Kvg==";
static const char  private_signature[] =
    "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZ"
    "dpXwVLPo3mNl8EM+m7TBAg==";


__attribute__((unused))
static int
test_parse(webhook_key_t *key, const char *text, int literal)
{
    int             rc;
    const char     *err;
    webhook_str_t   s;

    s = signed_str(text);
    rc = webhook_key_read(key, &s, literal ? WEBHOOK_KEY_AS_TEXT
                                           : WEBHOOK_KEY_AS_STANDARD, &err);

    return rc == WEBHOOK_OK && err == NULL;
}


__attribute__((unused))
static void
test_message(webhook_message_t *m, webhook_str_t *body)
{
    memset(m, 0, sizeof(webhook_message_t));

    *body = signed_str("{\"test\": 2432232314}");

    m->id = signed_str("msg_p5jXN8AQM9LWM0D4loKWxJek");
    m->timestamp = 1614265330;
    m->body = body;
    m->pieces = 1;
}


#endif /* SIGNED_STANDARD_H */
