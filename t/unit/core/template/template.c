
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Templates: O10 and I9 to I14, as far as they are a matter of turning a
 * payload into the text of a call.
 */

#include "template_util.h"


/*
 * Compiles and renders; want is the text rendered, or after "!" the error of
 * rendering, or after "!!" a part of the error of compiling.
 */

static void
test_render(webhook_template_kind_e kind, const char *text, const char *want,
    const char *reason)
{
    int                  rc;
    char                 name[160];
    size_t               i;
    webhook_buf_t        out;
    webhook_str_t        s;
    webhook_error_t      err;
    webhook_template_t  *tpl;

    s = test_str(text);
    memset(&err, 0, sizeof(err));

    /* a test's name is one line, and "#" would end it */

    snprintf(name, sizeof(name), "%s: %s", reason, text);

    for (i = 0; name[i]; i++) {
        if ((unsigned char) name[i] < 0x20 || name[i] == '#') {
            name[i] = '?';
        }
    }

    tpl = webhook_template_compile(&s, kind, &err);

    if (strncmp(want, "!!", 2) == 0) {

        if (!tap_ok(tpl == NULL && strstr(err.text, want + 2), "%s", name))
        {
            printf("#   got: %s\n#  want: %s\n", err.text, want + 2);
        }

        webhook_template_free(tpl);
        return;
    }

    if (tpl == NULL) {
        tap_ok(0, "%s", name);
        printf("#   got: %s\n", err.text);
        return;
    }

    webhook_buf_init(&out, 0);
    webhook_buf_add(&out, "kept", 4);

    rc = webhook_template_render(tpl, test_lookup, NULL, &out, &err);

    if (want[0] == '!') {

        if (!tap_ok(rc == WEBHOOK_ERROR && strcmp(err.text, want + 1) == 0
                    && out.len == 4, "%s", name))
        {
            printf("#   got: %d %s %.*s\n#  want: %s\n", rc, err.text,
                   (int) out.len, out.data, want + 1);
        }

    } else if (!tap_ok(rc == WEBHOOK_OK && out.len == strlen(want) + 4
                       && memcmp(out.data + 4, want, strlen(want)) == 0,
                       "%s", name))
    {
        printf("#   got: %d %s %.*s\n#  want: %s\n", rc, err.text,
               (int) out.len, out.data, want);
    }

    webhook_buf_free(&out);
    webhook_template_free(tpl);
}


/* It is longer than 100 lines because it is one table of cases. */

