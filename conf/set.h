#ifndef CONF_SET_H
#define CONF_SET_H

#include "conf/load.h"
#include "conf/value.h"

/*
 * Give the field of ROW the value that WORDS holds. What is wrong is added to
 * the errors of L.
 */
void set_row(struct load *l, const struct schema_row *row,
    struct target *target, struct words *words);

/* Give every row of TARGET that was not set its default. */
void set_defaults(struct load *l, struct target *target);

/*
 * For the other files that read values: the next word; false after an error,
 * which is "needs ..." with WHAT where there is no word.
 */
bool set_next_word(struct load *l, struct words *words, const char *what,
    struct word *word_out);
/* No more words: false after an error. */
bool set_end(struct load *l, struct words *words);

/* One option of a designator; false where KEY is none of its options. */
bool set_designator_option(struct load *l, struct conf_designator *d,
    const char *key, const struct word *word);

/* Text that has to be JSON. */
bool set_json(struct load *l, const struct word *word, const char **out);
bool set_check_json(struct load *l, const struct conf_bytes *bytes);

/* Keywords, for the dump as well. */
extern const struct value_keyword set_levels[];
extern const struct value_keyword set_sandboxes[];
extern const struct value_keyword set_structured[];
extern const struct value_keyword set_styles[];
extern const struct value_keyword set_zygotes[];
extern const struct value_keyword set_client_certs[];
extern const struct value_keyword set_tls_versions[];
extern const struct value_keyword set_access_formats[];

#endif
