
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/conf/value/ngx_http_webhook_conf_args.h"


#define NGX_WEBHOOK_TEXT_MAX  (1024 * 1024)


void
ngx_webhook_conf_source_pos(ngx_webhook_build_t *b,
    ngx_webhook_source_pos_t *pos)
{
    *pos = b->source_pos;
}


ngx_uint_t
ngx_webhook_conf_param(ngx_str_t *arg, const char *name, ngx_str_t *value)
{
    size_t  len;

    len = ngx_strlen(name);

    if (arg->len < len || ngx_strncmp(arg->data, name, len) != 0) {
        return 0;
    }

    value->data = arg->data + len;
    value->len = arg->len - len;

    return 1;
}


char *
ngx_webhook_conf_invalid(ngx_webhook_build_t *b, ngx_str_t *arg)
{
    ngx_webhook_build_log(NGX_LOG_EMERG, b, 0, "invalid parameter \"%V\"",
                          arg);

    return NGX_CONF_ERROR;
}


ngx_int_t
ngx_webhook_conf_local(ngx_webhook_build_t *b, ngx_str_t *arg)
{
    if (!b->registered) {
        return NGX_OK;
    }

    ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                          "\"%V\" can be set only in nginx.conf", arg);

    return NGX_ERROR;
}


ngx_int_t
ngx_webhook_conf_msec(ngx_str_t *text, uint64_t max, uint64_t *ms)
{
    ngx_int_t  n;

    n = ngx_parse_time(text, 0);

    if (n == NGX_ERROR || n == 0 || (uint64_t) n > max) {
        return NGX_ERROR;
    }

    *ms = n;

    return NGX_OK;
}


ngx_uint_t
ngx_webhook_conf_method(ngx_str_t *text)
{
    ngx_uint_t  i;

    static struct {
        ngx_str_t   name;
        ngx_uint_t  method;
    }  methods[] = {
        { ngx_string("GET"), NGX_HTTP_GET },
        { ngx_string("HEAD"), NGX_HTTP_HEAD },
        { ngx_string("POST"), NGX_HTTP_POST },
        { ngx_string("PUT"), NGX_HTTP_PUT },
        { ngx_string("DELETE"), NGX_HTTP_DELETE },
        { ngx_string("PATCH"), NGX_HTTP_PATCH },
        { ngx_string("OPTIONS"), NGX_HTTP_OPTIONS },
        { ngx_string("MKCOL"), NGX_HTTP_MKCOL },
        { ngx_string("COPY"), NGX_HTTP_COPY },
        { ngx_string("MOVE"), NGX_HTTP_MOVE },
        { ngx_string("PROPFIND"), NGX_HTTP_PROPFIND },
        { ngx_string("PROPPATCH"), NGX_HTTP_PROPPATCH },
        { ngx_string("LOCK"), NGX_HTTP_LOCK },
        { ngx_string("UNLOCK"), NGX_HTTP_UNLOCK },
        { ngx_null_string, 0 }
    };

    for (i = 0; methods[i].name.len; i++) {
        if (methods[i].name.len == text->len
            && ngx_memcmp(methods[i].name.data, text->data, text->len) == 0)
        {
            break;
        }
    }

    return methods[i].method;
}


char *
ngx_webhook_conf_text(ngx_webhook_build_t *b, ngx_str_t *value,
    ngx_str_t *text)
{
    ngx_str_t  path;

    if (!ngx_webhook_conf_param(value, "file:", &path)) {
        *text = *value;
        return NGX_CONF_OK;
    }

    if (ngx_webhook_conf_file(b, &path, NGX_WEBHOOK_TEXT_MAX, 0, text)
        != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


ngx_int_t
ngx_webhook_conf_file(ngx_webhook_build_t *b, ngx_str_t *path, size_t max,
    ngx_uint_t secret, ngx_str_t *text)
{
    off_t            size;
    ssize_t          n;
    ngx_fd_t         fd;
    ngx_int_t        rc;
    ngx_str_t        name;
    ngx_file_info_t  fi;

    ngx_str_set(&name, "file:PATH");

    if (ngx_webhook_conf_local(b, &name) != NGX_OK) {
        return NGX_ERROR;
    }

    name = *path;

    if (name.len == 0) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "no path follows \"file:\"");
        return NGX_ERROR;
    }

    if (ngx_conf_full_name(b->cycle, &name, 1) != NGX_OK) {
        return NGX_ERROR;
    }

    /* a pipe must not keep nginx waiting */

    fd = ngx_open_file(name.data, NGX_FILE_RDONLY|NGX_FILE_NONBLOCK,
                       NGX_FILE_OPEN, 0);

    if (fd == NGX_INVALID_FILE) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, ngx_errno,
                              ngx_open_file_n " \"%V\" failed", &name);
        return NGX_ERROR;
    }

    rc = NGX_ERROR;

    if (ngx_fd_info(fd, &fi) == NGX_FILE_ERROR) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, ngx_errno,
                              ngx_fd_info_n " \"%V\" failed", &name);
        goto done;
    }

    if (!ngx_is_file(&fi)) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "\"%V\" is not a regular file", &name);
        goto done;
    }

    size = ngx_file_size(&fi);

    if (size > (off_t) max) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                "\"%V\" is larger than %uz bytes", &name, max);
        goto done;
    }

    text->data = ngx_pnalloc(b->temp_pool, (size_t) size + 1);
    if (text->data == NULL) {
        goto done;
    }

    n = ngx_read_fd(fd, text->data, (size_t) size);

    if (n != (ssize_t) size) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, n == -1 ? ngx_errno : 0,
                                  ngx_read_fd_n " \"%V\" failed or it changed",
                                  &name);
        goto done;
    }

    text->len = size;

    if (secret && (fi.st_mode & (S_IRWXG|S_IRWXO))) {
        ngx_webhook_build_log(NGX_LOG_WARN, b, 0,
                            "\"%V\" contains a secret and can be read or "
                            "written by others than its owner (mode "
                            "0%ui%ui%ui): chmod 600", &name,
                            (ngx_uint_t) (fi.st_mode >> 6 & 7),
                            (ngx_uint_t) (fi.st_mode >> 3 & 7),
                            (ngx_uint_t) (fi.st_mode & 7));
    }

    rc = NGX_OK;

done:

    if (ngx_close_file(fd) == NGX_FILE_ERROR) {
        ngx_log_error(NGX_LOG_ALERT, b->log, ngx_errno,
                      ngx_close_file_n " \"%V\" failed", &name);
    }

    return rc;
}
