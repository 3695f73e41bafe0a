
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Lines of curl.  What a shell makes of one is what was meant, whatever the
 * request holds: each line is read by /bin/sh, with a curl that prints the words
 * that it is given.
 */

#include <stdlib.h>
#include <unistd.h>

#include "tap.h"
#include "core/curl/webhook_curl.h"


static webhook_str_t test_str(const char *text);
static void test_words(webhook_curl_t *curl, const char *want,
    const char *name);
static void test_outside(webhook_curl_t *curl);
static void test_body(const char *body, const char *name);


/* Words, each with a "|" behind it. */

static const char  shell[] =
    "WEBHOOK_SECRET='s p'\n"
    "curl() { for word; do printf '%s|' \"$word\"; done; }\n";


int
main(void)
{
    webhook_curl_t         curl;
    webhook_curl_header_t  headers[3];

    memset(&curl, 0, sizeof(curl));
    memset(headers, 0, sizeof(headers));

    curl.method = test_str("POST");
    curl.url = test_str("https://a.example/x?a[]={1}&b=$HOME");

    test_words(&curl, "-g|-i|-X|POST|--url|"
               "https://a.example/x?a[]={1}&b=$HOME|", "no body");

    headers[0].name = test_str("X-One");
    headers[0].value = test_str("it's `id` $(id) \"\\");
    headers[1].name = test_str("Content-type");
    headers[1].value = test_str("application/json");
    headers[2].name = test_str("Authorization");
    headers[2].value = test_str("Bearer ");
    headers[2].secret = 1;

    curl.headers = headers;
    curl.headers_count = 3;
    curl.body = test_str("{}");
    curl.has_body = 1;

    test_words(&curl, "-g|-i|-X|POST|--url|"
               "https://a.example/x?a[]={1}&b=$HOME|"
               "-H|X-One: it's `id` $(id) \"\\|"
               "-H|Content-type: application/json|"
               "-H|Authorization: Bearer s p|--data-raw|{}|",
               "quotes and a secret");
    tap_ok(!curl.in_file && !headers[0].left, "all of it is in the line");

    headers[0].value = test_str("a\tb");
    headers[1].name = test_str("X-Empty");
    headers[1].value = test_str("");
    headers[2].name = test_str("@/etc/passwd");

    test_words(&curl, "-g|-i|-X|POST|--url|"
               "https://a.example/x?a[]={1}&b=$HOME|"
               "-H|X-Empty;|-H|Content-Type:|--data-raw|{}|",
               "headers that cannot be in it, and an empty one");
    tap_ok(headers[0].left && !headers[1].left && headers[2].left,
           "they are told");

    curl.headers_count = 0;

    test_body("@/etc/passwd", "a body that begins as the name of a file");
    test_body("", "an empty body");
    test_body("-o /tmp/x", "a body like an option");
    test_body("';id;'", "a body that ends quotes");
    test_body("''''", "quotes alone");
    test_body("!$`\\\"*?[]{}~#&;|<>()", "all that a shell obeys");
    test_body("T\xc3\xb4i l\xc3\xa0 \xe0\xb8\x81", "letters of other tongues");

    test_outside(&curl);

    return tap_done();
}


/* Bodies that a line cannot have, and lines that cannot be. */

static void
test_outside(webhook_curl_t *curl)
{
    char           text[5000];
    webhook_buf_t  out;

    curl->body = test_str("a\nb");
    test_words(curl, "-g|-i|-X|POST|--url|"
               "https://a.example/x?a[]={1}&b=$HOME|"
               "-H|Content-Type:|--data-binary|@payload.bin|",
               "a body with a line end");
    tap_ok(curl->in_file, "it is told to be in a file");

    curl->body = test_str("\xe2\x80\xae" "di");
    test_words(curl, "-g|-i|-X|POST|--url|"
               "https://a.example/x?a[]={1}&b=$HOME|"
               "-H|Content-Type:|--data-binary|@payload.bin|",
               "a body that turns the direction of writing");

    curl->body = test_str("\xff");
    test_words(curl, "-g|-i|-X|POST|--url|"
               "https://a.example/x?a[]={1}&b=$HOME|"
               "-H|Content-Type:|--data-binary|@payload.bin|",
               "a body that is no text");

    memset(text, 'a', sizeof(text));
    curl->body.data = (unsigned char *) text;
    curl->body.len = WEBHOOK_CURL_BODY_MAX + 1;
    test_words(curl, "-g|-i|-X|POST|--url|"
               "https://a.example/x?a[]={1}&b=$HOME|"
               "-H|Content-Type:|--data-binary|@payload.bin|", "a long body");

    webhook_buf_init(&out, 0);

    curl->body.len = WEBHOOK_CURL_BODY_MAX;
    tap_ok(webhook_curl_line(curl, &out) == WEBHOOK_OK && !curl->in_file,
           "as long as it may be");
    webhook_buf_free(&out);

    curl->url = test_str("https://a.example/\n");
    tap_ok(webhook_curl_line(curl, &out) == WEBHOOK_ERROR && out.len == 0,
           "no line with a line end in its URL");

    webhook_buf_free(&out);

    webhook_buf_init(&out, 20);
    curl->url = test_str("https://a.example/");
    tap_ok(webhook_curl_line(curl, &out) == WEBHOOK_LIMIT,
           "a line that is over its bound");
    webhook_buf_free(&out);
}


static webhook_str_t
test_str(const char *text)
{
    webhook_str_t  s;

    s.data = (unsigned char *) text;
    s.len = strlen(text);

    return s;
}


static void
test_words(webhook_curl_t *curl, const char *want, const char *name)
{
    int            fd;
    char           file[] = "/tmp/webhook-curl-XXXXXX", command[64],
                   got[8192];
    FILE          *p;
    size_t         n;
    webhook_buf_t  out;

    webhook_buf_init(&out, 0);
    webhook_buf_add(&out, shell, sizeof(shell) - 1);

    n = 0;

    fd = mkstemp(file);

    if (fd != -1 && webhook_curl_line(curl, &out) == WEBHOOK_OK
        && write(fd, out.data, out.len) == (ssize_t) out.len)
    {
        snprintf(command, sizeof(command), "/bin/sh %s 2>&1", file);

        p = popen(command, "r");

        if (p) {
            n = fread(got, 1, sizeof(got), p);
            pclose(p);
        }
    }

    tap_bytes(got, n, want, name);

    if (fd != -1) {
        close(fd);
        unlink(file);
    }

    webhook_buf_free(&out);
}


static void
test_body(const char *body, const char *name)
{
    char            want[512];
    webhook_curl_t  curl;

    memset(&curl, 0, sizeof(curl));

    curl.method = test_str("PUT");
    curl.url = test_str("http://b.example/");
    curl.body = test_str(body);
    curl.has_body = 1;

    snprintf(want, sizeof(want), "-g|-i|-X|PUT|--url|http://b.example/|"
             "-H|Content-Type:|--data-raw|%s|", body);

    test_words(&curl, want, name);
    tap_ok(!curl.in_file, "%s: it is in the line", name);
}
