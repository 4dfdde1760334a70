/*
 * Requests of mktrouble, as src/backends/agent/request.ts writes them. A request is a frame: a line with a length, and so many
 * bytes. They are lines of a word and fields, ` key=value`; in a value each byte that is not plain text is %XX. What is not
 * understood ends the agent, with the reason on standard error: nothing is guessed.
 */
#ifndef MKT_REQUEST_H
#define MKT_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAX_FIELDS 32

struct field {
	const char *key, *value;
	bool is_used;
};

struct line {
	const char *word;
	int nr_fields;
	struct field fields[MAX_FIELDS];
};

/* A name on the wire and its value here; a list of them ends with { NULL, 0 }. */
struct name {
	const char *name;
	unsigned value;
};

/* Waits for more on standard input: false at its end. */
bool request_read(void);
/* The next request once it is whole, else NULL. Its text is valid until the next call of request_read. */
char *request_next(void);

/* Takes the next line from `rest`, which it changes: false at the end of the request. */
bool line_next(char **rest, struct line *line);
bool line_is(const struct line *line, const char *word);
/* For when all fields have been taken: one that was not is not understood. */
void line_end(const struct line *line);

/* The value of a field, `otherwise` for one that is not there. */
const char *field_text(struct line *line, const char *key, const char *otherwise);
/* A decimal number of 32 bits: in the range of int, or of unsigned int for flags. */
int field_number(struct line *line, const char *key, int otherwise);
/* The same, of a field that must be there. */
int field_needed(struct line *line, const char *key);
uint64_t field_mask(struct line *line, const char *key);
/* `yes`, or not there. */
bool field_flag(struct line *line, const char *key);
unsigned field_named(struct line *line, const char *key, const struct name *names, unsigned otherwise);
/* Names with commas: their values, or-ed. */
unsigned field_set(struct line *line, const char *key, const struct name *names);
/* The next of numbers with commas; `*at` moves behind it. False at their end. */
bool list_number(const char **at, int *number);

void __attribute__((noreturn, format(printf, 1, 2))) not_understood(const char *format, ...);

#endif
