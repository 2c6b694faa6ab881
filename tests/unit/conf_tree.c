/*
 * What the tests of conf/ share: a directory of files to load.
 */
#include "config.h"

#include "tests/unit/conf_tree.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "tests/unit/conf_cases.h"

void
conf_tree_make(struct conf_tree *tree)
{
	const char *tmp = getenv("TMPDIR");
	char *path;

	path = xasprintf("%s/eider-test-XXXXXX",
	    tmp != NULL && *tmp == '/' ? tmp : "/tmp");
	assert_non_null(mkdtemp(path));
	/* the name without links, as messages have it */
	assert_true(strlen(path) < sizeof tree->dir);
	strcpy(tree->dir, path);
	free(path);
}

static int
on_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void
conf_tree_remove(struct conf_tree *tree)
{
	assert_int_equal(nftw(tree->dir, on_file, 16, FTW_DEPTH | FTW_PHYS), 0);
}

/* TEXT with every FROM replaced by TO; owned by the caller. */
static char *
replace(const char *text, const char *from, const char *to)
{
	const char *next;
	struct buf b;
	char *result;

	buf_init(&b);
	while ((next = strstr(text, from)) != NULL) {
		buf_put(&b, text, (size_t)(next - text));
		buf_put(&b, to, strlen(to));
		text = next + strlen(from);
	}
	buf_put(&b, text, strlen(text));
	result = xmemdup(buf_peek(&b), buf_len(&b));
	buf_clear(&b);
	return result;
}

void
conf_tree_write(const struct conf_tree *tree, const char *path,
    const char *text)
{
	char *full = xasprintf("%s/%s", tree->dir, path), *slash;
	char *content = replace(text, "$DIR", tree->dir);
	FILE *f;

	for (slash = full + strlen(tree->dir) + 1;
	     (slash = strchr(slash, '/')) != NULL; slash++) {
		*slash = '\0';
		mkdir(full, 0700);
		*slash = '/';
	}
	f = fopen(full, "we");
	assert_non_null(f);
	assert_int_equal(fwrite(content, 1, strlen(content), f),
	    strlen(content));
	assert_int_equal(fclose(f), 0);
	free(content);
	free(full);
}

struct conf *
conf_tree_load(const struct conf_tree *tree, const char *path,
    const struct conf_options *options, char **messages_out)
{
	char *full = xasprintf("%s/%s", tree->dir, path), *messages;
	struct conf_errors errors;
	struct conf *conf = NULL;
	int r;

	conf_errors_init(&errors);
	r = conf_load(full, options, &errors, &conf);
	assert_true((r == 0) == (conf != NULL));
	messages = conf_cases_messages(&errors);
	*messages_out = replace(messages, tree->dir, "$DIR");
	conf_errors_clear(&errors);
	free(messages);
	free(full);
	return conf;
}

void
conf_tree_expect_errors(const struct conf_tree *tree, const char *path,
    const struct conf_options *options, const char *want)
{
	struct conf *conf;
	char *messages;

	conf = conf_tree_load(tree, path, options, &messages);
	assert_string_equal(messages, want);
	assert_null(conf);
	free(messages);
}

const char *
conf_tree_binding(const struct conf *conf, const char *worker, const char *name)
{
	const struct conf_worker *w = conf_find_worker(conf, worker);
	size_t i;

	assert_non_null(w);
	for (i = 0; i < w->nbindings; i++)
		if (strcmp(w->bindings[i].name, name) == 0)
			return (const char *)w->bindings[i].value.data;
	return NULL;
}
