
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Filters of templates that change values: number, bool, lower, upper, trim,
 * date and map, and what they are made of.
 */

#define _GNU_SOURCE

#include "tap.h"
#include "core/scalar/webhook_case.h"
#include "core/scalar/webhook_date.h"
#include "core/template/webhook_value_map.h"
#include "core/template/webhook_template.h"


static const char  test_payload[] =
    "{\"n\": 7, \"price\": \"100000.10\", \"big\": \"12345678901234567890.00\","
    " \"exp\": \"1e400\", \"yes\": true, \"no\": \"No\", \"one\": 1,"
    " \"on\": \"ON\", \"two\": 2, \"nil\": null, \"empty\": \"\","
    " \"list\": [1], \"map\": {}, \"plus\": \"+7\", \"zeros\": \"007\","
    " \"name\": \" Nguy\\u1ec5n V\u0103n \u0110\u1ee9c\\n\","
    " \"negative\": \"-00X7\", \"status\": \"Paid\","
    " \"at\": 1714557600, \"ms\": 1714557600123, \"iso\":"
    " \"2024-05-01T17:00:00.5+07:00\", \"day\": \"2024-02-29\","
    " \"packed\": \"20240501100000\"}";


static webhook_json_doc_t   *test_doc;
static webhook_value_map_t  *test_map;


static webhook_str_t
test_str(const char *text)
{
    webhook_str_t  s;

    s.data = (unsigned char *) text;
    s.len = strlen(text);

    return s;
}


static int
test_lookup(void *ctx, const webhook_path_t *path, webhook_value_t *v)
{
    webhook_json_value_t  found;

    (void) ctx;

    if (webhook_path_find(path, 0, test_doc, NULL, &found) == WEBHOOK_OK) {
        webhook_value_from_json(v, &found);

    } else {
        webhook_value_from_json(v, NULL);
    }

    return WEBHOOK_OK;
}


static int
test_bind(void *ctx, const webhook_str_t *name, const webhook_value_map_t **map)
{
    webhook_str_t  known;

    (void) ctx;

    known = test_str("statuses");

    if (!webhook_str_eq(name, &known)) {
        return 1;
    }

    *map = test_map;

    return 0;
}


/* want as in test_template.c: "!" an error, "!!" one of compiling. */

static void
test_render(const char *text, const char *want, const char *reason)
{
    int                  rc;
    webhook_buf_t        out;
    webhook_str_t        s;
    webhook_error_t      err;
    webhook_template_t  *tpl;

    s = test_str(text);
    memset(&err, 0, sizeof(err));

    tpl = webhook_template_compile(&s, WEBHOOK_TEMPLATE_JSON, &err);

    if (strncmp(want, "!!", 2) == 0) {

        if (!tap_ok(tpl == NULL && strstr(err.text, want + 2), "%s: %s", reason,
                    text))
        {
            printf("#   got: %s\n#  want: %s\n", err.text, want + 2);
        }

        webhook_template_free(tpl);
        return;
    }

    if (tpl == NULL) {
        tap_ok(0, "%s: %s", reason, text);
        printf("#   got: %s\n", err.text);
        return;
    }

    (void) webhook_template_maps(tpl, test_bind, NULL);

    webhook_buf_init(&out, 0);

    rc = webhook_template_render(tpl, test_lookup, NULL, &out, &err);

    if (want[0] == '!') {

        if (!tap_ok(rc == WEBHOOK_ERROR && strcmp(err.text, want + 1) == 0,
                    "%s: %s", reason, text))
        {
            printf("#   got: %d %s %.*s\n#  want: %s\n", rc, err.text,
                   (int) out.len, out.data, want + 1);
        }

    } else if (!tap_ok(rc == WEBHOOK_OK && out.len == strlen(want)
                       && memcmp(out.data, want, out.len) == 0,
                       "%s: %s", reason, text))
    {
        printf("#   got: %d %s %.*s\n#  want: %s\n", rc, err.text,
               (int) out.len, out.data, want);
    }

    webhook_buf_free(&out);
    webhook_template_free(tpl);
}


