/*
 * Events on --control-fd.
 *
 * Runs in: supervisor.
 */
#include "config.h"

#include "supervisor/events.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"

/* S as a JSON string. */
static void
put_json(struct buf *b, const char *s)
{
	char hex[8];

	buf_put_u8(b, '"');
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			buf_put_u8(b, '\\');
		if (c >= 0x20) {
			buf_put_u8(b, c);
			continue;
		}
		snprintf(hex, sizeof hex, "\\u%04x", c);
		buf_put(b, hex, strlen(hex));
	}
	buf_put_u8(b, '"');
}

static void
put_text(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

void
events_listen(int fd, const struct listener *l)
{
	char port[32];
	struct buf b;

	if (fd == -1)
		return;
	buf_init(&b);
	put_text(&b, "{\"event\":\"listen\",\"socket\":");
	put_json(&b, l->name);
	if (l->port != 0) {
		snprintf(port, sizeof port, ",\"port\":%u", l->port);
		put_text(&b, port);
	} else {
		put_text(&b, ",\"address\":");
		put_json(&b, l->address);
	}
	put_text(&b, "}\n");
	if (write(fd, buf_peek(&b), buf_len(&b)) != (ssize_t)buf_len(&b))
		log_warn("cannot write to the control descriptor: %m");
	buf_clear(&b);
}
