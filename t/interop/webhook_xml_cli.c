
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Maps JSON to XML and back, for t/core/xml-peers.t:
 *
 *     webhook_xml_cli xml ROOT < JSON          JSON as XML
 *     webhook_xml_cli json < XML               XML as JSON
 *     webhook_xml_cli make SEED COUNT DIR      COUNT documents: DIR/N.json,
 *                                              DIR/N.xml, DIR/N.back.json
 *     webhook_xml_cli same FILE FILE           whether both say the same
 *
 * Exit status: 0; 1 if it failed, or they do not; 2 for wrong usage.
 */

#include "json_same.h"
#include "core/format/webhook_xml.h"

#include <stdio.h>


typedef struct {
    uint64_t  state;
} dice_t;


static void make_value(dice_t *dice, int depth, webhook_buf_t *out);


/* xorshift64*: the same everywhere, for one seed. */

static uint32_t
dice_roll(dice_t *dice, uint32_t sides)
{
    uint64_t  x;

    x = dice->state;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    dice->state = x;

    return (uint32_t) ((x * UINT64_C(0x2545f4914f6cdd1d)) >> 33) % sides;
}


static void
puts_buf(webhook_buf_t *out, const char *text)
{
    webhook_buf_add(out, text, strlen(text));
}


static void
make_char(dice_t *dice, webhook_buf_t *out)
{
    char      text[16];
    uint32_t  c;

    static const char  *odd[] = {
        "\\u0000", "\\u0001", "\\b", "\\f", "\\n", "\\r", "\\t", "\\\"",
        "\\\\", "\\/", "\\u001f", "\\u007f", "\\u0085", "\\ufffe", "\\uffff",
        "\\ufffd", "\\ud800", "\\udc00", "\\ud83d\\ude00", "\\ud800x",
        "\\uDBFF\\uDFFF", "\\u2028", "<", ">", "&", "'", "]]>", "&amp;",
        "<![CDATA[", "-->", "<?xml ?>", " ", "  ", "\x7f", "\xc2\x85",
        "\xef\xbf\xbe", "\xef\xbf\xbf", "\xef\xbb\xbf", "\xed\x9f\xbf",
        "\xee\x80\x80", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf",
        "\xf0\x9f\xbf\xbe", "\xe0\xb8\x81", "\xe1\xbb\x85", "\\u000d\\u000a"
    };

    switch (dice_roll(dice, 4)) {

    case 0:
        puts_buf(out, odd[dice_roll(dice, sizeof(odd) / sizeof(odd[0]))]);
        return;

    case 1:
        c = dice_roll(dice, 0x10000);
        snprintf(text, sizeof(text), "\\u%04x", c);
        puts_buf(out, text);
        return;

    default:
        webhook_buf_byte(out, 'a' + dice_roll(dice, 26));
    }
}


static void
make_string(dice_t *dice, uint32_t most, webhook_buf_t *out)
{
    uint32_t  n;

    webhook_buf_byte(out, '"');

    for (n = dice_roll(dice, most); n; n--) {
        make_char(dice, out);
    }

    webhook_buf_byte(out, '"');
}


static void
make_key(dice_t *dice, webhook_buf_t *out)
{
    static const char  *keys[] = {
        "", "item", "key", "type", "id", "order.lines", "xml", "XmlNode",
        "1st", "-a", "a-b", "a b", "a:b", "xml:lang", "xmlns", "a\\u0000b",
        "t\xc3\xaan", "\\ud800", "<a>", "a\\\"b", "a\\nb", "_model", ".", "a.",
        "escaped-key", "@id", "#text", "a\\\\b", "\\u0061b", " ", "data"
    };

    if (dice_roll(dice, 4) == 0) {
        make_string(dice, 8, out);
        return;
    }

    webhook_buf_byte(out, '"');
    puts_buf(out, keys[dice_roll(dice, sizeof(keys) / sizeof(keys[0]))]);
    webhook_buf_byte(out, '"');
}


static void
make_number(dice_t *dice, webhook_buf_t *out)
{
    char  text[64];

    static const char  *numbers[] = {
        "0", "-0", "0.1", "1e400", "-1E-7", "12345678901234567890", "1.0",
        "0.10000000000000001", "100000.00", "9223372036854775807", "1E+2"
    };

    if (dice_roll(dice, 2)) {
        puts_buf(out, numbers[dice_roll(dice, sizeof(numbers)
                                              / sizeof(numbers[0]))]);
        return;
    }

    snprintf(text, sizeof(text), "%d.%u", (int) dice_roll(dice, 100000)
             - 50000, dice_roll(dice, 1000));
    puts_buf(out, text);
}


static void
make_nested(dice_t *dice, int depth, int object, webhook_buf_t *out)
{
    uint32_t  i, n;

    webhook_buf_byte(out, object ? '{' : '[');

    n = dice_roll(dice, depth < 3 ? 8 : 3);

    for (i = 0; i < n; i++) {

        if (i) {
            puts_buf(out, dice_roll(dice, 4) ? "," : " ,\n\t");
        }

        if (object) {
            make_key(dice, out);
            puts_buf(out, dice_roll(dice, 4) ? ":" : " : ");
        }

        make_value(dice, depth + 1, out);
    }

    webhook_buf_byte(out, object ? '}' : ']');
}


