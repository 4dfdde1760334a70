/*
 * The plan of a case: the lines of a request, as src/backends/native/plan.ts writes them. The first one says how much of each
 * thing follows. What a line does not say is as for a process alone.
 */
#include "init.h"
#include "restart.h"

#include <string.h>

static const struct name declarations[] = {
	{ "dead", IS_DEAD }, { "ghost", IS_GHOST }, { "sibling", IS_SIBLING }, { "stranger", IS_STRANGER },
	{ "nested", IS_NESTED }, { "absent", IS_ABSENT }, { "exiting", IS_EXITING }, { "late", IS_LATE },
	{ "thread", IS_THREAD }, { "by-fault", BY_FAULT }, { NULL, 0 },
};

static const struct name verbs[] = {
	{ "signal", V_SIGNAL }, { "kill", V_KILL }, { "stop", V_STOP }, { "ptrace", V_PTRACE }, { "fork", V_FORK },
	{ "fail", V_FAIL }, { "wake", V_WAKE }, { "delay", V_DELAY }, { "exit", V_EXIT }, { NULL, 0 },
};

static const struct name object_kinds[] = {
	{ "header", CKPT_HDR_HEADER }, { "container", CKPT_HDR_CONTAINER }, { "tree", CKPT_HDR_TREE }, { "pids", CKPT_HDR_BUFFER },
	{ "task", CKPT_HDR_TASK }, { "thread", CKPT_HDR_THREAD }, { "tail", CKPT_HDR_TAIL }, { NULL, 0 },
};

/* A copy in the arena: the request is gone when the tasks run. */
static const char *kept(struct line *line, const char *key)
{
	const char *text = field_text(line, key, "");

	return strcpy(arena_alloc(strlen(text) + 1), text);
}

static size_t size_needed(const struct plan *p, size_t text)
{
	size_t n = (size_t)p->nr_actors;

	return sizeof(struct arena) + (1 << 16) + PLUGIN_MEMORY + 4 * text + n * (sizeof(struct actor) + 64 * 16) +
	       (size_t)p->nr_faults * (sizeof(struct fault) + 256) + (size_t)p->nr_objects * sizeof(struct object) +
	       (size_t)(p->nr_pids + 2 * p->nr_records) * 16 + (size_t)p->nr_entries * (sizeof(struct entry) + 64) +
	       (4096 + n * 400) * sizeof(struct event) + (8192 + n * 1000) * sizeof(struct move);
}

