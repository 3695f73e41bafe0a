
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Between the folders of webhookctl.  What it takes stands in one table
 * (command/webhookctl_table.c), from which come the reading of the command line
 * (command/webhookctl_option.c), the help (command/webhookctl_help.c), and the
 * pages and completions of all commands (command/webhookctl_pages*.c).
 *
 *   webhookctl.c  begins and ends
 *   command/      the table, and what is made from it
 *   common/       as whom it works (webhookctl_owner.c); results for people
 *                 (webhookctl_print.c) and as JSON (webhookctl_json.c); words
 *                 and numbers on a terminal (webhookctl_text.c)
 *   admin/        list, show, calls, stats (webhookctl_query.c); retry, cancel,
 *                 pause, resume, check, clock, backup (webhookctl_admin.c);
 *                 replay, cancel --endpoint; retry of many; purge; tasks for
 *                 these (webhookctl_make.c); restore; receiver-url; what these
 *                 leave in the audit (webhookctl_record.c)
 *   registered/   token; endpoint, receiver, task, audit
 *   transfer/     export, import, quarantine
 *   cluster/      cluster
 *   try/          listen, send, follow; the presets of the first two:
 *                 webhookctl_sign.c
 */

#ifndef WEBHOOKCTL_H
#define WEBHOOKCTL_H

#include <stdarg.h>
#include <stdio.h>

#include <jansson.h>

#include "store/webhook_store.h"


#define CTL_HEADERS  32                 /* of one call that send makes */

#define CTL_TOKEN_LEN  43               /* of 32 bytes in base64url */


typedef struct ctl_s          ctl_t;
typedef struct ctl_command_s  ctl_command_t;


/*
 * The table.  One name of an option has one meaning, whatever the command.
 */

typedef enum {
    CTL_STORE = 0,                      /* of all commands */
    CTL_HELP,
    CTL_VERSION,
    CTL_JSON,                           /* of some */
    CTL_ENDPOINT,
    CTL_STATE,
    CTL_EVENT,
    CTL_SINCE,
    CTL_UNTIL,
    CTL_LIMIT,
    CTL_BODY,
    CTL_DRY_RUN,
    CTL_YES,
    CTL_REASON,
    CTL_BASE,
    CTL_FORMAT,
    CTL_ALL,
    CTL_STATUS,
    CTL_OF_RECEIVER,
    CTL_ADDRESS,
    CTL_ANSWER,
    CTL_RECORD,
    CTL_VERIFY,
    CTL_KEY,
    CTL_URL,
    CTL_HEADER,
    CTL_TYPE,
    CTL_CA,
    CTL_COMPANY,
    CTL_PERMISSION,
    CTL_EXPIRES,
    CTL_CANCEL,
    CTL_PATH,
    CTL_VALUE,
    CTL_CONNECT,
    CTL_PASSWORD,
    CTL_LIBRARY,
    CTL_FORCE,
    CTL_OPTIONS
} ctl_option_e;

#define ctl_bit(option)  ((uint64_t) 1 << (option))

/* What stands behind a number. */
#define ctl_many(n, one, many)  ((n) == 1 ? (one) : (many))


/* What an option's value, or a word, is: how it is read, and completed. */

typedef enum {
    CTL_FLAG = 0,                       /* it has none */
    CTL_TEXT,
    CTL_FILE,
    CTL_DIRECTORY,
    CTL_NAME,                           /* of an endpoint */
    CTL_CHOICE,                         /* one of a few */
    CTL_PATTERN,                        /* of types */
    CTL_TIME,
    CTL_NUMBER,
    CTL_DELIVERY,                       /* EVENT.ENDPOINT */
    CTL_RECEIVER,
    CTL_COMMAND
} ctl_kind_e;


typedef struct {
    const char     *name;
    char            letter;             /* or 0 */
    ctl_kind_e      kind;
    const char     *value;              /* what its value is called */
    const char     *choices;            /* of a CHOICE, a space between; of
                                           others, what may be meant */
    const char     *text;
} ctl_option_t;


/* What a command does with a store. */

typedef enum {
    CTL_NONE = 0,                       /* needs none */
    CTL_READ,
    CTL_COPY,                           /* reads it, and writes a new file */
    CTL_RESTORE,                        /* reads a file, and makes it the
                                           store */
    CTL_WRITE,
    CTL_WRITE_WORD                      /* reads it, writes if the first word
                                           is the last of its choices */
} ctl_store_e;


