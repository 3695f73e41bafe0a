
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Text from outside in a line of a log: it can end no line, and move no
 * terminal.  Nothing here allocates; any thread.
 */

#ifndef WEBHOOK_SHOW_H
#define WEBHOOK_SHOW_H

#include <stddef.h>


/*
 * Writes len bytes as they may be shown into size bytes, cut where that is too
 * few.  Control characters (those of C1 and the separators of lines too),
 * characters that are not seen or that turn the direction of writing, what is no
 * UTF-8, and the backslash become \xXX.  Returns the length; no NUL is
 * added.
 */
size_t webhook_show(unsigned char *out, size_t size,
    const unsigned char *text, size_t len);

/*
 * The length of the character at p if it may be shown as it is, else 0; the
 * backslash may.  And the length of any, 1 for a byte that is no UTF-8.
 */
int webhook_show_plain(const unsigned char *p, const unsigned char *last);
int webhook_show_length(const unsigned char *p, const unsigned char *last);


#endif /* WEBHOOK_SHOW_H */
