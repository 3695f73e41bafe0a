
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The head of a part, and how lines end.
 */

#ifndef WEBHOOK_MULTIPART_INT_H
#define WEBHOOK_MULTIPART_INT_H

#include "core/multipart/webhook_multipart.h"


typedef struct {
    webhook_str_t         name;
    webhook_str_t         filename;
    webhook_str_t         content_type;
    unsigned              named:1;
    unsigned              file:1;
    unsigned              has_filename:1;
    unsigned              has_type:1;
    unsigned              encoded:1;    /* by a Content-Transfer-Encoding */
} webhook_multipart_head_t;


/* What stands behind a delimiter on its line: spaces, and the line's end.
   *eol is its length, or 0 where that is to be found out.  WEBHOOK_OK or
   WEBHOOK_ERROR. */
int webhook_multipart_line(unsigned char **pp, unsigned char *last,
    size_t *eol);

/* The headers of a part and the empty line behind them.  WEBHOOK_OK;
   WEBHOOK_ERROR or WEBHOOK_LIMIT, with *what unless it is cut short. */
int webhook_multipart_part(unsigned char **pp, unsigned char *last,
    size_t eol, webhook_multipart_head_t *part, const char **what);

/* Appends a name or file name without what the ways of writing it put in.
   Returns the buffer's state. */
int webhook_multipart_clean(const webhook_str_t *raw, webhook_buf_t *out);


#endif /* WEBHOOK_MULTIPART_INT_H */
