/*
 * What the supervisor says: listeners, routes, channels, the end.
 *
 * Runs in: front.
 */
#include "config.h"

#include "front/super.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/log.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "front/access_log.h"
#include "front/front.h"
#include "front/listener.h"
#include "front/router.h"
#include "front/service.h"
#include "front/tls.h"
#include "ipc/chan.h"
#include "ipc/control.h"
#include "ipc/tls_spec.h"

#define TEXT_MAX 256
#define LOST_MS 5000 /* to finish, without a supervisor */

static int
on_listener(void *arg, const struct ipc_msg *msg)
{
	struct front *f = arg;
	struct control_listener m;

	if (control_listener_get(msg, &m) != 0)
		return ERR_PROTO;
	listener_add(f, &m, msg->fds[0]);
	msg->fds[0] = -1;
	return 0;
}

/* All LEN bytes of the memory file FD. */
static int
read_file(int fd, uint8_t *dst, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = pread(fd, dst + done, len - done, (off_t)done);

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return ERR_SYS;
		done += (size_t)n;
	}
	return 0;
}

static int
on_listener_tls(void *arg, const struct ipc_msg *msg)
{
	struct front *f = arg;
	struct control_tls m;
	struct listener *l;
	struct tls *t = NULL;
	const char *why = "its memory file cannot be read";
	uint8_t *spec;

	if (control_tls_get(msg, &m) != 0 || m.len > TLS_SPEC_BYTES_MAX)
		return ERR_PROTO;
	l = listener_find(f, m.listener);
	if (l == NULL || !l->is_tls)
		return ERR_STATE;
	spec = xmalloc(m.len);
	if (read_file(msg->fds[0], spec, m.len) == 0)
		t = tls_new(spec, m.len, l->name, &f->tickets, &why);
	explicit_bzero(spec, m.len);
	free(spec);
	if (t == NULL)
		log_error("socket %s: TLS: %s", l->name, why);
	else
		listener_set_tls(l, t);
	return 0;
}

static int
on_ticket_keys(void *arg, const struct ipc_msg *msg)
{
	struct front *f = arg;

	return control_tickets_get(msg, &f->tickets);
}

static int
on_access_log(void *arg, const struct ipc_msg *msg)
{
	struct front *f = arg;
	struct control_log m;

	if (control_log_get(msg, &m) != 0)
		return ERR_PROTO;
	access_logs_set(f->logs, &m, msg->fds[0]);
	msg->fds[0] = -1;
	return 0;
}

static int
on_services(void *arg, const struct ipc_msg *msg)
{
	struct front *f = arg;

	return services_name(f->services, msg);
}

static int
on_listener_close(void *arg, const struct ipc_msg *msg)
{
	struct front *f = arg;
	struct listener *l;
	uint32_t id;

	if (control_u32_get(msg, &id) != 0)
		return ERR_PROTO;
	l = listener_find(f, id);
	if (l != NULL)
		listener_close(l);
	return 0;
}

static int
on_limits(void *arg, const struct ipc_msg *msg)
{
	struct front *f = arg;
	struct limits l;

	if (control_limits_get(msg, &l) != 0)
		return ERR_PROTO;
	front_set_limits(f, &l);
	return 0;
}

static int
on_routes(void *arg, const struct ipc_msg *msg)
{
	struct front *f = arg;
	uint32_t number;
	int r;

	r = router_load(f->router, msg, &number);
	if (r != 0)
		return r;
	/* The old table is gone: requests have found their service already. */
	control_u32_send(f->super, IPC_ROUTES_ACK, number);
	return 0;
}

static int
on_channel(void *arg, const struct ipc_msg *msg)
{
	struct front *f = arg;
	struct control_channel m;
	int fd = msg->fds[0];

	if (control_channel_get(msg, &m) != 0 || m.side != CONTROL_CLIENT)
		return ERR_PROTO;
	msg->fds[0] = -1;
	service_on_channel(f->services, m.target, m.instances, m.process, fd);
	return 0;
}

static int
on_channel_refused(void *arg, const struct ipc_msg *msg)
{
	struct front *f = arg;
	struct control_refused m;
	char text[TEXT_MAX];

	if (control_refused_get(msg, &m) != 0)
		return ERR_PROTO;
	snprintf(text, sizeof text, "%.*s", (int)MIN(m.text.len, TEXT_MAX),
	    m.text.p);
	service_on_refused(f->services, m.target, m.code, text);
	return 0;
}

static int
on_process_ended(void *arg, const struct ipc_msg *msg)
{
	struct front *f = arg;
	struct control_ended m;

	if (control_ended_get(msg, &m) != 0)
		return ERR_PROTO;
	services_on_ended(f->services, m.process, m.code);
	return 0;
}

static int
on_drain(void *arg, const struct ipc_msg *msg)
{
	struct front *f = arg;
	uint32_t ms;

	if (control_u32_get(msg, &ms) != 0)
		return ERR_PROTO;
	front_drain(f, ms);
	return 0;
}

static void
on_close(void *arg, enum chan_close reason)
{
	struct front *f = arg;

	/* Nothing can be started or granted any more. */
	log_info("the supervisor is gone: %s", chan_close_text(reason));
	chan_free(&f->super);
	front_drain(f, LOST_MS);
}

static const chan_handler handlers[IPC_TYPE_MAX] = {
    [IPC_LISTENER] = on_listener,
    [IPC_LISTENER_CLOSE] = on_listener_close,
    [IPC_LISTENER_TLS] = on_listener_tls,
    [IPC_TICKET_KEYS] = on_ticket_keys,
    [IPC_ACCESS_LOG] = on_access_log,
    [IPC_SERVICES] = on_services,
    [IPC_FRONT_LIMITS] = on_limits,
    [IPC_ROUTES] = on_routes,
    [IPC_CHANNEL] = on_channel,
    [IPC_CHANNEL_REFUSED] = on_channel_refused,
    [IPC_PROCESS_ENDED] = on_process_ended,
    [IPC_DRAIN] = on_drain,
};

struct chan *
super_open(struct front *f, int fd)
{
	const struct chan_options options = {
	    .self = IPC_PARTY_F,
	    .peer = IPC_PARTY_S,
	    .handlers = handlers,
	    .arg = f,
	    .on_close = on_close,
	    .assembly_max = 16 << 20, /* ROUTES */
	    .takes_fds = true,
	};

	return chan_new(f->hub, fd, &options);
}
