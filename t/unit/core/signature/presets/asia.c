
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Presets of Viet Nam, Thailand and around.  Where nothing else is said, a
 * vector was computed as the sender's documentation describes it.
 */

#include "vector.h"

#include <openssl/err.h>


static const vector_t  vectors[] = {

    /* the SDK of LINE, @line/bot-sdk, accepts it */

    { .preset = "line",
      .key = "8c570fa6dd201bb328f1c1eac23a96d8",
      .headers = {
          { "x-line-signature",
            "rle48j+ASt8XX7x+yXR1M0dfae2VoG9ccySl6oJ4pV4=" } },
      .body = "{\"destination\":\"U8e742f61d673b39c7fff3cecb7536ef0\",\"events"
              "\":[{\"type\":\"message\",\"message\":{\"type\":\"text\",\"id\""
              ":\"14353798921116\",\"text\":\"Xin ch\xc3\xa0o\"},\"webhookEven"
              "tId\":\"01FZ74A0TDDPYRVKNK77XKC3ZR\",\"deliveryContext\":{\"isR"
              "edelivery\":false},\"timestamp\":1625665242211,\"source\":{\"ty"
              "pe\":\"user\",\"userId\":\"U80696558e1aa831\"},\"mode\":\"activ"
              "e\"}]}" },

    /* "Verify" of its console: a call without events */

    { .title = "line, without events",
      .preset = "line",
      .key = "8c570fa6dd201bb328f1c1eac23a96d8",
      .headers = {
          { "x-line-signature",
            "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs=" } },
      .body = "{\"destination\":\"U8e742f61d673b39c7fff3cecb7536ef0\",\"events"
              "\":[]}" },

    /* Shopee: the URL, a bar, the body */

    { .preset = "shopee",
      .key = "0d1c5f6e7a8b9c0d1e2f3a4b5c6d7e8f",
      .url = "https://hooks.example.com/web/hook/shopee-0123456789-abcdefgh",
      .headers = {
          { "Authorization",
            "0eee0814fdc7071100ad787270f706ddee1a0747afe6c41e6c61dd2105ecfb8"
            "9" } },
      .body = "{\"data\":{\"ordersn\":\"220810QJ5VXY9E\",\"status\":\"READY_TO"
              "_SHIP\",\"update_time\":1660123127},\"shop_id\":727720655,\"cod"
              "e\":3,\"timestamp\":1660123127}" },

    /* the message is of Lazada's documentation, which has no signature to it */

    { .preset = "lazada",
      .key = "helloworld-helloworld-helloworld",
      .app = "100240",
      .headers = {
          { "Authorization",
            "8c65a83788dc9030dce8b93b966018bd2dddc42480cd537f4c0e6eac03796c4"
            "f" } },
      .body = "{\"seller_id\":\"1234567\",\"message_type\":0,\"data\":{\"order"
              "_status\":\"unpaid\",\"status_update_time\":1603698638,\"trade_"
              "order_id\":\"260422900198363\",\"trade_order_line_id\":\"260422"
              "900298363\"},\"timestamp\":1603766859530,\"site\":\"lazada_vn\""
              "}" },

    /* TikTok Shop: HMAC-SHA256 of app key and body */

    { .preset = "tiktok",
      .key = "e59af819cc10a4b6c7d8e9f0a1b2c3d4",
      .app = "68xu9ks5p4i8",
      .headers = {
          { "Authorization",
            "fa110abaa811345a56add3c8e211acf192cc6a88bc4be5902ab5b5bce521e51"
            "f" } },
      .body = "{\"type\":1,\"tts_notification_id\":\"7327112393057371910\",\"s"
              "hop_id\":\"7494049642642441621\",\"timestamp\":1644412885,\"dat"
              "a\":{\"order_id\":\"576486316948490001\",\"order_status\":\"AWA"
              "ITING_SHIPMENT\",\"update_time\":1627587600}}" },

    /* Haravan: base64 of the HMAC of the body */

    { .preset = "haravan",
      .key = "f3c1d9e07a5b42689b1c0d2e3f405162",
      .headers = {
          { "X-Haravan-Hmacsha256",
            "BD0MBseh5JblM1CjxO4EEmYJVAqO1Jhu2Guufl7UxHY=" } },
      .body = "{\"id\":1008769,\"email\":\"khach@example.vn\",\"total_price\":"
              "250000,\"line_items\":[{\"variant_id\":23,\"quantity\":1}]}" },

    /* Sapo: the same by another name */

    { .preset = "sapo",
      .key = "9a8b7c6d5e4f30211203f4e5d6c7b8a9",
      .headers = {
          { "X-Sapo-Hmac-SHA256",
            "Ba3/a2ZLWH4nUlpuDPlkq3MTNFII91HIEZHKCapHN/o=" } },
      .body = "{\"id\":1776436133,\"tenant_id\":737184,\"code\":\"SON687034\","
              "\"status\":\"finalized\",\"total\":500000}" },

    /* and by the name that it had as Bizweb */

    { .title = "sapo, as Bizweb",
      .preset = "sapo",
      .key = "9a8b7c6d5e4f30211203f4e5d6c7b8a9",
      .headers = {
          { "X-Bizweb-Hmac-SHA256",
            "Ba3/a2ZLWH4nUlpuDPlkq3MTNFII91HIEZHKCapHN/o=" } },
      .body = "{\"id\":1776436133,\"tenant_id\":737184,\"code\":\"SON687034\","
              "\"status\":\"finalized\",\"total\":500000}" },

    /* KiotViet: the key is base64 that is taken as text */

    { .preset = "kiotviet",
      .key = "d2ViaG9vayBzZWNyZXQgb2YgdGhlIHNob3A=",
      .headers = {
          { "X-Hub-Signature",
            "021fb289678e7154ab790894e8addf6ee4c5a3042a29be8241f001453c06741"
            "1" } },
      .body = "{\"Id\":\"e3a1\",\"Attempt\":1,\"Notifications\":[{\"Action\":"
              "\"stock.update.500111\",\"Data\":[{\"ProductId\":1001,\"Product"
              "Code\":\"SP000001\",\"BranchId\":12,\"OnHand\":7.0,\"Reserved\""
              ":0.0}]}]}" },

    /* MoMo, by the test keys of its sample ipn_momo.php */

    { .preset = "momo",
      .key = "at67qH6mk8w5Y1nAyMoYKMWACiEi2bsa",
      .app = "klm05TvNBzhg7h7j",
      .body = "{\"partnerCode\":\"MOMOBKUN20180529\",\"orderId\":\"16335048724"
              "21\",\"requestId\":\"1633504872421\",\"amount\":1000,\"orderInf"
              "o\":\"Thanh to\xc3\xa1n qua MoMo & v\xc3\xad\",\"orderType\":\""
              "momo_wallet\",\"transId\":2588659987,\"resultCode\":0,\"message"
              "\":\"Giao d\xe1\xbb\x8b"
              "ch th\xc3\xa0nh c\xc3\xb4ng.\",\"payType\":\"qr\",\"responseTim"
              "e\":1633504902954,\"extraData\":\"\",\"signature\":\"3e7efd4e63"
              "621912d9898d5cd40b16c8b19a6335cb46a903dbb8691c38a135ed\"}",
      .covered = {
          "MOMOBKUN20180529",
          "1633504872421",
          "requestId\":\"1633504872421",
          "amount\":1000",
          "Thanh to\xc3\xa1n qua MoMo & v\xc3\xad",
          "momo_wallet",
          "2588659987",
          "resultCode\":0",
          "Giao d\xe1\xbb\x8b"
          "ch th\xc3\xa0nh c\xc3\xb4ng.",
          "payType\":\"qr",
          "1633504902954",
          "extraData\":\"",
          "3e7efd4e63621912d9898d5cd40b16c8b19a6335cb46a903dbb8691c38a13"
          "5ed" } },

    /* the library vnpay accepts it */

    { .preset = "vnpay",
      .key = "RAOEXHYVSDDIIENYWSLDIIZTANXUXZFJ",
      .method = "GET",
      .url = "https://hooks.example.com/in?vnp_Amount=1000000&vnp_BankCode=NCB"
             "&vnp_BankTranNo=VNP14226112&vnp_CardType=ATM&vnp_OrderInfo=Thanh"
             "+toan+don+hang+%3A5+%26+phi&vnp_PayDate=20231207170112&vnp_Respo"
             "nseCode=00&vnp_TmnCode=CTTVNP01&vnp_TransactionNo=14226112&vnp_T"
             "ransactionStatus=00&vnp_TxnRef=166117&vnp_SecureHash=05f301e3ead"
             "77da1e67a1162939d1cd3edb9f592f36fda33d8edfe7e87f2b7ed6bf180fcefd"
             "2011e0cd90d056fa48f57f34430eca4b1d77306fdb8e5edae037d",
      .covered = {
          "vnp_Amount=1000000&vnp_BankCode=NCB&vnp_BankTranNo=VNP1422611"
          "2&vnp_CardType=ATM&vnp_OrderInfo=Thanh+toan+don+hang+%3A5+%26"
          "+phi&vnp_PayDate=20231207170112&vnp_ResponseCode=00&vnp_TmnCo"
          "de=CTTVNP01&vnp_TransactionNo=14226112&vnp_TransactionStatus="
          "00&vnp_TxnRef=166117",
          "05f301e3ead77da1e67a1162939d1cd3edb9f592f36fda33d8edfe7e87f2b"
          "7ed6bf180fcefd2011e0cd90d056fa48f57f34430eca4b1d77306fdb8e5ed"
          "ae037d" } },

    /* the same in another order, with a name that is not signed */

    { .title = "vnpay, in another order",
      .preset = "vnpay",
      .key = "RAOEXHYVSDDIIENYWSLDIIZTANXUXZFJ",
      .method = "GET",
      .url = "https://hooks.example.com/in?vnp_SecureHash=05F301E3EAD77DA1E67A"
             "1162939D1CD3EDB9F592F36FDA33D8EDFE7E87F2B7ED6BF180FCEFD2011E0CD9"
             "0D056FA48F57F34430ECA4B1D77306FDB8E5EDAE037D&vnp_TxnRef=166117&v"
             "np_TransactionStatus=00&vnp_TransactionNo=14226112&vnp_TmnCode=C"
             "TTVNP01&vnp_ResponseCode=00&vnp_PayDate=20231207170112&vnp_Order"
             "Info=Thanh+toan+don+hang+%3A5+%26+phi&vnp_CardType=ATM&vnp_BankT"
             "ranNo=VNP14226112&vnp_BankCode=NCB&vnp_Amount=1000000&vnp_Secure"
             "HashType=HMACSHA512",
      .covered = {
          "05F301E3EAD77DA1E67A1162939D1CD3EDB9F592F36FDA33D8EDFE7E87F2B"
          "7ED6BF180FCEFD2011E0CD90D056FA48F57F34430ECA4B1D77306FDB8E5ED"
          "AE037D",
          "vnp_TxnRef=166117&vnp_TransactionStatus=00&vnp_TransactionNo="
          "14226112&vnp_TmnCode=CTTVNP01&vnp_ResponseCode=00&vnp_PayDate"
          "=20231207170112&vnp_OrderInfo=Thanh+toan+don+hang+%3A5+%26+ph"
          "i&vnp_CardType=ATM&vnp_BankTranNo=VNP14226112&vnp_BankCode=NC"
          "B&vnp_Amount=1000000" } },

    /* the sample of ZaloPay's documentation, by key2 of its sandbox */

    { .preset = "zalopay",
      .key = "kLtgPl8HHhfvMuDHPwKfgfsY4Ydm9eIz",
      .body = "{\"data\":\"{\\\"app_id\\\":2553,\\\"app_trans_id\\\":\\\"20090"
              "4_2553_1598435687208\\\",\\\"app_time\\\":1599189392817,\\\"app"
              "_user\\\":\\\"demo\\\",\\\"amount\\\":10000,\\\"embed_data\\\":"
              "\\\"{\\\\\\\"merchantinfo\\\\\\\":\\\\\\\"embeddata123\\\\\\\","
              "\\\\\\\"promotioninfo\\\\\\\":\\\\\\\"\\\\\\\"}\\\",\\\"item\\"
              "\":\\\"[{\\\\\\\"itemid\\\\\\\":\\\\\\\"knb\\\\\\\",\\\\\\\"ite"
              "mname\\\\\\\":\\\\\\\"kim nguyen bao\\\\\\\",\\\\\\\"itemprice"
              "\\\\\\\":198400,\\\\\\\"itemquantity\\\\\\\":1}]\\\",\\\"zp_tra"
              "ns_id\\\":200904000000389,\\\"server_time\\\":1599189413498,\\"
              "\"channel\\\":38,\\\"merchant_user_id\\\":\\\"7ZMSl3nEg5sOUJzOL"
              "SoUFT8xKNQVaLOLXHB--8Eytqc\\\",\\\"user_fee_amount\\\":0,\\\"di"
              "scount_amount\\\":0}\",\"mac\":\"d8d33baf449b31d7f9b94fa50d7c94"
              "2c08cd4d83f28fa185557da21acb104f67\",\"type\":1}",
      .covered = {
          "{\\\"app_id\\\":2553,\\\"app_trans_id\\\":\\\"200904_2553_159"
          "8435687208\\\",\\\"app_time\\\":1599189392817,\\\"app_user\\"
          "\":\\\"demo\\\",\\\"amount\\\":10000,\\\"embed_data\\\":\\\"{"
          "\\\\\\\"merchantinfo\\\\\\\":\\\\\\\"embeddata123\\\\\\\",\\"
          "\\\\\"promotioninfo\\\\\\\":\\\\\\\"\\\\\\\"}\\\",\\\"item\\"
          "\":\\\"[{\\\\\\\"itemid\\\\\\\":\\\\\\\"knb\\\\\\\",\\\\\\\"i"
          "temname\\\\\\\":\\\\\\\"kim nguyen bao\\\\\\\",\\\\\\\"itempr"
          "ice\\\\\\\":198400,\\\\\\\"itemquantity\\\\\\\":1}]\\\",\\\"z"
          "p_trans_id\\\":200904000000389,\\\"server_time\\\":1599189413"
          "498,\\\"channel\\\":38,\\\"merchant_user_id\\\":\\\"7ZMSl3nEg"
          "5sOUJzOLSoUFT8xKNQVaLOLXHB--8Eytqc\\\",\\\"user_fee_amount\\"
          "\":0,\\\"discount_amount\\\":0}",
          "d8d33baf449b31d7f9b94fa50d7c942c08cd4d83f28fa185557da21acb104"
          "f67" } },

    /* the event is of Zalo's documentation */

    { .preset = "zalo",
      .key = "UGvZ0Ip1tQ8sR4nL7xYb",
      .app = "360846524940903967",
      .headers = {
          { "X-ZEvent-Signature",
            "mac=d801cace79a1170526575636951bde60eae78d2c34c206038e08aa2a226"
            "76cf6" } },
      .body = "{\"app_id\":\"360846524940903967\",\"sender\":{\"id\":\"2468458"
              "83529197922\"},\"user_id_by_app\":\"552177279717587730\",\"reci"
              "pient\":{\"id\":\"388613280878808645\"},\"event_name\":\"user_s"
              "end_text\",\"message\":{\"text\":\"xin ch\xc3\xa0o\",\"msg_id\""
              ":\"96d3cdf3af150460909\"},\"timestamp\":\"154390853474\"}",
      .now = 154390853 },

    /* the payload is of SePay's documentation */

    { .preset = "sepay",
      .key = "whsec_a7c3b4e5f6a7b8c9d0e1f2a3b4c5d6e7",
      .headers = {
          { "X-SePay-Timestamp", "1679727757" },
          { "X-SePay-Signature",
            "sha256=6542b96ce213b3baac7a09e5297fc3d761b4d329e424ffc44a9ade1b"
            "34283642" } },
      .body = "{\"id\":92704,\"gateway\":\"Vietcombank\",\"transactionDate\":"
              "\"2023-03-25 14:02:37\",\"accountNumber\":\"0123499999\",\"code"
              "\":null,\"content\":\"chuyen tien mua iphone\",\"transferType\""
              ":\"in\",\"transferAmount\":2277000,\"accumulated\":19077000,\"s"
              "ubAccount\":null,\"referenceCode\":\"MBVCB.3278907687\",\"descr"
              "iption\":\"\"}",
      .now = 1679727757 },

    /* Omise: the key is base64 */

    { .preset = "omise",
      .key = "c2VjcmV0IG9mIHRoZSB3ZWJob29rIGluIHRlc3QgbW9kZQ==",
      .headers = {
          { "Omise-Signature-Timestamp", "1757412345" },
          { "Omise-Signature",
            "125fd9dbc1cbf39883352876e1a04b55dbf392eb8321ae8300c2bb9a2414e55"
            "a" } },
      .body = "{\"object\":\"event\",\"id\":\"evnt_test_5vxs0ajpo78\",\"livemo"
              "de\":false,\"key\":\"charge.complete\",\"data\":{\"object\":\"c"
              "harge\",\"id\":\"chrg_test_5vxs0aj9gtk\",\"amount\":100000,\"cu"
              "rrency\":\"THB\",\"status\":\"successful\"}}",
      .now = 1757412345 },

    /* KBank: SHA-256 of the fields, the amount with four decimals */

    { .preset = "kbank",
      .key = "skey_test_123456789012345678901234567890",
      .body = "{\"id\":\"chrg_test_5f2d3c4b5a6978\",\"object\":\"charge\",\"am"
              "ount\":100.5,\"currency\":\"THB\",\"status\":\"success\",\"tran"
              "saction_state\":\"Authorized\",\"reference_order\":\"SO0042\","
              "\"checksum\":\"cf5f4cde51a861a1e2c7b4f875c2b7bbdca9bf6abdfcfec0"
              "ed76baafb2e0a832\"}",
      .covered = {
          "chrg_test_5f2d3c4b5a6978",
          "amount\":100.5",
          "currency\":\"THB",
          "status\":\"success",
          "Authorized",
          "cf5f4cde51a861a1e2c7b4f875c2b7bbdca9bf6abdfcfec0ed76baafb2e0a"
          "832" } }
};


