
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Values of what was built, a line each: their name, a tab, and what they are.
 */

#ifndef BUILD_TEST_VALUES_H
#define BUILD_TEST_VALUES_H

#include "http/model/ngx_http_webhook.h"


static void
build_test_str(FILE *out, const char *name, ngx_str_t *s)
{
    fprintf(out, "%s\t%.*s\n", name, (int) s->len, s->data ? s->data
                                                     : (u_char *) "");
}


static void
build_test_num(FILE *out, const char *name, uint64_t n)
{
    fprintf(out, "%s\t%llu\n", name, (unsigned long long) n);
}


static void
build_test_bytes(FILE *out, const char *name, const void *data, size_t len)
{
    size_t         i;
    const u_char  *p = data;

    fprintf(out, "%s\t", name);

    for (i = 0; i < len; i++) {
        fprintf(out, "%02x", p[i]);
    }

    fprintf(out, "\n");
}


static int
build_test_path(void *ctx, const webhook_path_t *path)
{
    FILE *out = ctx;

    if (path) {
        build_test_str(out, "path", ngx_webhook_nstr(webhook_path_text(path)));
    }

    return 0;
}


static void
build_test_template(FILE *out, const char *name, webhook_template_t *tpl)
{
    fprintf(out, "%s\t%s\n", name, tpl ? webhook_template_constant(tpl)
                                         ? "constant" : "template" : "none");

    if (tpl) {
        (void) webhook_template_paths(tpl, build_test_path, out);
    }
}


static void
build_test_condition(FILE *out, const char *name, webhook_condition_t *cond)
{
    fprintf(out, "%s\t%s\n", name, cond ? "condition" : "none");

    if (cond) {
        (void) webhook_condition_paths(cond, build_test_path, out);
    }
}


static void
build_test_keys(FILE *out, const char *name, ngx_webhook_keys_t *keys)
{
    ngx_uint_t  i;

    for (i = 0; i < keys->nkeys; i++) {
        build_test_bytes(out, name, keys->keys[i].bytes, keys->keys[i].len);
        build_test_num(out, "kind", keys->keys[i].kind);
        build_test_num(out, "expires", keys->keys[i].expires);
    }
}


static void
build_test_paths(FILE *out, const char *name, ngx_array_t *paths)
{
    ngx_uint_t        i;
    webhook_path_t  **path;

    path = paths->elts;

    fprintf(out, "%s\t%d\n", name, (int) paths->nelts);

    for (i = 0; i < paths->nelts; i++) {
        (void) build_test_path(out, path[i]);
    }
}


static void
build_test_strs(FILE *out, const char *name, ngx_array_t *strs)
{
    ngx_str_t   *s;
    ngx_uint_t   i;

    s = strs->elts;

    for (i = 0; i < strs->nelts; i++) {
        build_test_str(out, name, &s[i]);
    }
}


static void
build_test_filters(FILE *out, const char *name, ngx_array_t *filters)
{
    ngx_uint_t             i;
    ngx_webhook_filter_t  *filter;

    filter = filters->elts;

    for (i = 0; i < filters->nelts; i++) {
        build_test_str(out, name, &filter[i].text);
        build_test_condition(out, name, filter[i].condition);
    }
}


#endif /* BUILD_TEST_VALUES_H */
