/* The words of a request: one space between two words, and each byte that is not plain text as %XX (words.ts writes them). */
#define _GNU_SOURCE
#include "agent.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Undoes %XX in place. */
static char *unescape(char *word)
{
	char *from = word, *to = word;

	while (*from) {
		if (*from == '%' && hex(from[1]) >= 0 && hex(from[2]) >= 0) {
			*to++ = (char)(hex(from[1]) << 4 | hex(from[2]));
			from += 3;
		} else {
			*to++ = *from++;
		}
	}
	*to = 0;
	return word;
}

char **split_words(char *line, int *nr_words)
{
	size_t room = 2;
	char **words, *word_;

	for (const char *at = line; *at; at++)
		room += *at == ' ';
	words = malloc(room * sizeof(*words));
	if (!words)
		_exit(1);
	*nr_words = 0;
	/* Not strtok: a word may be empty. */
	while ((word_ = strsep(&line, " ")))
		words[(*nr_words)++] = unescape(word_);
	words[*nr_words] = NULL;
	return words;
}
