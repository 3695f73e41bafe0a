
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Answers of endpoints: framing, bounds, and what may be kept.
 */

#include "tap.h"
#include "core/http1/webhook_http.h"

#include <stdlib.h>


#define BODY_MAX  16


typedef struct {
    const char            *name;
    const char            *answer;
    webhook_http_result_e  rc;
    unsigned               status;
    const char            *body;        /* NULL: not looked at */
    int                    keep;
    int                    left;        /* bytes behind the answer */
} test_answer_t;


static webhook_http_t  h;
static unsigned char   body[BODY_MAX];


/* Feeds the answer in pieces; the peer closes if it does not end by itself. */

static webhook_http_result_e
test_read(const char *answer, size_t len, size_t piece, int no_body,
    size_t *left)
{
    size_t                 n, used;
    const unsigned char   *p;
    webhook_http_result_e  rc;

    webhook_http_init(&h, body, sizeof(body), no_body);

    p = (const unsigned char *) answer;

    while (len) {
        n = len < piece ? len : piece;

        rc = webhook_http_feed(&h, p, n, &used);

        p += used;
        len -= used;
        *left = len;

        if (rc != WEBHOOK_HTTP_MORE) {
            return rc;
        }
    }

    *left = 0;

    return webhook_http_eof(&h);
}


