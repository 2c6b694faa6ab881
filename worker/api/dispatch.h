#ifndef WORKER_API_DISPATCH_H
#define WORKER_API_DISPATCH_H

#include "worker/api/headers.h"

/*
 * Append the fields that may travel: not those of one connection, not Host,
 * and Content-Length only WITH_LENGTH.
 */
void dispatch_put_fields(struct buf *b, const struct headers_state *h,
    bool with_length);
/* The same from a head as it arrived. */
void dispatch_put_raw_fields(struct buf *b, struct head_fields fields,
    bool with_length);

#endif
