
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What a body is by its Content-Type, and the JSON of what is none.  Any
 * thread.
 */

#ifndef WEBHOOK_MEDIA_H
#define WEBHOOK_MEDIA_H

#include "core/format/webhook_xml.h"


typedef enum {
    WEBHOOK_MEDIA_NONE = 0,     /* no type */
    WEBHOOK_MEDIA_JSON,         /* application/json, text/json, +json */
    WEBHOOK_MEDIA_XML,          /* application/xml, text/xml, +xml */
    WEBHOOK_MEDIA_FORM,         /* application/x-www-form-urlencoded */
    WEBHOOK_MEDIA_MULTIPART,    /* multipart/form-data */
    WEBHOOK_MEDIA_TEXT,         /* text/plain, and text/html: often of what */
    WEBHOOK_MEDIA_HTML,         /*   is something else */
    WEBHOOK_MEDIA_OTHER
} webhook_media_e;


/* How a type is read: the two sides see different senders. */

typedef enum {
    WEBHOOK_MEDIA_LOOSE = 0,    /* up to ";": "+json" alone is JSON, and
                                   "application/json x" is not */
    WEBHOOK_MEDIA_STRICT,       /* up to ";" or a blank, a suffix behind a name
                                   with a slash: "+json" alone is nothing, and
                                   "application/json x" is JSON */
    WEBHOOK_MEDIA_SIGNED        /* as STRICT, of a body that is signed while its
                                   type is not */
} webhook_media_way_e;


typedef struct {
    const char  *what;          /* static text, or NULL */
    size_t       line;          /* of XML, from 1; 0: no place is to blame */
    unsigned     charset:1;     /* it is in one that cannot be converted */
} webhook_media_error_t;


/* Tells the kind of a Content-Type, whatever its letter case and parameters. */
webhook_media_e webhook_media(const webhook_str_t *type,
    webhook_media_way_e way);

/*
 * Appends XML, a form or a multipart form as JSON.  Limits are those of XML, of
 * which max_nodes bounds the values of forms, too; NULL: the defaults.  What a
 * failed call added is to be thrown away.  Returns WEBHOOK_OK; WEBHOOK_ERROR if
 * the body is not what its type says, with err (unless NULL) filled in;
 * WEBHOOK_LIMIT or WEBHOOK_NOMEM.
 *
 * A STRICT body is in the charset that its type names, or where that is none
 * in what it says itself, and all of its bytes have to fit; of a LOOSE one what
 * is no UTF-8 becomes U+FFFD in forms.  A SIGNED body which without the charset
 * of its type would be read as something else is an error.
 */
int webhook_media_json(webhook_media_e media, webhook_media_way_e way,
    const webhook_str_t *type, const webhook_str_t *body,
    const webhook_xml_limits_t *limits, webhook_buf_t *out,
    webhook_media_error_t *err);


#endif /* WEBHOOK_MEDIA_H */
