
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * token: a new token for the API.  It needs no store: what nginx has to know
 * of it is a line of a file.
 */

#include <errno.h>
#include <string.h>
#include <time.h>

#include <openssl/crypto.h>

#include "webhookctl/webhookctl.h"
#include "core/scalar/webhook_date.h"


#define CTL_TOKEN_NAME  64


static int ctl_token_wrong(const ctl_t *ctl);
static int ctl_token_line(const ctl_t *ctl, const char *hex, char *line,
    size_t size);


int
ctl_token(ctl_t *ctl, webhook_store_t *st)
{
    int      rc;
    char     token[CTL_TOKEN_LEN + 1], hex[65], line[512];
    json_t  *json;

    (void) st;

    if (ctl_token_wrong(ctl)) {
        return 2;
    }

    if (ctl_token_make(token) != 0 || ctl_token_digest(token, hex) != 0) {
        ctl_say("no random token: %s", strerror(errno));
        OPENSSL_cleanse(token, sizeof(token));
        return 1;
    }

    rc = ctl_token_line(ctl, hex, line, sizeof(line));

    if (rc != 0) {
        OPENSSL_cleanse(token, sizeof(token));
        return rc;
    }

    if (ctl->json) {
        json = json_pack("{s:s, s:s, s:s}", "name", ctl->argv[1],
                         "token", token, "line", line);

        if (json == NULL || json_dumpf(json, stdout, 0) != 0
            || putchar('\n') == EOF)
        {
            rc = 1;
        }

        json_decref(json);

    } else {

        /* so that ">> FILE" takes the line alone, and the token is seen */

        if (fprintf(stderr, "The token, which is shown this once:\n"
                            "%s\n"
                            "Its line, for the file that \"webhook_tokens\" "
                            "names:\n", token)
            < 0)
        {
            rc = 1;
        }

        if (rc == 0) {
            printf("%s\n", line);
        }
    }

    OPENSSL_cleanse(token, sizeof(token));

    if (fflush(stdout) != 0 || ferror(stdout)) {
        rc = 1;
    }

    if (rc) {
        ctl_say("cannot write: %s", strerror(errno));
    }

    return rc;
}


/* 1 where something that is given cannot stand in the line. */

static int
ctl_token_wrong(const ctl_t *ctl)
{
    size_t         len;
    int64_t        ms;
    const char    *name;
    webhook_str_t  date;

    name = ctl->argv[1];
    len = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                       "0123456789_.@-");

    if (len == 0 || len > CTL_TOKEN_NAME || name[len]) {
        ctl_say("the name of a token has up to %d letters, digits and any of "
                "\"_.@-\"", CTL_TOKEN_NAME);
        return 1;
    }

    if (ctl->company.which == WEBHOOK_COMPANY_NONE) {
        ctl_say("--company is empty: leave it out for a token that is good "
                "for all companies");
        return 1;
    }

    if (ctl->value[CTL_EXPIRES] == NULL) {
        return 0;
    }

    date = ctl_str(ctl->value[CTL_EXPIRES]);

    if (strpbrk(ctl->value[CTL_EXPIRES], " \t\r\n")
        || webhook_date_parse(&date, NULL, &ms) != WEBHOOK_OK
        || ms / 1000 <= (int64_t) time(NULL))
    {
        ctl_say("--expires is a date in the future, such as 2027-01-31 or "
                "2027-01-31T12:00:00Z, not \"%s\"", ctl->value[CTL_EXPIRES]);
        return 1;
    }

    return 0;
}


static int
ctl_token_line(const ctl_t *ctl, const char *hex, char *line, size_t size)
{
    int          n;
    const char  *permission, *expires;

    permission = ctl->value[CTL_PERMISSION];
    expires = ctl->value[CTL_EXPIRES];

    n = snprintf(line, size, "%s sha256:%s %s%s%.*s%s%s", ctl->argv[1], hex,
                 permission ? permission : "company.view",
                 ctl->company.which ? " company=" : "",
                 ctl->company.which ? (int) ctl->company.name.len : 0,
                 ctl->company.which ? (char *) ctl->company.name.data : "",
                 expires ? " expires=" : "", expires ? expires : "");

    return n > 0 && (size_t) n < size ? 0 : 1;
}
