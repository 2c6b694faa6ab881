/*
 * Source texts of functions, found by their code.
 *
 * Runs in: workers.
 * Owns:    copies of the texts and the table, outside the JavaScript heap.
 * Never:   keeps more than SOURCE_MAX bytes of text.
 */
#include "config.h"

#include "worker/engine/source.h"

#include <stdlib.h>

#include "base/xmalloc.h"
#include "worker/engine/engine_priv.h"

#define SOURCE_MAX ((size_t)64 << 20)
#define TEXTS_MAX 65535
#define TABLE_MIN 256

struct text {
	const char *s; /* held, or the same as `copy` */
	char *copy;    /* owned, or NULL */
	size_t len;
};

struct entry {
	const void *key; /* NULL: free */
	uint32_t text, pos, end;
};

struct sources {
	struct text *texts;
	uint32_t ntexts, texts_size;
	size_t bytes;
	struct entry *table; /* open addressing; size is a power of two */
	uint32_t size, used;
};

static struct entry *
slot(struct sources *s, const void *key)
{
	uintptr_t h = (uintptr_t)key >> 4;
	uint32_t i = (uint32_t)(h ^ (h >> 15)) & (s->size - 1);

	while (s->table[i].key != NULL && s->table[i].key != key)
		i = (i + 1) & (s->size - 1);
	return &s->table[i];
}

static void
grow(struct sources *s)
{
	struct entry *old = s->table;
	uint32_t i, n = s->size;

	s->size = n > 0 ? n * 2 : TABLE_MIN;
	s->table = xcalloc(s->size, sizeof *s->table);
	for (i = 0; i < n; i++)
		if (old[i].key != NULL)
			*slot(s, old[i].key) = old[i];
	free(old);
}

uint32_t
source_keep(struct engine *e, const char *src, size_t len, bool held)
{
	struct sources *s = e->sources;
	struct text *t;

	if (s == NULL)
		s = e->sources = xcalloc(1, sizeof *s);
	if (s->ntexts == TEXTS_MAX || (!held && len > SOURCE_MAX - s->bytes))
		return 0;
	if (s->ntexts == s->texts_size) {
		s->texts_size = s->texts_size * 2 + 8;
		s->texts =
		    xreallocarray(s->texts, s->texts_size, sizeof *s->texts);
	}
	t = &s->texts[s->ntexts];
	t->copy = held ? NULL : xmemdup(src, len);
	t->s = held ? src : t->copy;
	t->len = len;
	if (!held)
		s->bytes += len;
	return ++s->ntexts;
}

void
source_add(struct engine *e, const void *key, uint32_t id, uint32_t pos,
    uint32_t end)
{
	struct sources *s = e->sources;
	struct entry *p;

	if (s == NULL)
		return;
	if (s->used >= s->size / 2)
		grow(s);
	p = slot(s, key);
	if (p->key == NULL)
		s->used++;
	*p = (struct entry){.key = key, .text = id, .pos = pos, .end = end};
}

const char *
source_find(struct engine *e, const void *key, size_t *len_out)
{
	struct sources *s = e->sources;
	const struct entry *p;
	const struct text *t;

	if (s == NULL || s->size == 0 || key == NULL)
		return NULL;
	p = slot(s, key);
	if (p->key == NULL || p->text == 0 || p->text > s->ntexts)
		return NULL;
	t = &s->texts[p->text - 1];
	if (p->end <= p->pos || p->end > t->len)
		return NULL;
	*len_out = p->end - p->pos;
	return t->s + p->pos;
}

void
sources_free(struct engine *e)
{
	struct sources *s = e->sources;
	uint32_t i;

	if (s == NULL)
		return;
	for (i = 0; i < s->ntexts; i++)
		free(s->texts[i].copy);
	free(s->texts);
	free(s->table);
	free(s);
	e->sources = NULL;
}
