
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The manual, made from the table: "make pages" puts it where it is kept, and
 * the completions of shells (webhookctl_pages_bash.c, webhookctl_pages_zsh.c).
 */

#include <ctype.h>

#include "webhookctl/webhookctl.h"
#include "core/base/webhook_version.h"


static void ctl_man_text(const char *text, size_t len);
static void ctl_man_paragraphs(const char *text);
static void ctl_man_synopsis(const ctl_command_t *cmd);
static void ctl_man_option(const ctl_option_t *o);


int
ctl_pages_man(void)
{
    int                   i;
    const ctl_command_t  *cmd;

    printf(".\\\" Made by \"make pages\" from tools/webhookctl/command/webhookctl_table.c.\n"
           ".TH WEBHOOKCTL 1 " WEBHOOK_VERSION_DATE " \"ngx_http_webhook_module "
           WEBHOOK_VERSION "\"\n"
           ".SH NAME\n"
           "webhookctl \\- read and change the store of "
           "ngx_http_webhook_module\n"
           ".SH SYNOPSIS\n"
           ".B webhookctl\n"
           ".RB [ \\-s\n"
           ".IR STORE ]\n"
           ".I COMMAND\n"
           ".RI [ WORD ...]\n"
           ".RI [ OPTION ...]\n"
           ".SH DESCRIPTION\n");

    ctl_man_paragraphs(ctl_about);
    printf(".PP\n");
    ctl_man_paragraphs(ctl_more);

    printf(".SH COMMANDS\n");

    for (cmd = ctl_commands; cmd->name; cmd++) {
        printf(".TP\n");
        ctl_man_synopsis(cmd);
        printf("%c", toupper(cmd->what[0]));
        ctl_man_text(cmd->what + 1, strlen(cmd->what) - 1);
        printf(".\n.RS\n.PP\n");
        ctl_man_paragraphs(cmd->text);
        printf(".RE\n");
    }

    printf(".SH OPTIONS\n");

    for (i = 0; i < CTL_OPTIONS; i++) {
        ctl_man_option(&ctl_options[i]);
    }

    printf(".SH EXIT STATUS\n");

    ctl_man_paragraphs(ctl_status);

    printf(".SH FILES\n"
           ".TP\n"
           ".I /var/lib/nginx/webhook\n"
           "The store, unless another is named.\n"
           ".SH SEE ALSO\n"
           ".BR nginx (8)\n");

    return 0;
}


static void
ctl_man_text(const char *text, size_t len)
{
    int     bold;
    size_t  i;

    bold = 0;

    if (len && (text[0] == '.' || text[0] == '\'')) {
        printf("\\&");
    }

    for (i = 0; i < len; i++) {

        switch (text[i]) {

        case '`':
            printf(bold ? "\\fR" : "\\fB");
            bold = !bold;
            break;

        case '-':
            printf("\\-");
            break;

        case '\\':
            printf("\\e");
            break;

        default:
            putchar(text[i]);
        }
    }
}


static void
ctl_man_paragraphs(const char *text)
{
    size_t       len;
    const char  *p;

    for (p = text; *p; p += len + (p[len] == '\n')) {
        len = strcspn(p, "\n");

        if (len == 0) {
            printf(".PP\n");

        } else if (strncmp(p, "    ", 4) == 0) {
            printf(".nf\n");
            ctl_man_text(p, len);
            printf("\n.fi\n");

        } else {
            ctl_man_text(p, len);
            printf("\n");
        }
    }
}


static void
ctl_man_synopsis(const ctl_command_t *cmd)
{
    int                  i;
    const ctl_option_t  *o;

    printf("\\fB");
    ctl_man_text(cmd->name, strlen(cmd->name));
    printf("\\fR");

    if (cmd->words) {
        printf(" \\fI");
        ctl_man_text(cmd->words, strlen(cmd->words));
        printf("\\fR");
    }

    for (i = 0; i < CTL_OPTIONS; i++) {

        if (cmd->options & ctl_bit(i)) {
            o = &ctl_options[i];

            printf(" [\\fB\\-\\-");
            ctl_man_text(o->name, strlen(o->name));
            printf("\\fR");

            if (o->value) {
                printf("=\\fI%s\\fR", o->value);
            }

            printf("]");
        }
    }

    printf("\n");
}


static void
ctl_man_option(const ctl_option_t *o)
{
    printf(".TP\n");

    if (o->letter) {
        printf("\\fB\\-%c\\fR, ", o->letter);
    }

    printf("\\fB\\-\\-");
    ctl_man_text(o->name, strlen(o->name));
    printf("\\fR");

    if (o->value) {
        printf("=\\fI%s\\fR", o->value);
    }

    printf("\n");
    ctl_man_text(o->text, strlen(o->text));

    if (o->choices) {
        printf(" (");
        ctl_man_text(o->choices, strlen(o->choices));
        printf(")");
    }

    printf("\n");
}


/* The part of docs/webhookctl.md between two marks. */

int
ctl_pages_markdown(void)
{
    int                   i;
    const ctl_option_t   *o;
    const ctl_command_t  *cmd;

    for (cmd = ctl_commands; cmd->name; cmd++) {
        printf("### %s\n\n```\n", cmd->name);
        ctl_synopsis(stdout, cmd);
        printf("```\n\n%c%s.\n\n%s\n\n", toupper(cmd->what[0]),
               cmd->what + 1, cmd->text);
    }

    printf("### Options\n\n| option | |\n|---|---|\n");

    for (i = 0; i < CTL_OPTIONS; i++) {
        o = &ctl_options[i];

        printf("| ");

        if (o->letter) {
            printf("`-%c`, ", o->letter);
        }

        printf("`--%s%s%s` | %s", o->name, o->value ? "=" : "",
               o->value ? o->value : "", o->text);

        if (o->choices) {
            printf(" (%s)", o->choices);
        }

        printf(" |\n");
    }

    return 0;
}
