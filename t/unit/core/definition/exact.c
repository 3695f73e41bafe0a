
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of webhook_definition_exact: templates whose numbers a tree would not
 * keep are texts.
 */

#include "tap.h"
#include "core/definition/webhook_definition_exact.h"


static const struct {
    const char  *text;
    const char  *want;          /* NULL: as it is */
} cases[] = {

    /* numbers that are kept */

    { "{\"body\":{\"n\":1}}", NULL },
    { "{\"body\":{\"n\":-123456789012345678}}", NULL },
    { "{\"body\":{\"n\":0.00000123456789012345}}", NULL },
    { "{\"body\":{\"n\":1.5e200}}", NULL },
    { "{\"body\":[]}", NULL },
    { "{\"body\":\"12345678901234567890\"}", NULL },
    { "{\"body\":12345678901234567890}", NULL },

    /* and that are not */

    { "{\"body\":{\"n\":12345678901234567890}}",
      "{\"body\":\"{\\\"n\\\":12345678901234567890}\"}" },
    { "{\"body\":{\"n\":1234567890123456789}}",
      "{\"body\":\"{\\\"n\\\":1234567890123456789}\"}" },
    { "{\"body\":[0.1234567890123456]}",
      "{\"body\":\"[0.1234567890123456]\"}" },
    { "{\"body\":[1e999]}", "{\"body\":\"[1e999]\"}" },
    { "{\"body\":[1E-99999999999999]}", "{\"body\":\"[1E-99999999999999]\"}" },
    { "{\"body\":[12345678901234567.0]}",
      "{\"body\":\"[12345678901234567.0]\"}" },

    /* deep in it, with all that stands around */

    { " { \"a\" : 1 , \"body\" : { \"x\" : [ { \"n\" : 12345678901234567890 } ]"
      " , \"t\" : \"a\\\"b\" } , \"c\" : 12345678901234567890 } ",
      " { \"a\" : 1 , \"body\" : \"{ \\\"x\\\" : [ { \\\"n\\\" :"
      " 12345678901234567890 } ] , \\\"t\\\" : \\\"a\\\\\\\"b\\\" }\" ,"
      " \"c\" : 12345678901234567890 } " },

    /* where definitions are */

    { "{\"actions\":[{\"body\":[1e999]},{\"body\":[1]},{\"body\":[2e999]}]}",
      "{\"actions\":[{\"body\":\"[1e999]\"},{\"body\":[1]},"
      "{\"body\":\"[2e999]\"}]}" },
    { "{\"endpoint\":{\"body\":[1e999]},\"data\":{\"body\":[1e999]}}",
      "{\"endpoint\":{\"body\":\"[1e999]\"},\"data\":{\"body\":[1e999]}}" },
    { "{\"items\":[{\"body\":[1e999],\"emit\":[{\"body\":[1e999]}]}]}",
      "{\"items\":[{\"body\":\"[1e999]\",\"emit\":[{\"body\":\"[1e999]\"}]}]}" },
    { "{\"answer\":[{\"body\":[1e999]}]}",
      "{\"answer\":[{\"body\":\"[1e999]\"}]}" },
    { "[{\"body\":[1e999]}]", "[{\"body\":\"[1e999]\"}]" },

    /* nowhere else */

    { "{\"data\":{\"body\":[1e999]}}", NULL },
    { "{\"filter\":[{\"body\":[1e999]}]}", NULL },
    { "{\"body\":{\"n\":1,\"body\":[1]},\"limit\":{\"body\":[1e999]}}", NULL },
    { "7", NULL },
};


int
main(void)
{
    int                  rc;
    size_t               i;
    webhook_str_t        text;
    webhook_buf_t        out;
    webhook_json_doc_t  *doc;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {

        text.data = (unsigned char *) cases[i].text;
        text.len = strlen(cases[i].text);

        if (webhook_json_read(&text, NULL, &doc, NULL) != WEBHOOK_OK) {
            tap_ok(0, "JSON: %s", cases[i].text);
            continue;
        }

        webhook_buf_init(&out, 0);

        rc = webhook_definition_exact(doc, &text, &out);

        tap_bytes(out.data, out.len, cases[i].want ? cases[i].want : "",
                  cases[i].text);
        tap_ok(rc == WEBHOOK_OK, "done");

        webhook_buf_free(&out);

        /* no room */

        webhook_buf_init(&out, 3);

        rc = webhook_definition_exact(doc, &text, &out);

        tap_ok(rc == (cases[i].want ? WEBHOOK_LIMIT : WEBHOOK_OK), "a bound");

        webhook_buf_free(&out);
        webhook_json_free(doc);
    }

    return tap_done();
}
