
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Points in time as senders write them, and as APIs want to have them; for the
 * filter "date" of templates.  All is in UTC and in the Gregorian calendar,
 * from the year 1 to 9999; neither the locale nor the time zone is asked.
 * Reentrant; any thread.
 */

#ifndef WEBHOOK_DATE_H
#define WEBHOOK_DATE_H

#include "core/base/webhook_str.h"


/*
 * Reads a time into *ms, milliseconds since 1970:
 *
 *   1714557600             seconds, of 9 or 10 digits, or milliseconds, of 13;
 *   1714557600000          with a fraction, too.  The same with a minus sign
 *   1714557600.25          before it, for times before 1970
 *
 *   20240501               8, 12 or 14 digits are year, month, day; hour and
 *   202405011000           minute; second.  The year is one from 1900 to 2199,
 *   20240501100000         which no day or hour in its place looks like
 *
 *   2024-05-01             ISO 8601 and RFC 3339: a date; "T" or a space; hour
 *   2024-05-01T10:00       and minute, with or without seconds and a fraction
 *   2024-05-01 10:00:00.5Z of them; "Z", "+07:00", "+0700" or nothing
 *   2024-05-01T10:00+07:00
 *
 * Digits of another number may be a time in one unit or in another, or none,
 * and are refused.  A time that does not tell its distance to UTC is
 * in the zone that the format (which may be NULL) begins with, or else in UTC.
 * What is finer than a millisecond is cut off; a leap second is the second
 * before it.  Returns WEBHOOK_OK, or WEBHOOK_ERROR.
 */
int webhook_date_parse(const webhook_str_t *text,
    const webhook_str_t *format, int64_t *ms);

/*
 * 1 if the text is a format: "iso", "unix" (seconds), "ms" (milliseconds), or a
 * text with at least one of %Y %m %d %H %M %S %L (milliseconds, 3 digits) %y
 * %j (day of the year) %F (%Y-%m-%d) %T (%H:%M:%S) %s (Unix seconds) %z (+0000)
 * %Z (UTC) %a %b (Mon, Jan) %e (day, no zero) %% (a percent sign) and no other.
 * Before it may stand the zone of times that are read and tell none, "+07:00"
 * and a blank; that alone is "iso".  What is written is in UTC all the same.
 */
int webhook_date_format_valid(const webhook_str_t *format);

/* 1 if what is written by the format is a number: "unix", "ms". */
int webhook_date_format_number(const webhook_str_t *format);

/* Appends a time that was parsed by a valid format; an empty one is "iso",
   2024-05-01T10:00:00Z.  Returns the buffer's state. */
int webhook_date_write(int64_t ms, const webhook_str_t *format,
    webhook_buf_t *out);


#endif /* WEBHOOK_DATE_H */
