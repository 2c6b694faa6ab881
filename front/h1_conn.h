#ifndef FRONT_H1_CONN_H
#define FRONT_H1_CONN_H

struct conn;

/* Speak HTTP/1.1 (and 1.0) on this connection. */
void h1_conn_open(struct conn *c);

#endif
