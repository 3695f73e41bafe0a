
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Presets: other senders.  Bitbucket publishes a vector, Dropbox's is of a
 * library, Mercado Pago's are of the values in its own library's tests; what
 * is left the openssl program made of the published scheme.
 */

#include "vector.h"

#include <openssl/err.h>


/* A certificate as SNS has one: RSA of 2048 bits. */

#define SNS_PEM                                                               \
    "-----BEGIN CERTIFICATE-----\n"                                           \
    "MIIDGzCCAgOgAwIBAgIUfVQDowhovE26s0q+WatMGXCybiMwDQYJKoZIhvcNAQEL\n"      \
    "BQAwHDEaMBgGA1UEAwwRc25zLmFtYXpvbmF3cy5jb20wIBcNMjYxMTI4MTUwNDQ5\n"      \
    "WhgPMjEyNjExMDQxNTA0NDlaMBwxGjAYBgNVBAMMEXNucy5hbWF6b25hd3MuY29t\n"      \
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA14cZbjh/qOWEeAozr+gS\n"      \
    "tjvh8MRliFwTkRbeVVvPHmZzWPHyWB3i6BxAtMyi5irlBvxYRq7PPZXsyk1g9pUW\n"      \
    "7VW4mwP87Ua0i6FQBnv1+jwunSf3pyJ+deBgSitu8CSw2+XXhX0MkFhFgHWO0RAq\n"      \
    "5JsWT28buLwpDqLDTLYk5G4ciwruCi7llIZzj5qK35UnPJ8L9KE9wLbkFpqEaOOZ\n"      \
    "lr/2pkVoJJygRZ3ENk86nXC99ZH1RWQ/VOfCjSogmHvTE08sGYoguyROWNN1segD\n"      \
    "PqTEx4dZAccIdeJny8auqho6x9ZEN6l9t6KyuLmpSPk6fjSX4MKFZAeS+VeuSYBD\n"      \
    "sQIDAQABo1MwUTAdBgNVHQ4EFgQUmss2SrXPsOhzdRqDIeC5nTY2eV4wHwYDVR0j\n"      \
    "BBgwFoAUmss2SrXPsOhzdRqDIeC5nTY2eV4wDwYDVR0TAQH/BAUwAwEB/zANBgkq\n"      \
    "hkiG9w0BAQsFAAOCAQEAXibxrVJhqcnZxbtRo9KWgR/GJF1prKHOrmOmq6f3AalP\n"      \
    "gCIKVsUuJzNf08oQw3n5nJXKWlaHaEgRLLOfEES1TelMS5vXvi/0eJw+ijng6nlP\n"      \
    "EwGTsjNcZRLdzrDElp5eXrGV0cjU+8FLv3Q3gkDmLAw/7FxHH04SNIHl7nZUhHpq\n"      \
    "ZA5NyNHK2R968OSxxLLauzGuym5g/imdLAJF5IiPHkWv/r26mAGUSPWiKAWtcZ1z\n"      \
    "wtvSDd7JJgXFdUbS3puz5Swde5uxi7HeXl4mrFfGgTBQm7M5h9O8yTfTjm0MgzoJ\n"      \
    "AWmlw7SdmUGezcmdqVmvS0Wvw1iTya417URVOl6S+Q==\n"                          \
    "-----END CERTIFICATE-----\n"


