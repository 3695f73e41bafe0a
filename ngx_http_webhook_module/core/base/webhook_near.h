
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Which word somebody may have meant.  Nothing here allocates; any thread.
 */

#ifndef WEBHOOK_NEAR_H
#define WEBHOOK_NEAR_H

#include "core/base/webhook_str.h"


/* Longer words are near to nothing. */
#define WEBHOOK_NEAR_MAX  32


/*
 * How many letters have to be inserted, left out, changed, or swapped with
 * their neighbour, to make one word of the other; SIZE_MAX if a word is empty
 * or longer than WEBHOOK_NEAR_MAX, or if it takes more than is a slip: one
 * change for up to 5 letters of the shorter word, two for more, and never as
 * many as it has letters.
 */
size_t webhook_near(const webhook_str_t *one, const webhook_str_t *two);


#endif /* WEBHOOK_NEAR_H */
