/*
 * Domains with symbols, such as emoji: UTS 46 lets them pass, IDNA 2008 and
 * with it libidn2 do not. Only asked where libidn2 has refused a domain.
 *
 * Runs in: workers. Pure.
 */
#include "config.h"

#include "worker/api/url.h"

#include <stdlib.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#include "base/err.h"

#define LABEL_MAX 63u /* RFC 3492's parameters follow */
#define BASE 36u
#define TMIN 1u
#define TMAX 26u
#define SKEW 38u
#define DAMP 700u
#define FIRST_BIAS 72u
#define FIRST_N 0x80u

/* Letters, marks, numbers, symbols and punctuation. */
static bool
is_valid(uint32_t c)
{
	static const uint32_t joiners[] = {0x200c, 0x200d};
	int bidi;

	if (c == joiners[0] || c == joiners[1] || c == 0xfffd)
		return false;
	if (c < 0x80)
		return true; /* the URL standard's own set is checked later */
	bidi = uc_bidi_class(c);
	if (bidi == UC_BIDI_R || bidi == UC_BIDI_AL || bidi == UC_BIDI_AN)
		return false; /* their rules are libidn2's */
	return uc_is_general_category(c,
	    uc_general_category_or(uc_general_category_or(UC_LETTER, UC_MARK),
		uc_general_category_or(UC_NUMBER,
		    uc_general_category_or(UC_SYMBOL, UC_PUNCTUATION))));
}

static bool
is_dot(uint32_t c)
{
	return c == '.' || c == 0x3002 || c == 0xff0e || c == 0xff61;
}

static uint32_t
adapt(uint32_t delta, uint32_t npoints, bool is_first)
{
	uint32_t k = 0;

	delta = is_first ? delta / DAMP : delta / 2;
	delta += delta / npoints;
	while (delta > (BASE - TMIN) * TMAX / 2) {
		delta /= BASE - TMIN;
		k += BASE;
	}
	return k + (BASE - TMIN + 1) * delta / (delta + SKEW);
}

static void
put_digit(struct buf *out, uint32_t d)
{
	buf_put_u8(out, (uint8_t)(d < 26 ? 'a' + d : '0' + d - 26));
}

/* A number of the Punycode of a label. */
static void
put_delta(struct buf *out, uint32_t delta, uint32_t bias)
{
	uint32_t q = delta, k, t;

	for (k = BASE;; k += BASE) {
		t = k <= bias ? TMIN : k >= bias + TMAX ? TMAX : k - bias;
		if (q < t)
			break;
		put_digit(out, t + (q - t) % (BASE - t));
		q = (q - t) / (BASE - t);
	}
	put_digit(out, q);
}

/* N is at most LABEL_MAX, so that no sum below can overflow. */
static void
put_punycode(struct buf *out, const uint32_t *s, size_t n)
{
	uint32_t code = FIRST_N, delta = 0, bias = FIRST_BIAS, done = 0, next;
	uint32_t basic;
	size_t i;

	buf_put(out, "xn--", 4);
	for (i = 0; i < n; i++) {
		if (s[i] < 0x80) {
			buf_put_u8(out, (uint8_t)s[i]);
			done++;
		}
	}
	basic = done;
	if (basic > 0)
		buf_put_u8(out, '-');
	while (done < n) {
		next = UINT32_MAX;
		for (i = 0; i < n; i++)
			if (s[i] >= code && s[i] < next)
				next = s[i];
		delta += (next - code) * (done + 1);
		code = next;
		for (i = 0; i < n; i++) {
			if (s[i] < code)
				delta++;
			if (s[i] != code)
				continue;
			put_delta(out, delta, bias);
			bias = adapt(delta, done + 1, done == basic);
			delta = 0;
			done++;
		}
		delta++;
		code++;
	}
}

static int
put_label(struct buf *out, const uint32_t *s, size_t n)
{
	bool is_ascii = true;
	size_t i;

	for (i = 0; i < n; i++) {
		if (!is_valid(s[i]))
			return ERR_SYNTAX;
		is_ascii = is_ascii && s[i] < 0x80;
	}
	if (n >= 4 && s[0] == 'x' && s[1] == 'n' && s[2] == '-' && s[3] == '-')
		return ERR_SYNTAX;
	if (is_ascii) {
		for (i = 0; i < n; i++)
			buf_put_u8(out, (uint8_t)s[i]);
		return 0;
	}
	if (n > LABEL_MAX || uc_is_general_category(s[0], UC_MARK))
		return ERR_SYNTAX;
	put_punycode(out, s, n);
	return 0;
}

int
url_symbols_to_ascii(struct buf *out, const char *s, size_t n)
{
	uint32_t *wide = NULL, *folded = NULL;
	size_t len = 0, i, start = 0, kept = 0;
	int r = ERR_SYNTAX;

	wide = u8_to_u32((const uint8_t *)s, n, NULL, &len);
	if (wide != NULL)
		folded =
		    u32_casefold(wide, len, NULL, UNINORM_NFKC, NULL, &len);
	if (folded == NULL)
		goto out;
	for (i = 0; i < len; i++)
		if (!uc_is_property_default_ignorable_code_point(folded[i]) ||
		    folded[i] == 0x200c || folded[i] == 0x200d)
			folded[kept++] = folded[i];
	for (i = 0; i <= kept; i++) {
		if (i < kept && !is_dot(folded[i]))
			continue;
		if (put_label(out, folded + start, i - start) != 0)
			goto out;
		if (i < kept)
			buf_put_u8(out, '.');
		start = i + 1;
	}
	r = kept > 0 ? 0 : ERR_SYNTAX;
out:
	free(wide);
	free(folded);
	return r;
}
