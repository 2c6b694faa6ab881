/*
 * Access logs: what is in a line.
 *
 * Runs in: front. Every text of a client is hostile: see access_line.h.
 */
#include "config.h"

#include "front/access_line.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <ev.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/util.h"
#include "front/access_entry.h"
#include "front/conn.h"
#include "front/front.h"
#include "front/listener.h"
#include "front/service.h"
#include "front/tls_conn.h"
#include "ipc/head.h"

#define FORMAT_MAX 128
#define CLIENT_LEFT 499 /* no response: the client was gone before */

/* ---- pieces ---- */

static void put_format(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
put_format(struct buf *b, const char *fmt, ...)
{
	char text[FORMAT_MAX];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (n > 0)
		buf_put(b, text, MIN((size_t)n, sizeof text - 1));
}

static void
put_text(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

/* As nginx escapes: bytes that could be mistaken become \xNN. */
static void
put_escaped(struct buf *b, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (p[i] >= 0x20 && p[i] < 0x7f && p[i] != '"' && p[i] != '\\')
			buf_put_u8(b, p[i]);
		else
			put_format(b, "\\x%02X", p[i]);
	}
}

static void
put_or_dash(struct buf *b, const uint8_t *p, size_t len)
{
	if (len == 0)
		put_text(b, "-");
	put_escaped(b, p, len);
}

static const char *
protocol(const struct access_entry *e)
{
	switch (e->version) {
	case HEAD_HTTP_1_0:
		return "HTTP/1.0";
	case HEAD_HTTP_1_1:
		return "HTTP/1.1";
	case HEAD_HTTP_2:
		return "HTTP/2.0";
	default:
		return "";
	}
}

static unsigned int
status_of(const struct access_entry *e)
{
	return e->status != 0 ? e->status : CLIENT_LEFT;
}

/* The address of "ip:port" or "[ip]:port". */
static size_t
address_of(const char *client, const char **p_out)
{
	const char *colon = strrchr(client, ':');
	size_t len = colon != NULL ? (size_t)(colon - client) : strlen(client);

	*p_out = client;
	if (len >= 2 && client[0] == '[') {
		*p_out = client + 1;
		len -= 2;
	}
	return len;
}

/* The texts that were kept, one behind the other. */
struct texts {
	const uint8_t *target, *host, *referer, *agent;
};

static struct texts
texts_of(const struct access_entry *e)
{
	struct texts t;

	t.target = buf_peek(&e->text);
	t.host = t.target + e->target_len;
	t.referer = t.host + e->host_len;
	t.agent = t.referer + e->referer_len;
	return t;
}

/* ---- combined ---- */

static void
put_combined(struct buf *b, const struct access_entry *e, const struct conn *c)
{
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May",
	    "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	struct texts t = texts_of(e);
	time_t now = (time_t)ev_now(c->front->loop);
	struct tm tm = {0};
	const char *ip;
	size_t len = address_of(c->client, &ip);

	if (len == 0)
		put_text(b, "-");
	buf_put(b, ip, len);
	(void)gmtime_r(&now, &tm);
	put_format(b, " - - [%02d/%s/%04d:%02d:%02d:%02d +0000] \"", tm.tm_mday,
	    months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
	    tm.tm_sec);
	if (e->version != 0) {
		put_format(b, "%s ", e->method);
		put_escaped(b, t.target, e->target_len);
		put_format(b, " %s", protocol(e));
	}
	put_format(b, "\" %u %llu \"", status_of(e),
	    (unsigned long long)e->out_bytes);
	put_or_dash(b, t.referer, e->referer_len);
	put_text(b, "\" \"");
	put_or_dash(b, t.agent, e->agent_len);
	put_text(b, "\"");
}

/* ---- JSON ---- */

static void
put_member(struct buf *b, const char *name, const void *p, size_t len)
{
	if (len == 0)
		return;
	put_format(b, ",\"%s\":\"", name);
	json_put_escaped(b, p, len);
	put_text(b, "\"");
}

static void
put_string(struct buf *b, const char *name, const char *s)
{
	put_member(b, name, s, strlen(s));
}

static void
put_json(struct buf *b, const struct access_entry *e, const struct conn *c,
    uint64_t id)
{
	struct texts t = texts_of(e);
	ev_tstamp now = ev_now(c->front->loop);
	uint64_t us = (clock_now_ns() - e->begin_ns) / 1000;
	time_t s = (time_t)now;
	struct tm tm = {0};

	(void)gmtime_r(&s, &tm);
	put_format(b, "{\"time\":\"%04d-%02d-%02dT%02d:%02d:%02d.%03dZ\"",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
	    tm.tm_sec, (int)((now - (double)s) * 1000));
	put_string(b, "socket", c->listener->name);
	put_string(b, "client", c->client);
	put_string(b, "method", e->method);
	put_member(b, "target", t.target, e->target_len);
	put_member(b, "host", t.host, e->host_len);
	put_string(b, "protocol", protocol(e));
	put_format(b,
	    ",\"status\":%u,\"bytesIn\":%llu,\"bytesOut\":%llu,"
	    "\"duration\":%llu.%06llu",
	    status_of(e), (unsigned long long)e->in_bytes,
	    (unsigned long long)e->out_bytes,
	    (unsigned long long)(us / 1000000),
	    (unsigned long long)(us % 1000000));
	put_string(b, "service", service_name(c->front->services, e->service));
	if (id != 0)
		put_format(b, ",\"requestId\":\"%016llx\"",
		    (unsigned long long)id);
	if (c->tls != NULL) {
		put_string(b, "tlsVersion", tls_conn_version(c->tls));
		put_string(b, "tlsCipher", tls_conn_cipher(c->tls));
	}
	put_member(b, "referer", t.referer, e->referer_len);
	put_member(b, "userAgent", t.agent, e->agent_len);
	put_text(b, "}");
}

void
access_line_put(struct buf *b, const struct access_entry *e,
    const struct conn *c, uint64_t id, enum control_log_format format)
{
	if (format == CONTROL_LOG_JSON)
		put_json(b, e, c, id);
	else
		put_combined(b, e, c);
}

void
access_line_put_journal(struct buf *b, const struct access_entry *e,
    const struct conn *c, uint64_t id, enum control_log_format format)
{
	const char *service = service_name(c->front->services, e->service);

	put_text(b, "PRIORITY=6\nSYSLOG_IDENTIFIER=eider\nWORKER=");
	json_put_escaped(b, service, strlen(service));
	put_format(b, "\nREQUEST_ID=%016llx\nSTATUS_CODE=%u\nMESSAGE=",
	    (unsigned long long)id, status_of(e));
	access_line_put(b, e, c, id, format);
	put_text(b, "\n");
}
