#include "request.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIECE (64u << 10)
/* Bytes of a request at most; one of the largest tree has some 3 MB. */
#define MAX_REQUEST (256u << 20)
/* Digits of a length at most. */
#define MAX_HEAD 12

/* What has come, and has not been read yet. */
static char *buffer;
static size_t from, to, room;

void not_understood(const char *format, ...)
{
	va_list list;

	fprintf(stderr, "mktrouble agent: the request is not understood: ");
	va_start(list, format);
	vfprintf(stderr, format, list);
	va_end(list);
	fprintf(stderr, "\n");
	_exit(2);
}

bool request_read(void)
{
	ssize_t n;

	if (from > 0) {
		memmove(buffer, buffer + from, to - from);
		to -= from;
		from = 0;
	}
	if (room - to < PIECE) {
		room = 2 * room + 2 * PIECE;
		buffer = realloc(buffer, room);
		if (!buffer)
			_exit(3);
	}
	do
		n = read(STDIN_FILENO, buffer + to, room - to);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return false;
	to += (size_t)n;
	return true;
}

char *request_next(void)
{
	char *start = buffer + from, *end = to > from ? memchr(start, '\n', to - from) : NULL;
	size_t length, head;

	if (!end && to - from <= MAX_HEAD)
		return NULL;
	if (!end || end - start > MAX_HEAD)
		not_understood("it does not begin with its length");
	length = strtoul(start, NULL, 10);
	if (length == 0 || length > MAX_REQUEST)
		not_understood("it has %zu bytes", length);
	head = (size_t)(end - start) + 1;
	if (to - from < head + length)
		return NULL;
	from += head + length;
	if (buffer[from - 1] != '\n')
		not_understood("its last line has no end");
	buffer[from - 1] = '\0';
	return start + head;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Undoes %XX in place. */
static void decode(char *at)
{
	char *into = strchr(at, '%');

	if (!into)
		return;
	for (at = into; *at; at++) {
		if (*at == '%') {
			if (hex(at[1]) < 0 || hex(at[2]) < 0)
				not_understood("%%%.2s is no byte", at + 1);
			*into++ = (char)(hex(at[1]) << 4 | hex(at[2]));
			at += 2;
		} else {
			*into++ = *at;
		}
	}
	*into = '\0';
}

bool line_next(char **rest, struct line *line)
{
	char *at = *rest;

	if (!at)
		return false;
	*rest = strchr(at, '\n');
	if (*rest)
		*(*rest)++ = '\0';
	line->word = strsep(&at, " ");
	for (line->nr_fields = 0; at; line->nr_fields++) {
		char *value = strsep(&at, " "), *key = strsep(&value, "=");

		if (!value || line->nr_fields == MAX_FIELDS)
			not_understood("the fields of %s", line->word);
		decode(value);
		line->fields[line->nr_fields] = (struct field){ .key = key, .value = value };
	}
	return true;
}

bool line_is(const struct line *line, const char *word)
{
	return !strcmp(line->word, word);
}

void line_end(const struct line *line)
{
	for (int i = 0; i < line->nr_fields; i++)
		if (!line->fields[i].is_used)
			not_understood("%s has a field %s", line->word, line->fields[i].key);
}

const char *field_text(struct line *line, const char *key, const char *otherwise)
{
	for (int i = 0; i < line->nr_fields; i++) {
		if (strcmp(line->fields[i].key, key) != 0)
			continue;
		line->fields[i].is_used = true;
		return line->fields[i].value;
	}
	return otherwise;
}

static void __attribute__((noreturn)) bad_value(const struct line *line, const char *key, const char *value)
{
	not_understood("%s has %s=%s", line->word, key, value);
}

static bool read_number(const char **at, int *number)
{
	char *end;
	long value = strtol(*at, &end, 10);

	if (end == *at || value < INT_MIN || value > UINT_MAX)
		return false;
	*at = end;
	*number = (int)value;
	return true;
}

int field_number(struct line *line, const char *key, int otherwise)
{
	const char *text = field_text(line, key, NULL), *at = text;

	if (text && (!read_number(&at, &otherwise) || *at))
		bad_value(line, key, text);
	return otherwise;
}

int field_needed(struct line *line, const char *key)
{
	if (!field_text(line, key, NULL))
		not_understood("%s has no %s", line->word, key);
	return field_number(line, key, 0);
}

uint64_t field_mask(struct line *line, const char *key)
{
	const char *text = field_text(line, key, "0");
	char *end;
	uint64_t mask = strtoull(text, &end, 16);

	if (end == text || *end)
		bad_value(line, key, text);
	return mask;
}

bool field_flag(struct line *line, const char *key)
{
	const char *text = field_text(line, key, NULL);

	if (text && strcmp(text, "yes") != 0)
		bad_value(line, key, text);
	return text != NULL;
}

/* The entry whose name is these characters; NULL where there is none. */
static const struct name *look_up(const char *text, size_t length, const struct name *names)
{
	for (; names->name; names++)
		if (strlen(names->name) == length && !strncmp(names->name, text, length))
			return names;
	return NULL;
}

unsigned field_named(struct line *line, const char *key, const struct name *names, unsigned otherwise)
{
	const char *text = field_text(line, key, NULL);
	const struct name *found = text ? look_up(text, strlen(text), names) : NULL;

	if (text && !found)
		bad_value(line, key, text);
	return found ? found->value : otherwise;
}

unsigned field_set(struct line *line, const char *key, const struct name *names)
{
	const char *text = field_text(line, key, ""), *at = text;
	unsigned set = 0;

	while (*at) {
		size_t length = strcspn(at, ",");
		const struct name *found = look_up(at, length, names);

		if (!found)
			bad_value(line, key, text);
		set |= found->value;
		at += length;
		at += *at == ',';
	}
	return set;
}

bool list_number(const char **at, int *number)
{
	if (!**at)
		return false;
	if (!read_number(at, number) || (**at && **at != ','))
		not_understood("%s is no list of numbers", *at);
	*at += **at == ',';
	return true;
}
