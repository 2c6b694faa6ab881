#ifndef CONF_FLAGS_H
#define CONF_FLAGS_H

/* What may be said about a compatibility flag. */
enum flags_state {
	FLAGS_GOOD,
	FLAGS_OLD,          /* asks for behaviour that is not there any more */
	FLAGS_EXPERIMENTAL, /* workerd itself does not promise it */
	FLAGS_UNKNOWN,
};

/*
 * Look NAME up. Where it is unknown *NEAREST_OUT is what may have been meant,
 * or NULL; where NEAREST_OUT is NULL nobody wants to know.
 */
enum flags_state flags_find(const char *name, const char **nearest_out);

#endif
