#ifndef FRONT_H2_CONN_H
#define FRONT_H2_CONN_H

struct conn;
struct front;
struct h2_glue;

/* What all HTTP/2 connections share: nghttp2's callbacks and options. */
struct h2_glue *h2_glue_new(void);
void h2_glue_free(struct h2_glue **g);

/* Speak HTTP/2 on this connection, which begins with the client's preface. */
void h2_conn_open(struct conn *c);

#endif
