
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Heads of answers: the status line and the header.  Grammar: RFC 9112.
 *
 * Strict is what frames the message: the status line, the ends of lines and of
 * the head, Content-Length and Transfer-Encoding.  Other lines that are no
 * header ("PHP Warning: ...") are skipped: they say nothing of the answer.
 */

#include "core/http1/webhook_http_int.h"

#include <strings.h>


static webhook_http_result_e webhook_http_skip(webhook_http_t *h,
    unsigned char c);
static int webhook_http_framing(webhook_http_t *h);
static webhook_http_result_e webhook_http_field(webhook_http_t *h);
static webhook_http_result_e webhook_http_length(webhook_http_t *h);
static webhook_http_result_e webhook_http_coding(webhook_http_t *h);
static void webhook_http_connection(webhook_http_t *h);
static void webhook_http_keep_alive(webhook_http_t *h);
static int webhook_http_item(webhook_str_t *rest, webhook_str_t *item);
static webhook_http_result_e webhook_http_head_end(webhook_http_t *h);
static int webhook_http_is(const unsigned char *data, size_t len,
    const char *text);
static int webhook_http_token(unsigned char c);


static const char  webhook_http_line[] = "HTTP/1.";


/*
 * It is longer than 100 lines because each state is a case: read from top to
 * bottom it is the grammar.
 */

webhook_http_result_e
webhook_http_head(webhook_http_t *h, unsigned char c)
{
    h->head++;

    switch (h->state) {

    case WEBHOOK_HTTP_START:

        if (h->count < sizeof(webhook_http_line) - 1) {

            if (c != (unsigned char) webhook_http_line[h->count]) {
                return webhook_http_bad(h, "the answer is not HTTP/1.x");
            }

            h->count++;
            break;
        }

        if (h->count == sizeof(webhook_http_line) - 1) {

            if (c < '0' || c > '9') {
                return webhook_http_bad(h, "the answer is not HTTP/1.x");
            }

            h->minor = (c != '0');
            h->count++;
            break;
        }

        if (c != ' ') {
            return webhook_http_bad(h, "the answer is not HTTP/1.x");
        }

        h->count = 0;
        h->code = 0;
        h->state = WEBHOOK_HTTP_CODE;
        break;

    case WEBHOOK_HTTP_CODE:

        if (c < '0' || c > '9') {
            return webhook_http_bad(h, "the answer's status is not a number");
        }

        h->code = h->code * 10 + (c - '0');

        if (++h->count == 3) {

            if (h->code < 100) {
                return webhook_http_bad(h, "the answer's status is below 100");
            }

            h->state = WEBHOOK_HTTP_CODE_END;
        }

        break;

    case WEBHOOK_HTTP_CODE_END:

        if (c != ' ' && c != '\r' && c != '\n') {
            return webhook_http_bad(h, "the answer's status is not a number");
        }

        h->state = WEBHOOK_HTTP_REASON;

        /* fall through */

    case WEBHOOK_HTTP_REASON:

        if (c == '\r') {
            h->state = WEBHOOK_HTTP_STATUS_LF;

        } else if (c == '\n') {
            h->name_len = 0;
            h->state = WEBHOOK_HTTP_LINE;

        } else if (c == '\0') {
            return webhook_http_bad(h, "the answer's status line has a zero "
                                       "byte");
        }

        break;

    case WEBHOOK_HTTP_STATUS_LF:

        if (c != '\n') {
            return webhook_http_bad(h, "the answer has a bad line end");
        }

        h->name_len = 0;
        h->state = WEBHOOK_HTTP_LINE;
        break;

    case WEBHOOK_HTTP_SKIP:
        return webhook_http_skip(h, c);

    case WEBHOOK_HTTP_LINE:

        if (c == ' ' || c == '\t') {

            /*
             * The line before goes on.  It was not taken yet: what it says
             * is used in the open cases alone.
             */

            if (webhook_http_framing(h)) {
                return webhook_http_bad(h, "the answer's framing header is "
                                           "folded");
            }

            return webhook_http_skip(h, c);
        }

        if (h->name_len && webhook_http_field(h) != WEBHOOK_HTTP_MORE) {
            return WEBHOOK_HTTP_BAD;
        }

        h->name_len = 0;
        h->value_len = 0;
        h->cut = 0;

        if (c == '\r') {
            h->state = WEBHOOK_HTTP_END_LF;
            break;
        }

        if (c == '\n') {
            return webhook_http_head_end(h);
        }

        h->state = WEBHOOK_HTTP_NAME;

        /* fall through */

    case WEBHOOK_HTTP_NAME:

        if (c == ':' && h->name_len) {
            h->state = WEBHOOK_HTTP_SPACE;
            break;
        }

        if ((c == ' ' || c == '\t') && h->name_len) {
            h->keep = 0;
            h->state = WEBHOOK_HTTP_NAME_END;
            break;
        }

        if (!webhook_http_token(c)) {
            return webhook_http_skip(h, c);
        }

        if (h->name_len < WEBHOOK_HTTP_NAME_LEN) {
            h->name[h->name_len++] = (c >= 'A' && c <= 'Z')
                                     ? (unsigned char) (c | 0x20) : c;

        } else {
            /* longer than any that is looked at */
            h->name_len = WEBHOOK_HTTP_NAME_LEN + 1;
        }

        break;

    case WEBHOOK_HTTP_NAME_END:

        if (c == ':') {
            h->state = WEBHOOK_HTTP_SPACE;

        } else if (c != ' ' && c != '\t') {
            return webhook_http_skip(h, c);
        }

        break;

    case WEBHOOK_HTTP_SPACE:

        if (c == ' ' || c == '\t') {
            break;
        }

        h->state = WEBHOOK_HTTP_VALUE;

        /* fall through */

    case WEBHOOK_HTTP_VALUE:

        if (c == '\r') {
            h->state = WEBHOOK_HTTP_LF;

        } else if (c == '\n') {
            h->state = WEBHOOK_HTTP_LINE;

        } else if (c == '\0') {

            if (webhook_http_framing(h)) {
                return webhook_http_bad(h, "the answer's framing header has "
                                           "a zero byte");
            }

            return webhook_http_skip(h, c);

        } else if (h->value_len < WEBHOOK_HTTP_VALUE_LEN) {
            h->value[h->value_len++] = c;

        } else {
            h->cut = 1;
        }

        break;

    case WEBHOOK_HTTP_LF:

        if (c == '\n') {
            h->state = WEBHOOK_HTTP_LINE;
            break;
        }

        if (webhook_http_framing(h)) {
            return webhook_http_bad(h, "the answer has a bad line end");
        }

        return webhook_http_skip(h, c);

    case WEBHOOK_HTTP_END_LF:

        if (c != '\n') {
            return webhook_http_bad(h, "the answer has a bad line end");
        }

        return webhook_http_head_end(h);
    }

    return WEBHOOK_HTTP_MORE;
}


