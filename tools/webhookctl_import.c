
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * import: brings back what export wrote.  The deliveries of an event stand
 * one after the other there; they are put in one operation, under the ids that
 * they had, so that what is in the store already is left as it is.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "webhookctl.h"


#define CTL_IMPORT_FORMS     64         /* of an event */
#define CTL_IMPORT_ATTEMPTS  1000       /* of a delivery */


/* One line. */

typedef struct {
    json_t               *json;
    webhook_id_t          event;
    webhook_past_t        past;
    webhook_rendition_t   forms[CTL_IMPORT_FORMS];
    uint32_t              forms_count;
    void                 *decoded[CTL_IMPORT_FORMS];
} ctl_line_t;


typedef struct {
    ctl_line_t           *lines;
    size_t                count;
    size_t                size;

    uint64_t              put;
    uint64_t              there;
    uint64_t              failed;
    uint64_t              number;       /* of the line */
} ctl_import_t;


static int ctl_import_line(ctl_import_t *m, webhook_store_t *st,
    const char *text, size_t len);
static int ctl_import_read(ctl_line_t *line);
static int ctl_import_form(ctl_line_t *line, json_t *json);
static int ctl_import_attempts(ctl_line_t *line);
static void ctl_import_event(ctl_import_t *m, webhook_store_t *st);
static webhook_store_result_e ctl_import_put(ctl_import_t *m,
    webhook_store_t *st);
static void ctl_import_free(ctl_line_t *line);
static webhook_str_t ctl_import_text(json_t *json, const char *name);
static uint64_t ctl_import_number(json_t *json, const char *name);


int
ctl_import(ctl_t *ctl, webhook_store_t *st)
{
    int            rc;
    char          *text;
    size_t         size;
    ssize_t        len;
    ctl_import_t   m;

    (void) ctl;

    memset(&m, 0, sizeof(m));

    text = NULL;
    size = 0;
    rc = 0;

    while (rc == 0 && (len = getline(&text, &size, stdin)) != -1) {
        m.number++;
        rc = ctl_import_line(&m, st, text, (size_t) len);
    }

    if (rc == 0) {
        ctl_import_event(&m, st);
    }

    if (ferror(stdin)) {
        ctl_say("cannot read: %s", strerror(errno));
        rc = 1;
    }

    free(text);
    free(m.lines);

    printf("%" PRIu64 " events are imported, %" PRIu64 " were there already, "
           "%" PRIu64 " lines could not be taken\n", m.put, m.there,
           m.failed);

    return (rc || m.failed) ? 1 : 0;
}


/* Reads a line; the event before it is put when another begins. */

static int
ctl_import_line(ctl_import_t *m, webhook_store_t *st, const char *text,
    size_t len)
{
    size_t       size;
    ctl_line_t   line, *lines;

    memset(&line, 0, sizeof(line));

    if (len <= 1) {
        return 0;
    }

    line.json = json_loadb(text, len, JSON_ALLOW_NUL, NULL);

    if (line.json == NULL || ctl_import_read(&line) != 0) {
        ctl_say("line %" PRIu64 " is none that export writes", m->number);
        ctl_import_free(&line);
        m->failed++;
        return 0;
    }

    if (m->count
        && memcmp(&m->lines[0].event, &line.event, sizeof(webhook_id_t)) != 0)
    {
        ctl_import_event(m, st);
    }

    if (m->count == m->size) {
        size = m->size ? m->size * 2 : 8;

        lines = realloc(m->lines, size * sizeof(ctl_line_t));
        if (lines == NULL) {
            ctl_import_free(&line);
            ctl_say("no memory for line %" PRIu64, m->number);
            return 1;
        }

        m->lines = lines;
        m->size = size;
    }

    m->lines[m->count++] = line;

    return 0;
}


