
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/admin/access/ngx_http_webhook_access_token.h"
#include "http/admin/access/ngx_http_webhook_access.h"
#include "core/base/webhook_hash.h"
#include "core/scalar/webhook_date.h"


#define NGX_WEBHOOK_TOKEN_WORDS  8          /* of a line, and some too many */
#define NGX_WEBHOOK_TOKEN_MAX    1024       /* bytes of one that is shown */


typedef struct {
    ngx_webhook_build_t      *build;
    ngx_str_t                *file;
    ngx_uint_t                line;
    ngx_webhook_tokens_t     *tokens;
} ngx_webhook_token_reader_t;


static ngx_int_t ngx_webhook_token_line(ngx_webhook_token_reader_t *rd,
    ngx_str_t *text);
static ngx_uint_t ngx_webhook_token_words(ngx_str_t *text, ngx_str_t *words);
static ngx_int_t ngx_webhook_token_name(ngx_webhook_token_reader_t *rd,
    ngx_str_t *word, ngx_webhook_token_t *token);
static ngx_int_t ngx_webhook_token_digest(ngx_webhook_token_reader_t *rd,
    ngx_str_t *word, ngx_webhook_token_t *token);
static ngx_int_t ngx_webhook_token_may(ngx_webhook_token_reader_t *rd,
    ngx_str_t *word, ngx_webhook_token_t *token);
static ngx_int_t ngx_webhook_token_option(ngx_webhook_token_reader_t *rd,
    ngx_str_t *word, ngx_webhook_token_t *token);
static ngx_int_t ngx_webhook_token_expires(ngx_webhook_token_reader_t *rd,
    ngx_str_t *value, ngx_webhook_token_t *token);
static ngx_int_t ngx_webhook_token_twice(ngx_webhook_token_reader_t *rd);
static int ngx_libc_cdecl ngx_webhook_token_by_name(const void *one,
    const void *two);
static int ngx_libc_cdecl ngx_webhook_token_by_digest(const void *one,
    const void *two);
static ngx_int_t ngx_webhook_token_wrong(
    ngx_webhook_token_reader_t *rd, ngx_str_t *word, const char *what);


