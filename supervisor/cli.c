/*
 * Loading the config that a command line names.
 *
 * Runs in: supervisor, at start and at each reload.
 */
#include "config.h"

#include "supervisor/cli.h"

#include <stdio.h>
#include <string.h>

void
cli_print_error(void *arg, const char *text)
{
	(void)arg;
	fprintf(stderr, "%s\n", text);
}

struct conf *
cli_load(const struct cli *cli, void (*line)(void *arg, const char *text))
{
	struct conf_options o = {
	    .socket_addrs = cli->socket_addrs,
	    .nsocket_addrs = cli->nsocket_addrs,
	    .socket_fds = cli->socket_fds,
	    .nsocket_fds = cli->nsocket_fds,
	    .is_verbose = cli->verbose,
	    .is_test = strcmp(cli->command, "test") == 0,
	};
	struct conf_errors errors;
	struct conf *conf = NULL;

	conf_errors_init(&errors);
	if (conf_load(cli->argument != NULL ? cli->argument : ".", &o, &errors,
		&conf) != 0)
		conf = NULL;
	conf_errors_each(&errors, line, NULL);
	conf_errors_clear(&errors);
	return conf;
}
