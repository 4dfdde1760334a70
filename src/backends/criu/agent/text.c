/* Text: JSON that is sent, words that are read, small files. */
#define _GNU_SOURCE
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void make_room(struct text *text, size_t more)
{
	if (text->length + more < text->room)
		return;
	text->room = (text->room + more) * 2 + 256;
	text->at = realloc(text->at, text->room);
	if (!text->at)
		_exit(1);
}

void put(struct text *text, const char *format, ...)
{
	va_list list;
	int n;

	va_start(list, format);
	n = vsnprintf(NULL, 0, format, list);
	va_end(list);
	make_room(text, (size_t)n + 1);
	va_start(list, format);
	vsnprintf(text->at + text->length, (size_t)n + 1, format, list);
	va_end(list);
	text->length += (size_t)n;
}

void put_string(struct text *text, const char *value)
{
	put(text, "\"");
	for (; *value; value++) {
		unsigned char c = (unsigned char)*value;

		if (c < 0x20 || c == '"' || c == '\\' || c >= 0x7f)
			put(text, "\\u%04x", c);
		else
			put(text, "%c", c);
	}
	put(text, "\"");
}

static void send_all(const char *at, size_t length)
{
	while (length > 0) {
		ssize_t n = write(1, at, length);

		if (n < 0 && errno == EINTR)
			continue;
		/* Nobody listens: there is nothing left to do. */
		if (n <= 0)
			_exit(0);
		at += n;
		length -= (size_t)n;
	}
}

void say_text(struct text *text)
{
	put(text, "\n");
	send_all(text->at, text->length);
	free(text->at);
	memset(text, 0, sizeof(*text));
}

void say(const char *format, ...)
{
	char line[4096];
	va_list list;
	int n;

	va_start(list, format);
	n = vsnprintf(line, sizeof(line) - 1, format, list);
	va_end(list);
	if (n > (int)sizeof(line) - 2)
		n = (int)sizeof(line) - 2;
	line[n++] = '\n';
	send_all(line, (size_t)n);
}

long long now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : write(fd, text, strlen(text));
	int error = n < 0 ? -errno : 0;

	if (fd >= 0)
		close(fd);
	return error;
}

int read_file(const char *path, char *buffer, int size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int length = 0;

	buffer[0] = 0;
	if (fd < 0)
		return -1;
	while (length < size - 1) {
		ssize_t n = read(fd, buffer + length, (size_t)(size - 1 - length));

		if (n < 0) {
			close(fd);
			return -1;
		}
		if (n == 0)
			break;
		length += (int)n;
	}
	buffer[length] = 0;
	close(fd);
	return length;
}
