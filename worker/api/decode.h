#ifndef WORKER_API_DECODE_H
#define WORKER_API_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The decoders of the Encoding standard. Bytes come in, CESU-8, the heap's
 * form of strings, goes out; what a chunk leaves unfinished stays in the
 * struct. Pure: no engine, no allocation.
 */

enum encoding_kind {
	KIND_UTF8,
	KIND_UTF16LE,
	KIND_UTF16BE,
	KIND_SINGLE,
	KIND_USER_DEFINED,
	KIND_REPLACEMENT,
	KIND_MULTI,
};

enum encoding_id {
#define ENCODING(id_, name_, kind_) ENC_##id_,
#include "worker/api/encodings.def"
#undef ENCODING
	ENC_MAX
};

/* ISO-2022-JP */
enum jp_state {
	JP_ASCII,
	JP_ROMAN,
	JP_KATAKANA,
	JP_LEAD,
	JP_TRAIL,
	JP_ESCAPE_START,
	JP_ESCAPE,
};

struct decoder {
	enum encoding_id id;
	bool is_fatal;
	bool ignore_bom;
	bool bom_seen; /* or something else was */
	bool is_bad;   /* fatal mode met an error */
	bool replaced; /* "replacement" has given its U+FFFD */
	/* utf-8: the sequence begun; utf-16: the byte and surrogate held */
	uint8_t needed;
	uint8_t seen;
	uint8_t lower;
	uint8_t upper;
	uint32_t code;
	int lead_byte; /* -1: none */
	uint32_t lead_surrogate;
	/* multi-byte: the bytes held, 0: none */
	uint8_t held[3];
	bool is_jis0212;
	enum jp_state jp;
	enum jp_state jp_output;
	bool jp_escaped; /* nothing came out since the last escape */

	uint8_t *p; /* where it writes: see DECODE_ROOM */
	size_t len;
};

/* The room that N bytes need. */
#define DECODE_ROOM(n_) ((n_)*3 + 16)

/* ENC_MAX for an unknown label. */
enum encoding_id decode_find(const char *label, size_t len);
const char *decode_name(enum encoding_id id);
enum encoding_kind decode_kind(enum encoding_id id);

/* Before the first chunk, and after the last: forget all but the options. */
void decode_reset(struct decoder *d);
/*
 * Decode a chunk to d->p, which has room; FLUSH: it is the last. Sets is_bad
 * and stops where fatal mode meets an error.
 */
void decode_chunk(struct decoder *d, const uint8_t *s, size_t n, bool flush);

/* For decode_multi.c. */
void decode_put_code(struct decoder *d, uint32_t c);
void decode_put_error(struct decoder *d);
void decode_multi(struct decoder *d, const uint8_t *s, size_t n, bool flush);

#endif
