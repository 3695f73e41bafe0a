
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Reads the directives into the compiled configuration
 * (ngx_http_webhook.h) and checks it as a whole once all is read:
 *
 *   conf.c            contexts, merge, types, receive, metrics
 *   conf_store.c      webhook_store
 *   conf_endpoint.c   webhook_endpoint { }; see conf_endpoint.h
 *   conf_event.c      webhook_event, webhook_idempotency
 *   conf_receiver.c   webhook_receiver { }; see conf_receiver.h
 *   conf_map.c        webhook_map { }
 *   conf_pattern.c    what is plain of a rule's regular expression
 *   conf_reach.c      whether actions lead to a location
 *   conf_check.c      the check of the whole
 *   conf_location.c   what cannot stand together in a location
 *   conf_lint.c       warnings of what is allowed and hardly meant
 *   conf_lint_rule.c  the same, of rules
 *   conf_block.c      blocks with directives of their own
 *   conf_key.c        helpers: secrets and keys
 *   conf_param.c      helpers: parameters, choices, what was meant
 *   conf_dollar.c     helpers: dollar signs that mean nothing
 *   conf_text.c       helpers: places, templates
 *
 * Every message names file and line and says what to change.  These rooms may
 * call client (targets), receive and metrics (their content handlers, the
 * zone) and core/.  They run while the configuration is read, but for the
 * find functions of ngx_http_webhook.h, which run on the event loop.
 */

#ifndef NGX_HTTP_WEBHOOK_CONF_H
#define NGX_HTTP_WEBHOOK_CONF_H

#include "http/model/ngx_http_webhook.h"


void *ngx_http_webhook_create_main_conf(ngx_conf_t *cf);
char *ngx_http_webhook_init_main_conf(ngx_conf_t *cf, void *conf);
void *ngx_http_webhook_create_loc_conf(ngx_conf_t *cf);
char *ngx_http_webhook_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child);

/* Directive handlers. */

