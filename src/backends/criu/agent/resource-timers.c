/* Timers that do not expire while a case runs, and descriptors for events. */
#define _GNU_SOURCE
#include "resource.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define LONG 100000

static const struct itimerspec far = { .it_value = { .tv_sec = LONG }, .it_interval = { .tv_sec = LONG } };

static int make_posix_timer(int pid)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR2, .sigev_value = { .sival_int = pid } };
	timer_t timer;

	return timer_create(CLOCK_MONOTONIC, &event, &timer) < 0 ? -1 : timer_settime(timer, 0, &far, NULL);
}

/* All three: of the clock, of the time of its processor, of its profile. */
static int make_interval_timers(int pid)
{
	for (int which = ITIMER_REAL; which <= ITIMER_PROF; which++) {
		struct itimerval timer = { .it_value = { .tv_sec = LONG }, .it_interval = { .tv_sec = LONG + pid + which } };

		if (setitimer(which, &timer, NULL) < 0)
			return -1;
	}
	return 0;
}

static int make_timerfd(int pid)
{
	int fd = timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK);

	(void)pid;
	return fd < 0 ? -1 : timerfd_settime(fd, 0, &far, NULL);
}

static int make_eventfd(int pid)
{
	return eventfd((unsigned)pid, EFD_CLOEXEC) < 0 ? -1 : 0;
}

static int make_signalfd(int pid)
{
	sigset_t set;

	(void)pid;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	return signalfd(-1, &set, 0) < 0 ? -1 : 0;
}

static int make_epoll(int pid)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET, .data = { .u64 = 0x1234567800000000ULL + (unsigned)pid } };
	int fd = epoll_create1(EPOLL_CLOEXEC), watched = eventfd(3, EFD_NONBLOCK);

	return fd < 0 || watched < 0 ? -1 : epoll_ctl(fd, EPOLL_CTL_ADD, watched, &event);
}

static int make_inotify(int pid)
{
	int fd = inotify_init1(IN_NONBLOCK), file = resource_file(pid, "inotify", 0);

	if (fd < 0 || file < 0 || close(file) < 0)
		return -1;
	return inotify_add_watch(fd, resource_path(pid, "inotify"), IN_MODIFY | IN_DELETE_SELF) < 0 ? -1 : 0;
}

const struct resource timer_resources[] = {
	{ "posix-timer", make_posix_timer }, { "interval-timers", make_interval_timers }, { "timerfd", make_timerfd }, { "eventfd", make_eventfd },
	{ "signalfd", make_signalfd },	     { "epoll", make_epoll },	  { "inotify", make_inotify },
	{ 0 },
};
