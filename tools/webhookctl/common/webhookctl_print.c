
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * How webhookctl shows what it found: deliveries and calls; an event is in
 * webhookctl_print_show.c, the store as a whole in webhookctl_print_stats.c.
 */

#include <inttypes.h>
#include <unistd.h>

#include "webhookctl/webhookctl.h"
#include "store/view/webhook_view.h"


static const char *ctl_next(const webhook_delivery_t *d, char *buf,
    size_t len);
static const char *ctl_outcome(const webhook_call_t *call);
static void ctl_print_call_delivery(const webhook_call_t *call);
static void ctl_print_action(const webhook_call_t *call,
    const webhook_call_action_t *action, size_t max);


void
ctl_print_deliveries_head(void)
{
    printf("%-9s %5s %6s  %-29s %-12s %-20s %s\n", "STATE", "SENDS",
           "STATUS", "HAPPENED", "NEXT", "EVENT", "DELIVERY  ERROR");
}


void
ctl_print_delivery(const webhook_delivery_t *d, int json)
{
    char  id[WEBHOOK_ID_TEXT_LEN + 1], when[40], next[40];

    if (json) {
        ctl_json_line(ctl_delivery_json(d));
        return;
    }

    ctl_id(&d->event, id);

    printf("%-9s %5" PRIu32 " %6" PRIu32 "  %-29s %-12s ",
           webhook_state_name(d->state), d->attempts, d->status,
           ctl_time(d->wall, when, sizeof(when)),
           ctl_next(d, next, sizeof(next)));

    ctl_column(&d->type, 20);
    printf(" %s.", id);
    ctl_endpoint(&d->endpoint_name, d->endpoint);

    if (d->error.len) {
        printf("  ");
        ctl_text(&d->error, 255);
    }

    printf("\n");
}


/* What comes next, in a column. */

static const char *
ctl_next(const webhook_delivery_t *d, char *buf, size_t len)
{
    const char  *waits;

    waits = webhook_view_waits(d);

    if (waits == NULL) {
        return d->blocks ? "blocks" : "-";
    }

    return strcmp(waits, "turn") == 0 ? "in its turn"
           : strcmp(waits, "time") == 0 ? ctl_span(d->due, buf, len)
           : strcmp(waits, "due") == 0 ? "now" : waits;
}


/* The bytes as they are, but to a terminal. */

int
ctl_print_body(const webhook_str_t *body)
{
    if (isatty(STDOUT_FILENO)) {
        ctl_body(body, 0);
        return 0;
    }

    return fwrite(body->data, 1, body->len, stdout) == body->len ? 0 : 1;
}


void
ctl_print_calls_head(void)
{
    printf("%-29s %6s %-9s %9s  %-15s %-36s %s\n", "WHEN", "STATUS", "OUTCOME",
           "TOOK", "FROM", "CALL", "RECEIVER");
}


void
ctl_print_call(const webhook_call_t *call, int json)
{
    char      id[WEBHOOK_ID_TEXT_LEN + 1], when[40], took[40];
    uint32_t  k;

    if (json) {
        ctl_json_line(ctl_call_json(call));
        return;
    }

    ctl_id(&call->id, id);

    printf("%-29s %6" PRIu32 " %-9s %9s  ",
           ctl_time(call->wall, when, sizeof(when)), call->status,
           ctl_outcome(call), ctl_usec(call->total, took, sizeof(took)));

    ctl_column(&call->remote, 15);
    printf(" %s ", id);
    ctl_text(&call->name, 128);
    printf("\n    in: ");
    ctl_text(&call->body, 200);
    printf("\n");

    if (call->verified.len) {
        printf("    verified: ");
        ctl_text(&call->verified, 255);
        printf("\n");
    }

    for (k = 0; k < call->actions_count; k++) {
        ctl_print_action(call, &call->actions[k], 200);
    }

    if (call->durable) {
        printf("    delivery: ");
        ctl_print_call_delivery(call);
    }

    if (call->error.len) {
        printf("    error: ");
        ctl_text(&call->error, 1024);
        printf("\n");
    }
}


static const char *
ctl_outcome(const webhook_call_t *call)
{
    const char  *name;

    name = webhook_call_outcome_name(call->outcome);

    return name ? name : "-";
}


/* The word that "show" takes. */

static void
ctl_print_call_delivery(const webhook_call_t *call)
{
    char  id[WEBHOOK_ID_TEXT_LEN + 1];

    ctl_id(&call->event, id);

    printf("%s.receiver:", id);
    ctl_text(&call->name, 128);
    printf("\n");
}


static void
ctl_print_action(const webhook_call_t *call,
    const webhook_call_action_t *action, size_t max)
{
    char  took[40];

    printf("    -> ");
    ctl_text(&action->method, 31);
    printf(" ");
    ctl_text(&action->uri, max);
    printf(" ");
    ctl_text(&action->body, max);

    if (action->status) {
        printf(" = %" PRIu32 " in %s\n", action->status,
               ctl_usec(action->total, took, sizeof(took)));

    } else if (call->durable
               || (call->outcome == WEBHOOK_CALL_UNTOLD && call->status == 202))
    {

        /* what became of it, its delivery tells */

        printf(" (by a delivery)\n");

    } else {
        printf(" (not called)\n");
    }
}


/* All that is kept of a call. */

void
ctl_print_whole_call(const webhook_call_t *call, int json)
{
    char      id[WEBHOOK_ID_TEXT_LEN + 1], when[40], took[40];
    uint32_t  k;

    if (json) {
        ctl_json_line(ctl_call_json(call));
        return;
    }

    ctl_id(&call->id, id);

    printf("call       %s\nreceiver   ", id);
    ctl_text(&call->name, 128);
    printf("\nhappened   %s\nfrom       ",
           ctl_time(call->wall, when, sizeof(when)));
    ctl_text(&call->remote, 255);
    printf("\nstatus     %" PRIu32 ", in %s\noutcome    %s\n", call->status,
           ctl_usec(call->total, took, sizeof(took)), ctl_outcome(call));

    if (call->durable) {
        printf("delivery   ");
        ctl_print_call_delivery(call);
    }

    if (call->verified.len) {
        printf("verified   ");
        ctl_text(&call->verified, 255);
        printf("\n");
    }

    if (call->error.len) {
        printf("error      ");
        ctl_text(&call->error, 1024);
        printf("\n");
    }

    for (k = 0; k < call->actions_count; k++) {
        ctl_print_action(call, &call->actions[k], 1024);
    }

    printf("\nheaders:\n");
    ctl_body(&call->headers, 4);

    printf("\nbody, of type ");
    ctl_text(&call->content_type, 255);
    printf(":\n");
    ctl_body(&call->body, 4);

    printf("\nanswer:\n");
    ctl_body(&call->answer, 4);
}