static void
test_json(void)
{
    size_t  i;

    static const char  *table[][3] = {

        /* template, result, why */

        { "{\"currency\": \"USD\"}", "{\"currency\": \"USD\"}",
          "I19: a constant body" },
        { " [1 ,2]\n", " [1 ,2]\n", "a constant is sent byte for byte" },
        { "{\"id\": \"${_id|int}\"}", "{\"id\": 7}",
          "I10: the string \"7\" is the number 7" },
        { "{\"id\": \"${n|int}\"}", "{\"id\": 7}", "I10: so is the number" },
        { "{\"id\": ${_id|int}}", "{\"id\": 7}",
          "a token needs no quotes around it" },
        { "{\"id\": \"${_id}\"}", "{\"id\": \"7\"}",
          "a value keeps its type" },
        { "[${n},${yes},${no},${nil},${list},${map}]",
          "[7,true,false,null,[ ],{\n}]", "of each type" },
        { "${order}", "{\"lines\": [{\"sku\": \"A1\"}, {\"sku\": \"B2\"}],"
          "             \"0\": \"zero\", \"a b\": 1}",
          "O10: a token can be all; no byte of the value changes" },
        { "\"${name}\"", "\"Nguy\\u1ec5n \\\"V\u0103n\\\" A\\/B\\n\"",
          "O10: escapes stay as the source has them" },
        { "[\"${big}\", ${huge}, ${point}]",
          "[12345678901234567890123, 1e400, 0.10]",
          "O10: numbers keep their source text" },
        { "\"<${n} ${big} ${yes} ${nil}${nosuch}${point}>\"",
          "\"<7 12345678901234567890123 true 0.10>\"",
          "values are text inside a longer string" },
        { "\"Dear ${name}!\"",
          "\"Dear Nguy\\u1ec5n \\\"V\u0103n\\\" A\\/B\\n!\"",
          "a string inside a longer one keeps its escapes" },
        { "\"<${order.lines}>\"",
          "\"<[{\\\"sku\\\": \\\"A1\\\"}, {\\\"sku\\\": \\\"B2\\\"}]>\"",
          "a list inside a string is its source text, escaped" },
        { "\"<${map}>\"", "\"<{\\n}>\"", "so is an object" },
        { "\"<${text.quote}>\"", "\"<a\\\"b\\\\c\\n>\"",
          "a text is escaped inside a string" },
        { "\"${text.quote}\"", "\"a\\\"b\\\\c\\n\"", "and alone" },
        { "${text.id}", "\"42\"", "a text alone is a JSON string" },
        { "${text.true}", "\"true\"", "whatever it says" },
        { "\"${text.none}\"", "\"\"", "an empty text is an empty string" },
        { "\"${text.broken}\"", "\"a\xef\xbf\xbd\xef\xbf\xbd\"",
          "what is not UTF-8 cannot get into JSON" },
        { "\"${half}!\"", "\"\\ud800!\"", "half a pair is passed on" },
        { "[\"${nosuch}\", ${nosuch.deeper}, \"${order.lines.2}\"]",
          "[null, null, null]", "a missing value alone is null" },
        { "\"a${nosuch}b\"", "\"ab\"", "and empty inside text" },
        { "{\"k${n}\": 1, \"${_id}\": 2, \"${n}\" : 3}",
          "{\"k7\": 1, \"7\": 2, \"7\" : 3}", "a key stays a string" },
        { "{\"${n|int}\"\n:\t\"${n}\"}", "{\"7\"\n:\t7}",
          "also with white space before the colon" },
        { "[\"${n}${n}\"]", "[\"77\"]", "two tokens in a string are text" },
        { "[\"${n}\",\"${n}\"]", "[7,7]", "each of two strings is typed" },
        { "{\"a\":\"${order.lines.0.sku}\",\"b\":\"${order.lines.1.sku}\"}",
          "{\"a\":\"A1\",\"b\":\"B2\"}", "paths go through lists" },
        { "\"${order.0}\"", "\"zero\"", "a number is a key of an object" },
        { "\"${order.lines.00.sku}\"", "null", "\"00\" is no index" },
        { "\"${twin}\"", "2", "the last of two equal keys counts" },
        { "\"\\\\${n}\"", "\"\\\\7\"", "a token after an escaped backslash" },
        { "\"\\\"${n}\\\"\"", "\"\\\"7\\\"\"", "and between escaped quotes" },
        { "{\"name\": \"${name}\", \"email\": \"${email}\","
          " \"company_type\": \"person\", \"customer_rank\": 1}",
          "{\"name\": \"Nguy\\u1ec5n \\\"V\u0103n\\\" A\\/B\\n\","
          " \"email\": null,"
          " \"company_type\": \"person\", \"customer_rank\": 1}",
          "I14, I20: a contact with constants and an optional field" },

        /* keys in quotes, whose quotes are none of the JSON's */

        { "{\"a\": \"${order.\"a b\"}\"}", "{\"a\": 1}", "a key with a space" },
        { "\"<${order.\"a b\"}>\"", "\"<1>\"", "inside of text" },
        { "[${order.\"a b\"}]", "[1]", "outside of a string" },
        { "[${order.'a b'}]", "[1]", "in the other quotes" },
        { "{\"${order.\"a b\"}\": 1}", "{\"1\": 1}", "in a key" },
        { "\"${\"order\".\"lines\".0.\"sku\"}\"", "\"A1\"",
          "what needs no quotes may have some" },
        { "\"${order.\"lines\".\"0\".sku}\"", "null",
          "what is quoted is no index" },
        { "\"${order.\"0\"}\"", "\"zero\"", "but a key" },
        { "\"${\"a}b|{c\"|default:x}\"", "\"x\"",
          "braces and bars in quotes are text" },
        { "\"${\"$\"}${n}\"", "\"7\"", "and dollars" },
        { "\"${\"a\\\"}\"|default:y}\"", "\"y\"", "and escaped quotes" },
        { "\"${n|default:a.\"b\"}\"", "!!offset 1",
          "but not behind the path" },
        { "\"${order.\"a b\"x}\"", "!!no dot behind a quote",
          "a quote ends a step" },
        { "\"${order.\"a\nb\"}\"", "!!control character in quotes",
          "a control character" },
        { "\"${order.\"a b}\"", "!!offset 1 has no \"}\"",
          "a quote that only the next one ends" },
        { "\"${order.\"a b}", "!!offset 1 has no \"}\" before",
          "a quote without an end" },
        { "\"${order.\"\"}\"", "!!empty step", "an empty key" },

        /* dollars */

        { "\"$5 $$ $x {y} $\"", "\"$5 $$ $x {y} $\"",
          "any other dollar sign is just a dollar sign" },
        { "\"$${n}\"", "\"$7\"", "one before a token too" },
        { "\"\\u0024{n}\"", "\"\\u0024{n}\"", "an escaped one is no token" },
        { "\"${n}}\"", "\"7}\"", "a token ends at the first brace" },

        /* what does not compile */

        { "", "!!not JSON", "nothing is not JSON" },
        { "{\"a\": 1,}", "!!at offset 8", "JSON is checked" },
        { "{\"a\": \"${n}\", \"b\" 1}", "!!at offset 18",
          "errors tell the template's own offset" },
        { "{${n}: 1}", "!!not JSON", "a key without quotes" },
        { "${n}${n}", "!!not JSON", "two values" },
        { "1${n}", "!!not JSON", "a number cannot be completed" },
        { "-${n}", "!!not JSON", "nor given a sign" },
        { "tr${n}", "!!not JSON", "nor a word completed" },
        { "\"a\"${n}", "!!not JSON", "nor a string" },
        { "\"\\${n}\"", "!!not JSON", "a backslash before a token" },
        { "\"\\u00${n}\"", "!!not JSON", "a token in an escape" },
        { "{\"a\": \"${n\"}", "!!at offset 7", "a token that has no end" },
        { "\"x ${n", "!!\"${\" at offset 3 has no \"}\"", "nor here" },
        { "\"${\"", "!!offset 1", "nor here" },
        { "${n", "!!offset 0", "nor here" },
        { "\"${}\"", "!!path is empty", "an empty token" },
        { "\"${|int}\"", "!!path is empty", "a filter of nothing" },
        { "\"${a..b}\"", "!!empty step", "an empty step" },
        { "\"${.a}\"", "!!empty step", "at the start" },
        { "\"${a.}\"", "!!empty step", "at the end" },
        { "\"${a b}\"", "!!character that no path has", "a space" },
        { "\"${a${n}}\"", "!!offset 1", "a token in a token" },
        { "\"${n|nope}\"", "!!unknown filter \"nope\"", "unknown filter" },
        { "\"${n|}\"", "!!unknown filter \"\"", "an empty filter" },
        { "\"${n|INT}\"", "!!unknown filter", "in capitals" },
        { "\"${n| int}\"", "!!unknown filter", "with a space" },
        { "\"${n|int:1}\"", "!!takes no argument", "an argument too many" },
        { "\"${n|default}\"", "!!needs a text", "an argument too few" },
        { "\"${n|int|int|int|int|int|int|int|int|int}\"",
          "!!more than 8 filters", "too many filters" },
        { "\"${n|default:a\\\"b}\"", "!!offset 1",
          "no quote or backslash in a token" },
        { "{\"a\": \"\xff\"}", "!!not JSON", "UTF-8 is checked" }
    };

    for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        test_render(WEBHOOK_TEMPLATE_JSON, table[i][0], table[i][1],
                    table[i][2]);
    }
}


