#ifndef CONF_VALUE_H
#define CONF_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Scalars as text. Readers return 0, ERR_SYNTAX (not of this form) or
 * ERR_RANGE (does not fit 64 bits), and write their result on success only.
 */
int value_read_bool(const char *text, bool *out);
int value_read_count(const char *text, uint64_t *out);    /* 12 */
int value_read_size(const char *text, uint64_t *out);     /* 64M, in bytes */
int value_read_duration(const char *text, uint64_t *out); /* 10s, in ms */
int value_read_date(const char *text);                    /* 2026-11-01 */

/* The shortest text that reads back the same. */
#define VALUE_TEXT_SIZE 32
void value_write_count(uint64_t value, char text[VALUE_TEXT_SIZE]);
void value_write_size(uint64_t value, char text[VALUE_TEXT_SIZE]);
void value_write_duration(uint64_t value, char text[VALUE_TEXT_SIZE]);

/* A keyword of a closed set; tables end with a NULL name. */
struct value_keyword {
	const char *name;
	int value;
};

/* Returns 0 or ERR_NOENT. */
int value_read_keyword(const struct value_keyword *table, const char *text,
    int *out);
/* The name of a value that is in the table. */
const char *value_keyword_name(const struct value_keyword *table, int value);

#endif
