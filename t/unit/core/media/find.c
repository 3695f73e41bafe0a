
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of webhook_media_find: a value at a path, in bodies of each kind.
 */

#include "tap.h"
#include "core/media/webhook_media_find.h"

#include <stdlib.h>


#define JSON  "application/json"
#define XML   "application/xml"
#define FORM  "application/x-www-form-urlencoded"

#define FORM_PART  "multipart/form-data; boundary=b"


static const struct {
    const char  *path;
    const char  *value;
    const char  *type;
    const char  *body;
    int          rc;
    int          found;
} cases[] = {

    /* strings, as they read */

    { "email", "a@b.vn", JSON, "{\"email\":\"a@b.vn\"}", WEBHOOK_OK, 1 },
    { "email", "a@b.v", JSON, "{\"email\":\"a@b.vn\"}", WEBHOOK_OK, 0 },
    { "email", "A@b.vn", JSON, "{\"email\":\"a@b.vn\"}", WEBHOOK_OK, 0 },
    { "mail", "a@b.vn", JSON, "{\"email\":\"a@b.vn\"}", WEBHOOK_OK, 0 },
    { "email", "a@b.vn", JSON, "{\"email\":\"\\u0061@b.vn\"}", WEBHOOK_OK, 1 },
    { "email", "\\u0061@b.vn", JSON, "{\"email\":\"\\u0061@b.vn\"}",
      WEBHOOK_OK, 0 },
    { "n", "a\"b", JSON, "{\"n\":\"a\\\"b\"}", WEBHOOK_OK, 1 },
    { "n", "Nguy\xe1\xbb\x85n", JSON, "{\"n\":\"Nguy\\u1ec5n\"}",
      WEBHOOK_OK, 1 },
    { "\"a.b\"", "x", JSON, "{\"a.b\":\"x\"}", WEBHOOK_OK, 1 },

    /* numbers and words, as they are written */

    { "id", "12", JSON, "{\"id\":12}", WEBHOOK_OK, 1 },
    { "id", "12", JSON, "{\"id\":\"12\"}", WEBHOOK_OK, 1 },
    { "id", "12", JSON, "{\"id\":12.0}", WEBHOOK_OK, 0 },
    { "id", "12345678901234567890", JSON, "{\"id\":12345678901234567890}",
      WEBHOOK_OK, 1 },
    { "id", "12345678901234567891", JSON, "{\"id\":12345678901234567890}",
      WEBHOOK_OK, 0 },
    { "id", "true", JSON, "{\"id\":true}", WEBHOOK_OK, 1 },
    { "id", "null", JSON, "{\"id\":null}", WEBHOOK_OK, 0 },
    { "id", "{}", JSON, "{\"id\":{}}", WEBHOOK_OK, 0 },

    /* lists */

    { "a.0.id", "7", JSON, "{\"a\":[{\"id\":7},{\"id\":8}]}", WEBHOOK_OK, 1 },
    { "a.0.id", "8", JSON, "{\"a\":[{\"id\":7},{\"id\":8}]}", WEBHOOK_OK, 0 },
    { "a[].id", "8", JSON, "{\"a\":[{\"id\":7},{\"id\":8}]}", WEBHOOK_OK, 1 },
    { "a[].id", "9", JSON, "{\"a\":[{\"id\":7},{\"id\":8}]}", WEBHOOK_OK, 0 },
    { "a[]", "x", JSON, "{\"a\":[1,\"y\",\"x\"]}", WEBHOOK_OK, 1 },
    { "a[]", "z", JSON, "{\"a\":[1,\"y\",\"x\"]}", WEBHOOK_OK, 0 },
    { "a", "x", JSON, "{\"a\":[1,\"y\",\"x\"]}", WEBHOOK_OK, 0 },
    { "a[].b[].c", "x", JSON,
      "{\"a\":[{},{\"b\":[{\"c\":1},{\"c\":\"x\"}]}]}", WEBHOOK_OK, 1 },

    /* a key that stands twice: the last one is looked at, and it is told that
       there was another */

    { "a", "2", JSON, "{\"a\":1,\"a\":2}", WEBHOOK_OK, 1 },
    { "a", "1", JSON, "{\"a\":1,\"a\":2}", WEBHOOK_ERROR, 0 },

    /* no type, or one that says nothing: as JSON */

    { "a", "1", "", "{\"a\":1}", WEBHOOK_OK, 1 },
    { "a", "1", "text/plain", "{\"a\":1}", WEBHOOK_OK, 1 },
    { "a", "1", "text/plain", "a=1", WEBHOOK_ERROR, 0 },
    { "a", "1", JSON, "{\"a\":1", WEBHOOK_ERROR, 0 },
    { "a", "1", JSON, "", WEBHOOK_OK, 0 },

    /* what JSON is made of */

    { "order.customer.email", "a@b.vn", XML,
      "<order><customer><email>a@b.vn</email></customer></order>",
      WEBHOOK_OK, 1 },
    { "order.customer.email", "b@b.vn", XML,
      "<order><customer><email>a@b.vn</email></customer></order>",
      WEBHOOK_OK, 0 },
    { "order.id", "1", XML, "<order><id>1</order>", WEBHOOK_ERROR, 0 },
    { "email", "a@b.vn", FORM, "x=1&email=a%40b.vn", WEBHOOK_OK, 1 },
    { "email", "b@b.vn", FORM, "x=1&email=a%40b.vn", WEBHOOK_OK, 0 },
    { "email", "a@b.vn", FORM_PART,
      "--b\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\n"
      "a@b.vn\r\n--b--\r\n", WEBHOOK_OK, 1 },
    { "email", "a@b.vn", FORM_PART, "no part", WEBHOOK_ERROR, 0 },
};


