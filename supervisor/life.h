#ifndef SUPERVISOR_LIFE_H
#define SUPERVISOR_LIFE_H

#include <stddef.h>
#include <stdint.h>

struct instance;
struct life;
struct slot;
struct worker_status;

/*
 * The lives of the processes of a worker's instance: ordered, started, asked
 * to end, ended, begun again.
 */
void life_init(struct instance *in, struct slot *slot, size_t index);
/* After the last process: stops the timer, drops who waits. */
void life_clear(struct instance *in);

/* Order a process for IN, which has none. */
void life_start(struct instance *in);

/* The process of IN, if there is one, finishes within MS and ends. */
void life_drain(struct instance *in, uint64_t ms);

/* Fill in what the process of L uses, as far as that is known. */
void life_read_usage(const struct life *l, struct worker_status *status);
/* SIGKILL, by an operator's wish: no crash. WHY is a literal. */
void life_kill(struct life *l, const char *why);

/* What IN has done is forgotten: it may start again. */
void life_pardon(struct instance *in);

/* Until IN may start again. */
uint64_t life_wait_ms(const struct instance *in);

#endif
