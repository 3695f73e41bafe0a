
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Members that endpoints and receivers have alike: what an object of each may
 * have, and how that is written in a field.
 */

#include "core/definition/webhook_definition_int.h"


const webhook_member_t  webhook_members_header[] = {

    { "name",
      WEBHOOK_MEMBER_TEXT,
      WEBHOOK_MEMBER_REQUIRED|WEBHOOK_MEMBER_LINE,
      128, 0, "", NULL, NULL },

    { "value",
      WEBHOOK_MEMBER_TEXT,
      WEBHOOK_MEMBER_REQUIRED|WEBHOOK_MEMBER_EMPTY|WEBHOOK_MEMBER_SECRET,
      8192, 0, "", NULL, NULL },

    webhook_members_end
};


const webhook_member_t  webhook_members_auth[] = {

    { "type",
      WEBHOOK_MEMBER_TEXT,
      WEBHOOK_MEMBER_REQUIRED|WEBHOOK_MEMBER_LINE,
      16, 0, "", NULL, NULL },

    { "token",
      WEBHOOK_MEMBER_TEXT,
      WEBHOOK_MEMBER_SECRET|WEBHOOK_MEMBER_MARKED,
      8192, 0, "", NULL, NULL },

    webhook_member_text("user", 1024, "user="),

    { "password",
      WEBHOOK_MEMBER_TEXT,
      WEBHOOK_MEMBER_SECRET|WEBHOOK_MEMBER_MARKED,
      4096, 0, "password=", NULL, NULL },

    { "token_url",
      WEBHOOK_MEMBER_TEXT,
      WEBHOOK_MEMBER_LINE|WEBHOOK_MEMBER_SECRET|WEBHOOK_MEMBER_URL,
      2048, 0, "token_url=", NULL, NULL },

    webhook_member_text("client_id", 1024, "client_id="),

    { "client_secret",
      WEBHOOK_MEMBER_TEXT,
      WEBHOOK_MEMBER_SECRET|WEBHOOK_MEMBER_MARKED,
      4096, 0, "client_secret=", NULL, NULL },

    webhook_member_text("scope", 1024, "scope="),
    webhook_member_text("audience", 1024, "audience="),
    webhook_member_local("ca"),

    webhook_members_end
};


const webhook_member_t  webhook_members_timeout[] = {

    webhook_member_text("connect", 32, "connect="),
    webhook_member_text("send", 32, "send="),
    webhook_member_text("read", 32, "read="),
    webhook_member_text("total", 32, "total="),

    webhook_members_end
};


const webhook_member_t  webhook_members_retry[] = {

    webhook_member_integer("attempts", "attempts="),
    webhook_member_text("first", 32, "first="),

    { "factor",
      WEBHOOK_MEMBER_REAL,
      0,
      0, 0, "factor=", NULL, NULL },

    webhook_member_text("max", 32, "max="),

    { "jitter",
      WEBHOOK_MEMBER_REAL,
      0,
      0, 0, "jitter=", NULL, NULL },

    webhook_member_text("retry_after", 32, "retry_after="),
    webhook_member_text("gone", 32, "gone="),
    webhook_member_text("disable_after", 32, "disable_after="),

    webhook_members_end
};


const webhook_member_t  webhook_members_breaker[] = {

    webhook_member_integer("failures", "failures="),

    { "percent",
      WEBHOOK_MEMBER_TEXT|WEBHOOK_MEMBER_INTEGER,
      WEBHOOK_MEMBER_LINE,
      32, 0, "percent=", NULL, NULL },

    webhook_member_text("window", 32, "window="),
    webhook_member_text("hold", 32, "hold="),

    webhook_members_end
};


const webhook_member_t  webhook_members_tls[] = {

    webhook_member_text("name", 255, "name="),
    webhook_member_local("verify"),
    webhook_member_local("ca"),
    webhook_member_local("cert"),
    webhook_member_local("key"),
    webhook_member_local("password_file"),

    webhook_members_end
};


const webhook_member_t *
webhook_member_find(const webhook_member_t *members, const char *name)
{
    for ( /* void */ ; members->name; members++) {
        if (strcmp(members->name, name) == 0) {
            return members;
        }
    }

    return NULL;
}


int
webhook_member_objects(const webhook_member_t *member)
{
    return (member->type & WEBHOOK_MEMBER_LIST)
           && (member->type & WEBHOOK_MEMBER_OBJECT);
}
