
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of webhook_media: what a Content-Type says, to either side, and the
 * JSON of what is none.
 */

#include "tap.h"
#include "core/media/webhook_media.h"


static const struct {
    const char       *type;
    webhook_media_e   loose;
    webhook_media_e   strict;
} types[] = {

    /* alike */

    { "", WEBHOOK_MEDIA_NONE, WEBHOOK_MEDIA_NONE },
    { "; charset=utf-8", WEBHOOK_MEDIA_NONE, WEBHOOK_MEDIA_NONE },
    { "application/json", WEBHOOK_MEDIA_JSON, WEBHOOK_MEDIA_JSON },
    { "Application/JSON", WEBHOOK_MEDIA_JSON, WEBHOOK_MEDIA_JSON },
    { "application/json; charset=utf-8", WEBHOOK_MEDIA_JSON,
      WEBHOOK_MEDIA_JSON },
    { "application/json ;a=b", WEBHOOK_MEDIA_JSON, WEBHOOK_MEDIA_JSON },
    { "application/json\t", WEBHOOK_MEDIA_JSON, WEBHOOK_MEDIA_JSON },
    { "application/jsonx", WEBHOOK_MEDIA_OTHER, WEBHOOK_MEDIA_OTHER },
    { "application/jso", WEBHOOK_MEDIA_OTHER, WEBHOOK_MEDIA_OTHER },
    { "text/json", WEBHOOK_MEDIA_JSON, WEBHOOK_MEDIA_JSON },
    { "application/cloudevents+json", WEBHOOK_MEDIA_JSON,
      WEBHOOK_MEDIA_JSON },
    { "a/b+JSON; v=1", WEBHOOK_MEDIA_JSON, WEBHOOK_MEDIA_JSON },
    { "application/xml", WEBHOOK_MEDIA_XML, WEBHOOK_MEDIA_XML },
    { "text/xml;charset=x", WEBHOOK_MEDIA_XML, WEBHOOK_MEDIA_XML },
    { "application/atom+xml", WEBHOOK_MEDIA_XML, WEBHOOK_MEDIA_XML },
    { "application/x-www-form-urlencoded", WEBHOOK_MEDIA_FORM,
      WEBHOOK_MEDIA_FORM },
    { "multipart/form-data; boundary=x", WEBHOOK_MEDIA_MULTIPART,
      WEBHOOK_MEDIA_MULTIPART },
    { "multipart/mixed; boundary=x", WEBHOOK_MEDIA_OTHER,
      WEBHOOK_MEDIA_OTHER },
    { "text/plain", WEBHOOK_MEDIA_TEXT, WEBHOOK_MEDIA_TEXT },
    { "text/html; charset=utf-8", WEBHOOK_MEDIA_HTML, WEBHOOK_MEDIA_HTML },
    { "image/png", WEBHOOK_MEDIA_OTHER, WEBHOOK_MEDIA_OTHER },

    /* not alike: a blank */

    { "application/json x", WEBHOOK_MEDIA_OTHER, WEBHOOK_MEDIA_JSON },
    { "application/xml\tx", WEBHOOK_MEDIA_OTHER, WEBHOOK_MEDIA_XML },
    { "text/plain x+json", WEBHOOK_MEDIA_JSON, WEBHOOK_MEDIA_TEXT },
    { " application/json", WEBHOOK_MEDIA_OTHER, WEBHOOK_MEDIA_NONE },

    /* not alike: a suffix that stands by itself, or nearly so */

    { "+json", WEBHOOK_MEDIA_JSON, WEBHOOK_MEDIA_OTHER },
    { "some+json", WEBHOOK_MEDIA_JSON, WEBHOOK_MEDIA_OTHER },
    { "a/+json", WEBHOOK_MEDIA_JSON, WEBHOOK_MEDIA_OTHER },
    { "+xml", WEBHOOK_MEDIA_XML, WEBHOOK_MEDIA_OTHER },
    { "some+xml", WEBHOOK_MEDIA_XML, WEBHOOK_MEDIA_OTHER }
};


