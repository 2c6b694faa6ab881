/*
 * TextEncoder, TextDecoder and base64 for scripts.
 *
 * Runs in: workers. Decoders write CESU-8, the heap's form of strings.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "worker/api/core.h"
#include "worker/engine/str.h"

#define DECODE_MAX ((size_t)512 << 20)

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

static const struct {
	const char *name;
	enum encoding_kind kind;
} encodings[] = {
#define ENCODING(id_, name_, kind_) {name_, KIND_##kind_},
#include "worker/api/encodings.def"
#undef ENCODING
};

static const struct label {
	const char *label;
	enum encoding_id id;
} labels[] = {
#define LABEL(label_, id_) {label_, ENC_##id_},
#include "worker/api/encodings.def"
#undef LABEL
};

static const uint16_t singles[ENC_MAX][128] = {
#define SINGLE(id_, ...) [ENC_##id_] = {__VA_ARGS__},
#include "worker/api/singlebyte.def"
#undef SINGLE
};

struct decoder_state {
	struct state_head head;
	enum encoding_id id;
	bool is_fatal;
	bool ignore_bom;
	bool bom_seen; /* or something else was */
	bool is_streaming;
	bool replaced; /* "replacement" has given its U+FFFD */
	/* utf-8: the sequence begun; utf-16: the byte and surrogate held */
	uint8_t needed;
	uint8_t seen;
	uint8_t lower;
	uint8_t upper;
	uint32_t code;
	int lead_byte; /* -1: none */
	uint32_t lead_surrogate;
};

/* Where a decoder writes. */
struct out {
	uint8_t *p;
	size_t len;
	bool is_bad; /* fatal mode met an error */
	struct decoder_state *d;
};

static int
compare_labels(const void *key, const void *row)
{
	return strcmp(key, ((const struct label *)row)->label);
}

/* Returns ENC_MAX for an unknown label. */
static enum encoding_id
find_encoding(const char *s, size_t n)
{
	const struct label *l;
	char key[40];
	size_t i;

	while (n > 0 && strchr("\t\n\f\r ", s[0]) != NULL && s[0] != '\0') {
		s++;
		n--;
	}
	while (n > 0 && strchr("\t\n\f\r ", s[n - 1]) != NULL &&
	       s[n - 1] != '\0')
		n--;
	if (n >= sizeof key)
		return ENC_MAX;
	for (i = 0; i < n; i++) {
		if (s[i] == '\0')
			return ENC_MAX;
		key[i] = (char)(s[i] >= 'A' && s[i] <= 'Z' ? s[i] | 32 : s[i]);
	}
	key[n] = '\0';
	l = bsearch(key, labels, NELEMS(labels), sizeof *labels,
	    compare_labels);
	return l != NULL ? l->id : ENC_MAX;
}

/* One code unit as CESU-8. */
static void
put_unit(struct out *o, uint32_t c)
{
	if (c < 0x80) {
		o->p[o->len++] = (uint8_t)c;
	} else if (c < 0x800) {
		o->p[o->len++] = (uint8_t)(0xc0 | c >> 6);
		o->p[o->len++] = (uint8_t)(0x80 | (c & 0x3f));
	} else {
		o->p[o->len++] = (uint8_t)(0xe0 | c >> 12);
		o->p[o->len++] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
		o->p[o->len++] = (uint8_t)(0x80 | (c & 0x3f));
	}
}

static void
put_code(struct out *o, uint32_t c)
{
	if (!o->d->bom_seen) {
		o->d->bom_seen = true;
		if (c == 0xfeff && !o->d->ignore_bom)
			return;
	}
	if (c >= 0x10000) {
		put_unit(o, 0xd800 + ((c - 0x10000) >> 10));
		put_unit(o, 0xdc00 + (c & 0x3ff));
	} else {
		put_unit(o, c);
	}
}

static void
put_error(struct out *o)
{
	if (o->d->is_fatal) {
		o->is_bad = true;
		return;
	}
	o->d->bom_seen = true;
	put_unit(o, 0xfffd);
}

/* Begin a sequence with byte C; needed stays 0 for ASCII and errors. */
static void
utf8_lead(struct out *o, uint8_t c)
{
	struct decoder_state *d = o->d;

	d->lower = 0x80;
	d->upper = 0xbf;
	d->seen = 0;
	if (c < 0x80) {
		put_code(o, c);
	} else if (c >= 0xc2 && c <= 0xdf) {
		d->needed = 1;
		d->code = c & 0x1f;
	} else if (c >= 0xe0 && c <= 0xef) {
		if (c == 0xe0)
			d->lower = 0xa0;
		if (c == 0xed)
			d->upper = 0x9f;
		d->needed = 2;
		d->code = c & 0xf;
	} else if (c >= 0xf0 && c <= 0xf4) {
		if (c == 0xf0)
			d->lower = 0x90;
		if (c == 0xf4)
			d->upper = 0x8f;
		d->needed = 3;
		d->code = c & 7;
	} else {
		put_error(o);
	}
}

static void
decode_utf8(struct out *o, const uint8_t *s, size_t n, bool flush)
{
	struct decoder_state *d = o->d;
	size_t i, run;

	for (i = 0; i < n && !o->is_bad; i++) {
		uint8_t c = s[i];

		if (d->needed == 0) {
			run = d->bom_seen
				  ? str_ascii_prefix((const char *)s + i, n - i)
				  : 0;
			if (run > 0) {
				memcpy(o->p + o->len, s + i, run);
				o->len += run;
				i += run - 1;
				continue;
			}
			utf8_lead(o, c);
			continue;
		}
		if (c < d->lower || c > d->upper) {
			d->needed = 0;
			put_error(o);
			i--; /* C begins anew */
			continue;
		}
		d->lower = 0x80;
		d->upper = 0xbf;
		d->code = d->code << 6 | (c & 0x3f);
		if (++d->seen == d->needed) {
			d->needed = 0;
			put_code(o, d->code);
		}
	}
	if (flush && d->needed > 0 && !o->is_bad) {
		d->needed = 0;
		put_error(o);
	}
}

