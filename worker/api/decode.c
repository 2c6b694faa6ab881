/*
 * Decoders: labels, UTF-8, UTF-16 and the single-byte encodings.
 *
 * Runs in: workers. Pure: bytes in, CESU-8 out.
 */
#include "config.h"

#include "worker/api/decode.h"

#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "worker/engine/str.h"

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

static int
compare_labels(const void *key, const void *row)
{
	return strcmp(key, ((const struct label *)row)->label);
}

enum encoding_id
decode_find(const char *s, size_t n)
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

const char *
decode_name(enum encoding_id id)
{
	return encodings[id].name;
}

enum encoding_kind
decode_kind(enum encoding_id id)
{
	return encodings[id].kind;
}

/* One code unit as CESU-8. */
static void
put_unit(struct decoder *d, uint32_t c)
{
	if (c < 0x80) {
		d->p[d->len++] = (uint8_t)c;
	} else if (c < 0x800) {
		d->p[d->len++] = (uint8_t)(0xc0 | c >> 6);
		d->p[d->len++] = (uint8_t)(0x80 | (c & 0x3f));
	} else {
		d->p[d->len++] = (uint8_t)(0xe0 | c >> 12);
		d->p[d->len++] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
		d->p[d->len++] = (uint8_t)(0x80 | (c & 0x3f));
	}
}

void
decode_put_code(struct decoder *d, uint32_t c)
{
	if (!d->bom_seen) {
		d->bom_seen = true;
		if (c == 0xfeff && !d->ignore_bom)
			return;
	}
	if (c >= 0x10000) {
		put_unit(d, 0xd800 + ((c - 0x10000) >> 10));
		put_unit(d, 0xdc00 + (c & 0x3ff));
	} else {
		put_unit(d, c);
	}
}

void
decode_put_error(struct decoder *d)
{
	if (d->is_fatal) {
		d->is_bad = true;
		return;
	}
	d->bom_seen = true;
	put_unit(d, 0xfffd);
}

/* Begin a sequence with byte C; needed stays 0 for ASCII and errors. */
static void
utf8_lead(struct decoder *d, uint8_t c)
{

	d->lower = 0x80;
	d->upper = 0xbf;
	d->seen = 0;
	if (c < 0x80) {
		decode_put_code(d, c);
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
		decode_put_error(d);
	}
}

static void
decode_utf8(struct decoder *d, const uint8_t *s, size_t n, bool flush)
{
	size_t i, run;

	for (i = 0; i < n && !d->is_bad; i++) {
		uint8_t c = s[i];

		if (d->needed == 0) {
			run = d->bom_seen
				  ? str_ascii_prefix((const char *)s + i, n - i)
				  : 0;
			if (run > 0) {
				memcpy(d->p + d->len, s + i, run);
				d->len += run;
				i += run - 1;
				continue;
			}
			utf8_lead(d, c);
			continue;
		}
		if (c < d->lower || c > d->upper) {
			d->needed = 0;
			decode_put_error(d);
			i--; /* C begins anew */
			continue;
		}
		d->lower = 0x80;
		d->upper = 0xbf;
		d->code = d->code << 6 | (c & 0x3f);
		if (++d->seen == d->needed) {
			d->needed = 0;
			decode_put_code(d, d->code);
		}
	}
	if (flush && d->needed > 0 && !d->is_bad) {
		d->needed = 0;
		decode_put_error(d);
	}
}

static void
utf16_unit(struct decoder *d, uint32_t c)
{

	if (d->lead_surrogate != 0) {
		uint32_t lead = d->lead_surrogate;

		d->lead_surrogate = 0;
		if (c >= 0xdc00 && c <= 0xdfff) {
			decode_put_code(d,
			    0x10000 + ((lead - 0xd800) << 10) + (c - 0xdc00));
			return;
		}
		decode_put_error(d);
	}
	if (c >= 0xd800 && c <= 0xdbff)
		d->lead_surrogate = c;
	else if (c >= 0xdc00 && c <= 0xdfff)
		decode_put_error(d);
	else
		decode_put_code(d, c);
}

static void
decode_utf16(struct decoder *d, const uint8_t *s, size_t n, bool flush, bool be)
{
	size_t i;

	for (i = 0; i < n && !d->is_bad; i++) {
		if (d->lead_byte < 0) {
			d->lead_byte = s[i];
			continue;
		}
		utf16_unit(d,
		    be ? (uint32_t)d->lead_byte << 8 | s[i]
		       : (uint32_t)s[i] << 8 | (uint32_t)d->lead_byte);
		d->lead_byte = -1;
	}
	if (flush && (d->lead_byte >= 0 || d->lead_surrogate != 0) &&
	    !d->is_bad) {
		d->lead_byte = -1;
		d->lead_surrogate = 0;
		decode_put_error(d);
	}
}

static void
decode_single(struct decoder *d, const uint8_t *s, size_t n)
{
	const uint16_t *table = singles[d->id];
	size_t i;

	d->bom_seen = true;
	for (i = 0; i < n && !d->is_bad; i++) {
		if (s[i] < 0x80)
			put_unit(d, s[i]);
		else if (encodings[d->id].kind == KIND_USER_DEFINED)
			put_unit(d, 0xf780u + s[i] - 0x80u);
		else if (table[s[i] - 0x80] == 0xfffd)
			decode_put_error(d);
		else
			put_unit(d, table[s[i] - 0x80]);
	}
}

void
decode_chunk(struct decoder *d, const uint8_t *s, size_t n, bool flush)
{
	switch (encodings[d->id].kind) {
	case KIND_UTF8:
		decode_utf8(d, s, n, flush);
		break;
	case KIND_UTF16LE:
	case KIND_UTF16BE:
		decode_utf16(d, s, n, flush,
		    encodings[d->id].kind == KIND_UTF16BE);
		break;
	case KIND_SINGLE:
	case KIND_USER_DEFINED:
		decode_single(d, s, n);
		break;
	case KIND_MULTI:
		decode_multi(d, s, n, flush);
		break;
	case KIND_REPLACEMENT:
		if (n > 0 && !d->replaced) {
			d->replaced = true;
			decode_put_error(d);
		}
		break;
	}
}

void
decode_reset(struct decoder *d)
{
	d->bom_seen = false;
	d->needed = 0;
	d->lead_byte = -1;
	d->lead_surrogate = 0;
	d->replaced = false;
	d->is_bad = false;
	memset(d->held, 0, sizeof d->held);
	d->is_jis0212 = false;
	d->jp = JP_ASCII;
	d->jp_output = JP_ASCII;
	d->jp_escaped = false;
}
