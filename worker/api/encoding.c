/*
 * TextEncoder, TextDecoder and base64 for scripts.
 *
 * Runs in: workers. The decoders are in decode.c.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "worker/api/core.h"
#include "worker/api/decode.h"
#include "worker/engine/str.h"

#define DECODE_MAX ((size_t)512 << 20)

struct decoder_state {
	struct state_head head;
	bool is_streaming;
	struct decoder decoder;
};

static bool
get_option(duk_context *ctx, duk_idx_t idx, const char *name)
{
	bool r;

	if (!duk_is_object(ctx, idx))
		return false;
	duk_get_prop_string(ctx, idx, name);
	r = duk_to_boolean(ctx, -1) != 0;
	duk_pop(ctx);
	return r;
}

/* [ label options ] -> [ TextDecoder ] */
static duk_ret_t
decoder_ctor(duk_context *ctx)
{
	struct decoder_state *d;
	enum encoding_id id = ENC_UTF_8;
	const char *label = "utf-8";
	size_t n;

	class_construct(ctx, API_TEXT_DECODER); /* 2 */
	if (!duk_is_undefined(ctx, 0)) {
		label = str_to_utf8(ctx, 0, &n);
		id = decode_find(label, n);
	}
	if (id == ENC_MAX || decode_kind(id) == KIND_REPLACEMENT)
		return duk_range_error(ctx, "\"%s\" is not a valid encoding.",
		    label);
	if (!duk_is_null_or_undefined(ctx, 1) && !duk_is_object(ctx, 1))
		return duk_type_error(ctx,
		    "TextDecoder: options must be an object");
	d = state_new(ctx, 2, API_TEXT_DECODER, sizeof *d);
	d->decoder.id = id;
	d->decoder.is_fatal = get_option(ctx, 1, "fatal");
	d->decoder.ignore_bom = get_option(ctx, 1, "ignoreBOM");
	decode_reset(&d->decoder);
	return 1;
}

/* [ input options ] -> [ string ] */
static duk_ret_t
decoder_decode(duk_context *ctx)
{
	struct decoder_state *state = state_push_this(ctx, API_TEXT_DECODER);
	struct decoder *d = &state->decoder;
	const uint8_t *s = (const uint8_t *)"";
	size_t n = 0;
	bool stream;

	stream = get_option(ctx, 1, "stream");
	if (!duk_is_undefined(ctx, 0)) {
		s = bytes_get(ctx, 0, &n);
		if (s == NULL)
			return duk_type_error(ctx,
			    "TextDecoder.decode: input must be an ArrayBuffer "
			    "or a view of one");
	}
	if (n > DECODE_MAX)
		return duk_range_error(ctx, "TextDecoder.decode: too long");
	if (!state->is_streaming)
		decode_reset(d);
	state->is_streaming = stream;
	if (decode_kind(d->id) == KIND_UTF8 && d->needed == 0 &&
	    str_ascii_prefix((const char *)s, n) == n) {
		d->bom_seen = d->bom_seen || n > 0;
		duk_push_lstring(ctx, (const char *)s, n);
		return 1;
	}
	d->p = duk_push_fixed_buffer(ctx, DECODE_ROOM(n));
	d->len = 0;
	decode_chunk(d, s, n, !stream);
	if (d->is_bad) {
		state->is_streaming = false;
		return duk_type_error(ctx, "Failed to decode input.");
	}
	duk_push_lstring(ctx, (const char *)d->p, d->len);
	return 1;
}

static duk_ret_t
decoder_encoding(duk_context *ctx)
{
	const struct decoder_state *d = state_push_this(ctx, API_TEXT_DECODER);

	duk_push_string(ctx, decode_name(d->decoder.id));
	return 1;
}

static duk_ret_t
decoder_flag(duk_context *ctx)
{
	const struct decoder_state *d = state_push_this(ctx, API_TEXT_DECODER);

	duk_push_boolean(ctx, duk_get_current_magic(ctx) == 0
				  ? d->decoder.is_fatal
				  : d->decoder.ignore_bom);
	return 1;
}

static duk_ret_t
encoder_ctor(duk_context *ctx)
{
	class_construct(ctx, API_TEXT_ENCODER);
	state_new(ctx, -1, API_TEXT_ENCODER, sizeof(struct state_head));
	return 1;
}

static duk_ret_t
encoder_encoding(duk_context *ctx)
{
	state_push_this(ctx, API_TEXT_ENCODER);
	duk_push_literal(ctx, "utf-8");
	return 1;
}

/* [ string ] -> [ Uint8Array ] */
static duk_ret_t
encoder_encode(duk_context *ctx)
{
	const char *s;
	size_t n;
	void *p;

	state_push_this(ctx, API_TEXT_ENCODER);
	if (duk_is_undefined(ctx, 0)) {
		duk_push_fixed_buffer(ctx, 0);
	} else {
		s = str_to_utf8(ctx, 0, &n);
		p = duk_push_fixed_buffer(ctx, n);
		memcpy(p, s, n);
	}
	bytes_to_uint8array(ctx);
	return 1;
}

