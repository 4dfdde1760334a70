/* Faults: done by init while whoever arrived at the point holds the big lock, so that nobody moves meanwhile. */
#include "init.h"
#include "kernel.h"

#include <signal.h>

/* The real signal: ends the real futex wait. A tracer of the tree would hold its tracee for good, and is spared. */
static void send_for_real(struct actor *target, int signal)
{
	if (target->tracer >= 0 || target->state == DEAD || target->state == UNBORN)
		return;
	sys3(SYS_tgkill, pid_of(target->leader), target->pid, signal);
}

/* Which of the three kinds of pending signal this is. */
static unsigned kind_of(const struct fault *fault)
{
	if (fault->verb == V_KILL || fault->signal == SIGKILL)
		return SIG_KILL;
	if (fault->verb == V_STOP || fault->verb == V_PTRACE || fault->signal == SIGSTOP)
		return SIG_STOP;
	return SIG_OTHER;
}

static void post(const struct fault *fault, struct actor *target)
{
	static const int numbers[] = { [SIG_KILL] = SIGKILL, [SIG_STOP] = SIGSTOP };
	unsigned kind = kind_of(fault);
	int signal = kind == SIG_OTHER ? fault->signal : numbers[kind];

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

/* Signals and the like need somebody who is still within the restart. */
static int finds(const struct fault *fault, const struct actor *target)
{
	switch (fault->verb) {
	case V_SIGNAL: case V_KILL: case V_STOP: case V_PTRACE:
		return can_be_hit(target, kind_of(fault));
	case V_WAKE:
		return target->state == SLEEPING || target->state == KILLABLE;
	case V_FORK: case V_EXIT: case V_DELAY:
		return target->state != DEAD && target->state != UNBORN && target->state != USER;
	default:
		return 1;
	}
}

void fault_comes(int number)
{
	struct fault *fault = &arena->plan.faults[number];
	struct actor *target = fault->target == NOBODY ? NULL : actor_of(fault->target);

	if (fault->fired >= fault->times)
		return;
	fault->fired++;
	if (fault->verb == V_FAIL || (target && finds(fault, target))) {
		note(NULL, E_FAULT, number, 0);
		do_verb(fault, target);
	}
	for (int i = 0; i < arena->plan.nr_faults; i++)
		if (arena->plan.faults[i].after == number)
			fault_comes(i);
}

void faults_at_start(void)
{
	for (int i = 0; i < arena->plan.nr_faults; i++)
		if (arena->plan.faults[i].who == OUTSIDER)
			fault_comes(i);
}