static void
test_filters(void)
{
    size_t  i;

    static const char  *table[][3] = {
        { "${price|number}", "100000.10", "a string of digits" },
        { "${big|number}", "12345678901234567890.00", "no digit is lost" },
        { "${exp|number}", "1e400", "with an exponent" },
        { "${n|number}", "7", "a number stays one" },
        { "${plus|number}", "!'plus' is not a number: '+7'", "a plus sign" },
        { "${zeros|number}", "!'zeros' is not a number: '007'",
          "a leading zero" },
        { "${zeros|int|number}", "7", "but not behind int" },
        { "${empty|number}", "!'empty' is not a number: ''", "nothing" },
        { "${yes|number}", "!'yes' is not a number: 'true'", "true" },
        { "${list|number}",
          "!'list' is neither a text nor a number: '[1]'", "a list" },
        { "${nil|number}", "null", "null stays null" },
        { "${nosuch|number}", "null", "what is missing too" },
        { "[${yes|bool},${no|bool},${one|bool},${on|bool}]",
          "[true,false,true,true]", "true and false" },
        { "\"<${no|bool}>\"", "\"<false>\"", "inside text" },
        { "${two|bool}", "!'two' is neither true nor false: '2'", "2" },
        { "${empty|bool}", "!'empty' is neither true nor false: ''",
          "nothing" },
        { "${map|bool}", "!'map' is neither a text nor a number: '{}'",
          "an object" },
        { "${nosuch|default:off|bool}", "false", "a default" },
        { "${name|trim}", "\"Nguy\u1ec5n V\u0103n \u0110\u1ee9c\"",
          "white space at the ends" },
        { "${name|trim|upper}", "\"NGUY\u1ec4N V\u0102N \u0110\u1ee8C\"",
          "capital letters" },
        { "${name|upper|lower|trim}",
          "\"nguy\u1ec5n v\u0103n \u0111\u1ee9c\"",
          "and small ones, one filter's text to the next" },
        { "${n|upper}", "\"7\"", "a number becomes a text" },
        { "${yes|upper}", "\"TRUE\"", "so does true" },
        { "${negative|lower}", "\"-00x7\"", "digits stay" },
        { "${zeros|upper|int}", "7", "int of what was made" },
        { "${empty|trim|required}", "!Missing required field: 'empty'",
          "required of what was made" },
        { "${at|date}", "\"2024-05-01T10:00:00Z\"", "seconds" },
        { "${ms|date}", "\"2024-05-01T10:00:00Z\"", "milliseconds" },
        { "${ms|date:%F %T.%L}", "\"2024-05-01 10:00:00.123\"",
          "a format may have colons" },
        { "${iso|date:unix}", "1714557600", "ISO 8601 to seconds" },
        { "${iso|date:ms}", "1714557600500", "and milliseconds" },
        { "${day|date:%d/%m/%Y}", "\"29/02/2024\"", "a date" },
        { "${day|date:%a, %d %b %Y %T GMT}",
          "\"Thu, 29 Feb 2024 00:00:00 GMT\"", "as in HTTP" },
        { "${day|date:iso|date:unix|date:%j}", "\"060\"", "three of them" },
        { "${nil|date}", "null", "null stays null" },
        { "${empty|upper}", "\"\"", "nothing in capital letters" },
        { "${empty|lower|trim|date}", "!'empty' is no date: ''",
          "is no date" },
        { "${status|date}", "!'status' is no date: 'Paid'", "no date" },
        { "${status|lower|map:statuses}", "\"3\"", "a table" },
        { "${status|lower|map:statuses|int}", "3", "and a number" },
        { "${status|map:statuses|int}", "!'status' is not in its table: "
          "'Paid'", "no row" },
        { "${n|map:statuses}", "\"seven\"", "of a number" },
        { "${empty|map:statuses}", "\"none\"", "of nothing" },
        { "${nosuch|map:statuses}", "null", "missing stays missing" },
        { "${status|map:others}", "!'status' is not in its table: 'Paid'",
          "a table that was never bound" },

        { "${n|number:2}", "!!takes no argument", "an argument too many" },
        { "${packed|date}", "\"2024-05-01T10:00:00Z\"", "14 digits" },
        { "${packed|date:+07:00}", "\"2024-05-01T03:00:00Z\"",
          "in the zone that is named" },
        { "${packed|date:-05:30 unix}", "1714577400", "and as a number" },
        { "${day|date:+07:00 %F %T}", "\"2024-02-28 17:00:00\"",
          "of a day, too" },
        { "${iso|date:+07:00 unix}", "1714557600",
          "but not where the time tells its own" },
        { "${at|date:+07:00 unix}", "1714557600", "or is counted from 1970" },
        { "${n|date}", "!'n' is no date: '7'", "too few digits" },
        { "${n|date:}", "!!no format", "an empty format" },
        { "${n|date:+7:00}", "!!no format", "no zone" },
        { "${n|date:+24:00 iso}", "!!no format", "nor that" },
        { "${n|date:+07:00iso}", "!!no format", "no blank" },
        { "${n|date:%Q}", "!!\"%Q\" is no format", "an unknown letter" },
        { "${n|date:%}", "!!no format", "half a letter" },
        { "${n|date:today}", "!!no format", "no letter at all" },
        { "${n|map}", "!!needs a text", "no table" },
        { "${n|map:}", "!!needs the name of a table", "no name" }
    };

    for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        test_render(table[i][0], table[i][1], table[i][2]);
    }
}


