
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A main() for a libFuzzer target without libFuzzer: feeds it every file of
 * its corpus, cut-off and bent copies of each, and the empty input.  Prints
 * TAP, a test per file; what a sanitizer finds ends the program.
 *
 * The corpus is the directories in the arguments, or else fuzz/corpus/NAME
 * where the program is called smoke_NAME.
 */

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>


/* Copies of a file of n bytes cost n each: this bounds what one file takes. */
#define DRIVER_WORK  (4 * 1024 * 1024)
#define DRIVER_MAX   (8 * 1024 * 1024)


static int driver_directory(const char *path);
static int driver_file(const char *path);
static void driver_bend(const uint8_t *data, size_t len);
static void driver_feed(const uint8_t *data, size_t len);


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
__attribute__((weak)) int LLVMFuzzerInitialize(int *argc, char ***argv);


static unsigned  driver_count;


int
main(int argc, char **argv)
{
    int          i, rc;
    char         path[1024];
    const char  *name;

    setvbuf(stdout, NULL, _IOLBF, 0);

    if (LLVMFuzzerInitialize) {
        (void) LLVMFuzzerInitialize(&argc, &argv);
    }

    driver_feed((const uint8_t *) "", 0);
    printf("ok %u - the empty input\n", ++driver_count);

    rc = 0;

    if (argc > 1) {
        for (i = 1; i < argc; i++) {
            rc |= driver_directory(argv[i]);
        }

    } else {
        name = strstr(argv[0], "smoke_");
        name = name ? name + sizeof("smoke_") - 1 : argv[0];

        (void) snprintf(path, sizeof(path), "fuzz/corpus/%s", name);
        rc = driver_directory(path);
    }

    printf("1..%u\n", driver_count);

    return rc ? 1 : 0;
}


/* A directory that is not there is a corpus that nobody has begun. */

static int
driver_directory(const char *path)
{
    int              i, n, rc;
    char             file[2048];
    struct stat      st;
    struct dirent  **names;

    n = scandir(path, &names, NULL, alphasort);

    if (n == -1) {
        if (errno == ENOENT) {
            return 0;
        }

        printf("not ok %u - %s: %s\n", ++driver_count, path, strerror(errno));
        return 1;
    }

    rc = 0;

    for (i = 0; i < n; i++) {
        (void) snprintf(file, sizeof(file), "%s/%s", path, names[i]->d_name);

        if (stat(file, &st) == 0 && S_ISREG(st.st_mode)) {
            rc |= driver_file(file);
        }

        free(names[i]);
    }

    free(names);

    return rc;
}


static int
driver_file(const char *path)
{
    FILE     *f;
    size_t    len;
    uint8_t  *data;

    data = malloc(DRIVER_MAX);
    f = fopen(path, "rb");

    if (data == NULL || f == NULL) {
        printf("not ok %u - %s: %s\n", ++driver_count, path, strerror(errno));
        free(data);

        if (f) {
            fclose(f);
        }

        return 1;
    }

    len = fread(data, 1, DRIVER_MAX, f);
    fclose(f);

    driver_feed(data, len);
    driver_bend(data, len);

    printf("ok %u - %s\n", ++driver_count, path);

    free(data);

    return 0;
}


static void
driver_bend(const uint8_t *data, size_t len)
{
    size_t                i, k, step;
    uint8_t              *copy;
    static const uint8_t  bytes[] = { 0, '"', '\\', '{', '}', '$', 0x80, 255 };

    if (len == 0) {
        return;
    }

    copy = malloc(len);
    if (copy == NULL) {
        return;
    }

    step = 1 + len * (len / 2) / DRIVER_WORK;

    for (i = 0; i < len; i += step) {
        driver_feed(data, i);
    }

    step = 1 + len * len / DRIVER_WORK;
    memcpy(copy, data, len);

    for (i = 0, k = 0; i < len; i += step, k++) {
        copy[i] = bytes[k % sizeof(bytes)];
        driver_feed(copy, len);
        copy[i] = data[i];
    }

    free(copy);
}


/* Memory of exactly that size, so that a byte too far is seen. */

static void
driver_feed(const uint8_t *data, size_t len)
{
    uint8_t  *copy;

    copy = malloc(len ? len : 1);
    if (copy == NULL) {
        return;
    }

    memcpy(copy, data, len);

    (void) LLVMFuzzerTestOneInput(copy, len);

    free(copy);
}
