
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The help: what the table says, for people at a terminal.
 */

#include "webhookctl/webhookctl.h"
#include "core/base/webhook_version.h"
#include "store/engines/webhook_engines.h"
#include "store/webhook_store_engine.h"


#define CTL_COLUMNS  79
#define CTL_INDENT   27


typedef struct {
    FILE    *out;
    int      indent;
    int      column;
} ctl_wrap_t;


static void ctl_wrap(ctl_wrap_t *w, const char *text, size_t len);
static void ctl_to_column(FILE *out, int column);
static void ctl_option_help(FILE *out, const ctl_option_t *o);


int
ctl_help(ctl_t *ctl, webhook_store_t *st)
{
    const char           *format;
    const ctl_command_t  *cmd;

    (void) st;

    format = ctl->value[CTL_FORMAT];

    if (format) {

        if (ctl->argc > 1) {
            ctl_say("--format applies to all commands, and takes no other "
                    "argument");
            return 2;
        }

        return strcmp(format, "man") == 0 ? ctl_pages_man()
               : strcmp(format, "bash") == 0 ? ctl_pages_bash()
               : strcmp(format, "zsh") == 0 ? ctl_pages_zsh()
               : ctl_pages_markdown();
    }

    if (ctl->argc == 1) {
        ctl_usage(stdout);
        return 0;
    }

    cmd = ctl_find(ctl->argv[1]);

    if (cmd == NULL) {
        ctl_say("no such command: \"%s\"; see webhookctl help", ctl->argv[1]);
        return 2;
    }

    ctl_usage_of(cmd);

    return 0;
}


void
ctl_print_version(void)
{
    printf("webhookctl " WEBHOOK_VERSION " (store format %u)\n",
           (unsigned) webhook_engines_find(NULL)->format);
}


void
ctl_usage(FILE *out)
{
    int                   i;
    char                  use[80];
    ctl_wrap_t            w;
    const ctl_command_t  *cmd;

    fprintf(out, "usage: webhookctl [-s STORE] COMMAND [OPTION...]\n\n");

    ctl_paragraphs(out, ctl_about, 0);

    fprintf(out, "\nCommands:\n");

    for (cmd = ctl_commands; cmd->name; cmd++) {
        snprintf(use, sizeof(use), "%s%s%s", cmd->name, cmd->words ? " " : "",
                 cmd->words ? cmd->words : "");

        ctl_to_column(out, fprintf(out, "  %s", use));

        w.out = out;
        w.indent = CTL_INDENT;
        w.column = CTL_INDENT;

        ctl_wrap(&w, cmd->what, strlen(cmd->what));
        fprintf(out, "\n");
    }

    fprintf(out, "\nOptions of all commands:\n");

    for (i = CTL_STORE; i <= CTL_VERSION; i++) {
        ctl_option_help(out, &ctl_options[i]);
    }

    fprintf(out, "\n\"webhookctl help COMMAND\" describes one in detail.\n"
                 "\nExit status:\n");

    ctl_paragraphs(out, ctl_status, 0);
}


void
ctl_usage_of(const ctl_command_t *cmd)
{
    int  i, head;

    printf("usage: ");
    ctl_synopsis(stdout, cmd);
    printf("\nwebhookctl %s: %s.\n\n", cmd->name, cmd->what);

    ctl_paragraphs(stdout, cmd->text, 0);

    head = 1;

    for (i = 0; i < CTL_OPTIONS; i++) {

        if (cmd->options & ctl_bit(i)) {

            if (head) {
                printf("\n");
                head = 0;
            }

            ctl_option_help(stdout, &ctl_options[i]);
        }
    }
}