/* Two signatures while a secret is rolled, in one header. */

static void
test_omise(void)
{
    unsigned  i;
    vector_t  v;

    static const char *const  lists[] = {
        "544db2ff57a3831a600a323942ee4f8f8705fdbae6ae0ffbb533b25d93e52787,125f"
        "d9dbc1cbf39883352876e1a04b55dbf392eb8321ae8300c2bb9a2414e55a",
        "125fd9dbc1cbf39883352876e1a04b55dbf392eb8321ae8300c2bb9a2414e55a, 544"
        "db2ff57a3831a600a323942ee4f8f8705fdbae6ae0ffbb533b25d93e52787",
        "544db2ff57,,125fd9dbc1cbf39883352876e1a04b55dbf392eb8321ae8300c2bb9a2"
        "414e55a,zz"
    };

    for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        if (strcmp(vectors[i].preset, "omise") == 0) {
            v = vectors[i];
        }
    }

    for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        v.headers[1].value = lists[i];

        tap_ok(vector_make(&v) && vector_verify() == WEBHOOK_VERIFY_OK,
               "omise: one of two signatures holds, list %u", i);
    }
}


/* What an amount looks like, and what it is signed as. */

static void
test_kbank(void)
{
    char      body[512];
    unsigned  i;
    vector_t  v;

    static const struct {
        const char        *amount;
        webhook_verify_e   rc;
        const char        *checksum;
    } amounts[] = {
        { "100", WEBHOOK_VERIFY_OK,
          "97b759066638ab0bdc9fd933f0f9364d1e346f2be2298742584ef79c9ac6f5bb" },
        { "100.5", WEBHOOK_VERIFY_OK,
          "fb00b0593b51ea0783305f436386be07c8245a6eb501b77129415ed28c4daf8f" },
        { "0.1234", WEBHOOK_VERIFY_OK,
          "fdfdc17c696102f237f9fa0773b69d6c4ab7ebf0e3db6223da30993ca28264a8" },
        { "100.0000", WEBHOOK_VERIFY_OK,
          "97b759066638ab0bdc9fd933f0f9364d1e346f2be2298742584ef79c9ac6f5bb" },
        { "\"100.50\"", WEBHOOK_VERIFY_OK,
          "fb00b0593b51ea0783305f436386be07c8245a6eb501b77129415ed28c4daf8f" },
        { "100.12345", WEBHOOK_VERIFY_BAD_BODY,
          "29f65482678871d41d8c23b1d51b521828f175d2b16efbe94315e0942093bd83" },
        { "1e2", WEBHOOK_VERIFY_BAD_BODY,
          "97b759066638ab0bdc9fd933f0f9364d1e346f2be2298742584ef79c9ac6f5bb" },
        { "-1", WEBHOOK_VERIFY_BAD_BODY,
          "3687466e0054985ce4b75602698dd5d13b74ea92f4b5e2135f61d8862bd79355" },
        { "\"\"", WEBHOOK_VERIFY_BAD_BODY,
          "4ce50d5bef77a51bd0d238530729303b72216eea8743a03ee603be816bf260b9" },
        { "null", WEBHOOK_VERIFY_BAD_BODY,
          "4ce50d5bef77a51bd0d238530729303b72216eea8743a03ee603be816bf260b9" },
        { "\"1.2.3\"", WEBHOOK_VERIFY_BAD_BODY,
          "4ac71fba739ae83e1df68abfc1e686f49b9b336bee33f96662082aa2cea2b603" },
        { "\".5\"", WEBHOOK_VERIFY_BAD_BODY,
          "ecbdf87417c1747d4fef8bc90e1f398740680a25ad4cd2423eea4ffb02a14934" }
    };

    memset(&v, 0, sizeof(v));

    v.preset = "kbank";
    v.key = "skey_test_123456789012345678901234567890";
    v.body = body;

    for (i = 0; i < sizeof(amounts) / sizeof(amounts[0]); i++) {

        (void) snprintf(body, sizeof(body),
                        "{\"id\":\"c1\",\"amount\":%s,\"currency\":\"THB\","
                        "\"status\":\"success\",\"transaction_state\":\"A\","
                        "\"checksum\":\"%s\"}", amounts[i].amount,
                        amounts[i].checksum);

        tap_ok(vector_make(&v) && vector_verify() == amounts[i].rc,
               "kbank: an amount of %s, %s", amounts[i].amount,
               webhook_verify_text(amounts[i].rc));
    }
}


