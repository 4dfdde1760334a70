/* Faults: fired by init while the actor that arrived at the point holds the big lock, so that no task moves meanwhile. */
#include "init.h"
#include "kernel.h"

#include <signal.h>

/* The real signal: ends the real futex wait. A tracer in the tree would hold its tracee indefinitely, so its tracee gets none. */
static void send_for_real(struct actor *target, int signal)
{
	if (target->tracer >= 0 || target->state == DEAD || target->state == UNBORN)
		return;
	sys3(SYS_tgkill, pid_of(target->leader), target->pid, signal);
}

/* A traced task has no second tracer, and its tracer gets its signals. */
static int is_traced(const struct actor *target)
{
	if (target->flags & PT_PTRACED)
		return 1;
	return target->tracer >= 0 ? !(actor_of(target->tracer)->flags & EXIT_STATE) : target->tracer == OUTSIDER;
}

/* Tasks of the tree have the signals of the terminal at their default action (complete_signal() makes them SIGKILL). */
static int is_fatal(const struct fault *fault, const struct actor *target)
{
	return fault->verb == V_SIGNAL && (fault->signal == SIGINT || fault->signal == SIGQUIT) && target != actor_of(0) &&
	       !is_traced(target);
}

/* Which of the three kinds of pending signal this is. */
static unsigned kind_of(const struct fault *fault, const struct actor *target)
{
	if (is_fatal(fault, target))
		return SIG_KILL;
	if (fault->verb == V_KILL || fault->signal == SIGKILL)
		return SIG_KILL;
	if (fault->verb == V_STOP || fault->verb == V_PTRACE || fault->signal == SIGSTOP)
		return SIG_STOP;
	return SIG_OTHER;
}

static void post(const struct fault *fault, struct actor *target)
{
	static const int numbers[] = { [SIG_KILL] = SIGKILL, [SIG_STOP] = SIGSTOP };
	unsigned kind = kind_of(fault, target);
	int signal = fault->verb == V_SIGNAL ? fault->signal : numbers[kind];

	note(NULL, E_SIGNAL, number_of(target), signal);
	send_signal(target, kind, NULL);
	if (kind == SIG_OTHER)
		send_for_real(target, signal);
}

static void wake_from_idling(struct actor *target)
{
	if (target->state != IDLE)
		return;
	target->state = RUNNING;
	runnable(target);
}

static void do_verb(struct fault *fault, struct actor *target)
{
	switch (fault->verb) {
	case V_SIGNAL: case V_KILL: case V_STOP:
		post(fault, target);
		break;
	case V_PTRACE:
		if (tracer_attach(target->pid) < 0)
			break;
		target->flags |= PT_PTRACED;
		post(fault, target);
		break;
	case V_FORK:
		actor_of(fault->child)->flags |= WILL_FORK;
		wake_from_idling(target);
		break;
	case V_EXIT:
		target->flags |= WILL_EXIT;
		wake_from_idling(target);
		break;
	case V_FAIL:
		fault->armed++;
		break;
	case V_WAKE:
		try_to_wake_up(target, NULL);
		break;
	case V_DELAY:
		target->flags |= DELAYED;
		break;
	case NR_VERBS:
		break;
	}
}

static int in_user(const struct actor *target)
{
	return target->state != UNBORN && !(target->flags & (CALLED | EXIT_STATE));
}

/* Whether the target is in a state in which the fault has an effect. */
static int finds(const struct fault *fault, const struct actor *target)
{
	switch (fault->verb) {
	case V_PTRACE:
		return can_be_hit(target, kind_of(fault, target)) && !is_traced(target);
	case V_SIGNAL: case V_KILL: case V_STOP:
		return can_be_hit(target, kind_of(fault, target));
	case V_WAKE:
		return target->state == SLEEPING || target->state == KILLABLE;
	case V_FORK:
		return in_user(target) && fault->child != NO_TASK && actor_of(fault->child)->state == UNBORN;
	case V_EXIT:
		return in_user(target) && !(target->flags & WILL_EXIT);
	case V_DELAY:
		return target->state == RUNNING && !(target->flags & DELAYED);
	default:
		return 1;
	}
}

static struct actor *target_of(const struct fault *fault)
{
	for (int i = 0; i < fault->nr_targets; i++)
		if (finds(fault, actor_of(fault->targets[i])))
			return actor_of(fault->targets[i]);
	return NULL;
}

void fault_comes(int number)
{
	struct fault *fault = &arena->plan.faults[number];

	while (fault->fired < fault->times) {
		struct actor *target = target_of(fault);

		if (!target && fault->verb != V_FAIL)
			return;
		if (fault->fired++ == 0)
			snapshot(number);
		note(NULL, E_FAULT, number, fault->verb == V_FAIL ? NO_TASK : number_of(target));
		fault_moved(number, target ? number_of(target) : NO_TASK);
		do_verb(fault, target);
	}
	for (int i = 0; i < arena->plan.nr_faults; i++)
		if (arena->plan.faults[i].after == number)
			fault_comes(i);
}

int something_at_start(void)
{
	for (int i = 0; i < arena->plan.nr_faults; i++)
		if (arena->plan.faults[i].actor == OUTSIDER)
			return 1;
	return 0;
}

void faults_at_start(void)
{
	for (int i = 0; i < arena->plan.nr_faults; i++)
		if (arena->plan.faults[i].actor == OUTSIDER)
			fault_comes(i);
}

void faults_at_last(void)
{
	for (int i = 0; i < arena->plan.nr_faults; i++)
		if (arena->plan.faults[i].any)
			fault_comes(i);
}