static const struct {
    const char  *text;
    int          rc;
    int64_t      ms;
} test_times[] = {
    { "0", -1, 0 },
    { "-1", -1, 0 },
    { "-0.5", -1, 0 },
    { "-86400", -1, 0 },
    { "-86400000.5", -1, 0 },
    { "-100000000", 0, -100000000000LL },
    { "-100000000.5", 0, -100000000500LL },
    { "-1000000000000", 0, -1000000000000LL },
    { "-0912345678", -1, 0 },
    { "-62135596800", -1, 0 },
    { "-100000000000", -1, 0 },
    { "1.0009", -1, 0 },
    { "99999999", -1, 0 },
    { "100000000", 0, 100000000000LL },
    { "1714557600", 0, 1714557600000LL },
    { "1714557600.0009", 0, 1714557600000LL },
    { "1714557600.25", 0, 1714557600250LL },
    { "9999999999", 0, 9999999999000LL },
    { "0912345678", -1, 0 },
    { "99999999999", -1, 0 },
    { "100000000000", -1, 0 },
    { "1714557600123", 0, 1714557600123LL },
    { "1714557600123.5", 0, 1714557600123LL },
    { "1714557600123456", -1, 0 },
    { "20240501", 0, 1714521600000LL },
    { "202405011000", 0, 1714557600000LL },
    { "20240501100000", 0, 1714557600000LL },
    { "20161231235960", 0, 1483228799000LL },
    { "19000101", 0, -2208988800000LL },
    { "21991231235959", 0, 7258118399000LL },
    { "20240229", 0, 1709164800000LL },
    { "20230229", -1, 0 },
    { "20241301", -1, 0 },
    { "20240532", -1, 0 },
    { "202405012400", -1, 0 },
    { "202405011060", -1, 0 },
    { "20240501100061", -1, 0 },
    { "2024050110", 0, 2024050110000LL },
    { "202405", -1, 0 },
    { "2024", -1, 0 },
    { "01052024", -1, 0 },
    { "20052024", -1, 0 },
    { "05202024", -1, 0 },
    { "240501100000", -1, 0 },
    { "25670501", -1, 0 },
    { "25670501100000", -1, 0 },
    { "18991231", -1, 0 },
    { "22000101", -1, 0 },
    { "20240501.5", -1, 0 },
    { "20240501100000.5", -1, 0 },
    { "-20240501", -1, 0 },
    { "-20240501100000", -1, 0 },
    { "20240501Z", -1, 0 },
    { "2024050a", -1, 0 },
    { "1970-01-01", 0, 0 },
    { "1970-01-01T00:00:00Z", 0, 0 },
    { "1969-12-31T23:59:59.999Z", 0, -1 },
    { "2000-02-29", 0, 951782400000LL },
    { "2024-05-01T10:00", 0, 1714557600000LL },
    { "2024-05-01 10:00:00,25", 0, 1714557600250LL },
    { "2024-05-01t17:00:00+0700", 0, 1714557600000LL },
    { "2024-05-01T04:30:00-05:30", 0, 1714557600000LL },
    { "2016-12-31T23:59:60Z", 0, 1483228799000LL },
    { "0001-01-01", 0, -62135596800000LL },
    { "9999-12-31T23:59:59Z", 0, 253402300799000LL },
    { "9999-12-31T23:59:59-01:00", -1, 0 },
    { "0001-01-01T00:00+01:00", -1, 0 },
    { "0000-01-01", -1, 0 },
    { "1900-02-29", -1, 0 },
    { "2024-13-01", -1, 0 },
    { "2024-00-01", -1, 0 },
    { "2024-04-31", -1, 0 },
    { "2024-5-1", -1, 0 },
    { "2024-05-01T", -1, 0 },
    { "2024-05-01T10", -1, 0 },
    { "2024-05-01T24:00", -1, 0 },
    { "2024-05-01T10:60", -1, 0 },
    { "2024-05-01T10:00:61", -1, 0 },
    { "2024-05-01T10:00:00.", -1, 0 },
    { "2024-05-01T10:00+7", -1, 0 },
    { "2024-05-01T10:00+24:00", -1, 0 },
    { "2024-05-01T10:00Zulu", -1, 0 },
    { "2024-05-01x", -1, 0 },
    { "", -1, 0 },
    { "-", -1, 0 },
    { "1.", -1, 0 },
    { "1e9", -1, 0 },
    { " 1", -1, 0 },
    { "99999999999999999999", -1, 0 },
    { "9999999999999999", -1, 0 }
};


