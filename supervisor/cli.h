#ifndef SUPERVISOR_CLI_H
#define SUPERVISOR_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"

enum cli_exit {
#define EXIT(name_, code_, text_) CLI_EXIT_##name_ = code_,
#include "supervisor/exits.def"
#undef EXIT
};

#define CLI_TIMEOUT_MAX_S 86400
#define CLI_LIST_MAX 256 /* times that an option may be repeated */

/* The command line of a command, parsed. Everything borrows from argv. */
struct cli {
	const char *command;
	const char *argument; /* what to serve, check or ask; NULL: not given */
	const char *socket_addrs[CLI_LIST_MAX];
	size_t nsocket_addrs;
	const char *socket_fds[CLI_LIST_MAX];
	size_t nsocket_fds;
	const char *detail;     /* which tests, which worker; NULL: all */
	uint64_t timeout_ms;    /* of a test; 0: the default */
	int control_fd;         /* -1: none */
	const char *ctl_socket; /* NULL: the default */
	bool verbose;
	bool dump;
	bool json;
	bool follow;
};

/*
 * Load the config that CLI names, or what is in the working directory. LINE is
 * called for each error. NULL on errors.
 */
struct conf *cli_load(const struct cli *cli,
    void (*line)(void *arg, const char *text));
/* For LINE: to stderr. */
void cli_print_error(void *arg, const char *text);

/* The commands; each returns an exit code. */
int cmd_serve(const struct cli *cli);
int cmd_check(const struct cli *cli);
int cmd_test(const struct cli *cli);
int cmd_ctl(const struct cli *cli);
int cmd_version(const struct cli *cli);

#endif
