#ifndef SUPERVISOR_PRIORITY_H
#define SUPERVISOR_PRIORITY_H

/*
 * Who goes first where the processors are busy. This process and the fronts,
 * which work a little for everybody, go before workers, where that is allowed:
 * as root, or with CAP_SYS_NICE. A worker whose event is long makes way for
 * others until it ends, where RLIMIT_NICE lets it come back; that limit is
 * raised as far as this process may.
 */

/* Called once, at the start. Returns the nice value that workers are to have.
 */
int priority_arrange(void);

#endif
