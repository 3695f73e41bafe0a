
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * How webhookctl shows what it found.  Stored bytes come from outside: none
 * that a terminal could take for a command gets through.
 */

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "webhookctl.h"
#include "../ngx_http_webhook_module/core/webhook_json.h"


static json_t *ctl_form_json(const webhook_rendition_t *form, int body);
static json_t *ctl_call_json(const webhook_call_t *call);
static json_t *ctl_json_body(const webhook_str_t *s);
static json_t *ctl_json_hex(const webhook_str_t *s);
static size_t ctl_text(const webhook_str_t *s, size_t max);
static void ctl_column(const webhook_str_t *s, size_t width);
static void ctl_endpoint(const webhook_str_t *name, uint64_t id);
static void ctl_body(const webhook_str_t *s);
static size_t ctl_hidden(const unsigned char *p, size_t len);
static const char *ctl_time(uint64_t wall, char *buf, size_t len);
static const char *ctl_span(int64_t ms, char *buf, size_t len);
static const char *ctl_usec(uint32_t usec, char *buf, size_t len);
static const char *ctl_bytes(uint64_t n, char *buf, size_t len);
static void ctl_id(const webhook_id_t *id, char *buf);


void
ctl_print_deliveries(const webhook_op_list_t *list, int json, int head)
{
    char                       id[WEBHOOK_ID_TEXT_LEN + 1], when[40], next[40];
    uint32_t                   i;
    const webhook_delivery_t  *d;

    if (!json && head && list->count) {
        printf("%-9s %5s %6s  %-23s %-12s %-20s %s\n", "STATE", "SENDS",
               "STATUS", "HAPPENED", "NEXT", "EVENT", "DELIVERY");
    }

    for (i = 0; i < list->count; i++) {
        d = &list->deliveries[i];

        if (json) {
            ctl_json_line(ctl_delivery_json(d));
            continue;
        }

        ctl_id(&d->event, id);

        if (d->parked) {
            snprintf(next, sizeof(next), "in its turn");

        } else if (d->state == WEBHOOK_PENDING) {
            ctl_span(d->due, next, sizeof(next));

        } else {
            snprintf(next, sizeof(next), d->blocks ? "blocks" : "-");
        }

        printf("%-9s %5" PRIu32 " %6" PRIu32 "  %-23.23s %-12s ",
               webhook_state_name(d->state), d->attempts, d->status,
               ctl_time(d->wall, when, sizeof(when)), next);

        ctl_column(&d->type, 20);
        printf(" %s.", id);
        ctl_endpoint(&d->endpoint_name, d->endpoint);
        printf("\n");
    }
}


