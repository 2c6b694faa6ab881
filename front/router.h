#ifndef FRONT_ROUTER_H
#define FRONT_ROUTER_H

#include <stddef.h>
#include <stdint.h>

/*
 * Which service a request goes to: the first row of the supervisor's table
 * that matches listener, host and path, else the listener's own service.
 */
struct ipc_msg;
struct router;

struct router *router_new(void);
void router_free(struct router **r);

/*
 * Replace the table by that of a ROUTES message. Returns 0, with the table's
 * number, or ERR_PROTO; then the old table stays.
 */
int router_load(struct router *r, const struct ipc_msg *msg,
    uint32_t *number_out);

/*
 * host  as the client sent it, a port allowed; any case
 * path  may have a query, which is not looked at
 *
 * Returns 0 and the service, or ERR_NOENT.
 */
int router_find(const struct router *r, uint32_t listener, const char *host,
    size_t host_len, const char *path, size_t path_len, uint32_t *service_out);

#endif
