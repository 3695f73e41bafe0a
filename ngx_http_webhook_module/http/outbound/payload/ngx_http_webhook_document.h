
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A body as templates, conditions and mappings see it.  JSON is read as it
 * is; XML and forms are said as JSON first (docs/xml.md); nothing is read, and
 * nothing copied, before somebody asks.  Event loop only.
 */

#ifndef NGX_WEBHOOK_DOCUMENT_H
#define NGX_WEBHOOK_DOCUMENT_H

#include "http/model/ngx_http_webhook.h"


typedef enum {
    NGX_WEBHOOK_KIND_JSON = 0,
    NGX_WEBHOOK_KIND_XML,
    NGX_WEBHOOK_KIND_FORM,              /* urlencoded, or multipart */
    NGX_WEBHOOK_KIND_OTHER
} ngx_webhook_kind_e;


/* To be filled in by ngx_webhook_document_init() alone. */

typedef struct {
    ngx_pool_t            *pool;
    ngx_chain_t           *body;        /* in memory */
    size_t                 len;
    ngx_str_t              type;        /* its Content-Type; may be empty */

    ngx_str_t              text;        /* in one piece, once asked for */
    webhook_buf_t          mapped;      /* JSON of what is none */
    webhook_json_doc_t    *doc;
    int                    read;        /* result of reading */
    ngx_webhook_kind_e     kind;

    unsigned               sorted:1;    /* kind is set */
    unsigned               parsed:1;    /* read is set */
} ngx_webhook_document_t;


/*
 * Body and type are kept by reference and have to live as long as the
 * document, and so does pool, from which memory for the text is taken.
 */
void ngx_webhook_document_init(ngx_webhook_document_t *d, ngx_pool_t *pool,
    ngx_chain_t *body, size_t len, ngx_str_t *type);

/*
 * Makes UTF-8 without a byte order mark of a body that may be JSON, before
 * anything else is asked of it, in max bytes at most.  Returns WEBHOOK_OK;
 * WEBHOOK_ERROR if it is in a charset that cannot be told or converted,
 * WEBHOOK_LIMIT or WEBHOOK_NOMEM, with *why as static text.
 */
int ngx_webhook_document_utf8(ngx_webhook_document_t *d, size_t max,
    const char **reason);

/*
 * What it is by its Content-Type.  JSON is also what has no type of worth
 * (none, text/plain, text/html) and reads as an object or an array.
 */
ngx_webhook_kind_e ngx_webhook_document_kind(ngx_webhook_document_t *d);

/* The body in one piece: NGX_OK (d->text is set) or NGX_ERROR. */
ngx_int_t ngx_webhook_document_text(ngx_webhook_document_t *d);

/*
 * Reads it, once: WEBHOOK_OK (d->doc is set), WEBHOOK_ERROR (it is not what it
 * says), WEBHOOK_LIMIT (too deep or too much), WEBHOOK_NOMEM.  What is neither
 * JSON, XML nor a form by its type is tried as JSON.
 */
int ngx_webhook_document_json(ngx_webhook_document_t *d);

/* The JSON that was read: the body's own bytes, or what they were mapped
   to.  After WEBHOOK_OK. */
webhook_str_t ngx_webhook_document_source(ngx_webhook_document_t *d);

/* Why it could not be read: static text to follow "the body". */
const char *ngx_webhook_document_reason(ngx_webhook_document_t *d);

/* The bounds that its JSON was read within. */
void ngx_webhook_document_limits(size_t len, webhook_json_limits_t *limits);

/*
 * The Content-Type to send it with: application/json for JSON, else its own,
 * or application/octet-stream where that is empty or none.
 */
ngx_str_t ngx_webhook_document_type(ngx_webhook_document_t *d);

/* The value of a path, without its first "skip" steps; as missing where there
   is none.  WEBHOOK_OK, or what document_json() says but WEBHOOK_ERROR. */
int ngx_webhook_document_find(ngx_webhook_document_t *d,
    const webhook_path_t *path, uint32_t skip, const webhook_path_t *part,
    webhook_value_t *v);

/*
 * Appends the text of a value that is a string or a number, or nothing where
 * there is none or the document cannot be read.  NGX_OK; NGX_DECLINED where it
 * is something else; NGX_ERROR on lack of memory.
 */
ngx_int_t ngx_webhook_document_label(ngx_webhook_document_t *d,
    const webhook_path_t *path, webhook_buf_t *text);

/* Frees what reading made; it may be read again. */
void ngx_webhook_document_free(ngx_webhook_document_t *d);


#endif /* NGX_WEBHOOK_DOCUMENT_H */