int
ctl_print_show(const webhook_op_show_t *show, int json, int body)
{
    char                            id[WEBHOOK_ID_TEXT_LEN + 1];
    char                            a1[40], a2[40], a3[40], a4[40];
    json_t                         *root, *list, *item, *attempts;
    uint32_t                        i, k;
    const webhook_attempt_t        *a;
    const webhook_rendition_t      *form;
    const webhook_delivery_full_t  *d;

    if (body && !json) {

        /* of one delivery, the form that it sends */

        i = show->endpoint && show->count ? show->deliveries[0].delivery.form
                                          : 0;

        if (i >= show->forms_count) {
            return 1;
        }

        form = &show->forms[i];

        if (isatty(STDOUT_FILENO)) {
            ctl_body(&form->body);
            return 0;
        }

        return fwrite(form->body.data, 1, form->body.len, stdout)
               == form->body.len ? 0 : 1;
    }

    ctl_id(&show->id, id);

    if (json) {
        root = json_object();
        list = json_array();

        json_object_set_new(root, "id", json_string(id));
        json_object_set_new(root, "type", ctl_json_text(&show->type));
        json_object_set_new(root, "time",
                            json_string(ctl_time(show->wall, a1,
                                                 sizeof(a1))));

        for (i = 0; i < show->forms_count; i++) {
            json_array_append_new(list, ctl_form_json(&show->forms[i], body));
        }

        json_object_set_new(root, "forms", list);

        list = json_array();

        for (i = 0; i < show->count; i++) {
            d = &show->deliveries[i];

            item = ctl_delivery_json(&d->delivery);
            attempts = json_array();

            for (k = 0; k < d->attempts_count; k++) {
                json_array_append_new(attempts,
                                      ctl_attempt_json(&d->attempts[k]));
            }

            json_object_set_new(item, "attempts", attempts);
            json_array_append_new(list, item);
        }

        json_object_set_new(root, "deliveries", list);
        ctl_json_line(root);

        return 0;
    }

    printf("event      %s\ntype       ", id);
    ctl_text(&show->type, 128);
    printf("\nhappened   %s\n", ctl_time(show->wall, a1, sizeof(a1)));

    for (i = 0; i < show->forms_count; i++) {
        form = &show->forms[i];

        if (show->forms_count == 1) {
            printf("body       ");

        } else {
            printf("form %-5" PRIu32 " ", i);
        }

        if (form->request.len) {
            ctl_text(&form->request, 200);
            printf(", ");
        }

        printf("%zu bytes of ", form->body.len);
        ctl_text(&form->content_type, 255);
        printf("\n");
    }

    for (i = 0; i < show->count; i++) {
        d = &show->deliveries[i];

        printf("\ndelivery   %s.", id);
        ctl_endpoint(&d->delivery.endpoint_name, d->delivery.endpoint);
        printf("\nstate      %s", webhook_state_name(d->delivery.state));

        if (show->forms_count > 1) {
            printf(", form %" PRIu32, d->delivery.form);
        }

        if (d->delivery.steps > 1) {
            printf(", step %" PRIu32 " of %" PRIu32, d->delivery.step + 1,
                   d->delivery.steps);
        }

        if (d->delivery.parked) {
            printf(", waits for an earlier one of its order key");

        } else if (d->delivery.state == WEBHOOK_PENDING) {
            printf(", next send %s",
                   ctl_span(d->delivery.due, a1, sizeof(a1)));
        }

        if (d->delivery.blocks) {
            printf(", later ones of its order key wait for it");
        }

        if (d->delivery.finished) {
            printf(", finished %s",
                   ctl_time(d->delivery.finished, a1, sizeof(a1)));
        }

        printf("\n");

        for (k = 0; k < d->attempts_count; k++) {
            a = &d->attempts[k];

            printf("  send %-4" PRIu32 " %s  status %-3" PRIu32
                   "  %s (connect %s, tls %s, first byte %s)  ",
                   a->number, ctl_time(a->wall, a1, sizeof(a1)), a->status,
                   ctl_usec(a->total, a2, sizeof(a2)),
                   ctl_usec(a->connect, a3, sizeof(a3)),
                   a->tls ? ctl_usec(a->tls, a4, sizeof(a4)) : "-",
                   ctl_usec(a->first_byte, id, sizeof(id)));

            ctl_text(&a->address, 64);
            printf("\n");

            if (a->error.len) {
                printf("            ");
                ctl_text(&a->error, 255);
                printf("\n");
            }

            if (a->answer.len) {
                printf("            answer: ");
                ctl_text(&a->answer, 200);
                printf("\n");
            }
        }

        ctl_id(&show->id, id);
    }

    return 0;
}


void
ctl_print_calls(const webhook_op_calls_t *calls, int json, int head)
{
    char                          id[WEBHOOK_ID_TEXT_LEN + 1];
    char                          when[40], took[40];
    uint32_t                      i, k;
    const webhook_call_t         *call;
    const webhook_call_action_t  *action;

    if (!json && head && calls->count) {
        printf("%-29s %6s %9s  %-15s %s\n", "WHEN", "STATUS", "TOOK", "FROM",
               "CALL");
    }

    for (i = 0; i < calls->count; i++) {
        call = &calls->calls[i];

        if (json) {
            ctl_json_line(ctl_call_json(call));
            continue;
        }

        ctl_id(&call->id, id);

        printf("%-29s %6" PRIu32 " %9s  ",
               ctl_time(call->wall, when, sizeof(when)), call->status,
               ctl_usec(call->total, took, sizeof(took)));

        ctl_column(&call->remote, 15);
        printf(" %s\n    in: ", id);
        ctl_text(&call->body, 200);
        printf("\n");

        if (call->verified.len) {
            printf("    verified: ");
            ctl_text(&call->verified, 255);
            printf("\n");
        }

        for (k = 0; k < call->actions_count; k++) {
            action = &call->actions[k];

            printf("    -> ");
            ctl_text(&action->method, 31);
            printf(" ");
            ctl_text(&action->uri, 200);
            printf(" ");
            ctl_text(&action->body, 200);

            if (action->status) {
                printf(" = %" PRIu32 " in %s\n", action->status,
                       ctl_usec(action->total, took, sizeof(took)));

            } else {
                printf(" (not called)\n");
            }
        }

        if (call->error.len) {
            printf("    error: ");
            ctl_text(&call->error, 1024);
            printf("\n");
        }
    }
}


