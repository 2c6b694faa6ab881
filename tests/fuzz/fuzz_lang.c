/*
 * Fuzzes the front-end: the first byte chooses the kind of source, the rest
 * is the source. Whatever it is, there is a tree whose nodes lie within
 * their parents, or a diagnostic that can be printed.
 */
#include "config.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/util.h"
#include "worker/lang/diag.h"
#include "worker/lang/lang.h"
#include "worker/lang/unit.h"

#define FUZZ_MEMORY ((size_t)64 << 20)

static void check_tree(const struct lang_unit *u);
static void check_children(const struct lang_unit *u, uint32_t node,
    uint32_t first);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lang_options options = {
	    .name = "fuzz.js", .memory_max = FUZZ_MEMORY};
	struct lang_unit *unit = NULL;
	struct lang_diag diag;
	char *text;

	if (size == 0)
		return 0;
	switch (data[0] & 3) {
	case 0:
		options.kind = LANG_MODULE;
		break;
	case 1:
		options.kind = LANG_SCRIPT;
		break;
	case 2:
		options.kind = LANG_COMMONJS;
		break;
	default:
		options.kind = LANG_EVAL;
	}
	options.strict = (data[0] & 4) != 0;
	options.typescript = (data[0] & 8) != 0;
	options.jsx = (data[0] & 16) != 0;
	lang_diag_init(&diag);
	if (lang_parse((const char *)data + 1, size - 1, &options, &unit,
		&diag) == 0) {
		check_tree(unit);
		free(unit_dump(unit));
		lang_unit_free(&unit);
	} else {
		ASSERT(diag.line > 0 && diag.column > 0);
		text = lang_diag_format(&diag);
		free(text);
	}
	lang_diag_clear(&diag);
	return 0;
}

static void
check_tree(const struct lang_unit *u)
{
	const struct ast_node *n;
	uint32_t i, j;

	for (i = 1; i < u->ast.count; i++) {
		n = ast_node(&u->ast, i);
		const uint32_t slot[4] = {n->a, n->b, n->c, n->d};

		ASSERT(n->pos <= n->end && n->end <= u->len);
		for (j = 0; j < 4; j++) {
			if (ast_specs[n->kind].slots[j] == SLOT_N ||
			    ast_specs[n->kind].slots[j] == SLOT_L)
				check_children(u, i, slot[j]);
		}
	}
}

static void
check_children(const struct lang_unit *u, uint32_t node, uint32_t first)
{
	const struct ast_node *n = ast_node(&u->ast, node), *kid;
	uint32_t i;

	for (i = first; i != 0; i = kid->next) {
		kid = ast_node(&u->ast, i);
		if (n->pos == n->end)
			continue; /* left over from a look ahead */
		ASSERT(kid->pos >= n->pos && kid->end <= n->end);
	}
}
