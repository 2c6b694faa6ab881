#ifndef SUPERVISOR_LOGPIPE_H
#define SUPERVISOR_LOGPIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ev.h>

#define LOGPIPE_LINE_MAX 4096

/*
 * The reading end of a child's log pipe: adds who the child is to each of its
 * lines, and bounds how many it may write: further lines are dropped, and one
 * that floods waits in write(2). A line starts with the digit of its
 * level; one that does not is what a library wrote to stderr.
 */
struct logpipe {
	ev_io watcher;
	ev_timer pause;       /* runs while nothing is read */
	struct ev_loop *loop; /* held */
	const char *who;      /* held: "worker chat[123]" */
	int fd;
	bool is_open;
	char line[LOGPIPE_LINE_MAX]; /* of an unfinished line */
	size_t line_len;
	bool is_cut;     /* the rest of this line is dropped */
	uint64_t tokens; /* lines that may be written now, times 1000 */
	uint64_t bytes;  /* that may be read now */
	uint64_t tokens_at_ms;
	uint64_t lines_per_second;
	uint64_t ndropped;     /* since they were told last */
	uint64_t ndropped_all; /* since the start */
	uint64_t told_at_ms;   /* of the last count of dropped lines */
	int refused_call; /* system call that its filter refused; -1: none */
};

/*
 * FD is taken. WHO may change while the pipe is open. LINES_PER_SECOND, and a
 * burst of ten times as many, are written; 0: the default.
 */
void logpipe_start(struct logpipe *p, struct ev_loop *loop, int fd,
    const char *who, uint64_t lines_per_second);

/* Read what is there now, without waiting. */
void logpipe_read(struct logpipe *p);
/* The same, and close. May be called twice. */
void logpipe_stop(struct logpipe *p);

#endif
