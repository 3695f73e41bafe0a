
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A store with a journal, and processes that have it open and die.
 */

#ifndef KEPT_SCENE_H
#define KEPT_SCENE_H

#include "store_kept.h"

#include <sys/mman.h>


typedef struct {
    util_t         u;
    uint64_t       ep;
    webhook_id_t   ids[8];
    unsigned       kept;
} scene_t;


/* In memory that a child shares. */
__attribute__((unused))
static scene_t *
scene_make(void)
{
    scene_t  *s;

    s = mmap(NULL, sizeof(scene_t), PROT_READ|PROT_WRITE,
             MAP_SHARED|MAP_ANONYMOUS, -1, 0);

    if (s == MAP_FAILED) {
        exit(1);
    }

    kept_init(&s->u);
    s->ep = util_name("erp");

    return s;
}


__attribute__((unused))
static void
scene_drop(scene_t *s)
{
    util_free(&s->u);
    munmap(s, sizeof(scene_t));
}


/* A process that has the store open, and dies. */
__attribute__((unused))
static void
dies(scene_t *s, void (*act)(scene_t *s))
{
    int    status;
    pid_t  pid;

    fflush(stdout);

    pid = fork();

    if (pid == 0) {
        if (kept_open(&s->u) != WEBHOOK_STORE_OK) {
            _exit(1);
        }

        (void) util_endpoint(&s->u, "erp", 100);

        act(s);
        kill(getpid(), SIGKILL);
    }

    (void) waitpid(pid, &status, 0);

    s->u.st = NULL;
    s->u.wall += 1000;
    s->u.text[0] = '\0';
    memset(s->u.logs, 0, sizeof(s->u.logs));
    memset(&s->u.ids, 0, sizeof(s->u.ids));
}


/* The path of the one journal there is. */
__attribute__((unused))
static int
journal_path(scene_t *s, char *path, size_t size)
{
    int             found;
    DIR            *dir;
    struct dirent  *e;

    found = 0;
    dir = opendir(s->u.dir);

    while (dir && (e = readdir(dir)) != NULL) {
        if (strncmp(e->d_name, "journal.", 8) == 0) {
            snprintf(path, size, "%s/%.100s", s->u.dir, e->d_name);
            found++;
        }
    }

    if (dir) {
        closedir(dir);
    }

    return found == 1;
}


#endif /* KEPT_SCENE_H */