static void
test_filters(void)
{
    size_t  i;

    static const char  *table[][3] = {
        { "${_id|int}", "7", "I10: \"7\"" },
        { "${n|int}", "7", "I10: 7" },
        { "${neg|int}", "-7", "a negative number" },
        { "${big|int}", "12345678901234567890123", "of any length" },
        { "${zeros|int}", "7", "leading zeros are dropped" },
        { "${negzeros|int}", "-7", "behind a minus too" },
        { "${text.zeros|int}", "-42", "in a text too" },
        { "${negzero|int}", "0", "zero has no sign" },
        { "${numzero|int}", "0", "as a number neither" },
        { "${escaped|int}", "7", "digits may be escaped in the source" },
        { "${escneg|int}", "-7", "also behind a minus and zeros" },
        { "${text.id|int}", "42", "a text of digits" },
        { "${escneg|int|int|string|int}", "-7", "an integer stays one" },
        { "${up|int}", "!'up' is not an integer: '7/../1'",
          "I10: a path in the id" },
        { "${float|int}", "!'float' is not an integer: '7.5'",
          "I10: a fraction" },
        { "${exp|int}", "!'exp' is not an integer: '1e3'",
          "I10: an exponent" },
        { "${empty|int}", "!'empty' is not an integer: ''",
          "I10: an empty string" },
        { "${yes|int}", "!'yes' is not an integer: 'true'", "I10: true" },
        { "${list|int}", "!'list' is not an integer: '[ ]'", "I10: a list" },
        { "${nul|int}", "!'nul' is not an integer: 'a?b'",
          "I10: and the error stays printable" },
        { "${name|int}",
          "!'name' is not an integer: 'Nguy???n \"V??n\" A/B?'",
          "whatever the value holds" },
        { "${order|int}", "!'order' is not an integer: "
          "'{\"lines\": [{\"sku\": \"A1\"}, {\"sku\"...'",
          "and shows no more than its start" },
        { "${text.none|int}", "!'text.none' is not an integer: ''",
          "an empty text" },
        { "${nosuch|int}", "null", "int leaves alone what is missing" },
        { "${nil|int}", "null", "and null" },
        { "${_id|string}", "\"7\"", "a string is a string" },
        { "${n|string}", "\"7\"", "a number becomes one" },
        { "${yes|string}", "\"true\"", "true too" },
        { "${order.lines|string}",
          "\"[{\\\"sku\\\": \\\"A1\\\"}, {\\\"sku\\\": \\\"B2\\\"}]\"",
          "a list too" },
        { "${nil|string}", "null", "null stays null" },
        { "${nosuch|string}", "null", "what is missing too" },
        { "${nosuch|default:USD}", "\"USD\"", "a default is a string" },
        { "${nil|default:USD}", "\"USD\"", "of null too" },
        { "${empty|default:USD}", "\"\"", "an empty string is a value" },
        { "${no|default:USD}", "false", "false is a value" },
        { "${nosuch|default:}", "\"\"", "a default may be empty" },
        { "${nosuch|default:a: b, c.}", "\"a: b, c.\"", "or any bare text" },
        { "${nosuch|default:0|int}", "0", "filters go left to right" },
        { "${nosuch|int|default:0}", "\"0\"", "so this is a string" },
        { "${nosuch|default:x|int}", "!'nosuch' is not an integer: 'x'",
          "and this an error" },
        { "${n|string|default:x}", "\"7\"", "no default where none needed" },
        { "\"a ${nosuch|default:b} c\"", "\"a b c\"", "inside text" },
        { "${name|required}", "\"Nguy\\u1ec5n \\\"V\u0103n\\\" A\\/B\\n\"",
          "I14: a required field that is there" },
        { "${order.note.text|required}",
          "!Missing required field: 'order.note.text'", "I14: is missing" },
        { "${nil|required}", "!Missing required field: 'nil'", "I14: null" },
        { "${empty|required}", "!Missing required field: 'empty'",
          "I14: or empty" },
        { "${list|required}", "!Missing required field: 'list'",
          "I14: an empty list" },
        { "${map|required}", "!Missing required field: 'map'",
          "I14: an empty object" },
        { "${text.none|required}", "!Missing required field: 'text.none'",
          "I14: an empty text" },
        { "${no|required}", "false", "false is a value" },
        { "${numzero|required|int}", "0", "0 is a value" },
        { "${nil|default:x|required}", "\"x\"", "a default is a value" },
        { "${nil|required|default:x}", "!Missing required field: 'nil'",
          "unless it comes too late" }
    };

    for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        test_render(WEBHOOK_TEMPLATE_JSON, table[i][0], table[i][1],
                    table[i][2]);
    }
}


