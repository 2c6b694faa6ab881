/*
 * Decoders of the multi-byte encodings of East Asia, by the Encoding standard.
 *
 * Runs in: workers. Each takes one byte at a time; bytes that an error gives
 * back are taken again.
 */
#include "config.h"

#include <string.h>

#include "base/util.h"
#include "worker/api/decode.h"
#include "worker/api/multibyte.h" /* made by gen_multibyte.py */

#define ESC 0x1b
#define PRIVATE_FIRST 8836u /* Shift_JIS: pointers of U+E000 ... */
#define PRIVATE_LAST 10715u

static bool
in(uint8_t c, uint8_t first, uint8_t last)
{
	return c >= first && c <= last;
}

static void
emit(struct decoder *d, uint32_t code)
{
	d->jp_escaped = false;
	decode_put_code(d, code);
}

/*
 * A sequence of two bytes came to its end: CODE is its character or 0. Of a
 * bad one the second byte is given back if it is ASCII: returns true then.
 */
static bool
two_done(struct decoder *d, uint32_t code, uint8_t c)
{
	d->held[0] = 0;
	if (code != 0) {
		emit(d, code);
		return false;
	}
	decode_put_error(d);
	return c < 0x80 && !d->is_bad;
}

/* --- gb18030 and gbk --- */

static uint32_t
gb_range(uint32_t pointer)
{
	size_t lo = 0, hi = NELEMS(gb18030_pointers), mid;

	if (pointer >= 189000 && pointer <= 1237575)
		return pointer - 189000 + 0x10000;
	if (pointer > 39419)
		return 0;
	while (hi - lo > 1) {
		mid = (lo + hi) / 2;
		if (gb18030_pointers[mid] <= pointer)
			lo = mid;
		else
			hi = mid;
	}
	return gb18030_codes[lo] + (pointer - gb18030_pointers[lo]);
}

static void gb_byte(struct decoder *d, uint8_t c);

/* The first byte of those held was wrong: the others are taken again. */
static void
gb_again(struct decoder *d, uint8_t c)
{
	uint8_t held[3];
	size_t i;

	memcpy(held, d->held, sizeof held);
	memset(d->held, 0, sizeof d->held);
	decode_put_error(d);
	for (i = 1; i < 3; i++) {
		if (held[i] != 0 && !d->is_bad)
			gb_byte(d, held[i]);
	}
	if (!d->is_bad)
		gb_byte(d, c);
}

static void
gb_fourth(struct decoder *d, uint8_t c)
{
	uint32_t code, pointer;

	if (!in(c, '0', '9')) {
		gb_again(d, c);
		return;
	}
	pointer = (d->held[0] - 0x81u) * 12600 + (d->held[1] - 0x30u) * 1260 +
		  (d->held[2] - 0x81u) * 10 + (c - 0x30u);
	code = gb_range(pointer);
	memset(d->held, 0, sizeof d->held);
	if (code != 0)
		emit(d, code);
	else
		decode_put_error(d);
}

static void
gb_byte(struct decoder *d, uint8_t c)
{
	uint32_t code = 0;

	if (d->held[2] != 0) {
		gb_fourth(d, c);
	} else if (d->held[1] != 0) {
		if (in(c, 0x81, 0xfe))
			d->held[2] = c;
		else
			gb_again(d, c);
	} else if (d->held[0] != 0 && in(c, '0', '9')) {
		d->held[1] = c;
	} else if (d->held[0] != 0) {
		if (in(c, 0x40, 0x7e) || in(c, 0x80, 0xfe))
			code = index_gb18030[(d->held[0] - 0x81) * 190 + c -
					     (c < 0x7f ? 0x40 : 0x41)];
		if (two_done(d, code, c))
			gb_byte(d, c);
	} else if (c < 0x80) {
		emit(d, c);
	} else if (c == 0x80) {
		emit(d, 0x20ac);
	} else if (c <= 0xfe) {
		d->held[0] = c;
	} else {
		decode_put_error(d);
	}
}

/* --- big5 --- */

static uint32_t
big5_code(uint32_t pointer)
{
	uint32_t code = index_big5[pointer];

	if (big5_plane2[pointer / 16] >> pointer % 16 & 1)
		code |= 0x20000;
	return code;
}