void
ctl_print_stats(const webhook_op_stats_t *stats, int json)
{
    char                             b1[40], b2[40];
    json_t                          *root, *list, *item;
    uint32_t                         i, k;
    const webhook_endpoint_stats_t  *ep;

    if (json) {
        root = json_object();
        list = json_array();

        json_object_set_new(root, "size",
                            json_integer((json_int_t) stats->size));
        json_object_set_new(root, "used",
                            json_integer((json_int_t) stats->used));
        json_object_set_new(root, "events",
                            json_integer((json_int_t) stats->events));
        json_object_set_new(root, "calls",
                            json_integer((json_int_t) stats->calls));
        json_object_set_new(root, "full", json_boolean(stats->full));
        json_object_set_new(root, "processes",
                            json_integer(stats->owners));

        for (i = 0; i < stats->count; i++) {
            ep = &stats->endpoints[i];
            item = json_object();

            json_object_set_new(item, "name", ctl_json_text(&ep->name));

            for (k = 0; k < WEBHOOK_STATES; k++) {
                json_object_set_new(item, webhook_state_name(k),
                                    json_integer((json_int_t)
                                                 ep->states[k]));
            }

            json_object_set_new(item, "inflight_limit",
                                json_integer(ep->inflight));
            json_object_set_new(item, "attempts_total",
                                json_integer((json_int_t) ep->attempts));
            json_object_set_new(item, "delivered_total",
                                json_integer((json_int_t) ep->delivered));
            json_object_set_new(item, "dead_total",
                                json_integer((json_int_t) ep->dead));
            json_object_set_new(item, "paused", ep->paused
                                ? ctl_json_text(&ep->reason) : json_null());
            json_object_set_new(item, "breaker",
                                json_string(ep->open ? "open" : "closed"));
            json_object_set_new(item, "held_ms",
                                json_integer((json_int_t) ep->held));

            json_array_append_new(list, item);
        }

        json_object_set_new(root, "endpoints", list);
        ctl_json_line(root);

        return;
    }

    printf("store      %s of %s used (%.1f %%)%s\n",
           ctl_bytes(stats->used, b1, sizeof(b1)),
           ctl_bytes(stats->size, b2, sizeof(b2)),
           stats->size ? 100.0 * (double) stats->used / (double) stats->size
                       : 0.0,
           stats->full ? ", full: new events are refused" : "");
    printf("kept       %" PRIu64 " events, %" PRIu64 " calls\n",
           stats->events, stats->calls);
    printf("open in    %" PRIu32 " processes\n", stats->owners);

    if (stats->count == 0) {
        return;
    }

    printf("\n%10s %8s %10s %8s %12s %12s  %s\n", "PENDING", "SENDING",
           "DELIVERED", "DEAD", "SENDS EVER", "OK EVER", "ENDPOINT");

    for (i = 0; i < stats->count; i++) {
        ep = &stats->endpoints[i];

        printf("%10" PRIu64 " %8" PRIu64 " %10" PRIu64 " %8" PRIu64
               " %12" PRIu64 " %12" PRIu64 "  ",
               ep->states[WEBHOOK_PENDING], ep->states[WEBHOOK_SENDING],
               ep->states[WEBHOOK_DELIVERED], ep->states[WEBHOOK_DEAD],
               ep->attempts, ep->delivered);

        ctl_endpoint(&ep->name, ep->id);

        if (ep->paused) {
            printf(", paused: ");
            (void) ctl_text(&ep->reason, 255);

        } else if (ep->open) {
            printf(", its breaker is open");

        } else if (ep->held) {
            printf(", held back");
        }

        printf("\n");
    }
}


/* --------------------------------------------------------------- JSON --- */

