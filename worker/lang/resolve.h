#ifndef WORKER_LANG_RESOLVE_H
#define WORKER_LANG_RESOLVE_H

struct lang_unit;

/*
 * Scope analysis: one walk over the tree in textual order. Binds every IDENT
 * to its symbol, sets the facts of scope.h and the AF_* flags of references.
 * Finds no errors: the parser has found them all.
 */
void resolve_unit(struct lang_unit *unit);

#endif
