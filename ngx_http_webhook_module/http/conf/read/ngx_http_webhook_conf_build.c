
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is built from nginx.conf: messages have its file and line, variables
 * and upstreams are those of the configuration that is being read.
 */

#include "http/conf/read/ngx_http_webhook_conf_build.h"


static void ngx_webhook_conf_say(ngx_webhook_build_t *b, ngx_uint_t level,
    ngx_err_t err, ngx_webhook_source_pos_t *pos, ngx_str_t *text);
static void ngx_webhook_conf_hide(ngx_webhook_build_t *b, ngx_str_t *secret);
static void ngx_webhook_conf_mask(u_char *p, u_char *last, ngx_str_t *secret);
static ngx_uint_t ngx_webhook_conf_defined(ngx_webhook_build_t *b,
    const webhook_str_t *name);
static ngx_int_t ngx_webhook_conf_certificate(ngx_webhook_build_t *b,
    ngx_ssl_t *ssl, ngx_str_t *cert, ngx_str_t *key, ngx_str_t *passwords);


ngx_webhook_build_t *
ngx_webhook_conf_build(ngx_conf_t *cf, ngx_webhook_build_t *b)
{
    ngx_http_core_loc_conf_t       *clcf;
    ngx_webhook_main_conf_t        *wmcf;
    ngx_http_upstream_main_conf_t  *umcf;

    ngx_memzero(b, sizeof(ngx_webhook_build_t));

    wmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_webhook_module);

    b->pool = cf->pool;
    b->temp_pool = cf->temp_pool;
    b->log = cf->log;
    b->cycle = cf->cycle;
    b->wmcf = wmcf;
    b->args = cf->args;

    if (cf->conf_file) {
        b->source_pos.file = cf->conf_file->file.name.data;
        b->source_pos.line = cf->conf_file->line;
    }

    b->say = ngx_webhook_conf_say;
    b->data = cf;
    b->hide = ngx_webhook_conf_hide;
    b->variable = ngx_webhook_conf_defined;
    b->certificate = ngx_webhook_conf_certificate;

    umcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_upstream_module);
    b->upstreams = &umcf->upstreams;
    b->address = &wmcf->address;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    ngx_webhook_build_resolver(b, clcf);

    b->peers = &wmcf->peers;
    b->secrets = &wmcf->secrets;
    b->map_users = &wmcf->map_users;

    return b;
}


static void
ngx_webhook_conf_say(ngx_webhook_build_t *b, ngx_uint_t level, ngx_err_t err,
    ngx_webhook_source_pos_t *pos, ngx_str_t *text)
{
    ngx_conf_t  *cf = b->data;

    if (pos == NULL) {
        ngx_conf_log_error(level, cf, err, "%V", text);
        return;
    }

    ngx_log_error(level, cf->log, err, "%V in %s:%ui", text, pos->file,
                  pos->line);
}


/*
 * What nginx has read of the file; and its copy for "nginx -T", which a build
 * with debugging always keeps and which ends with what stands in the buffer
 * now.
 */

static void
ngx_webhook_conf_hide(ngx_webhook_build_t *b, ngx_str_t *secret)
{
    ngx_conf_t  *cf = b->data;

    ngx_buf_t  *buf, *dump;

    buf = cf->conf_file->buffer;
    dump = cf->conf_file->dump;

    if (buf == NULL) {
        return;
    }

    ngx_webhook_conf_mask(buf->start, buf->pos, secret);

    if (dump && dump->last - dump->pos >= buf->last - buf->start) {
        ngx_webhook_conf_mask(dump->last - (buf->last - buf->start),
                              dump->last - (buf->last - buf->pos), secret);
    }
}


static void
ngx_webhook_conf_mask(u_char *p, u_char *last, ngx_str_t *secret)
{
    while ((size_t) (last - p) >= secret->len) {

        p = memchr(p, secret->data[0], last - p - secret->len + 1);
        if (p == NULL) {
            return;
        }

        if (ngx_memcmp(p, secret->data, secret->len) == 0) {
            ngx_memset(p, '*', secret->len);
            p += secret->len;

        } else {
            p++;
        }
    }
}


/* As far as the configuration is read. */

static ngx_uint_t
ngx_webhook_conf_defined(ngx_webhook_build_t *b, const webhook_str_t *name)
{
    ngx_conf_t  *cf = b->data;

    ngx_uint_t                  i;
    ngx_hash_key_t             *key;
    ngx_http_variable_t        *prefix;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    key = cmcf->variables_keys->keys.elts;

    for (i = 0; i < cmcf->variables_keys->keys.nelts; i++) {
        if (key[i].key.len == name->len
            && ngx_strncasecmp(key[i].key.data, name->data, name->len) == 0)
        {
            return 1;
        }
    }

    prefix = cmcf->prefix_variables.elts;

    for (i = 0; i < cmcf->prefix_variables.nelts; i++) {
        if (name->len > prefix[i].name.len
            && ngx_strncasecmp(prefix[i].name.data, name->data,
                               prefix[i].name.len)
               == 0)
        {
            return 1;
        }
    }

    return 0;
}


static ngx_int_t
ngx_webhook_conf_certificate(ngx_webhook_build_t *b,
    ngx_ssl_t *ssl, ngx_str_t *cert, ngx_str_t *key, ngx_str_t *passwords)
{
    ngx_conf_t  *cf = b->data;

    ngx_str_t    *password;
    ngx_array_t  *read;

    if (passwords->len) {
        read = ngx_ssl_read_password_file(cf, passwords);
        if (read == NULL) {
            return NGX_ERROR;
        }

    } else {
        /* without any, OpenSSL would ask the terminal */

        read = ngx_array_create(cf->temp_pool, 1, sizeof(ngx_str_t));
        if (read == NULL) {
            return NGX_ERROR;
        }

        password = ngx_array_push(read);
        ngx_str_set(password, "");
    }

    return ngx_ssl_certificate(cf, ssl, cert, key, read);
}