static const test_answer_t  answers[] = {

    { "an ordinary answer",
      "HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 5\r\n\r\nhello",
      WEBHOOK_HTTP_DONE, 200, "hello", 1, 0 },

    { "one without a reason",
      "HTTP/1.1 201\r\nContent-Length: 0\r\n\r\n",
      WEBHOOK_HTTP_DONE, 201, "", 1, 0 },

    { "lines that end in LF alone",
      "HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
      WEBHOOK_HTTP_DONE, 200, "ok", 1, 0 },

    { "header names in any case, values with space around",
      "HTTP/1.1 200 OK\r\ncOnTeNt-LeNgTh: \t 2 \t\r\n\r\nok",
      WEBHOOK_HTTP_DONE, 200, "ok", 1, 0 },

    { "204 ends with its head",
      "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
      WEBHOOK_HTTP_DONE, 204, "", 1, 0 },
    { "204 that speaks of a body is not kept",
      "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello",
      WEBHOOK_HTTP_DONE, 204, "", 0, 5 },

    { "304 ends with its head",
      "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n",
      WEBHOOK_HTTP_DONE, 304, "", 1, 0 },

    { "101 is the last answer of a connection",
      "HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n\001\002",
      WEBHOOK_HTTP_DONE, 101, "", 0, 2 },

    { "interim answers are passed over",
      "HTTP/1.1 100 Continue\r\nContent-Length: 9\r\n\r\n"
      "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
      WEBHOOK_HTTP_DONE, 200, "ok", 1, 0 },

    { "chunks, extensions, trailers",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\nhello\r\n1;a=\"b\"\r\n,\r\n006 \r\n world\r\n"
      "0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n",
      WEBHOOK_HTTP_DONE, 200, "hello, world", 1, 0 },

    { "chunk sizes in hex of either case",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n"
      "a\r\n0123456789\r\nB\r\n01234567890\r\n0\r\n\r\n",
      WEBHOOK_HTTP_DONE, 200, "0123456789012345", 1, 0 },

    { "no framing: until the peer closes",
      "HTTP/1.1 200 OK\r\n\r\nall of it",
      WEBHOOK_HTTP_DONE, 200, "all of it", 0, 0 },

    { "a coding that does not end by itself: until the peer closes",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nContent-Length: 2\r\n\r\n"
      "abc",
      WEBHOOK_HTTP_DONE, 200, "abc", 0, 0 },

    { "HTTP/1.0 is not kept",
      "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
      WEBHOOK_HTTP_DONE, 200, "ok", 0, 0 },

    { "Connection: close is not kept",
      "HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 2\r\n\r\nok",
      WEBHOOK_HTTP_DONE, 200, "ok", 0, 0 },

    { "Keep-Alive: timeout=0 is not kept",
      "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=0\r\nContent-Length: 2\r\n\r\n"
      "ok",
      WEBHOOK_HTTP_DONE, 200, "ok", 0, 0 },

    { "two framings: chunks count, and the connection is not kept",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
      "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
      WEBHOOK_HTTP_DONE, 200, "abc", 0, 0 },

    { "the same Content-Length twice",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
      WEBHOOK_HTTP_DONE, 200, "ok", 1, 0 },

    { "a folded header line is not kept",
      "HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 2\r\n\r\nok",
      WEBHOOK_HTTP_DONE, 200, "ok", 0, 0 },

    /* lines that are no header: skipped, and the connection is not kept */

    { "a header line without a colon is skipped",
      "HTTP/1.1 200 OK\r\nnonsense\r\nContent-Length: 2\r\n\r\nok",
      WEBHOOK_HTTP_DONE, 200, "ok", 0, 0 },
    { "a name with a blank is skipped",
      "HTTP/1.1 200 OK\r\nPHP Warning: x in /y.php:1\r\n"
      "Content-Length: 2\r\n\r\nok",
      WEBHOOK_HTTP_DONE, 200, "ok", 0, 0 },
    { "a name that is none is skipped",
      "HTTP/1.1 200 OK\r\n<br />\n\001\377(x): y\r\n"
      "Content-Length: 2\r\n\r\nok",
      WEBHOOK_HTTP_DONE, 200, "ok", 0, 0 },
    { "a line without a name is skipped",
      "HTTP/1.1 200 OK\r\n: x\r\nContent-Length: 2\r\n\r\nok",
      WEBHOOK_HTTP_DONE, 200, "ok", 0, 0 },
    { "a line with a CR in it is skipped",
      "HTTP/1.1 200 OK\r\nX: a\rContent-Length: 9\r\r\n"
      "Content-Length: 2\r\n\r\nok",
      WEBHOOK_HTTP_DONE, 200, "ok", 0, 0 },
    { "a line before the first header that begins with space is skipped",
      "HTTP/1.1 200 OK\r\n Content-Length: 9\r\nContent-Length: 2\r\n\r\nok",
      WEBHOOK_HTTP_DONE, 200, "ok", 0, 0 },
    { "what only looks like a framing header is skipped",
      "HTTP/1.1 200 OK\r\nContent-Length 9\r\nTransfer Encoding: chunked\r\n"
      "Content-Length;x: 9\r\nContent-Length: 2\r\n\r\nok",
      WEBHOOK_HTTP_DONE, 200, "ok", 0, 0 },
    { "and goes on where it does",
      "HTTP/1.1 200 OK\r\nContent-Length 9\r\n 9\r\n\r\nok",
      WEBHOOK_HTTP_DONE, 200, "ok", 0, 0 },
    { "a head of nothing else",
      "HTTP/1.1 200 OK\r\nPHP Warning\r\n\r\nok",
      WEBHOOK_HTTP_DONE, 200, "ok", 0, 0 },
    { "space before the colon of a Content-Length",
      "HTTP/1.1 200 OK\r\nContent-Length \t: 2\r\n\r\nokmore",
      WEBHOOK_HTTP_DONE, 200, "ok", 0, 4 },
    { "space before the colon of a Transfer-Encoding",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding : chunked\r\n\r\n"
      "2\r\nok\r\n0\r\n\r\n",
      WEBHOOK_HTTP_DONE, 200, "ok", 0, 0 },

    { "bytes behind the answer are left",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200",
      WEBHOOK_HTTP_DONE, 200, "ok", 1, 12 },

    /* not an answer */

    { "nothing", "", WEBHOOK_HTTP_BAD, 0, NULL, 0, 0 },
    { "part of a head", "HTTP/1.1 200 OK\r\nContent-", WEBHOOK_HTTP_BAD, 0,
      NULL, 0, 0 },
    { "another protocol", "SSH-2.0-OpenSSH_9.2\r\n", WEBHOOK_HTTP_BAD, 0, NULL,
      0, -1 },
    { "HTTP/2", "HTTP/2.0 200 OK\r\n\r\n", WEBHOOK_HTTP_BAD, 0, NULL, 0, -1 },
    { "an empty line before the answer", "\r\nHTTP/1.1 200 OK\r\n\r\n",
      WEBHOOK_HTTP_BAD, 0, NULL, 0, -1 },
    { "a status of two digits", "HTTP/1.1 20 OK\r\n\r\n", WEBHOOK_HTTP_BAD, 0,
      NULL, 0, -1 },
    { "a status of four digits", "HTTP/1.1 2000 OK\r\n\r\n", WEBHOOK_HTTP_BAD,
      0, NULL, 0, -1 },
    { "a status below 100", "HTTP/1.1 099 OK\r\n\r\n", WEBHOOK_HTTP_BAD, 0,
      NULL, 0, -1 },
    { "CR within the status line", "HTTP/1.1 200 O\rK\r\n\r\n",
      WEBHOOK_HTTP_BAD, 0, NULL, 0, -1 },
    { "CR within a Content-Length",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r3\r\n\r\n",
      WEBHOOK_HTTP_BAD, 0, NULL, 0, -1 },
    { "CR where the head might end", "HTTP/1.1 200 OK\r\nX: a\r\n\rb",
      WEBHOOK_HTTP_BAD, 0, NULL, 0, -1 },
    { "a Content-Length with space before the colon and a fold",
      "HTTP/1.1 200 OK\r\nContent-Length : 1\r\n 2\r\n\r\nx",
      WEBHOOK_HTTP_BAD, 0, NULL, 0, -1 },
    { "two Content-Lengths, one with space before the colon",
      "HTTP/1.1 200 OK\r\nContent-Length : 1\r\nContent-Length: 2\r\n\r\nok",
      WEBHOOK_HTTP_BAD, 0, NULL, 0, -1 },
    { "two Content-Lengths",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
      WEBHOOK_HTTP_BAD, 0, NULL, 0, -1 },
    { "a list of Content-Lengths",
      "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok",
      WEBHOOK_HTTP_BAD, 0, NULL, 0, -1 },
    { "a Content-Length below 0",
      "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
      WEBHOOK_HTTP_BAD, 0, NULL, 0, -1 },
    { "a Content-Length with a plus sign",
      "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\nx",
      WEBHOOK_HTTP_BAD, 0, NULL, 0, -1 },
    { "an empty Content-Length", "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n",
      WEBHOOK_HTTP_BAD, 0, NULL, 0, -1 },
    { "a Content-Length over 64 bits",
      "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551618\r\n\r\nok",
      WEBHOOK_HTTP_BAD, 0, NULL, 0, -1 },
    { "a folded Content-Length",
      "HTTP/1.1 200 OK\r\nContent-Length:\r\n 2\r\n\r\nok",
      WEBHOOK_HTTP_BAD, 0, NULL, 0, -1 },
    { "chunked twice",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n\r\n",
      WEBHOOK_HTTP_BAD, 0, NULL, 0, -1 },
    { "chunked, and another coding in the next line",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
      "Transfer-Encoding: gzip\r\n\r\n",
      WEBHOOK_HTTP_BAD, 0, NULL, 0, -1 },

    /* an answer, but its body is broken */

    { "a body that is cut short",
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel",
      WEBHOOK_HTTP_BAD, 200, "hel", 0, 0 },
    { "chunks that are cut short",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
      WEBHOOK_HTTP_BAD, 200, "hel", 0, 0 },
    { "no chunk at all",
      "HTTP/1.1 500 Oops\r\nTransfer-Encoding: chunked\r\n\r\noops",
      WEBHOOK_HTTP_BAD, 500, "", 0, -1 },
    { "a chunk size over 64 bits",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
      "10000000000000001\r\nx",
      WEBHOOK_HTTP_BAD, 200, "", 0, -1 },
    { "a chunk that is longer than it says",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n",
      WEBHOOK_HTTP_BAD, 200, "ab", 0, -1 }
};


