
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * How fast webhook_json reads, beside jansson, in turns within one run: each
 * file named on the command line, and a document of about 1 MB made of orders
 * in the first one's likeness.  Reading means validating, all a caller needs
 * before it looks for values, and freeing again.
 *
 *     bench_json FILE...
 */

#include "core/json/webhook_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <jansson.h>


#define ROUNDS       9          /* of each reader, in turns */
#define ROUND_BYTES  (32 << 20) /* read in each */


static double
now(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);

    return (double) ts.tv_sec + (double) ts.tv_nsec / 1e9;
}


static int
read_ours(const webhook_str_t *text)
{
    int                     rc;
    webhook_json_doc_t     *doc;
    webhook_json_limits_t   limits;

    limits.max_depth = 0;
    limits.max_values = 10000000;

    rc = webhook_json_read(text, &limits, &doc, NULL);
    webhook_json_free(doc);

    return rc == WEBHOOK_OK;
}


static int
read_jansson(const webhook_str_t *text)
{
    json_t  *j;

    j = json_loadb((char *) text->data, text->len,
                   JSON_DECODE_ANY|JSON_ALLOW_NUL, NULL);
    if (j == NULL) {
        return 0;
    }

    json_decref(j);

    return 1;
}


/* Megabytes (10^6 bytes) a second; 0 if the text is refused. */

static double
rate(int (*read)(const webhook_str_t *text), const webhook_str_t *text)
{
    double  start;
    size_t  i, n;

    n = ROUND_BYTES / text->len + 1;
    start = now();

    for (i = 0; i < n; i++) {
        if (!read(text)) {
            return 0;
        }
    }

    return (double) (n * text->len) / (now() - start) / 1e6;
}


static int
compare_rates(const void *a, const void *b)
{
    double  x, y;

    x = *(const double *) a;
    y = *(const double *) b;

    return (x > y) - (x < y);
}


static int
measure(const char *name, const webhook_str_t *text)
{
    int     i;
    double  ours[ROUNDS], theirs[ROUNDS], ratio[ROUNDS];

    for (i = 0; i < ROUNDS; i++) {
        ours[i] = rate(read_ours, text);
        theirs[i] = rate(read_jansson, text);

        if (ours[i] == 0 || theirs[i] == 0) {
            fprintf(stderr, "%s: not JSON for %s\n", name,
                    ours[i] == 0 ? "webhook_json" : "jansson");
            return 1;
        }

        ratio[i] = ours[i] / theirs[i];
    }

    qsort(ours, ROUNDS, sizeof(double), compare_rates);
    qsort(theirs, ROUNDS, sizeof(double), compare_rates);
    qsort(ratio, ROUNDS, sizeof(double), compare_rates);

    printf("%-24s %8zu bytes  webhook_json %6.0f MB/s  jansson %6.0f MB/s  "
           "ratio %.1f (%.1f to %.1f)\n", name, text->len,
           ours[ROUNDS / 2], theirs[ROUNDS / 2], ratio[ROUNDS / 2], ratio[0],
           ratio[ROUNDS - 1]);

    return 0;
}


static int
load(const char *name, webhook_buf_t *b)
{
    int      rc;
    FILE    *f;
    size_t   n;
    char     chunk[4096];

    f = fopen(name, "rb");
    if (f == NULL) {
        perror(name);
        return 1;
    }

    while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0) {
        webhook_buf_add(b, chunk, n);
    }

    rc = ferror(f) || b->failed || b->len == 0;
    fclose(f);

    return rc;
}


/* An array that holds the text again and again, up to about 1 MB. */

static int
repeat(const webhook_str_t *text, webhook_buf_t *b)
{
    webhook_buf_byte(b, '[');

    do {
        if (b->len > 1) {
            webhook_buf_byte(b, ',');
        }

        if (webhook_buf_add(b, text->data, text->len) != WEBHOOK_OK) {
            return 1;
        }

    } while (b->len < 1000000);

    return webhook_buf_byte(b, ']') != WEBHOOK_OK;
}


int
main(int argc, char **argv)
{
    int            i, rc;
    webhook_str_t  text;
    webhook_buf_t  b, big;

    if (argc < 2) {
        fprintf(stderr, "usage: bench_json FILE...\n");
        return 2;
    }

    rc = 0;
    webhook_buf_init(&big, 0);

    for (i = 1; i < argc && rc == 0; i++) {
        webhook_buf_init(&b, 0);

        rc = load(argv[i], &b);

        if (rc == 0) {
            text.data = b.data;
            text.len = b.len;

            rc = measure(argv[i], &text);

            if (rc == 0 && i == 1) {
                rc = repeat(&text, &big);
            }
        }

        webhook_buf_free(&b);
    }

    if (rc == 0) {
        text.data = big.data;
        text.len = big.len;

        rc = measure("the first, repeated", &text);
    }

    webhook_buf_free(&big);

    return rc;
}
