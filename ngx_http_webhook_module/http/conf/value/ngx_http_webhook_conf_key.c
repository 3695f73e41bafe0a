
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/conf/value/ngx_http_webhook_conf_key.h"
#include "http/conf/value/ngx_http_webhook_conf_secret.h"
#include "http/runtime/ngx_http_webhook_secret.h"


#define NGX_WEBHOOK_SECRET_MIN  8


static int64_t ngx_webhook_conf_date(ngx_str_t *text);
static ngx_int_t ngx_webhook_conf_digits(u_char **p, u_char *last,
    ngx_uint_t n);


char *
ngx_webhook_conf_key(ngx_webhook_build_t *b, ngx_str_t *value,
    ngx_uint_t standard, const char *what, ngx_webhook_keys_t *keys)
{
    int             rc;
    char           *rv;
    ngx_str_t       secret;
    ngx_uint_t      i, written;
    const char     *err;
    webhook_key_t  *key;

    if (keys->nkeys == WEBHOOK_KEYS_MAX) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "\"%s\" has more than %d secrets", what,
                              WEBHOOK_KEYS_MAX);
        return NGX_CONF_ERROR;
    }

    if (keys->keys == NULL) {
        keys->keys = ngx_webhook_secret_alloc(b,
                                    WEBHOOK_KEYS_MAX * sizeof(webhook_key_t));
        if (keys->keys == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    written = ngx_webhook_conf_written(value);

    if (written && ngx_webhook_conf_source(b, value) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    rv = ngx_webhook_conf_secret(b, value, &secret);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    key = &keys->keys[keys->nkeys];

    rc = webhook_key_read(key, ngx_webhook_str(&secret),
                          WEBHOOK_KEY_AS_STANDARD, &err);

    if (rc == WEBHOOK_OK && written && secret.len < NGX_WEBHOOK_SECRET_MIN) {
        rc = WEBHOOK_ERROR;
        err = "a secret has at least 8 characters";
    }

    if (rc == WEBHOOK_OK && !webhook_key_signs(key, standard)) {
        rc = WEBHOOK_ERROR;
        err = standard ? "a \"whpk_\" key is public and cannot sign"
                       : "an HMAC needs a secret, \"whsk_\" and \"whpk_\" "
                         "keys are for \"webhook-signature\" alone";
    }

    ngx_explicit_memzero(secret.data, secret.len);

    if (rc != WEBHOOK_OK) {
        webhook_key_wipe(key);

        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0, "invalid secret of \"%s\": "
                              "%s", what, err);
        return NGX_CONF_ERROR;
    }

    for (i = 0; i < keys->nkeys; i++) {

        if (keys->keys[i].kind == key->kind && keys->keys[i].len == key->len
            && CRYPTO_memcmp(keys->keys[i].bytes, key->bytes, key->len) == 0)
        {
            webhook_key_wipe(key);

            ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                  "the secret of \"%s\" is given again", what);
            return NGX_CONF_ERROR;
        }
    }

    if (key->weak) {
        ngx_webhook_build_log(NGX_LOG_WARN, b, 0,
                           "the secret of \"%s\" is short and can be guessed: "
                           "use \"whsec_\" and base64 of %d random bytes",
                           what, WEBHOOK_KEY_LEAST);
    }

    keys->nkeys++;

    return NGX_CONF_OK;
}


char *
ngx_webhook_conf_key_expires(ngx_webhook_build_t *b, ngx_str_t *value,
    ngx_webhook_keys_t *keys)
{
    int64_t         t;
    webhook_key_t  *key;

    if (keys->nkeys == 0 || keys->keys[keys->nkeys - 1].expires) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "\"expires=%V\" follows no secret", value);
        return NGX_CONF_ERROR;
    }

    t = ngx_webhook_conf_date(value);

    if (t == NGX_ERROR) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                            "invalid date \"expires=%V\": it must be "
                            "\"2027-01-31\", \"2027-01-31T12:00:00Z\" or Unix "
                            "seconds", value);
        return NGX_CONF_ERROR;
    }

    key = &keys->keys[keys->nkeys - 1];
    key->expires = t;

    if (!webhook_key_live(key, ngx_time())) {
        ngx_webhook_build_log(NGX_LOG_WARN, b, 0,
                              "a secret that expired at \"%V\" has no effect",
                              value);
    }

    return NGX_CONF_OK;
}


/* Unix seconds, above 0. */

static int64_t
ngx_webhook_conf_date(ngx_str_t *text)
{
    u_char      *p, *last;
    time_t       t;
    ngx_int_t    n[6];
    ngx_uint_t   i;
    struct tm    tm, back;

    static ngx_uint_t  digits[] = { 4, 2, 2, 2, 2, 2 };
    static u_char      before[] = { '-', '-', 'T', ':', ':' };

    t = ngx_atotm(text->data, text->len);

    if (t > 0) {
        return t;
    }

    p = text->data;
    last = p + text->len;

    ngx_memzero(n, sizeof(n));

    for (i = 0; i < 6; i++) {

        if (i && (p == last || *p++ != before[i - 1])) {
            return NGX_ERROR;
        }

        n[i] = ngx_webhook_conf_digits(&p, last, digits[i]);

        if (n[i] == NGX_ERROR) {
            return NGX_ERROR;
        }

        if (i == 2 && p == last) {
            break;
        }
    }

    if (i == 6 && (p == last || *p++ != 'Z' || p != last)) {
        return NGX_ERROR;
    }

    ngx_memzero(&tm, sizeof(struct tm));

    tm.tm_year = n[0] - 1900;
    tm.tm_mon = n[1] - 1;
    tm.tm_mday = n[2];
    tm.tm_hour = n[3];
    tm.tm_min = n[4];
    tm.tm_sec = n[5];

    back = tm;
    t = timegm(&back);

    /* it makes another date of one that is not: February 30 */

    if (t <= 0 || back.tm_mon != tm.tm_mon || back.tm_mday != tm.tm_mday
        || back.tm_hour != tm.tm_hour || back.tm_min != tm.tm_min
        || back.tm_sec != tm.tm_sec)
    {
        return NGX_ERROR;
    }

    return t;
}


static ngx_int_t
ngx_webhook_conf_digits(u_char **p, u_char *last, ngx_uint_t n)
{
    ngx_int_t  i;

    if ((ngx_uint_t) (last - *p) < n) {
        return NGX_ERROR;
    }

    i = ngx_atoi(*p, n);
    *p += n;

    return i;
}
