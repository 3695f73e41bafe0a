
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The members of a receiver.
 */

#include "core/definition/webhook_definition_int.h"


static const webhook_member_t  webhook_members_verify[] = {

    { "preset",
      WEBHOOK_MEMBER_TEXT,
      WEBHOOK_MEMBER_REQUIRED|WEBHOOK_MEMBER_LINE,
      64, 0, "", NULL, NULL },

    { "secrets",
      WEBHOOK_MEMBER_SECRETS,
      0,
      4096, 8, "", NULL, NULL },

    { "secret",
      WEBHOOK_MEMBER_TEXT,
      WEBHOOK_MEMBER_SECRETS_IN,
      0, 0, NULL, NULL, NULL },

    webhook_member_text("tolerance", 32, "tolerance="),
    webhook_member_text("content", 32, "content="),
    webhook_member_text("url", 2048, "url="),
    webhook_member_text("app", 1024, "app="),
    webhook_member_text("key", 32, "key="),
    webhook_member_text("header", 128, "header="),
    webhook_member_text("query", 128, "query="),
    webhook_member_text("field", 1024, "field="),
    webhook_member_text("prefix", 128, "prefix="),
    webhook_member_text("list", 32, "list="),
    webhook_member_text("pair", 32, "pair="),
    webhook_member_text("item", 128, "item="),

    { "string",
      WEBHOOK_MEMBER_TEXT,
      0,
      4096, 0, "string=", NULL, NULL },

    { "template",
      WEBHOOK_MEMBER_TEXT,
      0,
      4096, 0, "template=", NULL, NULL },

    webhook_member_text("digest", 32, "digest="),
    webhook_member_text("algorithm", 32, "algorithm="),
    webhook_member_text("encoding", 32, "encoding="),
    webhook_member_text("timestamp", 256, "timestamp="),
    webhook_member_text("id", 256, "id="),
    webhook_member_text("unit", 32, "unit="),

    webhook_members_end
};


static const webhook_member_t  webhook_members_handshake[] = {

    { "type",
      WEBHOOK_MEMBER_TEXT,
      WEBHOOK_MEMBER_REQUIRED|WEBHOOK_MEMBER_LINE,
      32, 0, "", NULL, NULL },

    { "secrets",
      WEBHOOK_MEMBER_SECRETS,
      WEBHOOK_MEMBER_GIVEN|WEBHOOK_MEMBER_NO_END,
      512, 8, "token=", NULL, NULL },

    { "secret",
      WEBHOOK_MEMBER_TEXT,
      WEBHOOK_MEMBER_SECRETS_IN,
      0, 0, NULL, NULL, NULL },

    { "origins",
      WEBHOOK_MEMBER_TEXT|WEBHOOK_MEMBER_LIST,
      WEBHOOK_MEMBER_LINE,
      256, 64, "origin=", NULL, NULL },

    webhook_member_integer("rate", "rate="),
    webhook_member_local("confirm"),

    webhook_members_end
};


static const webhook_member_t  webhook_members_capture[] = {

    { "name",
      WEBHOOK_MEMBER_TEXT,
      WEBHOOK_MEMBER_REQUIRED|WEBHOOK_MEMBER_LINE,
      128, 0, "", NULL, NULL },

    { "path",
      WEBHOOK_MEMBER_TEXT,
      WEBHOOK_MEMBER_REQUIRED|WEBHOOK_MEMBER_LINE,
      1024, 0, "", NULL, NULL },

    webhook_members_end
};


static const webhook_member_t  webhook_members_action[] = {

    { "method",
      WEBHOOK_MEMBER_TEXT,
      WEBHOOK_MEMBER_REQUIRED|WEBHOOK_MEMBER_LINE,
      32, 0, "", NULL, NULL },

    { "uri",
      WEBHOOK_MEMBER_TEXT,
      WEBHOOK_MEMBER_REQUIRED|WEBHOOK_MEMBER_LINE,
      4096, 0, "", NULL, NULL },

    { "body",
      WEBHOOK_MEMBER_TEXT|WEBHOOK_MEMBER_JSON,
      0,
      65536, 0, "body=", NULL, NULL },

    { "when",
      WEBHOOK_MEMBER_TEXT,
      0,
      4096, 0, "when=", NULL, NULL },

    webhook_member_text("on_error", 32, "on_error="),
    webhook_member_text("timeout", 32, "timeout="),
    webhook_member_text("idempotency", 128, "idempotency="),

    { "capture",
      WEBHOOK_MEMBER_OBJECT|WEBHOOK_MEMBER_LIST,
      0,
      0, 64, "+capture", webhook_members_capture, NULL },

    webhook_members_end
};


