#ifndef SUPERVISOR_LISTENERS_H
#define SUPERVISOR_LISTENERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "supervisor/keyfile.h"

struct conf;
struct conf_socket;
struct listeners;

/* A bound, listening socket; it outlives fronts and generations. */
struct listener {
	uint32_t id;
	const struct conf_socket *conf; /* held: of the generation configured */
	const char *name;               /* of the socket in the config */
	const char *address; /* bound: "http://127.0.0.1:8080/", "unix:/x" */
	uint16_t port;       /* 0 for Unix sockets */
	struct keyfile keys; /* of https; closed with the row */
	/* Changes with the keys; 0: none. */
	uint32_t keys_number;
	int fd; /* owned by the set */
};

struct listeners *listeners_new(void);
/* Closes all; unlinks Unix sockets that were made here. */
void listeners_free(struct listeners **listeners);

/*
 * Bind what CONF has and is not bound yet; keep what has the same name and
 * address; close the rest. On failure nothing has changed but WHY, which gets
 * a sentence for the user. Returns 0 or ERR_SYS.
 */
int listeners_configure(struct listeners *ls, const struct conf *conf,
    char *why, size_t why_size);

/* Close them: nobody is accepted any more. */
void listeners_close(struct listeners *ls);

size_t listeners_count(const struct listeners *ls);
const struct listener *listeners_at(const struct listeners *ls, size_t i);

#endif