static void
test_answers(void)
{
    int                    ok;
    size_t                 i, left, piece, len;
    const test_answer_t   *a;
    webhook_http_result_e  rc;

    static const size_t  pieces[] = { 100000, 1, 2, 3, 7 };

    for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        a = &answers[i];
        ok = 1;

        for (piece = 0; piece < sizeof(pieces) / sizeof(pieces[0]); piece++) {
            len = strlen(a->answer);
            left = 0;

            rc = test_read(a->answer, len, pieces[piece], 0, &left);

            if (rc != a->rc || h.status != a->status || h.keep != a->keep
                || (h.error != NULL) != (rc == WEBHOOK_HTTP_BAD)
                || (a->left >= 0 && left != (size_t) a->left)
                || (a->body && (h.body_len != strlen(a->body)
                                || memcmp(body, a->body, h.body_len) != 0)))
            {
                ok = 0;
                printf("# pieces of %d: result %d, status %u, keep %u, "
                       "%d bytes left, body \"%.*s\"\n",
                       (int) pieces[piece], (int) rc, h.status, h.keep,
                       (int) left, (int) h.body_len, body);
            }
        }

        tap_ok(ok, "%s: %s", a->rc == WEBHOOK_HTTP_BAD ? "refuses" : "reads",
               a->name);
    }
}


