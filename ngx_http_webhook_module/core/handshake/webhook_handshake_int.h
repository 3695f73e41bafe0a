
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What handshakes share among themselves, and their functions for the table.
 */

#ifndef WEBHOOK_HANDSHAKE_INT_H
#define WEBHOOK_HANDSHAKE_INT_H

#include "core/handshake/webhook_handshake.h"
#include "core/json/webhook_json.h"


webhook_handshake_e webhook_handshake_meta(const webhook_question_t *q,
    webhook_handshake_answer_t *a);
webhook_handshake_e webhook_handshake_dropbox(const webhook_question_t *q,
    webhook_handshake_answer_t *a);
webhook_handshake_e webhook_handshake_msgraph(const webhook_question_t *q,
    webhook_handshake_answer_t *a);
webhook_handshake_e webhook_handshake_cloudevents(const webhook_question_t *q,
    webhook_handshake_answer_t *a);
webhook_handshake_e webhook_handshake_asana(const webhook_question_t *q,
    webhook_handshake_answer_t *a);
webhook_handshake_e webhook_handshake_slack(const webhook_question_t *q,
    webhook_handshake_answer_t *a);
webhook_handshake_e webhook_handshake_zoom(const webhook_question_t *q,
    webhook_handshake_answer_t *a);
webhook_handshake_e webhook_handshake_twitch(const webhook_question_t *q,
    webhook_handshake_answer_t *a);
webhook_handshake_e webhook_handshake_discord(const webhook_question_t *q,
    webhook_handshake_answer_t *a);
webhook_handshake_e webhook_handshake_sns(const webhook_question_t *q,
    webhook_handshake_answer_t *a);
webhook_handshake_e webhook_handshake_woocommerce(const webhook_question_t *q,
    webhook_handshake_answer_t *a);


/*
 * 1 if text has 1 to max letters, digits and others of these, else 0: what is
 * sent back to whoever asked can be no markup, no escape and no header.
 */
int webhook_handshake_plain(const webhook_str_t *text, size_t max,
    const char *others);

/*
 * How often a parameter of the query came, by its name in any case; 1 with its
 * decoded value, which is put into text.  What is longer than size or cannot
 * be decoded counts as 2.
 */
int webhook_handshake_param(const webhook_str_t *args, const char *name,
    unsigned char *text, size_t size, webhook_str_t *value);

/* The one line of a header, or an empty value where there is none; 2 if it came
   more than once, else 0 or 1. */
int webhook_handshake_header(const webhook_question_t *q, const char *name,
    webhook_str_t *value);

/* Adds a header to the answer. */
void webhook_handshake_add(webhook_handshake_answer_t *a, const char *name,
    const webhook_str_t *value);

/* Answers text alone: 200, text/plain, which no browser takes for anything
   else.  ANSWER, or FAULT. */
webhook_handshake_e webhook_handshake_echo(webhook_handshake_answer_t *a,
    const webhook_str_t *text);

/*
 * Reads a body.  WEBHOOK_OK with a document to be freed; WEBHOOK_NOMEM; else
 * WEBHOOK_ERROR: too large, or no JSON.
 */
int webhook_handshake_body(const webhook_question_t *q,
    webhook_json_doc_t **doc, webhook_json_value_t *root);

/* Reads the body, asks "read" of it, and frees it; "otherwise" where it is no
   JSON. */
webhook_handshake_e webhook_handshake_json(const webhook_question_t *q,
    webhook_handshake_answer_t *a,
    webhook_handshake_e (*read)(const webhook_question_t *q,
    const webhook_json_doc_t *doc, const webhook_json_value_t *root,
    webhook_handshake_answer_t *a), webhook_handshake_e otherwise);

/* 1 if the member is a string that reads so, without escapes. */
int webhook_handshake_says(const webhook_json_doc_t *doc,
    const webhook_json_value_t *in, const char *key, const char *text);

/* The decoded text of a member; WEBHOOK_ERROR if it is missing or no string. */
int webhook_handshake_text(const webhook_json_doc_t *doc,
    const webhook_json_value_t *in, const char *key, webhook_buf_t *text);

/* 1 if there is such a member, of that type. */
int webhook_handshake_member(const webhook_json_doc_t *doc,
    const webhook_json_value_t *in, const char *key,
    webhook_json_type_e type, webhook_json_value_t *v);


#endif /* WEBHOOK_HANDSHAKE_INT_H */
