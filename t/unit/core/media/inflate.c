
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of webhook_inflate: which codings there are, and bodies that are whole,
 * broken, in many pieces, or more than may be.
 */

#include "tap.h"
#include "core/media/webhook_inflate.h"

#include <stdlib.h>
#include <zlib.h>


typedef struct {
    webhook_str_t   body;
    size_t          piece;
    size_t          step;
    webhook_buf_t   out;
} body_t;


static void
body_next(void *data, webhook_str_t *bytes)
{
    body_t *b = data;

    *bytes = b->body;

    if (bytes->len > b->piece) {
        bytes->len = b->piece;
    }

    b->body.data += bytes->len;
    b->body.len -= bytes->len;
}


static int
body_room(void *data, unsigned char **p, size_t *len)
{
    body_t *b = data;

    *len = b->out.max - b->out.len;

    if (*len > b->step) {
        *len = b->step;
    }

    if (webhook_buf_reserve(&b->out, *len) != WEBHOOK_OK) {
        return WEBHOOK_NOMEM;
    }

    *p = b->out.data + b->out.len;

    return WEBHOOK_OK;
}


static void
body_made(void *data, size_t len)
{
    body_t *b = data;

    b->out.len += len;
}


static unsigned  exact;         /* nothing may stand behind the end */


static int
undo(webhook_coding_e coding, const webhook_buf_t *from, size_t piece,
    size_t step, size_t max, body_t *b, const char **what)
{
    webhook_inflate_t  io;

    memset(b, 0, sizeof(body_t));
    webhook_buf_init(&b->out, max);

    b->body.data = from->data;
    b->body.len = from->len;
    b->piece = piece;
    b->step = step;

    io.data = b;
    io.exact = exact;
    io.next = body_next;
    io.room = body_room;
    io.made = body_made;

    *what = NULL;

    return webhook_inflate(coding, &io, what);
}


/* bits: as of deflateInit2(). */

