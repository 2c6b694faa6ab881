#ifndef WORKER_LANG_PARSE_H
#define WORKER_LANG_PARSE_H

struct lang_unit;

/*
 * Parse the whole source of UNIT: tree, scopes with their declarations,
 * requests, imports and exports; then resolve names. Leaves by unit_fail()
 * when the program is not valid.
 */
void parse_unit(struct lang_unit *unit);

#endif
