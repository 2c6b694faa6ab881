/*
 * Events on --control-fd.
 *
 * Runs in: supervisor.
 */
#include "config.h"

#include "supervisor/events.h"

#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "supervisor/json.h"

void
events_listen(int fd, const struct listener *l)
{
	struct buf b;

	if (fd == -1)
		return;
	buf_init(&b);
	json_text(&b, "{\"event\":\"listen\",\"socket\":");
	json_string(&b, l->name);
	if (l->port != 0) {
		json_format(&b, ",\"port\":%u", l->port);
	} else {
		json_text(&b, ",\"address\":");
		json_string(&b, l->address);
	}
	json_text(&b, "}\n");
	if (write(fd, buf_peek(&b), buf_len(&b)) != (ssize_t)buf_len(&b))
		log_warn("cannot write to the control descriptor: %m");
	buf_clear(&b);
}
