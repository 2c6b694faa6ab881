#ifndef TESTS_UNIT_CONF_CASES_H
#define TESTS_UNIT_CONF_CASES_H

#include <stddef.h>

/* One config and what has to come of it. */
struct conf_case {
	const char *name;
	const char *text; /* CONF_CASES_BASE is appended */
	size_t len;
	const char *want; /* the messages, or lines of the dump */
};

#define TEXT(s_) s_, sizeof(s_) - 1

/* The least that is served. */
#define CONF_CASES_BASE                                                        \
	"[worker a]\n"                                                         \
	"compatibilityDate = 2026-11-01\n"                                     \
	"modules = m esModule ''\n"                                            \
	"[socket s]\n"                                                         \
	"address = *:1\n"                                                      \
	"service = a\n"

/* Every case gives exactly its messages. */
void conf_cases_expect_errors(const struct conf_case *cases, size_t n);

/*
 * Every case loads; each line of `want` is a line of its dump; and the dump
 * loads to the same again.
 */
void conf_cases_expect_dumps(const struct conf_case *cases, size_t n);

/* The messages of a load, a line each, owned by the caller. */
struct conf_errors;
char *conf_cases_messages(const struct conf_errors *errors);

#endif
