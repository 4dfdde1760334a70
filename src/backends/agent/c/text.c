#define _GNU_SOURCE
#include "text.h"
#include "sys.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The line with the length, at most. */
#define MAX_HEAD 24

static void make_room(struct text *text, size_t more)
{
	if (text->length + more <= text->room)
		return;
	text->room = 2 * (text->length + more) + 4096;
	text->at = realloc(text->at, text->room);
	if (!text->at)
		_exit(3);
}

static void put_list(struct text *text, const char *format, va_list list)
{
	va_list again;
	int n;

	va_copy(again, list);
	make_room(text, 512);
	n = vsnprintf(text->at + text->length, 512, format, list);
	if (n >= 512) {
		make_room(text, (size_t)n + 1);
		vsnprintf(text->at + text->length, (size_t)n + 1, format, again);
	}
	va_end(again);
	text->length += (size_t)n;
}

void put(struct text *text, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	put_list(text, format, list);
	va_end(list);
}

static void put_bytes(struct text *text, const char *at, size_t length)
{
	make_room(text, length);
	memcpy(text->at + text->length, at, length);
	text->length += length;
}

void put_raw(struct text *text, const char *value)
{
	put_bytes(text, value, strlen(value));
}

void put_number(struct text *text, long value)
{
	make_room(text, 24);
	text->length = (size_t)(decimal(text->at + text->length, value) - text->at);
}

void put_field(struct text *text, const char *key, long value)
{
	put_raw(text, ",\"");
	put_raw(text, key);
	put_raw(text, "\":");
	put_number(text, value);
}

static int is_tail(unsigned char byte)
{
	return (byte & 0xc0) == 0x80;
}

/* Bytes of the character of UTF-8 that begins here; 0: it is none (RFC 3629: overlong, a surrogate, too large). */
static size_t character(const unsigned char *at)
{
	if (at[0] < 0x80)
		return 1;
	if (at[0] >= 0xc2 && at[0] <= 0xdf)
		return is_tail(at[1]) ? 2 : 0;
	if ((at[0] & 0xf0) == 0xe0) {
		if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f))
			return 0;
		return is_tail(at[1]) && is_tail(at[2]) ? 3 : 0;
	}
	if (at[0] >= 0xf0 && at[0] <= 0xf4) {
		if ((at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f))
			return 0;
		return is_tail(at[1]) && is_tail(at[2]) && is_tail(at[3]) ? 4 : 0;
	}
	return 0;
}

void put_string(struct text *text, const char *value)
{
	put_raw(text, "\"");
	while (*value) {
		unsigned char c = (unsigned char)*value;
		size_t length = character((const unsigned char *)value);

		if (length == 0)
			put(text, "\\u%04x", 0xdc00 + c);
		else if (c < 0x20 || c == '"' || c == '\\')
			put(text, "\\u%04x", c);
		else
			put_bytes(text, value, length);
		value += length ? length : 1;
	}
	put_raw(text, "\"");
}

/* -1 when mktrouble has ended. */
static int write_all(const char *at, size_t length)
{
	while (length > 0) {
		ssize_t n = write(STDOUT_FILENO, at, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		at += n;
		length -= (size_t)n;
	}
	return 0;
}

int try_send_text(struct text *text)
{
	char head[MAX_HEAD];
	int ret;
	int length = snprintf(head, sizeof(head), "%zu\n", text->length);

	/* One write: mktrouble is woken once. */
	make_room(text, (size_t)length);
	memmove(text->at + length, text->at, text->length);
	memcpy(text->at, head, (size_t)length);
	ret = write_all(text->at, text->length + (size_t)length);
	text->length = 0;
	return ret;
}

void send_text(struct text *text)
{
	/* mktrouble has ended: there is nothing left to do. */
	if (try_send_text(text) < 0)
		_exit(0);
}

void say(const char *format, ...)
{
	static struct text text;
	va_list list;

	va_start(list, format);
	put_list(&text, format, list);
	va_end(list);
	send_text(&text);
}
