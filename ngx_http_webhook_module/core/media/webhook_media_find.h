
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Whether a body has a value at a path, whatever it is by its Content-Type.
 * Any thread.
 */

#ifndef WEBHOOK_MEDIA_FIND_H
#define WEBHOOK_MEDIA_FIND_H

#include "core/json/webhook_path.h"


#define WEBHOOK_MEDIA_FIND_MAX  ((size_t) 32 * 1024 * 1024)  /* bytes */


/*
 * Sets *found to 1 if the path leads to that value: a string that is this text
 * once its escapes are read, or a number, true or false that is written so.  A
 * step that ends in "[]" is each element of a list.  XML and forms are looked
 * into as the JSON that is made of them; what has no type, or one that is not
 * known, is looked into as JSON.  A body of no bytes has no values.
 *
 * Returns WEBHOOK_OK; else it is not known: WEBHOOK_ERROR (the body is not what
 * its type says, or no JSON), WEBHOOK_LIMIT (it is over WEBHOOK_MEDIA_FIND_MAX
 * bytes, or has too many values), WEBHOOK_NOMEM.
 */
int webhook_media_find(const webhook_path_t *path, const webhook_str_t *value,
    const webhook_str_t *type, const webhook_str_t *body, int *found);


#endif /* WEBHOOK_MEDIA_FIND_H */
