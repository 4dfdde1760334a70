/* Connections to a process outside of the tree (peer.c), over each of which a task sends a byte whenever it is asked whether it runs. */
#define _GNU_SOURCE
#include "resource.h"

#include "agent.h"

#include <netinet/in.h>
#include <sys/socket.h>

static int make_tcp(int pid)
{
	struct sockaddr_in where = peer_address();
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	(void)pid;
	if (fd < 0 || connect(fd, (struct sockaddr *)&where, sizeof(where)) < 0)
		return -1;
	((struct subject *)PRIVATE_AT)->connection = fd;
	return 0;
}

/* The peer knows of it when the first datagram arrives. */
static int make_udp(int pid)
{
	struct sockaddr_in where = peer_address();
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	(void)pid;
	if (fd < 0 || connect(fd, (struct sockaddr *)&where, sizeof(where)) < 0 || send(fd, "", 1, 0) < 0)
		return -1;
	((struct subject *)PRIVATE_AT)->datagrams = fd;
	return 0;
}

const struct resource connection_resources[] = { { "tcp-connection", make_tcp }, { "udp-connection", make_udp }, { 0 } };
