
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Presets: Europe and America.  What a sender or its library published is said
 * to be that; the rest was made by the published scheme and, where there is
 * one, taken for right by the sender's library.
 */

#include "vector.h"

#include <openssl/err.h>


static const vector_t  vectors[] = {

    /* By the scheme of WC_Webhook::generate_signature(). */

    { .preset = "woocommerce",
      .key = "wc-secret-0123456789abcdef",
      .headers = {
          { "X-WC-Webhook-Topic", "order.updated" },
          { "X-WC-Webhook-Signature",
            "OfWmjdfZJD6hIPXDAjpG6gCLBlJoNWQen6ifjOcNFUU=" } },
      .body = "{\"id\":727,\"parent_id\":0,\"status\":\"processing\",\"curr"
              "ency\":\"USD\",\"total\":\"29.35\"}" },

    /* Published with Paddle's library for Node.js. */

    { .preset = "paddle",
      .key = "VALID_SECRET",
      .headers = {
          { "Paddle-Signature",
            "ts=1698796800;h1=a300428748dce5c70e4da19bffd60769591ea969c99"
            "dea3105d0ec9612cf43f9" } },
      .body = "{\"data\": [\"1\", \"2\"]}",
      .now = 1698796800 },

    /* By the documented scheme. */

    { .preset = "calendly",
      .key = "5mEzn9C-I28UtwOjZJtFoob0sAAFZ95GbZkqj4y3i0I",
      .headers = {
          { "Calendly-Webhook-Signature",
            "t=1492774577,v1=0c57425a03b0e5451dee5988f3d7e04a3dd1f5f0d7c8"
            "a9072ee95efd452b68f6" } },
      .body = "{\"created_at\":\"2020-11-23T17:51:19.000000Z\",\"event\":\""
              "invitee.created\",\"payload\":{\"uri\":\"https://api.calendl"
              "y.com/scheduled_events/AAA/invitees/BBB\"}}",
      .now = 1492774577 },

    /* By the documented scheme. */

    { .preset = "twitch",
      .key = "s3cRe7-of-a-subscription",
      .headers = {
          { "Twitch-Eventsub-Message-Id",
            "befa7b53-d79d-478f-86b9-120f112b044e" },
          { "Twitch-Eventsub-Message-Timestamp",
            "2022-07-28T17:35:41.123456789Z" },
          { "Twitch-Eventsub-Message-Signature",
            "sha256=2d2a83379ac1350442271f1f4ffb3a1b7462ff04f64933584416e"
            "97b28300682" } },
      .body = "{\"subscription\":{\"id\":\"f1c2a387-161a-49f9-a165-0f21d7a4"
              "e1c4\",\"type\":\"channel.follow\",\"version\":\"1\"},\"even"
              "t\":{\"user_id\":\"1337\"}}",
      .now = 1659029741 },

    /* By the documented scheme, with the first key of RFC 8032's tests;
       discord-interactions 4 takes it for right. */

    { .preset = "discord",
      .key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f7075"
             "11a",
      .headers = {
          { "X-Signature-Ed25519",
            "370a100da5466873911a08a2b3d1d5852455152b912b14d2d43e2616f7f2"
            "54e4e78c0b381d6f4fe9cad1c5605a6c5121e89b75b7063a06b28170d495"
            "8034f407" },
          { "X-Signature-Timestamp", "1729262573" } },
      .body = "{\"version\":1,\"application_id\":\"1234560123453231555\",\""
              "type\":1,\"event\":{\"type\":\"APPLICATION_AUTHORIZED\",\"ti"
              "mestamp\":\"2024-10-18T14:42:53.064834\",\"data\":{\"integra"
              "tion_type\":1}}}",
      .now = 1729262573 },

    /* Published with SendGrid's libraries. */

    { .preset = "sendgrid",
      .key = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEDr2LjtURuePQzplybdC+u4Cw"
             "rqDqBaWjcMMsTbhdbcwHBcepxo7yAQGhHPTnlvFYPAZFceEu/1FwCM/QmGUhA"
             "==",
      .headers = {
          { "X-Twilio-Email-Event-Webhook-Signature",
            "MEUCIQCtIHJeH93Y+qpYeWrySphQgpNGNr/U+UyUlBkU6n7RAwIgJTz2C+8a"
            "8xonZGi6BpSzoQsbVRamr2nlxFDWYNH2j/0=" },
          { "X-Twilio-Email-Event-Webhook-Timestamp", "1588788367" } },
      .body = "{\"category\":\"example_payload\",\"event\":\"test_event\","
              "\"message_id\":\"message_id\"}",
      .now = 1588788367 },

    /* The parts of the example in HubSpot's documentation, signed by
       HubSpot's library for Node.js. */

    { .preset = "hubspot",
      .key = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy",
      .url = "https://www.example.com/webhook_uri",
      .headers = {
          { "X-HubSpot-Signature-v3",
            "A7e/TJr0Sgi0IbYUsa7NGXOK2vULF0kk/LlOKJFSO5Y=" },
          { "X-HubSpot-Request-Timestamp", "1707926838792" } },
      .body = "{\"example_field\":\"example_value\"}",
      .now = 1707926838 },

    /* The escapes that the documentation lists, and two others. */

    { .title = "hubspot, escapes",
      .preset = "hubspot",
      .key = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy",
      .url = "https://hooks.example.com/in/abc?to=a%3A%2F%3f%40%21%24%27%28"
             "%29%2A%2C%3B%20%25",
      .headers = {
          { "X-HubSpot-Signature-v3",
            "aDdvV9yfkN0Ooljy9vVEWRNd8KOMzaGYk2Qlp9moLww=" },
          { "X-HubSpot-Request-Timestamp", "1707926838792" } },
      .body = "{\"example_field\":\"example_value\"}",
      .now = 1707926838 },

    /* By the documented scheme. */

    { .preset = "mailgun",
      .key = "key-a-signing-key-0123456789abcdef",
      .body = "{\"signature\":{\"timestamp\":\"1529006854\",\"token\":\"a8c"
              "e0edb2dd8301dee6c2405235584e45aa91d1e9f979f3de0\",\"signatur"
              "e\":\"0f3d84cc8e67152c7ad669ab496f243389b80ef9f49448498fc0b9"
              "3f0dc74347\"},\"event-data\":{\"event\":\"opened\",\"id\":\""
              "Ase7i2zsRYeDXztHGENqRA\"}}",
      .now = 1529006854,
      .covered = {
          "1529006854",
          "a8ce0edb2dd8301dee6c2405235584e45aa91d1e9f979f3de0",
          "0f3d84cc8e67152c7ad669ab496f243389b80ef9f49448498fc0b93f0dc"
          "74347" } },

    /* By the documented scheme with a key made for this: what PayPal
       publishes lacks its certificate. */

    { .preset = "paypal",
      .key = "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AM"
             "IIBCgKCAQEArwL/VYdIDMvf2wZKxATo\n+2rmyTLWetxz+GNLUA+NjNSrFqb4"
             "uXDUIc4NPHBxLwS9h+Q52Bz9oZ0c65zwTDaY\n8GocqJkGuAEgvHlajePUu+x"
             "i65szQ3+L1MWYQCnOz6irAKqFoVNpPqBv7MV9EF6I\nUJTJ9vtx/PCR8WQGfT"
             "rv1XTIhjMDbq6Ai9+fH0QFbyAUHWtd1EEQ15q61BhsXwOa\n6YggbYwENSrwc"
             "3v6Fhzt7oNjuIDQyvXcbEaWdzkJaZ0fyzNRGEFLTl6HCIh8zZtx\nQsEJNs0D"
             "rUOOnsIC1J8SCDXsyBYP/ZVm1xXpSGpGMVHxREVL3+tTMyGWin/iOExM\ndwI"
             "DAQAB\n-----END PUBLIC KEY-----\n",
      .app = "4JH86294D6297924G",
      .headers = {
          { "PAYPAL-TRANSMISSION-ID",
            "dfb3be50-fd74-11e4-8bf3-77339302725b" },
          { "PAYPAL-TRANSMISSION-TIME", "2015-05-18T15:45:13Z" },
          { "PAYPAL-TRANSMISSION-SIG",
            "KEo5AvOwXBNHTRguZmHRger/ADhWbXxNW8RYDF4MJx/QP36lnrlZijUYPuvM"
            "n+Vg9n62P47WZNut+qFJmrsC7LNo34uj0Gg/NUxOD8cIVOAixQW3V+q7GCbK"
            "ClCg4BYfhKm36DxtYPjOcev+jA6N9XOubJXBEqzativ9G/XQVP0+eW7h95T6"
            "+odyCv1IdtgN1Usr+m/jAjcxfWmMps7avkYxP5doLwSu9B/Z+FvQiVKOvtPG"
            "LnpKyH8JvS6T9s+Mht28UwLm24VFryTwQZ2UE6xRhumwAmVJ1jBOLGg6i0yr"
            "BUV4PadOafLzpEBJxqJtom3/A75wN8THaX9bxY4vuQ==" },
          { "PAYPAL-AUTH-ALGO", "SHA256withRSA" } },
      .body = "{\"id\":\"WH-0G2756385H040842W-5Y612302CV158622M\",\"event_t"
              "ype\":\"PAYMENT.SALE.COMPLETED\",\"resource\":{\"id\":\"4EU7"
              "004268015634R\"}}",
      .now = 1431963913 },

    /* Published with Adyen's library for Node.js. */

    { .preset = "adyen",
      .key = "DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAA"
             "B00",
      .body = "{\"live\":\"false\",\"notificationItems\":[{\"NotificationRe"
              "questItem\":{\"additionalData\":{\"hmacSignature\":\"xhpHvYq"
              "2u2Np0rstbZ6QjLGu7JWhvf7Iwaa6EviJSX0=\"},\"amount\":{\"curre"
              "ncy\":\"EUR\",\"value\":1000},\"eventCode\":\"CAPTURE\",\"or"
              "iginalReference\":\"originalReference\",\"merchantAccountCod"
              "e\":\"merchantAccount\",\"merchantReference\":\"reference\","
              "\"pspReference\":\"pspReference\",\"success\":\"true\"}}]}",
      .covered = {
          "xhpHvYq2u2Np0rstbZ6QjLGu7JWhvf7Iwaa6EviJSX0=",
          "EUR",
          "1000",
          "CAPTURE" } },

    /* Published in Adyen's documentation. */

    { .title = "adyen, a field is missing",
      .preset = "adyen",
      .key = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA"
             "056",
      .body = "{\"live\":\"false\",\"notificationItems\":[{\"NotificationRe"
              "questItem\":{\"additionalData\":{\"hmacSignature\":\"coqCmt/"
              "IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0=\"},\"amount\":{\"curre"
              "ncy\":\"EUR\",\"value\":1130},\"eventCode\":\"AUTHORISATION"
              "\",\"merchantAccountCode\":\"TestMerchant\",\"merchantRefere"
              "nce\":\"TestPayment-1407325143704\",\"pspReference\":\"79140"
              "73381342284\",\"success\":\"true\"}}]}",
      .covered = {
          "coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0=",
          "EUR",
          "1130",
          "AUTHORISATION",
          "TestMerchant",
          "TestPayment-1407325143704",
          "7914073381342284",
          "true" } },

    /* The body of "Intent to receive" in Xero's documentation, by the
       scheme. */

    { .preset = "xero",
      .key = "k4V6Tq8mZp2sWc9xBn3yLd5fRg7hJu0a",
      .headers = {
          { "x-xero-signature",
            "kFFw6CBCGKAe3zNcTn8Bwto2ChaBKvyk66K3PqH4vnE=" } },
      .body = "{\"events\":[],\"lastEventSequence\":0,\"firstEventSequence"
              "\":0,\"entropy\":\"S0m3r4Nd0mt3xt\"}" }
};


