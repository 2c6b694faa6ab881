#ifndef TESTS_UNIT_CONF_TREE_H
#define TESTS_UNIT_CONF_TREE_H

#include "conf/conf.h"

/*
 * A directory of files for one test, under the system's temporary directory.
 */
struct conf_tree {
	char dir[256];
};

void conf_tree_make(struct conf_tree *tree);
void conf_tree_remove(struct conf_tree *tree);

/* Write PATH in it, with the directories above; TEXT may hold "$DIR". */
void conf_tree_write(const struct conf_tree *tree, const char *path,
    const char *text);

/* Load PATH in it; NULL, and the messages with "$DIR" for the directory. */
struct conf *conf_tree_load(const struct conf_tree *tree, const char *path,
    const struct conf_options *options, char **messages_out);

/* Loading PATH gives exactly these messages. */
void conf_tree_expect_errors(const struct conf_tree *tree, const char *path,
    const struct conf_options *options, const char *want);

/* The value of a binding, or NULL. */
const char *conf_tree_binding(const struct conf *conf, const char *worker,
    const char *name);

#endif
