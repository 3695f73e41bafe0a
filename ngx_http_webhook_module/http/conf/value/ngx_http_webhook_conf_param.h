
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Parameters and choices, and what was meant by another word.
 */

#ifndef NGX_WEBHOOK_CONF_PARAM_H
#define NGX_WEBHOOK_CONF_PARAM_H

#include "http/model/ngx_http_webhook_build.h"


/*
 * Refuses the arguments from the number "first" on that are none of the
 * parameters, are given twice or have no value.  Those are written as in
 * "size= keep= when=* body=?", with an asterisk where one may be given again,
 * and a question mark where it may be empty.
 */
char *ngx_webhook_conf_params(ngx_webhook_build_t *b, ngx_uint_t first,
    const char *names);

/* 1 and the name, without its "=", that may have been meant by the word. */
ngx_uint_t ngx_webhook_conf_near(ngx_str_t *word, const char *names,
    ngx_str_t *near);

/* Writes the words as in "\"a\", \"b\" or \"c\""; returns the length. */
size_t ngx_webhook_conf_list(u_char *buf, size_t size, const char *names);

/* The number of the word that value is, from 0 on, or NGX_ERROR after logging
   that arg is none of them. */
ngx_int_t ngx_webhook_conf_choice(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, const char *names);

/*
 * A parameter of a directive, by its name with the "=".  What sets it returns
 * what a directive's handler does; arg is the whole, for messages.
 */

typedef struct {
    const char   *name;
    char       *(*set)(ngx_webhook_build_t *b, ngx_str_t *arg,
                      ngx_str_t *value, void *data);
} ngx_webhook_option_t;


/* Sets the parameters from the argument with the number "first" on. */
char *ngx_webhook_conf_options(ngx_webhook_build_t *b, ngx_uint_t first,
    const ngx_webhook_option_t *options, void *data);


#endif /* NGX_WEBHOOK_CONF_PARAM_H */
