#ifndef WORKER_LANG_ATOM_H
#define WORKER_LANG_ATOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Interned names: equal bytes have equal numbers. The keywords and the words
 * that the grammar knows have fixed numbers, so that a keyword test compares
 * integers. Atom 0 is "none".
 */
struct arena;

/* clang-format off */
enum atom_id {
	ATOM_NONE,
#define KEYWORD(id_, text_, class_) ATOM_##id_,
#include "worker/lang/keywords.def"
#undef KEYWORD
	ATOM_NFIXED
};
/* clang-format on */

struct atom {
	const char *s; /* UTF-8 (WTF-8), not terminated */
	uint32_t len;
	uint32_t hash;
	uint32_t chain;   /* next in its bucket */
	uint32_t symbol;  /* scope analysis: what the name means just now */
	uint32_t scratch; /* its users' own: 0 outside of a use */
	uint32_t request; /* module requests: the parser's own */
	uint32_t flags;   /* ATOMF_* */
};

enum atom_flag {
	ATOMF_BLOCK = 1 << 0,   /* some block scope declares this name */
	ATOMF_UNBOUND = 1 << 1, /* some reference is to a global */
};

struct atoms {
	struct arena *arena;
	struct atom *table; /* by number */
	uint32_t count, cap;
	uint32_t *buckets;
	uint32_t mask;
};

void atoms_init(struct atoms *t, struct arena *arena);
/* The number of a name; S is held by the table (arena or source). */
uint32_t atom_intern(struct atoms *t, const char *s, size_t len);
/* As above with atom_hash()'s result at hand. */
uint32_t atom_intern_hashed(struct atoms *t, const char *s, size_t len,
    uint32_t hash);
/* 0 when the name is not in the table. */
uint32_t atom_find(const struct atoms *t, const char *s, size_t len);

#define ATOM_HASH_INIT 2166136261U

static inline uint32_t
atom_hash_byte(uint32_t h, unsigned char c)
{
	return (h ^ c) * 16777619U;
}

static inline struct atom *
atom_get(const struct atoms *t, uint32_t i)
{
	return &t->table[i];
}

#endif
