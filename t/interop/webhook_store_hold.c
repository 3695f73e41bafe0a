
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Keeps all others from writing to a store, as a disk that hangs would, for
 * t/046-capture-store.t.
 *
 *     webhook_store_hold STORE
 *
 * Writes the line "held" once it has the store's lock, and gives it back when
 * its standard input ends.  Exit status: 0; 1 if there is no such store.
 */

#include <stdio.h>

#include <lmdb.h>


#define MAX_READERS  126


int
main(int argc, char **argv)
{
    int       rc;
    MDB_env  *env;
    MDB_txn  *txn;

    if (argc != 2) {
        return 1;
    }

    rc = mdb_env_create(&env);

    if (rc == 0) {
        rc = mdb_env_set_maxreaders(env, MAX_READERS);
    }

    if (rc == 0) {
        rc = mdb_env_open(env, argv[1], MDB_NOTLS, 0600);
    }

    if (rc == 0) {
        rc = mdb_txn_begin(env, NULL, 0, &txn);
    }

    if (rc) {
        fprintf(stderr, "%s: %s\n", argv[1], mdb_strerror(rc));
        return 1;
    }

    puts("held");
    fflush(stdout);

    while (getchar() != EOF) {
        /* until it is closed */
    }

    mdb_txn_abort(txn);
    mdb_env_close(env);

    return 0;
}
