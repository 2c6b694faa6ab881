/*
 * Compression for CompressionStream and DecompressionStream, on zlib.
 *
 * Runs in: workers. All memory of a stream, zlib's included, is one buffer of
 * the heap: it counts for the worker's limit and is collected with its owner.
 */
#include "config.h"

#include "worker/api/zip.h"

#include <string.h>

#include <zlib.h>

#define ZIP_MAGIC 0x5a495031u
#define COMPRESS_ARENA ((size_t)300 << 10) /* 268 KB at level 6 */
#define EXPAND_ARENA ((size_t)64 << 10)    /* 32 KB of window, 10 of state */
#define CHUNK 8192

struct zip {
	uint32_t magic;
	bool compress;
	bool is_ended;
	z_stream z;
	size_t used;
	size_t size;
	/* keeps what zlib asks for aligned */
	_Alignas(8) uint8_t arena[];
};

/* zlib's allocator: memory is given out once and never comes back. */
static void *
arena_alloc(void *opaque, unsigned int n, unsigned int size)
{
	struct zip *s = opaque;
	size_t want = ((size_t)n * size + 7) & ~(size_t)7;
	void *p;

	if (want > s->size - s->used)
		return NULL;
	p = s->arena + s->used;
	s->used += want;
	return p;
}

static void
arena_free(void *opaque, void *p)
{
	(void)opaque;
	(void)p;
}

/* [ format compress ] -> [ plain buffer ] */
static duk_ret_t
zip_new(duk_context *ctx)
{
	static const struct {
		const char *name;
		int bits;
	} formats[] = {
	    {"gzip", 15 + 16},
	    {"deflate", 15},
	    {"deflate-raw", -15},
	};
	const char *name = duk_require_string(ctx, 0);
	bool compress = duk_to_boolean(ctx, 1) != 0;
	size_t size = compress ? COMPRESS_ARENA : EXPAND_ARENA, i;
	struct zip *s;
	int r;

	for (i = 0; i < NELEMS(formats); i++)
		if (strcmp(formats[i].name, name) == 0)
			break;
	if (i == NELEMS(formats))
		return duk_type_error(ctx,
		    "The compression format must be either 'deflate', "
		    "'deflate-raw' or 'gzip'.");
	s = duk_push_fixed_buffer(ctx, sizeof *s + size);
	memset(s, 0, sizeof *s);
	s->magic = ZIP_MAGIC;
	s->compress = compress;
	s->size = size;
	s->z.zalloc = arena_alloc;
	s->z.zfree = arena_free;
	s->z.opaque = s;
	if (compress)
		r = deflateInit2(&s->z, Z_DEFAULT_COMPRESSION, Z_DEFLATED,
		    formats[i].bits, 8, Z_DEFAULT_STRATEGY);
	else
		r = inflateInit2(&s->z, formats[i].bits);
	if (r != Z_OK)
		return duk_generic_error(ctx, "compression: out of memory");
	return 1;
}

static duk_ret_t
zip_failed(duk_context *ctx, const struct zip *s)
{
	if (s->compress)
		return duk_type_error(ctx, "Compression failed.");
	return duk_type_error(ctx, "Decompression failed.");
}

/*
 * [ zip input finish give ] -> [ ]: pass the input through and call give()
 * with each chunk that comes out.
 */
static duk_ret_t
zip_run(duk_context *ctx)
{
	struct zip *s = duk_require_buffer(ctx, 0, NULL);
	bool finish = duk_to_boolean(ctx, 2) != 0;
	const uint8_t *in;
	uint8_t out[CHUNK];
	size_t n, len;
	void *copy;
	int r = Z_OK;

	ASSERT(s->magic == ZIP_MAGIC);
	in = bytes_get(ctx, 1, &n);
	if (in == NULL || n > UINT32_MAX)
		return duk_type_error(ctx, "not bytes");
	if (s->is_ended && n > 0)
		return duk_type_error(ctx,
		    "Trailing bytes after end of compressed data");
	s->z.next_in = (z_const Bytef *)(uintptr_t)in;
	s->z.avail_in = (uInt)n;
	while (!s->is_ended) {
		s->z.next_out = out;
		s->z.avail_out = sizeof out;
		r = s->compress ? deflate(&s->z, finish ? Z_FINISH : Z_NO_FLUSH)
				: inflate(&s->z, Z_NO_FLUSH);
		if (r != Z_OK && r != Z_STREAM_END && r != Z_BUF_ERROR)
			return zip_failed(ctx, s);
		s->is_ended = r == Z_STREAM_END;
		len = sizeof out - s->z.avail_out;
		if (len > 0) {
			duk_dup(ctx, 3);
			copy = duk_push_fixed_buffer(ctx, len);
			memcpy(copy, out, len);
			bytes_to_uint8array(ctx);
			duk_call(ctx, 1);
			duk_pop(ctx);
		}
		if (r == Z_BUF_ERROR ||
		    (s->z.avail_in == 0 && s->z.avail_out > 0 && !finish))
			break;
	}
	if (s->is_ended && s->z.avail_in > 0)
		return duk_type_error(ctx,
		    "Trailing bytes after end of compressed data");
	if (finish && !s->is_ended)
		return duk_type_error(ctx, "Called close() on a decompression "
					   "stream with incomplete data");
	return 0;
}

static const struct member natives[] = {
    {"zipNew", M_METHOD, zip_new, NULL, 2, 2, 0},
    {"zipRun", M_METHOD, zip_run, NULL, 4, 4, 0},
};

void
zip_install_natives(duk_context *ctx, duk_idx_t idx)
{
	members_define(ctx, idx, natives, NELEMS(natives), false);
}