static void
test_uri(void)
{
    size_t  i;

    static const char  *table[][3] = {
        { "/pos/sale.order/${_id|int}", "/pos/sale.order/7",
          "I9, I19: the target's URI" },
        { "/api/${_model}/${_id}", "/api/sale.order/7", "I9, I11: both" },
        { "/a/${ref}", "/a/SO%2F2024%20%231%3F",
          "a value stays in its segment" },
        { "/a/${name|string}b", "!'name' has a character that cannot be in a "
          "URI", "a control character" },
        { "/a/${nul}", "!'nul' has a character that cannot be in a URI",
          "NUL" },
        { "/a/${crlf}", "!'crlf' has a character that cannot be in a URI",
          "a line end" },
        { "/a?x=${crlf}", "!'crlf' has a character that cannot be in a URI",
          "also in the arguments" },
        { "/a/${text.overlong}",
          "!'text.overlong' has a character that cannot be in a URI",
          "an overlong slash" },
        { "/a/${text.overlong3}",
          "!'text.overlong3' has a character that cannot be in a URI",
          "another" },
        { "/a/${text.broken}", "/a/a%FF%FE", "other bytes are encoded" },
        { "/pos/sale.order/${nosuch}", "!Missing required field: 'nosuch'",
          "I10: a missing id never leaves the URI of all records" },
        { "/pos/sale.order/${nosuch|int}",
          "!Missing required field: 'nosuch'", "with int neither" },
        { "/pos/${empty}/x", "!Missing required field: 'empty'",
          "nor in the middle" },
        { "/pos/${nil}${empty}?a=b", "!Missing required field: 'nil'",
          "nor by two at once" },
        { "/pos/${nosuch}?a=b", "!Missing required field: 'nosuch'",
          "nor before arguments" },
        { "${nosuch}/x", "!Missing required field: 'nosuch'",
          "nor at the start" },
        { "/x/${nosuch}${n}", "/x/7", "a segment filled by another token" },
        { "/x/n${nosuch}", "/x/n", "or by text" },
        { "/x?id=${nosuch}&n=${n}", "/x?id=&n=7",
          "an argument may be empty" },
        { "/x?p=${dots}&u=${up}", "/x?p=..&u=7%2F..%2F1",
          "or hold dots, encoded" },
        { "/x/${dot}", "!'dot' makes a step \".\" or \"..\" in a URI",
          "a dot" },
        { "/x/${dots}/y", "!'dots' makes a step \".\" or \"..\" in a URI",
          "two dots" },
        { "/x/${dot}${dot}", "!'dot' makes a step \".\" or \"..\" in a URI",
          "two tokens of a dot" },
        { "/x/.${dot}/y", "!'dot' makes a step \".\" or \"..\" in a URI",
          "a dot beside a dot" },
        { "/x/%2e${dot}", "!'dot' makes a step \".\" or \"..\" in a URI",
          "beside an encoded one" },
        { "/x/.${nosuch}", "!'nosuch' makes a step \".\" or \"..\" in a URI",
          "beside nothing" },
        { "/x/${up}", "!'up' makes a step \".\" or \"..\" in a URI",
          "I10: a path in a value" },
        { "/x/${back}", "!'back' makes a step \".\" or \"..\" in a URI",
          "with backslashes" },
        { "/x/${coded}", "!'coded' makes a step \".\" or \"..\" in a URI",
          "encoded" },
        { "/x/${twice}", "!'twice' makes a step \".\" or \"..\" in a URI",
          "encoded twice" },
        { "/x/${param}", "!'param' makes a step \".\" or \"..\" in a URI",
          "with a parameter" },
        { "/x/...${dot}", "/x/....", "more dots are a name" },
        { "/x/${dot}a${dots}", "/x/.a..", "and so are dots in one" },
        { "/a/../b", "/a/../b", "a constant is the writer's own" },
        { "/a//${n}", "/a//7", "so is an empty segment without a token" },
        { "/a/${order.lines.0}", "/a/%7B%22sku%22%3A%20%22A1%22%7D",
          "an object is its text" },
        { "/a/${order.\"a b\"|int}/b?c=${\"x/?#\"}", "/a/1/b?c=",
          "keys in quotes" },
        { "/a/$5/$$", "/a/$5/$$", "any other dollar sign" },
        { "", "", "nothing is nothing" },

        { "/a b/${n}", "!!behind offset 0", "a space in the text" },
        { "/a/${n}#x", "!!behind offset 7", "a fragment" },
        { "/a/%zz", "!!behind offset 0", "a broken %XX" },
        { "/a/%2${n}", "!!behind offset 0", "one that a value would end" },
        { "/a/\n", "!!behind offset 0", "a control character" },
        { "/a/${n", "!!at offset 3", "a token without an end" }
    };

    for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        test_render(WEBHOOK_TEMPLATE_URI, table[i][0], table[i][1],
                    table[i][2]);
    }
}


