
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Text in other charsets than UTF-8.  Reentrant; any thread.
 *
 * Charsets that are converted: UTF-16, UTF-32, ISO 8859, TIS-620, TCVN, those
 * of Windows, of KOI8, of Macintosh, and the common ones of East Asia.  Where a
 * label stands for less than what is sent under it (latin1 for windows-1252,
 * TIS-620 for windows-874, GB 2312 for GBK), the larger one is taken, as
 * browsers do.  "utf8", "us-ascii" and the like are names of what they are.
 */

#ifndef WEBHOOK_CHARSET_H
#define WEBHOOK_CHARSET_H

#include "core/base/webhook_str.h"


/* Beside the results of all: it is a charset that cannot be converted. */

#define WEBHOOK_CHARSET_UNKNOWN  1

#define WEBHOOK_CHARSETS         4      /* different ones in a body */


/* How labels are read: the two sides see different senders. */

typedef enum {
    WEBHOOK_CHARSET_LOOSE = 0,  /* what is UTF-8 is taken for that, whatever it
                                   is called, unless it may be what its label
                                   says */
    WEBHOOK_CHARSET_STRICT,     /* it is what its label says, but that UTF-8 is
                                   often called latin1 */
    WEBHOOK_CHARSET_SIGNED      /* as STRICT, of a text that is signed while its
                                   label is not: what is UTF-8 fits no other */
} webhook_charset_way_e;


typedef struct {
    unsigned char  kind;
    void          *converter;
    char           name[28];    /* iconv's */
} webhook_charset_t;


/* Those of one body; to be touched by its functions alone. */

typedef struct {
    webhook_charset_t  list[WEBHOOK_CHARSETS];
    unsigned           n;
    webhook_buf_t      text;
} webhook_charsets_t;


/*
 * Finds the charset parameter of a Content-Type, as a view of it; empty where
 * there is none.
 */
void webhook_charset_label(const webhook_str_t *content_type,
    webhook_str_t *label);

/* 1 if a label says UTF-8, or is empty. */
int webhook_charset_utf8(const webhook_str_t *label);

/*
 * 1 if a text whose first bytes (up to 3) these are, with this label, may have
 * to be brought to UTF-8; 0 if it may pass as it is, without a look at the
 * rest.
 */
int webhook_charset_doubtful(const unsigned char *first, size_t len,
    const webhook_str_t *label);

/* What is wrong with a text that may be read in two ways. */
#define WEBHOOK_CHARSET_UNSURE                                                \
    "it is UTF-8 and not in the charset of its type, which is not signed"

/*
 * Brings a JSON or XML text to UTF-8 without a byte order mark, which says more
 * than the label.  Returns WEBHOOK_OK and *text, which is a view of "from", or
 * of "out" where it was converted: what was called UTF-8 is still to be
 * checked.  Else WEBHOOK_CHARSET_UNKNOWN, or WEBHOOK_ERROR if its bytes do not
 * fit, with *what (static text); or what appending to "out" failed with.
 */
int webhook_charset_text(const webhook_str_t *from,
    const webhook_str_t *label, webhook_charset_way_e way,
    webhook_buf_t *out, webhook_str_t *text, const char **what);


/* Begins with no charset; and frees what was taken. */
void webhook_charsets_init(webhook_charsets_t *set);
void webhook_charsets_free(webhook_charsets_t *set);

/*
 * Finds the charset of a label; an empty one is UTF-8.  Returns WEBHOOK_OK;
 * WEBHOOK_CHARSET_UNKNOWN; WEBHOOK_LIMIT if there are too many; or
 * WEBHOOK_NOMEM.  *charset lives as long as the set.
 */
int webhook_charsets_find(webhook_charsets_t *set, const webhook_str_t *label,
    webhook_charset_t **charset);

/* 1 if ASCII is itself in it, byte for byte. */
int webhook_charset_ascii(const webhook_charset_t *charset);

/*
 * Brings one value of a body to UTF-8 without a byte order mark.  *text is a
 * view of "from", or of the set until its next call.  Returns WEBHOOK_OK,
 * WEBHOOK_ERROR if the bytes do not fit, or WEBHOOK_NOMEM.
 */
int webhook_charsets_value(webhook_charsets_t *set,
    webhook_charset_t *charset, const webhook_str_t *from,
    webhook_str_t *text);


#endif /* WEBHOOK_CHARSET_H */
