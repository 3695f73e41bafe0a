
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Definitions in tests: JSON with apostrophes for quotes, and what comes of it
 * as text.
 */

#ifndef DEFINITION_UTIL_H
#define DEFINITION_UTIL_H

#include "tap.h"
#include "core/definition/webhook_definition.h"

#include <stdlib.h>


#define NOW  INT64_C(1795831570432)     /* 2026-11-28T02:06:10.432Z */
#define DAY  INT64_C(86400000)

#define EP   WEBHOOK_DEFINITION_ENDPOINT
#define RC   WEBHOOK_DEFINITION_RECEIVER


static char  said[8192];


/* A tree of text, in which ' stands for ". */

__attribute__((unused))
static json_t *
tree(const char *text)
{
    char    *p, *copy;
    json_t  *json;

    copy = strdup(text);

    for (p = copy; *p; p++) {
        *p = *p == '\'' ? '"' : *p;
    }

    json = json_loads(copy, JSON_DECODE_ANY, NULL);

    if (json == NULL) {
        printf("Bail out! no JSON: %s\n", text);
        exit(1);
    }

    free(copy);

    return json;
}


/* The text of a tree, in said[], with ' for ". */

__attribute__((unused))
static const char *
say(const json_t *json)
{
    char  *p, *text;

    text = json ? json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;

    (void) snprintf(said, sizeof(said), "%s", text ? text : "NULL");
    free(text);

    for (p = said; *p; p++) {
        *p = *p == '"' ? '\'' : *p;
    }

    return said;
}


/* Merges; the problems, if there are any, are in said[], a line each. */

__attribute__((unused))
static json_t *
merge(webhook_definition_kind_e kind, const json_t *old, const char *given,
    int64_t now, json_t **made)
{
    size_t   i, n;
    json_t  *json, *new, *problems, *problem, *own;

    own = NULL;
    json = tree(given);
    problems = json_array();

    new = webhook_definition_merge(kind, old, json, now, problems,
                                   made ? made : &own);

    n = 0;
    said[0] = '\0';

    for (i = 0; i < json_array_size(problems) && n < sizeof(said); i++) {
        problem = json_array_get(problems, i);

        n += (size_t) snprintf(said + n, sizeof(said) - n, "%s%s: %s",
                         i ? "\n" : "",
                         json_string_value(json_object_get(problem,
                                                           "pointer")),
                         json_string_value(json_object_get(problem,
                                                           "detail")));
    }

    if ((new == NULL) != (n > 0)) {
        tap_ok(0, "either a definition or a problem: %s", said);
    }

    json_decref(json);
    json_decref(problems);
    json_decref(own);

    return new;
}


/* Passes if these members are refused with these words. */

__attribute__((unused))
static void
refused(webhook_definition_kind_e kind, const json_t *old, const char *given,
    const char *want)
{
    json_t  *new;

    new = merge(kind, old, given, NOW, NULL);

    tap_bytes(said, strlen(said), want, given);
    json_decref(new);
}


/* The fields, a line each, in said[]: words with | between them. */

__attribute__((unused))
static const char *
fields_of(webhook_definition_kind_e kind, const json_t *definition,
    int pointers)
{
    size_t                       n;
    uint32_t                     i, k;
    webhook_definition_fields_t  fields;

    n = 0;
    said[0] = '\0';

    if (webhook_definition_fields(kind, definition, &fields) != WEBHOOK_OK) {
        return "no memory";
    }

    for (i = 0; i < fields.n; i++) {

        if (pointers) {
            n += (size_t) snprintf(said + n, sizeof(said) - n, "%s ",
                                   fields.items[i].pointer);
        }

        for (k = 0; k < fields.items[i].nwords; k++) {
            n += (size_t) snprintf(said + n, sizeof(said) - n, "%s%s",
                                   k ? "|" : "",
                                   (char *) fields.items[i].words[k].data);
        }

        n += (size_t) snprintf(said + n, sizeof(said) - n, "\n");
    }

    webhook_definition_fields_free(&fields);

    return said;
}


/* The value at a pointer as text, in said[]. */

__attribute__((unused))
static const char *
at(const json_t *json, const char *pointer)
{
    char    step[64];
    size_t  len;

    while (*pointer == '/') {
        pointer++;
        len = strcspn(pointer, "/");

        (void) snprintf(step, sizeof(step), "%.*s", (int) len, pointer);

        json = json_is_array(json)
               ? json_array_get(json, strtoul(step, NULL, 10))
               : json_object_get(json, step);
        pointer += len;
    }

    return json_is_string(json) ? json_string_value(json) : say(json);
}


/* Passes if it is that text. */

__attribute__((unused))
static void
is(const char *got, const char *want, const char *name)
{
    tap_bytes(got, strlen(got), want, name);
}


#endif /* DEFINITION_UTIL_H */