/* [ string Uint8Array ] -> [ {read, written} ] */
static duk_ret_t
encoder_encode_into(duk_context *ctx)
{
	size_t n, room, i = 0, len, read = 0;
	const uint8_t *s;
	uint8_t *dst;
	duk_size_t dst_len;

	state_push_this(ctx, API_TEXT_ENCODER);
	s = (const uint8_t *)str_to_utf8(ctx, 0, &n);
	script_push(ctx, "isUint8Array");
	duk_dup(ctx, 1);
	duk_call(ctx, 1);
	if (!duk_get_boolean(ctx, -1))
		return duk_type_error(ctx,
		    "TextEncoder.encodeInto: destination must be a "
		    "Uint8Array");
	dst = duk_get_buffer_data(ctx, 1, &dst_len);
	room = dst_len;
	while (i < n) {
		len = s[i] < 0x80 ? 1 : s[i] < 0xe0 ? 2 : s[i] < 0xf0 ? 3 : 4;
		if (len > room - i)
			break;
		memcpy(dst + i, s + i, len);
		i += len;
		read += len == 4 ? 2 : 1;
	}
	duk_push_object(ctx);
	duk_push_number(ctx, (double)read);
	duk_put_prop_literal(ctx, -2, "read");
	duk_push_number(ctx, (double)i);
	duk_put_prop_literal(ctx, -2, "written");
	return 1;
}

/* [ string ] -> [ string ] */
static duk_ret_t
base64_btoa(duk_context *ctx)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	struct buf *b = api_scratch(api_from(ctx), 0);
	const uint8_t *s;
	size_t n, i;
	char *d;

	duk_to_string(ctx, 0);
	if (!latin1_get(ctx, 0, b))
		return throw_dom(ctx, "InvalidCharacterError",
		    "btoa() can only operate on characters in the Latin1 "
		    "(ISO/IEC 8859-1) range.");
	n = buf_len(b);
	d = duk_push_fixed_buffer(ctx, (n + 2) / 3 * 4);
	s = buf_peek(b);
	for (i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)s[i] << 16;

		if (i + 1 < n)
			v |= (uint32_t)s[i + 1] << 8;
		if (i + 2 < n)
			v |= s[i + 2];
		*d++ = digits[v >> 18];
		*d++ = digits[v >> 12 & 63];
		*d++ = i + 1 < n ? digits[v >> 6 & 63] : '=';
		*d++ = i + 2 < n ? digits[v & 63] : '=';
	}
	duk_push_lstring(ctx, duk_get_buffer(ctx, -1, NULL), (n + 2) / 3 * 4);
	return 1;
}

static int
base64_value(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static bool
is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

/* Forgiving base64: returns the bytes written to D, or -1. */
static long
base64_decode(const uint8_t *s, size_t n, uint8_t *d)
{
	uint32_t v = 0;
	size_t i, digits = 0, pads = 0;
	uint8_t *start = d;

	for (i = 0; i < n; i++) {
		int x;

		if (is_space(s[i]))
			continue;
		if (s[i] == '=') {
			if (++pads > 2)
				return -1;
			continue;
		}
		x = base64_value(s[i]);
		if (x < 0 || pads > 0)
			return -1;
		v = v << 6 | (uint32_t)x;
		if (++digits % 4 == 0) {
			*d++ = (uint8_t)(v >> 16);
			*d++ = (uint8_t)(v >> 8);
			*d++ = (uint8_t)v;
			v = 0;
		}
	}
	if (pads > 0 && (digits + pads) % 4 != 0)
		return -1;
	if (digits % 4 == 1)
		return -1;
	if (digits % 4 == 2)
		*d++ = (uint8_t)(v >> 4);
	if (digits % 4 == 3) {
		*d++ = (uint8_t)(v >> 10);
		*d++ = (uint8_t)(v >> 2);
	}
	return (long)(d - start);
}

static duk_ret_t
base64_atob(duk_context *ctx)
{
	const char *s;
	duk_size_t n;
	uint8_t *d;
	long len;

	s = duk_to_lstring(ctx, 0, &n);
	d = duk_push_fixed_buffer(ctx, n);
	len = base64_decode((const uint8_t *)s, n, d);
	if (len < 0)
		return throw_dom(ctx, "InvalidCharacterError",
		    "atob() called with invalid base64-encoded data. (Only "
		    "whitespace, '+', '/', alphanumeric ASCII, and up to two "
		    "terminal '=' signs when the input data length is "
		    "divisible by 4 are allowed.)");
	latin1_push(ctx, d, (size_t)len);
	return 1;
}

static const struct member decoder_members[] = {
    {"encoding", M_GETTER, decoder_encoding, NULL, 0, 0, 0},
    {"fatal", M_GETTER, decoder_flag, NULL, 0, 0, 0},
    {"ignoreBOM", M_GETTER, decoder_flag, NULL, 0, 0, 1},
    {"decode", M_METHOD, decoder_decode, NULL, 2, 0, 0},
};

static const struct member encoder_members[] = {
    {"encoding", M_GETTER, encoder_encoding, NULL, 0, 0, 0},
    {"encode", M_METHOD, encoder_encode, NULL, 1, 0, 0},
    {"encodeInto", M_METHOD, encoder_encode_into, NULL, 2, 2, 0},
};

static const struct member base64_members[] = {
    {"atob", M_METHOD, base64_atob, NULL, 1, 1, 0},
    {"btoa", M_METHOD, base64_btoa, NULL, 1, 1, 0},
};

void
encoding_install(duk_context *ctx)
{
	static const struct class_spec decoder = {.id = API_TEXT_DECODER,
	    .ctor = decoder_ctor,
	    .nargs = 2,
	    .length = 0,
	    .members = decoder_members,
	    .nmembers = NELEMS(decoder_members)};
	static const struct class_spec encoder = {.id = API_TEXT_ENCODER,
	    .ctor = encoder_ctor,
	    .nargs = 0,
	    .length = 0,
	    .members = encoder_members,
	    .nmembers = NELEMS(encoder_members)};

	class_define(ctx, &decoder);
	class_define(ctx, &encoder);
	duk_push_global_object(ctx);
	members_define(ctx, -1, base64_members, NELEMS(base64_members), false);
	duk_pop(ctx);
}