static void
test_text(void)
{
    test_render(WEBHOOK_TEMPLATE_HEADER, "Order ${_id} of ${order.0}",
                "Order 7 of zero", "a header's value");
    test_render(WEBHOOK_TEMPLATE_HEADER, "${nosuch}${nil}", "",
                "empty where nothing is");
    test_render(WEBHOOK_TEMPLATE_HEADER, "a ${crlf}",
                "!'crlf' has a control character, which cannot be in a header",
                "O6: no header can be put into a header");
    test_render(WEBHOOK_TEMPLATE_HEADER, "${text.nul}",
                "!'text.nul' has a control character, which cannot be in a "
                "header", "nor a NUL");
    test_render(WEBHOOK_TEMPLATE_HEADER, "${name}",
                "!'name' has a control character, which cannot be in a header",
                "nor an escaped line feed");
    test_render(WEBHOOK_TEMPLATE_HEADER, "a\r\nb", "!!at offset 1",
                "nor one in the text");
    test_render(WEBHOOK_TEMPLATE_HEADER, "${n}\n", "!!at offset 4",
                "behind a token");
    test_render(WEBHOOK_TEMPLATE_HEADER, "${n|default:\"x\\y\"}", "7",
                "quotes may stand in a default here");
    test_render(WEBHOOK_TEMPLATE_TEXT, "<${name}${map}>\n",
                "<Nguy\u1ec5n \"V\u0103n\" A/B\n{\n}>\n",
                "a text takes values decoded, as they are");
    test_render(WEBHOOK_TEMPLATE_TEXT, "${order.\"a b\"}${order.'a b'|int}",
                "11", "keys in quotes");
    test_render(WEBHOOK_TEMPLATE_TEXT, "${order.\"a b}", "!!quote without an",
                "a quote without an end");
    test_render(WEBHOOK_TEMPLATE_TEXT, "{$ {} $", "{$ {} $", "no tokens");
    test_render(WEBHOOK_TEMPLATE_TEXT, "${void}",
                "!'void' is no valid string", "a look-up gone wrong");
}


