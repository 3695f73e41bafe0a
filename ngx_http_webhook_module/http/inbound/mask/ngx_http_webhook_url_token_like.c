
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/inbound/mask/ngx_http_webhook_url_token_like.h"


/*
 * A rough reading of what core would not read: escapes are decoded and slashes
 * merged, and a path that goes up, which could lead anywhere, is suspect.
 */

ngx_uint_t
ngx_webhook_token_like(ngx_http_request_t *r, u_char *p,
    u_char *last)
{
    u_char                          *text, *s, c;
    ngx_int_t                        n;
    ngx_str_t                        prefix;
    ngx_uint_t                       i, any;
    ngx_webhook_receive_location_t  *loc;
    ngx_http_core_srv_conf_t        *cscf;
    ngx_webhook_main_conf_t         *wmcf;

    text = ngx_pnalloc(r->pool, last - p + 1);
    if (text == NULL) {
        return 1;
    }

    for (s = text; p < last; s++) {
        c = *p++;

        if (c == '%' && last - p >= 2) {
            n = ngx_hextoi(p, 2);

            if (n > 0) {
                c = (u_char) n;
                p += 2;
            }
        }

        if (c == '/' && s > text && s[-1] == '/') {
            s--;
            continue;
        }

        *s = c ? c : ' ';
    }

    *s = '\0';
    last = s;

    any = !r->valid_location || r->http_state == NGX_HTTP_READING_REQUEST_STATE;

    cscf = ngx_http_get_module_srv_conf(r, ngx_http_core_module);
    wmcf = ngx_http_get_module_main_conf(r, ngx_http_webhook_module);
    loc = wmcf->receive_locations.elts;

    for (i = 0; i < wmcf->receive_locations.nelts; i++) {

        if (!any && loc[i].server != cscf) {
            continue;
        }

        if ((ngx_strstr(text, "/../") || ngx_strstr(text, "/./"))
            && ngx_webhook_token_like_text(text, last))
        {
            return 1;
        }

        prefix = loc[i].prefix;

        for (s = text; (size_t) (last - s) > prefix.len; s++) {

            if (*s == *prefix.data
                && ngx_memcmp(s, prefix.data, prefix.len) == 0
                && ngx_webhook_token_like_text(s + prefix.len, last))
            {
                return 1;
            }
        }
    }

    return 0;
}


ngx_uint_t
ngx_webhook_token_like_text(u_char *p, u_char *last)
{
    ngx_str_t  stretch;

    while (ngx_webhook_token_like_stretch(&p, last, &stretch)) {
        if (stretch.len >= NGX_WEBHOOK_TOKEN_LIKE_MIN) {
            return 1;
        }
    }

    return 0;
}


/* The next stretch of characters that a token may have; 0 at the end. */

ngx_uint_t
ngx_webhook_token_like_stretch(u_char **p, u_char *last, ngx_str_t *stretch)
{
    u_char  *s, c;

    stretch->len = 0;

    for (s = *p; s < last; s++) {
        c = *s;

        if ((c >= '0' && c <= '9')
            || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
            || c == '_' || c == '-')
        {
            if (stretch->len++ == 0) {
                stretch->data = s;
            }

        } else if (stretch->len) {
            break;
        }
    }

    *p = s;

    return stretch->len != 0;
}
