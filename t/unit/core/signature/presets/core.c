
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The presets of general use, and the first there were: what senders publish,
 * or what their libraries made; where there is none of it, what the openssl
 * program made of the published scheme.
 */

#include "vector.h"

#include <openssl/err.h>


static const vector_t  vectors[] = {

    { .preset = "standard",
      .key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
      .headers = {
          { "webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek" },
          { "webhook-timestamp", "1614265330" },
          { "webhook-signature",
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" } },
      .body = "{\"test\": 2432232314}",
      .now = 1614265330 },

    { .title = "standard, older names",
      .preset = "standard",
      .key = "v1,whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
      .headers = {
          { "svix-id", "msg_p5jXN8AQM9LWM0D4loKWxJek" },
          { "svix-timestamp", "1614265330" },
          { "svix-signature",
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" } },
      .body = "{\"test\": 2432232314}",
      .now = 1614265330 },

    { .title = "standard, ed25519",
      .preset = "standard",
      .key = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=",
      .headers = {
          { "webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek" },
          { "webhook-timestamp", "1614265330" },
          { "webhook-signature",
            "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJa"
            "A7AZdpXwVLPo3mNl8EM+m7TBAg==" } },
      .body = "{\"test\": 2432232314}",
      .now = 1614265330 },

    { .preset = "github",
      .key = "It's a Secret to Everybody",
      .headers = {
          { "X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a"
                                   "37570b6d7586c22c46f4379c8b043e17" } },
      .body = "Hello, World!" },

    { .preset = "stripe",
      .key = "whsec_test_secret",
      .headers = {
          { "Stripe-Signature", "t=1492774577,v1=88a022085c6bdb887b02cb26ff76"
                                "dd681234d9675c0f22844059f55552a8883a" } },
      .body = "{\"id\":\"evt_test_webhook\",\"object\":\"event\"}",
      .now = 1492774577 },

    { .preset = "shopify",
      .key = "test_secret_key",
      .headers = {
          { "X-Shopify-Hmac-Sha256",
            "B23tXN681gZ0qIWNRrgtzBE9XSDo5yaUu6wfmhu3a7g=" } },
      .body = "{\"foo\": \"bar\"}" },

    { .preset = "slack",
      .key = "8f742231b10e8888abcd99yyyzzz85a5",
      .headers = {
          { "X-Slack-Request-Timestamp", "1531420618" },
          { "X-Slack-Signature", "v0=62ce19b3cd7632db4f4c0bbb6a58e4f5"
                                 "a7afc1a0d02ac7be57d9c2b94d3cd684" } },
      .body = "token=xyz&team_id=T1&text=hello+there",
      .now = 1531420618 },

    { .preset = "square",
      .key = "signature-key",
      .url = "https://webhook.site/webhooks",
      .headers = {
          { "x-square-hmacsha256-signature",
            "W3FlCNk5IA3ZQ2LHTWoajvzfaDu/OwY2tNHIHC3IUOA=" } },
      .body = "{\"data\":{\"type\":\"webhooks\",\"id\":\"fake_id\"}}" },

    { .preset = "twilio",
      .key = "12345",
      .url = "https://mycompany.com/myapp.php?foo=1&bar=2",
      .headers = {
          { "Content-Type", "application/x-www-form-urlencoded" },
          { "X-Twilio-Signature", "RSOYDt4T1cUTdK1PDd93/VVr8B8=" } },
      .body = "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&"
              "From=%2B14158675309&Digits=1234&To=%2B18005551212" },

    { .title = "twilio, JSON",
      .preset = "twilio",
      .key = "12345",
      .url = "https://mycompany.com/myapp.php?bodySHA256=5041bf1f713df204"
             "784353e82f6a4a535931cb64f1f4b4a5aeaffcb720918b22",
      .headers = {
          { "Content-Type", "application/json" },
          { "X-Twilio-Signature", "fJkOZjqQ3A8N4eRxslgDQmN9Thw=" } },
      .body = "{\"x\":1}" },

    { .preset = "zoom",
      .key = "zoom-secret-token-1234",
      .headers = {
          { "x-zm-request-timestamp", "1531420618" },
          { "x-zm-signature", "v0=45b3d76289131e9d1a3be2029dbc16d4"
                              "23644dd294efc1010bd622109d56eec1" } },
      .body = "{\"event\":\"meeting.started\","
              "\"payload\":{\"object\":{\"id\":\"1\"}}}",
      .now = 1531420618 },

    { .preset = "linear",
      .key = "lin_wh_secret_0123456789",
      .headers = {
          { "Linear-Signature", "69820445c39cefd873fb43568aaeffb6"
                                "21027a2a3e4d8ab2f40381c59e8f588d" } },
      .body = "{\"action\":\"create\",\"type\":\"Issue\","
              "\"webhookTimestamp\":1676056940508}",
      .now = 1676056940 },

    { .preset = "gitlab",
      .key = "glwt-0123456789abcdef",
      .headers = { { "X-Gitlab-Token", "glwt-0123456789abcdef" } },
      .body = "{}" },

    { .preset = "bearer",
      .key = "tok_0123456789abcdef",
      .headers = { { "Authorization", "Bearer tok_0123456789abcdef" } },
      .body = "{}" },

    { .preset = "basic",
      .key = "pos:pass:word with colon",
      .headers = { { "Authorization",
                     "Basic cG9zOnBhc3M6d29yZCB3aXRoIGNvbG9u" } },
      .body = "{}" }

    /* hmac, hash, public and token are rows without a place: verify/engine.c
       and verify/public.c have what they can be */
};


int
main(void)
{
    unsigned  i;

    for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        vector_check(&vectors[i]);
    }

    tap_ok(ERR_peek_error() == 0, "OpenSSL's queue of errors is empty");

    return tap_done();
}
