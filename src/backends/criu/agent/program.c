/* A program that is started with the words and the environment of a request. */
#define _GNU_SOURCE
#include "agent.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* Adds a text to a list that ends with NULL. */
static char **add(char **list, int *n, const char *text)
{
	/* Twice as long whenever it is full: at powers of two. */
	if ((*n & (*n - 1)) == 0)
		list = realloc(list, (size_t)(*n ? 2 * *n + 1 : 2) * sizeof(*list));
	if (!list)
		_exit(3);
	list[(*n)++] = (char *)text;
	list[*n] = NULL;
	return list;
}

bool program_add(struct program *program, struct line *line)
{
	const char *value;

	if (!line_is(line, "env") && !line_is(line, "arg"))
		return false;
	value = field_text(line, "value", NULL);
	line_end(line);
	if (!value)
		not_understood("%s has no value", line->word);
	if (line_is(line, "env"))
		program->env = add(program->env, &program->nr_env, value);
	else
		program->args = add(program->args, &program->nr_args, value);
	return true;
}

void program_free(struct program *program)
{
	free(program->env);
	free(program->args);
}

void program_exec(const struct program *program)
{
	for (int i = 0; i < program->nr_env; i++)
		putenv(program->env[i]);
	execvp(program->args[0], program->args);
}
