/*
 * Socket addresses as text.
 *
 * Runs in: front.
 */
#include "config.h"

#include "front/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

void
address_format(const struct sockaddr_storage *ss, char *dst, size_t dst_size)
{
	char host[INET6_ADDRSTRLEN];

	dst[0] = '\0';
	if (ss->ss_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, ss, sizeof in);
		inet_ntop(AF_INET, &in.sin_addr, host, sizeof host);
		snprintf(dst, dst_size, "%s:%u", host,
		    (unsigned int)ntohs(in.sin_port));
	} else if (ss->ss_family == AF_INET6) {
		struct sockaddr_in6 in6;
		bool mapped;

		memcpy(&in6, ss, sizeof in6);
		mapped = IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr);
		if (mapped)
			inet_ntop(AF_INET, &in6.sin6_addr.s6_addr[12], host,
			    sizeof host);
		else
			inet_ntop(AF_INET6, &in6.sin6_addr, host, sizeof host);
		snprintf(dst, dst_size, mapped ? "%s:%u" : "[%s]:%u", host,
		    (unsigned int)ntohs(in6.sin6_port));
	}
}
