
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Puts an envelope around a payload, for t/core/envelope-peers.t:
 *
 *     webhook_envelope_cli KIND ID SOURCE TYPE SUBJECT MS json < PAYLOAD
 *     webhook_envelope_cli KIND ID SOURCE TYPE SUBJECT MS CONTENT-TYPE < ...
 *
 * Prints header lines, an empty line, and the body.  Exit status: 0; 1 if it
 * failed; 2 for wrong usage.
 */

#include "core/envelope/webhook_envelope.h"

#include <stdio.h>
#include <stdlib.h>


static webhook_str_t
view(char *text)
{
    webhook_str_t  s;

    s.data = (unsigned char *) text;
    s.len = strlen(text);

    return s;
}


int
main(int argc, char **argv)
{
    int                 rc;
    size_t              n;
    webhook_str_t       type, name;
    webhook_buf_t       in, out;
    unsigned char       piece[4096];
    webhook_envelope_e  kind;
    webhook_envelope_t  e;

    if (argc != 8) {
        fprintf(stderr, "usage: %s KIND ID SOURCE TYPE SUBJECT MS "
                "json|CONTENT-TYPE\n", argv[0]);
        return 2;
    }

    name = view(argv[1]);

    if (webhook_envelope_parse(&name, &kind) != WEBHOOK_OK) {
        fprintf(stderr, "no such envelope: %s\n", argv[1]);
        return 2;
    }

    webhook_buf_init(&in, 64 * 1024 * 1024);
    webhook_buf_init(&out, 0);

    while ((n = fread(piece, 1, sizeof(piece), stdin)) > 0) {
        webhook_buf_add(&in, piece, n);
    }

    memset(&e, 0, sizeof(webhook_envelope_t));

    e.id = view(argv[2]);
    e.source = view(argv[3]);
    e.type = view(argv[4]);
    e.subject = view(argv[5]);
    e.time = strtoull(argv[6], NULL, 10);
    e.json = strcmp(argv[7], "json") == 0;

    if (!e.json) {
        e.content_type = view(argv[7]);
    }

    e.payload.data = in.data;
    e.payload.len = in.len;

    type = webhook_envelope_content_type(kind, &e);

    webhook_envelope_headers(kind, &e, &out);
    webhook_buf_add(&out, "content-type: ", 14);
    webhook_buf_add(&out, type.data, type.len);
    webhook_buf_add(&out, "\r\n\r\n", 4);

    rc = webhook_envelope_write(kind, &e, &out);

    if (rc == WEBHOOK_OK && in.failed == WEBHOOK_OK
        && fwrite(out.data, 1, out.len, stdout) == out.len
        && fflush(stdout) == 0)
    {
        rc = 0;

    } else {
        rc = 1;
    }

    webhook_buf_free(&in);
    webhook_buf_free(&out);

    return rc;
}
