
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * cluster: what an operator does with a cluster.  Its engine is a library that
 * is loaded here, as nginx does, so that this command needs no libpq where there
 * is no cluster.
 */

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

#include <openssl/crypto.h>

#include "webhookctl/webhookctl.h"
#include "cluster/webhook_cluster_engine.h"


#define CTL_LIBRARY_FILE                                                      \
    "/usr/lib/nginx/modules/ngx_http_webhook_pgsql_module.so"
#define CTL_LIBRARY_NAME   "webhook_cluster_pgsql"
#define CTL_PASSWORD_MAX   512


static const webhook_cluster_engine_t *ctl_cluster_engine(const ctl_t *ctl);
static int ctl_cluster_password(const ctl_t *ctl, char *password);
static void ctl_cluster_log(void *ctx, webhook_store_log_e level,
    const char *text);
static int ctl_cluster_admin(ctl_t *ctl, webhook_cluster_t *c);
static int ctl_cluster_status(ctl_t *ctl, webhook_cluster_t *c);
static int ctl_cluster_node(const ctl_t *ctl, const webhook_cluster_node_t *n);
static int ctl_cluster_failed(webhook_cluster_t *c,
    const webhook_cluster_op_t *op);


int
ctl_cluster(ctl_t *ctl, webhook_store_t *st)
{
    int                         rc;
    char                        password[CTL_PASSWORD_MAX];
    const char                 *word;
    webhook_cluster_t          *c;
    webhook_cluster_options_t   o;

    (void) st;

    word = ctl->argv[1];

    if ((ctl->argc == 3) != (strcmp(word, "drain") == 0)) {
        ctl_say(ctl->argc == 3 ? "\"%s\" takes no node"
                               : "\"%s\" needs the name of a node", word);
        return 2;
    }

    if (!(ctl->given & ctl_bit(CTL_CONNECT))) {
        ctl_say("where PostgreSQL is has to be told: --connect");
        return 2;
    }

    memset(&o, 0, sizeof(o));
    o.engine = ctl_cluster_engine(ctl);
    o.place = ctl->value[CTL_CONNECT];
    o.log = ctl_cluster_log;

    if (o.engine == NULL || ctl_cluster_password(ctl, password) != 0) {
        return 1;
    }

    o.password = password[0] ? password : NULL;

    c = webhook_cluster_open(&o);

    OPENSSL_cleanse(password, sizeof(password));

    if (c == NULL) {
        return 1;
    }

    rc = strcmp(word, "status") == 0 ? ctl_cluster_status(ctl, c)
                                     : ctl_cluster_admin(ctl, c);

    webhook_cluster_close(c);

    return rc;
}


static const webhook_cluster_engine_t *
ctl_cluster_engine(const ctl_t *ctl)
{
    void                            *library;
    const char                      *file;
    const webhook_cluster_engine_t  *engine;

    file = ctl->given & ctl_bit(CTL_LIBRARY) ? ctl->value[CTL_LIBRARY]
                                             : CTL_LIBRARY_FILE;

    library = dlopen(file, RTLD_NOW | RTLD_LOCAL);

    if (library == NULL) {
        ctl_say("the library of the cluster cannot be loaded: %s", dlerror());
        return NULL;
    }

    engine = dlsym(library, CTL_LIBRARY_NAME);

    if (engine == NULL || engine->abi != WEBHOOK_CLUSTER_ABI) {
        ctl_say("\"%s\" is not of the version of this command", file);
        return NULL;
    }

    return engine;
}


/* The first line of its file; empty: there is none. */

static int
ctl_cluster_password(const ctl_t *ctl, char *password)
{
    FILE  *f;

    password[0] = '\0';

    if (!(ctl->given & ctl_bit(CTL_PASSWORD))) {
        return 0;
    }

    f = fopen(ctl->value[CTL_PASSWORD], "re");

    if (f == NULL || fgets(password, CTL_PASSWORD_MAX, f) == NULL) {
        ctl_say("\"%s\": %s", ctl->value[CTL_PASSWORD],
                f == NULL || ferror(f) ? strerror(errno) : "it is empty");

        if (f) {
            fclose(f);
        }

        return -1;
    }

    fclose(f);

    password[strcspn(password, "\r\n")] = '\0';

    return 0;
}


static void
ctl_cluster_log(void *ctx, webhook_store_log_e level, const char *text)
{
    (void) ctx;
    (void) level;

    ctl_say("%s", text);
}