static void
test_values(void)
{
    size_t       left;
    const char  *text;

    text = "HTTP/1.1 503 Busy\r\nRetry-After:  120 \r\n"
           "Keep-Alive: max=10, timeout=5\r\nContent-Length: 0\r\n\r\n";

    test_read(text, strlen(text), 100, 0, &left);

    tap_bytes(h.retry_after.data, h.retry_after.len, "120",
              "tells Retry-After as it came");
    tap_ok(h.keep && h.keep_alive == 5, "tells the time-out of Keep-Alive");

    text = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n";

    tap_ok(test_read(text, strlen(text), 100, 1, &left) == WEBHOOK_HTTP_DONE
           && h.keep, "the answer to a HEAD has no body");

    text = "HTTP/1.1 100 Continue\r\nRetry-After: 1\r\n\r\n"
           "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    tap_ok(test_read(text, strlen(text), 100, 0, &left) == WEBHOOK_HTTP_DONE
           && h.retry_after.len == 0 && h.keep,
           "what an interim answer says is not of the last one");

    text = "HTTP/1.1 200 O\0K\r\nContent-Length: 0\r\n\r\n";

    tap_ok(test_read(text, 38, 100, 0, &left) == WEBHOOK_HTTP_BAD
           && h.status == 0, "refuses a zero byte in the status line");

    text = "HTTP/1.1 200 OK\r\nContent-Length: \0000\r\n\r\n";

    tap_ok(test_read(text, 40, 100, 0, &left) == WEBHOOK_HTTP_BAD
           && h.status == 0, "refuses one in a Content-Length");

    text = "HTTP/1.1 200 OK\r\nRetry-After: 9\0\r\nX\0: y\r\n"
           "Retry-After : 7\r\nContent-Length: 0\r\n\r\n";

    tap_ok(test_read(text, 17 + 17 + 7 + 17 + 21, 100, 0, &left)
           == WEBHOOK_HTTP_DONE && h.status == 200 && !h.keep && left == 0,
           "skips other lines with one");
    tap_bytes(h.retry_after.data, h.retry_after.len, "7",
              "and knows a header with space before its colon");
}


/* count times the text, between a beginning and an end. */

static char *
test_row(const char *first, const char *text, size_t count, const char *last,
    size_t *len)
{
    char    *p, *row;
    size_t   i;

    *len = strlen(first) + strlen(text) * count + strlen(last);

    row = malloc(*len + 1);
    if (row == NULL) {
        exit(2);
    }

    p = stpcpy(row, first);

    for (i = 0; i < count; i++) {
        p = stpcpy(p, text);
    }

    stpcpy(p, last);

    return row;
}


static void
test_bounds(void)
{
    char                  *row;
    size_t                 len, left;
    webhook_http_result_e  rc;

    row = test_row("HTTP/1.1 200 OK\r\nX: ", "0123456789", 2000,
                   "\r\nContent-Length: 0\r\n\r\n", &len);
    rc = test_read(row, len, 1000, 0, &left);
    free(row);

    tap_ok(rc == WEBHOOK_HTTP_BAD && h.status == 0,
           "refuses a header line of 20000 bytes");

    row = test_row("HTTP/1.1 200 OK\r\n", "A: b\r\n", 4000,
                   "Content-Length: 0\r\n\r\n", &len);
    rc = test_read(row, len, 1000, 0, &left);
    free(row);

    tap_ok(rc == WEBHOOK_HTTP_BAD && h.status == 0,
           "refuses 4000 header lines");

    row = test_row("", "HTTP/1.1 100 Continue\r\n\r\n", 9,
                   "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", &len);
    rc = test_read(row, len, 1000, 0, &left);
    free(row);

    tap_ok(rc == WEBHOOK_HTTP_BAD && h.status == 0,
           "refuses 9 interim answers");

    row = test_row("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
                   "A: b\r\n", 4000, "\r\n", &len);
    rc = test_read(row, len, 1000, 0, &left);
    free(row);

    tap_ok(rc == WEBHOOK_HTTP_BAD && h.status == 200, "refuses 4000 trailers");

    row = test_row("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                   "1;0123456789012345678901234567890123456789\r\nx\r\n", 1000,
                   "0\r\n\r\n", &len);
    rc = test_read(row, len, 1000, 0, &left);
    free(row);

    tap_ok(rc == WEBHOOK_HTTP_BAD && h.status == 200,
           "refuses 40000 bytes of chunk extensions");

    row = test_row("HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n",
                   "0123456789", 6000, "", &len);
    rc = test_read(row, len, 1000, 0, &left);
    free(row);

    tap_ok(rc == WEBHOOK_HTTP_DONE && h.keep && h.body_len == BODY_MAX
           && left == 0,
           "reads a body of 60000 bytes to its end and keeps 16");

    row = test_row("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n",
                   "0123456789", 6000, "", &len);
    rc = test_read(row, len, 1000, 0, &left);
    free(row);

    tap_ok(rc == WEBHOOK_HTTP_DONE && !h.keep && h.status == 200
           && left > 50000,
           "does not read a body of 1000000 bytes: the status is enough");

    row = test_row("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                   "a\r\n0123456789\r\n", 8000, "0\r\n\r\n", &len);
    rc = test_read(row, len, 1000, 0, &left);
    free(row);

    tap_ok(rc == WEBHOOK_HTTP_DONE && !h.keep && h.status == 200 && left > 0
           && left < 30000,
           "reads chunks up to 64 kB, then no further");
}


int
main(void)
{
    test_answers();
    test_values();
    test_bounds();

    return tap_done();
}