static int
ctl_import_read(ctl_line_t *line)
{
    int             state;
    size_t          i;
    json_t         *list;
    webhook_str_t   text;

    text = ctl_import_text(line->json, "event");

    if (webhook_id_parse(&text, &line->event) != WEBHOOK_OK) {
        return -1;
    }

    text = ctl_import_text(line->json, "state");
    state = webhook_state_parse(&text);

    if (state == -1 || ctl_import_text(line->json, "type").len == 0) {
        return -1;
    }

    line->past.state = (webhook_state_e) state;
    line->past.sends = (uint32_t) ctl_import_number(line->json, "sends");
    line->past.status = (uint32_t) ctl_import_number(line->json, "status");
    line->past.finished = ctl_import_number(line->json, "finished_ms");

    if (ctl_import_form(line, line->json) != 0) {
        return -1;
    }

    list = json_object_get(line->json, "next");

    for (i = 0; i < json_array_size(list); i++) {
        if (ctl_import_form(line, json_array_get(list, i)) != 0) {
            return -1;
        }
    }

    return ctl_import_attempts(line);
}


static int
ctl_import_form(ctl_line_t *line, json_t *json)
{
    int                   n;
    webhook_str_t         base64;
    unsigned char        *p;
    webhook_rendition_t  *form;

    if (line->forms_count == CTL_IMPORT_FORMS || !json_is_object(json)) {
        return -1;
    }

    form = &line->forms[line->forms_count];

    form->request = ctl_import_text(json, "request");
    form->content_type = ctl_import_text(json, "content_type");
    form->headers = ctl_import_text(json, "headers");

    if (json_is_string(json_object_get(json, "body"))) {
        form->body = ctl_import_text(json, "body");
        line->forms_count++;
        return 0;
    }

    base64 = ctl_import_text(json, "body_base64");

    if (base64.len == 0 || base64.len % 4 || base64.len > INT32_MAX) {
        return -1;
    }

    p = malloc(base64.len);
    if (p == NULL) {
        return -1;
    }

    line->decoded[line->forms_count] = p;

    n = EVP_DecodeBlock(p, base64.data, (int) base64.len);

    if (n < 0) {
        return -1;
    }

    /* what fills the last group is counted too */

    n -= base64.data[base64.len - 1] == '=';
    n -= base64.data[base64.len - 2] == '=';

    form->body.data = p;
    form->body.len = (size_t) n;

    line->forms_count++;

    return 0;
}


static int
ctl_import_attempts(ctl_line_t *line)
{
    size_t              i, n;
    json_t             *list, *json;
    webhook_attempt_t  *a;

    list = json_object_get(line->json, "attempts");
    n = json_array_size(list);

    if (n == 0) {
        return 0;
    }

    if (n > CTL_IMPORT_ATTEMPTS) {
        return -1;
    }

    line->past.attempts = calloc(n, sizeof(webhook_attempt_t));
    if (line->past.attempts == NULL) {
        return -1;
    }

    for (i = 0; i < n; i++) {
        json = json_array_get(list, i);
        a = &line->past.attempts[i];

        a->wall = ctl_import_number(json, "time_ms");
        a->number = (uint32_t) ctl_import_number(json, "number");
        a->status = (uint32_t) ctl_import_number(json, "status");
        a->connect = (uint32_t) ctl_import_number(json, "connect_usec");
        a->tls = (uint32_t) ctl_import_number(json, "tls_usec");
        a->first_byte = (uint32_t) ctl_import_number(json,
                                                     "first_byte_usec");
        a->total = (uint32_t) ctl_import_number(json, "total_usec");
        a->error = ctl_import_text(json, "error");
        a->address = ctl_import_text(json, "address");
        a->answer = ctl_import_text(json, "answer");

        if (a->number == 0 || a->number > (uint64_t) line->past.sends + 1) {
            return -1;
        }
    }

    line->past.attempts_count = (uint32_t) n;

    return 0;
}


/* Puts the event whose lines were read. */

static void
ctl_import_event(ctl_import_t *m, webhook_store_t *st)
{
    char                     id[WEBHOOK_ID_TEXT_LEN + 1];
    size_t                   i;
    webhook_store_result_e   result;

    if (m->count == 0) {
        return;
    }

    result = ctl_import_put(m, st);

    switch (result) {

    case WEBHOOK_STORE_OK:
        m->put++;
        break;

    case WEBHOOK_STORE_DUPLICATE:
        m->there++;
        break;

    default:
        ctl_id(&m->lines[0].event, id);
        ctl_say("event %s: %s", id, webhook_store_result_text(result));
        m->failed += m->count;
        break;
    }

    for (i = 0; i < m->count; i++) {
        ctl_import_free(&m->lines[i]);
    }

    m->count = 0;
}


