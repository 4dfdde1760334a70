/* The restart under test: the built-in one, or a plug-in with its host. */
#include "init.h"
#include "kernel.h"
#include "restart.h"
#include "tree.h"

#ifndef MKTROUBLE_PLUGIN

int plugin_is_loaded(void)
{
	return 0;
}

void plugin_load(const char *path)
{
	(void)path;
}

void plugin_buries(struct actor *task)
{
	(void)task;
}

long engine_restart(struct actor *me)
{
	return do_sys_restart(me, me->arg_pid, me->arg_flags);
}

#else

#include "engine.h"

#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct mktrouble_engine *engine;

int plugin_is_loaded(void)
{
	return engine != NULL;
}

void plugin_load(const char *path)
{
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);

	engine = library ? dlsym(library, "mktrouble_engine") : NULL;
	if (engine && engine->abi == MKTROUBLE_ABI)
		return;
	fprintf(stderr, "mktrouble agent: the plug-in %s: %s\n", path,
		engine ? "is for another version of engine.h" : dlerror());
	exit(2);
}

static struct actor *actor_of_self(struct mktrouble_self *self)
{
	return (struct actor *)self;
}

/* ---- the host: each function has the big lock for as long as it runs; init has it already (plugin_buries) ---- */

static void begin(struct actor *me)
{
	if (i_am_init)
		return;
	big_lock();
	touch_in(me, engine->name, "host");
}

/* A stop takes effect when the task calls the host; SIGKILL took effect at once. */
static void end(struct actor *me)
{
	if (i_am_init)
		return;
	while (me->pending & SIG_STOP)
		deliver_signals(me);
	big_unlock();
}

static void at_point(struct mktrouble_self *self, const char *point)
{
	struct actor *me = actor_of_self(self);

	begin(me);
	at(me, point_by_name(point));
	end(me);
}

static void report(struct mktrouble_self *self, enum mktrouble_event what, long value)
{
	struct actor *me = actor_of_self(self), *task = actor_by_pid((int)value);

	begin(me);
	switch (what) {
	case MKTROUBLE_MARKED:
		if (!task)
			break;
		task->flags |= MARKED;
		note(me, E_MARK, number_of(task), 0);
		break;
	case MKTROUBLE_UNMARKED: note(me, E_UNMARK, 0, 0); break;
	case MKTROUBLE_ACTIVATED:
		note(me, E_ACTIVATE, value, value < arena->plan.nr_pids ? arena->plan.pids[value] : 0);
		break;
	case MKTROUBLE_RESTORE_BEGINS: note(me, E_RESTORE_BEGIN, 0, 0); break;
	case MKTROUBLE_RESTORED:
		me->record = (int)value;
		note(me, E_RESTORE_END, value, 0);
		break;
	case MKTROUBLE_ERROR: note(me, E_ERROR, value, !arena->plugin_failed++); break;
	case MKTROUBLE_SUCCESS: note(me, E_SUCCESS, 0, 0); break;
	}
	end(me);
}

static int host_wait(struct mktrouble_self *self, uint32_t *word, uint32_t value)
{
	struct actor *me = actor_of_self(self);
	int ret = 0;

	begin(me);
	if (__atomic_load_n(word, __ATOMIC_SEQ_CST) != value) {
		ret = -EAGAIN;
	} else if (signal_pending(me)) {
		ret = -EINTR;
	} else {
		me->state = SLEEPING;
		me->waiting_on = word;
		note(me, E_SLEEP, TEXT("word"), 0);
		sleep_while(me, SLEEPING);
		if (signal_pending(me))
			ret = -EINTR;
	}
	if (ret == -EINTR) {
		note(me, E_INTERRUPTED, TEXT("word"), 0);
		me->pending &= ~SIG_OTHER;
	}
	end(me);
	return ret;
}

static void host_wake(struct mktrouble_self *self, uint32_t *word)
{
	struct actor *me = actor_of_self(self);

	begin(me);
	wake_queue(word, 0, me);
	end(me);
}

static int host_kill(struct mktrouble_self *self, int pid)
{
	struct actor *me = actor_of_self(self), *task = actor_by_pid(pid);

	if (!task || task == actor_of(0))
		return -ESRCH;
	begin(me);
	note(me, E_KILL, number_of(task), 0);
	send_signal(task, SIG_KILL, me);
	end(me);
	return 0;
}

static int host_fails(struct mktrouble_self *self, const char *what)
{
	struct actor *me = actor_of_self(self);
	int error = 0;

	begin(me);
	for (const struct name *failing = failure_names; failing->name; failing++)
		if (!strcmp(what, failing->name))
			error = failure(me, (enum failure)failing->value);
	end(me);
	return error;
}

static long saved_value(struct mktrouble_self *self, int record)
{
	(void)self;
	return record >= 0 && record < arena->plan.nr_records ? arena->plan.retval[record] : 0;
}

static const struct mktrouble_host *host(void)
{
	static struct mktrouble_host host;

	host = (struct mktrouble_host){
		.abi = MKTROUBLE_ABI, .memory = arena->plugin_memory, .memory_size = PLUGIN_MEMORY,
		.at_point = at_point, .report = report, .wait = host_wait, .wake = host_wake, .kill = host_kill,
		.fails = host_fails, .saved_value = saved_value,
	};
	return &host;
}

/* ---- the calls ---- */

/* Runs without the big lock: the library is in user space. */
long engine_restart(struct actor *me)
{
	struct mktrouble_self *self = (struct mktrouble_self *)me;
	struct mktrouble_call call = {
		.pid = me->arg_pid, .flags = me->arg_flags, .own_pid = me->pid, .nr_pids = arena->plan.nr_pids,
		.pids = arena->plan.pids,
	};
	long ret;

	if (!engine)
		return do_sys_restart(me, me->arg_pid, me->arg_flags);
	big_unlock();
	ret = (me->arg_pid ? engine->coordinator : engine->task)(self, host(), &call);
	big_lock();
	if (ret < 0 && !me->arg_pid)
		force_sigkill_in(me, __func__, me);
	return ret;
}

/* Init has the big lock meanwhile. */
void plugin_buries(struct actor *task)
{
	if (engine && engine->died)
		engine->died((struct mktrouble_self *)task, host(), task->pid);
}

#endif
