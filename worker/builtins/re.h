#ifndef WORKER_BUILTINS_RE_H
#define WORKER_BUILTINS_RE_H

#include "worker/builtins/bi.h"

/*
 * The regular expression engine: pattern text to a tree, tree to a program, a
 * backtracking machine that runs it with a stack of its own. Patterns and
 * subjects are CESU-8; positions are byte offsets. All memory is the heap's,
 * so the cap counts it, and is freed with the value stack when something
 * throws. Knows no RegExp objects: those are regexp.c.
 */

enum re_flag {
	RE_INDICES = 1,       /* d */
	RE_GLOBAL = 2,        /* g */
	RE_IGNORE_CASE = 4,   /* i */
	RE_MULTILINE = 8,     /* m */
	RE_DOT_ALL = 16,      /* s */
	RE_UNICODE = 32,      /* u */
	RE_UNICODE_SETS = 64, /* v */
	RE_STICKY = 128       /* y */
};

#define RE_NONE UINT32_MAX /* no position, no group */

/* ---- sets of code points: inversion lists (re_set.c) ------------------- */

/* v[0] is in, v[1] out, v[2] in ... ; ascending. */
struct re_set {
	uint32_t *v;
	uint32_t n, cap;
};

/* Memory of one compilation: chunks in an array at stack index IDX. */
struct re_arena {
	duk_context *ctx;
	duk_idx_t idx;
	char *p;
	size_t left;
};
void re_arena_init(struct re_arena *a, duk_context *ctx); /* [ ] -> [ array ] */
void *re_alloc(struct re_arena *a, size_t size);          /* zeroed */

struct re_set *re_set_new(struct re_arena *a);
void re_set_add(struct re_arena *a, struct re_set *s, uint32_t lo, uint32_t hi);
void re_set_union(struct re_arena *a, struct re_set *s, const struct re_set *t);
void re_set_intersect(struct re_arena *a, struct re_set *s,
    const struct re_set *t);
void re_set_subtract(struct re_arena *a, struct re_set *s,
    const struct re_set *t);
void re_set_invert(struct re_arena *a, struct re_set *s);
bool re_set_has(const struct re_set *s, uint32_t c);
/* Add whatever canonicalizes like a member. */
void re_set_close(struct re_arena *a, struct re_set *s, bool unicode);
/* Each member by what it folds to (for v with i). */
void re_set_fold(struct re_arena *a, struct re_set *s);
/* Leave out what folds to something else. */
void re_set_remove_folded(struct re_arena *a, struct re_set *s);
/* \d \s \w */
void re_set_add_escape(struct re_arena *a, struct re_set *s, char escape,
    bool unicode_ignore_case);
/* \p{NAME=VALUE}; VALUE is NULL for \p{NAME}. False if there is none. */
bool re_set_add_property(struct re_arena *a, struct re_set *s, const char *name,
    const char *value);

/* The strings of \p{NAME} with v, one after the other; those of one character
 * too. False if there is no such property of strings. */
#define RE_STRING_MAX 16
bool re_each_string(const char *name,
    void (*each)(void *arg, const uint32_t *c, uint32_t n), void *arg);

/* Canonicalize(ch) of the standard. */
uint32_t re_canonicalize(uint32_t c, bool unicode);

/* ---- tree (re_parse.c) ------------------------------------------------- */

enum re_type {
	RE_EMPTY,
	RE_CHAR,    /* c */
	RE_ANY,     /* . */
	RE_SET,     /* set */
	RE_SEQ,     /* children */
	RE_ALT,     /* children */
	RE_GROUP,   /* child; capture c, or RE_NONE */
	RE_BACKREF, /* groups at refs, c of them */
	RE_START,
	RE_END,
	RE_WORD,  /* negated: \B */
	RE_LOOK,  /* child; negated, behind */
	RE_REPEAT /* child; min, max, lazy; captures first to last - 1 */
};

struct re_node {
	enum re_type type;
	bool negated, behind, lazy;
	uint8_t modifiers; /* the flags i, m, s in force */
	uint32_t c, min, max, first, last;
	struct re_set *set;
	uint32_t *refs;
	struct re_node *child, *next, *tail;
};

struct re_name {
	const char *s; /* in the arena */
	size_t len;
	uint32_t group;
	bool active; /* in this alternative: a second one is an error */
	struct re_name *next;
};

struct re_tree {
	struct re_arena arena;
	struct re_node *root;
	struct re_name *names; /* in order of groups */
	uint32_t ngroups;      /* group 0 is the whole match */
	unsigned int flags;
};

/* Throws SyntaxError. [ ] -> [ arena ] */
void re_parse(duk_context *ctx, const char *src, size_t len, unsigned int flags,
    struct re_tree *out);

/* ---- program (re_compile.c) -------------------------------------------- */

struct re_program {
	uint32_t flags;
	uint32_t ngroups;
	uint32_t nslots; /* captures and registers */
	uint32_t ncode;
	uint32_t anchored;   /* only the first position can match */
	uint32_t have_first; /* first[] says which bytes can start a match */
	uint32_t first[8];
	uint32_t code[];
};

enum re_op {
	OP_MATCH,
	OP_CHAR,   /* c */
	OP_CHAR_I, /* c, canonicalized */
	OP_ANY,
	OP_ALL,
	OP_SET,        /* offset of: n, bitmap of 256 (8 words), n words */
	OP_JUMP,       /* to */
	OP_SPLIT,      /* try here first, then to */
	OP_SPLIT_LAZY, /* try to first, then here */
	OP_SAVE,       /* slot */
	OP_RESET,      /* first slot, behind the last */
	OP_START,
	OP_START_M,
	OP_END,
	OP_END_M,
	OP_WORD,
	OP_NOT_WORD,
	OP_BACKREF, /* count, groups... */
	OP_LOOK,    /* to: behind the body */
	OP_LOOK_END,
	OP_NLOOK, /* to */
	OP_NLOOK_END,
	OP_SET_REG,  /* slot, value */
	OP_SET_POS,  /* slot: the position */
	OP_LOOP,     /* count slot, min, max, lazy, to (exit) */
	OP_LOOP_END, /* count slot, position slot or NONE, min, to (loop) */
	OP_REPEAT    /* min, max, lazy, to (next), then one consuming op */
};
/* Beside a consuming op: it reads backwards, ignores case (references). */
#define OP_BACK 0x100U
#define OP_ICASE 0x200U
#define OP_MASK 0xffU

/* [ arena ] -> [ arena program ], a fixed buffer holding struct re_program */
void re_compile(duk_context *ctx, struct re_tree *t);

/* ---- run (re_exec.c) --------------------------------------------------- */

/*
 * Find the first match in S[0, LEN) that starts at START or later (at START
 * only, if STICKY). Returns 2 * ngroups byte offsets (RE_NONE for a group that
 * took no part) in a buffer, [ ] -> [ buffer ], or NULL and pushes nothing.
 * Throws when the event's time is up, or out of memory.
 */
const uint32_t *re_run(duk_context *ctx, const struct re_program *p,
    const char *s, size_t len, size_t start, bool sticky);

#endif