static webhook_store_result_e
ctl_import_put(ctl_import_t *m, webhook_store_t *st)
{
    char                    *end;
    size_t                   i;
    ctl_line_t              *line;
    webhook_op_t             op, *ops;
    webhook_id_t             wire;
    webhook_str_t            text, name;
    webhook_put_t           *puts;
    webhook_rendition_t      forms[CTL_IMPORT_FORMS];
    webhook_store_result_e   result;

    memset(&op, 0, sizeof(op));

    puts = calloc(m->count, sizeof(webhook_put_t));
    if (puts == NULL) {
        return WEBHOOK_STORE_UNAVAILABLE;
    }

    line = &m->lines[0];
    ops = &op;

    op.type = WEBHOOK_OP_PUT_EVENT;
    op.u.put_event.id = line->event;
    op.u.put_event.wall = ctl_import_number(line->json, "time_ms");
    op.u.put_event.type = ctl_import_text(line->json, "type");
    op.u.put_event.forms = forms;
    op.u.put_event.deliveries = puts;

    if (op.u.put_event.wall == 0) {
        op.u.put_event.wall = webhook_id_time(&line->event);
    }

    text = ctl_import_text(line->json, "webhook_id");

    wire = line->event;

    if (text.len && webhook_id_parse(&text, &wire) != WEBHOOK_OK) {
        free(puts);
        return WEBHOOK_STORE_UNAVAILABLE;
    }

    op.u.put_event.wire = &wire;

    if (webhook_id_untimed(&line->event)) {

        /* of format 1: as the migration names it */

        webhook_id_timed(&line->event, op.u.put_event.wall,
                         &op.u.put_event.id);
    }

    for (i = 0; i < m->count; i++) {
        line = &m->lines[i];

        if (op.u.put_event.forms_count + line->forms_count
            > CTL_IMPORT_FORMS)
        {
            free(puts);
            return WEBHOOK_STORE_UNAVAILABLE;
        }

        name = ctl_import_text(line->json, "endpoint");

        if (name.len) {
            puts[i].endpoint = webhook_id_name(&name);

        } else {

            /* one that was never named: EVENT.#NUMBER */

            text = ctl_import_text(line->json, "id");

            if (text.len > WEBHOOK_ID_TEXT_LEN + 2) {
                puts[i].endpoint = strtoull((char *) text.data
                                            + WEBHOOK_ID_TEXT_LEN + 2, &end,
                                            16);
            }
        }

        puts[i].form = op.u.put_event.forms_count;
        puts[i].steps = line->forms_count;
        puts[i].past = &line->past;

        memcpy(&forms[op.u.put_event.forms_count], line->forms,
               line->forms_count * sizeof(webhook_rendition_t));

        op.u.put_event.forms_count += line->forms_count;
        op.u.put_event.count++;
    }

    webhook_store_apply(st, &ops, 1);

    result = op.result;

    webhook_op_free(&op);
    free(puts);

    return result;
}


static void
ctl_import_free(ctl_line_t *line)
{
    uint32_t  i;

    for (i = 0; i < CTL_IMPORT_FORMS; i++) {
        free(line->decoded[i]);
    }

    free(line->past.attempts);
    json_decref(line->json);
}


static webhook_str_t
ctl_import_text(json_t *json, const char *name)
{
    json_t         *value;
    webhook_str_t   text;

    value = json_object_get(json, name);

    text.data = (unsigned char *) (json_is_string(value)
                                   ? json_string_value(value) : "");
    text.len = json_is_string(value) ? json_string_length(value) : 0;

    return text;
}


static uint64_t
ctl_import_number(json_t *json, const char *name)
{
    json_int_t  n;

    n = json_integer_value(json_object_get(json, name));

    return n > 0 ? (uint64_t) n : 0;
}
