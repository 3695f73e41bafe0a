
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "core/media/webhook_media.h"
#include "core/format/webhook_form_json.h"
#include "core/multipart/webhook_multipart.h"

#include <strings.h>


static webhook_str_t webhook_media_name(const webhook_str_t *type,
    webhook_media_way_e way);
static int webhook_media_is(const webhook_str_t *name, const char *text);
static int webhook_media_ends(const webhook_str_t *name, const char *suffix,
    webhook_media_way_e way);
static int webhook_media_doubtful(const webhook_str_t *label,
    const webhook_str_t *body);
static int webhook_media_sure(webhook_media_e media,
    const webhook_str_t *type, const webhook_str_t *body,
    const webhook_xml_limits_t *limits, size_t max, const webhook_str_t *made,
    webhook_media_error_t *err);
static int webhook_media_read(webhook_media_e media,
    const webhook_str_t *type, const webhook_str_t *charset,
    const webhook_str_t *body, const webhook_xml_limits_t *limits,
    webhook_buf_t *out, webhook_media_error_t *err);
static int webhook_media_xml(const webhook_str_t *body,
    const webhook_str_t *charset, const webhook_xml_limits_t *limits,
    webhook_buf_t *out, webhook_media_error_t *err);


webhook_media_e
webhook_media(const webhook_str_t *type, webhook_media_way_e way)
{
    webhook_str_t  name;

    static const webhook_str_t  json = webhook_str("application/json");

    if (webhook_str_eq(type, &json)) {

        /* what most of them say, to the letter */

        return WEBHOOK_MEDIA_JSON;
    }

    name = webhook_media_name(type, way);

    if (name.len == 0) {
        return WEBHOOK_MEDIA_NONE;
    }

    if (webhook_media_is(&name, "application/json")
        || webhook_media_is(&name, "text/json")
        || webhook_media_ends(&name, "+json", way))
    {
        return WEBHOOK_MEDIA_JSON;
    }

    if (webhook_media_is(&name, "application/xml")
        || webhook_media_is(&name, "text/xml")
        || webhook_media_ends(&name, "+xml", way))
    {
        return WEBHOOK_MEDIA_XML;
    }

    if (webhook_media_is(&name, "application/x-www-form-urlencoded")) {
        return WEBHOOK_MEDIA_FORM;
    }

    if (webhook_media_is(&name, "multipart/form-data")) {
        return WEBHOOK_MEDIA_MULTIPART;
    }

    if (webhook_media_is(&name, "text/plain")) {
        return WEBHOOK_MEDIA_TEXT;
    }

    if (webhook_media_is(&name, "text/html")) {
        return WEBHOOK_MEDIA_HTML;
    }

    return WEBHOOK_MEDIA_OTHER;
}


/* The type without its parameters. */

static webhook_str_t
webhook_media_name(const webhook_str_t *type, webhook_media_way_e way)
{
    size_t         i;
    webhook_str_t  name;

    name.data = type->data;

    for (i = 0; i < type->len; i++) {

        if (type->data[i] == ';'
            || (way != WEBHOOK_MEDIA_LOOSE
                && (type->data[i] == ' ' || type->data[i] == '\t')))
        {
            break;
        }
    }

    while (i && (type->data[i - 1] == ' ' || type->data[i - 1] == '\t')) {
        i--;
    }

    name.len = i;

    return name;
}


static int
webhook_media_is(const webhook_str_t *name, const char *text)
{
    return name->len == strlen(text)
           && strncasecmp((char *) name->data, text, name->len) == 0;
}


static int
webhook_media_ends(const webhook_str_t *name, const char *suffix,
    webhook_media_way_e way)
{
    size_t  len;

    len = strlen(suffix);

    if (way != WEBHOOK_MEDIA_LOOSE
        && (name->len <= len + 2
            || memchr(name->data, '/', name->len) == NULL))
    {
        return 0;
    }

    return name->len >= len
           && strncasecmp((char *) name->data + name->len - len, suffix, len)
              == 0;
}