/* The string of an item is split by colons, which one value alone may have. */

static void
test_adyen(void)
{
    char      body[640];
    unsigned  i;
    vector_t  v;

    static const struct {
        const char        *account;
        const char        *reference;
        const char        *signature;
        webhook_verify_e   rc;
    } items[] = {
        { "M", "a:b", "aQx1YY2+3gycFl0LJX9GHTVHTbCw7WUg8TYXS/KtKhs=",
          WEBHOOK_VERIFY_OK },
        { "M:a", "b", "aQx1YY2+3gycFl0LJX9GHTVHTbCw7WUg8TYXS/KtKhs=",
          WEBHOOK_VERIFY_BAD_BODY },
    };

    memset(&v, 0, sizeof(v));

    v.preset = "adyen";
    v.key = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056";
    v.body = body;

    for (i = 0; i < sizeof(items) / sizeof(items[0]); i++) {

        (void) snprintf(body, sizeof(body),
                        "{\"notificationItems\":[{\"NotificationRequestItem\":"
                        "{\"additionalData\":{\"hmacSignature\":\"%s\"},"
                        "\"amount\":{\"currency\":\"EUR\",\"value\":10},"
                        "\"eventCode\":\"AUTHORISATION\","
                        "\"merchantAccountCode\":\"%s\","
                        "\"merchantReference\":\"%s\","
                        "\"pspReference\":\"1\",\"success\":\"true\"}}]}",
                        items[i].signature, items[i].account,
                        items[i].reference);

        tap_ok(vector_make(&v) && vector_verify() == items[i].rc,
               "adyen: \"%s\" and \"%s\", %s", items[i].account,
               items[i].reference, webhook_verify_text(items[i].rc));
    }
}


int
main(void)
{
    unsigned  i;

    for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        vector_check(&vectors[i]);
    }

    test_adyen();

    tap_ok(ERR_peek_error() == 0, "OpenSSL's queue of errors is empty");

    return tap_done();
}
