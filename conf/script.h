#ifndef CONF_SCRIPT_H
#define CONF_SCRIPT_H

#include <stdbool.h>

#include "conf/load.h"

/* Whether PATH is a script by its ending, and not an INI config. */
bool script_is_one(const char *path);

/*
 * The script that the directory DIR stands for: "main" of its package.json,
 * else index.*. NULL after an error.
 */
const char *script_of_directory(struct load *l, const char *dir);

/*
 * Make a config for the script PATH: one worker with the script and the files
 * that it reaches by relative paths, and one socket.
 *
 * A file is reached when its path stands in quotes in a module that is
 * reached, beginning with "./" or "../": this finds what import, export from,
 * import() and require() name, without knowing JavaScript, and at times a file
 * more. Endings may be left out as TypeScript and bundlers have it. Nothing
 * outside of the project is read: the nearest directory above the script that
 * has a package.json, else the script's own.
 */
void script_load(struct load *l, const char *path);

#endif
