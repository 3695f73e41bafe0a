
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Text from outside in a line of a log: it can end no line, and move no
 * terminal.  This room may call webhook_json_text.  Nothing here allocates;
 * any thread.
 */

#ifndef WEBHOOK_SHOW_H
#define WEBHOOK_SHOW_H

#include <stddef.h>


/*
 * Writes len bytes as they may be shown into size bytes, cut where that is too
 * few.  Control characters (those of C1 and the separators of lines too), what
 * is no UTF-8, and the backslash become \xXX.  Returns the length; no NUL is
 * added.
 */
size_t webhook_show(unsigned char *out, size_t size,
    const unsigned char *text, size_t len);


#endif /* WEBHOOK_SHOW_H */