static webhook_str_t
str(const char *text)
{
    webhook_str_t  s;

    s.data = (unsigned char *) text;
    s.len = strlen(text);

    return s;
}


static void
json(webhook_media_e media, const char *type, const char *body,
    uint32_t max_nodes, int want, const char *text)
{
    int                    rc, same;
    webhook_buf_t          out;
    webhook_str_t          t, b;
    webhook_xml_limits_t   limits;
    webhook_media_error_t  err;

    t = str(type);
    b = str(body);

    memset(&limits, 0, sizeof(limits));
    limits.max_nodes = max_nodes;

    webhook_buf_init(&out, 0);

    rc = webhook_media_json(media, WEBHOOK_MEDIA_STRICT, &t, &b,
                            max_nodes ? &limits : NULL, &out, &err);

    if (rc == WEBHOOK_OK) {
        same = out.len == strlen(text)
               && memcmp(out.data, text, out.len) == 0;

    } else {
        same = text == NULL
               || (err.what != NULL && strstr(err.what, text) != NULL);
    }

    tap_ok(rc == want && same, "JSON of \"%s\": %d", type, want);

    webhook_buf_free(&out);
}


/* In another charset than UTF-8; rc 1: it cannot be converted. */

static void
charset(webhook_media_e media, webhook_media_way_e way, const char *type,
    const char *body, int want, const char *text)
{
    int                    rc;
    webhook_buf_t          out;
    webhook_str_t          t, b;
    webhook_media_error_t  err;

    t = str(type);
    b = str(body);

    webhook_buf_init(&out, 0);

    rc = webhook_media_json(media, way, &t, &b, NULL, &out, &err);

    if (rc == WEBHOOK_OK) {
        tap_ok(want == WEBHOOK_OK && out.len == strlen(text)
               && memcmp(out.data, text, out.len) == 0,
               "\"%s\" is converted", type);

    } else {
        tap_ok(rc == WEBHOOK_ERROR && err.what
               && err.charset == (want == 1) && want != WEBHOOK_OK,
               "\"%s\" is not (%d)", type, want);
    }

    webhook_buf_free(&out);
}


static void
test_charset(void)
{
    static const char  form[] = "application/x-www-form-urlencoded";
    static const char  thai[] = "{\"a\":\"\u0e23\u0e01\"}";

    charset(WEBHOOK_MEDIA_FORM, WEBHOOK_MEDIA_STRICT,
            "application/x-www-form-urlencoded; charset=tis-620",
            "a=\xc3\xa1", WEBHOOK_OK, thai);
    charset(WEBHOOK_MEDIA_FORM, WEBHOOK_MEDIA_STRICT, form, "a=\xa1",
            WEBHOOK_ERROR, NULL);
    charset(WEBHOOK_MEDIA_FORM, WEBHOOK_MEDIA_LOOSE,
            "application/x-www-form-urlencoded; charset=tis-620", "a=\xa1",
            WEBHOOK_OK, "{\"a\":\"\ufffd\"}");
    charset(WEBHOOK_MEDIA_FORM, WEBHOOK_MEDIA_STRICT,
            "application/x-www-form-urlencoded; charset=x", "a=1", 1, NULL);

    charset(WEBHOOK_MEDIA_MULTIPART, WEBHOOK_MEDIA_STRICT,
            "multipart/form-data; charset=windows-874; boundary=x",
            "--x\nContent-Disposition: form-data; name=a\n\n\xc3\xa1\n--x--",
            WEBHOOK_OK, thai);
    charset(WEBHOOK_MEDIA_MULTIPART, WEBHOOK_MEDIA_STRICT,
            "multipart/form-data; boundary=x",
            "--x\nContent-Disposition: form-data; name=a\nContent-Type: a/b;"
            "charset=x\n\n1\n--x--", 1, NULL);

    charset(WEBHOOK_MEDIA_XML, WEBHOOK_MEDIA_STRICT,
            "text/xml; charset=tis-620", "<a>\xc3\xa1</a>", WEBHOOK_OK, thai);
    charset(WEBHOOK_MEDIA_XML, WEBHOOK_MEDIA_STRICT,
            "text/xml; charset=windows-874",
            "<?xml version='1.0' encoding='utf-8'?><a>\xc3\xa1</a>",
            WEBHOOK_OK, thai);
    charset(WEBHOOK_MEDIA_XML, WEBHOOK_MEDIA_STRICT,
            "text/xml; charset=utf-8",
            "<?xml version='1.0' encoding='iso-8859-1'?><a>\u0e23\u0e01</a>",
            WEBHOOK_OK, thai);
    charset(WEBHOOK_MEDIA_XML, WEBHOOK_MEDIA_STRICT, "text/xml",
            "<?xml version='1.0' encoding='iso-8859-1'?><a>\xe9</a>",
            WEBHOOK_OK, "{\"a\":\"\u00e9\"}");
    charset(WEBHOOK_MEDIA_XML, WEBHOOK_MEDIA_STRICT, "text/xml",
            "<a>\xc3</a>", WEBHOOK_ERROR, NULL);
    charset(WEBHOOK_MEDIA_XML, WEBHOOK_MEDIA_STRICT,
            "text/xml; charset=tis-620", "<a>\xff</a>", WEBHOOK_ERROR, NULL);
    charset(WEBHOOK_MEDIA_XML, WEBHOOK_MEDIA_STRICT, "text/xml; charset=x",
            "<a>1</a>", 1, NULL);
    charset(WEBHOOK_MEDIA_XML, WEBHOOK_MEDIA_LOOSE, "text/xml; charset=x",
            "<a>1</a>", WEBHOOK_OK, "{\"a\":\"1\"}");
}


