
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Bodies that were compressed: which codings a Content-Encoding names, and what
 * such a body was before.  Where the bytes come from and where they go to is
 * the caller's; no more is made than there is room for.  Reentrant; any thread.
 */

#ifndef WEBHOOK_INFLATE_H
#define WEBHOOK_INFLATE_H

#include "core/base/webhook_str.h"


#define WEBHOOK_CODINGS  2          /* one in the other at most */


typedef enum {
    WEBHOOK_CODING_GZIP = 0,
    WEBHOOK_CODING_DEFLATE,         /* zlib's format, or the bare one that some
                                       servers send */
    WEBHOOK_CODING_UNKNOWN
} webhook_coding_e;


/* The functions are given "data", and called while webhook_inflate() runs. */

typedef struct {
    void   *data;

    /* The next of the compressed bytes, which have to stay until it is called
       again; of no length where there are no more. */
    void  (*next)(void *data, webhook_str_t *bytes);

    /* Room for what comes: WEBHOOK_OK, of no length where there may be no more,
       or WEBHOOK_NOMEM. */
    int   (*room)(void *data, unsigned char **p, size_t *len);

    /* So many bytes of that room have been written to. */
    void  (*made)(void *data, size_t len);

    unsigned   exact:1;         /* bytes behind the end are an error */
} webhook_inflate_t;


/*
 * The codings of a body that have to be undone, in the order in which they were
 * applied, and their number; UNKNOWN is the only one where one is not known or
 * there are too many.  What stands in Content-Encoding and is no coding
 * ("identity", "utf-8", "none") counts as none, as clients take it.
 */
unsigned webhook_codings(const webhook_str_t *header,
    webhook_coding_e list[WEBHOOK_CODINGS]);

/*
 * Undoes one coding.  Several members of gzip are one body; other bytes behind
 * the end are padding, unless it has to be "exact".  Returns WEBHOOK_OK; WEBHOOK_ERROR with *what (static text)
 * if it is broken or cut short; WEBHOOK_LIMIT if there is more than there was
 * room for; or WEBHOOK_NOMEM.
 */
int webhook_inflate(webhook_coding_e coding, const webhook_inflate_t *io,
    const char **what);


#endif /* WEBHOOK_INFLATE_H */
