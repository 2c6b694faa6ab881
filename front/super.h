#ifndef FRONT_SUPER_H
#define FRONT_SUPER_H

struct chan;
struct front;

/* The control channel over FD, which is taken. */
struct chan *super_open(struct front *f, int fd);

#endif
