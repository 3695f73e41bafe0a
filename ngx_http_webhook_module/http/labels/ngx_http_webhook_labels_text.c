
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Labelled metrics as Prometheus reads them: all lines of a metric together.
 * Rows are copied first, one by one, so that nobody waits for the text.
 */

#include "http/labels/ngx_http_webhook_labels_int.h"
#include "core/base/webhook_version.h"


#define NGX_WEBHOOK_LABELS_LINE  1024           /* bytes of one, at most */
#define NGX_WEBHOOK_LABELS_ROW   8192           /* bytes that a row's lines
                                                   take, about */
#define NGX_WEBHOOK_LABELS_FIXED 32768          /* and all else */


/* A copy, with its labels as they are written. */

typedef struct {
    ngx_webhook_label_row_t   row;
    ngx_str_t                 labels;       /* endpoint="..",name=".." */
} ngx_webhook_label_copy_t;

typedef struct {
    ngx_webhook_out_t         *out;
    ngx_webhook_label_copy_t  *copies;
    ngx_uint_t                 n;
} ngx_webhook_label_copies_t;


/* A gauge of an endpoint. */

typedef struct {
    const char                *name;
    const char                *help;
    size_t                     offset;      /* of its uint64_t */
    unsigned                   ms:1;        /* shown in seconds */
} ngx_webhook_label_gauge_t;


static ngx_int_t ngx_webhook_labels_copy(ngx_webhook_label_copies_t *c,
    ngx_webhook_labels_t *t, ngx_webhook_label_e kind);
static ngx_int_t ngx_webhook_labels_copy_labels(ngx_pool_t *pool,
    ngx_webhook_label_copy_t *copy, ngx_webhook_label_e kind);
static u_char *ngx_webhook_labels_escape(u_char *p, u_char *text, size_t len);
static void ngx_webhook_labels_endpoints(ngx_webhook_label_copies_t *c);
static void ngx_webhook_labels_receivers(ngx_webhook_label_copies_t *c);
static void ngx_webhook_labels_totals(ngx_webhook_label_copies_t *c,
    const char *name, const char *help);
static void ngx_webhook_labels_head(ngx_webhook_out_t *out, const char *name,
    const char *type, const char *help);
static void ngx_webhook_labels_histogram(ngx_webhook_out_t *out,
    const char *name, ngx_str_t *labels, ngx_webhook_histogram_t *h,
    const ngx_webhook_buckets_t *buckets, ngx_uint_t unit);


static const ngx_webhook_label_gauge_t  ngx_webhook_label_gauges[] = {

    { "ngx_webhook_endpoint_waiting",
      "Deliveries that wait to be sent, or to be sent again.",
      offsetof(ngx_webhook_label_row_t, waiting), 0 },

    { "ngx_webhook_endpoint_oldest_due_seconds",
      "Seconds since the delivery that is due for longest became due; 0 if "
      "none is.",
      offsetof(ngx_webhook_label_row_t, due), 1 },

    { "ngx_webhook_endpoint_in_flight",
      "Deliveries that are being sent.",
      offsetof(ngx_webhook_label_row_t, sending), 0 },

    { "ngx_webhook_endpoint_dead",
      "Dead letters that are kept.",
      offsetof(ngx_webhook_label_row_t, dead), 0 },

    { "ngx_webhook_endpoint_paused",
      "1 if the endpoint is paused.",
      offsetof(ngx_webhook_label_row_t, paused), 0 },

    { "ngx_webhook_endpoint_breaker_open",
      "1 if the endpoint's breaker is open.",
      offsetof(ngx_webhook_label_row_t, open), 0 },

    { "ngx_webhook_endpoint_hold_seconds",
      "Seconds for which first sends are still held, by the breaker or "
      "because the endpoint asked for less.",
      offsetof(ngx_webhook_label_row_t, hold), 1 },

    { "ngx_webhook_endpoint_held",
      "1 if nothing may be sent to a registered endpoint, because its secrets "
      "cannot be decrypted or it is not confirmed.",
      offsetof(ngx_webhook_label_row_t, held), 0 },

    { NULL, NULL, 0, 0 }
};


static const char  *ngx_webhook_label_outcomes[] = {
    "delivered", "failed", "dead", "released"
};

static const char  *ngx_webhook_label_classes[] = {
    "none", "1xx", "2xx", "3xx", "4xx", "5xx"
};