static const webhook_member_t  webhook_members_answer[] = {

    { "calls",
      WEBHOOK_MEMBER_TEXT|WEBHOOK_MEMBER_INTEGER,
      WEBHOOK_MEMBER_REQUIRED|WEBHOOK_MEMBER_LINE,
      32, 0, "", NULL, NULL },

    { "status",
      WEBHOOK_MEMBER_INTEGER|WEBHOOK_MEMBER_TEXT,
      WEBHOOK_MEMBER_LINE,
      32, 0, "status=", NULL, NULL },

    webhook_member_text("type", 128, "type="),

    { "body",
      WEBHOOK_MEMBER_TEXT|WEBHOOK_MEMBER_JSON,
      WEBHOOK_MEMBER_EMPTY,
      65536, 0, "body=", NULL, NULL },

    webhook_members_end
};


static const webhook_member_t  webhook_members_target[] = {

    { "id",
      WEBHOOK_MEMBER_TEXT,
      0,
      1024, 0, "id=", NULL, NULL },

    { "model",
      WEBHOOK_MEMBER_TEXT,
      0,
      1024, 0, "model=", NULL, NULL },

    webhook_member_text("lookup", 4096, "lookup="),

    { "missing",
      WEBHOOK_MEMBER_INTEGER|WEBHOOK_MEMBER_TEXT,
      WEBHOOK_MEMBER_LINE,
      32, 0, "missing=", NULL, NULL },

    webhook_members_end
};


static const webhook_member_t  webhook_members_dedupe[] = {

    { "by",
      WEBHOOK_MEMBER_TEXT,
      WEBHOOK_MEMBER_REQUIRED|WEBHOOK_MEMBER_LINE,
      1024, 0, "", NULL, NULL },

    webhook_member_text("ttl", 32, "ttl="),

    webhook_members_end
};


static const webhook_member_t  webhook_members_for_each[] = {

    { "path",
      WEBHOOK_MEMBER_TEXT,
      WEBHOOK_MEMBER_REQUIRED|WEBHOOK_MEMBER_LINE,
      1024, 0, "", NULL, NULL },

    webhook_member_integer("max", "max="),

    webhook_members_end
};


static const webhook_member_t  webhook_members_emit[] = {

    { "type",
      WEBHOOK_MEMBER_TEXT,
      WEBHOOK_MEMBER_REQUIRED|WEBHOOK_MEMBER_LINE,
      256, 0, "", NULL, NULL },

    { "body",
      WEBHOOK_MEMBER_TEXT|WEBHOOK_MEMBER_JSON,
      0,
      65536, 0, "body=", NULL, NULL },

    { "when",
      WEBHOOK_MEMBER_TEXT,
      0,
      4096, 0, "when=", NULL, NULL },

    webhook_members_end
};


static const webhook_member_t  webhook_members_log_calls[] = {

    { "calls",
      WEBHOOK_MEMBER_TEXT,
      WEBHOOK_MEMBER_REQUIRED|WEBHOOK_MEMBER_LINE,
      32, 0, "", NULL, NULL },

    { "body",
      WEBHOOK_MEMBER_TEXT|WEBHOOK_MEMBER_INTEGER,
      WEBHOOK_MEMBER_LINE,
      32, 0, "body=", NULL, NULL },

    webhook_members_end
};


static const webhook_member_t  webhook_members_limit[] = {

    webhook_member_integer("inflight", "inflight="),
    webhook_member_text("rate", 32, "rate="),

    { "body",
      WEBHOOK_MEMBER_TEXT|WEBHOOK_MEMBER_INTEGER,
      WEBHOOK_MEMBER_LINE,
      32, 0, "body=", NULL, NULL },

    webhook_member_integer("depth", "depth="),
    webhook_member_integer("values", "values="),

    webhook_members_end
};


