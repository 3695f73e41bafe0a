
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The members of an endpoint.
 */

#include "core/definition/webhook_definition_int.h"


static const webhook_member_t  webhook_members_envelope[] = {

    { "type",
      WEBHOOK_MEMBER_TEXT,
      WEBHOOK_MEMBER_REQUIRED|WEBHOOK_MEMBER_LINE,
      32, 0, "", NULL, NULL },

    webhook_member_text("mode", 32, "mode="),
    webhook_member_text("source", 1024, "source="),

    webhook_members_end
};


static const webhook_member_t  webhook_members_order_by[] = {

    { "path",
      WEBHOOK_MEMBER_TEXT,
      WEBHOOK_MEMBER_REQUIRED|WEBHOOK_MEMBER_LINE,
      1024, 0, "", NULL, NULL },

    webhook_member_text("on_dead", 32, "on_dead="),
    webhook_member_text("scope", 32, "scope="),

    webhook_members_end
};


static const webhook_member_t  webhook_members_sign[] = {

    { "header",
      WEBHOOK_MEMBER_TEXT,
      WEBHOOK_MEMBER_REQUIRED|WEBHOOK_MEMBER_LINE,
      128, 0, "header=", NULL, NULL },

    { "secrets",
      WEBHOOK_MEMBER_SECRETS,
      WEBHOOK_MEMBER_GIVEN,
      512, 8, "secret=", NULL, NULL },

    { "secret",
      WEBHOOK_MEMBER_TEXT,
      WEBHOOK_MEMBER_SECRETS_IN,
      0, 0, NULL, NULL, NULL },

    webhook_member_text("algorithm", 32, "algorithm="),
    webhook_member_text("encoding", 32, "encoding="),
    webhook_member_text("prefix", 64, "prefix="),
    webhook_member_text("template", 1024, "template="),

    webhook_members_end
};


static const webhook_member_t  webhook_members_limit[] = {

    webhook_member_integer("inflight", "inflight="),
    webhook_member_text("rate", 32, "rate="),
    webhook_member_integer("burst", "burst="),
    webhook_member_text("scope", 32, "scope="),

    webhook_members_end
};


const webhook_member_t  webhook_members_endpoint[] = {

    { "name",
      WEBHOOK_MEMBER_TEXT,
      WEBHOOK_MEMBER_REQUIRED|WEBHOOK_MEMBER_LINE,
      WEBHOOK_DEFINITION_NAME, 0, NULL, NULL, NULL },

    { "description",
      WEBHOOK_MEMBER_TEXT,
      WEBHOOK_MEMBER_LINE|WEBHOOK_MEMBER_EMPTY,
      1024, 0, NULL, NULL, NULL },

    { "company",
      WEBHOOK_MEMBER_TEXT,
      WEBHOOK_MEMBER_NAME,
      WEBHOOK_DEFINITION_COMPANY, 0, NULL, NULL, NULL },

    { "url",
      WEBHOOK_MEMBER_TEXT,
      WEBHOOK_MEMBER_REQUIRED|WEBHOOK_MEMBER_LINE|WEBHOOK_MEMBER_SECRET
      |WEBHOOK_MEMBER_URL,
      4096, 0, "url", NULL, NULL },

    { "events",
      WEBHOOK_MEMBER_TEXT|WEBHOOK_MEMBER_LIST,
      WEBHOOK_MEMBER_LINE|WEBHOOK_MEMBER_EACH,
      256, 256, "events", NULL, NULL },

    { "headers",
      WEBHOOK_MEMBER_OBJECT|WEBHOOK_MEMBER_LIST,
      WEBHOOK_MEMBER_EACH,
      0, 64, "header", webhook_members_header, "name" },

    webhook_member_text("format", 32, "format"),

    { "envelope",
      WEBHOOK_MEMBER_TEXT|WEBHOOK_MEMBER_OBJECT,
      WEBHOOK_MEMBER_FIRST|WEBHOOK_MEMBER_KIND,
      32, 0, "envelope", webhook_members_envelope, NULL },

    { "body",
      WEBHOOK_MEMBER_TEXT|WEBHOOK_MEMBER_JSON,
      0,
      65536, 0, "body", NULL, NULL },

    { "filter",
      WEBHOOK_MEMBER_TEXT|WEBHOOK_MEMBER_LIST,
      WEBHOOK_MEMBER_EACH,
      4096, 64, "filter", NULL, NULL },

    { "order_by",
      WEBHOOK_MEMBER_TEXT|WEBHOOK_MEMBER_OBJECT,
      WEBHOOK_MEMBER_FIRST,
      1024, 0, "order_by", webhook_members_order_by, NULL },

    { "secrets",
      WEBHOOK_MEMBER_SECRETS,
      WEBHOOK_MEMBER_STANDARD|WEBHOOK_MEMBER_EACH,
      512, 8, "secret", NULL, NULL },

    { "secret",
      WEBHOOK_MEMBER_TEXT,
      WEBHOOK_MEMBER_SECRETS_IN,
      0, 0, NULL, NULL, NULL },

    { "sign",
      WEBHOOK_MEMBER_OBJECT|WEBHOOK_MEMBER_LIST,
      WEBHOOK_MEMBER_EACH,
      0, 8, "sign hmac", webhook_members_sign, "header" },

    { "auth",
      WEBHOOK_MEMBER_OBJECT,
      WEBHOOK_MEMBER_KIND,
      0, 0, "auth", webhook_members_auth, NULL },

    { "success",
      WEBHOOK_MEMBER_TEXT|WEBHOOK_MEMBER_INTEGER|WEBHOOK_MEMBER_LIST,
      WEBHOOK_MEMBER_LINE|WEBHOOK_MEMBER_COMMA,
      256, 64, "success", NULL, NULL },

    { "retry",
      WEBHOOK_MEMBER_OBJECT,
      0,
      0, 0, "retry", webhook_members_retry, NULL },

    { "timeout",
      WEBHOOK_MEMBER_OBJECT,
      0,
      0, 0, "timeout", webhook_members_timeout, NULL },

    { "limit",
      WEBHOOK_MEMBER_OBJECT,
      0,
      0, 0, "limit", webhook_members_limit, NULL },

    { "breaker",
      WEBHOOK_MEMBER_OBJECT,
      0,
      0, 0, "breaker", webhook_members_breaker, NULL },

    { "tls",
      WEBHOOK_MEMBER_OBJECT,
      0,
      0, 0, "tls", webhook_members_tls, NULL },

    webhook_member_local("address"),
    webhook_member_local("allow"),
    webhook_member_local("deny"),
    webhook_member_local("proxy"),
    webhook_member_server("id"),
    webhook_member_server("source"),
    webhook_member_server("state"),
    webhook_member_server("version"),
    webhook_member_server("created"),
    webhook_member_server("updated"),
    webhook_member_server("by"),

    webhook_members_end
};