struct ctl_command_s {
    const char     *name;
    int           (*run)(ctl_t *ctl, webhook_store_t *st);
    ctl_store_e     store;
    const char     *words;              /* as in EVENT.ENDPOINT..., or NULL */
    ctl_kind_e      kind;               /* of them */
    const char     *choices;            /* where that is a CHOICE */
    int             least;              /* how many words there are, */
    int             most;               /* -1: any number */
    uint64_t        options;            /* bits of ctl_option_e */
    const char     *what;               /* on one line */
    const char     *text;               /* paragraphs, an empty line between;
                                           `words as they are typed`; lines
                                           that begin with four spaces are
                                           examples */
};

extern const ctl_option_t   ctl_options[CTL_OPTIONS];
extern const ctl_command_t  ctl_commands[];     /* up to a name of NULL */

/* What webhookctl is, for all pages; its exit statuses. */
extern const char  ctl_about[];
extern const char  ctl_more[];
extern const char  ctl_status[];


/* What the command line says. */

struct ctl_s {
    const ctl_command_t  *command;
    uint64_t              given;        /* bits of ctl_option_e */
    const char           *value[CTL_OPTIONS];   /* as given, the last */
    const char           *headers[CTL_HEADERS];
    unsigned              headers_count;
    int                   argc;         /* words, with the command's name */
    char                **argv;

    /* the same, as it is understood */

    const char           *store;
    const char           *path;         /* of the store, for who opens it */
    int                   target;       /* the file that is written, or -1 */
    int                   source;       /* the file that is restored, or -1 */
    const char           *endpoint_name;
    uint64_t              endpoint;
    int                   state;        /* -1: any */
    webhook_str_t         type;
    uint64_t              since;
    uint64_t              until;
    uint64_t              limit;
    webhook_str_t         reason;
    int                   limited;      /* the limit was given */
    uint32_t              status_least;
    uint32_t              status_most;  /* 0: any */
    webhook_company_t     company;
    int                   json;
    int                   body;
    int                   dry_run;
    int                   yes;
};


/* Reads the command line.  Returns -1 to go on, else the exit status. */
int ctl_parse(ctl_t *ctl, int argc, char **argv);

/* The command of that name, or NULL. */
const ctl_command_t *ctl_find(const char *name);

/* Prints how all commands are used, or one; and the way to call one. */
void ctl_usage(FILE *out);
void ctl_usage_of(const ctl_command_t *cmd);
void ctl_synopsis(FILE *out, const ctl_command_t *cmd);
void ctl_print_version(void);

/* Paragraphs of the table, wrapped for people, each line behind "indent"
   spaces. */
void ctl_paragraphs(FILE *out, const char *text, int indent);

/* The pages that are made of the table; returns the exit status. */
int ctl_pages_man(void);
int ctl_pages_markdown(void);
int ctl_pages_bash(void);
int ctl_pages_zsh(void);


/* Each command returns the exit status. */

int ctl_list(ctl_t *ctl, webhook_store_t *st);
int ctl_show(ctl_t *ctl, webhook_store_t *st);
int ctl_calls(ctl_t *ctl, webhook_store_t *st);
int ctl_stats(ctl_t *ctl, webhook_store_t *st);
int ctl_retry(ctl_t *ctl, webhook_store_t *st);
int ctl_cancel(ctl_t *ctl, webhook_store_t *st);
int ctl_pause(ctl_t *ctl, webhook_store_t *st);
int ctl_resume(ctl_t *ctl, webhook_store_t *st);
int ctl_replay(ctl_t *ctl, webhook_store_t *st);
int ctl_purge(ctl_t *ctl, webhook_store_t *st);
int ctl_clock(ctl_t *ctl, webhook_store_t *st);
int ctl_check(ctl_t *ctl, webhook_store_t *st);
int ctl_export(ctl_t *ctl, webhook_store_t *st);
int ctl_import(ctl_t *ctl, webhook_store_t *st);
int ctl_quarantine(ctl_t *ctl, webhook_store_t *st);
int ctl_backup(ctl_t *ctl, webhook_store_t *st);
int ctl_restore(ctl_t *ctl, webhook_store_t *st);
int ctl_url(ctl_t *ctl, webhook_store_t *st);
int ctl_token(ctl_t *ctl, webhook_store_t *st);
int ctl_endpoints(ctl_t *ctl, webhook_store_t *st);
int ctl_receivers(ctl_t *ctl, webhook_store_t *st);
int ctl_tasks(ctl_t *ctl, webhook_store_t *st);
int ctl_audit(ctl_t *ctl, webhook_store_t *st);
int ctl_cluster(ctl_t *ctl, webhook_store_t *st);
int ctl_follow(ctl_t *ctl, webhook_store_t *st);
int ctl_listen(ctl_t *ctl, webhook_store_t *st);
int ctl_send(ctl_t *ctl, webhook_store_t *st);
int ctl_help(ctl_t *ctl, webhook_store_t *st);