json_t *
ctl_delivery_json(const webhook_delivery_t *d)
{
    char     id[WEBHOOK_ID_TEXT_LEN + 1], buf[40], number[20];
    json_t  *json, *name;

    ctl_id(&d->event, id);

    json = json_object();
    name = ctl_json_text(&d->endpoint_name);

    snprintf(number, sizeof(number), "#%016" PRIx64, d->endpoint);

    json_object_set_new(json, "id",
                        json_sprintf("%s.%s", id,
                                     d->endpoint_name.len
                                     ? json_string_value(name) : number));
    json_object_set_new(json, "event", json_string(id));
    json_object_set_new(json, "endpoint", name);
    json_object_set_new(json, "type", ctl_json_text(&d->type));
    json_object_set_new(json, "state",
                        json_string(webhook_state_name(d->state)));
    json_object_set_new(json, "sends", json_integer(d->attempts));
    json_object_set_new(json, "status",
                        d->status ? json_integer(d->status) : json_null());
    json_object_set_new(json, "time",
                        json_string(ctl_time(d->wall, buf, sizeof(buf))));

    if (d->parked) {
        json_object_set_new(json, "parked", json_true());

    } else if (d->state == WEBHOOK_PENDING) {
        json_object_set_new(json, "due_ms",
                            json_integer((json_int_t) d->due));
    }

    if (d->blocks) {
        json_object_set_new(json, "blocks", json_true());
    }

    if (d->steps > 1) {
        json_object_set_new(json, "step", json_integer(d->step + 1));
        json_object_set_new(json, "steps", json_integer(d->steps));
    }

    if (d->finished) {
        json_object_set_new(json, "finished",
                            json_string(ctl_time(d->finished, buf,
                                                 sizeof(buf))));
    }

    json_object_set_new(json, "form", json_integer(d->form));
    json_object_set_new(json, "body_length",
                        json_integer((json_int_t) d->body_len));

    return json;
}


static json_t *
ctl_form_json(const webhook_rendition_t *form, int body)
{
    json_t  *json, *text;

    json = json_object();

    if (form->request.len) {
        json_object_set_new(json, "request", ctl_json_text(&form->request));
    }

    json_object_set_new(json, "content_type",
                        ctl_json_text(&form->content_type));

    if (form->headers.len) {
        json_object_set_new(json, "headers", ctl_json_text(&form->headers));
    }

    json_object_set_new(json, "body_length",
                        json_integer((json_int_t) form->body.len));

    if (body) {
        text = ctl_json_body(&form->body);

        json_object_set_new(json, text ? "body" : "body_hex",
                            text ? text : ctl_json_hex(&form->body));
    }

    return json;
}


json_t *
ctl_attempt_json(const webhook_attempt_t *a)
{
    char     buf[40];
    json_t  *json;

    json = json_object();

    json_object_set_new(json, "number", json_integer(a->number));
    json_object_set_new(json, "time",
                        json_string(ctl_time(a->wall, buf, sizeof(buf))));
    json_object_set_new(json, "status",
                        a->status ? json_integer(a->status) : json_null());
    json_object_set_new(json, "connect_usec", json_integer(a->connect));
    json_object_set_new(json, "tls_usec", json_integer(a->tls));
    json_object_set_new(json, "first_byte_usec",
                        json_integer(a->first_byte));
    json_object_set_new(json, "total_usec", json_integer(a->total));
    json_object_set_new(json, "address", ctl_json_text(&a->address));
    json_object_set_new(json, "error", ctl_json_text(&a->error));
    json_object_set_new(json, "answer", ctl_json_text(&a->answer));

    return json;
}