static int
ctl_cluster_admin(ctl_t *ctl, webhook_cluster_t *c)
{
    int                    rc;
    const char            *word;
    webhook_cluster_op_t   op;

    word = ctl->argv[1];

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_CLUSTER_ADMIN;
    op.timeout = 60000;

    if (strcmp(word, "init") == 0) {
        op.u.admin.what = WEBHOOK_CLUSTER_INIT;

    } else if (strcmp(word, "migrate") == 0) {
        op.u.admin.what = WEBHOOK_CLUSTER_MIGRATE;

    } else if (strcmp(word, "drain") == 0) {
        op.u.admin.what = WEBHOOK_CLUSTER_DRAIN;
        op.u.admin.node.data = (unsigned char *) ctl->argv[2];
        op.u.admin.node.len = strlen(ctl->argv[2]);
        op.u.admin.force = (ctl->given & ctl_bit(CTL_FORCE)) != 0;

    } else {
        op.u.admin.what = WEBHOOK_CLUSTER_RESTORED;

        rc = ctl_sure(ctl, "Have nodes tell again all that they have");

        if (rc != 0) {
            return rc;
        }
    }

    webhook_cluster_run(c, &op);

    if (op.u.admin.what == WEBHOOK_CLUSTER_DRAIN
        && op.result == WEBHOOK_CLUSTER_BUSY)
    {
        printf("%s is alive, and gives away what it has: see \"status\"\n",
               ctl->argv[2]);
        return 0;
    }

    if (op.result != WEBHOOK_CLUSTER_OK) {
        return ctl_cluster_failed(c, &op);
    }

    switch (op.u.admin.what) {

    case WEBHOOK_CLUSTER_DRAIN:
        printf("%s is given up: %lld deliveries are for others to take\n",
               ctl->argv[2], (long long) op.u.admin.count);
        break;

    case WEBHOOK_CLUSTER_RESTORED:
        printf("a new epoch has begun\n");
        break;

    default:
        printf("schema %u, %lld migrations\n", op.u.admin.schema,
               (long long) op.u.admin.count);
    }

    return 0;
}


static int
ctl_cluster_status(ctl_t *ctl, webhook_cluster_t *c)
{
    int                   rc;
    uint32_t              i;
    webhook_cluster_op_t  op;

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_CLUSTER_STATUS;

    webhook_cluster_run(c, &op);

    if (op.result != WEBHOOK_CLUSTER_OK) {
        return ctl_cluster_failed(c, &op);
    }

    if (!ctl->json) {
        printf("%-20s %-9s %9s %9s %9s %9s %9s  %s\n", "NODE", "STATE",
               "LEASE", "LAG", "WAITING", "OWED", "CLOCK", "VERSION");
    }

    rc = 0;

    for (i = 0; i < op.u.status.count && rc == 0; i++) {
        rc = ctl_cluster_node(ctl, &op.u.status.nodes[i]);
    }

    webhook_cluster_op_free(&op);

    return rc;
}


static int
ctl_cluster_node(const ctl_t *ctl, const webhook_cluster_node_t *n)
{
    json_t                   *json;
    static const char *const  life[] = { "alive", "ended", "given up",
                                         "free" };

    if (ctl->json) {
        json = json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:i}",
                         "state", life[n->life & 3],
                         "lease", (json_int_t) n->left,
                         "lag", (json_int_t) n->lag,
                         "waiting", (json_int_t) n->waiting,
                         "owed", (json_int_t) n->owed,
                         "ahead", (json_int_t) n->ahead,
                         "registry", (json_int_t) n->registry,
                         "format", (int) n->format);

        if (json == NULL) {
            ctl_say("no memory");
            return 1;
        }

        ctl_json_set(json, "node", &n->name);
        ctl_json_set(json, "version", &n->version);
        ctl_json_line(json);

        return 0;
    }

    ctl_column(&n->name, 20);
    printf(" %-9s %8.1fs %8.1fs %9llu %9llu %+8.1fs  ", life[n->life & 3],
           (double) n->left / 1000, (double) n->lag / 1000,
           (unsigned long long) n->waiting, (unsigned long long) n->owed,
           (double) n->ahead / 1000);
    (void) ctl_text(&n->version, 64);
    printf("\n");

    return 0;
}


static int
ctl_cluster_failed(webhook_cluster_t *c, const webhook_cluster_op_t *op)
{
    ctl_say("%s: %s", webhook_cluster_result_text(op->result),
            webhook_cluster_error(c));

    return 1;
}