static webhook_str_t
str(const char *text)
{
    webhook_str_t  s;

    s.data = (unsigned char *) text;
    s.len = strlen(text);

    return s;
}


static int
find(const char *path_text, const char *value_text, const char *type_text,
    const webhook_str_t *body, int *found)
{
    int              rc;
    webhook_str_t    text, value, type;
    webhook_path_t  *path;

    text = str(path_text);
    value = str(value_text);
    type = str(type_text);

    path = webhook_path_compile(&text, NULL);

    rc = path ? webhook_media_find(path, &value, &type, body, found) : -100;

    webhook_path_free(path);

    return rc;
}


static void
test_cases(void)
{
    int            rc, found;
    size_t         i;
    webhook_str_t  body;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {

        body = str(cases[i].body);

        rc = find(cases[i].path, cases[i].value, cases[i].type, &body, &found);

        tap_ok(rc == cases[i].rc && found == cases[i].found,
               "%s = %s in %s", cases[i].path, cases[i].value, cases[i].body);
    }
}


static void
test_bounds(void)
{
    int             rc, found;
    size_t          len;
    unsigned char  *p;
    webhook_str_t   body;

    len = WEBHOOK_MEDIA_FIND_MAX + 1;

    p = malloc(len);

    if (p == NULL) {
        tap_ok(0, "no memory");
        return;
    }

    memset(p, ' ', len);
    memcpy(p, "{\"a\":1}", 7);

    body.data = p;
    body.len = len - 1;

    rc = find("a", "1", JSON, &body, &found);

    tap_ok(rc == WEBHOOK_OK && found == 1, "as large as there may be");

    body.len = len;

    rc = find("a", "1", JSON, &body, &found);

    tap_ok(rc == WEBHOOK_LIMIT && found == 0, "larger");

    /* many values */

    memset(p, ',', len - 1);
    p[0] = '[';

    for (body.len = 1; body.len < len - 2; body.len += 2) {
        p[body.len] = '1';
    }

    p[body.len - 1] = ']';

    rc = find("0", "1", JSON, &body, &found);

    tap_ok(rc == WEBHOOK_LIMIT && found == 0, "too many values");

    free(p);
}


int
main(void)
{
    test_cases();
    test_bounds();

    return tap_done();
}