/* Takes the present line for none, from this byte of it on. */

static webhook_http_result_e
webhook_http_skip(webhook_http_t *h, unsigned char c)
{
    h->keep = 0;
    h->name_len = 0;

    if (c == '\r') {
        h->state = WEBHOOK_HTTP_LF;

    } else if (c == '\n') {
        h->state = WEBHOOK_HTTP_LINE;

    } else {
        h->state = WEBHOOK_HTTP_SKIP;
    }

    return WEBHOOK_HTTP_MORE;
}


/* 1 if the present line says how long the body is. */

static int
webhook_http_framing(webhook_http_t *h)
{
    return webhook_http_is(h->name, h->name_len, "content-length")
           || webhook_http_is(h->name, h->name_len, "transfer-encoding");
}


/* A header line is complete; its name is in lower case. */

static webhook_http_result_e
webhook_http_field(webhook_http_t *h)
{
    while (h->value_len && (h->value[h->value_len - 1] == ' '
                            || h->value[h->value_len - 1] == '\t'))
    {
        h->value_len--;
    }

    if (webhook_http_is(h->name, h->name_len, "content-length")) {
        return webhook_http_length(h);
    }

    if (webhook_http_is(h->name, h->name_len, "transfer-encoding")) {
        return webhook_http_coding(h);
    }

    if (webhook_http_is(h->name, h->name_len, "connection")) {
        webhook_http_connection(h);

    } else if (webhook_http_is(h->name, h->name_len, "keep-alive")) {
        webhook_http_keep_alive(h);

    } else if (webhook_http_is(h->name, h->name_len, "retry-after")) {

        if (!h->cut) {
            memcpy(h->retry, h->value, h->value_len);
            h->retry_after.data = h->retry;
            h->retry_after.len = h->value_len;
        }
    }

    return WEBHOOK_HTTP_MORE;
}


static webhook_http_result_e
webhook_http_length(webhook_http_t *h)
{
    unsigned  i;
    uint64_t  length;

    /* 18 digits cannot overflow; a list of lengths is not read */

    if (h->value_len == 0 || h->value_len > 18 || h->cut) {
        return webhook_http_bad(h, "the answer's Content-Length is bad");
    }

    length = 0;

    for (i = 0; i < h->value_len; i++) {

        if (h->value[i] < '0' || h->value[i] > '9') {
            return webhook_http_bad(h, "the answer's Content-Length is bad");
        }

        length = length * 10 + (h->value[i] - '0');
    }

    if (h->sized && length != h->length) {
        return webhook_http_bad(h, "the answer has two Content-Lengths");
    }

    h->sized = 1;
    h->length = length;

    return WEBHOOK_HTTP_MORE;
}


