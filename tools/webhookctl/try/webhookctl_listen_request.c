
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "webhookctl/try/webhookctl_listen_int.h"


static unsigned ctl_client_head(ctl_client_t *c);
static int ctl_client_line(ctl_client_t *c, const unsigned char **p,
    const unsigned char *end, webhook_str_t *line);
static unsigned ctl_client_body(ctl_client_t *c);
static unsigned ctl_client_chunks(ctl_client_t *c);


/* Reads a request.  Returns 0, the status that refuses it, or 1 if there is
   none. */

unsigned
ctl_client_request(ctl_client_t *c)
{
    int             rc;
    unsigned        refused;
    webhook_str_t   expect;
    unsigned char  *end;

    static const webhook_str_t  name = webhook_str("expect");
    static const char           go[] = "HTTP/1.1 100 Continue\r\n\r\n";

    for ( ;; ) {
        end = c->in.len ? memmem(c->in.data, c->in.len, "\r\n\r\n", 4) : NULL;

        if (end) {
            c->head = (size_t) (end - c->in.data) + 4;
            break;
        }

        if (c->in.len > CTL_LISTEN_HEAD) {
            return 431;
        }

        rc = ctl_client_read(c);

        if (rc <= 0) {
            return c->in.len == 0 ? 1 : rc == 0 ? 400 : 408;
        }
    }

    if (c->head > CTL_LISTEN_HEAD) {
        return 431;
    }

    refused = ctl_client_head(c);

    if (refused) {
        return refused;
    }

    if (ctl_client_header(c, &name, &expect) == 1) {
        if (send(c->fd, go, sizeof(go) - 1, MSG_NOSIGNAL) == -1) {
            return 1;
        }
    }

    return ctl_client_body(c);
}


/* More of it: 1; 0 at the end, -1 if that takes too long. */

int
ctl_client_read(ctl_client_t *c)
{
    ssize_t        n;
    uint64_t       now;
    unsigned char  chunk[16384];
    struct pollfd  fd;

    for ( ;; ) {
        now = ctl_listen_now();

        if (now >= c->end) {
            return -1;
        }

        fd.fd = c->fd;
        fd.events = POLLIN;

        if (poll(&fd, 1, (int) (c->end - now)) <= 0) {
            continue;
        }

        n = recv(c->fd, chunk, sizeof(chunk), MSG_DONTWAIT);

        if (n == -1 && (errno == EAGAIN || errno == EINTR)) {
            continue;
        }

        if (n <= 0) {
            return 0;
        }

        /* the lines of the head are views into it, but read anew after it
           moved */

        return webhook_buf_add(&c->in, chunk, (size_t) n) == WEBHOOK_OK ? 1
                                                                         : 0;
    }
}


/* Checks the head, which is read again once the body has come. */

static unsigned
ctl_client_head(ctl_client_t *c)
{
    return ctl_client_lines(c) == 0 ? 0 : 400;
}


int
ctl_client_lines(ctl_client_t *c)
{
    unsigned char        *space, *colon;
    webhook_str_t         line, *name, *value;
    const unsigned char  *p, *end;

    p = c->in.data;
    end = p + c->head - 2;
    c->lines = 0;

    if (ctl_client_line(c, &p, end, &line) != 0) {
        return -1;
    }

    space = line.len ? memchr(line.data, ' ', line.len) : NULL;

    if (space == NULL || space == line.data) {
        return -1;
    }

    c->method.data = line.data;
    c->method.len = (size_t) (space - line.data);

    c->uri.data = space + 1;
    c->uri.len = line.len - c->method.len - 1;

    if (c->uri.len < 10
        || memcmp(c->uri.data + c->uri.len - 9, " HTTP/1.", 8) != 0)
    {
        return -1;
    }

    c->uri.len -= 9;

    while (p < end) {

        if (ctl_client_line(c, &p, end, &line) != 0
            || c->lines == CTL_LISTEN_LINES)
        {
            return -1;
        }

        colon = line.len ? memchr(line.data, ':', line.len) : NULL;

        if (colon == NULL || colon == line.data || line.data[0] == ' '
            || line.data[0] == '\t')
        {
            return -1;
        }

        name = &c->names[c->lines];
        value = &c->values[c->lines++];

        name->data = line.data;
        name->len = (size_t) (colon - line.data);

        value->data = colon + 1;
        value->len = line.len - name->len - 1;

        while (value->len && (*value->data == ' ' || *value->data == '\t')) {
            value->data++;
            value->len--;
        }

        while (value->len && (value->data[value->len - 1] == ' '
                              || value->data[value->len - 1] == '\t'))
        {
            value->len--;
        }
    }

    return 0;
}


