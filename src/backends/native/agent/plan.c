/*
 * The plan: lines of a word and key=value pairs, as src/backends/native/plan.ts writes them. The first line says how much
 * of each thing follows.
 */
#include "init.h"
#include "restart.h"

#include <stdlib.h>
#include <string.h>

/* The value of ` key=`, or `otherwise`. */
static const char *text_of(const char *line, const char *key)
{
	size_t length = strlen(key);

	for (const char *at = strchr(line, ' '); at; at = strchr(at + 1, ' '))
		if (!strncmp(at + 1, key, length) && at[1 + length] == '=')
			return at + 2 + length;
	return NULL;
}

static int number(const char *line, const char *key, int otherwise)
{
	const char *text = text_of(line, key);

	return text ? (int)strtol(text, NULL, 10) : otherwise;
}

/* A copy of the rest of the line behind `key=`; such a value stands last. */
static char *rest(const char *line, const char *key)
{
	const char *text = text_of(line, key);
	char *copy = arena_alloc(text ? strlen(text) + 1 : 1);

	return text ? strcpy(copy, text) : copy;
}

static unsigned repairs_of(const char *line)
{
	unsigned repairs = 0;
	const char *list = text_of(line, "repairs");

	for (int i = 0; list && i < NR_REPAIRS; i++) {
		size_t length = strlen(repair_names[i]);

		for (const char *at = list; at && *at != ' '; at = strchr(at, ','), at = at ? at + 1 : NULL)
			if (!strncmp(at, repair_names[i], length) && strchr(", ", at[length]))
				repairs |= 1u << i;
	}
	return repairs;
}

static size_t size_needed(const struct plan *p, size_t text)
{
	size_t n = (size_t)p->nr_actors;

	return sizeof(struct arena) + (1 << 16) + PLUGIN_MEMORY + 4 * text + n * (sizeof(struct actor) + 64 * 16) +
	       (size_t)p->nr_faults * (sizeof(struct fault) + 256) + (size_t)p->nr_objects * sizeof(struct object) +
	       (size_t)(p->nr_pids + 2 * p->nr_records) * 16 + (size_t)p->nr_turns * (sizeof(struct turn) + 64) +
	       (4096 + n * 400) * sizeof(struct event) + (8192 + n * 1000) * sizeof(struct move);
}

static void open_plan(const char *line, size_t text, int procfs)
{
	struct plan p = {
		.nr_actors = number(line, "actors", 1), .nr_faults = number(line, "faults", 0),
		.nr_objects = number(line, "objects", 0), .nr_pids = number(line, "pids", 0),
		.nr_records = number(line, "records", 0), .nr_turns = number(line, "turns", 0),
		.nr_saved = number(line, "saved", 0), .names_twice = number(line, "twice", 0),
		.pids_bytes = number(line, "pidsbytes", 0),
		.repairs = repairs_of(line), .patch_only = number(line, "patch", 0),
		.capable = number(line, "capable", 1) != 0, .bad_fd = number(line, "badfd", 0) != 0,
		.bad_logfd = number(line, "badlog", 0) != 0, .debug = number(line, "debug", 0) != 0,
		.spawn_by_last_pid = number(line, "lastpid", 0) != 0,
		.stop_instead_of_freeze = number(line, "stop", 0) != 0, .settles = number(line, "settles", 0) != 0,
		.limit_ms = number(line, "limit", 5000), .max_steps = number(line, "steps", 100000),
		.seldom = number(line, "seldom", 0), .seed = (uint32_t)number(line, "seed", 1),
		.outsider_pid = number(line, "outsider", 0),
	};
	size_t n = (size_t)p.nr_actors;

	arena_open(size_needed(&p, text), procfs);
	arena->plan = p;
	arena->actors = arena_alloc(n * sizeof(struct actor));
	arena->plan.faults = arena_alloc((size_t)p.nr_faults * sizeof(struct fault));
	arena->plan.objects = arena_alloc((size_t)p.nr_objects * sizeof(struct object));
	arena->plan.pids = arena_alloc((size_t)p.nr_pids * sizeof(int));
	arena->plan.retval = arena_alloc((size_t)p.nr_records * sizeof(int));
	arena->plan.zombie = arena_alloc((size_t)p.nr_records);
	arena->plan.turns = arena_alloc((size_t)p.nr_turns * sizeof(struct turn));
	arena->walk = arena_alloc((n + 2) * sizeof(struct actor *));
	if (plugin_is_loaded())
		arena->plugin_memory = arena_alloc(PLUGIN_MEMORY);
	arena->main_ctx = arena_alloc(sizeof(struct ctx));
	arena->other_ctx = arena_alloc(sizeof(struct ctx));
	arena->other_ctx->life = 1;
	arena->other_ctx->refcount = 1 << 20;
	arena->max_events = 4096 + p.nr_actors * 400;
	/* There may be many, and nobody reads one that was not written. */
	arena->events = arena_rest((size_t)arena->max_events * sizeof(struct event));
	arena->max_moves = 8192 + p.nr_actors * 1000;
	arena->moves = arena_rest((size_t)arena->max_moves * sizeof(struct move));
}