char *ngx_http_webhook_store(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_webhook_cpu_threads(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_webhook_event_type(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_webhook_event_header(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_webhook_commit(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_webhook_payload_max(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_webhook_receive(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_webhook_metrics(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

char *ngx_http_webhook_event(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_webhook_idempotency(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* What is to be looked at in a rule when all is known: NGX_OK or NGX_ERROR. */
ngx_int_t ngx_http_webhook_event_check(ngx_conf_t *cf,
    ngx_http_webhook_main_conf_t *wmcf, ngx_http_webhook_rule_t *rule);

/* Looks at a rule's regular expression: NGX_OK, or NGX_ERROR, logged, where it
   can match no path. */
ngx_int_t ngx_http_webhook_pattern_check(ngx_conf_t *cf, ngx_str_t *regex);

/*
 * The bytes that all that an expression matches begins with, as far as that is
 * plain to see: those behind "^".  Returns 0 if there are none.
 */
ngx_uint_t ngx_http_webhook_pattern_literal(ngx_str_t *regex,
    ngx_str_t *literal, u_char *buf, size_t size);

char *ngx_http_webhook_endpoint(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* What is to be looked at in an endpoint when all is known: NGX_OK or
   NGX_ERROR. */
ngx_int_t ngx_http_webhook_endpoint_check(ngx_conf_t *cf,
    ngx_http_webhook_main_conf_t *wmcf, ngx_http_webhook_endpoint_t *ep);

/* Directive webhook_address. */
char *ngx_http_webhook_address(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

char *ngx_http_webhook_receiver(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* Directive webhook_map. */
char *ngx_http_webhook_map(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* Remembers a template that asks for tables, which it is given by the check
   when all is known. */
ngx_int_t ngx_http_webhook_map_add_user(ngx_conf_t *cf,
    webhook_template_t *tpl);
ngx_int_t ngx_http_webhook_map_check(ngx_conf_t *cf,
    ngx_http_webhook_main_conf_t *wmcf);

/* What is to be looked at in a receiver when all is known. */
ngx_int_t ngx_http_webhook_receiver_check(ngx_conf_t *cf,
    ngx_http_webhook_main_conf_t *wmcf, ngx_http_webhook_receiver_t *rcv);

/* The check of the whole, in postconfiguration: NGX_OK or NGX_ERROR. */
ngx_int_t ngx_http_webhook_conf_check(ngx_conf_t *cf);

/* The check of what is called, behind receive_init(), which finds the ordinary
   locations: NGX_OK or NGX_ERROR. */
ngx_int_t ngx_http_webhook_conf_check_calls(ngx_conf_t *cf);

/* Refuses actions that would call a receiver. */
ngx_int_t ngx_http_webhook_receive_loop(ngx_conf_t *cf,
    ngx_http_webhook_main_conf_t *wmcf);

/* What is to be looked at in locations when all is known. */
ngx_int_t ngx_http_webhook_location_check(ngx_conf_t *cf,
    ngx_http_webhook_main_conf_t *wmcf);

/* Whether actions lead to a location, once those are sorted. */
ngx_int_t ngx_http_webhook_reach_check(ngx_conf_t *cf,
    ngx_http_webhook_main_conf_t *wmcf);

/* Makes the threads of webhook_cpu, where they may be needed. */
ngx_int_t ngx_http_webhook_conf_cpu(ngx_conf_t *cf,
    ngx_http_webhook_main_conf_t *wmcf);

/* Warnings, behind it: of all, of rules, and of an event that is made for
   nobody by what the directive is. */
void ngx_http_webhook_conf_lint(ngx_conf_t *cf,
    ngx_http_webhook_main_conf_t *wmcf);
void ngx_http_webhook_lint_rules(ngx_conf_t *cf,
    ngx_http_webhook_main_conf_t *wmcf);
void ngx_http_webhook_lint_unasked(ngx_conf_t *cf, ngx_str_t *type,
    const char *what, ngx_http_webhook_place_t *place);

/* The http module of that name, or NULL. */
ngx_module_t *ngx_http_webhook_conf_module(ngx_conf_t *cf, const char *name);


/* Helpers for the rooms of conf. */

/* What is said of a place. */
#define ngx_http_webhook_conf_error  ngx_http_webhook_place_error

/* Fills in place with where cf stands. */
void ngx_http_webhook_conf_place(ngx_conf_t *cf,
    ngx_http_webhook_place_t *place);

/*
 * Reads the directives of a block up to its end; tables are those that it may
 * have, up to NULL, each up to ngx_null_command, and "include" besides.  Of a
 * command's type only the number of arguments counts; its handler gets conf.
 */
char *ngx_http_webhook_conf_block(ngx_conf_t *cf, ngx_command_t **tables,
    void *conf);

/*
 * Puts a new endpoint or receiver where it belongs in the array of pointers,
 * by ascending id; what is the directive's name, for the message where the
 * name is taken.
 */
ngx_int_t ngx_http_webhook_conf_insert(ngx_conf_t *cf, ngx_array_t *array,
    ngx_http_webhook_named_t *named, ngx_str_t *what);

/* Fills in id, name and place of a new one from the directive's argument;
   NGX_ERROR, logged, where the name is none. */
ngx_int_t ngx_http_webhook_conf_named(ngx_conf_t *cf,
    ngx_http_webhook_named_t *named);

/* 1 and the rest of arg in *value if arg begins with name (with its "="). */
ngx_uint_t ngx_http_webhook_conf_param(ngx_str_t *arg, const char *name,
    ngx_str_t *value);

/* Logs that an argument is none of those the directive has. */
char *ngx_http_webhook_conf_invalid(ngx_conf_t *cf, ngx_str_t *arg);

/*
 * Refuses the arguments from the number "first" on that are none of the
 * parameters, are given twice or have no value.  Those are written as in
 * "size= keep= when=*", with an asterisk where one may be given again.
 */
char *ngx_http_webhook_conf_params(ngx_conf_t *cf, ngx_uint_t first,
    const char *names);

/* 1 and the name, without its "=", that may have been meant by the word. */
ngx_uint_t ngx_http_webhook_conf_near(ngx_str_t *word, const char *names,
    ngx_str_t *near);

/* Writes the words as in "\"a\", \"b\" or \"c\""; returns the length. */
size_t ngx_http_webhook_conf_list(u_char *buf, size_t size,
    const char *names);

/* The number of the word that value is, from 0 on, or NGX_ERROR after logging
   that arg is none of them. */
ngx_int_t ngx_http_webhook_conf_choice(ngx_conf_t *cf, ngx_str_t *arg,
    ngx_str_t *value, const char *names);

/* A directive with such a choice: of a command "post" are the words, and the
   number goes to an ngx_uint_t at its offset. */
char *ngx_http_webhook_conf_enum(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* The first "total=" of endpoints, in milliseconds. */
#define NGX_HTTP_WEBHOOK_TIMEOUT_TOTAL  15000

/* Milliseconds of "500ms", "10s", "1m30s", "7d", from 1 to max; NGX_ERROR
   otherwise. */
ngx_int_t ngx_http_webhook_conf_msec(ngx_str_t *text, uint64_t max,
    uint64_t *ms);

/*
 * 1 if text can be the name of a header that the configuration sets: a token
 * that neither frames the message nor is one of the module's own.
 */
ngx_uint_t ngx_http_webhook_conf_header_name(ngx_str_t *text);

/* 1 if text can be the name of any header. */
ngx_uint_t ngx_http_webhook_conf_header_token(ngx_str_t *text);

/* Finds the next "$name" (1) or "${name" (2) between *p and last, and goes
   behind it; 0 if there is none. */
ngx_uint_t ngx_http_webhook_conf_dollar_next(u_char **p, u_char *last,
    ngx_str_t *name);

/* 1 if there is a "${" in text. */
ngx_uint_t ngx_http_webhook_conf_braces(ngx_str_t *text);

/* Refuses "${...}" where none is read, and warns of $VARIABLES; what is the
   place, for the message. */
char *ngx_http_webhook_conf_fixed(ngx_conf_t *cf, ngx_str_t *text,
    const char *what);

/* Warns of what reads as "$name" in a template, where it is text. */
void ngx_http_webhook_conf_dollar(ngx_conf_t *cf, ngx_str_t *text,
    const char *what);

/* 1 if the configuration, as far as it is read, has such a variable. */
ngx_uint_t ngx_http_webhook_conf_variable(ngx_conf_t *cf,
    const webhook_str_t *name);

/* The bit of a method, 0 where nginx does not know it. */
ngx_uint_t ngx_http_webhook_conf_method(ngx_str_t *text);

/*
 * A secret from "file:PATH" (relative to the configuration prefix, one
 * trailing newline dropped, at most 4096 bytes), from "env:NAME", or as it is
 * written, after "text:" if that stands before it.  What is written is wiped from nginx's own buffers.  The caller
 * wipes the secret, which lives in cf->temp_pool.  No message shows it.
 */
char *ngx_http_webhook_conf_secret(ngx_conf_t *cf, ngx_str_t *value,
    ngx_str_t *secret);

/*
 * What stands where a secret may: refuses what is rather a misspelt parameter
 * (for arguments without a name), or a misspelt "file:" or "env:".
 */
char *ngx_http_webhook_conf_literal(ngx_conf_t *cf, ngx_str_t *value);
ngx_int_t ngx_http_webhook_conf_source(ngx_conf_t *cf, ngx_str_t *value);

/*
 * Refuses an argument of a directive with secrets: it may be one, so no more
 * of it is shown than what looks like the name of a parameter.
 */
char *ngx_http_webhook_conf_unknown(ngx_conf_t *cf, ngx_str_t *arg);

/*
 * A secret, moved into secret memory, for what is sent as it is: a token, a
 * password.  It is refused if it is empty or has control characters; what is
 * its name in messages.
 */
char *ngx_http_webhook_conf_token(ngx_conf_t *cf, ngx_str_t *value,
    const char *what, ngx_str_t *token);

/*
 * Reads user=NAME and password=SECRET from the argument with number "first"
 * on and makes the value of an Authorization, in secret memory.
 */
char *ngx_http_webhook_conf_basic(ngx_conf_t *cf, ngx_uint_t first,
    ngx_str_t *authorization);

/*
 * Adds a key from such a secret; standard is 1 for a webhook-signature and 0
 * for an HMAC.  what is the directive, for messages.  A weak key is warned of.
 */
char *ngx_http_webhook_conf_key(ngx_conf_t *cf, ngx_str_t *value,
    ngx_uint_t standard, const char *what, ngx_http_webhook_keys_t *keys);

/* Has the last key end at Unix seconds, "2027-01-31" or
   "2027-01-31T12:00:00Z". */
char *ngx_http_webhook_conf_key_expires(ngx_conf_t *cf, ngx_str_t *value,
    ngx_http_webhook_keys_t *keys);

/* The contents of a file, up to max bytes, in cf->temp_pool; of a secret it is
   warned of others who can read it.  NGX_OK or NGX_ERROR, logged. */
ngx_int_t ngx_http_webhook_conf_file(ngx_conf_t *cf, ngx_str_t *path,
    size_t max, ngx_uint_t secret, ngx_str_t *text);

/* Text of a template argument: as written, or from "file:PATH", up to 1 MB. */
char *ngx_http_webhook_conf_text(ngx_conf_t *cf, ngx_str_t *value,
    ngx_str_t *text);

/*
 * Compile; NULL where that failed, which was logged.  The results are freed
 * with the configuration.
 */
webhook_template_t *ngx_http_webhook_conf_template(ngx_conf_t *cf,
    ngx_str_t *text, webhook_template_kind_e kind, const char *what);
webhook_path_t *ngx_http_webhook_conf_path(ngx_conf_t *cf, ngx_str_t *text);
webhook_condition_t *ngx_http_webhook_conf_condition(ngx_conf_t *cf,
    ngx_str_t *text);


/* What a path of an event begins with. */

typedef enum {
    NGX_HTTP_WEBHOOK_ROOT_DATA = 0,
    NGX_HTTP_WEBHOOK_ROOT_REQUEST,
    NGX_HTTP_WEBHOOK_ROOT_RESPONSE,
    NGX_HTTP_WEBHOOK_ROOT_URI,
    NGX_HTTP_WEBHOOK_ROOT_OTHER
} ngx_http_webhook_root_e;

/* Tells the root of a path of an event; returns NULL, or why the path can have
   no value, a constant text.  What comes after "uri" is up to the caller. */
const char *ngx_http_webhook_conf_root(const webhook_path_t *path,
    ngx_http_webhook_root_e *root);


#endif /* NGX_HTTP_WEBHOOK_CONF_H */
