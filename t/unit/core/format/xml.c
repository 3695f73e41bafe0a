
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of webhook_xml.  t/core/xml-peers.t has xmllint read what is written
 * here; fuzz_xml goes there and back.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "tap.h"
#include "nomem.h"
#include "json_same.h"
#include "core/format/webhook_xml.h"


#define HEAD  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"


static webhook_str_t
str(const char *text)
{
    webhook_str_t  s;

    s.data = (unsigned char *) text;
    s.len = strlen(text);

    return s;
}


static int
write_xml(const webhook_str_t *json, const char *name, webhook_buf_t *out)
{
    int                    rc;
    webhook_str_t          root;
    webhook_json_doc_t    *doc;
    webhook_json_value_t   v;

    rc = webhook_json_read(json, NULL, &doc, NULL);
    if (rc != WEBHOOK_OK) {
        return rc;
    }

    root = str(name);
    webhook_json_root(doc, &v);

    rc = webhook_xml_write(doc, &v, &root, out);
    webhook_json_free(doc);

    return rc;
}


/* JSON, the XML that it is, and JSON again. */

static void
both(const char *json, const char *name, const char *want)
{
    webhook_str_t  j, s;
    webhook_buf_t  xml, back;

    webhook_buf_init(&xml, 0);
    webhook_buf_init(&back, 0);

    j = str(json);

    if (write_xml(&j, name, &xml) != WEBHOOK_OK) {
        tap_ok(0, "written: %s", json);
        return;
    }

    if (xml.len > sizeof(HEAD) - 1
        && memcmp(xml.data, HEAD, sizeof(HEAD) - 1) == 0)
    {
        tap_bytes(xml.data + sizeof(HEAD) - 1, xml.len - sizeof(HEAD) + 1,
                  want, json);

    } else {
        tap_ok(0, "has a declaration: %s", json);
    }

    s.data = xml.data;
    s.len = xml.len;

    tap_ok(webhook_xml_read(&s, WEBHOOK_XML_ANY, NULL, &back, NULL)
           == WEBHOOK_OK, "... is read: %s", json);

    s.data = back.data;
    s.len = back.len;

    if (!tap_ok(json_same(&j, &s), "... comes back as it was")) {
        printf("# got: %.*s\n", (int) s.len, (char *) s.data);
    }

    webhook_buf_free(&xml);
    webhook_buf_free(&back);
}