static const vector_t  vectors[] = {

    { .preset = "asana",
      .key = "b537207f20cbfa02357cf448134da559e8bd39d61597dcd5631b8012eae53e81",
      .headers = {
          { "X-Hook-Signature", "ea041544664f4f2cd966d54305d61d88"
                                "a66beba19a228de211ca0d50eaf4f21f" } },
      .body = "{\"events\":[{\"action\":\"changed\",\"resource\":"
              "{\"gid\":\"1337\",\"resource_type\":\"task\"}}]}" },

    { .title = "asana, alive",
      .preset = "asana",
      .key = "b537207f20cbfa02357cf448134da559e8bd39d61597dcd5631b8012eae53e81",
      .headers = {
          { "X-Hook-Signature", "10468027b67df18c739cc4794c6fc2d2"
                                "806dcaaf2259fc3e1ed9d26433659853" } },
      .body = "{\"events\":[]}" },

    { .preset = "trello",
      .key = "0123456789abcdef0123456789abcdef",
      .url = "https://mycallback.com/trelloCallbacks/"
             "?memberID=14&mainModel=true",
      .headers = {
          { "X-Trello-Webhook", "sZXMOhap8qReO+rGyaglQvzlYCw=" } },
      .body = "{\"action\":{\"id\":\"a1\",\"type\":\"updateCard\"}}" },

    { .preset = "dropbox",
      .key = "the_secret",
      .headers = {
          { "X-Dropbox-Signature", "0a8c16b085420b960dc78664279fe09e"
                                   "936a2a01b1f91064869d9e77dfd64529" } },
      .body = "{\"delta\": {\"users\": [12345]}}" },

    { .preset = "zendesk",
      .key = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==",
      .headers = {
          { "X-Zendesk-Webhook-Signature",
            "S/RDdU2ERmj7LHDDoWJ2onPYH+t7/f2+LTM4dL7UiLM=" },
          { "X-Zendesk-Webhook-Signature-Timestamp",
            "2021-03-25T05:09:27Z" } },
      .body = "{\"event\":\"ticket.updated\",\"id\":123}",
      .now = 1616648967 },

    { .preset = "telegram",
      .key = "a-Token_of-0123456789",
      .headers = {
          { "X-Telegram-Bot-Api-Secret-Token", "a-Token_of-0123456789" } },
      .body = "{\"update_id\":1}" },

    { .preset = "bitbucket",
      .key = "It's a Secret to Everybody",
      .headers = {
          { "X-Hub-Signature", "sha256=a4771c39fbe90f317c7824e83ddef3ca"
                               "ae9cb3d976c214ace1f2937e133263c9" } },
      .body = "Hello World!" },

    { .preset = "docusign",
      .key = "Xs6l2mZ7sVlJTzYq0hBv",
      .headers = {
          { "X-DocuSign-Signature-1",
            "gj09glfZjC4S3hfIuS+7VQ0gAS/aCwwaMnTyD7yjC/s=" } },
      .body = "{\"event\":\"envelope-completed\"}" },

    { .title = "docusign, the tenth key",
      .preset = "docusign",
      .key = "Xs6l2mZ7sVlJTzYq0hBv",
      .headers = {
          { "X-DocuSign-Signature-10",
            "gj09glfZjC4S3hfIuS+7VQ0gAS/aCwwaMnTyD7yjC/s=" } },
      .body = "{\"event\":\"envelope-completed\"}" },

    { .preset = "mercadopago",
      .key = "your_secret_key_here",
      .url = "https://hooks.example.com/?data.id=123456&type=payment",
      .headers = {
          { "x-request-id", "2066ca19-c6f1-498a-be75-1923005edd06" },
          { "x-signature", "ts=1742505638683,v1="
                           "3376cb55bc5bf870e8c0c9c3e5987f0a"
                           "260517ed03ae61a077bcfa05ce44c446" } },
      .body = "{\"type\":\"payment\"}",
      .now = 1742505638,
      .covered = { "data.id", "123456" } },

    { .title = "mercadopago, an order",
      .preset = "mercadopago",
      .key = "your_secret_key_here",
      .url = "https://hooks.example.com/?data.id=ORD01JQ4S4KY8HWQ6NA5PXB65B3D3",
      .headers = {
          { "x-request-id", "2066ca19-c6f1-498a-be75-1923005edd06" },
          { "x-signature", "ts=1742505638683,v1="
                           "fb15ae6472eb449173c556793205d777"
                           "87d58f384d183bb5bc3b724c27bd103c" } },
      .now = 1742505638,
      .covered = { "ORD01JQ4S4KY8HWQ6NA5PXB65B3D3" } },

    { .title = "mercadopago, an order in small letters",
      .preset = "mercadopago",
      .key = "your_secret_key_here",
      .url = "https://hooks.example.com/?data.id=ORD01JQ4S4KY8HWQ6NA5PXB65B3D3",
      .headers = {
          { "x-request-id", "2066ca19-c6f1-498a-be75-1923005edd06" },
          { "x-signature", "ts=1742505638683,v1="
                           "633f91233312dd391ec75fa0bea539cf"
                           "c2d6c4918873305b84a96cc1c58db71c" } },
      .now = 1742505638 },

    { .title = "mercadopago, no id",
      .preset = "mercadopago",
      .key = "your_secret_key_here",
      .headers = {
          { "x-request-id", "2066ca19-c6f1-498a-be75-1923005edd06" },
          { "x-signature", "ts=1742505638683,v1="
                           "8a7b0cc777a8217c3bab41a50c95dc92"
                           "debbc6f8448f1c967dfe10ac1cb8b894" } },
      .now = 1742505638 },

    { .title = "mercadopago, no request id",
      .preset = "mercadopago",
      .key = "your_secret_key_here",
      .url = "https://hooks.example.com/?data.id=123456",
      .headers = {
          { "x-signature", "ts=1742505638683,v1="
                           "8252dd570f9cf7d41cf479d25bb5cce2"
                           "92786116e80312c15600845054a55fe2" } },
      .now = 1742505638,
      .covered = { "data.id", "123456" } },

    { .preset = "cashfree",
      .key = "cfsk_ma_test_0123456789",
      .headers = {
          { "x-webhook-signature",
            "IZJ94FdVpFKQBk3FB3kbtmtDO5eKcA24lOIbmX7vDZQ=" },
          { "x-webhook-timestamp", "1617695238078" } },
      .body = "{\"type\":\"PAYMENT_SUCCESS_WEBHOOK\"}",
      .now = 1617695238 },

    { .title = "sns, version 1",
      .preset = "sns",
      .key = SNS_PEM,
      .app = "arn:aws:sns:us-west-2:123456789012:MyTopic",
      .headers = { { "Content-Type", "text/plain; charset=UTF-8" } },
      .body = "{\"Type\":\"Notification\",\"MessageId\":\"22b80b92-fdea-4c2c-"
              "8f9d-bdfb0c7bf324\",\"TopicArn\":\"arn:aws:sns:us-west-2:12345"
              "6789012:MyTopic\",\"Subject\":\"My First Message\",\"Message\""
              ":\"Hello world!\",\"Timestamp\":\"2012-05-02T00:54:06.655Z\","
              "\"SignatureVersion\":\"1\",\"Signature\":\"z/5ietEZpfwaU98IXiB"
              "F5jv7ZCnesmfJ/VhxFMZxy4hgNRyS/AXcp9+PxzRhWTh7hOiGl7sy37co6bYEF"
              "ren5KSOZSQQAJnB2zEbbV+VDH0oefg9jz8JF33lqqfFxPtYsZW/ACOQa4WeGIf"
              "ZoB8n8K8QSG55NN4Cj522hnTfjLD8ykYFcXvwGplL70frOoiZaq92Mkpo9fYuZ"
              "XcOPkX+p5/JPbSMEReNVuqZIXFbx8CqBl1Z0Lr5djno2iP+I/Tzo4cUqwz54sw"
              "R1BHKvC4VELdt321v2hX7hmPJSYA0oWdgKiEFqc5gEwC3/QxRbsFq2WVbj9gYh"
              "sN9udMRl4/PxQ==\"}" },

    { .title = "sns, version 2",
      .preset = "sns",
      .key = SNS_PEM,
      .app = "arn:aws:sns:us-west-2:123456789012:MyTopic",
      .headers = { { "Content-Type", "text/plain; charset=UTF-8" } },
      .body = "{\"Type\":\"Notification\",\"MessageId\":\"22b80b92-fdea-4c2c-"
              "8f9d-bdfb0c7bf324\",\"TopicArn\":\"arn:aws:sns:us-west-2:12345"
              "6789012:MyTopic\",\"Message\":\"{\\\"a\\\": \\\"Đ\\\"}\\nline"
              " 2\",\"Timestamp\":\"2012-05-02T00:54:06.655Z\",\"SignatureVer"
              "sion\":\"2\",\"Signature\":\"j4CZ9nxsZmKEDeYeGnEMADWa+LoC2BdNk"
              "Gd1o/Xg6PI5GLh6AvuQO0UaPJRC8dM3//2RqHhfV1WtZLTVwvt2oLhTuDLMuS5"
              "51TV/G3QWs+zyhHG23/Kln24ceNpmGOqSCwEDhKlYYdTjymcX56dPqxQC3ZGn4"
              "KFg4buMIurSfpmYQoaFyr7OR/sBiI0srGJp3PeDKT5UIBbD2J01k4MUi00IDdy"
              "rjs4GTp6UwlEdC9a2HFnfGYRjmuh/JPwKvDgvsyQcaM26G0dhSjfjBAduZ0FZz"
              "CSNyhOaFtIZalrM6lcCR/VH2m0WhjXjssrYDBqmBSMJf6jaT/qr1AMJdqKRpA="
              "=\"}" },

    { .title = "sns, a subscription",
      .preset = "sns",
      .key = SNS_PEM,
      .app = "arn:aws:sns:us-west-2:123456789012:MyTopic",
      .headers = { { "Content-Type", "text/plain; charset=UTF-8" } },
      .body = "{\"Type\":\"SubscriptionConfirmation\",\"MessageId\":\"165545c"
              "9-2a5c-472c-8df2-7ff2be2b3b1b\",\"Token\":\"2336412f37\",\"Top"
              "icArn\":\"arn:aws:sns:us-west-2:123456789012:MyTopic\",\"Messa"
              "ge\":\"Visit the SubscribeURL.\",\"SubscribeURL\":\"https://sn"
              "s.us-west-2.amazonaws.com/?Action=ConfirmSubscription&Token=23"
              "36412f37\",\"Timestamp\":\"2012-04-26T20:45:04.751Z\",\"Signat"
              "ureVersion\":\"2\",\"Signature\":\"eHlhzrv1mGPaBiuGxfglijtYGOl"
              "MJiWtHopCkyfER3jUvx8HSI3PQWKcjm3Cex30aBqPeNWNDaV5yrPfdnGyHJw6E"
              "Igd0PlwgBYg3UXdSU5/pTKnxjnOv/TUqxl47oaHmJ+q/ucYfQH5oohxAetAYYe"
              "C6w5yrhXahlOW+z2NTxQKxphvBqSKQ1fn1k1PHsSIQflVbS7a/aUJmFXaxBkNl"
              "oqrmNGzWujTfbZNfLSA2xAd/DlbKgcDLJ8Gbx29NZvAg9E/35amaGXQAEwxTt5"
              "teuGLpGa33Rcf/Ri9i17heSfDTS+tJ2MruBUQXYyLHBCub7tZxuiSGwebeSOdw"
              "HwJOg==\"}" },

    { .preset = "msgraph",
      .key = "secretClientValue",
      .headers = { { "Content-Type", "application/json" } },
      .body = "{\"value\":[{\"clientState\":\"secretClientValue\","
              "\"changeType\":\"created\"}]}",
      .covered = { "value", "clientState", "secretClientValue" } },

    { .title = "msgraph, two notifications",
      .preset = "msgraph",
      .key = "secretClientValue",
      .headers = { { "Content-Type", "application/json" } },
      .body = "{\"value\":[{\"changeType\":\"updated\","
              "\"clientState\":\"secretClientValue\"},"
              "{\"clientState\":\"secretClientValue\"}]}",
      .covered = { "clientState\":\"secretClientValue\"}," } },

    { .preset = NULL }
};


int
main(void)
{
    unsigned  i;

    for (i = 0; vectors[i].preset; i++) {
        vector_check(&vectors[i]);
    }

    tap_ok(ERR_peek_error() == 0, "OpenSSL's queue of errors is empty");

    return tap_done();
}
