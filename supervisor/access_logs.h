#ifndef SUPERVISOR_ACCESS_LOGS_H
#define SUPERVISOR_ACCESS_LOGS_H

#include <stddef.h>
#include <stdint.h>

#include "ipc/control.h"

/*
 * The access logs of sockets: opened here, because fronts open nothing, and
 * handed to all of them. Sockets with the same file and format share one. A
 * number keeps its meaning for the life of the supervisor.
 */
struct access_logs;
struct conf;
struct conf_socket;

struct access_logs *access_logs_new(void);
void access_logs_free(struct access_logs **logs);

/*
 * Open what the sockets of CONF name and is not open yet. Returns 0, or
 * ERR_SYS with a sentence for the user in WHY.
 */
int access_logs_configure(struct access_logs *logs, const struct conf *conf,
    char *why, size_t why_size);

/* Open all anew: files were moved. What cannot be opened stays as it is. */
void access_logs_reopen(struct access_logs *logs);

/* The number of a socket's log, 0 for none. */
uint32_t access_logs_number(const struct access_logs *logs,
    const struct conf_socket *c);

size_t access_logs_count(const struct access_logs *logs);
/* The I-th log for a front. Returns a descriptor, owned by the caller, or
 * ERR_SYS. */
int access_logs_give(const struct access_logs *logs, size_t i,
    struct control_log *out);

#endif
