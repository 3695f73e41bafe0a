
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The files: opened, resized, set aside.
 */

#ifndef WEBHOOK_STORE_ENV_H
#define WEBHOOK_STORE_ENV_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Opens the files, makes them where there are none. */
int webhook_env_open(webhook_lmdb_t *st);
void webhook_env_close(webhook_lmdb_t *st);

/* Maps what another process made larger. */
int webhook_env_resize(webhook_lmdb_t *st);

/* Sees, before anything is written, whether the file is still the one that was
   opened.  While it is not (st->replaced), nothing new is taken: it would be gone
   with the next start. */
void webhook_env_watch(webhook_lmdb_t *st);

/* The map is full: looks whether another process made it larger, now and
   then. */
void webhook_env_look(webhook_lmdb_t *st);

/* Renames the files of a damaged store, with an alarm. */
int webhook_env_set_aside(webhook_lmdb_t *st);

/* Opens the files anew, and sees before whether others have them open: sets
   st->others.  Before any transaction. */
int webhook_env_others(webhook_lmdb_t *st);


#endif /* WEBHOOK_STORE_ENV_H */
