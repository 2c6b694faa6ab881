#ifndef CONF_ITEM_H
#define CONF_ITEM_H

#include "conf/ini.h"
#include "conf/load.h"

/*
 * Elements of a worker's lists `modules` and `bindings`. Both are a name, the
 * tag of a union, its main value, and options; written on one line or as a
 * section. What is wrong is added to the errors of L.
 */
void item_add_module(struct load *l, struct worker_draft *d,
    struct words *words);
void item_add_binding(struct load *l, struct worker_draft *d,
    struct words *words);

/* The element NAME of the list LIST, from the entries of a section. */
void item_add_section(struct load *l, struct worker_draft *d, const char *list,
    const char *name, const struct ini_section *section);

/* A serviceWorkerScript. */
void item_add_script(struct load *l, struct worker_draft *d,
    const struct word *word);

/*
 * Append a module; both the config and a script's directory come here. NAME
 * and what MODULE points to are arena of the config. False after an error.
 */
bool item_append_module(struct load *l, struct worker_draft *d,
    const struct conf_module *module);

#endif
