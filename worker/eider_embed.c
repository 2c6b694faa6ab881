/*
 * eider-embed: compiles scripts of ours into a C header, when Eider is built.
 *
 *	eider-embed -o OUT.h IN.js...
 *
 * Each file is one expression in modern JavaScript. The header defines
 * `embedded_scripts`, an array of struct engine_embedded in the order given;
 * see engine_push_embedded().
 *
 * Runs in: the build.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "worker/engine/embed.h"
#include "worker/engine/engine.h"

#define FILE_MAX ((size_t)16 << 20)
#define PER_LINE 19 /* numbers in a line of output */
#define STEM_BYTES 128

/* "js/base.js" -> "base" */
static void
stem_of(const char *path, char *out)
{
	const char *slash = strrchr(path, '/'), *name, *dot;

	name = slash != NULL ? slash + 1 : path;
	dot = strrchr(name, '.');
	snprintf(out, STEM_BYTES, "%.*s",
	    dot != NULL ? (int)(dot - name) : (int)strlen(name), name);
}

static void
read_all(const char *path, struct buf *b)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	if (f == NULL)
		fatal("eider-embed: cannot read %s: %s", path, strerror(errno));
	do {
		n = fread(buf_reserve(b, 65536), 1, 65536, f);
		buf_added(b, n);
	} while (n > 0 && buf_len(b) <= FILE_MAX);
	if (ferror(f) || buf_len(b) > FILE_MAX)
		fatal("eider-embed: cannot read %s", path);
	fclose(f);
}

static void
embed(struct engine *e, FILE *out, const char *path)
{
	struct engine_error err;
	char stem[STEM_BYTES], *name;
	struct buf b;
	uint8_t *code;
	size_t len, i;

	stem_of(path, stem);
	buf_init(&b);
	read_all(path, &b);
	name = xasprintf("eider:%s", stem);
	if (embed_compile(e, name, (const char *)buf_peek(&b), buf_len(&b),
		&code, &len, &err) != 0)
		fatal("eider-embed: %s: %s\n%s", path, err.message,
		    err.stack != NULL ? err.stack : "");
	fprintf(out, "static const unsigned char embedded_%s[] = {", stem);
	for (i = 0; i < len; i++)
		fprintf(out, "%s%u,", i % PER_LINE == 0 ? "\n\t" : "", code[i]);
	fprintf(out, "\n};\n\n");
	free(code);
	free(name);
	buf_clear(&b);
}

int
main(int argc, char **argv)
{
	struct engine *e;
	char stem[STEM_BYTES];
	FILE *out;
	int i;

	log_init(LOG_SINK_TEXT, 2, LOG_INFO);
	if (argc < 4 || strcmp(argv[1], "-o") != 0) {
		fprintf(stderr, "usage: eider-embed -o OUT.h IN.js...\n");
		return 2;
	}
	out = fopen(argv[2], "w");
	if (out == NULL)
		fatal("eider-embed: cannot write %s: %s", argv[2],
		    strerror(errno));
	if (engine_new(NULL, &e) != 0)
		fatal("eider-embed: cannot set up the engine");
	fprintf(out, "/* Made by eider-embed. */\n");
	for (i = 3; i < argc; i++)
		embed(e, out, argv[i]);
	fprintf(out, "static const struct engine_embedded "
		     "embedded_scripts[] = {\n");
	for (i = 3; i < argc; i++) {
		stem_of(argv[i], stem);
		fprintf(out, "\t{\"%s\", embedded_%s, sizeof embedded_%s},\n",
		    stem, stem, stem);
	}
	fprintf(out, "};\n");
	engine_free(&e);
	if (fclose(out) != 0)
		fatal("eider-embed: cannot write %s: %s", argv[2],
		    strerror(errno));
	return 0;
}