const webhook_member_t  webhook_members_receiver[] = {

    { "name",
      WEBHOOK_MEMBER_TEXT,
      WEBHOOK_MEMBER_REQUIRED|WEBHOOK_MEMBER_LINE,
      WEBHOOK_DEFINITION_NAME, 0, NULL, NULL, NULL },

    webhook_member_text("description", 1024, "description"),

    { "company",
      WEBHOOK_MEMBER_TEXT,
      WEBHOOK_MEMBER_NAME,
      WEBHOOK_DEFINITION_COMPANY, 0, NULL, NULL, NULL },

    { "tokens",
      WEBHOOK_MEMBER_SECRETS,
      WEBHOOK_MEMBER_SERVER|WEBHOOK_MEMBER_TOKENS|WEBHOOK_MEMBER_EACH,
      255, 8, "secret", NULL, NULL },

    webhook_member_text("model", 256, "model"),

    { "models",
      WEBHOOK_MEMBER_TEXT|WEBHOOK_MEMBER_LIST,
      WEBHOOK_MEMBER_LINE,
      256, 256, "models", NULL, NULL },

    webhook_member_text("mode", 32, "mode"),
    webhook_member_text("profile", 32, "profile"),

    { "accept",
      WEBHOOK_MEMBER_TEXT|WEBHOOK_MEMBER_LIST,
      WEBHOOK_MEMBER_LINE,
      32, 16, "accept", NULL, NULL },

    { "parse_json",
      WEBHOOK_MEMBER_TEXT|WEBHOOK_MEMBER_LIST,
      WEBHOOK_MEMBER_LINE|WEBHOOK_MEMBER_EACH,
      1024, 8, "parse_json", NULL, NULL },

    { "for_each",
      WEBHOOK_MEMBER_TEXT|WEBHOOK_MEMBER_OBJECT,
      WEBHOOK_MEMBER_FIRST,
      1024, 0, "for_each", webhook_members_for_each, NULL },

    { "verify",
      WEBHOOK_MEMBER_OBJECT,
      WEBHOOK_MEMBER_KIND,
      0, 0, "verify", webhook_members_verify, NULL },

    { "handshake",
      WEBHOOK_MEMBER_TEXT|WEBHOOK_MEMBER_OBJECT|WEBHOOK_MEMBER_LIST,
      WEBHOOK_MEMBER_LINE|WEBHOOK_MEMBER_FIRST|WEBHOOK_MEMBER_EACH,
      32, 16, "handshake", webhook_members_handshake, "type" },

    { "probe",
      WEBHOOK_MEMBER_TEXT|WEBHOOK_MEMBER_LIST,
      WEBHOOK_MEMBER_LINE,
      32, 2, "probe", NULL, NULL },

    { "skip",
      WEBHOOK_MEMBER_TEXT|WEBHOOK_MEMBER_LIST,
      WEBHOOK_MEMBER_EACH,
      4096, 32, "skip", NULL, NULL },

    { "require",
      WEBHOOK_MEMBER_TEXT|WEBHOOK_MEMBER_LIST,
      WEBHOOK_MEMBER_LINE|WEBHOOK_MEMBER_EACH,
      1024, 64, "require", NULL, NULL },

    { "filter",
      WEBHOOK_MEMBER_TEXT|WEBHOOK_MEMBER_LIST,
      WEBHOOK_MEMBER_EACH,
      4096, 64, "filter", NULL, NULL },

    { "target",
      WEBHOOK_MEMBER_OBJECT,
      0,
      0, 0, "target", webhook_members_target, NULL },

    { "dedupe",
      WEBHOOK_MEMBER_TEXT|WEBHOOK_MEMBER_OBJECT,
      WEBHOOK_MEMBER_FIRST,
      1024, 0, "dedupe", webhook_members_dedupe, NULL },

    { "actions",
      WEBHOOK_MEMBER_OBJECT|WEBHOOK_MEMBER_LIST,
      WEBHOOK_MEMBER_EACH,
      0, 32, "action", webhook_members_action, NULL },

    { "emit",
      WEBHOOK_MEMBER_OBJECT|WEBHOOK_MEMBER_LIST,
      WEBHOOK_MEMBER_EACH,
      0, 8, "emit", webhook_members_emit, NULL },

    { "answer",
      WEBHOOK_MEMBER_OBJECT|WEBHOOK_MEMBER_LIST,
      WEBHOOK_MEMBER_EACH,
      0, 32, "answer", webhook_members_answer, NULL },

    { "log_calls",
      WEBHOOK_MEMBER_TEXT|WEBHOOK_MEMBER_OBJECT,
      WEBHOOK_MEMBER_LINE|WEBHOOK_MEMBER_FIRST,
      32, 0, "log_calls", webhook_members_log_calls, NULL },

    { "redact",
      WEBHOOK_MEMBER_TEXT|WEBHOOK_MEMBER_LIST,
      WEBHOOK_MEMBER_LINE|WEBHOOK_MEMBER_EACH,
      1024, 64, "redact", NULL, NULL },

    { "limit",
      WEBHOOK_MEMBER_OBJECT,
      0,
      0, 0, "limit", webhook_members_limit, NULL },

    webhook_member_text("order_by", 1024, "order_by"),

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

    { "breaker",
      WEBHOOK_MEMBER_OBJECT,
      0,
      0, 0, "breaker", webhook_members_breaker, NULL },

    webhook_member_local("api"),
    webhook_member_local("headers"),
    webhook_member_local("auth"),
    webhook_member_local("tls"),
    webhook_member_local("shadow"),
    webhook_member_server("url"),
    webhook_member_server("token"),
    webhook_member_server("id"),
    webhook_member_server("source"),
    webhook_member_server("state"),
    webhook_member_server("version"),
    webhook_member_server("created"),
    webhook_member_server("updated"),
    webhook_member_server("by"),

    webhook_members_end
};
