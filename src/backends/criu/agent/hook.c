/* CRIU's action script: reports the stage of CRIU, waits for the reply, and continues or fails accordingly. */
#define _GNU_SOURCE
#include "agent.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int hook(const char *socket_path)
{
	struct sockaddr_un where = { .sun_family = AF_UNIX };
	const char *stage = getenv("CRTOOLS_SCRIPT_ACTION");
	char answer = 1, text[80];
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strncpy(where.sun_path, socket_path, sizeof(where.sun_path) - 1);
	if (fd < 0 || !stage || connect(fd, (struct sockaddr *)&where, sizeof(where)) < 0)
		return 1;
	snprintf(text, sizeof(text), "%s%s", getenv(SECOND_CRIU) ? SECOND_PREFIX : "", stage);
	if (write(fd, text, strlen(text)) < 0 || read(fd, &answer, 1) != 1)
		return 1;
	return answer;
}