static void
big5_byte(struct decoder *d, uint8_t c)
{
	/* four sequences are a letter and a mark */
	static const struct {
		uint16_t pointer;
		uint16_t letter;
		uint16_t mark;
	} pairs[] = {{1133, 0xca, 0x304}, {1135, 0xca, 0x30c},
	    {1164, 0xea, 0x304}, {1166, 0xea, 0x30c}};
	uint32_t pointer, code = 0;
	size_t i;

	if (d->held[0] == 0) {
		if (c < 0x80)
			emit(d, c);
		else if (in(c, 0x81, 0xfe))
			d->held[0] = c;
		else
			decode_put_error(d);
		return;
	}
	if (in(c, 0x40, 0x7e) || in(c, 0xa1, 0xfe)) {
		pointer =
		    (d->held[0] - 0x81u) * 157 + c - (c < 0x7f ? 0x40 : 0x62);
		for (i = 0; i < NELEMS(pairs); i++) {
			if (pairs[i].pointer == pointer) {
				d->held[0] = 0;
				emit(d, pairs[i].letter);
				emit(d, pairs[i].mark);
				return;
			}
		}
		code = big5_code(pointer);
	}
	if (two_done(d, code, c))
		emit(d, c);
}

/* --- euc-jp, shift_jis, euc-kr --- */

static void
euc_jp_byte(struct decoder *d, uint8_t c)
{
	uint8_t lead = d->held[0];
	uint32_t code = 0, pointer;

	if (lead == 0) {
		if (c < 0x80)
			emit(d, c);
		else if (c == 0x8e || c == 0x8f || in(c, 0xa1, 0xfe))
			d->held[0] = c;
		else
			decode_put_error(d);
		return;
	}
	if (lead == 0x8f && in(c, 0xa1, 0xfe)) {
		d->is_jis0212 = true;
		d->held[0] = c;
		return;
	}
	if (lead == 0x8e && in(c, 0xa1, 0xdf)) {
		code = 0xff61u - 0xa1 + c;
	} else if (in(lead, 0xa1, 0xfe) && in(c, 0xa1, 0xfe)) {
		pointer = (lead - 0xa1u) * 94 + c - 0xa1;
		code = d->is_jis0212 ? index_jis0212[pointer]
				     : index_jis0208[pointer];
	}
	d->is_jis0212 = false;
	if (two_done(d, code, c))
		emit(d, c);
}

static void
shift_jis_byte(struct decoder *d, uint8_t c)
{
	uint8_t lead = d->held[0];
	uint32_t code = 0, pointer;

	if (lead == 0) {
		if (c <= 0x80)
			emit(d, c);
		else if (in(c, 0xa1, 0xdf))
			emit(d, 0xff61u - 0xa1 + c);
		else if (in(c, 0x81, 0x9f) || in(c, 0xe0, 0xfc))
			d->held[0] = c;
		else
			decode_put_error(d);
		return;
	}
	if (in(c, 0x40, 0x7e) || in(c, 0x80, 0xfc)) {
		pointer = (uint32_t)(lead - (lead < 0xa0 ? 0x81 : 0xc1)) * 188 +
			  c - (c < 0x7f ? 0x40 : 0x41);
		if (pointer >= PRIVATE_FIRST && pointer <= PRIVATE_LAST)
			code = 0xe000 - PRIVATE_FIRST + pointer;
		else if (pointer < NELEMS(index_jis0208))
			code = index_jis0208[pointer];
	}
	if (two_done(d, code, c))
		emit(d, c);
}

static void
euc_kr_byte(struct decoder *d, uint8_t c)
{
	uint32_t code = 0;

	if (d->held[0] == 0) {
		if (c < 0x80)
			emit(d, c);
		else if (in(c, 0x81, 0xfe))
			d->held[0] = c;
		else
			decode_put_error(d);
		return;
	}
	if (in(c, 0x41, 0xfe))
		code = index_euc_kr[(d->held[0] - 0x81) * 190 + c - 0x41];
	if (two_done(d, code, c))
		emit(d, c);
}

/* --- iso-2022-jp --- */

static void jp_byte(struct decoder *d, uint8_t c);

static void
jp_error(struct decoder *d)
{
	d->jp_escaped = false;
	decode_put_error(d);
}

/* What the bytes after ESC select; JP_ESCAPE for nothing. */
static enum jp_state
jp_selected(uint8_t lead, uint8_t c)
{
	if (lead == 0x24)
		return c == 0x40 || c == 0x42 ? JP_LEAD : JP_ESCAPE;
	return c == 0x42   ? JP_ASCII
	       : c == 0x4a ? JP_ROMAN
	       : c == 0x49 ? JP_KATAKANA
			   : JP_ESCAPE;
}

