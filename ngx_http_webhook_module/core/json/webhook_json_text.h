
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What stands between the quotes of a JSON string: UTF-8 and escapes; for
 * webhook_json, and for those who say such text in another way.  All functions
 * are reentrant, allocate nothing and read no byte at or behind "last".
 */

#ifndef WEBHOOK_JSON_TEXT_H
#define WEBHOOK_JSON_TEXT_H

#include "core/json/webhook_json.h"

#include <endian.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif


#define WEBHOOK_JSON_WORD(c)  (UINT64_C(0x0101010101010101) * (c))


/*
 * Decodes the escape at *p, a backslash (or both, where two make a surrogate
 * pair), into up to 4 bytes of UTF-8 and moves *p behind it.  Half of a pair
 * becomes U+FFFD.  Returns the number of bytes; 0 if it is no escape, with
 * *p somewhere inside.
 */
size_t webhook_json_unescape(const unsigned char **p,
    const unsigned char *last, unsigned char out[4]);

/*
 * The length of the UTF-8 sequence at p, whose first byte is 0x80 or more;
 * where it is broken, minus the length of the longest part that could have
 * begun one (1 at least), which is what one U+FFFD stands for.
 */
int webhook_json_utf8(const unsigned char *p, const unsigned char *last);

/* 1 if the text is UTF-8, zero bytes and all. */
int webhook_json_valid(const webhook_str_t *text);

/* 1 if no escape of a string, whose quotes may be there, is half of a surrogate
   pair: nothing in it will become U+FFFD. */
int webhook_json_whole(const webhook_str_t *span);

/*
 * 1 if the inside of a string, with its escapes, says what the (decoded) text
 * says, else 0.  Makes no copy.
 */
int webhook_json_says(const unsigned char *p, const unsigned char *last,
    const webhook_str_t *text);


#ifdef __SSE2__

/* Which of sixteen bytes these are: as signed numbers, bytes of a sequence are
   below the control characters. */

static inline __m128i
webhook_json_marked(const unsigned char *p)
{
    __m128i  b;

    b = _mm_loadu_si128((const __m128i *) p);

    return _mm_or_si128(_mm_cmplt_epi8(b, _mm_set1_epi8(0x20)),
                        _mm_or_si128(_mm_cmpeq_epi8(b, _mm_set1_epi8('"')),
                                     _mm_cmpeq_epi8(b, _mm_set1_epi8('\\'))));
}

#endif


/*
 * The first byte at p or behind it that cannot be copied without a look: a
 * quote, a backslash, a control character, or part of a UTF-8 sequence.
 * Sixty-four bytes at a time where the processor can, and then sixteen.  Else
 * eight: a byte's high bit in "found" is set where it is one of these; a borrow
 * may also set bits of later bytes, never of earlier ones.
 */

static inline const unsigned char *
webhook_json_plain(const unsigned char *p, const unsigned char *last)
{
    uint64_t  w, quote, slash, found;

#ifdef __SSE2__

    while (last - p >= 64
           && _mm_movemask_epi8(
                  _mm_or_si128(
                      _mm_or_si128(webhook_json_marked(p),
                                   webhook_json_marked(p + 16)),
                      _mm_or_si128(webhook_json_marked(p + 32),
                                   webhook_json_marked(p + 48))))
              == 0)
    {
        p += 64;
    }

    while (last - p >= 16) {
        found = (unsigned) _mm_movemask_epi8(webhook_json_marked(p));

        if (found) {
            return p + __builtin_ctzll(found);
        }

        p += 16;
    }

#endif

    while (last - p >= 8) {
        memcpy(&w, p, 8);
        w = le64toh(w);

        quote = w ^ WEBHOOK_JSON_WORD('"');
        slash = w ^ WEBHOOK_JSON_WORD('\\');

        found = w
                | ((quote - WEBHOOK_JSON_WORD(1)) & ~quote)
                | ((slash - WEBHOOK_JSON_WORD(1)) & ~slash)
                | ((w - WEBHOOK_JSON_WORD(0x20)) & ~w);
        found &= WEBHOOK_JSON_WORD(0x80);

        if (found) {
            return p + (__builtin_ctzll(found) >> 3);
        }

        p += 8;
    }

    while (p < last && *p >= 0x20 && *p < 0x80 && *p != '"' && *p != '\\') {
        p++;
    }

    return p;
}


#endif /* WEBHOOK_JSON_TEXT_H */