int
main(void)
{
    size_t         i;
    webhook_str_t  type;

    for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        type = str(types[i].type);

        tap_ok(webhook_media(&type, WEBHOOK_MEDIA_LOOSE) == types[i].loose,
               "\"%s\", loose", types[i].type);
        tap_ok(webhook_media(&type, WEBHOOK_MEDIA_STRICT) == types[i].strict,
               "\"%s\", strict", types[i].type);
    }

    json(WEBHOOK_MEDIA_FORM, "application/x-www-form-urlencoded", "a=1&b=x",
         0, WEBHOOK_OK, "{\"a\":\"1\",\"b\":\"x\"}");
    json(WEBHOOK_MEDIA_FORM, "", "a=%zz", 0, WEBHOOK_ERROR, "hexadecimal");
    json(WEBHOOK_MEDIA_FORM, "", "a=1&b=2&c=3", 2, WEBHOOK_LIMIT, NULL);

    json(WEBHOOK_MEDIA_MULTIPART, "multipart/form-data; boundary=x",
         "--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--x--\r\n",
         0, WEBHOOK_OK, "{\"a\":\"1\"}");
    json(WEBHOOK_MEDIA_MULTIPART, "multipart/form-data", "--x--", 0,
         WEBHOOK_ERROR, "boundary");
    json(WEBHOOK_MEDIA_MULTIPART, "multipart/form-data; boundary=x", "--x", 0,
         WEBHOOK_ERROR, NULL);

    json(WEBHOOK_MEDIA_XML, "text/xml", "<a><b>1</b></a>", 0, WEBHOOK_OK,
         "{\"a\":{\"b\":\"1\"}}");
    json(WEBHOOK_MEDIA_XML, "text/xml", "<a>", 0, WEBHOOK_ERROR, "");
    json(WEBHOOK_MEDIA_XML, "text/xml", "<a><b/><c/></a>", 2, WEBHOOK_LIMIT,
         NULL);

    test_charset();

    json(WEBHOOK_MEDIA_OTHER, "image/png", "x", 0, WEBHOOK_ERROR, "type");
    json(WEBHOOK_MEDIA_JSON, "text/json", "{}", 0, WEBHOOK_ERROR, "type");

    return tap_done();
}
