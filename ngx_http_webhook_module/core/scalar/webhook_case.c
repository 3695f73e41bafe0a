
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/scalar/webhook_case.h"


/*
 * Capital letters: a row whose small ones stand "add" further on, or, where
 * that is 1, pairs of a capital and its small letter.
 */

typedef struct {
    uint32_t  first;
    uint32_t  last;             /* of the capitals */
    uint32_t  add;
} webhook_case_range_t;


static int webhook_case_change(const webhook_str_t *text, int upper,
    webhook_buf_t *out);
static size_t webhook_case_read(const unsigned char *p, size_t len,
    uint32_t *c);
static void webhook_case_write(uint32_t c, webhook_buf_t *out);
static uint32_t webhook_case_letter(uint32_t c, int upper);


static const webhook_case_range_t  webhook_case_ranges[] = {
    { 'A', 'Z', 32 },
    { 0xC0, 0xD6, 32 },         /* Latin-1 but for the cross */
    { 0xD8, 0xDE, 32 },
    { 0x100, 0x12E, 1 },        /* Latin Extended-A */
    { 0x132, 0x136, 1 },
    { 0x139, 0x147, 1 },
    { 0x14A, 0x176, 1 },
    { 0x179, 0x17D, 1 },
    { 0x1A0, 0x1A4, 1 },        /* with horn */
    { 0x1AF, 0x1AF, 1 },
    { 0x1CD, 0x1DB, 1 },
    { 0x1DE, 0x1EE, 1 },
    { 0x1F8, 0x21E, 1 },
    { 0x222, 0x232, 1 },
    { 0x386, 0x386, 38 },       /* Greek */
    { 0x388, 0x38A, 37 },
    { 0x38C, 0x38C, 64 },
    { 0x38E, 0x38F, 63 },
    { 0x391, 0x3A1, 32 },
    { 0x3A3, 0x3AB, 32 },
    { 0x400, 0x40F, 80 },       /* Cyrillic */
    { 0x410, 0x42F, 32 },
    { 0x460, 0x480, 1 },
    { 0x48A, 0x4BE, 1 },
    { 0x4D0, 0x52E, 1 },
    { 0x1E00, 0x1E94, 1 },      /* Latin Extended Additional */
    { 0x1EA0, 0x1EFE, 1 }
};


int
webhook_case_lower(const webhook_str_t *text, webhook_buf_t *out)
{
    return webhook_case_change(text, 0, out);
}


int
webhook_case_upper(const webhook_str_t *text, webhook_buf_t *out)
{
    return webhook_case_change(text, 1, out);
}


static int
webhook_case_change(const webhook_str_t *text, int upper, webhook_buf_t *out)
{
    size_t    i, n;
    uint32_t  c;

    (void) webhook_buf_reserve(out, text->len);

    for (i = 0; i < text->len; i += n) {

        n = webhook_case_read(text->data + i, text->len - i, &c);

        if (n == 0) {
            n = 1;
            webhook_buf_byte(out, text->data[i]);
            continue;
        }

        webhook_case_write(webhook_case_letter(c, upper), out);
    }

    return out->failed;
}


/*
 * Length of the character at p, and its number, if it is one that a letter
 * above can be: of up to three bytes, and as short as can be.  Else 0.
 */

static size_t
webhook_case_read(const unsigned char *p, size_t len, uint32_t *c)
{
    if (p[0] < 0x80) {
        *c = p[0];
        return 1;
    }

    if (p[0] >= 0xC2 && p[0] <= 0xDF && len > 1 && (p[1] & 0xC0) == 0x80) {
        *c = (uint32_t) (p[0] & 0x1F) << 6 | (p[1] & 0x3F);
        return 2;
    }

    if ((p[0] & 0xF0) == 0xE0 && len > 2
        && (p[1] & 0xC0) == 0x80 && (p[2] & 0xC0) == 0x80)
    {
        *c = (uint32_t) (p[0] & 0x0F) << 12 | (uint32_t) (p[1] & 0x3F) << 6
             | (p[2] & 0x3F);

        return *c < 0x800 ? 0 : 3;
    }

    return 0;
}


static void
webhook_case_write(uint32_t c, webhook_buf_t *out)
{
    if (c < 0x80) {
        webhook_buf_byte(out, (unsigned char) c);
        return;
    }

    if (c < 0x800) {
        webhook_buf_byte(out, (unsigned char) (0xC0 | c >> 6));

    } else {
        webhook_buf_byte(out, (unsigned char) (0xE0 | c >> 12));
        webhook_buf_byte(out, (unsigned char) (0x80 | (c >> 6 & 0x3F)));
    }

    webhook_buf_byte(out, (unsigned char) (0x80 | (c & 0x3F)));
}


static uint32_t
webhook_case_letter(uint32_t c, int upper)
{
    size_t                       i;
    uint32_t                     add;
    const webhook_case_range_t  *r;

    if (upper && c == 0x3C2) {
        /* the sigma that ends a word */
        return 0x3A3;
    }

    if (upper && c == 0xFF) {
        return 0x178;
    }

    if (!upper && c == 0x178) {
        return 0xFF;
    }

    for (i = 0;
         i < sizeof(webhook_case_ranges) / sizeof(webhook_case_ranges[0]);
         i++)
    {
        r = &webhook_case_ranges[i];
        add = r->add;

        if (upper) {

            if (c >= r->first + add && c <= r->last + add
                && (add != 1 || (c - r->first) % 2 == 1))
            {
                return c - add;
            }

        } else if (c >= r->first && c <= r->last
                   && (add != 1 || (c - r->first) % 2 == 0))
        {
            return c + add;
        }
    }

    return c;
}