/* cancel, of all that an endpoint has. */
int ctl_cancel_all(ctl_t *ctl, webhook_store_t *st);

/* retry, of all that a filter means. */
int ctl_retry_all(ctl_t *ctl, webhook_store_t *st);

/*
 * A task: how many deliveries, or events of a purge, it would come to (of
 * "unread" it cannot be told); gives it an id; makes it, with a record of the
 * audit, and all of its steps.  Each returns 0, or the exit status.  The texts
 * of what was made are gone.
 */
int ctl_task_count(webhook_store_t *st, const webhook_op_task_t *task,
    uint64_t *count, uint64_t *unread);
int ctl_task_id(webhook_op_task_t *task, char text[WEBHOOK_ID_TEXT_LEN + 1]);
int ctl_task_run(webhook_store_t *st, webhook_op_task_t *task,
    const char *record, webhook_task_t *made);

/* Asks, unless --yes is given: 0 to go on, or the exit status. */
int ctl_sure(const ctl_t *ctl, const char *question);

/* A token of 32 random bytes, and its SHA-256 in hexadecimal digits; 0, or -1
   with errno. */
int ctl_token_make(char token[CTL_TOKEN_LEN + 1]);
int ctl_token_digest(const char *token, char hex[65]);

/* A record of the audit, {"by": "webhookctl", "action", "kind", "id"} and the
   members of more, to be freed with free(); all but action may be NULL.  The
   reference to more is taken over. */
char *ctl_record(const char *action, const char *kind, const char *id,
    json_t *more);

/* What of a filter is set, for a record; NULL: nothing is. */
json_t *ctl_asked(const ctl_t *ctl, const webhook_filter_t *filter);

/* Applies an operation that writes, with such a record of the command in its
   transaction. */
void ctl_apply(const ctl_t *ctl, webhook_store_t *st, webhook_op_t *op,
    const char *kind, const char *id);

/*
 * For a command of many transactions: writes a record with the members of
 * "more" before the first of them, *number being its own, and one behind the
 * last, which names that ("begun") and has "result".  References are taken
 * over.  0, or the exit status, after telling; where a command cannot begin it
 * has to leave all as it is.
 */
int ctl_begin(const ctl_t *ctl, webhook_store_t *st, const char *kind,
    json_t *more, uint64_t *number);
int ctl_end(const ctl_t *ctl, webhook_store_t *st, const char *kind,
    uint64_t begun, json_t *result);

/* A member of an object as a text: what is none, or null, as "-". */
const char *ctl_member(const json_t *json, const char *name);

/* How many more a page takes, of so many that are left. */
uint32_t ctl_page(uint64_t left);

/* Tells of more than --limit has shown; returns the exit status. */
int ctl_ended(int more);

/* An operation on each delivery that the words name. */
int ctl_each(ctl_t *ctl, webhook_store_t *st, webhook_op_e type);


/*
 * Who is root becomes the owner of the store's directory, for good; sets
 * ctl->path.  Whatever is odd there is told and refused: then -1, else 0.  To
 * restore there need be no store in it.
 */
int ctl_become_owner(ctl_t *ctl, int write);

/*
 * Before that: makes the file that argv[1] names, as the caller, and goes on
 * in another process, where it returns -1 with ctl->target set.  The file is
 * taken away again if that fails.  Else returns the exit status.
 */
int ctl_target(ctl_t *ctl);

/* Before it, too: opens the file to be restored, as the caller.  Returns -1
   with ctl->source set, or the exit status. */
int ctl_source(ctl_t *ctl);

/* How the store is opened. */
void ctl_store_options(ctl_t *ctl, webhook_store_options_t *options,
    int write);

/* Reads EVENT or EVENT.ENDPOINT (0: none); 0, or the exit status. */
int ctl_delivery(const char *text, webhook_id_t *id, uint64_t *endpoint);

/* The number of an endpoint by its name, or by "#" and the number itself, of
   one that was never named; 0, or the exit status. */
int ctl_endpoint_id(const char *text, uint64_t *id);