/* Only where "chunked" is the last coding does the body end by itself. */

static webhook_http_result_e
webhook_http_coding(webhook_http_t *h)
{
    webhook_str_t  rest, item;

    if (h->cut) {
        return webhook_http_bad(h, "the answer's Transfer-Encoding is bad");
    }

    h->coded = 1;

    rest.data = h->value;
    rest.len = h->value_len;

    while (webhook_http_item(&rest, &item)) {

        if (h->chunked) {
            return webhook_http_bad(h, "the answer's Transfer-Encoding is "
                                       "bad");
        }

        if (item.len == 7
            && strncasecmp((char *) item.data, "chunked", 7) == 0)
        {
            h->chunked = 1;
        }
    }

    return WEBHOOK_HTTP_MORE;
}


static void
webhook_http_connection(webhook_http_t *h)
{
    webhook_str_t  rest, item;

    rest.data = h->value;
    rest.len = h->value_len;

    while (webhook_http_item(&rest, &item)) {

        if (item.len == 5 && strncasecmp((char *) item.data, "close", 5) == 0)
        {
            h->keep = 0;
        }
    }

    if (h->cut) {
        h->keep = 0;
    }
}


static void
webhook_http_keep_alive(webhook_http_t *h)
{
    size_t         i;
    unsigned       seconds;
    webhook_str_t  rest, item;

    rest.data = h->value;
    rest.len = h->value_len;

    while (webhook_http_item(&rest, &item)) {

        if (item.len < 9
            || strncasecmp((char *) item.data, "timeout=", 8) != 0)
        {
            continue;
        }

        seconds = 0;

        for (i = 8; i < item.len && i < 8 + 6; i++) {

            if (item.data[i] < '0' || item.data[i] > '9') {
                return;
            }

            seconds = seconds * 10 + (item.data[i] - '0');
        }

        if (seconds == 0) {
            h->keep = 0;
        }

        h->keep_alive = seconds;
    }
}


/* Takes the next item of a comma-separated list; 0 if there is none. */

static int
webhook_http_item(webhook_str_t *rest, webhook_str_t *item)
{
    while (rest->len && (rest->data[0] == ',' || rest->data[0] == ' '
                         || rest->data[0] == '\t'))
    {
        rest->data++;
        rest->len--;
    }

    if (rest->len == 0) {
        return 0;
    }

    item->data = rest->data;
    item->len = 0;

    while (rest->len && rest->data[0] != ',') {
        rest->data++;
        rest->len--;
        item->len++;
    }

    while (item->data[item->len - 1] == ' '
           || item->data[item->len - 1] == '\t')
    {
        item->len--;
    }

    return 1;
}


static webhook_http_result_e
webhook_http_head_end(webhook_http_t *h)
{
    if (h->code < 200 && h->code != 101) {

        if (++h->interim > WEBHOOK_HTTP_INTERIM_MAX) {
            return webhook_http_bad(h, "too many interim answers");
        }

        /* nothing that it says is about the answer; a doubt stays */

        h->count = 0;
        h->chunked = 0;
        h->coded = 0;
        h->sized = 0;
        h->keep_alive = 0;
        h->retry_after.len = 0;
        h->state = WEBHOOK_HTTP_START;

        return WEBHOOK_HTTP_MORE;
    }

    h->status = h->code;

    if (!h->minor || h->code == 101 || (h->coded && h->sized)) {
        h->keep = 0;
    }

    if (h->code == 204
        && (h->chunked || h->coded || (h->sized && h->length)))
    {
        /* It has no body, and yet speaks of one: if that comes, it must not be
           taken for the next answer. */

        h->keep = 0;
    }

    if (h->no_body || h->code == 101 || h->code == 204 || h->code == 304) {
        return WEBHOOK_HTTP_DONE;
    }

    h->rest = 0;

    if (h->chunked) {
        h->state = WEBHOOK_HTTP_CHUNK;

    } else if (h->sized && !h->coded) {

        if (h->length == 0) {
            return WEBHOOK_HTTP_DONE;
        }

        if (h->length > WEBHOOK_HTTP_BODY_MAX) {
            h->keep = 0;
        }

        h->rest = h->length;
        h->state = WEBHOOK_HTTP_BODY;

    } else {
        h->keep = 0;
        h->state = WEBHOOK_HTTP_UNTIL_CLOSE;
    }

    return webhook_http_enough(h) ? WEBHOOK_HTTP_DONE : WEBHOOK_HTTP_MORE;
}


static int
webhook_http_is(const unsigned char *data, size_t len, const char *text)
{
    return len == strlen(text) && memcmp(data, text, len) == 0;
}


static int
webhook_http_token(unsigned char c)
{
    static const char  others[] = "!#$%&'*+-.^_`|~";

    if ((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')) {
        return 1;
    }

    return c != '\0' && strchr(others, c) != NULL;
}