static void read_actor(const char *line, struct actor *a, int i)
{
	a->pid = number(line, "pid", 0);
	a->parent = number(line, "parent", NO_TASK);
	a->leader = number(line, "leader", i);
	a->creator = number(line, "creator", NO_TASK);
	a->next_thread = number(line, "thread", i);
	a->first_made = number(line, "makes", NO_TASK);
	a->next_made = number(line, "next", NO_TASK);
	a->first_fork = number(line, "forks", NO_TASK);
	a->next_fork = number(line, "nextfork", NO_TASK);
	a->declared = (unsigned)number(line, "declared", 0);
	a->exit_code = number(line, "exit", 0);
	a->arg_pid = number(line, "arg", 0);
	a->arg_flags = number(line, "flags", 0);
	a->born_before_session = number(line, "before", 0);
	a->sets_session = number(line, "setsid", 0);
	a->joins_group = number(line, "group", 0);
	a->tracer = number(line, "tracer", NO_TASK);
	a->state = (a->declared & IS_LATE) ? UNBORN : (a->declared & IS_DEAD) ? DEAD : RUNNING;
	a->flags = (a->declared & IS_DEAD) ? EXIT_STATE : (a->declared & IS_EXITING) ? WILL_EXIT : 0;
	a->result = NO_RESULT;
	a->record = -1;
	a->chance = arena->plan.seed * 2654435761u + (uint32_t)i * 40503u + 1;
	if (a->declared & IS_NESTED)
		a->checkpoint_ctx = arena->other_ctx;
	if (a->state == RUNNING)
		arena->busy++;
}

/* A list of numbers, with commas. */
static void read_targets(const char *line, struct fault *f)
{
	const char *text = text_of(line, "targets");

	for (const char *at = text; at && *at >= '0' && *at <= '9'; at += strcspn(at, ", "), at += *at == ',')
		f->nr_targets++;
	f->targets = arena_alloc((size_t)f->nr_targets * sizeof(int));
	for (int i = 0; i < f->nr_targets; i++) {
		char *end;

		f->targets[i] = (int)strtol(text, &end, 10);
		text = end + 1;
	}
}

static void read_fault(const char *line, struct fault *f)
{
	f->verb = (enum verb)number(line, "verb", 0);
	f->who = number(line, "who", NO_TASK);
	f->at = (enum point)number(line, "at", 0);
	f->any = number(line, "any", 0);
	f->after = number(line, "after", NO_TASK);
	read_targets(line, f);
	f->signal = number(line, "signal", 0);
	f->error = number(line, "error", 0);
	f->child = number(line, "child", NO_TASK);
	f->call = number(line, "call", 0);
	f->times = number(line, "times", 1);
	f->failure = (enum failure)number(line, "failure", 0);
	f->name = rest(line, "name");
}

static void read_object(const char *line, struct object *o)
{
	o->kind = number(line, "kind", 0);
	o->record = number(line, "record", 0);
	o->error = number(line, "error", 0);
}

const char *plan_read(char *text, int procfs)
{
	int actors = 0, faults = 0, objects = 0, pids = 0, records = 0, turns = 0;
	size_t length = strlen(text);

	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		const struct plan *p = arena ? &arena->plan : NULL;

		if (!strncmp(line, "plan ", 5))
			open_plan(line, length, procfs);
		else if (!p)
			return "no plan line";
		else if (!strncmp(line, "actor ", 6) && actors < p->nr_actors)
			read_actor(line, &arena->actors[actors], actors), actors++;
		else if (!strncmp(line, "fault ", 6) && faults < p->nr_faults)
			read_fault(line, &p->faults[faults++]);
		else if (!strncmp(line, "object ", 7) && objects < p->nr_objects)
			read_object(line, &p->objects[objects++]);
		else if (!strncmp(line, "pid ", 4) && pids < p->nr_pids)
			p->pids[pids++] = number(line, "is", 0);
		else if (!strncmp(line, "record ", 7) && records < p->nr_records) {
			p->retval[records] = number(line, "retval", 0);
			p->zombie[records++] = number(line, "zombie", 0) != 0;
		} else if (!strncmp(line, "turn ", 5) && turns < p->nr_turns) {
			p->turns[turns].actor = number(line, "actor", 0);
			p->turns[turns].target = number(line, "target", NO_TASK);
			p->turns[turns++].label = rest(line, "label");
		} else {
			return "a line that the agent does not know";
		}
	}
	arena_hash_pids();
	return NULL;
}
