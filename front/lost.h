#ifndef FRONT_LOST_H
#define FRONT_LOST_H

#include <stdint.h>

/*
 * Exchanges whose worker has ended before it answered. The end of the channel
 * is seen at once, why the process ended a little later, as the supervisor says
 * it: a limit of memory is another answer than a crash. Nobody waits for long.
 */
struct ev_loop;
struct exchange;
struct lost;

/* LOOP is held. */
struct lost *lost_new(struct ev_loop *loop);
/* Who waits still fails. */
void lost_free(struct lost **lost);

/* Wait for the end of X->process; exchange_fail() follows. */
void lost_add(struct lost *l, struct exchange *x);
/* X waits no more. */
void lost_remove(struct lost *l, struct exchange *x);

/* PROCESS has ended, which to its requests means CODE. */
void lost_tell(struct lost *l, uint32_t process, uint32_t code);

#endif
