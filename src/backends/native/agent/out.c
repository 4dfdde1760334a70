/* The answer to a plan: one JSON text, with its length before it. */
#include "init.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *buffer;
static size_t used, size;

static void make_room(size_t more)
{
	if (used + more <= size)
		return;
	size = 2 * (used + more) + 4096;
	buffer = realloc(buffer, size);
	if (!buffer)
		exit(3);
}

void out_begin(void)
{
	used = 0;
}

void out(const char *format, ...)
{
	va_list arguments;

	make_room(512);
	va_start(arguments, format);
	used += (size_t)vsnprintf(buffer + used, 512, format, arguments);
	va_end(arguments);
}

void out_raw(const char *text)
{
	size_t length = strlen(text);

	make_room(length);
	memcpy(buffer + used, text, length);
	used += length;
}

void out_number(long value)
{
	make_room(24);
	used += (size_t)(decimal(buffer + used, value) - (buffer + used));
}

void out_field(const char *key, long value)
{
	out_raw(",\"");
	out_raw(key);
	out_raw("\":");
	out_number(value);
}

/* A JSON string. */
void out_text(const char *text)
{
	make_room(6 * strlen(text) + 3);
	buffer[used++] = '"';
	for (; *text; text++) {
		if ((unsigned char)*text < 32)
			used += (size_t)sprintf(buffer + used, "\\u%04x", *text);
		else if (*text == '"' || *text == '\\')
			used += (size_t)sprintf(buffer + used, "\\%c", *text);
		else
			buffer[used++] = *text;
	}
	buffer[used++] = '"';
}

static void write_all(const char *from, size_t length)
{
	while (length) {
		ssize_t n = write(1, from, length);

		if (n <= 0)
			exit(0);
		from += n;
		length -= (size_t)n;
	}
}

void out_send(void)
{
	char head[24];
	int length = snprintf(head, sizeof(head), "%zu\n", used);

	make_room((size_t)length);
	/* One write: the reader is woken once. */
	memmove(buffer + length, buffer, used);
	memcpy(buffer, head, (size_t)length);
	write_all(buffer, used + (size_t)length);
}