static const char  *ngx_webhook_label_phases_text[] = {
    "connect", "tls", "first_byte", "total"
};


size_t
ngx_webhook_labels_size(void)
{
    ngx_webhook_labels_t  *t;

    t = ngx_webhook_labels();

    if (t == NULL) {
        return 0;
    }

    return NGX_WEBHOOK_LABELS_FIXED
           + (t->kinds[NGX_WEBHOOK_LABEL_ENDPOINT].top
              + t->kinds[NGX_WEBHOOK_LABEL_RECEIVER].top)
             * NGX_WEBHOOK_LABELS_ROW;
}


void
ngx_webhook_labels_text(ngx_webhook_out_t *out)
{
    time_t                       seen;
    ngx_str_t                    labels;
    ngx_uint_t                   i;
    ngx_webhook_labels_t        *t;
    ngx_webhook_label_copies_t   c;
    u_char                       text[32];

    t = ngx_webhook_labels();

    if (t == NULL) {
        return;
    }

    ngx_webhook_labels_head(out, "ngx_webhook_build_info", "gauge",
                            "1, with the versions of the module and of "
                            "nginx.");

    ngx_webhook_out(out, NGX_WEBHOOK_LABELS_LINE,
                    "ngx_webhook_build_info{version=\"%s\",nginx=\"%s\"} 1\n",
                    WEBHOOK_VERSION, NGINX_VERSION);

    seen = t->seen;

    ngx_webhook_labels_head(out, "ngx_webhook_gauges_age_seconds", "gauge",
                            "Seconds since the store was last asked for the "
                            "gauges; -1 if it never was.");

    ngx_webhook_out(out, NGX_WEBHOOK_LABELS_LINE,
                    "ngx_webhook_gauges_age_seconds %T\n",
                    seen ? ngx_max(ngx_time() - seen, 0) : (time_t) -1);

    ngx_webhook_labels_head(out, "ngx_webhook_send_phase_seconds", "histogram",
                            "How long sends took, by phase: connect has the "
                            "look-up of the name, first_byte begins once the "
                            "connection stands, total is all of it.");

    for (i = 0; i < NGX_WEBHOOK_PHASES; i++) {

        labels.data = text;
        labels.len = ngx_sprintf(text, "phase=\"%s\"",
                                 ngx_webhook_label_phases_text[i])
                     - text;

        ngx_webhook_labels_histogram(out, "ngx_webhook_send_phase_seconds",
                                     &labels, &t->phases[i],
                                     &ngx_webhook_buckets_phase, 1000000);
    }

    ngx_str_null(&labels);

    ngx_webhook_labels_head(out, "ngx_webhook_store_batch_seconds",
                            "histogram",
                            "How long batches took in the store, with the "
                            "commit.");
    ngx_webhook_labels_histogram(out, "ngx_webhook_store_batch_seconds",
                                 &labels, &t->batch,
                                 &ngx_webhook_buckets_batch, 1000000);

    ngx_webhook_labels_head(out, "ngx_webhook_store_batch_operations",
                            "histogram",
                            "Operations in a batch.");
    ngx_webhook_labels_histogram(out, "ngx_webhook_store_batch_operations",
                                 &labels, &t->operations,
                                 &ngx_webhook_buckets_operations, 1);

    ngx_webhook_labels_head(out, "ngx_webhook_journal_append_seconds",
                            "histogram",
                            "How long synchronized writes to the journal "
                            "took.");
    ngx_webhook_labels_histogram(out, "ngx_webhook_journal_append_seconds",
                                 &labels, &t->append,
                                 &ngx_webhook_buckets_batch, 1000000);

    c.out = out;

    if (ngx_webhook_labels_copy(&c, t, NGX_WEBHOOK_LABEL_ENDPOINT) != NGX_OK) {
        out->failed = 1;
        return;
    }

    ngx_webhook_labels_endpoints(&c);

    if (ngx_webhook_labels_copy(&c, t, NGX_WEBHOOK_LABEL_RECEIVER) != NGX_OK) {
        out->failed = 1;
        return;
    }

    ngx_webhook_labels_receivers(&c);
}


