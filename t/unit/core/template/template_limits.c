
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Templates beside what they make: their paths, bounds, and what happens when
 * something fails.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "nomem.h"
#include "template_util.h"


static int
test_visit(void *ctx, const webhook_path_t *path)
{
    webhook_str_t         stop;
    webhook_buf_t        *seen;
    const webhook_str_t  *text;

    seen = ctx;
    text = webhook_path_text(path);
    stop = test_str("stop.here");

    webhook_buf_add(seen, text->data, text->len);
    webhook_buf_byte(seen, ' ');

    return webhook_str_eq(text, &stop) ? 5 : 0;
}


static void
test_template(void)
{
    int                   i, rc;
    webhook_buf_t         out;
    webhook_str_t         s;
    webhook_error_t       err;
    webhook_template_t   *tpl;

    s = test_str("[1]");
    tpl = webhook_template_compile(&s, WEBHOOK_TEMPLATE_JSON, &err);
    tap_ok(tpl && webhook_template_constant(tpl), "a constant knows it");
    webhook_template_free(tpl);

    s = test_str("${a.b} ${c|int} ${stop.here} ${d}");
    tpl = webhook_template_compile(&s, WEBHOOK_TEMPLATE_TEXT, &err);
    tap_ok(tpl && !webhook_template_constant(tpl), "so does what is none");

    webhook_buf_init(&out, 0);

    if (tpl) {
        rc = webhook_template_paths(tpl, test_visit, &out);
        tap_ok(rc == 5, "paths are visited until one is refused");
        tap_bytes(out.data, out.len, "a.b c stop.here ", "in their order");
    }

    webhook_buf_free(&out);
    webhook_template_free(tpl);

    /* failures that are not the value's */

    s = test_str("{\"a\": \"${fail}\"}");
    tpl = webhook_template_compile(&s, WEBHOOK_TEMPLATE_JSON, &err);
    webhook_buf_init(&out, 0);

    if (tpl) {
        rc = WEBHOOK_NOMEM;
        tap_ok(webhook_template_render(tpl, test_lookup, &rc, &out, &err)
               == WEBHOOK_NOMEM && strcmp(err.text, "out of memory") == 0
               && out.len == 0, "a look-up without memory is passed on");

        rc = WEBHOOK_ERROR;
        tap_ok(webhook_template_render(tpl, test_lookup, &rc, &out, &err)
               == WEBHOOK_ERROR
               && strcmp(err.text, "'fail' cannot be looked up") == 0,
               "so is one that failed");
    }

    webhook_buf_free(&out);
    webhook_template_free(tpl);

    s = test_str("\"<${order}${order}>\"");
    tpl = webhook_template_compile(&s, WEBHOOK_TEMPLATE_JSON, &err);

    if (tpl) {
        rc = WEBHOOK_LIMIT;

        for (i = 1; i < 100 && rc == WEBHOOK_LIMIT; i++) {
            webhook_buf_init(&out, i);
            rc = webhook_template_render(tpl, test_lookup, NULL, &out, &err);
            webhook_buf_free(&out);
        }

        tap_ok(i == 100 && rc == WEBHOOK_LIMIT
               && strcmp(err.text, "the rendered text is too long") == 0,
               "the buffer's bound holds at every point");
    }

    webhook_template_free(tpl);

    webhook_template_free(NULL);
    tap_ok(1, "freeing nothing is allowed");
}


/* Each allocation of a render fails once. */

static void
test_nomem(void)
{
    int                   i, n, rc;
    webhook_buf_t         out;
    webhook_str_t         s;
    webhook_error_t       err;
    webhook_template_t   *tpl;

    static const struct {
        webhook_template_kind_e   kind;
        const char               *text;
    } table[] = {
        { WEBHOOK_TEMPLATE_JSON, "[${negzeros|int}, \"<${text.quote}>\"]" },
        { WEBHOOK_TEMPLATE_JSON, "[${escneg|int}, \"<${order}>\"]" },
        { WEBHOOK_TEMPLATE_URI, "/${ref}/${negzeros|int}/${escaped}" },
        { WEBHOOK_TEMPLATE_TEXT, "${name} ${escneg|int}" }
    };

    for (i = 0; i < (int) (sizeof(table) / sizeof(table[0])); i++) {
        s = test_str(table[i].text);
        tpl = webhook_template_compile(&s, table[i].kind, &err);

        if (tpl == NULL) {
            tap_ok(0, "%s: %s", table[i].text, err.text);
            continue;
        }

        rc = WEBHOOK_NOMEM;

        for (n = 0; n < 20 && rc == WEBHOOK_NOMEM; n++) {
            webhook_buf_init(&out, 0);

            nomem_after = n;
            rc = webhook_template_render(tpl, test_lookup, NULL, &out, &err);
            nomem_after = -1;

            if (rc == WEBHOOK_NOMEM
                && (out.len || strcmp(err.text, "out of memory") != 0))
            {
                rc = WEBHOOK_ERROR;
            }

            webhook_buf_free(&out);
        }

        tap_ok(rc == WEBHOOK_OK && (n > 2 || !nomem_works()),
               "renders once there is memory: %s", table[i].text);

        webhook_template_free(tpl);
    }
}


static void
test_bounds(void)
{
    int                   i, n;
    webhook_buf_t         text, out;
    webhook_str_t         s;
    webhook_error_t       err;
    webhook_template_t   *tpl;

    for (n = WEBHOOK_TEMPLATE_MAX_PLACEHOLDERS; ; n++) {
        webhook_buf_init(&text, 0);
        webhook_buf_init(&out, 0);

        for (i = 0; i < n; i++) {
            webhook_buf_add(&text, "/${n}", 5);
        }

        s.data = text.data;
        s.len = text.len;

        tpl = webhook_template_compile(&s, WEBHOOK_TEMPLATE_URI, &err);

        if (n > WEBHOOK_TEMPLATE_MAX_PLACEHOLDERS) {
            tap_ok(tpl == NULL && strstr(err.text, "more than 256 tokens"),
                   "one token too many");

        } else {
            tap_ok(tpl && webhook_template_render(tpl, test_lookup, NULL,
                                                  &out, &err) == WEBHOOK_OK
                   && out.len == (size_t) n * 2, "as many tokens as allowed");
        }

        webhook_template_free(tpl);
        webhook_buf_free(&text);
        webhook_buf_free(&out);

        if (n > WEBHOOK_TEMPLATE_MAX_PLACEHOLDERS) {
            break;
        }
    }

    webhook_buf_init(&text, 0);

    for (i = 0; i < 100; i++) {
        webhook_buf_byte(&text, '[');
    }

    s.data = text.data;
    s.len = text.len;

    tpl = webhook_template_compile(&s, WEBHOOK_TEMPLATE_JSON, &err);
    tap_ok(tpl == NULL && strstr(err.text, "at offset 64"),
           "a template nested too deeply");
    webhook_buf_free(&text);

    s.data = NULL;
    s.len = 0;

    tpl = webhook_template_compile(&s, WEBHOOK_TEMPLATE_TEXT, &err);
    tap_ok(tpl != NULL, "no text at all");
    webhook_template_free(tpl);
}


int
main(void)
{
    if (!test_begin()) {
        return tap_done();
    }

    test_template();
    test_nomem();
    test_bounds();

    webhook_json_free(test_doc);

    return tap_done();
}