/* `text`: bytes of the whole plan. */
static void open_plan(struct line *line, size_t text, int procfs)
{
	struct plan p = {
		.nr_actors = field_needed(line, "actors"), .nr_faults = field_number(line, "faults", 0),
		.nr_objects = field_number(line, "objects", 0), .nr_pids = field_number(line, "pids", 0),
		.nr_records = field_number(line, "records", 0), .nr_entries = field_number(line, "entries", 0),
		.nr_saved = field_number(line, "saved", 0), .names_twice = field_flag(line, "names-twice"),
		.pids_bytes = field_number(line, "pids-bytes", 0),
		.capable = field_flag(line, "capable"), .bad_fd = field_flag(line, "bad-fd"),
		.bad_logfd = field_flag(line, "bad-logfd"), .debug = field_flag(line, "debug"),
		.spawn_by_last_pid = field_flag(line, "spawn-by-last-pid"),
		.stop_instead_of_freeze = field_flag(line, "stop-instead-of-freeze"), .settles = field_flag(line, "settles"),
		.limit_ms = field_needed(line, "limit"), .max_steps = field_needed(line, "max-steps"),
		.seldom = field_number(line, "seldom", 0), .seed = (uint32_t)field_number(line, "seed", 0),
		.outsider_pid = field_needed(line, "outsider"),
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
	arena->plan.entries = arena_alloc((size_t)p.nr_entries * sizeof(struct entry));
	arena->walk = arena_alloc((n + 2) * sizeof(struct actor *));
	if (plugin_is_loaded())
		arena->plugin_memory = arena_alloc(PLUGIN_MEMORY);
	arena->main_ctx = arena_alloc(sizeof(struct ckpt_ctx));
	arena->other_ctx = arena_alloc(sizeof(struct ckpt_ctx));
	arena->other_ctx->life = 1;
	arena->other_ctx->refcount = 1 << 20;
	arena->max_events = 4096 + p.nr_actors * 400;
	/* There may be many, and none is read that was not written. */
	arena->events = arena_rest((size_t)arena->max_events * sizeof(struct event));
	arena->max_moves = 8192 + p.nr_actors * 1000;
	arena->moves = arena_rest((size_t)arena->max_moves * sizeof(struct move));
}

static void read_actor(struct line *line, struct actor *a, int i)
{
	a->pid = field_needed(line, "pid");
	a->parent = field_number(line, "parent", NO_TASK);
	a->leader = field_number(line, "leader", i);
	a->creator = field_number(line, "creator", NO_TASK);
	a->next_thread = field_number(line, "next-thread", i);
	a->first_made = field_number(line, "first-made", NO_TASK);
	a->next_made = field_number(line, "next-made", NO_TASK);
	a->first_fork = field_number(line, "first-fork", NO_TASK);
	a->next_fork = field_number(line, "next-fork", NO_TASK);
	a->declared = field_set(line, "declared", declarations);
	a->exit_code = field_number(line, "exit-code", 0);
	a->arg_pid = field_number(line, "arg-pid", 0);
	a->arg_flags = field_number(line, "arg-flags", 0);
	a->born_before_session = field_flag(line, "born-before-session");
	a->sets_session = field_flag(line, "sets-session");
	a->joins_group = field_number(line, "joins-group", 0);
	a->tracer = field_flag(line, "traced-by-outsider") ? OUTSIDER : field_number(line, "tracer", NO_TASK);
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

static void read_targets(struct line *line, struct fault *f)
{
	const char *text = field_text(line, "targets", ""), *at = text;
	int target;

	while (list_number(&at, &target))
		f->nr_targets++;
	f->targets = arena_alloc((size_t)f->nr_targets * sizeof(int));
	at = text;
	for (int i = 0; list_number(&at, &target); i++)
		f->targets[i] = target;
}

static void read_fault(struct line *line, struct fault *f)
{
	const char *point = field_text(line, "at", NULL);

	f->name = kept(line, "name");
	f->verb = field_named(line, "verb", verbs, NR_VERBS);
	f->actor = field_flag(line, "at-start") ? OUTSIDER : field_number(line, "actor", NO_TASK);
	f->at = point ? point_by_name(point) : POINT_NONE;
	if (point && f->at == POINT_NONE)
		not_understood("there is no point %s", point);
	f->any = field_flag(line, "any");
	f->after = field_number(line, "after", NO_TASK);
	read_targets(line, f);
	f->signal = field_number(line, "signal", 0);
	f->error = field_number(line, "error", 0);
	f->child = field_number(line, "child", NO_TASK);
	f->call = field_number(line, "call", 0);
	f->times = field_needed(line, "times");
	f->failure = field_named(line, "failure", failure_names, 0);
}

static void read_object(struct line *line, struct object *o)
{
	o->kind = (int)field_named(line, "kind", object_kinds, CKPT_HDR_HEADER);
	o->record = field_number(line, "record", 0);
	o->error = field_number(line, "error", 0);
}

static void read_entry(struct line *line, struct entry *entry)
{
	const char *fault = field_text(line, "fault", NULL);

	entry->actor = fault ? ENVIRONMENT : field_needed(line, "actor");
	entry->target = field_number(line, "target", NO_TASK);
	entry->label = kept(line, fault ? "fault" : "step");
}

void plan_read(struct line *first, char *rest, size_t text, int procfs)
{
	int actors = 0, faults = 0, objects = 0, pids = 0, records = 0, entries = 0;
	struct line line;
	const struct plan *p;

	open_plan(first, text, procfs);
	p = &arena->plan;
	while (line_next(&rest, &line)) {
		if (line_is(&line, "actor") && actors < p->nr_actors)
			read_actor(&line, &arena->actors[actors], actors), actors++;
		else if (line_is(&line, "fault") && faults < p->nr_faults)
			read_fault(&line, &p->faults[faults++]);
		else if (line_is(&line, "object") && objects < p->nr_objects)
			read_object(&line, &p->objects[objects++]);
		else if (line_is(&line, "pid") && pids < p->nr_pids)
			p->pids[pids++] = field_needed(&line, "pid");
		else if (line_is(&line, "record") && records < p->nr_records) {
			p->retval[records] = field_number(&line, "retval", 0);
			p->zombie[records++] = field_flag(&line, "zombie");
		} else if (line_is(&line, "entry") && entries < p->nr_entries) {
			read_entry(&line, &p->entries[entries++]);
		} else {
			not_understood("a plan has a line %s too many", line.word);
		}
		line_end(&line);
	}
	if (actors < p->nr_actors || faults < p->nr_faults || objects < p->nr_objects || pids < p->nr_pids ||
	    records < p->nr_records || entries < p->nr_entries)
		not_understood("lines of the plan are missing");
	arena_hash_pids();
}