static void
test_dates(void)
{
    int            rc;
    size_t         i;
    int64_t        ms;
    webhook_str_t  s, none;

    none = test_str("");

    for (i = 0; i < sizeof(test_times) / sizeof(test_times[0]); i++) {
        s = test_str(test_times[i].text);
        ms = 0;

        rc = webhook_date_parse(&s, &none, &ms);

        if (!tap_ok(rc == test_times[i].rc && (rc || ms == test_times[i].ms),
                    "a time: \"%s\"", test_times[i].text))
        {
            printf("#   got: %d %lld\n", rc, (long long) ms);
        }
    }
}


/* Every day from 1600 to 2400, there and back. */

static void
test_calendar(void)
{
    int            bad;
    int64_t        day, ms;
    webhook_buf_t  b;
    webhook_str_t  s, format;

    format = test_str("%F");
    bad = 0;

    webhook_buf_init(&b, 0);

    for (day = -135140; day < 157054; day++) {
        b.len = 0;

        if (webhook_date_write(day * 86400000 + 86399999, &format, &b)
            != WEBHOOK_OK)
        {
            bad++;
            break;
        }

        s.data = b.data;
        s.len = b.len;

        if (webhook_date_parse(&s, &format, &ms) != WEBHOOK_OK
            || ms != day * 86400000)
        {
            bad++;
        }
    }

    webhook_buf_free(&b);

    tap_ok(bad == 0, "each day of eight centuries");
}


