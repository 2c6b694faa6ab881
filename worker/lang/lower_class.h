#ifndef WORKER_LANG_LOWER_CLASS_H
#define WORKER_LANG_LOWER_CLASS_H

#include "worker/lang/lower.h"

/* Shared by lower_class.c and lower_dec.c. */

/* A class being lowered; fn_spec.data of its constructor. */
struct class
{
	struct klass *k;
	uint32_t node;
	struct lang_str name; /* the name property */
	struct lang_str var;  /* the constructor, home of super */
	struct lang_str self; /* what the class's own name means inside */
	struct lang_str brand, static_brand;
	struct home inst, stat;
	struct names statics;    /* functions to run at the end */
	struct lang_str *groups; /* by member: function of its field group */
	struct lang_str *keys;   /* by member: variable of a computed key */
	struct lang_str *stores; /* by member: where an `accessor` keeps it */
	/* lower_dec.c */
	struct lang_str *decs; /* by member: its decorators */
	uint32_t *entries;     /* by member: its place in what $dec gets + 1 */
	uint32_t nentries;
	struct lang_str class_decs;
	struct lang_str result; /* of $dec */
};

/* The runtime of decorators, where a text has some. */
void lo_dec_runtime(struct lower *l);
/* Variables for what is decorated; N members. */
void lo_dec_plan(struct lower *l, struct class *c, uint32_t n);
/* "d=[@dec]," before the class. */
void lo_dec_put_class(struct lower *l, const struct class *c);
/* "0,0,d=[@dec]," before member M, the I-th. */
void lo_dec_put_member(struct lower *l, const struct class *c, uint32_t m,
    uint32_t i);
/* ",r=$dec(...),self=r.c" behind the class. */
void lo_dec_apply(struct lower *l, const struct class *c);
/* What comes when static fields are done. */
void lo_dec_finish(struct lower *l, const struct class *c);
/* Round the value of a field, and behind it. */
bool lo_dec_field_begin(struct lower *l, const struct class *c, uint32_t i);
void lo_dec_field_end(struct lower *l, const struct class *c, uint32_t i);

#endif
