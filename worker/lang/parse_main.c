/*
 * eider-parse: the front-end on files, for development.
 *
 * usage: eider-parse [--kind module|script|commonjs] [--strict] [--ts]
 *	      [--jsx] [--dump] [--lower] [--time N] FILE ...
 *
 * Prints a diagnostic for every file that is refused; exits 1 if any was.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/xmalloc.h"
#include "worker/lang/lang.h"
#include "worker/lang/unit.h"

struct job {
	struct lang_options options;
	bool dump;
	bool lower; /* print the lowered text, or time it as well */
	long repeat;
};

static char *read_file(const char *name, size_t *len_out);
static int parse_file(const struct job *job, const char *name);
static int lower_unit(const struct job *job, struct lang_unit *unit,
    struct lang_diag *diag);
static enum lang_kind kind_of(const char *name);

int
main(int argc, char **argv)
{
	struct job job = {.repeat = 1};
	int i, failed = 0;

	job.options.kind = LANG_MODULE;
	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--kind") == 0 && i + 1 < argc)
			job.options.kind = kind_of(argv[++i]);
		else if (strcmp(argv[i], "--strict") == 0)
			job.options.strict = true;
		else if (strcmp(argv[i], "--ts") == 0)
			job.options.typescript = true;
		else if (strcmp(argv[i], "--jsx") == 0)
			job.options.jsx = true;
		else if (strcmp(argv[i], "--dump") == 0)
			job.dump = true;
		else if (strcmp(argv[i], "--lower") == 0)
			job.lower = true;
		else if (strcmp(argv[i], "--time") == 0 && i + 1 < argc)
			job.repeat = strtol(argv[++i], NULL, 10);
		else
			failed |= parse_file(&job, argv[i]);
	}
	return failed;
}

static enum lang_kind
kind_of(const char *name)
{
	if (strcmp(name, "script") == 0)
		return LANG_SCRIPT;
	if (strcmp(name, "commonjs") == 0)
		return LANG_COMMONJS;
	return LANG_MODULE;
}

static int
lower_unit(const struct job *job, struct lang_unit *unit,
    struct lang_diag *diag)
{
	struct lang_lower_options options = {.cyclic = false};
	struct lang_output *output = NULL;
	int r;

	r = lang_lower(unit, &options, &output, diag);
	if (r != 0)
		return r;
	if (job->repeat == 1)
		fwrite(output->text, 1, output->len, stdout);
	lang_output_free(&output);
	return 0;
}

static int
parse_file(const struct job *job, const char *name)
{
	struct lang_options options = job->options;
	struct lang_unit *unit = NULL;
	struct lang_diag diag;
	uint64_t start, best = UINT64_MAX;
	size_t len = 0, memory = 0;
	char *src, *text;
	int r = 0;
	long i;

	src = read_file(name, &len);
	if (src == NULL) {
		fprintf(stderr, "%s: cannot be read\n", name);
		return 1;
	}
	options.name = name;
	lang_diag_init(&diag);
	for (i = 0; i < job->repeat && r == 0; i++) {
		start = clock_cpu_ns();
		r = lang_parse(src, len, &options, &unit, &diag);
		if (r == 0 && job->lower)
			r = lower_unit(job, unit, &diag);
		if (clock_cpu_ns() - start < best)
			best = clock_cpu_ns() - start;
		if (r == 0 && job->dump) {
			text = unit_dump(unit);
			puts(text);
			free(text);
		}
		if (unit != NULL)
			memory = lang_memory(unit);
		lang_unit_free(&unit);
	}
	if (r != 0) {
		text = lang_diag_format(&diag);
		puts(text);
		free(text);
	} else if (job->repeat > 1) {
		printf("%s: %zu bytes, %.2f ms, %.1f MB/s, %.1f bytes/byte\n",
		    name, len, (double)best / 1e6,
		    (double)len * 1e3 / (double)best,
		    (double)memory / (double)(len > 0 ? len : 1));
	}
	lang_diag_clear(&diag);
	free(src);
	return r != 0;
}

static char *
read_file(const char *name, size_t *len_out)
{
	char *data = NULL;
	size_t len = 0, n;
	FILE *f;

	f = fopen(name, "rb");
	if (f == NULL)
		return NULL;
	do {
		data = xreallocarray(data, len + 65536, 1);
		n = fread(data + len, 1, 65536, f);
		len += n;
	} while (n > 0);
	fclose(f);
	*len_out = len;
	return data;
}
