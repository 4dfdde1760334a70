/*
 * An example of a restart engine as a plug-in: the simplest possible restart. The coordinator marks the tasks that the image
 * names, gives each its turn, and waits until all are restored. It has one defect, on purpose: when a task dies, it kills
 * the tasks that still wait for their turn, and forgets those that have restored themselves and wait for the end of the
 * restart. See docs/native-backend.md, and scenarios that find it in test/backends/native/plugin.test.ts.
 *
 * -DREPAIRED removes the defect.
 */
#include "engine.h"

#include <errno.h>

#define MOST 1000

/* What all share. */
struct restart {
	uint32_t begun;		/* the coordinator has marked every task */
	uint32_t turn;		/* place in the image, from 1; 0: before the first turn */
	uint32_t restored;	/* how many */
	uint32_t decided;	/* SUCCEEDED or FAILED, once: the first task to get here decides */
	uint32_t over;		/* the same, when it has been reported */
	uint32_t changes;	/* of all of these: all tasks sleep on it, so that no wake-up is lost */
	int error;		/* with FAILED: negative */
};

#define SUCCEEDED 1u
#define FAILED 2u

static struct restart *shared(const struct mktrouble_host *host)
{
	return host->memory;
}

static void changed(struct mktrouble_self *self, const struct mktrouble_host *host)
{
	__atomic_add_fetch(&shared(host)->changes, 1, __ATOMIC_SEQ_CST);
	host->wake(self, &shared(host)->changes);
}

static void announce(struct mktrouble_self *self, const struct mktrouble_host *host)
{
	struct restart *r = shared(host);

	__atomic_store_n(&r->over, r->decided, __ATOMIC_SEQ_CST);
	changed(self, host);
}

/* Whether this is the decision: it is made once. */
static int decide(struct mktrouble_self *self, const struct mktrouble_host *host, uint32_t how, int error)
{
	struct restart *r = shared(host);
	uint32_t open = 0;

	if (!__atomic_compare_exchange_n(&r->decided, &open, how, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		return 0;
	r->error = error;
	/* Reported before any task can act on it. */
	host->report(self, how == FAILED ? MKTROUBLE_ERROR : MKTROUBLE_SUCCESS, error);
	announce(self, host);
	return 1;
}

/* Waits until *word is not `value` any more: 0, or the error of the restart or of the wait. */
static int wait_past(struct mktrouble_self *self, const struct mktrouble_host *host, uint32_t *word, uint32_t value)
{
	struct restart *r = shared(host);

	for (;;) {
		uint32_t seen = __atomic_load_n(&r->changes, __ATOMIC_SEQ_CST);

		if (r->over == FAILED)
			return r->error;
		if (__atomic_load_n(word, __ATOMIC_SEQ_CST) != value)
			return 0;
		if (host->wait(self, &r->changes, seen) == -EINTR)
			return -EINTR;
	}
}

static void next_turn(struct mktrouble_self *self, const struct mktrouble_host *host)
{
	struct restart *r = shared(host);

	/* Only the task that has the turn hands it on; reported before the next one can begin. */
	host->report(self, MKTROUBLE_ACTIVATED, r->turn);
	__atomic_add_fetch(&r->turn, 1, __ATOMIC_SEQ_CST);
	changed(self, host);
}

static int place_of(const struct mktrouble_call *call)
{
	for (int i = 0; i < call->nr_pids; i++)
		if (call->pids[i] == call->own_pid)
			return i;
	return -1;
}

static long task(struct mktrouble_self *self, const struct mktrouble_host *host, const struct mktrouble_call *call)
{
	struct restart *r = shared(host);
	int place = place_of(call), ret;

	host->at_point(self, "sync-1");
	ret = wait_past(self, host, &r->begun, 0);
	if (ret == 0 && place < 0)
		ret = -ESRCH;
	host->at_point(self, "sync-2");
	while (ret == 0 && r->turn < (uint32_t)place + 1)
		ret = wait_past(self, host, &r->turn, r->turn);
	if (ret == 0) {
		host->at_point(self, "restore");
		host->report(self, MKTROUBLE_RESTORE_BEGINS, 0);
		ret = -host->fails(self, "restore");
	}
	if (ret == 0) {
		host->report(self, MKTROUBLE_RESTORED, place);
		host->at_point(self, "next");
		next_turn(self, host);
		host->at_point(self, "done");
		__atomic_add_fetch(&r->restored, 1, __ATOMIC_SEQ_CST);
		changed(self, host);
		host->at_point(self, "sync-3");
		ret = wait_past(self, host, &r->over, 0);
	}
	if (ret < 0)
		decide(self, host, FAILED, ret);
	host->report(self, MKTROUBLE_UNMARKED, 0);
	return ret < 0 ? ret : host->saved_value(self, place);
}

/* Kills what it marked. */
static void destroy(struct mktrouble_self *self, const struct mktrouble_host *host, const struct mktrouble_call *call)
{
	int first = 0;

#ifndef REPAIRED
	/* The defect: a task that has had its turn is assumed to be safe. */
	first = (int)shared(host)->turn;
#endif
	for (int i = first; i < call->nr_pids; i++)
		host->kill(self, call->pids[i]);
}

static long coordinator(struct mktrouble_self *self, const struct mktrouble_host *host, const struct mktrouble_call *call)
{
	struct restart *r = shared(host);
	int ret = 0;

	host->at_point(self, "claim");
	host->report(self, MKTROUBLE_MARKED, call->own_pid);
	host->at_point(self, "prepare");
	for (int i = 0; i < call->nr_pids; i++)
		host->report(self, MKTROUBLE_MARKED, call->pids[i]);
	__atomic_store_n(&r->begun, 1, __ATOMIC_SEQ_CST);
	changed(self, host);
	host->at_point(self, "activate");
	next_turn(self, host);
	host->at_point(self, "wait");
	while (ret == 0 && r->restored < (uint32_t)call->nr_pids)
		ret = wait_past(self, host, &r->restored, r->restored);
	host->at_point(self, "out");
	if (ret < 0)
		decide(self, host, FAILED, ret);
	else
		decide(self, host, SUCCEEDED, 0);
	if (r->over == FAILED) {
		ret = r->error;
		destroy(self, host, call);
	}
	host->at_point(self, "release");
	host->report(self, MKTROUBLE_UNMARKED, 0);
	return ret;
}

static void died(struct mktrouble_self *self, const struct mktrouble_host *host, int pid)
{
	(void)pid;
	/* It may have been about to announce what it had decided. */
	if (!decide(self, host, FAILED, -ESRCH))
		announce(self, host);
}

const struct mktrouble_engine mktrouble_engine = {
	.abi = MKTROUBLE_ABI, .name = "barrier", .coordinator = coordinator, .task = task, .died = died,
};
