/* JSON that is sent to mktrouble: answers, and events, which have a field `event`. src/backends/agent/agent.ts reads them. */
#ifndef MKT_TEXT_H
#define MKT_TEXT_H

#include <stddef.h>

struct text {
	char *at;
	size_t length, room;
};

void put(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Without a format: faster. */
void put_raw(struct text *text, const char *value);
void put_number(struct text *text, long value);
/* A further field of an object. */
void put_field(struct text *text, const char *key, long value);
/*
 * A JSON string. A byte that is no part of UTF-8 becomes the code unit 0xdc00 + byte, as in Python's PEP 383: two texts are
 * equal only when their bytes are.
 */
void put_string(struct text *text, const char *value);

/* Sends it as a frame: a line with its length in bytes, and so many bytes. Empties it, and keeps its memory. Ends the process when mktrouble has ended. */
void send_text(struct text *text);
/* The same; -1 when mktrouble has ended. */
int try_send_text(struct text *text);
/* Sends one that is short. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
