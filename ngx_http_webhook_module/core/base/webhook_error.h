
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What was wrong, as a sentence.
 */

#ifndef WEBHOOK_ERROR_H
#define WEBHOOK_ERROR_H


typedef struct {
    char  text[256];            /* a sentence for a log line or an answer */
} webhook_error_t;


/*
 * Fills in err (NULL is allowed) by a printf() format.  What is too long is
 * cut between characters and ends in "...", control characters become "?".
 */
void webhook_error_set(webhook_error_t *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));


#endif /* WEBHOOK_ERROR_H */
