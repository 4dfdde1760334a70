/* Options of the sockets of the tree, asked for from duplicates of their descriptors: those that say how a socket is used. */
#define _GNU_SOURCE
#include "agent.h"

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <linux/in6.h>
#include <linux/netlink.h>

#ifndef SO_PEEK_OFF
#define SO_PEEK_OFF 42
#endif

enum used_by { ALL, UNIX, INET, DATAGRAM, IPV6, TCP, NETLINK };

/*
 * Without what the kernel counts, or sets itself: SO_ERROR, the state of a connection. Without SO_REUSEADDR, which repair mode sets while
 * CRIU holds the tree, and SO_REUSEPORT, which a restore leaves set at every connection: a finding of its own, that would hide others.
 */
static const struct {
	const char *name;
	int level, option;
	enum used_by by;
} options[] = {
	{ "SO_KEEPALIVE", SOL_SOCKET, SO_KEEPALIVE, ALL },
	{ "SO_LINGER", SOL_SOCKET, SO_LINGER, ALL },
	{ "SO_OOBINLINE", SOL_SOCKET, SO_OOBINLINE, ALL },
	{ "SO_BROADCAST", SOL_SOCKET, SO_BROADCAST, ALL },
	{ "SO_PRIORITY", SOL_SOCKET, SO_PRIORITY, ALL },
	{ "SO_MARK", SOL_SOCKET, SO_MARK, ALL },
	{ "SO_RCVLOWAT", SOL_SOCKET, SO_RCVLOWAT, ALL },
	{ "SO_RCVTIMEO", SOL_SOCKET, SO_RCVTIMEO, ALL },
	{ "SO_SNDTIMEO", SOL_SOCKET, SO_SNDTIMEO, ALL },
	{ "SO_TIMESTAMP", SOL_SOCKET, SO_TIMESTAMP, ALL },
	{ "SO_TIMESTAMPNS", SOL_SOCKET, SO_TIMESTAMPNS, ALL },
	{ "SO_PASSCRED", SOL_SOCKET, SO_PASSCRED, UNIX },
	{ "SO_PEEK_OFF", SOL_SOCKET, SO_PEEK_OFF, UNIX },
	{ "IP_TOS", IPPROTO_IP, IP_TOS, INET },
	{ "IP_TTL", IPPROTO_IP, IP_TTL, INET },
	{ "IP_MTU_DISCOVER", IPPROTO_IP, IP_MTU_DISCOVER, INET },
	{ "IP_FREEBIND", IPPROTO_IP, IP_FREEBIND, INET },
	{ "IP_TRANSPARENT", IPPROTO_IP, IP_TRANSPARENT, INET },
	{ "IP_PKTINFO", IPPROTO_IP, IP_PKTINFO, INET },
	{ "IP_RECVERR", IPPROTO_IP, IP_RECVERR, INET },
	{ "IP_MULTICAST_TTL", IPPROTO_IP, IP_MULTICAST_TTL, DATAGRAM },
	{ "IP_MULTICAST_LOOP", IPPROTO_IP, IP_MULTICAST_LOOP, DATAGRAM },
	{ "IPV6_V6ONLY", IPPROTO_IPV6, IPV6_V6ONLY, IPV6 },
	{ "IPV6_TCLASS", IPPROTO_IPV6, IPV6_TCLASS, IPV6 },
	{ "TCP_NODELAY", IPPROTO_TCP, TCP_NODELAY, TCP },
	{ "TCP_CORK", IPPROTO_TCP, TCP_CORK, TCP },
	{ "TCP_KEEPIDLE", IPPROTO_TCP, TCP_KEEPIDLE, TCP },
	{ "TCP_KEEPINTVL", IPPROTO_TCP, TCP_KEEPINTVL, TCP },
	{ "TCP_KEEPCNT", IPPROTO_TCP, TCP_KEEPCNT, TCP },
	{ "TCP_SYNCNT", IPPROTO_TCP, TCP_SYNCNT, TCP },
	{ "TCP_LINGER2", IPPROTO_TCP, TCP_LINGER2, TCP },
	{ "TCP_DEFER_ACCEPT", IPPROTO_TCP, TCP_DEFER_ACCEPT, TCP },
	{ "TCP_USER_TIMEOUT", IPPROTO_TCP, TCP_USER_TIMEOUT, TCP },
	{ "TCP_FASTOPEN", IPPROTO_TCP, TCP_FASTOPEN, TCP },
	{ "NETLINK_PKTINFO", SOL_NETLINK, NETLINK_PKTINFO, NETLINK },
	{ "NETLINK_BROADCAST_ERROR", SOL_NETLINK, NETLINK_BROADCAST_ERROR, NETLINK },
	{ "NETLINK_NO_ENOBUFS", SOL_NETLINK, NETLINK_NO_ENOBUFS, NETLINK },
	{ "NETLINK_CAP_ACK", SOL_NETLINK, NETLINK_CAP_ACK, NETLINK },
	{ "NETLINK_EXT_ACK", SOL_NETLINK, NETLINK_EXT_ACK, NETLINK },
	{ "TCP_CONGESTION", IPPROTO_TCP, TCP_CONGESTION, TCP },
};

static bool is_used(enum used_by by, int domain, int protocol)
{
	const bool inet = domain == AF_INET || domain == AF_INET6;

	switch (by) {
	case ALL:
		return true;
	case UNIX:
		return domain == AF_UNIX;
	case INET:
		return inet;
	case DATAGRAM:
		return inet && protocol == IPPROTO_UDP;
	case IPV6:
		return domain == AF_INET6;
	case TCP:
		return inet && protocol == IPPROTO_TCP;
	case NETLINK:
		return domain == AF_NETLINK;
	}
	return false;
}

/* The words of a value: its numbers, or, where it is a name, that. */
static void put_value(int level, int option, const int *value, socklen_t size, struct text *text)
{
	if (level == IPPROTO_TCP && option == TCP_CONGESTION) {
		put(text, "%.*s", (int)size, (const char *)value);
		return;
	}
	for (socklen_t i = 0; i < size / sizeof(int); i++)
		put(text, i ? ":%d" : "%d", value[i]);
}

void put_options(int fd, struct text *text)
{
	int domain = socket_option(fd, SO_DOMAIN), protocol = socket_option(fd, SO_PROTOCOL);
	const char *separator = "";

	if (domain < 0)
		return;
	put(text, ",\"options\":{");
	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++) {
		int value[4] = { 0 };
		socklen_t size = sizeof(value);

		if (!is_used(options[i].by, domain, protocol) || getsockopt(fd, options[i].level, options[i].option, value, &size) < 0)
			continue;
		put(text, "%s\"%s\":\"", separator, options[i].name);
		put_value(options[i].level, options[i].option, value, size, text);
		put(text, "\"");
		separator = ",";
	}
	put(text, "}");
}
