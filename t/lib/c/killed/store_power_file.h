
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The files of a store whose power is cut, as store_power.h has them.
 */

#ifndef STORE_POWER_FILE_H
#define STORE_POWER_FILE_H

#ifndef _GNU_SOURCE
#error "define _GNU_SOURCE before the first include"
#endif

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>


#define POWER_FILES   16
#define POWER_SECTOR  512


typedef struct {
    size_t           offset;
    size_t           len;
    unsigned char   *data;
    unsigned         synced:1;
} power_write_t;


typedef struct {
    char             name[64];
    unsigned char   *disk;              /* what was synced */
    size_t           size;
    power_write_t   *writes;            /* what came after that */
    size_t           count;
    size_t           room;
    unsigned         named:1;           /* its name was synced */
} power_file_t;


typedef struct {
    char             dir[256];
    power_file_t     files[POWER_FILES];
    unsigned         count;

    unsigned         calls;
    unsigned         every;             /* calls from cut to cut */
    unsigned         cuts;
    unsigned         wrong;
    uint64_t         chance;

    int            (*sound)(void *told, const char *dir);
    void            *told;

    unsigned         on:1;
    unsigned         busy:1;            /* calls are the harness's own */
} power_t;


static power_t  power;


static uint32_t
power_random(void)
{
    power.chance = power.chance * 6364136223846793005 + 1442695040888963407;

    return (uint32_t) (power.chance >> 33);
}


static void *
power_alloc(void *p, size_t size)
{
    p = realloc(p, size ? size : 1);

    if (p == NULL) {
        printf("Bail out! no memory\n");
        exit(1);
    }

    return p;
}


/* The file that a descriptor is of, or NULL. */

static power_file_t *
power_file(int fd)
{
    char           link[64], name[512];
    size_t         len;
    ssize_t        n;
    unsigned       i;
    power_file_t  *f;

    if (!power.on || power.busy) {
        return NULL;
    }

    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);

    n = readlink(link, name, sizeof(name) - 1);
    len = strlen(power.dir);

    if (n <= (ssize_t) len + 1) {
        return NULL;
    }

    name[n] = '\0';

    if (strncmp(name, power.dir, len) != 0 || name[len] != '/'
        || strlen(name + len + 1) >= sizeof(power.files[0].name))
    {
        return NULL;
    }

    for (i = 0; i < power.count; i++) {
        if (strcmp(power.files[i].name, name + len + 1) == 0) {
            return &power.files[i];
        }
    }

    if (power.count == POWER_FILES) {
        return NULL;
    }

    f = &power.files[power.count++];

    memset(f, 0, sizeof(power_file_t));
    strcpy(f->name, name + len + 1);

    return f;
}


static void
power_grow(unsigned char **data, size_t *size, size_t end)
{
    if (end > *size) {
        *data = power_alloc(*data, end);
        memset(*data + *size, 0, end - *size);
        *size = end;
    }
}


/* 1 if the name is in the directory, as that could be. */

static int
power_named(const power_file_t *f, unsigned kind)
{
    int       there;
    char      path[512];

    snprintf(path, sizeof(path), "%s/%s", power.dir, f->name);

    there = access(path, F_OK) == 0;

    if (there == f->named) {
        return there;
    }

    /* it was made or removed, and that was not synced */

    return (kind == 1 || (kind > 1 && power_random() % 2)) ? there : !there;
}


/* The directory is synced. */

static int
power_directory(int fd)
{
    char      link[64], name[512], path[512];
    ssize_t   n;
    unsigned  i;

    if (!power.on || power.busy) {
        return 0;
    }

    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);

    n = readlink(link, name, sizeof(name) - 1);

    if (n <= 0 || (size_t) n != strlen(power.dir)
        || strncmp(name, power.dir, (size_t) n) != 0)
    {
        return 0;
    }

    for (i = 0; i < power.count; i++) {
        snprintf(path, sizeof(path), "%s/%s", power.dir, power.files[i].name);
        power.files[i].named = access(path, F_OK) == 0;
    }

    return 1;
}


#endif /* STORE_POWER_FILE_H */