static void
test_write(void)
{
    both("{\"id\": 7, \"tags\": [\"a\"], \"note\": \"\"}", "data",
         "<data type=\"object\"><id type=\"number\">7</id>"
         "<tags type=\"array\"><item>a</item></tags><note/></data>");
    both("{}", "data", "<data type=\"object\"/>");
    both("[]", "data", "<data type=\"array\"/>");
    both("\"\"", "data", "<data type=\"string\"/>");
    both("\" a \"", "data", "<data type=\"string\"> a </data>");
    both("null", "data", "<data type=\"null\"/>");
    both("true", "data", "<data type=\"boolean\">true</data>");
    both(" -0.10e+5 ", "data", "<data type=\"number\">-0.10e+5</data>");
    both("{\"a\":{},\"b\":{\"c\":{}}}", "order.add",
         "<order.add type=\"object\"><a type=\"object\"/><b><c "
         "type=\"object\"/></b></order.add>");
    both("[[],[[]],[1,[2]],{\"a\":[null]},{}]", "data",
         "<data type=\"array\"><item type=\"array\"/><item type=\"array\">"
         "<item type=\"array\"/></item><item type=\"array\"><item "
         "type=\"number\">1</item><item type=\"array\"><item "
         "type=\"number\">2</item></item></item><item><a type=\"array\">"
         "<item type=\"null\"/></a></item><item type=\"object\"/></data>");

    /* numbers, of any size, as they stand */

    both("[12345678901234567890,1e400,0.10000000000000001,1.0]", "data",
         "<data type=\"array\">"
         "<item type=\"number\">12345678901234567890</item>"
         "<item type=\"number\">1e400</item>"
         "<item type=\"number\">0.10000000000000001</item>"
         "<item type=\"number\">1.0</item></data>");

    /* keys */

    both("{\"\":1}", "data",
         "<data type=\"object\"><item key=\"\" type=\"number\">1</item>"
         "</data>");
    both("{\"item\":\"a\",\"item\":\"b\"}", "data",
         "<data type=\"object\"><item>a</item><item>b</item></data>");
    both("{\"a b\":\"1\",\"1a\":\"2\",\"-\":\"3\",\"a:b\":\"4\"}", "data",
         "<data type=\"object\"><item key=\"a b\">1</item>"
         "<item key=\"1a\">2</item><item key=\"-\">3</item>"
         "<item key=\"a:b\">4</item></data>");
    both("{\"xml\":\"1\",\"xMlns\":\"2\",\"xm\":\"3\",\"_a.b-c1\":\"4\"}",
         "data",
         "<data type=\"object\"><item key=\"xml\">1</item>"
         "<item key=\"xMlns\">2</item><xm>3</xm><_a.b-c1>4</_a.b-c1></data>");
    both("{\"t\xc3\xaan\":\"1\",\"\\u0061\":\"2\"}", "data",
         "<data type=\"object\"><item key=\"t\xc3\xaan\">1</item>"
         "<item key=\"a\">2</item></data>");
    both("{\"a\\\"<>&'\\t\\n\\r\\\\\":{\"a\":[]}}", "data",
         "<data type=\"object\"><item key=\"a&quot;&lt;&gt;&amp;'&#9;&#10;"
         "&#13;\\\"><a type=\"array\"/></item></data>");
    both("{\"a\\u0000\\\\\\\"\":\"\"}", "data",
         "<data type=\"object\"><item escaped-key=\"a\\u0000\\\\&quot;\"/>"
         "</data>");
    both("1", "1st.event", "<item key=\"1st.event\" type=\"number\">1</item>");
    both("1", "", "<item key=\"\" type=\"number\">1</item>");
    both("[1]", "a\x01", "<item escaped-key=\"a\\u0001\" type=\"array\">"
         "<item type=\"number\">1</item></item>");

    /* text */

    both("\"<a>&amp;]]>'\\\"\\r\\n\\t\\/\\\\u0000\"", "data",
         "<data type=\"string\">&lt;a&gt;&amp;amp;]]&gt;'\"&#13;\n\t/"
         "\\u0000</data>");
    both("\"Nguy\xe1\xbb\x85n \\u0e01 \\ud83d\\ude00 \\u0085\"", "data",
         "<data type=\"string\">Nguy\xe1\xbb\x85n \xe0\xb8\x81 "
         "\xf0\x9f\x98\x80 \xc2\x85</data>");
    both("{\"a\":\"\\u0000\\b\\f\\u001F\\\\ \\\"\"}", "data",
         "<data type=\"object\"><a escaped=\"true\">"
         "\\u0000\\u0008\\u000c\\u001F\\\\ \"</a></data>");
    both("\"\\ud800\"", "data",
         "<data type=\"string\" escaped=\"true\">\\ud800</data>");
    both("\"\\uDC00\\ud800\\ud83d\\ude00\"", "data",
         "<data type=\"string\" escaped=\"true\">\\uDC00\\ud800"
         "\xf0\x9f\x98\x80</data>");
    both("\"\\ufffd \xef\xbf\xbd\"", "data",
         "<data type=\"string\">\xef\xbf\xbd \xef\xbf\xbd</data>");
    both("\"\xef\xbf\xbe\\uffff\\n\"", "data",
         "<data type=\"string\" escaped=\"true\">\\ufffe\\uffff\n</data>");
    both("\"  \\n \"", "data", "<data type=\"string\">  \n </data>");
}


static void
reads(const char *xml, const char *want, const char *name)
{
    int                   rc;
    webhook_str_t         s;
    webhook_buf_t         out;
    webhook_json_doc_t   *doc;
    webhook_xml_error_t   err;

    webhook_buf_init(&out, 0);

    s = str(xml);
    rc = webhook_xml_read(&s, WEBHOOK_XML_ANY, NULL, &out, &err);

    if (rc != WEBHOOK_OK) {
        tap_ok(0, "%s (%s)", name, err.what);
        return;
    }

    tap_bytes(out.data, out.len, want, name);

    s.data = out.data;
    s.len = out.len;

    tap_ok(webhook_json_read(&s, NULL, &doc, NULL) == WEBHOOK_OK,
           "%s: is JSON", name);

    webhook_json_free(doc);
    webhook_buf_free(&out);
}


