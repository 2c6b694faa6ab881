#ifndef CONF_INI_H
#define CONF_INI_H

#include <stddef.h>

#include "conf/conf.h"
#include "conf/pool.h"

/*
 * The lines of an INI file, before anything is known about their meaning:
 *
 *	header = "[" kind [ path ] "]"    path = word { "." word }
 *	entry  = field { "." field } "=" value
 *
 * A comment starts with ";" or "#" at the start of a line.
 */

#define INI_FILE_MAX (16 * 1024 * 1024)
#define INI_LINE_MAX 65000 /* bytes, the end of the line not counted */
#define INI_SECTIONS_MAX 65536
#define INI_PATH_MAX 8 /* words in a header */

struct ini_entry {
	const char *key;
	const char *value; /* white space at both ends removed */
	unsigned int line;
	unsigned int column; /* of the value's first character, from 1 */
};

struct ini_section {
	const char *kind;
	const char *path[INI_PATH_MAX];
	size_t npath;
	unsigned int line;
	struct ini_entry *entries;
	size_t nentries;
};

struct ini_file {
	struct ini_section *sections;
	size_t nsections;
};

/*
 * Read LEN bytes of TEXT, which came from the file NAME (held by the caller as
 * long as errors and structs are used). What is wrong is added to ERRORS, and
 * the lines concerned are left out. Everything in FILE_OUT is arena of POOL.
 */
void ini_read(struct conf_pool *pool, const char *name, const char *text,
    size_t len, struct conf_errors *errors, struct ini_file *file_out);

/*
 * The length of the UTF-8 sequence at S, of which LEN bytes are there: 1 to 4,
 * or 0 where it is not well-formed.
 */
size_t ini_utf8_len(const char *s, size_t len);

#endif