void
ctl_synopsis(FILE *out, const ctl_command_t *cmd)
{
    int                  i;
    char                 word[80];
    ctl_wrap_t           w;
    const ctl_option_t  *o;

    w.out = out;
    w.indent = 11;
    w.column = 7;

    ctl_wrap(&w, "webhookctl", 10);

    if (cmd->store != CTL_NONE) {
        ctl_wrap(&w, " [-s\xc2\xa0STORE]", 12);
    }

    ctl_wrap(&w, " ", 1);
    ctl_wrap(&w, cmd->name, strlen(cmd->name));

    if (cmd->words) {
        ctl_wrap(&w, " ", 1);
        ctl_wrap(&w, cmd->words, strlen(cmd->words));
    }

    for (i = 0; i < CTL_OPTIONS; i++) {

        if ((cmd->options & ctl_bit(i)) == 0) {
            continue;
        }

        o = &ctl_options[i];

        snprintf(word, sizeof(word), " [--%s%s%s]", o->name,
                 o->value ? "=" : "", o->value ? o->value : "");

        ctl_wrap(&w, word, strlen(word));
    }

    fprintf(out, "\n");
}


static void
ctl_option_help(FILE *out, const ctl_option_t *o)
{
    int         n;
    ctl_wrap_t  w;

    n = o->letter ? fprintf(out, "  -%c, ", o->letter) : fprintf(out, "      ");

    n += fprintf(out, "--%s%s%s", o->name, o->value ? "=" : "",
                 o->value ? o->value : "");

    ctl_to_column(out, n);

    w.out = out;
    w.indent = CTL_INDENT;
    w.column = CTL_INDENT;

    ctl_wrap(&w, o->text, strlen(o->text));

    if (o->choices) {
        ctl_wrap(&w, " (", 2);
        ctl_wrap(&w, o->choices, strlen(o->choices));
        ctl_wrap(&w, ")", 1);
    }

    fprintf(out, "\n");
}


/* Goes on where descriptions stand: on this line, or below what is too long. */

static void
ctl_to_column(FILE *out, int column)
{
    if (column >= CTL_INDENT) {
        fputc('\n', out);
        column = 0;
    }

    fprintf(out, "%*s", CTL_INDENT - column, "");
}


void
ctl_paragraphs(FILE *out, const char *text, int indent)
{
    size_t       len;
    ctl_wrap_t   w;
    const char  *p;

    for (p = text; *p; p += len + (p[len] == '\n')) {
        len = strcspn(p, "\n");

        fprintf(out, "%*s", len ? indent : 0, "");

        if (strncmp(p, "    ", 4) == 0) {
            fprintf(out, "%.*s", (int) len, p);

        } else {
            w.out = out;
            w.indent = indent;
            w.column = indent;

            ctl_wrap(&w, p, len);
        }

        fprintf(out, "\n");
    }
}


/* Prints words, and goes on to a new line where one does not fit any more.
   Marks of what is typed go, and a no-break space is a space. */

static void
ctl_wrap(ctl_wrap_t *w, const char *text, size_t len)
{
    int          columns;
    size_t       i, n;
    const char  *end;

    end = text + len;

    while (text < end) {

        for (n = 0; text + n < end && text[n] != ' '; n++) { /* void */ }

        for (i = 0, columns = 0; i < n; i++) {
            columns += text[i] != '`' && (text[i] & 0xc0) != 0x80;
        }

        if (*text == ' ') {

            /* the word behind it decides what becomes of it */

            for (n = 1; text + n < end && text[n] != ' '; n++) { /* void */ }

            for (i = 0, columns = 0; i < n; i++) {
                columns += text[i] != '`' && (text[i] & 0xc0) != 0x80;
            }

            if (n > 1 && w->column + columns > CTL_COLUMNS) {
                fprintf(w->out, "\n%*s", w->indent, "");
                w->column = w->indent;
                text++;
                n--;
                columns--;
            }
        }

        for (i = 0; i < n; i++) {

            if (text[i] == (char) 0xc2 && i + 1 < n) {
                fputc(' ', w->out);
                i++;

            } else if (text[i] != '`') {
                fputc(text[i], w->out);
            }
        }

        w->column += columns;
        text += n;
    }
}