static ngx_int_t
ngx_webhook_labels_copy(ngx_webhook_label_copies_t *c,
    ngx_webhook_labels_t *t, ngx_webhook_label_e kind)
{
    ngx_uint_t                 i, n;
    ngx_pool_t                *pool;
    ngx_webhook_label_kind_t  *k;

    pool = c->out->pool;
    k = &t->kinds[kind];
    n = k->top;

    c->n = 0;
    c->copies = ngx_palloc(pool, (n + 1) * sizeof(ngx_webhook_label_copy_t));

    if (c->copies == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < n; i++) {

        ngx_webhook_labels_lock();

        if (k->rows[i].used) {
            c->copies[c->n++].row = k->rows[i];
        }

        ngx_webhook_labels_unlock();
    }

    /* no other has no title */

    ngx_webhook_labels_lock();
    c->copies[c->n++].row = k->other;
    ngx_webhook_labels_unlock();

    for (i = 0; i < c->n; i++) {
        if (ngx_webhook_labels_copy_labels(pool, &c->copies[i], kind)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_labels_copy_labels(ngx_pool_t *pool,
    ngx_webhook_label_copy_t *copy, ngx_webhook_label_e kind)
{
    u_char                   *p;
    const char               *label;
    ngx_webhook_label_row_t  *row;

    row = &copy->row;

    if (!row->used) {
        row->label_len = sizeof("other") - 1;
        ngx_memcpy(row->label, "other", row->label_len);
    }

    p = ngx_pnalloc(pool, sizeof("endpoint=\"\",name=\"\",company=\"\"")
                          + 2 * (row->label_len + row->title_len
                                 + row->owner_len));
    if (p == NULL) {
        return NGX_ERROR;
    }

    copy->labels.data = p;

    label = (kind == NGX_WEBHOOK_LABEL_ENDPOINT) ? "endpoint" : "receiver";

    p = ngx_sprintf(p, "%s=\"", label);
    p = ngx_webhook_labels_escape(p, row->label, row->label_len);
    p = ngx_cpymem(p, "\",name=\"", sizeof("\",name=\"") - 1);
    p = ngx_webhook_labels_escape(p, row->title, row->title_len);
    *p++ = '"';

    if (row->owner_len) {
        p = ngx_cpymem(p, ",company=\"", sizeof(",company=\"") - 1);
        p = ngx_webhook_labels_escape(p, row->owner, row->owner_len);
        *p++ = '"';
    }

    copy->labels.len = p - copy->labels.data;

    return NGX_OK;
}


/* There is no line end in it. */

static u_char *
ngx_webhook_labels_escape(u_char *p, u_char *text, size_t len)
{
    while (len--) {

        if (*text == '"' || *text == '\\') {
            *p++ = '\\';
        }

        *p++ = *text++;
    }

    return p;
}


static void
ngx_webhook_labels_endpoints(ngx_webhook_label_copies_t *c)
{
    uint64_t                          value;
    ngx_uint_t                        i, k;
    ngx_webhook_label_copy_t         *copy;
    const ngx_webhook_label_gauge_t  *gauge;

    for (gauge = ngx_webhook_label_gauges; gauge->name; gauge++) {

        ngx_webhook_labels_head(c->out, gauge->name, "gauge", gauge->help);

        for (i = 0; i < c->n; i++) {
            copy = &c->copies[i];

            value = *(uint64_t *) ((u_char *) &copy->row + gauge->offset);

            if (gauge->ms) {
                ngx_webhook_out(c->out, NGX_WEBHOOK_LABELS_LINE,
                                "%s{%V} %uL.%03uL\n", gauge->name,
                                &copy->labels, value / 1000, value % 1000);

            } else {
                ngx_webhook_out(c->out, NGX_WEBHOOK_LABELS_LINE,
                                "%s{%V} %uL\n", gauge->name, &copy->labels,
                                value);
            }
        }
    }

    ngx_webhook_labels_head(c->out, "ngx_webhook_endpoint_sends_total",
                            "counter",
                            "Finished sends, by outcome: failed ones are sent "
                            "again, dead ones are not, released ones did not "
                            "begin.");

    for (i = 0; i < c->n; i++) {
        copy = &c->copies[i];

        for (k = 0; k < NGX_WEBHOOK_SEND_OUTCOMES; k++) {
            ngx_webhook_out(c->out, NGX_WEBHOOK_LABELS_LINE,
                            "ngx_webhook_endpoint_sends_total"
                            "{%V,outcome=\"%s\"} %uL\n", &copy->labels,
                            ngx_webhook_label_outcomes[k],
                            copy->row.counts[k]);
        }
    }

    ngx_webhook_labels_head(c->out, "ngx_webhook_endpoint_answers_total",
                            "counter",
                            "Sends that were answered, by the class of the "
                            "status, or not at all (none).");

    for (i = 0; i < c->n; i++) {
        copy = &c->copies[i];

        for (k = 0; k < NGX_WEBHOOK_SEND_CLASSES; k++) {

            if (k == 1) {
                /* no answer is of this class */
                continue;
            }

            ngx_webhook_out(c->out, NGX_WEBHOOK_LABELS_LINE,
                            "ngx_webhook_endpoint_answers_total"
                            "{%V,class=\"%s\"} %uL\n", &copy->labels,
                            ngx_webhook_label_classes[k],
                            copy->row.classes[k]);
        }
    }

    ngx_webhook_labels_totals(c, "ngx_webhook_endpoint_send_seconds",
                              "How long sends took.");
}


static void
ngx_webhook_labels_receivers(ngx_webhook_label_copies_t *c)
{
    ngx_uint_t                 i, k;
    const char                *name;
    ngx_webhook_label_copy_t  *copy;

    ngx_webhook_labels_head(c->out, "ngx_webhook_receiver_calls_total",
                            "counter",
                            "Calls of receivers, by outcome.");

    for (i = 0; i < c->n; i++) {
        copy = &c->copies[i];

        for (k = WEBHOOK_CALL_OK; k < WEBHOOK_CALL_OUTCOMES; k++) {

            name = webhook_call_outcome_name(k);

            ngx_webhook_out(c->out, NGX_WEBHOOK_LABELS_LINE,
                            "ngx_webhook_receiver_calls_total"
                            "{%V,outcome=\"%s\"} %uL\n", &copy->labels, name,
                            copy->row.counts[k]);
        }
    }

    ngx_webhook_labels_totals(c, "ngx_webhook_receiver_call_seconds",
                              "How long calls of receivers took.");
}


static void
ngx_webhook_labels_totals(ngx_webhook_label_copies_t *c, const char *name,
    const char *help)
{
    ngx_uint_t  i;

    ngx_webhook_labels_head(c->out, name, "histogram", help);

    for (i = 0; i < c->n; i++) {
        ngx_webhook_labels_histogram(c->out, name, &c->copies[i].labels,
                                     &c->copies[i].row.total,
                                     &ngx_webhook_buckets_total, 1000000);
    }
}


static void
ngx_webhook_labels_head(ngx_webhook_out_t *out, const char *name,
    const char *type, const char *help)
{
    ngx_webhook_out(out, NGX_WEBHOOK_LABELS_LINE,
                    "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}


/* The sum and the bounds are in units of the value: "unit" of them make one of
   what is shown, 1 or 1000000. */

static void
ngx_webhook_labels_histogram(ngx_webhook_out_t *out, const char *name,
    ngx_str_t *labels, ngx_webhook_histogram_t *h,
    const ngx_webhook_buckets_t *buckets, ngx_uint_t unit)
{
    uint64_t     n, sum;
    ngx_uint_t   i;
    const char  *comma, *open, *close;

    comma = labels->len ? "," : "";
    open = labels->len ? "{" : "";
    close = labels->len ? "}" : "";

    n = 0;

    for (i = 0; i <= buckets->n; i++) {

        n += h->counts[i];

        ngx_webhook_out(out, NGX_WEBHOOK_LABELS_LINE,
                        "%s_bucket{%V%sle=\"%s\"} %uL\n", name, labels, comma,
                        i < buckets->n ? buckets->texts[i] : "+Inf", n);
    }

    sum = h->sum;

    if (unit == 1) {
        ngx_webhook_out(out, NGX_WEBHOOK_LABELS_LINE,
                        "%s_sum%s%V%s %uL\n", name, open, labels, close, sum);

    } else {
        ngx_webhook_out(out, NGX_WEBHOOK_LABELS_LINE,
                        "%s_sum%s%V%s %uL.%06uL\n", name, open, labels, close,
                        sum / 1000000, sum % 1000000);
    }

    ngx_webhook_out(out, NGX_WEBHOOK_LABELS_LINE,
                    "%s_count%s%V%s %uL\n", name, open, labels, close, n);
}
