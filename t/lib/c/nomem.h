
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Makes realloc() fail on demand, for tests of what happens then.  To be
 * included by one source file of a test program.  Code that allocates with
 * malloc() or calloc() is not reached.
 *
 *     nomem_after = 2;         the third call from now on fails, and all after
 *     nomem_after = -1;        none fails
 *
 * clang's sanitizers and valgrind have allocators that cannot be wrapped this
 * way; there nomem_works() is 0 and nothing ever fails.
 */

#ifndef NOMEM_H
#define NOMEM_H

#ifndef _GNU_SOURCE
#error "define _GNU_SOURCE before the first include"
#endif

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define NOMEM_OFF  1
#endif
#endif


/* volatile, since a compiler takes realloc() to read no variable of ours */

static volatile int  nomem_after = -1;


#ifndef NOMEM_OFF

void *
realloc(void *old, size_t size)
{
    void  *symbol, *(*next)(void *old, size_t size);

    if (nomem_after == 0) {
        return NULL;
    }

    if (nomem_after > 0) {
        nomem_after--;
    }

    /* an object pointer may not be cast to a function's, hence the copy */

    symbol = dlsym(RTLD_NEXT, "realloc");
    memcpy(&next, &symbol, sizeof(next));

    return next(old, size);
}

#endif


/* 1 if realloc() can be made to fail, else 0. */

static int
nomem_works(void)
{
    int             before, works;
    void *volatile  p, *volatile  q;

    /* volatile, since a compiler makes malloc() of what starts from NULL */

    p = malloc(1);

    before = nomem_after;
    nomem_after = 0;

    q = realloc(p, 2);

    nomem_after = before;

    works = (q == NULL);
    free(works ? p : q);

    return works;
}


#endif /* NOMEM_H */
