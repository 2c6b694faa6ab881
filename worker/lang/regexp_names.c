/*
 * The Unicode properties that regular expressions know (ECMA-262 tables 67
 * to 70); values come from Debian's unicode-data while building.
 *
 * Runs in: worker (and the development tools).
 */
#include "config.h"

#include "worker/lang/regexp_names.h"

#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "worker/lang/unicode_names.h"

/* clang-format off */
static const char *const binary_names[] = {
	"AHex", "ASCII", "ASCII_Hex_Digit", "Alpha", "Alphabetic", "Any",
	"Assigned", "Bidi_C", "Bidi_Control", "Bidi_M", "Bidi_Mirrored", "CI",
	"CWCF", "CWCM", "CWKCF", "CWL", "CWT", "CWU", "Case_Ignorable",
	"Cased", "Changes_When_Casefolded", "Changes_When_Casemapped",
	"Changes_When_Lowercased", "Changes_When_NFKC_Casefolded",
	"Changes_When_Titlecased", "Changes_When_Uppercased", "DI", "Dash",
	"Default_Ignorable_Code_Point", "Dep", "Deprecated", "Dia",
	"Diacritic", "EBase", "EComp", "EMod", "EPres", "Emoji",
	"Emoji_Component", "Emoji_Modifier", "Emoji_Modifier_Base",
	"Emoji_Presentation", "Ext", "ExtPict", "Extended_Pictographic",
	"Extender", "Gr_Base", "Gr_Ext", "Grapheme_Base", "Grapheme_Extend",
	"Hex", "Hex_Digit", "IDC", "IDS", "IDSB", "IDST",
	"IDS_Binary_Operator", "IDS_Trinary_Operator", "ID_Continue",
	"ID_Start", "Ideo", "Ideographic", "Join_C", "Join_Control", "LOE",
	"Logical_Order_Exception", "Lower", "Lowercase", "Math", "NChar",
	"Noncharacter_Code_Point", "Pat_Syn", "Pat_WS", "Pattern_Syntax",
	"Pattern_White_Space", "QMark", "Quotation_Mark", "RI", "Radical",
	"Regional_Indicator", "SD", "STerm", "Sentence_Terminal",
	"Soft_Dotted", "Term", "Terminal_Punctuation", "UIdeo",
	"Unified_Ideograph", "Upper", "Uppercase", "VS",
	"Variation_Selector", "White_Space", "XIDC", "XIDS", "XID_Continue",
	"XID_Start", "space",
};

static const char *const string_names[] = {
	"Basic_Emoji", "Emoji_Keycap_Sequence", "RGI_Emoji",
	"RGI_Emoji_Flag_Sequence", "RGI_Emoji_Modifier_Sequence",
	"RGI_Emoji_Tag_Sequence", "RGI_Emoji_ZWJ_Sequence",
};
/* clang-format on */

struct name {
	const char *s;
	size_t len;
};

static int
name_compare(const void *key, const void *item)
{
	const struct name *k = key;
	const char *const *s = item;
	size_t len = strlen(*s);
	int r;

	r = memcmp(k->s, *s, MIN(k->len, len));
	if (r != 0)
		return r;
	return (k->len > len) - (k->len < len);
}

static bool
name_find(const char *const *table, size_t n, const char *s, size_t len)
{
	struct name key = {s, len};

	return bsearch(&key, table, n, sizeof *table, name_compare) != NULL;
}

static bool
name_is(const char *s, size_t len, const char *name)
{
	return strlen(name) == len && memcmp(s, name, len) == 0;
}

bool
regexp_property_is_known(const char *name, size_t name_len, const char *value,
    size_t value_len)
{
	if (value == NULL)
		return name_find(binary_names, NELEMS(binary_names), name,
			   name_len) ||
		       name_find(unicode_category_names,
			   NELEMS(unicode_category_names), name, name_len);
	if (name_is(name, name_len, "gc") ||
	    name_is(name, name_len, "General_Category"))
		return name_find(unicode_category_names,
		    NELEMS(unicode_category_names), value, value_len);
	if (name_is(name, name_len, "sc") || name_is(name, name_len, "scx") ||
	    name_is(name, name_len, "Script") ||
	    name_is(name, name_len, "Script_Extensions"))
		return name_find(unicode_script_names,
		    NELEMS(unicode_script_names), value, value_len);
	return false;
}

bool
regexp_property_is_strings(const char *name, size_t len)
{
	return name_find(string_names, NELEMS(string_names), name, len);
}
