
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Questions of senders as tests write them, and what they are answered.
 */

#ifndef ASKED_H
#define ASKED_H

#include "tap.h"
#include "core/handshake/webhook_handshake.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>


#define ASKED_HEADERS  4


typedef struct {
    const char  *name;
    const char  *value;
} asked_header_t;

/* A question, and its answer as asked_show() writes it. */

typedef struct {
    const char           *args;
    const char           *body;
    webhook_handshake_e   rc;
    const char           *answer;
    asked_header_t        headers[ASKED_HEADERS];
} asked_case_t;


static webhook_handshake_conf_t    asked_conf;
static webhook_handshake_answer_t  answered;


__attribute__((unused))
static webhook_str_t
asked_str(const char *text)
{
    webhook_str_t  s;

    s.data = (unsigned char *) text;
    s.len = text ? strlen(text) : 0;

    return s;
}


__attribute__((unused))
static int
asked_header(void *data, const webhook_str_t *name, webhook_str_t *value)
{
    asked_header_t *h = data;

    int       n;
    unsigned  i;

    n = 0;

    for (i = 0; i < ASKED_HEADERS && h[i].name; i++) {

        if (strlen(h[i].name) == name->len
            && strncasecmp(h[i].name, (char *) name->data, name->len) == 0
            && n++ == 0)
        {
            *value = asked_str(h[i].value);
        }
    }

    return n;
}


__attribute__((unused))
static webhook_handshake_e
asked(const char *name, const asked_case_t *c, const webhook_key_t *key,
    int64_t now)
{
    webhook_str_t               text;
    webhook_question_t          q;
    const webhook_handshake_t  *row;

    static const asked_header_t  none[ASKED_HEADERS];

    text = asked_str(name);
    row = webhook_handshake_find(&text);

    if (row == NULL) {
        memset(&answered, 0, sizeof(answered));
        return (webhook_handshake_e) -1;
    }

    memset(&q, 0, sizeof(q));

    q.method = row->method;
    q.header = asked_header;
    q.data = (void *) (c->headers[0].name ? c->headers : none);
    q.args = asked_str(c->args);
    q.body = asked_str(c->body);
    q.key = key;
    q.now = now;
    q.conf = &asked_conf;

    return webhook_handshake_ask(row, &q, &answered);
}


/* "200 type body [header: value]", which says all of an answer. */

__attribute__((unused))
static void
asked_show(char *text, size_t size)
{
    size_t    n;
    unsigned  i;

    n = snprintf(text, size, "%u %s %.*s", answered.status,
                 answered.type ? answered.type : "json",
                 (int) answered.body.len,
                 answered.body.data ? (char *) answered.body.data : "");

    for (i = 0; i < answered.nheaders && n < size; i++) {
        n += snprintf(text + n, size - n, " [%s: %.*s]",
                      answered.headers[i].name,
                      (int) answered.headers[i].value.len,
                      (char *) answered.headers[i].value.data);
    }

    if (answered.note.len && n < size) {
        n += snprintf(text + n, size - n, " (%.*s)", (int) answered.note.len,
                      (char *) answered.note.data);
    }

    if (answered.confirm.len && n < size) {
        (void) snprintf(text + n, size - n, " %.*s", (int) answered.confirm.len,
                        (char *) answered.confirm.data);
    }
}


__attribute__((unused))
static void
asked_is(const char *name, const asked_case_t *c, const webhook_key_t *key,
    int64_t now)
{
    int                  ok;
    char                 text[2048];
    webhook_handshake_e  rc;

    rc = asked(name, c, key, now);
    asked_show(text, sizeof(text));

    if (c->rc == WEBHOOK_HANDSHAKE_ANSWER) {
        ok = rc == c->rc && strcmp(text, c->answer) == 0;

    } else {
        ok = rc == c->rc && answered.body.len == 0 && answered.nheaders == 0
             && answered.note.len == 0 && answered.confirm.len == 0;
    }

    if (!tap_ok(ok, "%s: %.60s %.90s", name, c->args ? c->args : "",
                c->body ? c->body : ""))
    {
        printf("# %d: %s\n", rc, text);
    }

    webhook_handshake_free(&answered);
}


__attribute__((unused))
static void
asked_all(const char *name, const asked_case_t *c, size_t n,
    const webhook_key_t *key, int64_t now)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        asked_is(name, &c[i], key, now);
    }
}


#define asked_each(name, cases, key, now)                                      \
    asked_all(name, cases, sizeof(cases) / sizeof(cases[0]), key, now)


#endif /* ASKED_H */
