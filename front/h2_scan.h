#ifndef FRONT_H2_SCAN_H
#define FRONT_H2_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Where the frames begin in what an HTTP/2 client sends, behind its preface:
 * a look at the headers alone, pure and without a judgement.
 */
#define H2_SCAN_HEADER 9

struct h2_scan {
	uint8_t header[H2_SCAN_HEADER]; /* of the frame that begins */
	size_t nheader;                 /* bytes of it */
	size_t skip;                    /* bytes until the next one */
};

struct h2_frame {
	uint32_t len; /* of the payload */
	uint8_t type;
	uint8_t flags;
	uint32_t stream;
};

/* Before the preface. */
void h2_scan_init(struct h2_scan *s);

/*
 * The next frame whose header is complete in *DATA, which is advanced behind
 * it. Returns false, and all was taken, when there is none.
 */
bool h2_scan_next(struct h2_scan *s, const uint8_t **data, size_t *len,
    struct h2_frame *frame_out);

#endif
