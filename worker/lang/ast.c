/*
 * The tree's storage and the questions that every reader of it asks.
 *
 * Runs in: worker (and the development tools).
 */
#include "config.h"

#include "worker/lang/ast.h"

#include <assert.h>
#include <string.h>

#include "worker/lang/arena.h"

static_assert(sizeof(struct ast_node) == 32, "a node is half a cache line");

/* clang-format off */
const struct ast_spec ast_specs[AST_NKINDS] = {
#define NODE(name_, dump_, a_, b_, c_, d_, text_)                              \
	[AST_##name_] = { dump_,                                               \
	    { SLOT_##a_, SLOT_##b_, SLOT_##c_, SLOT_##d_ } },
#include "worker/lang/ast_nodes.def"
#undef NODE
};
/* clang-format on */

void
ast_init(struct ast *ast, struct arena *arena)
{
	memset(ast, 0, sizeof *ast);
	ast->arena = arena;
	ast_new(ast, AST_NONE, 0);
}

uint32_t
ast_new(struct ast *ast, enum ast_kind kind, uint32_t pos)
{
	uint32_t i = ast->count, used = i >> AST_CHUNK_BITS;
	struct ast_node *n;

	if ((i & (AST_CHUNK_NODES - 1)) == 0) {
		ast->chunks = arena_grow(ast->arena, ast->chunks, used,
		    &ast->nchunks, sizeof *ast->chunks);
		ast->chunks[used] =
		    arena_alloc(ast->arena, AST_CHUNK_NODES * sizeof *n);
	}
	ast->count++;
	n = ast_node(ast, i);
	memset(n, 0, sizeof *n);
	n->kind = (uint8_t)kind;
	n->pos = n->end = pos;
	return i;
}

uint32_t
ast_skip_parens(const struct ast *ast, uint32_t i)
{
	while (ast_node(ast, i)->kind == AST_PAREN)
		i = ast_node(ast, i)->a;
	return i;
}

bool
ast_is_pattern(const struct ast *ast, uint32_t i)
{
	uint8_t kind = ast_node(ast, i)->kind;

	return kind == AST_OBJECT_PATTERN || kind == AST_ARRAY_PATTERN;
}

uint32_t
ast_anonymous_function(const struct ast *ast, uint32_t i)
{
	const struct ast_node *n;

	i = ast_skip_parens(ast, i);
	n = ast_node(ast, i);
	if ((n->kind == AST_FUNC || n->kind == AST_CLASS) && n->a == 0)
		return i;
	return 0;
}
