#ifndef FRONT_ACCESS_ENTRY_H
#define FRONT_ACCESS_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct conn;
struct request;

/*
 * What is to be logged of one request. Zeroed by its owner; kept from one
 * request to the next, for its memory.
 */
struct access_entry {
	bool is_open;        /* begun, and to be logged */
	struct buf text;     /* what the client said: copies, one by one */
	uint32_t target_len; /* ... in this order */
	uint32_t host_len;
	uint32_t referer_len;
	uint32_t agent_len;
	const char *method; /* a literal */
	int version;        /* enum head_version, or 0 */
	uint64_t begin_ns;  /* 0: not wanted */
	uint64_t in_bytes;  /* of the bodies */
	uint64_t out_bytes;
	uint32_t service;
	unsigned int status; /* 0: no response yet */
};

/* A request came on C. R NULL: none that could be read. */
void access_entry_begin(struct access_entry *e, const struct conn *c,
    const struct request *r, uint32_t service);
/* It is over; ID: its number. Nothing happens where it was not begun. */
void access_entry_end(struct access_entry *e, const struct conn *c,
    uint64_t id);
void access_entry_clear(struct access_entry *e);

/* "worker;dur=1.2" of now, where the socket says so: its length, or 0. */
#define ACCESS_TIMING_MAX 40
size_t access_entry_timing(const struct access_entry *e, const struct conn *c,
    char text[ACCESS_TIMING_MAX]);

#endif
