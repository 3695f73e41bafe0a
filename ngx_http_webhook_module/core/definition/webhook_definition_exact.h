
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Numbers in templates that are given as JSON.  A tree keeps 64 bits of an
 * integer, and a double of anything else: a template with another number is
 * read as the text that it is, so that what is sent has it as it was written.
 * Any thread.
 */

#ifndef WEBHOOK_DEFINITION_EXACT_H
#define WEBHOOK_DEFINITION_EXACT_H

#include "core/json/webhook_json.h"


/*
 * Appends a request's text, in which each member "body" of a definition, or of
 * something in it, that is an array or object and has such a number is a string
 * with the bytes of that.  A definition is the whole, its "endpoint" or
 * "receiver", or one of its "items".  Where there is none out stays empty.
 * Returns the buffer's state.  doc is the document that was read from text.
 */
int webhook_definition_exact(const webhook_json_doc_t *doc,
    const webhook_str_t *text, webhook_buf_t *out);


#endif /* WEBHOOK_DEFINITION_EXACT_H */
