
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/curl/webhook_curl.h"
#include "core/json/webhook_show.h"


static void webhook_curl_header(webhook_curl_header_t *header,
    webhook_buf_t *out);
static void webhook_curl_body(webhook_curl_t *curl, webhook_buf_t *out);
static void webhook_curl_text(webhook_buf_t *out, const char *text);
static void webhook_curl_quoted(webhook_buf_t *out, const webhook_str_t *text);
static int webhook_curl_typed(const webhook_curl_t *curl);


int
webhook_curl_line(webhook_curl_t *curl, webhook_buf_t *out)
{
    size_t  i;

    curl->in_file = 0;

    if (!webhook_curl_plain(&curl->method) || !webhook_curl_plain(&curl->url)) {
        return WEBHOOK_ERROR;
    }

    /* without -g curl takes brackets and braces of a URL for patterns */

    webhook_curl_text(out, "curl -g -i -X ");
    webhook_curl_word(out, &curl->method);
    webhook_curl_text(out, " --url ");
    webhook_curl_word(out, &curl->url);

    for (i = 0; i < curl->headers_count; i++) {
        webhook_curl_header(&curl->headers[i], out);
    }

    if (curl->has_body) {
        webhook_curl_body(curl, out);
    }

    return out->failed ? out->failed : WEBHOOK_OK;
}


/* One that is empty is written with a semicolon, else curl takes it away; one
   that began with @ would be read from a file. */

static void
webhook_curl_header(webhook_curl_header_t *header, webhook_buf_t *out)
{
    header->left = 0;

    if (header->name.len == 0 || header->name.data[0] == '@'
        || !webhook_curl_plain(&header->name)
        || !webhook_curl_plain(&header->value))
    {
        header->left = 1;
        return;
    }

    webhook_curl_text(out, " -H '");
    webhook_curl_quoted(out, &header->name);

    if (header->value.len == 0 && !header->secret) {
        webhook_curl_text(out, ";'");
        return;
    }

    webhook_curl_text(out, ": ");
    webhook_curl_quoted(out, &header->value);
    webhook_curl_text(out, "'");

    if (header->secret) {
        webhook_curl_text(out, "\"$WEBHOOK_SECRET\"");
    }
}


static void
webhook_curl_body(webhook_curl_t *curl, webhook_buf_t *out)
{
    /* curl would say that it is a form */

    if (!webhook_curl_typed(curl)) {
        webhook_curl_text(out, " -H 'Content-Type:'");
    }

    if (curl->body.len > WEBHOOK_CURL_BODY_MAX
        || !webhook_curl_plain(&curl->body))
    {
        curl->in_file = 1;
        webhook_curl_text(out, " --data-binary '@" WEBHOOK_CURL_FILE "'");
        return;
    }

    /* --data would read a file of a body that begins with @ */

    webhook_curl_text(out, " --data-raw ");
    webhook_curl_word(out, &curl->body);
}


int
webhook_curl_word(webhook_buf_t *out, const webhook_str_t *word)
{
    webhook_buf_byte(out, '\'');
    webhook_curl_quoted(out, word);

    return webhook_buf_byte(out, '\'');
}


int
webhook_curl_plain(const webhook_str_t *text)
{
    int                   n;
    const unsigned char  *p, *last;

    if (text->len == 0) {
        return 1;
    }

    p = text->data;
    last = text->data + text->len;

    while (p < last) {
        n = webhook_show_plain(p, last);

        if (n == 0) {
            return 0;
        }

        p += n;
    }

    return 1;
}


static void
webhook_curl_text(webhook_buf_t *out, const char *text)
{
    webhook_buf_add(out, text, strlen(text));
}


/* What stands between single quotes: one of these ends them, stands for itself
   behind a backslash, and begins them anew. */

static void
webhook_curl_quoted(webhook_buf_t *out, const webhook_str_t *text)
{
    size_t  i, from;

    from = 0;

    for (i = 0; i < text->len; i++) {

        if (text->data[i] != '\'') {
            continue;
        }

        webhook_buf_add(out, text->data + from, i - from);
        webhook_buf_add(out, "'\\''", 4);

        from = i + 1;
    }

    if (from < text->len) {
        webhook_buf_add(out, text->data + from, text->len - from);
    }
}


static int
webhook_curl_typed(const webhook_curl_t *curl)
{
    size_t                        i, n;
    unsigned char                 c;
    const webhook_curl_header_t  *header;

    static const char  name[] = "content-type";

    for (i = 0; i < curl->headers_count; i++) {
        header = &curl->headers[i];

        if (header->left || header->name.len != sizeof(name) - 1) {
            continue;
        }

        for (n = 0; n < sizeof(name) - 1; n++) {
            c = header->name.data[n];

            if ((c >= 'A' && c <= 'Z' ? c | 0x20 : c)
                != (unsigned char) name[n])
            {
                break;
            }
        }

        if (n == sizeof(name) - 1) {
            return 1;
        }
    }

    return 0;
}