/*
 * Where the body is not signed as a whole, a key that stands twice is refused:
 * others may read the first one.
 */

static const struct {
    const char        *title;
    const char        *preset;
    webhook_verify_e   rc;
    const char        *url;
    const char        *body;
} twice[] = {
    { "kbank, twice, the first is signed", "kbank",
      WEBHOOK_VERIFY_REPEATED,
      "",
      "{\"id\":\"c1\",\"amount\":100,\"amount\":9,\"currency\":\"THB\","
      "\"status\":\"success\",\"transaction_state\":\"A\",\"checksum\":"
      "\"97b759066638ab0bdc9fd933f0f9364d1e346f2be2298742584ef79c9ac6f5b"
      "b\"}" },
    { "kbank, twice, the last is signed", "kbank",
      WEBHOOK_VERIFY_REPEATED,
      "",
      "{\"id\":\"c1\",\"amount\":9,\"amount\":100,\"currency\":\"THB\","
      "\"status\":\"success\",\"transaction_state\":\"A\",\"checksum\":"
      "\"97b759066638ab0bdc9fd933f0f9364d1e346f2be2298742584ef79c9ac6f5b"
      "b\"}" },
    { "kbank, two checksums", "kbank",
      WEBHOOK_VERIFY_REPEATED,
      "",
      "{\"id\":\"c1\",\"amount\":100,\"checksum\":\"0\",\"currency\":\"T"
      "HB\",\"status\":\"success\",\"transaction_state\":\"A\",\"checksu"
      "m\":\"97b759066638ab0bdc9fd933f0f9364d1e346f2be2298742584ef79c9ac"
      "6f5bb\"}" },
    { "kbank, in capitals", "kbank",
      WEBHOOK_VERIFY_BAD_SIGNATURE,
      "",
      "{\"id\":\"c1\",\"amount\":100,\"currency\":\"THB\","
      "\"status\":\"success\",\"transaction_state\":\"A\",\"checksum\":"
      "\"97B759066638ab0bdc9fd933f0f9364d1e346f2be2298742584ef79c9ac6f5b"
      "b\"}" },
    { "zalopay, twice, the first is signed", "zalopay",
      WEBHOOK_VERIFY_REPEATED,
      "",
      "{\"data\":\"{}\",\"data\":\"{\\\"a\\\":1}\",\"mac\":\"7db3c6bba9d"
      "52c56bb912b77273a95414a68ed0ab9d4e965a51dd74be51f427b\"}" },
    { "zalopay, twice, the last is signed", "zalopay",
      WEBHOOK_VERIFY_REPEATED,
      "",
      "{\"data\":\"{\\\"a\\\":1}\",\"data\":\"{}\",\"mac\":\"7db3c6bba9d"
      "52c56bb912b77273a95414a68ed0ab9d4e965a51dd74be51f427b\"}" },
    { "zalopay, once", "zalopay",
      WEBHOOK_VERIFY_OK,
      "",
      "{\"data\":\"{}\",\"mac\":\"7db3c6bba9d52c56bb912b77273a95414a68ed"
      "0ab9d4e965a51dd74be51f427b\"}" },
    { "zalopay, nothing that is signed", "zalopay",
      WEBHOOK_VERIFY_NO_PART,
      "",
      "{\"mac\":\"666a7cbb655e95f02e96aa33805f2278c023651e837a3cb3aa5016"
      "3afa4f2fc0\"}" },
    { "zalopay, not JSON", "zalopay",
      WEBHOOK_VERIFY_BAD_BODY,
      "",
      "data=%7B%7D&mac=7db3c6bba9d52c56bb912b77273a95414a68ed0ab9d4e965a"
      "51dd74be51f427b" },
    { "vnpay, as it is", "vnpay",
      WEBHOOK_VERIFY_OK,
      "https://hooks.example.com/in?vnp_Amount=1&vnp_TxnRef=2&vnp_Secure"
      "Hash=655046b9455ced66a132d01b2b46069a0dbc676a047d867f03e2bef1d415"
      "1c340c85c0dbe7c6199ed28f8f19f9dee6d8cdab9fe3226da8e297d5c0491c5b7"
      "571",
      "" },
    { "vnpay, two signatures", "vnpay",
      WEBHOOK_VERIFY_REPEATED,
      "https://hooks.example.com/in?vnp_Amount=1&vnp_TxnRef=2&vnp_Secure"
      "Hash=655046b9455ced66a132d01b2b46069a0dbc676a047d867f03e2bef1d415"
      "1c340c85c0dbe7c6199ed28f8f19f9dee6d8cdab9fe3226da8e297d5c0491c5b7"
      "571&vnp_Secure%48ash=655046b9455ced66a132d01b2b46069a0dbc676a047d"
      "867f03e2bef1d4151c340c85c0dbe7c6199ed28f8f19f9dee6d8cdab9fe3226da"
      "8e297d5c0491c5b7571",
      "" },
    { "vnpay, none", "vnpay",
      WEBHOOK_VERIFY_NO_SIGNATURE,
      "https://hooks.example.com/in?vnp_Amount=1&vnp_TxnRef=2",
      "" },
    { "vnpay, a parameter more", "vnpay",
      WEBHOOK_VERIFY_MISMATCH,
      "https://hooks.example.com/in?vnp_Amount=1&vnp_TxnRef=2&note=&vnp_"
      "SecureHash=655046b9455ced66a132d01b2b46069a0dbc676a047d867f03e2be"
      "f1d4151c340c85c0dbe7c6199ed28f8f19f9dee6d8cdab9fe3226da8e297d5c04"
      "91c5b7571",
      "" },
    { "vnpay, a parameter twice", "vnpay",
      WEBHOOK_VERIFY_REPEATED,
      "https://hooks.example.com/in?vnp_Amount=1&vnp_TxnRef=2&vnp_Amount"
      "=1&vnp_SecureHash=655046b9455ced66a132d01b2b46069a0dbc676a047d867"
      "f03e2bef1d4151c340c85c0dbe7c6199ed28f8f19f9dee6d8cdab9fe3226da8e2"
      "97d5c0491c5b7571",
      "" }
};


static void
test_twice(void)
{
    unsigned  i;
    vector_t  v;

    for (i = 0; i < sizeof(twice) / sizeof(twice[0]); i++) {
        memset(&v, 0, sizeof(v));

        v.title = twice[i].title;
        v.preset = twice[i].preset;
        v.key = "skey_test_123456789012345678901234567890";
        v.url = twice[i].url;
        v.body = twice[i].body;

        tap_ok(vector_make(&v) && vector_verify() == twice[i].rc,
               "%s, %s", twice[i].title, webhook_verify_text(twice[i].rc));
    }
}


int
main(void)
{
    size_t  i;

    for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        vector_check(&vectors[i]);
    }

    test_omise();
    test_kbank();
    test_twice();

    tap_ok(ERR_peek_error() == 0, "OpenSSL's queue of errors is empty");

    return tap_done();
}