int
webhook_media_json(webhook_media_e media, webhook_media_way_e way,
    const webhook_str_t *type, const webhook_str_t *body,
    const webhook_xml_limits_t *limits, webhook_buf_t *out,
    webhook_media_error_t *err)
{
    int                    rc;
    size_t                 before;
    webhook_str_t          label, *charset, made;
    webhook_media_error_t  ignored;

    if (err == NULL) {
        err = &ignored;
    }

    memset(err, 0, sizeof(webhook_media_error_t));

    before = out->len;
    charset = NULL;

    if (way != WEBHOOK_MEDIA_LOOSE) {
        webhook_charset_label(type, &label);
        charset = &label;
    }

    rc = webhook_media_read(media, type, charset, body, limits, out, err);

    if (rc == WEBHOOK_OK && way == WEBHOOK_MEDIA_SIGNED
        && webhook_media_doubtful(&label, body))
    {
        made.data = out->data + before;
        made.len = out->len - before;

        rc = webhook_media_sure(media, type, body, limits, out->max, &made,
                                err);
    }

    if (rc == WEBHOOK_CHARSET_UNKNOWN) {
        err->charset = 1;
        rc = WEBHOOK_ERROR;
    }

    return rc;
}


/* 1 if the body may say another charset than the label, or be in one. */

static int
webhook_media_doubtful(const webhook_str_t *label, const webhook_str_t *body)
{
    if (label->len == 0 || body->len == 0) {
        return 0;
    }

    return !webhook_charset_utf8(label)
           || memmem(body->data, body->len, "_charset_", 9)
           || memmem(body->data, body->len, "encoding", 8);
}


/* Without the charset of the type the same is made, or nothing can be. */

static int
webhook_media_sure(webhook_media_e media, const webhook_str_t *type,
    const webhook_str_t *body, const webhook_xml_limits_t *limits, size_t max,
    const webhook_str_t *made, webhook_media_error_t *err)
{
    int                    rc;
    webhook_buf_t          out;
    webhook_str_t          other;
    webhook_media_error_t  ignored;

    static const webhook_str_t  none = webhook_str("");

    memset(&ignored, 0, sizeof(webhook_media_error_t));
    webhook_buf_init(&out, max);

    rc = webhook_media_read(media, type, &none, body, limits, &out, &ignored);

    if (rc == WEBHOOK_OK) {
        other.data = out.data;
        other.len = out.len;

        if (!webhook_str_eq(&other, made)) {
            err->what = WEBHOOK_CHARSET_UNSURE;
            rc = WEBHOOK_ERROR;
        }

    } else if (rc == WEBHOOK_ERROR || rc == WEBHOOK_CHARSET_UNKNOWN) {
        rc = WEBHOOK_OK;
    }

    webhook_buf_free(&out);

    return rc;
}


/* As webhook_media_json(), with a charset or NULL. */

static int
webhook_media_read(webhook_media_e media, const webhook_str_t *type,
    const webhook_str_t *charset, const webhook_str_t *body,
    const webhook_xml_limits_t *limits, webhook_buf_t *out,
    webhook_media_error_t *err)
{
    uint32_t       max;
    webhook_str_t  boundary;

    max = limits ? limits->max_nodes : 0;

    switch (media) {

    case WEBHOOK_MEDIA_XML:
        return webhook_media_xml(body, charset, limits, out, err);

    case WEBHOOK_MEDIA_FORM:
        return webhook_form_json(body, charset, max, out, &err->what);

    case WEBHOOK_MEDIA_MULTIPART:
        err->what = "the type has no boundary";

        if (webhook_multipart_boundary(type, &boundary) != WEBHOOK_OK) {
            return WEBHOOK_ERROR;
        }

        return webhook_multipart_json(body, &boundary, charset, max, out,
                                      &err->what);

    default:
        err->what = "its type is none of these";
        return WEBHOOK_ERROR;
    }
}


/* With a charset what the type says comes before the declaration. */

static int
webhook_media_xml(const webhook_str_t *body, const webhook_str_t *charset,
    const webhook_xml_limits_t *limits, webhook_buf_t *out,
    webhook_media_error_t *err)
{
    int                    rc;
    webhook_buf_t          utf8;
    webhook_str_t          text;
    webhook_xml_error_t    xml;
    webhook_xml_limits_t   l;

    memset(&l, 0, sizeof(webhook_xml_limits_t));

    if (limits) {
        l = *limits;
    }

    text = *body;
    webhook_buf_init(&utf8, 0);

    if (charset && charset->len) {
        rc = webhook_charset_text(body, charset, WEBHOOK_CHARSET_STRICT, &utf8,
                                  &text, &err->what);
        if (rc != WEBHOOK_OK) {
            webhook_buf_free(&utf8);
            return rc;
        }

        l.utf8 = 1;
    }

    rc = webhook_xml_read(&text, WEBHOOK_XML_ANY, &l, out, &xml);

    webhook_buf_free(&utf8);

    err->what = xml.what;
    err->line = xml.line;

    return rc;
}
