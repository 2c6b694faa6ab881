/*
 * eider: the command line.
 *
 * Runs in: supervisor, before it becomes one; and the commands that end.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/util.h"
#include "conf/conf.h"
#include "supervisor/cli.h"

struct command {
	const char *name;
	int (*run)(const struct cli *cli);
	const char *usage;
	const char *text;
	unsigned bit;
};

enum command_index {
#define COMMAND(name_, function_, usage_, text_) INDEX_##name_,
#include "supervisor/commands.def"
#undef COMMAND
};

/* For the column of options.def. */
#define IN_SERVE (1u << INDEX_serve)
#define IN_CHECK (1u << INDEX_check)
#define IN_TEST (1u << INDEX_test)
#define IN_CTL (1u << INDEX_ctl)
#define IN_VERSION (1u << INDEX_version)

static const struct command commands[] = {
#define COMMAND(name_, function_, usage_, text_)                               \
	{#name_, function_, (usage_), (text_), 1u << INDEX_##name_},
#include "supervisor/commands.def"
#undef COMMAND
};

enum option_id {
#define OPTION(id_, name_, commands_, argument_, text_) OPTION_##id_,
#include "supervisor/options.def"
#undef OPTION
};

static const struct option_row {
	enum option_id id;
	const char *name;
	unsigned commands;
	const char *argument;
	const char *text;
} options[] = {
#define OPTION(id_, name_, commands_, argument_, text_)                        \
	{OPTION_##id_, (name_), (commands_), (argument_), (text_)},
#include "supervisor/options.def"
#undef OPTION
};

int
cmd_version(const struct cli *cli)
{
	(void)cli;
	printf("eider %s\ncompatibilityDate up to %s\n", PACKAGE_VERSION,
	    conf_newest_compatibility_date());
	return CLI_EXIT_OK;
}

static void
print_usage(FILE *to)
{
	fputs("usage: eider COMMAND [OPTION]... [ARGUMENT]\n\n", to);
	for (size_t i = 0; i < NELEMS(commands); i++)
		fprintf(to, "  eider %-8s %-34s %s\n", commands[i].name,
		    commands[i].usage, commands[i].text);
	fputs("\n\"eider COMMAND --help\" explains a command.\n", to);
}

static void
print_help(const struct command *c)
{
	printf("usage: eider %s %s\n\n%s\n\n", c->name, c->usage, c->text);
	for (size_t i = 0; i < NELEMS(options); i++) {
		char left[64];

		if ((options[i].commands & c->bit) == 0)
			continue;
		snprintf(left, sizeof left, "--%s%s%s", options[i].name,
		    options[i].argument != NULL ? " " : "",
		    options[i].argument != NULL ? options[i].argument : "");
		printf("  %-26s %s\n", left, options[i].text);
	}
	fputs("\nexit codes:\n", stdout);
#define EXIT(name_, code_, text_) printf("  %d  %s\n", (code_), (text_));
#include "supervisor/exits.def"
#undef EXIT
}

static int
usage_error(const char *command, const char *what, const char *word)
{
	fprintf(stderr, "eider%s%s: %s \"%s\"; see \"eider%s%s --help\"\n",
	    command[0] != '\0' ? " " : "", command, what, word,
	    command[0] != '\0' ? " " : "", command);
	return CLI_EXIT_USAGE;
}

static bool
parse_fd(const char *text, int *fd_out)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || n < 0 || n > INT_MAX ||
	    fcntl((int)n, F_GETFD) == -1)
		return false;
	*fd_out = (int)n;
	return true;
}

static bool
parse_seconds(const char *text, uint64_t *ms_out)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || text[0] == '-' ||
	    n == 0 || n > CLI_TIMEOUT_MAX_S)
		return false;
	*ms_out = (uint64_t)n * 1000;
	return true;
}

static bool
append(const char **list, size_t *n, const char *value)
{
	if (*n >= CLI_LIST_MAX || strchr(value, '=') == NULL)
		return false;
	list[(*n)++] = value;
	return true;
}

