
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The table of handshakes: what each asks, and what it is answered, stands
 * before its function.
 */

#include "core/handshake/webhook_handshake_int.h"

#include <openssl/crypto.h>


static const webhook_handshake_t  webhook_handshakes[] = {

    { .name = webhook_str("meta"),
      .stage = WEBHOOK_HANDSHAKE_BY_HEAD,
      .method = WEBHOOK_HANDSHAKE_GET,
      .named = 1,
      .ask = webhook_handshake_meta },

    { .name = webhook_str("cloudevents"),
      .stage = WEBHOOK_HANDSHAKE_BY_HEAD,
      .method = WEBHOOK_HANDSHAKE_OPTIONS,
      .named = 1,
      .ask = webhook_handshake_cloudevents },

    { .name = webhook_str("msgraph"),
      .stage = WEBHOOK_HANDSHAKE_BY_HEAD,
      .method = WEBHOOK_HANDSHAKE_POST,
      .preset = 1,
      .named = 1,
      .ask = webhook_handshake_msgraph },

    { .name = webhook_str("dropbox"),
      .stage = WEBHOOK_HANDSHAKE_BY_HEAD,
      .method = WEBHOOK_HANDSHAKE_GET,
      .preset = 1,
      .named = 1,
      .ask = webhook_handshake_dropbox },

    { .name = webhook_str("asana"),
      .stage = WEBHOOK_HANDSHAKE_BY_HEAD,
      .method = WEBHOOK_HANDSHAKE_POST,
      .preset = 1,
      .named = 1,
      .ask = webhook_handshake_asana },

    { .name = webhook_str("slack"),
      .stage = WEBHOOK_HANDSHAKE_SIGNED,
      .method = WEBHOOK_HANDSHAKE_POST,
      .preset = 1,
      .ask = webhook_handshake_slack },

    { .name = webhook_str("zoom"),
      .stage = WEBHOOK_HANDSHAKE_SIGNED,
      .method = WEBHOOK_HANDSHAKE_POST,
      .preset = 1,
      .ask = webhook_handshake_zoom },

    { .name = webhook_str("twitch"),
      .stage = WEBHOOK_HANDSHAKE_SIGNED,
      .method = WEBHOOK_HANDSHAKE_POST,
      .preset = 1,
      .ask = webhook_handshake_twitch },

    { .name = webhook_str("discord"),
      .stage = WEBHOOK_HANDSHAKE_SIGNED,
      .method = WEBHOOK_HANDSHAKE_POST,
      .preset = 1,
      .ask = webhook_handshake_discord },

    { .name = webhook_str("sns"),
      .stage = WEBHOOK_HANDSHAKE_SIGNED,
      .method = WEBHOOK_HANDSHAKE_POST,
      .preset = 1,
      .named = 1,
      .ask = webhook_handshake_sns },

    { .name = webhook_str("woocommerce"),
      .stage = WEBHOOK_HANDSHAKE_BY_BODY,
      .method = WEBHOOK_HANDSHAKE_POST,
      .preset = 1,
      .ask = webhook_handshake_woocommerce }
};

#define WEBHOOK_HANDSHAKES                                                    \
    (sizeof(webhook_handshakes) / sizeof(webhook_handshakes[0]))


const webhook_handshake_t *
webhook_handshake_find(const webhook_str_t *name)
{
    size_t  i;

    for (i = 0; i < WEBHOOK_HANDSHAKES; i++) {
        if (webhook_str_eq(&webhook_handshakes[i].name, name)) {
            return &webhook_handshakes[i];
        }
    }

    return NULL;
}


int
webhook_handshake_names(webhook_buf_t *out, int named)
{
    size_t               i, n, last;
    const webhook_str_t  *name;

    last = 0;

    for (i = 0; i < WEBHOOK_HANDSHAKES; i++) {
        if (webhook_handshakes[i].named == (unsigned) named) {
            last = i;
        }
    }

    n = 0;

    for (i = 0; i <= last; i++) {

        if (webhook_handshakes[i].named != (unsigned) named) {
            continue;
        }

        if (n++) {
            (void) webhook_buf_add(out, i == last ? " and " : ", ",
                                   i == last ? 5 : 2);
        }

        name = &webhook_handshakes[i].name;
        (void) webhook_buf_add(out, name->data, name->len);
    }

    return out->failed ? out->failed : WEBHOOK_OK;
}


webhook_handshake_e
webhook_handshake_ask(const webhook_handshake_t *handshake,
    const webhook_question_t *question, webhook_handshake_answer_t *answer)
{
    webhook_handshake_e  result;

    memset(answer, 0, sizeof(webhook_handshake_answer_t));

    answer->status = 200;
    webhook_buf_init(&answer->body, 0);
    webhook_buf_init(&answer->note, WEBHOOK_HANDSHAKE_NOTE_MAX);
    webhook_buf_init(&answer->confirm, 0);

    result = handshake->ask(question, answer);

    if (result == WEBHOOK_HANDSHAKE_ANSWER
        && (answer->body.failed || answer->note.failed
            || answer->confirm.failed))
    {
        result = WEBHOOK_HANDSHAKE_FAULT;
    }

    if (result != WEBHOOK_HANDSHAKE_ANSWER) {
        webhook_handshake_free(answer);
        answer->nheaders = 0;
    }

    return result;
}


void
webhook_handshake_free(webhook_handshake_answer_t *answer)
{
    if (answer->confirm.len) {
        OPENSSL_cleanse(answer->confirm.data, answer->confirm.len);
    }

    webhook_buf_free(&answer->body);
    webhook_buf_free(&answer->note);
    webhook_buf_free(&answer->confirm);
}