static void
test_xml(void)
{
    test_render(WEBHOOK_TEMPLATE_XML, "<a b=\"${name}\">${map}</a>",
                "<a b=\"Nguy\u1ec5n &quot;V\u0103n&quot; A/B\n\">{\n}</a>",
                "XML: quotes, and text that needs no escape");
    test_render(WEBHOOK_TEMPLATE_XML, "<a>${n|default:<'&\">}${nosuch}</a>",
                "<a>7</a>", "a number; and nothing, where nothing is");
    test_render(WEBHOOK_TEMPLATE_XML, "<a>${nosuch|default:<'&\">}</a>",
                "<a>&lt;&apos;&amp;&quot;&gt;</a>", "all that means something");
    test_render(WEBHOOK_TEMPLATE_XML, "<a>${crlf}</a>",
                "<a>a&#13;\nX-Evil: 1</a>", "a line's end that XML would take");
    test_render(WEBHOOK_TEMPLATE_XML, "<a>${text.nul}</a>",
                "!'text.nul' has a character that cannot be in XML",
                "a NUL cannot be written");
    test_render(WEBHOOK_TEMPLATE_XML, "<a>${text.broken}</a>",
                "!'text.broken' has a character that cannot be in XML",
                "nor what is not UTF-8");
    test_render(WEBHOOK_TEMPLATE_XML, "<a>${text.overlong3}</a>",
                "!'text.overlong3' has a character that cannot be in XML",
                "nor a NUL in disguise");
}


int
main(void)
{
    if (!test_begin()) {
        return tap_done();
    }

    test_json();
    test_filters();
    test_uri();
    test_text();
    test_xml();

    webhook_json_free(test_doc);

    return tap_done();
}