static json_t *
ctl_call_json(const webhook_call_t *call)
{
    char                          id[WEBHOOK_ID_TEXT_LEN + 1], buf[40];
    json_t                       *json, *list, *item;
    uint32_t                      i;
    const webhook_call_action_t  *action;

    ctl_id(&call->id, id);

    json = json_object();
    list = json_array();

    json_object_set_new(json, "id", json_string(id));
    json_object_set_new(json, "receiver", ctl_json_text(&call->name));
    json_object_set_new(json, "time",
                        json_string(ctl_time(call->wall, buf, sizeof(buf))));
    json_object_set_new(json, "remote", ctl_json_text(&call->remote));
    json_object_set_new(json, "status", json_integer(call->status));
    json_object_set_new(json, "total_usec", json_integer(call->total));
    json_object_set_new(json, "content_type",
                        ctl_json_text(&call->content_type));
    json_object_set_new(json, "headers", ctl_json_text(&call->headers));
    json_object_set_new(json, "body", ctl_json_text(&call->body));
    json_object_set_new(json, "verified", ctl_json_text(&call->verified));
    json_object_set_new(json, "answer", ctl_json_text(&call->answer));
    json_object_set_new(json, "error", ctl_json_text(&call->error));

    for (i = 0; i < call->actions_count; i++) {
        action = &call->actions[i];
        item = json_object();

        json_object_set_new(item, "method", ctl_json_text(&action->method));
        json_object_set_new(item, "uri", ctl_json_text(&action->uri));
        json_object_set_new(item, "body", ctl_json_text(&action->body));
        json_object_set_new(item, "status",
                            action->status ? json_integer(action->status)
                                           : json_null());
        json_object_set_new(item, "total_usec", json_integer(action->total));

        json_array_append_new(list, item);
    }

    json_object_set_new(json, "actions", list);

    return json;
}


/* Stored bytes as a JSON string; what is not UTF-8 becomes U+FFFD. */

json_t *
ctl_json_text(const webhook_str_t *s)
{
    json_t         *json;
    webhook_buf_t   quoted, text;
    webhook_str_t   span;

    webhook_buf_init(&quoted, 0);
    webhook_buf_init(&text, 0);

    webhook_buf_byte(&quoted, '"');
    webhook_json_escape(s, &quoted);
    webhook_buf_byte(&quoted, '"');

    json = NULL;

    if (!quoted.failed) {
        span.data = quoted.data;
        span.len = quoted.len;

        if (webhook_json_decode(&span, &text) == WEBHOOK_OK) {
            json = json_stringn((const char *) (text.data ? text.data
                                                : (unsigned char *) ""),
                                text.len);
        }
    }

    webhook_buf_free(&quoted);
    webhook_buf_free(&text);

    return json ? json : json_string("");
}


/* The bytes if they are UTF-8, else NULL. */

static json_t *
ctl_json_body(const webhook_str_t *s)
{
    return json_stringn(s->len ? (const char *) s->data : "", s->len);
}


static json_t *
ctl_json_hex(const webhook_str_t *s)
{
    char    *hex;
    size_t   i;
    json_t  *json;

    hex = malloc(s->len * 2 + 1);
    if (hex == NULL) {
        return json_null();
    }

    for (i = 0; i < s->len; i++) {
        snprintf(hex + i * 2, 3, "%02x", s->data[i]);
    }

    json = json_stringn(hex, s->len * 2);

    free(hex);

    return json;
}


void
ctl_json_line(json_t *json)
{
    /* to a terminal, too, go no stored bytes that it could obey */

    json_dumpf(json, stdout, isatty(STDOUT_FILENO)
                             ? JSON_COMPACT|JSON_ENSURE_ASCII : JSON_COMPACT);
    printf("\n");

    json_decref(json);
}


/* --------------------------------------------------------------- text --- */

/*
 * Prints at most max bytes of it; line ends become a space, and what a
 * terminal would not show as it is becomes \xNN.  Returns the columns, as far
 * as each character takes one.
 */

static size_t
ctl_text(const webhook_str_t *s, size_t max)
{
    size_t                i, n, len, columns;
    json_t               *json;
    unsigned char         c;
    webhook_str_t         head;
    const unsigned char  *p;

    head.data = s->data;
    head.len = s->len < max ? s->len : max;

    json = ctl_json_text(&head);        /* valid UTF-8 from here on */

    p = (const unsigned char *) json_string_value(json);
    len = json_string_length(json);
    columns = 0;

    for (i = 0; i < len; i++) {
        c = p[i];

        if (c == '\n' || c == '\t' || c == '\r') {

            /* one space for a run of them and of the blanks around */

            while (i + 1 < len && p[i + 1] && strchr("\n\t\r ", p[i + 1])) {
                i++;
            }

            putchar(' ');
            columns++;
            continue;
        }

        n = ctl_hidden(p + i, len - i);

        if (n == 0) {
            putchar(c);
            columns += (c & 0xc0) != 0x80;
            continue;
        }

        for ( /* void */ ; n; n--, i++) {
            printf("\\x%02x", p[i]);
            columns += 4;
        }

        i--;
    }

    json_decref(json);

    if (head.len < s->len) {
        printf(" ...");
        columns += 4;
    }

    return columns;
}