static void
test_case(void)
{
    size_t         i;
    webhook_buf_t  b;
    webhook_str_t  s;

    static const char  *table[][2] = {
        { "abcxyz019@[`{", "ABCXYZ019@[`{" },
        { "\u0111\u01a1\u01b0\u1ea1\u1ef9", "\u0110\u01a0\u01af\u1ea0\u1ef8" },
        { "\u00e9\u00f7\u00ff\u0142\u017e",
          "\u00c9\u00f7\u0178\u0141\u017d" },
        { "\u03ac\u03ad\u03cc\u03ce\u03c9",
          "\u0386\u0388\u038c\u038f\u03a9" },
        { "\u0436\u0451\u044f", "\u0416\u0401\u042f" },
        { "\u0e2a\u4e2d\U0001f600", "\u0e2a\u4e2d\U0001f600" },
        { "a\xff\xc3", "A\xff\xc3" }
    };

    for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        webhook_buf_init(&b, 0);

        s = test_str(table[i][0]);
        webhook_case_upper(&s, &b);
        tap_bytes(b.data, b.len, table[i][1], "to capital letters");

        b.len = 0;

        s = test_str(table[i][1]);
        webhook_case_lower(&s, &b);
        tap_bytes(b.data, b.len, table[i][0], "and back");

        webhook_buf_free(&b);
    }
}


static void
test_maps(void)
{
    int                   bad;
    char                  from[16], to[16];
    unsigned              i, n;
    webhook_value_map_t  *map;
    webhook_str_t         f, t;
    const webhook_str_t  *found;

    map = webhook_value_map_create();

    f = test_str("any");
    tap_ok(webhook_value_map_find(map, &f) == NULL,
           "an empty table has nothing");

    bad = 0;

    for (i = 0; i < 5000; i++) {
        n = i * 2654435761u;

        snprintf(from, sizeof(from), "%u", n % 100003);
        snprintf(to, sizeof(to), "v%u", n % 100003);

        f = test_str(from);
        t = test_str(to);

        found = webhook_value_map_find(map, &f);

        if (webhook_value_map_add(map, &f, &t)
            != (found ? WEBHOOK_ERROR : WEBHOOK_OK))
        {
            bad++;
        }

        found = webhook_value_map_find(map, &f);

        if (found == NULL || !webhook_str_eq(found, &t)) {
            bad++;
        }
    }

    tap_ok(bad == 0, "rows are found, and none is taken twice");

    f = test_str("x");
    tap_ok(webhook_value_map_find(map, &f) == NULL, "others are not found");

    t = test_str("rest");
    tap_ok(webhook_value_map_add_default(map, &t) == WEBHOOK_OK, "a default");
    tap_ok(webhook_value_map_add_default(map, &t) == WEBHOOK_ERROR, "but one");
    tap_ok(webhook_str_eq(webhook_value_map_find(map, &f), &t), "is for them");

    webhook_value_map_free(map);
    webhook_value_map_free(NULL);
}


int
main(void)
{
    size_t         i;
    webhook_str_t  s, to;

    static const char  *rows[][2] = {
        { "paid", "3" }, { "draft", "1" }, { "sent", "2" }, { "7", "seven" },
        { "", "none" }
    };

    s = test_str(test_payload);

    if (webhook_json_read(&s, NULL, &test_doc, NULL) != WEBHOOK_OK) {
        tap_ok(0, "the payload is JSON");
        return tap_done();
    }

    test_map = webhook_value_map_create();

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        s = test_str(rows[i][0]);
        to = test_str(rows[i][1]);
        tap_ok(webhook_value_map_add(test_map, &s, &to) == WEBHOOK_OK, "a row");
    }

    test_filters();
    test_dates();
    test_calendar();
    test_case();
    test_maps();

    webhook_value_map_free(test_map);
    webhook_json_free(test_doc);

    return tap_done();
}
