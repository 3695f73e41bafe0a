
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * How webhookctl shows an event: its forms, its deliveries and their attempts.
 */

#include <inttypes.h>

#include "webhookctl/webhookctl.h"
#include "core/base/webhook_moved.h"
#include "store/view/webhook_view.h"


static void ctl_show_json(const webhook_op_show_t *show, int body);
static void ctl_show_event(const webhook_op_show_t *show);
static void ctl_show_delivery(const webhook_op_show_t *show,
    const webhook_delivery_full_t *d, const webhook_op_stats_t *stats);
static void ctl_show_attempt(const webhook_attempt_t *a);
static void ctl_print_waits(const webhook_delivery_t *d,
    const webhook_op_stats_t *stats);


int
ctl_print_show(const webhook_op_show_t *show, const webhook_op_stats_t *stats,
    int json, int body)
{
    uint32_t  i;

    if (body && !json) {

        /* of one delivery, the form that it sends */

        i = show->endpoint && show->count
            ? show->deliveries[0].delivery.rendition
                                          : 0;

        if (i >= show->renditions_count) {
            return 1;
        }

        return ctl_print_body(&show->renditions[i].body);
    }

    if (json) {
        ctl_show_json(show, body);
        return 0;
    }

    ctl_show_event(show);

    for (i = 0; i < show->count; i++) {
        ctl_show_delivery(show, &show->deliveries[i], stats);
    }

    return 0;
}


static void
ctl_show_json(const webhook_op_show_t *show, int body)
{
    json_t                         *root, *list, *item, *attempts;
    uint32_t                        i, k;
    webhook_rendition_t             form;
    const webhook_delivery_full_t  *d;

    root = json_object();
    list = json_array();

    ctl_json_set_id(root, "id", &show->id);
    ctl_json_set_id(root, "webhook_id", &show->wire);
    json_object_set_new(root, "type", ctl_json_text(&show->type));
    json_object_set_new(root, "company", show->company.len
                                         ? ctl_json_text(&show->company)
                                         : json_null());
    json_object_set_new(root, "time", webhook_view_time(show->wall));

    for (i = 0; i < show->renditions_count; i++) {
        form = show->renditions[i];

        (void) webhook_moved_take(&form.headers);

        json_array_append_new(list, ctl_form_json(&form, body));
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
}


static void
ctl_show_event(const webhook_op_show_t *show)
{
    char                        id[WEBHOOK_ID_TEXT_LEN + 1], when[40];
    uint32_t                    i;
    const webhook_rendition_t  *rendition;

    ctl_id(&show->id, id);

    printf("event      %s\n", id);

    if (memcmp(&show->wire, &show->id, sizeof(webhook_id_t)) != 0) {
        ctl_id(&show->wire, id);
        printf("webhook-id %s\n", id);
    }

    printf("type       ");
    ctl_text(&show->type, 128);
    printf("\nhappened   %s\n", ctl_time(show->wall, when, sizeof(when)));

    for (i = 0; i < show->renditions_count; i++) {
        rendition = &show->renditions[i];

        if (show->renditions_count == 1) {
            printf("body       ");

        } else {
            printf("form %-5" PRIu32 " ", i);
        }

        if (rendition->request.len) {
            ctl_text(&rendition->request, 200);
            printf(", ");
        }

        printf("%zu bytes of ", rendition->body.len);
        ctl_text(&rendition->content_type, 255);
        printf("\n");
    }
}


static void
ctl_show_delivery(const webhook_op_show_t *show,
    const webhook_delivery_full_t *d, const webhook_op_stats_t *stats)
{
    char      id[WEBHOOK_ID_TEXT_LEN + 1], when[40];
    uint32_t  k;

    ctl_id(&show->id, id);

    printf("\ndelivery   %s.", id);
    ctl_endpoint(&d->delivery.endpoint_name, d->delivery.endpoint);
    printf("\nstate      %s", webhook_state_name(d->delivery.state));

    if (show->renditions_count > 1) {
        printf(", form %" PRIu32, d->delivery.rendition);
    }

    if (d->delivery.steps > 1) {
        printf(", step %" PRIu32 " of %" PRIu32, d->delivery.step + 1,
               d->delivery.steps);
    }

    ctl_print_waits(&d->delivery, stats);

    if (d->delivery.blocks) {
        printf(", later ones of its order key wait for it");
    }

    if (d->delivery.finished) {
        printf(", finished %s",
               ctl_time(d->delivery.finished, when, sizeof(when)));
    }

    printf("\n");

    for (k = 0; k < d->attempts_count; k++) {
        ctl_show_attempt(&d->attempts[k]);
    }
}


static void
ctl_show_attempt(const webhook_attempt_t *a)
{
    char  when[40], total[40], connect[40], tls[40], first[40];

    printf("  send %-4" PRIu32 " %s  status %-3" PRIu32
           "  %s (connect %s, tls %s, first byte %s)  ",
           a->number, ctl_time(a->wall, when, sizeof(when)), a->status,
           ctl_usec(a->total, total, sizeof(total)),
           ctl_usec(a->connect, connect, sizeof(connect)),
           a->tls ? ctl_usec(a->tls, tls, sizeof(tls)) : "-",
           ctl_usec(a->first_byte, first, sizeof(first)));

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


/* What a delivery waits for, in words. */

static void
ctl_print_waits(const webhook_delivery_t *d, const webhook_op_stats_t *stats)
{
    char         span[40];
    const char  *waits;

    waits = webhook_view_waits(d);

    if (waits == NULL) {
        return;
    }

    if (strcmp(waits, "paused") == 0) {
        printf(stats->paused ? ", the whole store is paused"
                             : ", its endpoint is paused");

    } else if (strcmp(waits, "held") == 0) {
        printf(", its endpoint is held back");
    }

    if (d->parked) {
        printf(", waits for an earlier one of its order key");

    } else {
        printf(", next send %s", ctl_span(d->due, span, sizeof(span)));
    }
}