static void
test_typed(void)
{
    reads("<data type=\"object\">\n  <a>1</a>\n  <b type=\"array\">\n"
          "    <item/>\n  </b>\n <c type='object'> </c></data>\n",
          "{\"a\":\"1\",\"b\":[\"\"],\"c\":{}}", "ours: indented");
    reads("<data type=\"string\">a<!-- b --><![CDATA[<c>]]><?d?> &#65;</data>",
          "\"a<c> A\"", "ours: text in pieces");
    reads("<data type=\"object\"><a type=\"string\"/><b type=\"object\">"
          "<c/></b></data>", "{\"a\":\"\",\"b\":{\"c\":\"\"}}",
          "ours: types where none is needed");
    reads("<data type=\"string\" escaped=\"true\">\"\\\"\\/\t</data>",
          "\"\\\"\\\"\\/\\t\"", "ours: JSON's escapes");
    reads("<data type=\"string\" escaped=\"true\">\\\\u\\u00e9</data>",
          "\"\\\\u\\u00e9\"", "ours: a backslash that is escaped");

    /* what is almost ours is taken for what anybody writes */

    reads("<data><a type=\"number\">1</a></data>",
          "{\"data\":{\"a\":{\"@type\":\"number\",\"#text\":\"1\"}}}",
          "not ours: the root has no type");
    reads("<data type=\"object\" x=\"\"/>",
          "{\"data\":{\"@type\":\"object\",\"@x\":\"\"}}",
          "not ours: another attribute");
    reads("<data type=\"number\">01</data>",
          "{\"data\":{\"@type\":\"number\",\"#text\":\"01\"}}",
          "not ours: no number");
    reads("<data type=\"number\"> 1</data>",
          "{\"data\":{\"@type\":\"number\",\"#text\":\" 1\"}}",
          "not ours: white space at a number");
    reads("<data type=\"boolean\">yes</data>",
          "{\"data\":{\"@type\":\"boolean\",\"#text\":\"yes\"}}",
          "not ours: no boolean");
    reads("<data type=\"null\">x</data>",
          "{\"data\":{\"@type\":\"null\",\"#text\":\"x\"}}",
          "not ours: null with text");
    reads("<data type=\"integer\">1</data>",
          "{\"data\":{\"@type\":\"integer\",\"#text\":\"1\"}}",
          "not ours: no type of JSON");
    reads("<data type=\"object\">x<a/></data>",
          "{\"data\":{\"@type\":\"object\",\"a\":\"\",\"#text\":\"x\"}}",
          "not ours: text in an object");
    reads("<data type=\"array\"><a/></data>",
          "{\"data\":{\"@type\":\"array\",\"a\":\"\"}}",
          "not ours: an array of other names");
    reads("<data type=\"array\"><item key=\"a\"/></data>",
          "{\"data\":{\"@type\":\"array\",\"item\":{\"@key\":\"a\"}}}",
          "not ours: a key in an array");
    reads("<data type=\"object\"><a key=\"a\"/></data>",
          "{\"data\":{\"@type\":\"object\",\"a\":{\"@key\":\"a\"}}}",
          "not ours: a key at a name");
    reads("<data type=\"object\"><item key=\"a\" escaped-key=\"a\"/></data>",
          "{\"data\":{\"@type\":\"object\",\"item\":{\"@key\":\"a\","
          "\"@escaped-key\":\"a\"}}}", "not ours: two keys");
    reads("<data type=\"string\"><a/></data>",
          "{\"data\":{\"@type\":\"string\",\"a\":\"\"}}",
          "not ours: an element in a string");
    reads("<data type=\"string\" escaped=\"true\">\\</data>",
          "{\"data\":{\"@type\":\"string\",\"@escaped\":\"true\","
          "\"#text\":\"\\\\\"}}", "not ours: half an escape");
    reads("<data type=\"string\" escaped=\"true\">\\u12g4</data>",
          "{\"data\":{\"@type\":\"string\",\"@escaped\":\"true\","
          "\"#text\":\"\\\\u12g4\"}}", "not ours: no escape");
    reads("<data type=\"object\"><item escaped-key=\"\\x\"/></data>",
          "{\"data\":{\"@type\":\"object\",\"item\":{\"@escaped-key\":"
          "\"\\\\x\"}}}", "not ours: no escape in a key");
    reads("<data type=\"object\" escaped=\"true\"/>",
          "{\"data\":{\"@type\":\"object\",\"@escaped\":\"true\"}}",
          "not ours: an escaped object");
    reads("<data type=\"string\" escaped=\"no\"/>",
          "{\"data\":{\"@type\":\"string\",\"@escaped\":\"no\"}}",
          "not ours: not escaped, said so");
}


