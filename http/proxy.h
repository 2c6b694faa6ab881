#ifndef HTTP_PROXY_H
#define HTTP_PROXY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The PROXY protocol, versions 1 and 2: what a proxy says of its client before
 * the client's own bytes. Pure: bytes in, result out.
 *
 * Version 1:  "PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n", at most 107
 *             bytes, or "PROXY UNKNOWN ...\r\n".
 * Version 2:  offset  bytes  field
 *             0       12     signature
 *             12      1      version 2 in the high half, command in the low
 *             13      1      address family and transport
 *             14      2      length of what follows, big-endian
 *             16      ...    addresses, ports, then TLVs, which are skipped
 */
#define PROXY_V1_MAX 107
#define PROXY_V2_MAX 4096 /* bytes behind the first 16 */
#define PROXY_BYTES_MAX (16 + PROXY_V2_MAX)

enum proxy_result { PROXY_MORE, PROXY_DONE, PROXY_BAD };

struct proxy_header {
	size_t used;    /* bytes that were the header */
	int family;     /* 4, 6, or 0: says nothing of the client */
	uint8_t ip[16]; /* of the client; 4 bytes for family 4 */
	uint16_t port;  /* of the client */
};

/*
 * Look at the LEN bytes that a connection begins with. Writes *OUT with
 * PROXY_DONE only; PROXY_MORE: call again with all bytes and more.
 */
enum proxy_result proxy_parse(const uint8_t *data, size_t len,
    struct proxy_header *out);

#endif