static void
utf16_unit(struct out *o, uint32_t c)
{
	struct decoder_state *d = o->d;

	if (d->lead_surrogate != 0) {
		uint32_t lead = d->lead_surrogate;

		d->lead_surrogate = 0;
		if (c >= 0xdc00 && c <= 0xdfff) {
			put_code(o,
			    0x10000 + ((lead - 0xd800) << 10) + (c - 0xdc00));
			return;
		}
		put_error(o);
	}
	if (c >= 0xd800 && c <= 0xdbff)
		d->lead_surrogate = c;
	else if (c >= 0xdc00 && c <= 0xdfff)
		put_error(o);
	else
		put_code(o, c);
}

static void
decode_utf16(struct out *o, const uint8_t *s, size_t n, bool flush, bool be)
{
	struct decoder_state *d = o->d;
	size_t i;

	for (i = 0; i < n && !o->is_bad; i++) {
		if (d->lead_byte < 0) {
			d->lead_byte = s[i];
			continue;
		}
		utf16_unit(o,
		    be ? (uint32_t)d->lead_byte << 8 | s[i]
		       : (uint32_t)s[i] << 8 | (uint32_t)d->lead_byte);
		d->lead_byte = -1;
	}
	if (flush && (d->lead_byte >= 0 || d->lead_surrogate != 0) &&
	    !o->is_bad) {
		d->lead_byte = -1;
		d->lead_surrogate = 0;
		put_error(o);
	}
}

static void
decode_single(struct out *o, const uint8_t *s, size_t n)
{
	const uint16_t *table = singles[o->d->id];
	size_t i;

	o->d->bom_seen = true;
	for (i = 0; i < n && !o->is_bad; i++) {
		if (s[i] < 0x80)
			put_unit(o, s[i]);
		else if (encodings[o->d->id].kind == KIND_USER_DEFINED)
			put_unit(o, 0xf780u + s[i] - 0x80u);
		else if (table[s[i] - 0x80] == 0xfffd)
			put_error(o);
		else
			put_unit(o, table[s[i] - 0x80]);
	}
}

static void
decode(struct out *o, const uint8_t *s, size_t n, bool flush)
{
	switch (encodings[o->d->id].kind) {
	case KIND_UTF8:
		decode_utf8(o, s, n, flush);
		break;
	case KIND_UTF16LE:
	case KIND_UTF16BE:
		decode_utf16(o, s, n, flush,
		    encodings[o->d->id].kind == KIND_UTF16BE);
		break;
	case KIND_SINGLE:
	case KIND_USER_DEFINED:
		decode_single(o, s, n);
		break;
	case KIND_REPLACEMENT:
	case KIND_MULTI:
		break; /* refused by the constructor */
	}
}

static void
decoder_reset(struct decoder_state *d)
{
	d->bom_seen = false;
	d->needed = 0;
	d->lead_byte = -1;
	d->lead_surrogate = 0;
}

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
		id = find_encoding(label, n);
	}
	if (id == ENC_MAX || encodings[id].kind == KIND_REPLACEMENT)
		return duk_range_error(ctx, "\"%s\" is not a valid encoding.",
		    label);
	if (encodings[id].kind == KIND_MULTI)
		return duk_range_error(ctx,
		    "TextDecoder: the encoding \"%s\" is not implemented",
		    encodings[id].name);
	if (!duk_is_null_or_undefined(ctx, 1) && !duk_is_object(ctx, 1))
		return duk_type_error(ctx,
		    "TextDecoder: options must be an object");
	d = state_new(ctx, 2, API_TEXT_DECODER, sizeof *d);
	d->id = id;
	d->is_fatal = get_option(ctx, 1, "fatal");
	d->ignore_bom = get_option(ctx, 1, "ignoreBOM");
	decoder_reset(d);
	return 1;
}

/* [ input options ] -> [ string ] */
static duk_ret_t
decoder_decode(duk_context *ctx)
{
	struct decoder_state *d = state_push_this(ctx, API_TEXT_DECODER);
	const uint8_t *s = (const uint8_t *)"";
	size_t n = 0;
	bool stream;
	struct out o = {.d = d};

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
	if (!d->is_streaming)
		decoder_reset(d);
	d->is_streaming = stream;
	if (encodings[d->id].kind == KIND_UTF8 && d->needed == 0 &&
	    str_ascii_prefix((const char *)s, n) == n) {
		d->bom_seen = d->bom_seen || n > 0;
		duk_push_lstring(ctx, (const char *)s, n);
		return 1;
	}
	o.p = duk_push_fixed_buffer(ctx, n * 3 + 16);
	decode(&o, s, n, !stream);
	if (o.is_bad) {
		d->is_streaming = false;
		return duk_type_error(ctx, "Failed to decode input.");
	}
	duk_push_lstring(ctx, (const char *)o.p, o.len);
	return 1;
}

static duk_ret_t
decoder_encoding(duk_context *ctx)
{
	const struct decoder_state *d = state_push_this(ctx, API_TEXT_DECODER);

	duk_push_string(ctx, encodings[d->id].name);
	return 1;
}

static duk_ret_t
decoder_flag(duk_context *ctx)
{
	const struct decoder_state *d = state_push_this(ctx, API_TEXT_DECODER);

	duk_push_boolean(ctx,
	    duk_get_current_magic(ctx) == 0 ? d->is_fatal : d->ignore_bom);
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
