
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Keeps all others from writing to a store, as a disk that hangs would; or has
 * it open only, as a worker of another version would.
 *
 *     webhook_store_hold STORE [open]
 *
 * Writes the line "held" once it has the store's lock, or has it open, and lets
 * it go when its standard input ends.  Exit status: 0; 1 if there is no such
 * store.
 */

#include <stdio.h>
#include <string.h>

#include <lmdb.h>


#define MAX_READERS  126


int
main(int argc, char **argv)
{
    int       rc;
    MDB_env  *env;
    MDB_txn  *txn;

    if (argc != 2 && (argc != 3 || strcmp(argv[2], "open") != 0)) {
        return 1;
    }

    rc = mdb_env_create(&env);

    if (rc == 0) {
        rc = mdb_env_set_maxreaders(env, MAX_READERS);
    }

    if (rc == 0) {
        rc = mdb_env_open(env, argv[1], MDB_NOTLS, 0600);
    }

    txn = NULL;

    if (rc == 0 && argc == 2) {
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

    if (txn) {
        mdb_txn_abort(txn);
    }

    mdb_env_close(env);

    return 0;
}