static void
jp_escape(struct decoder *d, uint8_t c)
{
	uint8_t lead = d->held[0];
	enum jp_state next = jp_selected(lead, c);
	bool was_escaped = d->jp_escaped;

	d->held[0] = 0;
	if (next != JP_ESCAPE) {
		d->jp = d->jp_output = next;
		if (was_escaped)
			decode_put_error(d);
		d->jp_escaped = true;
		return;
	}
	d->jp = d->jp_output;
	jp_error(d);
	if (!d->is_bad)
		jp_byte(d, lead);
	if (!d->is_bad)
		jp_byte(d, c);
}

/* A byte that stands for itself, or for a character of its own. */
static void
jp_single(struct decoder *d, uint8_t c)
{
	if (d->jp == JP_KATAKANA) {
		if (in(c, 0x21, 0x5f))
			emit(d, 0xff61u - 0x21 + c);
		else
			jp_error(d);
	} else if (c > 0x7f || c == 0x0e || c == 0x0f) {
		jp_error(d);
	} else if (d->jp == JP_ROMAN && c == 0x5c) {
		emit(d, 0xa5);
	} else if (d->jp == JP_ROMAN && c == 0x7e) {
		emit(d, 0x203e);
	} else {
		emit(d, c);
	}
}

static void
jp_trail(struct decoder *d, uint8_t c)
{
	uint32_t code = 0;

	d->jp = c == ESC ? JP_ESCAPE_START : JP_LEAD;
	if (in(c, 0x21, 0x7e))
		code = index_jis0208[(d->held[0] - 0x21) * 94 + c - 0x21];
	d->held[0] = 0;
	if (code != 0)
		emit(d, code);
	else
		jp_error(d);
}

static void
jp_byte(struct decoder *d, uint8_t c)
{
	switch (d->jp) {
	case JP_ASCII:
	case JP_ROMAN:
	case JP_KATAKANA:
		if (c == ESC)
			d->jp = JP_ESCAPE_START;
		else
			jp_single(d, c);
		break;
	case JP_LEAD:
		if (c == ESC) {
			d->jp = JP_ESCAPE_START;
		} else if (in(c, 0x21, 0x7e)) {
			d->jp_escaped = false;
			d->held[0] = c;
			d->jp = JP_TRAIL;
		} else {
			jp_error(d);
		}
		break;
	case JP_TRAIL:
		jp_trail(d, c);
		break;
	case JP_ESCAPE_START:
		if (c == 0x24 || c == 0x28) {
			d->held[0] = c;
			d->jp = JP_ESCAPE;
			break;
		}
		d->jp = d->jp_output;
		jp_error(d);
		if (!d->is_bad)
			jp_byte(d, c);
		break;
	case JP_ESCAPE:
		jp_escape(d, c);
		break;
	}
}

static void
jp_end(struct decoder *d)
{
	enum jp_state state = d->jp;
	uint8_t lead = d->held[0];

	d->held[0] = 0;
	if (state == JP_TRAIL) {
		jp_error(d);
	} else if (state == JP_ESCAPE_START || state == JP_ESCAPE) {
		d->jp = d->jp_output;
		jp_error(d);
		if (state == JP_ESCAPE && !d->is_bad)
			jp_byte(d, lead);
		if (d->jp == JP_TRAIL && !d->is_bad) {
			d->held[0] = 0;
			jp_error(d);
		}
	}
}

static void (*const decoders[ENC_MAX])(struct decoder *d, uint8_t c) = {
    [ENC_GBK] = gb_byte,
    [ENC_GB18030] = gb_byte,
    [ENC_BIG5] = big5_byte,
    [ENC_EUC_JP] = euc_jp_byte,
    [ENC_ISO_2022_JP] = jp_byte,
    [ENC_SHIFT_JIS] = shift_jis_byte,
    [ENC_EUC_KR] = euc_kr_byte,
};

void
decode_multi(struct decoder *d, const uint8_t *s, size_t n, bool flush)
{
	void (*take)(struct decoder *, uint8_t) = decoders[d->id];
	size_t i;

	ASSERT(take != NULL);
	d->bom_seen = true;
	for (i = 0; i < n && !d->is_bad; i++)
		take(d, s[i]);
	if (!flush || d->is_bad)
		return;
	if (d->id == ENC_ISO_2022_JP)
		jp_end(d);
	else if (d->held[0] != 0)
		decode_put_error(d);
	memset(d->held, 0, sizeof d->held);
}
