/*
 * TypeScript's syntax.
 *
 * Runs in: worker, on a tenant's source text.
 */
#include "config.h"

#include "worker/lang/parse_priv.h"

/* XXX types and JSX are refused by lang_parse() until they are parsed here */

uint32_t
parse_ts_as(struct parser *p, uint32_t left)
{
	(void)left;
	fail_token(p);
}

uint32_t
parse_ts_cast(struct parser *p)
{
	fail_token(p);
}

uint32_t
parse_ts_call(struct parser *p, uint32_t left, bool optional)
{
	(void)left;
	(void)optional;
	fail_token(p);
}

uint32_t
parse_ts_subscript(struct parser *p, uint32_t left, bool no_call)
{
	(void)left;
	(void)no_call;
	fail_token(p);
}

uint32_t
parse_ts_arrow(struct parser *p, uint32_t pos, bool is_async)
{
	(void)pos;
	(void)is_async;
	fail_token(p);
}

void
parse_ts_type_params(struct parser *p)
{
	fail_token(p);
}

void
parse_ts_return_type(struct parser *p)
{
	fail_token(p);
}

uint32_t
parse_ts_param(struct parser *p, struct func *f)
{
	(void)f;
	fail_token(p);
}

bool
parse_ts_no_body(struct parser *p, uint32_t node)
{
	(void)node;
	fail_token(p);
}

uint32_t
parse_ts_annotation(struct parser *p)
{
	fail_token(p);
}

uint32_t
parse_ts_statement(struct parser *p)
{
	fail_token(p);
}

uint32_t
parse_ts_declaration(struct parser *p, uint32_t pos)
{
	(void)pos;
	fail_token(p);
}

bool
parse_ts_spec_type(struct parser *p)
{
	fail_token(p);
}

uint32_t
parse_ts_import(struct parser *p, uint32_t node)
{
	(void)node;
	fail_token(p);
}

uint32_t
parse_ts_export_default(struct parser *p)
{
	fail_token(p);
}

uint32_t
parse_ts_export(struct parser *p, uint32_t node)
{
	(void)node;
	fail_token(p);
}

bool
is_merged(struct parser *p, uint32_t atom)
{
	(void)atom;
	fail_token(p);
}

void
parse_ts_heritage_args(struct parser *p, uint32_t klass)
{
	(void)klass;
	fail_token(p);
}

void
parse_ts_implements(struct parser *p)
{
	fail_token(p);
}

uint32_t
parse_ts_member(struct parser *p)
{
	fail_token(p);
}

void
parse_ts_modifiers(struct parser *p)
{
	fail_token(p);
}

void
parse_ts_member_optional(struct parser *p)
{
	fail_token(p);
}

uint32_t
parse_jsx_or_generic(struct parser *p)
{
	fail_token(p);
}
