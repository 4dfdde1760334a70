/* Pseudo-terminals: both ends of one, with settings, a size and bytes of its own; and one that controls the session of the task. */
#define _GNU_SOURCE
#include "resource.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define ROWS 33
#define COLUMNS 111
/* Looks, each after a tenth of a millisecond. */
#define ARRIVAL_TRIES 20000

/* Both ends of a new one: 0 or -1 and errno. */
static int open_pair(int ends[2])
{
	int unlocked = 0;
	unsigned number;
	char path[64];

	ends[0] = open("/dev/ptmx", O_RDWR | O_NOCTTY);
	if (ends[0] < 0 || ioctl(ends[0], TIOCSPTLCK, &unlocked) < 0 || ioctl(ends[0], TIOCGPTN, &number) < 0)
		return -1;
	snprintf(path, sizeof(path), "/dev/pts/%u", number);
	ends[1] = open(path, O_RDWR | O_NOCTTY);
	return ends[1] < 0 ? -1 : 0;
}

/* A worker of the kernel brings what was written from one end to the other: waits until so many bytes are there. 0 or -1. */
static int wait_for(int fd, int bytes)
{
	int there = 0;

	for (int i = 0; bytes >= 0 && i < ARRIVAL_TRIES; i++, usleep(100))
		if (ioctl(fd, FIONREAD, &there) < 0 || there >= bytes)
			break;
	return bytes >= 0 && there >= bytes ? 0 : -1;
}

/* Raw, so that what is written arrives as it is: some bytes wait at either end. */
static int make_terminal(int pid)
{
	struct winsize size = { .ws_row = ROWS, .ws_col = COLUMNS };
	struct termios settings;
	int ends[2];

	if (open_pair(ends) < 0 || tcgetattr(ends[1], &settings) < 0)
		return -1;
	cfmakeraw(&settings);
	if (tcsetattr(ends[1], TCSANOW, &settings) < 0 || ioctl(ends[0], TIOCSWINSZ, &size) < 0)
		return -1;
	if (wait_for(ends[1], dprintf(ends[0], "typed for %d", pid)) < 0)
		return -1;
	return wait_for(ends[0], dprintf(ends[1], "shown"));
}

/* For the leader of a session only. */
static int make_controlling(int pid)
{
	int ends[2];

	(void)pid;
	return open_pair(ends) < 0 ? -1 : ioctl(ends[1], TIOCSCTTY, 0);
}

const struct resource terminal_resources[] = { { "terminal", make_terminal }, { "controlling-terminal", make_controlling }, { 0 } };
