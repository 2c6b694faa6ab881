/*
 * Any bytes as a config: it is refused with messages, or loads; what loads has
 * a dump that loads to the same again. Nothing outside is read.
 */
#include "config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "conf/conf.h"
#include "conf/ini.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const struct conf_options hermetic = {.is_hermetic = true};

static struct conf *
load(const char *text, size_t len)
{
	struct conf_errors errors;
	struct conf *conf = NULL;
	int r;

	conf_errors_init(&errors);
	r = conf_load_text("fuzz.ini", text, len, &hermetic, &errors, &conf);
	ASSERT((r == 0) == (conf != NULL));
	ASSERT((r == 0) == (errors.n == 0));
	conf_errors_clear(&errors);
	return conf;
}

/* A line of the dump can be longer than the line it came from. */
static bool
has_long_line(const char *text)
{
	size_t n;

	for (; *text != '\0'; text += n + (text[n] == '\n')) {
		n = strcspn(text, "\n");
		if (n > INI_LINE_MAX)
			return true;
	}
	return false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct conf *conf = load((const char *)data, len), *again;
	char *dump, *dump_again;
	size_t i;

	if (conf == NULL)
		return 0;
	dump = conf_dump(conf);
	if (!has_long_line(dump)) {
		again = load(dump, strlen(dump));
		ASSERT(again != NULL);
		dump_again = conf_dump(again);
		ASSERT(strcmp(dump, dump_again) == 0);
		ASSERT(conf->nworkers == again->nworkers);
		for (i = 0; i < conf->nworkers; i++)
			ASSERT(memcmp(conf->workers[i].hash,
				   again->workers[i].hash, CONF_HASH_LEN) == 0);
		free(dump_again);
		conf_free(&again);
	}
	free(dump);
	conf_free(&conf);
	return 0;
}