static void
test_generic(void)
{
    reads("<ok/>", "{\"ok\":\"\"}", "others: nothing but a root");
    reads("<a> x </a>", "{\"a\":\" x \"}", "others: text as it is");
    reads("<order><id>7</id><name>A &amp; \"B\"</name><note/></order>",
          "{\"order\":{\"id\":\"7\",\"name\":\"A & \\\"B\\\"\","
          "\"note\":\"\"}}", "others: elements");
    reads("<orders>\n <order>1</order>\n <next/>\n <order>2</order>\n "
          "<order x=\"\"/></orders>",
          "{\"orders\":{\"order\":[\"1\",\"2\",{\"@x\":\"\"}],"
          "\"next\":\"\"}}", "others: what comes again is an array");
    reads("<a><b><c>1</c></b><b><c>2</c><c>3</c></b></a>",
          "{\"a\":{\"b\":[{\"c\":\"1\"},{\"c\":[\"2\",\"3\"]}]}}",
          "others: arrays in arrays");
    reads("<a><b/><bb/><b/><c/><bb/></a>",
          "{\"a\":{\"b\":[\"\",\"\"],\"bb\":[\"\",\"\"],\"c\":\"\"}}",
          "others: two arrays");
    reads("<a x=\"1\" y=\"&lt;\">t</a>",
          "{\"a\":{\"@x\":\"1\",\"@y\":\"<\",\"#text\":\"t\"}}",
          "others: attributes and text");
    reads("<a x=\"1\">\n</a>", "{\"a\":{\"@x\":\"1\"}}",
          "others: attributes and white space");
    reads("<p> one <b>two</b> three <b>four</b>\n</p>",
          "{\"p\":{\"b\":[\"two\",\"four\"],\"#text\":\"one  three\"}}",
          "others: text between elements");
    reads("<s:a xmlns:s=\"urn:x\" s:b=\"1\"><s:c/></s:a>",
          "{\"s:a\":{\"@xmlns:s\":\"urn:x\",\"@s:b\":\"1\",\"s:c\":\"\"}}",
          "others: prefixes");
    reads("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\xe9</a>",
          "{\"a\":\"\xc3\xa9\"}", "others: another encoding");
    reads("\xef\xbb\xbf<a>\xe1\xbb\x85</a>", "{\"a\":\"\xe1\xbb\x85\"}",
          "others: a byte order mark");
    reads("<a><![CDATA[<b>]]>&#10;<!-- c -->&#x1F600;</a>",
          "{\"a\":\"<b>\\n\xf0\x9f\x98\x80\"}", "others: pieces");
    reads("<a>1\r\n2\r3</a>", "{\"a\":\"1\\n2\\n3\"}",
          "others: ends of lines, as XML has them");
}


static void
refused(const char *xml, int want, const char *what, const char *name)
{
    int                   rc;
    webhook_str_t         s;
    webhook_buf_t         out;
    webhook_xml_error_t   err;
    webhook_xml_limits_t  limits;

    limits.max_depth = 4;
    limits.max_nodes = 10;
    limits.max_attributes = 3;
    limits.utf8 = 0;

    webhook_buf_init(&out, 0);

    s = str(xml);
    rc = webhook_xml_read(&s, WEBHOOK_XML_ANY, &limits, &out, &err);

    if (!tap_ok(rc == want && out.len == 0
                && (rc == WEBHOOK_OK
                    || (err.line > 0 && strcmp(err.what, what) == 0)),
                "refused: %s", name))
    {
        printf("# got: %d, %s\n", rc, err.what);
    }

    webhook_buf_free(&out);
}


