/*
 * The last records of the log, and who follows it.
 *
 * Runs in: supervisor. What is kept here was escaped by base/log.c.
 * Owns:    at most RECORDS_MAX records of BYTES_MAX bytes together.
 * Never:   logs: a record about a record would have no end.
 */
#include "config.h"

#include "supervisor/tail.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/err.h"
#include "base/log.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "supervisor/ctl.h"
#include "supervisor/json.h"

#define RECORDS_MAX 1024u
#define BYTES_MAX ((size_t)256 << 10)
#define FOLLOWERS_MAX 8

struct record {
	struct timespec at;
	enum log_level level;
	char *who;  /* owned; NULL: the supervisor itself */
	char *text; /* owned */
};

struct follower {
	struct ctl_client *client; /* held until tail_unfollow(); NULL: none */
	char *worker;              /* owned; NULL: all */
	bool as_json;
	uint64_t ndropped;
};

struct tail {
	struct record ring[RECORDS_MAX];
	size_t first, n;
	size_t nbytes;
	struct follower followers[FOLLOWERS_MAX];
};

static size_t
size_of(const struct record *r)
{
	return (r->who != NULL ? strlen(r->who) : 0) + strlen(r->text);
}

static void
drop_first(struct tail *t)
{
	struct record *r = &t->ring[t->first];

	t->nbytes -= size_of(r);
	free(r->who);
	free(r->text);
	memset(r, 0, sizeof *r);
	t->first = (t->first + 1) % RECORDS_MAX;
	t->n--;
}

/* S begins with "worker NAME", and there the name ends. */
static bool
names_worker(const char *s, const char *name)
{
	static const char word[] = "worker ";
	size_t len = strlen(name);

	if (strncmp(s, word, sizeof word - 1) != 0)
		return false;
	s += sizeof word - 1;
	return strncmp(s, name, len) == 0 && strchr("[: #", s[len]) != NULL;
}

static bool
is_wanted(const struct record *r, const char *worker)
{
	return worker == NULL ||
	       names_worker(r->who != NULL ? r->who : r->text, worker);
}

static void
put_record(struct buf *b, const struct record *r, bool as_json)
{
	char when[32];
	struct tm tm;

	if (as_json) {
		json_format(b, "{\"timestamp\":%lld%03ld,\"level\":\"%s\",",
		    (long long)r->at.tv_sec, r->at.tv_nsec / 1000000,
		    log_level_name(r->level));
		if (r->who != NULL) {
			json_text(b, "\"source\":");
			json_string(b, r->who);
			json_text(b, ",");
		}
		json_text(b, "\"message\":");
		json_string(b, r->text);
		json_text(b, "}\n");
		return;
	}
	gmtime_r(&r->at.tv_sec, &tm);
	strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S", &tm);
	json_format(b, "%s.%03ldZ %s: ", when, r->at.tv_nsec / 1000000,
	    log_level_name(r->level));
	if (r->who != NULL) {
		json_text(b, r->who);
		json_text(b, ": ");
	}
	json_text(b, r->text);
	json_text(b, "\n");
}

static void
tell_dropped(struct follower *f, const struct record *last)
{
	char text[64];
	struct record r = {.at = last->at, .level = LOG_WARN, .text = text};
	struct buf b;

	snprintf(text, sizeof text, "%llu records dropped",
	    (unsigned long long)f->ndropped);
	buf_init(&b);
	put_record(&b, &r, f->as_json);
	if (ctl_client_write(f->client, &b))
		f->ndropped = 0;
	buf_clear(&b);
}

static void
give(struct follower *f, const struct record *r)
{
	struct buf b;

	if (f->client == NULL || !is_wanted(r, f->worker))
		return;
	if (f->ndropped > 0)
		tell_dropped(f, r);
	buf_init(&b);
	put_record(&b, r, f->as_json);
	if (f->ndropped > 0 || !ctl_client_write(f->client, &b))
		f->ndropped++;
	buf_clear(&b);
}

static void
on_record(void *arg, enum log_level level, const char *who, const char *text)
{
	struct tail *t = arg;
	struct record r = {.level = level};

	clock_gettime(CLOCK_REALTIME, &r.at);
	r.who = who != NULL ? xstrdup(who) : NULL;
	r.text = xstrdup(text);
	t->nbytes += size_of(&r);
	while (t->n > 0 && (t->n == RECORDS_MAX || t->nbytes > BYTES_MAX)) {
		/* The new one is counted, but not in the ring yet. */
		drop_first(t);
	}
	t->ring[(t->first + t->n++) % RECORDS_MAX] = r;
	for (size_t i = 0; i < FOLLOWERS_MAX; i++)
		give(&t->followers[i], &r);
}

struct tail *
tail_new(void)
{
	struct tail *t = xcalloc(1, sizeof *t);

	log_set_tap(on_record, t);
	return t;
}

void
tail_free(struct tail **tail)
{
	struct tail *t = *tail;

	if (t == NULL)
		return;
	log_set_tap(NULL, NULL);
	while (t->n > 0)
		drop_first(t);
	for (size_t i = 0; i < FOLLOWERS_MAX; i++)
		free(t->followers[i].worker);
	free(t);
	*tail = NULL;
}

void
tail_put(const struct tail *t, const struct tail_options *o, struct buf *out)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct record *r = &t->ring[(t->first + i) % RECORDS_MAX];

		if (is_wanted(r, o->worker))
			put_record(out, r, o->as_json);
	}
}

int
tail_follow(struct tail *t, struct ctl_client *client,
    const struct tail_options *o)
{
	for (size_t i = 0; i < FOLLOWERS_MAX; i++) {
		struct follower *f = &t->followers[i];

		if (f->client != NULL)
			continue;
		f->client = client;
		f->worker = o->worker != NULL ? xstrdup(o->worker) : NULL;
		f->as_json = o->as_json;
		f->ndropped = 0;
		return 0;
	}
	return ERR_LIMIT;
}

void
tail_unfollow(struct tail *t, const struct ctl_client *client)
{
	for (size_t i = 0; i < FOLLOWERS_MAX; i++) {
		struct follower *f = &t->followers[i];

		if (f->client != client)
			continue;
		f->client = NULL;
		free(f->worker);
		f->worker = NULL;
	}
}