static void
make_value(dice_t *dice, int depth, webhook_buf_t *out)
{
    static const char  *words[] = { "null", "true", "false" };

    switch (dice_roll(dice, depth < 8 ? 7 : 3)) {

    case 0:
        puts_buf(out, words[dice_roll(dice, 3)]);
        return;

    case 1:
        make_number(dice, out);
        return;

    case 2:
        make_string(dice, 20, out);
        return;

    case 3:
    case 4:
        make_nested(dice, depth, 0, out);
        return;

    default:
        make_nested(dice, depth, 1, out);
    }
}


static int
to_xml(const webhook_str_t *json, const char *name, webhook_buf_t *out)
{
    int                   rc;
    webhook_str_t         root;
    webhook_json_doc_t   *doc;
    webhook_json_error_t  err;
    webhook_json_value_t  v;

    if (webhook_json_read(json, NULL, &doc, &err) != WEBHOOK_OK) {
        fprintf(stderr, "byte %zu: %s\n", err.offset, err.what);
        return 1;
    }

    root.data = (unsigned char *) name;
    root.len = strlen(name);

    webhook_json_root(doc, &v);
    rc = webhook_xml_write(doc, &v, &root, out);

    webhook_json_free(doc);

    return rc != WEBHOOK_OK;
}


static int
to_json(const webhook_str_t *xml, webhook_xml_mapping_e mapping,
    webhook_buf_t *out)
{
    webhook_xml_error_t  err;

    if (webhook_xml_read(xml, mapping, NULL, out, &err) != WEBHOOK_OK) {
        fprintf(stderr, "line %zu, column %zu: %s\n", err.line, err.column,
                err.what);
        return 1;
    }

    return 0;
}


static int
slurp(FILE *f, webhook_buf_t *b)
{
    size_t         n;
    unsigned char  piece[4096];

    webhook_buf_init(b, 64 * 1024 * 1024);

    while (f && (n = fread(piece, 1, sizeof(piece), f)) > 0) {
        webhook_buf_add(b, piece, n);
    }

    return f == NULL || ferror(f) || b->failed;
}


static int
save(const char *dir, unsigned long n, const char *ending,
    const webhook_buf_t *b)
{
    int    rc;
    FILE  *f;
    char   path[4096];

    snprintf(path, sizeof(path), "%s/%lu.%s", dir, n, ending);

    f = fopen(path, "wb");
    if (f == NULL) {
        perror(path);
        return 1;
    }

    rc = (fwrite(b->data, 1, b->len, f) != b->len);

    return fclose(f) != 0 || rc;
}


static int
make(unsigned long seed, unsigned long count, const char *dir)
{
    int            rc;
    dice_t         dice;
    unsigned long  i;
    webhook_buf_t  json, xml, back;
    webhook_str_t  s, t;

    rc = 0;
    dice.state = seed * 2 + 1;

    for (i = 1; i <= count && rc == 0; i++) {
        webhook_buf_init(&json, 0);
        webhook_buf_init(&xml, 0);
        webhook_buf_init(&back, 0);

        make_value(&dice, 0, &json);

        s.data = json.data;
        s.len = json.len;

        rc = to_xml(&s, i % 2 ? "data" : "order.add", &xml);

        t.data = xml.data;
        t.len = xml.len;

        rc = rc
             || to_json(&t, WEBHOOK_XML_TYPED, &back)
             || save(dir, i, "json", &json)
             || save(dir, i, "xml", &xml)
             || save(dir, i, "back.json", &back);

        t.data = back.data;
        t.len = back.len;

        if (rc == 0 && !json_same(&s, &t)) {
            fprintf(stderr, "document %lu came back otherwise\n", i);
            rc = 1;
        }

        webhook_buf_free(&json);
        webhook_buf_free(&xml);
        webhook_buf_free(&back);
    }

    return rc;
}


static int
same(const char *one, const char *two)
{
    int            rc;
    FILE          *f, *g;
    webhook_str_t  s, t;
    webhook_buf_t  a, b;

    f = fopen(one, "rb");
    g = fopen(two, "rb");

    rc = slurp(f, &a);
    rc |= slurp(g, &b);

    s.data = a.data;
    s.len = a.len;
    t.data = b.data;
    t.len = b.len;

    rc = rc || !json_same(&s, &t);

    webhook_buf_free(&a);
    webhook_buf_free(&b);

    if (f) {
        fclose(f);
    }

    if (g) {
        fclose(g);
    }

    return rc;
}


int
main(int argc, char **argv)
{
    int            rc;
    webhook_buf_t  in, out;
    webhook_str_t  s;

    if (argc == 5 && strcmp(argv[1], "make") == 0) {
        return make(strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10),
                    argv[4]);
    }

    if (argc == 4 && strcmp(argv[1], "same") == 0) {
        return same(argv[2], argv[3]);
    }

    if (!(argc == 3 && strcmp(argv[1], "xml") == 0)
        && !(argc == 2 && strcmp(argv[1], "json") == 0))
    {
        fprintf(stderr, "usage: %s xml ROOT | json | make SEED COUNT DIR | "
                "same FILE FILE\n", argv[0]);
        return 2;
    }

    webhook_buf_init(&out, 0);

    rc = slurp(stdin, &in);

    s.data = in.data;
    s.len = in.len;

    if (rc == 0) {
        rc = argc == 3 ? to_xml(&s, argv[2], &out)
                       : to_json(&s, WEBHOOK_XML_ANY, &out);
    }

    if (rc == 0 && fwrite(out.data, 1, out.len, stdout) != out.len) {
        rc = 1;
    }

    webhook_buf_free(&in);
    webhook_buf_free(&out);

    return fflush(stdout) != 0 || rc;
}
