#ifndef CONF_SOURCE_H
#define CONF_SOURCE_H

#include <stdbool.h>

#include "conf/load.h"

#define SOURCE_FILE_MAX (64 * 1024 * 1024) /* one file */
#define SOURCE_TOTAL_MAX (1024 * 1024 * 1024)

/*
 * What a word stands for: literals as they are, sources fetched. Each returns
 * false after reporting what is wrong; results are arena of the config.
 *
 * bytes  anything
 * text   UTF-8; is_short also refuses NULs and more than LOAD_TEXT_MAX
 */
bool source_bytes(struct load *l, const struct word *word,
    struct conf_bytes *out);
bool source_text(struct load *l, const struct word *word,
    struct conf_bytes *out);
bool source_short_text(struct load *l, const struct word *word,
    const char **out);

/* Whether BYTES are UTF-8; reports where they are not. */
bool source_check_utf8(struct load *l, const struct conf_bytes *bytes);

/* PATH made absolute. */
const char *source_path(struct load *l, const char *path);

/*
 * The file PATH as bytes, followed by a NUL. WHAT begins the message, such as
 * "embed".
 */
bool source_file(struct load *l, const char *what, const char *path,
    struct conf_bytes *out);

/* The path that a word embeds as a whole; NULL where it is something else. */
const char *source_embedded_path(struct load *l, const struct word *word);

#endif