/* The filter that the command line says. */
void ctl_filter(const ctl_t *ctl, webhook_filter_t *filter);

/* Tells why an operation failed, frees it; returns the exit status. */
int ctl_failed(webhook_op_t *op, const char *what);

/* A line on the standard error output, which names the command once that is
   known. */
void ctl_name(const char *command);
void ctl_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

webhook_str_t ctl_str(const char *text);


/* The results of each command, for people or as JSON lines. */

void ctl_print_deliveries_head(void);
void ctl_print_delivery(const webhook_delivery_t *d, int json);
int ctl_print_show(const webhook_op_show_t *show,
    const webhook_op_stats_t *stats, int json, int body);
int ctl_print_body(const webhook_str_t *body);
void ctl_print_calls_head(void);
void ctl_print_call(const webhook_call_t *call, int json);
void ctl_print_whole_call(const webhook_call_t *call, int json);
void ctl_print_stats(const webhook_op_stats_t *stats, int json);

/* What STATS says, to be freed; 0, or the exit status. */
int ctl_read_stats(webhook_store_t *st, webhook_op_t *op);

/* The same, and the endpoint that --endpoint names is looked for: an unknown
   one is told, and is status 1. */
int ctl_read_known(const ctl_t *ctl, webhook_store_t *st, webhook_op_t *op);

/* store/view, or the end where there is no memory: a delivery, a form (its
   bytes too if body is set), an attempt, a call, the store as a whole. */
json_t *ctl_delivery_json(const webhook_delivery_t *d);
json_t *ctl_form_json(const webhook_rendition_t *rendition, int body);
json_t *ctl_attempt_json(const webhook_attempt_t *a);
json_t *ctl_call_json(const webhook_call_t *call);
json_t *ctl_stats_json(const webhook_op_stats_t *stats);

/* A text as JSON: what is not UTF-8 becomes U+FFFD.  A member of an object that
   is one: if it is not UTF-8 the bytes are beside it, as NAME_base64. */
json_t *ctl_json_text(const webhook_str_t *s);
void ctl_json_set(json_t *json, const char *name, const webhook_str_t *s);

/* Members that are an id, bytes in hexadecimal digits, a 64-bit number in these
   (what webhook_id_name() returns), a number of ms or bytes, bytes in base64. */
void ctl_json_set_id(json_t *json, const char *name, const webhook_id_t *id);
void ctl_json_set_hex(json_t *json, const char *name, const void *p,
    size_t len);
void ctl_json_set_name(json_t *json, const char *name, uint64_t id);
void ctl_json_set_number(json_t *json, const char *name, uint64_t n);
void ctl_json_set_base64(json_t *json, const char *name,
    const webhook_str_t *s);

/* Either "body" or, if it is not UTF-8, "body_base64". */
void ctl_json_set_body(json_t *json, const webhook_str_t *s);

/* Prints an object on a line of its own, and frees it. */
void ctl_json_line(json_t *json);

/* Prints a text, at most max bytes of it, with nothing in it that a terminal
   would obey; returns the columns that it takes.  Or fills a column with it. */
size_t ctl_text(const webhook_str_t *s, size_t max);
size_t ctl_text_to(FILE *out, const webhook_str_t *s, size_t max);
void ctl_column(const webhook_str_t *s, size_t width);

/* Prints a line, in which texts from outside are shown the same way. */
void ctl_tell(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void ctl_line_to(FILE *out, const char *fmt, va_list args)
    __attribute__((format(printf, 2, 0)));

/* Prints an endpoint's name, or its number if it was never named; and a body,
   line by line, each behind "indent" spaces, without which a line of it could
   be taken for one of ours. */
void ctl_endpoint(const webhook_str_t *name, uint64_t id);
void ctl_body(const webhook_str_t *s, int indent);

/* A time, a span from now, microseconds and a number of bytes for people: each
   is written into buf, which is returned. */
const char *ctl_time(uint64_t wall, char *buf, size_t len);
const char *ctl_span(int64_t ms, char *buf, size_t len);
const char *ctl_usec(uint32_t usec, char *buf, size_t len);
const char *ctl_bytes(uint64_t n, char *buf, size_t len);

/* The wall clock, ms since 1970. */
uint64_t ctl_wall(void);

/* An id into WEBHOOK_ID_TEXT_LEN + 1 bytes, ended by a zero. */
void ctl_id(const webhook_id_t *id, char *buf);


#endif /* WEBHOOKCTL_H */