static void
test_refused(void)
{
    webhook_str_t         s;
    webhook_buf_t         out;
    webhook_xml_error_t   err;

    static const char  *doctype = "a document type declaration is not allowed";

    refused("<!DOCTYPE a><a/>", WEBHOOK_ERROR, doctype, "a document type");
    refused("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", WEBHOOK_ERROR,
            doctype, "an entity");
    refused("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", WEBHOOK_ERROR,
            doctype, "an external one");
    refused("<!DOCTYPE a [<!ENTITY % b SYSTEM 'http://127.0.0.1/'> %b;]><a/>",
            WEBHOOK_ERROR, doctype, "a parameter entity");
    refused("<a>&b;</a>", WEBHOOK_ERROR, "undefined entity",
            "an entity from nowhere");
    refused("<a><b></a>", WEBHOOK_ERROR, "mismatched tag", "not well-formed");
    refused("", WEBHOOK_ERROR, "no element found", "nothing");
    refused("{}", WEBHOOK_ERROR, "not well-formed (invalid token)", "JSON");
    refused("<a/><a/>", WEBHOOK_ERROR, "junk after document element",
            "two roots");
    refused("<a b='1' b='2'/>", WEBHOOK_ERROR, "duplicate attribute",
            "an attribute twice");
    refused("<a>\x01</a>", WEBHOOK_ERROR, "not well-formed (invalid token)",
            "a control character");
    refused("<a>\xff</a>", WEBHOOK_ERROR, "not well-formed (invalid token)",
            "not UTF-8");
    refused("<?xml version='1.0' encoding='x-none'?><a/>", WEBHOOK_ERROR,
            "unknown encoding", "an unknown encoding");
    refused("<a><b><c><d><e/></d></c></b></a>", WEBHOOK_LIMIT,
            "elements are nested too deep", "too deep");
    refused("<a b='' c='' d='' e=''/>", WEBHOOK_LIMIT,
            "an element has too many attributes", "too many attributes");
    refused("<a><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/></a>", WEBHOOK_LIMIT,
            "the document is too large", "too many elements");
    refused("<a>1<b/>2<b/>3<b/>4<b/>5<b/>6<b/></a>", WEBHOOK_LIMIT,
            "the document is too large", "too many pieces of text");
    refused("<a b='' c=''><b b='' c='' d=''/><b b='' c='' d=''/></a>",
            WEBHOOK_LIMIT, "the document is too large",
            "too many attributes in all");

    webhook_buf_init(&out, 0);

    s = str("<a>\n <b></c></a>");
    tap_ok(webhook_xml_read(&s, WEBHOOK_XML_ANY, NULL, &out, &err)
           == WEBHOOK_ERROR && err.line == 2 && err.column == 6,
           "refused: the place is told");

    s = str("<a/>");
    tap_ok(webhook_xml_read(&s, WEBHOOK_XML_TYPED, NULL, &out, &err)
           == WEBHOOK_ERROR && err.line == 0 && out.len == 0
           && strcmp(err.what, "the document is not in this mapping") == 0,
           "refused: not ours, where that is asked");

    s = str("<a type=\"null\"/>");
    tap_ok(webhook_xml_read(&s, WEBHOOK_XML_GENERIC, NULL, &out, NULL)
           == WEBHOOK_OK, "others: where that is asked");
    tap_bytes(out.data, out.len, "{\"a\":{\"@type\":\"null\"}}",
              "others: also what could be ours");

    webhook_buf_free(&out);
    webhook_buf_init(&out, 5);

    tap_ok(webhook_xml_read(&s, WEBHOOK_XML_GENERIC, NULL, &out, &err)
           == WEBHOOK_LIMIT && strcmp(err.what, "the JSON is too long") == 0,
           "refused: more than the buffer may hold");
    webhook_buf_free(&out);

    webhook_buf_init(&out, 50);
    s = str("{\"a\":1}");
    tap_ok(write_xml(&s, "data", &out) == WEBHOOK_LIMIT,
           "refused: more XML than the buffer may hold");
    webhook_buf_free(&out);
}


static void
test_nomem(void)
{
    int                   i, rc, failed;
    size_t                k;
    webhook_str_t         s;
    webhook_buf_t         out;
    webhook_xml_error_t   err;

    static const char  *xml[] = {
        "<data type=\"object\"><a type=\"array\"><item><b/></item></a>"
        "<item key=\"c\">text</item><d escaped=\"true\">\\u0000</d></data>",

        "<a x=\"1\"><b>1</b> text <c/><b><d/><d/></b> more text</a>"
    };

    if (!nomem_works()) {
        tap_ok(1, "nomem # SKIP realloc() cannot be made to fail here");
        return;
    }

    for (i = 0, failed = 0, rc = WEBHOOK_ERROR; i < 99 && rc != WEBHOOK_OK;
         i++)
    {
        webhook_buf_init(&out, 0);
        s = str("{\"a\":[{\"b\":\"\\u0000 text\"}],\"a b\":1}");

        nomem_after = i;
        rc = write_xml(&s, "order add", &out);
        nomem_after = -1;

        failed += (rc == WEBHOOK_NOMEM);
        webhook_buf_free(&out);
    }

    tap_ok(rc == WEBHOOK_OK && failed > 2 && failed == i - 1,
           "nomem: writing, after %d failures", failed);

    for (k = 0; k < sizeof(xml) / sizeof(xml[0]); k++) {
        failed = 0;
        rc = WEBHOOK_ERROR;

        for (i = 0; i < 99 && rc != WEBHOOK_OK; i++) {
            webhook_buf_init(&out, 0);
            s = str(xml[k]);

            nomem_after = i;
            rc = webhook_xml_read(&s, WEBHOOK_XML_ANY, NULL, &out, &err);
            nomem_after = -1;

            failed += (rc == WEBHOOK_NOMEM && err.what != NULL);
            webhook_buf_free(&out);
        }

        tap_ok(rc == WEBHOOK_OK && failed > 3 && failed == i - 1,
               "nomem: reading, after %d failures", failed);
    }
}


int
main(void)
{
    test_write();
    test_typed();
    test_generic();
    test_refused();
    test_nomem();

    return tap_done();
}