ngx_int_t
ngx_webhook_tokens_read(ngx_webhook_build_t *b, ngx_str_t *file,
    ngx_str_t *text, ngx_webhook_tokens_t *tokens)
{
    u_char                      *p, *last, *end;
    ngx_str_t                    line;
    ngx_webhook_token_reader_t   rd;

    rd.build = b;
    rd.file = file;
    rd.line = 0;
    rd.tokens = tokens;

    if (ngx_array_init(&tokens->tokens, b->pool, 4,
                       sizeof(ngx_webhook_token_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    last = text->data + text->len;

    for (p = text->data; p < last; p = end + 1) {

        end = ngx_strlchr(p, last, '\n');

        if (end == NULL) {
            end = last;
        }

        rd.line++;

        line.data = p;
        line.len = end - p;

        if (ngx_webhook_token_line(&rd, &line) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return ngx_webhook_token_twice(&rd);
}


static ngx_int_t
ngx_webhook_token_line(ngx_webhook_token_reader_t *rd, ngx_str_t *text)
{
    ngx_str_t             words[NGX_WEBHOOK_TOKEN_WORDS];
    ngx_uint_t            i, n;
    ngx_webhook_token_t  *token;

    n = ngx_webhook_token_words(text, words);

    if (n == 0 || words[0].data[0] == '#') {
        return NGX_OK;
    }

    if (n < 3) {
        return ngx_webhook_token_wrong(rd, NULL,
                   "a line is \"NAME sha256:HEX company.setting\", or "
                   "\"company.view\", and may have \"company=\" and "
                   "\"expires=\" behind it");
    }

    if (rd->tokens->tokens.nelts == NGX_WEBHOOK_TOKENS_MAX) {
        return ngx_webhook_token_wrong(rd, NULL, "there are too many tokens");
    }

    token = ngx_array_push(&rd->tokens->tokens);
    if (token == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(token, sizeof(ngx_webhook_token_t));

    token->line = rd->line;

    if (ngx_webhook_token_name(rd, &words[0], token) != NGX_OK
        || ngx_webhook_token_digest(rd, &words[1], token) != NGX_OK
        || ngx_webhook_token_may(rd, &words[2], token) != NGX_OK)
    {
        return NGX_ERROR;
    }

    for (i = 3; i < n; i++) {
        if (ngx_webhook_token_option(rd, &words[i], token) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_uint_t
ngx_webhook_token_words(ngx_str_t *text, ngx_str_t *words)
{
    u_char      *p, *last;
    ngx_uint_t   n;

    p = text->data;
    last = p + text->len;

    for (n = 0; n < NGX_WEBHOOK_TOKEN_WORDS; n++) {

        while (p < last && (*p == ' ' || *p == '\t' || *p == '\r')) {
            p++;
        }

        if (p == last) {
            break;
        }

        words[n].data = p;

        while (p < last && *p != ' ' && *p != '\t' && *p != '\r') {
            p++;
        }

        words[n].len = p - words[n].data;
    }

    return n;
}


static ngx_int_t
ngx_webhook_token_name(ngx_webhook_token_reader_t *rd, ngx_str_t *word,
    ngx_webhook_token_t *token)
{
    u_char       c;
    ngx_uint_t   i;

    for (i = 0; i < word->len; i++) {
        c = word->data[i];

        if (!(c >= '0' && c <= '9') && !((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
            && ngx_strchr("_.@-", c) == NULL)
        {
            break;
        }
    }

    if (i < word->len || word->len > NGX_WEBHOOK_TOKEN_NAME_MAX) {
        return ngx_webhook_token_wrong(rd, word,
                   "is not a name of a token: 1 to 64 letters, digits and "
                   "any of \"_.@-\"");
    }

    token->name.len = word->len;
    token->name.data = ngx_pstrdup(rd->build->pool, word);

    return token->name.data ? NGX_OK : NGX_ERROR;
}


/* What stands there may be the token itself, so it is not shown. */

static ngx_int_t
ngx_webhook_token_digest(ngx_webhook_token_reader_t *rd, ngx_str_t *word,
    ngx_webhook_token_t *token)
{
    size_t      skip;
    ngx_int_t   n;
    ngx_uint_t  i;

    skip = sizeof("sha256:") - 1;

    if (word->len == skip + 2 * NGX_WEBHOOK_DIGEST_LEN
        && ngx_strncmp(word->data, "sha256:", skip) == 0)
    {
        for (i = 0; i < NGX_WEBHOOK_DIGEST_LEN; i++) {
            n = ngx_hextoi(word->data + skip + 2 * i, 2);

            if (n == NGX_ERROR) {
                break;
            }

            token->digest[i] = (u_char) n;
        }

        if (i == NGX_WEBHOOK_DIGEST_LEN) {
            return NGX_OK;
        }
    }

    return ngx_webhook_token_wrong(rd, NULL,
               "the second word has to be \"sha256:\" and the 64 hexadecimal "
               "digits of the token's SHA-256; \"webhookctl token\" makes such "
               "a line");
}


static ngx_int_t
ngx_webhook_token_may(ngx_webhook_token_reader_t *rd, ngx_str_t *word,
    ngx_webhook_token_t *token)
{
    if (word->len == sizeof("company.setting") - 1
        && ngx_strncmp(word->data, "company.setting", word->len) == 0)
    {
        token->may = NGX_WEBHOOK_MAY_VIEW|NGX_WEBHOOK_MAY_SET
                     |NGX_WEBHOOK_MAY_PAYLOAD;
        return NGX_OK;
    }

    if (word->len == sizeof("company.view") - 1
        && ngx_strncmp(word->data, "company.view", word->len) == 0)
    {
        token->may = NGX_WEBHOOK_MAY_VIEW;
        return NGX_OK;
    }

    return ngx_webhook_token_wrong(rd, word,
               "is neither \"company.setting\" nor \"company.view\"");
}


static ngx_int_t
ngx_webhook_token_option(ngx_webhook_token_reader_t *rd, ngx_str_t *word,
    ngx_webhook_token_t *token)
{
    ngx_str_t  value;

    if (word->len > 8 && ngx_strncmp(word->data, "company=", 8) == 0
        && token->company.len == 0)
    {
        value.data = word->data + 8;
        value.len = word->len - 8;

        if (!ngx_webhook_company_valid(&value)) {
            return ngx_webhook_token_wrong(rd, word,
                       "is not a company: 1 to 64 letters, digits and any "
                       "of \"_.-\"");
        }

        token->company.len = value.len;
        token->company.data = ngx_pstrdup(rd->build->pool, &value);

        return token->company.data ? NGX_OK : NGX_ERROR;
    }

    if (word->len > 8 && ngx_strncmp(word->data, "expires=", 8) == 0
        && token->expires == 0)
    {
        value.data = word->data + 8;
        value.len = word->len - 8;

        return ngx_webhook_token_expires(rd, &value, token);
    }

    return ngx_webhook_token_wrong(rd, word,
               "is neither \"company=\" nor \"expires=\" with a value, or "
               "is given twice");
}


static ngx_int_t
ngx_webhook_token_expires(ngx_webhook_token_reader_t *rd, ngx_str_t *value,
    ngx_webhook_token_t *token)
{
    int64_t  ms;

    if (webhook_date_parse(ngx_webhook_str(value), NULL, &ms) != WEBHOOK_OK
        || ms < 1000)
    {
        return ngx_webhook_token_wrong(rd, value,
                   "is not a date for \"expires=\", such as \"2027-01-31\", "
                   "\"2027-01-31T12:00:00Z\" or Unix seconds");
    }

    token->expires = ms / 1000;

    if (token->expires <= ngx_time()) {
        ngx_webhook_build_log(NGX_LOG_WARN, rd->build, 0,
                              "the token \"%V\" in line %ui of \"%V\" has "
                              "expired and has no "
                              "effect", &token->name, rd->line,
                              rd->file);
    }

    return NGX_OK;
}


/* Neither name nor token twice; they are sorted by digest at the end. */

static ngx_int_t
ngx_webhook_token_twice(ngx_webhook_token_reader_t *rd)
{
    ngx_uint_t            i, n;
    ngx_webhook_token_t  *token;

    token = rd->tokens->tokens.elts;
    n = rd->tokens->tokens.nelts;

    ngx_qsort(token, (size_t) n, sizeof(ngx_webhook_token_t),
              ngx_webhook_token_by_name);

    for (i = 1; i < n; i++) {
        if (token[i - 1].name.len == token[i].name.len
            && ngx_memcmp(token[i - 1].name.data, token[i].name.data,
                          token[i].name.len)
               == 0)
        {
            rd->line = ngx_max(token[i - 1].line, token[i].line);

            return ngx_webhook_token_wrong(rd, &token[i].name,
                                           "is the name of another token, "
                                           "too");
        }
    }

    ngx_qsort(token, (size_t) n, sizeof(ngx_webhook_token_t),
              ngx_webhook_token_by_digest);

    for (i = 1; i < n; i++) {
        if (ngx_memcmp(token[i - 1].digest, token[i].digest,
                       NGX_WEBHOOK_DIGEST_LEN)
            == 0)
        {
            rd->line = ngx_max(token[i - 1].line, token[i].line);

            return ngx_webhook_token_wrong(rd, &token[i].name,
                                           "has the token of another one");
        }
    }

    return NGX_OK;
}


static int ngx_libc_cdecl
ngx_webhook_token_by_name(const void *one, const void *two)
{
    const ngx_webhook_token_t  *a, *b;

    a = one;
    b = two;

    return ngx_memn2cmp(a->name.data, b->name.data, a->name.len, b->name.len);
}


static int ngx_libc_cdecl
ngx_webhook_token_by_digest(const void *one, const void *two)
{
    const ngx_webhook_token_t  *a, *b;

    a = one;
    b = two;

    return ngx_memcmp(a->digest, b->digest, NGX_WEBHOOK_DIGEST_LEN);
}


static ngx_int_t
ngx_webhook_token_wrong(ngx_webhook_token_reader_t *rd, ngx_str_t *word,
    const char *what)
{
    ngx_webhook_redacted_t  shown;

    if (word) {
        ngx_webhook_build_log(NGX_LOG_EMERG, rd->build, 0,
                              "in line %ui of \"%V\" \"%V\" %s", rd->line,
                              rd->file, ngx_webhook_redacted(&shown,
                                            word->data, word->len),
                              what);

    } else {
        ngx_webhook_build_log(NGX_LOG_EMERG, rd->build, 0,
                              "in line %ui of \"%V\": %s", rd->line, rd->file,
                              what);
    }

    return NGX_ERROR;
}


ngx_webhook_token_t *
ngx_webhook_tokens_find(ngx_webhook_tokens_t *tokens, ngx_str_t *token)
{
    size_t                i;
    webhook_hash_t        hash;
    ngx_webhook_token_t  *t;
    u_char                digest[WEBHOOK_HASH_LEN];

    if (token->len == 0 || token->len > NGX_WEBHOOK_TOKEN_MAX) {
        return NULL;
    }

    webhook_hash_init(&hash);
    webhook_hash_add(&hash, token->data, token->len);
    webhook_hash_end(&hash, digest);

    t = tokens->tokens.elts;

    i = webhook_hash_find(t, tokens->tokens.nelts, sizeof(*t), digest);

    return i < tokens->tokens.nelts
           && (t[i].expires == 0 || ngx_time() < t[i].expires)
           ? &t[i] : NULL;
}