static int
ctl_client_line(ctl_client_t *c, const unsigned char **p,
    const unsigned char *end, webhook_str_t *line)
{
    const unsigned char  *lf;

    (void) c;

    lf = memchr(*p, '\n', (size_t) (end - *p));

    if (lf == NULL || lf == *p || lf[-1] != '\r') {
        return -1;
    }

    line->data = (unsigned char *) *p;
    line->len = (size_t) (lf - 1 - *p);

    *p = lf + 1;

    return 0;
}


/* How many lines of that name there are, and the value of the first. */

int
ctl_client_header(void *data, const webhook_str_t *name, webhook_str_t *value)
{
    ctl_client_t  *c = data;

    int       n;
    unsigned  i;

    n = 0;

    for (i = 0; i < c->lines; i++) {
        if (c->names[i].len == name->len
            && strncasecmp((char *) c->names[i].data, (char *) name->data,
                           name->len) == 0)
        {
            if (n++ == 0) {
                *value = c->values[i];
            }
        }
    }

    return n;
}


static unsigned
ctl_client_body(ctl_client_t *c)
{
    int            rc, sized;
    size_t         i, len;
    unsigned       refused;
    webhook_str_t  length, coding;

    static const webhook_str_t  content_length = webhook_str("content-length");
    static const webhook_str_t  transfer = webhook_str("transfer-encoding");

    sized = ctl_client_header(c, &content_length, &length);

    if (ctl_client_header(c, &transfer, &coding)) {

        if (sized || coding.len != 7
            || strncasecmp((char *) coding.data, "chunked", 7) != 0)
        {
            return 400;
        }

        refused = ctl_client_chunks(c);

        return refused ? refused : ctl_client_lines(c) == 0 ? 0 : 400;
    }

    if (sized > 1 || (sized && (length.len == 0 || length.len > 18))) {
        return 400;
    }

    len = 0;

    for (i = 0; sized && i < length.len; i++) {

        if (length.data[i] < '0' || length.data[i] > '9') {
            return 400;
        }

        len = len * 10 + (size_t) (length.data[i] - '0');
    }

    if (len > CTL_LISTEN_BODY) {
        return 413;
    }

    while (c->in.len - c->head < len) {
        rc = ctl_client_read(c);

        if (rc <= 0) {
            return rc == 0 ? 400 : 408;
        }
    }

    (void) webhook_buf_add(&c->body, c->in.data + c->head, len);

    return c->body.failed ? 500 : ctl_client_lines(c) == 0 ? 0 : 400;
}


static unsigned
ctl_client_chunks(ctl_client_t *c)
{
    int             rc;
    size_t          pos, len;
    unsigned        digits;
    unsigned char  *lf, ch;

    pos = c->head;

    for ( ;; ) {
        lf = c->in.len > pos ? memchr(c->in.data + pos, '\n', c->in.len - pos)
                             : NULL;

        if (lf == NULL) {

            if (c->in.len - pos > 256) {
                return 400;
            }

            rc = ctl_client_read(c);

            if (rc <= 0) {
                return rc == 0 ? 400 : 408;
            }

            continue;
        }

        len = 0;

        for (digits = 0; digits < 8; digits++) {
            ch = c->in.data[pos + digits];

            if (ch >= '0' && ch <= '9') {
                len = len * 16 + (size_t) (ch - '0');

            } else if ((ch | 0x20) >= 'a' && (ch | 0x20) <= 'f') {
                len = len * 16 + (size_t) ((ch | 0x20) - 'a') + 10;

            } else {
                break;
            }
        }

        if (digits == 0 || digits == 8) {
            return 400;
        }

        pos = (size_t) (lf + 1 - c->in.data);

        if (len == 0) {

            /* trailers are of no use here, and the connection ends */

            return 0;
        }

        if (c->body.len + len > CTL_LISTEN_BODY) {
            return 413;
        }

        while (c->in.len - pos < len + 2) {
            rc = ctl_client_read(c);

            if (rc <= 0) {
                return rc == 0 ? 400 : 408;
            }
        }

        if (webhook_buf_add(&c->body, c->in.data + pos, len) != WEBHOOK_OK
            || memcmp(c->in.data + pos + len, "\r\n", 2) != 0)
        {
            return 400;
        }

        pos += len + 2;
    }
}