static void
add(webhook_buf_t *out, const char *text, size_t len, int bits)
{
    z_stream       z;
    unsigned char  made[4096];

    memset(&z, 0, sizeof(z_stream));

    if (deflateInit2(&z, 9, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        return;
    }

    z.next_in = (unsigned char *) text;
    z.avail_in = (uInt) len;
    z.next_out = made;
    z.avail_out = sizeof(made);

    if (deflate(&z, Z_FINISH) == Z_STREAM_END) {
        webhook_buf_add(out, made, sizeof(made) - z.avail_out);
    }

    deflateEnd(&z);
}


/* In pieces of any size the same comes out. */

static void
whole(webhook_coding_e coding, const webhook_buf_t *from, const char *want,
    size_t len, const char *name)
{
    int          ok;
    size_t       i;
    body_t       b;
    const char  *what;

    static const size_t  sizes[][2] = {
        { 100000, 100000 }, { 1, 1 }, { 1, 100000 }, { 100000, 1 }, { 2, 3 },
        { 17, 5 }
    };

    ok = 1;

    for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {

        ok &= undo(coding, from, sizes[i][0], sizes[i][1], len, &b, &what)
              == WEBHOOK_OK
              && b.out.len == len
              && (len == 0 || memcmp(b.out.data, want, len) == 0);

        webhook_buf_free(&b.out);

        if (len) {
            ok &= undo(coding, from, sizes[i][0], sizes[i][1], len - 1, &b,
                       &what)
                  == WEBHOOK_LIMIT && what;

            webhook_buf_free(&b.out);
        }
    }

    tap_ok(ok, "%s", name);
}


static void
broken(webhook_coding_e coding, const webhook_buf_t *from, const char *want,
    const char *name)
{
    int          rc;
    body_t       b;
    const char  *what;

    rc = undo(coding, from, 3, 100, 10000, &b, &what);

    tap_ok(rc == WEBHOOK_ERROR && what && strcmp(what, want) == 0, "%s", name);

    webhook_buf_free(&b.out);
}


static void
test_exact(webhook_buf_t *from, const char *text, size_t len)
{
    size_t  i;

    static const char  behind[] = "bytes stand behind the end of its content "
                                  "coding";

    static const struct {
        webhook_coding_e   coding;
        int                bits;
        const char        *name;
    } all[] = {
        { WEBHOOK_CODING_GZIP,    15 + 16, "gzip" },
        { WEBHOOK_CODING_DEFLATE, 15,      "deflate" },
        { WEBHOOK_CODING_DEFLATE, -15,     "bare deflate" }
    };

    exact = 1;

    for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {

        from->len = 0;
        add(from, text, len, all[i].bits);
        whole(all[i].coding, from, text, len, all[i].name);

        webhook_buf_byte(from, 0);
        broken(all[i].coding, from, behind, "a byte behind its end");
    }

    from->len = 0;
    add(from, text, len, 15);
    add(from, text, len, 15);
    broken(WEBHOOK_CODING_DEFLATE, from, behind, "deflate behind its end");

    from->len = 0;
    add(from, text, 1000, 15 + 16);
    add(from, text + 1000, len - 1000, 15 + 16);
    whole(WEBHOOK_CODING_GZIP, from, text, len, "members are one body");

    webhook_buf_byte(from, 0x1f);
    broken(WEBHOOK_CODING_GZIP, from, behind, "a byte behind the last");

    exact = 0;
}


static void
test_bodies(void)
{
    int             rc;
    body_t          b;
    size_t          len;
    const char     *what;
    webhook_buf_t   from;
    static char     text[2000];

    memset(text, 'x', sizeof(text));
    text[7] = 'y';

    webhook_buf_init(&from, 0);

    add(&from, text, sizeof(text), 15 + 16);
    whole(WEBHOOK_CODING_GZIP, &from, text, sizeof(text), "gzip");

    webhook_buf_byte(&from, 0);
    whole(WEBHOOK_CODING_GZIP, &from, text, sizeof(text),
          "with a byte behind its end");

    webhook_buf_byte(&from, 0);
    webhook_buf_byte(&from, 0x1f);
    whole(WEBHOOK_CODING_GZIP, &from, text, sizeof(text), "with more of them");

    from.len = 0;
    add(&from, text, 1000, 15 + 16);
    add(&from, "", 0, 15 + 16);
    add(&from, text + 1000, sizeof(text) - 1000, 15 + 16);
    whole(WEBHOOK_CODING_GZIP, &from, text, sizeof(text), "three members");

    len = from.len;
    from.len -= 3;
    broken(WEBHOOK_CODING_GZIP, &from,
           "the body ends within its content coding", "the last is cut short");
    from.len = len;

    rc = undo(WEBHOOK_CODING_GZIP, &from, 5, 5, 100000, &b, &what);
    webhook_buf_free(&b.out);
    tap_ok(rc == WEBHOOK_OK, "none of which is the case here");

    from.len = 0;
    add(&from, text, sizeof(text), 15);
    whole(WEBHOOK_CODING_DEFLATE, &from, text, sizeof(text), "deflate");
    broken(WEBHOOK_CODING_GZIP, &from, "the body cannot be decoded",
           "which is no gzip");

    add(&from, text, sizeof(text), 15);
    whole(WEBHOOK_CODING_DEFLATE, &from, text, sizeof(text),
          "deflate has one member");

    from.len = 0;
    add(&from, text, sizeof(text), -15);
    whole(WEBHOOK_CODING_DEFLATE, &from, text, sizeof(text), "bare deflate");

    from.len = 0;
    add(&from, "", 0, 15 + 16);
    whole(WEBHOOK_CODING_GZIP, &from, "", 0, "nothing");

    test_exact(&from, text, sizeof(text));

    from.len = 0;
    broken(WEBHOOK_CODING_GZIP, &from,
           "the body ends within its content coding", "not even that");
    broken(WEBHOOK_CODING_DEFLATE, &from,
           "the body ends within its content coding", "in deflate");

    add(&from, text, sizeof(text), 15 + 16);
    from.data[from.len - 5] ^= 1;
    broken(WEBHOOK_CODING_GZIP, &from, "the body cannot be decoded",
           "a wrong checksum");

    webhook_buf_free(&from);
}


static void
codings(const char *header, const char *want)
{
    unsigned          i, n;
    char              got[WEBHOOK_CODINGS + 1];
    webhook_str_t     s;
    webhook_coding_e  list[WEBHOOK_CODINGS];

    s.data = (unsigned char *) header;
    s.len = strlen(header);

    n = webhook_codings(&s, list);

    for (i = 0; i < n && i < WEBHOOK_CODINGS; i++) {
        got[i] = list[i] == WEBHOOK_CODING_GZIP ? 'g'
                 : list[i] == WEBHOOK_CODING_DEFLATE ? 'd' : '?';
    }

    got[i] = '\0';

    tap_ok(strcmp(got, want) == 0, "codings of \"%s\"", header);
}


int
main(void)
{
    codings("", "");
    codings(" , ,", "");
    codings("gzip", "g");
    codings("X-GZip", "g");
    codings("deflate", "d");
    codings(" deflate ,\tgzip ", "dg");
    codings("identity, gzip", "g");
    codings("utf-8", "");
    codings("none", "");
    codings("br", "?");
    codings("gzip, br", "?");
    codings("gzip, gzip, gzip", "?");
    codings("gzi", "?");
    codings("gzip;q=1", "?");

    test_bodies();

    return tap_done();
}