/* Returns false if the option does not take this value. */
static bool
set_option(struct cli *cli, enum option_id id, const char *value)
{
	switch (id) {
	case OPTION_socket_addr:
		return append(cli->socket_addrs, &cli->nsocket_addrs, value);
	case OPTION_socket_fd:
		return append(cli->socket_fds, &cli->nsocket_fds, value);
	case OPTION_control_fd:
		return parse_fd(value, &cli->control_fd);
	case OPTION_ctl_socket:
		cli->ctl_socket = value;
		return value[0] == '/';
	case OPTION_json:
		cli->json = true;
		return true;
	case OPTION_follow:
		cli->follow = true;
		return true;
	case OPTION_verbose:
		cli->verbose = true;
		return true;
	case OPTION_dump:
		cli->dump = true;
		return true;
	case OPTION_timeout:
		return parse_seconds(value, &cli->timeout_ms);
	case OPTION_help:
	default:
		return true;
	}
}

/* "--name", "--name=value"; returns the option or NULL. */
static const struct option_row *
find_option(const struct command *c, const char *arg, const char **value_out)
{
	const char *name = arg + 2, *equals = strchr(name, '=');
	size_t len = equals != NULL ? (size_t)(equals - name) : strlen(name);

	for (size_t i = 0; i < NELEMS(options); i++) {
		if ((options[i].commands & c->bit) == 0 ||
		    strlen(options[i].name) != len ||
		    strncmp(options[i].name, name, len) != 0)
			continue;
		*value_out = equals != NULL ? equals + 1 : NULL;
		return &options[i];
	}
	return NULL;
}

/* Returns -1 to go on, or an exit code. */
static int
parse_option(struct cli *cli, const struct command *c, char **argv, int argc,
    int *i)
{
	const char *value = NULL;
	const struct option_row *o = find_option(c, argv[*i], &value);

	if (o == NULL)
		return usage_error(c->name, "unknown option", argv[*i]);
	if (o->id == OPTION_help) {
		print_help(c);
		return CLI_EXIT_OK;
	}
	if (o->argument == NULL && value != NULL)
		return usage_error(c->name,
		    "this option takes no value:", argv[*i]);
	if (o->argument != NULL && value == NULL) {
		if (*i + 1 >= argc)
			return usage_error(c->name, "a value is missing behind",
			    argv[*i]);
		value = argv[++*i];
	}
	if (!set_option(cli, o->id, value != NULL ? value : ""))
		return usage_error(c->name,
		    "not a value of this option:", value != NULL ? value : "");
	return -1;
}

static int
parse(struct cli *cli, const struct command *c, int argc, char **argv)
{
	bool only_paths = false;
	int r;

	for (int i = 2; i < argc; i++) {
		if (!only_paths && strcmp(argv[i], "--") == 0) {
			only_paths = true;
		} else if (!only_paths && strcmp(argv[i], "-h") == 0) {
			print_help(c);
			return CLI_EXIT_OK;
		} else if (!only_paths && strncmp(argv[i], "--", 2) == 0) {
			r = parse_option(cli, c, argv, argc, &i);
			if (r != -1)
				return r;
		} else if (!only_paths && strcmp(argv[i], "-f") == 0 &&
			   c->bit == IN_CTL) {
			cli->follow = true;
		} else if ((c->bit & (IN_TEST | IN_CTL)) != 0 &&
			   cli->argument != NULL && cli->detail == NULL) {
			cli->detail = argv[i];
		} else if (cli->argument != NULL || c->usage[0] == '\0' ||
			   (!only_paths && argv[i][0] == '-')) {
			return usage_error(c->name, "unexpected argument",
			    argv[i]);
		} else {
			cli->argument = argv[i];
		}
	}
	return -1;
}

/* Descriptors 0 to 2 exist, so that no other file takes their place. */
static void
open_standard_fds(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= 2);
	if (fd > 2)
		close(fd);
}

int
main(int argc, char **argv)
{
	struct cli cli = {.control_fd = -1};
	int r;

	open_standard_fds();
	if (argc < 2) {
		print_usage(stderr);
		return CLI_EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0) {
		print_usage(stdout);
		return CLI_EXIT_OK;
	}
	if (strcmp(argv[1], "--version") == 0)
		return cmd_version(&cli);
	for (size_t i = 0; i < NELEMS(commands); i++) {
		if (strcmp(commands[i].name, argv[1]) != 0)
			continue;
		cli.command = commands[i].name;
		if ((r = parse(&cli, &commands[i], argc, argv)) != -1)
			return r;
		return commands[i].run(&cli);
	}
	return usage_error("", "unknown command", argv[1]);
}