/*
 * The length of the character at p if a terminal would take it for a command
 * or hide by it what follows: C0 and C1 controls, marks that turn the
 * direction of writing, line and paragraph separators.  Else 0.
 */

static size_t
ctl_hidden(const unsigned char *p, size_t len)
{
    if (p[0] < 0x20 || p[0] == 0x7f) {
        return 1;
    }

    if (p[0] == 0xc2 && len > 1 && p[1] < 0xa0) {
        return 2;
    }

    if (p[0] != 0xe2 || len < 3) {
        return 0;
    }

    /* U+200B to U+200F, U+2028 to U+202E, U+2060 to U+206F */

    if ((p[1] == 0x80 && ((p[2] >= 0x8b && p[2] <= 0x8f)
                          || (p[2] >= 0xa8 && p[2] <= 0xae)))
        || (p[1] == 0x81 && p[2] >= 0xa0 && p[2] <= 0xaf))
    {
        return 3;
    }

    return 0;
}


static void
ctl_column(const webhook_str_t *s, size_t width)
{
    size_t  n;

    for (n = ctl_text(s, 255); n < width; n++) {
        putchar(' ');
    }
}


/* An endpoint's name; one that was never named has a number, which "show"
   takes too. */

static void
ctl_endpoint(const webhook_str_t *name, uint64_t id)
{
    if (name->len) {
        (void) ctl_text(name, 255);

    } else {
        printf("#%016" PRIx64, id);
    }
}


/* A body on a terminal: its lines, but nothing that commands. */

static void
ctl_body(const webhook_str_t *s)
{
    size_t         i, begin;
    webhook_str_t  line;

    begin = 0;

    for (i = 0; i <= s->len; i++) {

        if (i < s->len && s->data[i] != '\n') {
            continue;
        }

        line.data = s->data + begin;
        line.len = i - begin;

        if (line.len || i < s->len) {
            (void) ctl_text(&line, line.len);
            printf("\n");
        }

        begin = i + 1;
    }
}


static const char *
ctl_time(uint64_t wall, char *buf, size_t len)
{
    char       date[24], zone[8];
    time_t     t;
    struct tm  tm;

    t = (time_t) (wall / 1000);

    if (localtime_r(&t, &tm) == NULL) {
        snprintf(buf, len, "?");
        return buf;
    }

    strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
    strftime(zone, sizeof(zone), "%z", &tm);

    snprintf(buf, len, "%s.%03u%.3s:%s", date, (unsigned) (wall % 1000), zone,
             zone + 3);

    return buf;
}


static const char *
ctl_span(int64_t ms, char *buf, size_t len)
{
    if (ms <= 0) {
        snprintf(buf, len, "now");

    } else if (ms < 120000) {
        snprintf(buf, len, "in %.1f s", (double) ms / 1000);

    } else if (ms < 7200000) {
        snprintf(buf, len, "in %.1f min", (double) ms / 60000);

    } else {
        snprintf(buf, len, "in %.1f h", (double) ms / 3600000);
    }

    return buf;
}


static const char *
ctl_usec(uint32_t usec, char *buf, size_t len)
{
    if (usec < 10000000) {
        snprintf(buf, len, "%.1f ms", usec / 1000.0);

    } else {
        snprintf(buf, len, "%.1f s", usec / 1000000.0);
    }

    return buf;
}


static const char *
ctl_bytes(uint64_t n, char *buf, size_t len)
{
    unsigned  i;
    double    value;

    static const char  *units[] = { "B", "kB", "MB", "GB", "TB" };

    value = (double) n;

    for (i = 0; value >= 1024 && i < 4; i++) {
        value /= 1024;
    }

    snprintf(buf, len, "%.*f %s", i ? 1 : 0, value, units[i]);

    return buf;
}


static void
ctl_id(const webhook_id_t *id, char *buf)
{
    webhook_id_text(id, (unsigned char *) buf);
    buf[WEBHOOK_ID_TEXT_LEN] = '\0';
}
