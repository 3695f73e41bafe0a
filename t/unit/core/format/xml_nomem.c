
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of webhook_xml_read() where expat itself gets no memory: malloc() and
 * realloc() fail, each in turn, wherever they are called from.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "tap.h"
#include "nomem.h"
#include "core/format/webhook_xml.h"


#ifndef NOMEM_OFF

void *
malloc(size_t size)
{
    void  *symbol, *(*next)(size_t size);

    if (nomem_after == 0) {
        return NULL;
    }

    if (nomem_after > 0) {
        nomem_after--;
    }

    symbol = dlsym(RTLD_NEXT, "malloc");
    memcpy(&next, &symbol, sizeof(next));

    return next(size);
}

#endif


int
main(void)
{
    int                   i, rc, wrong;
    webhook_str_t         s;
    webhook_buf_t         out;
    webhook_xml_error_t   err;

    static char  xml[] =
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n"
        "<a x=\"1\" y=\"a longer value, with &lt;references&gt;\">"
        "<b>1</b> text <c/><b><d/><d/></b> more <![CDATA[text]]></a>";

    if (!nomem_works()) {
        tap_ok(1, "nomem # SKIP allocations cannot be made to fail here");
        return tap_done();
    }

    s.data = (unsigned char *) xml;
    s.len = sizeof(xml) - 1;

    wrong = 0;
    rc = WEBHOOK_ERROR;

    for (i = 0; i < 1000 && rc != WEBHOOK_OK; i++) {
        webhook_buf_init(&out, 0);

        nomem_after = i;
        rc = webhook_xml_read(&s, WEBHOOK_XML_ANY, NULL, &out, &err);
        nomem_after = -1;

        wrong += (rc != WEBHOOK_OK
                  && (rc != WEBHOOK_NOMEM || err.what == NULL));
        webhook_buf_free(&out);
    }

    tap_ok(wrong == 0, "each failure is told as one of memory");
    tap_ok(rc == WEBHOOK_OK && i > 20, "read at last, after %d failures",
           i - 1);

    return tap_done();
}
