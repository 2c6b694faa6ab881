#!/usr/bin/env python3
"""Unicode tables of the RegExp engine, from Debian's unicode-data.

usage: gen_re_tables.py UNICODE_DIR OUT

Sets of code points are written as ranges: gap before the range and its length
less one, both as numbers of 7 bits a byte, the high bit meaning more to come.
"""
import os
import re
import sys

CORE = """Alphabetic Case_Ignorable Cased Changes_When_Casefolded
Changes_When_Casemapped Changes_When_Lowercased Changes_When_Titlecased
Changes_When_Uppercased Default_Ignorable_Code_Point Grapheme_Base
Grapheme_Extend ID_Continue ID_Start Lowercase Math Uppercase XID_Continue
XID_Start""".split()
PROP = """ASCII_Hex_Digit Bidi_Control Dash Deprecated Diacritic Extender
Hex_Digit IDS_Binary_Operator IDS_Trinary_Operator Ideographic Join_Control
Logical_Order_Exception Noncharacter_Code_Point Pattern_Syntax
Pattern_White_Space Quotation_Mark Radical Regional_Indicator
Sentence_Terminal Soft_Dotted Terminal_Punctuation Unified_Ideograph
Variation_Selector White_Space""".split()
EMOJI = """Emoji Emoji_Component Emoji_Modifier Emoji_Modifier_Base
Emoji_Presentation Extended_Pictographic""".split()


def rows(path):
    with open(path, encoding="utf-8") as f:
        for line in f:
            line = line.split("#")[0].strip()
            if line:
                yield [x.strip() for x in line.split(";")]


def span(text):
    a, _, b = text.partition("..")
    return range(int(a, 16), int(b or a, 16) + 1)


def by_property(path, column=1):
    out = {}
    for row in rows(path):
        out.setdefault(row[column], set()).update(span(row[0]))
    return out


def ranges(points):
    out = []
    for c in sorted(points):
        if out and out[-1][1] == c - 1:
            out[-1][1] = c
        else:
            out.append([c, c])
    return out


def varint(n):
    out = []
    while n >= 128:
        out.append(n & 127 | 128)
        n >>= 7
    return out + [n]


def read_sequences(folder):
    """Properties of strings: name -> list of tuples of code points."""
    out = {}
    for name in ("emoji-sequences.txt", "emoji-zwj-sequences.txt"):
        for row in rows(os.path.join(folder, "emoji", name)):
            of = out.setdefault(row[1], [])
            if " " in row[0]:
                of.append(tuple(int(x, 16) for x in row[0].split()))
            else:
                of += [(c,) for c in span(row[0])]
    return out


class Tables:
    def __init__(self):
        self.data = []
        self.seen = {}

    def add(self, points):
        rs = ranges(points)
        key = str(rs)
        if key not in self.seen:
            self.seen[key] = len(self.data)
            at = 0
            for a, b in rs:
                self.data += varint(a - at) + varint(b - a)
                at = b + 1
        return self.seen[key], len(rs)


def read_general(folder):
    """General categories, and simple upper-case mappings."""
    gc, upper, first = {}, {}, None
    for row in rows(os.path.join(folder, "UnicodeData.txt")):
        c, name, cat = int(row[0], 16), row[1], row[2]
        if name.endswith(", First>"):
            first = c
            continue
        if name.endswith(", Last>"):
            gc.setdefault(cat, set()).update(range(first, c + 1))
            continue
        gc.setdefault(cat, set()).add(c)
        if row[12]:
            upper[c] = int(row[12], 16)
    assigned = set().union(*gc.values())
    gc["Cn"] = set(range(0x110000)) - assigned
    return gc, upper


def read_script_extensions(folder, scripts, short):
    ext = {name: set(points) for name, points in scripts.items()}
    listed = set()
    rows_ = list(rows(os.path.join(folder, "ScriptExtensions.txt")))
    for row in rows_:
        listed.update(span(row[0]))
    for points in ext.values():
        points -= listed
    for row in rows_:
        for code in row[1].split():
            ext.setdefault(short[code], set()).update(span(row[0]))
    return ext


def pairs(name, table):
    out = ["static const struct re_pair %s[] = {" % name]
    for a, b in sorted(table.items()):
        out.append("    {0x%x, 0x%x}," % (a, b))
    return out + ["};", ""]


def named(name, table):
    out = ["static const struct re_named_set %s[] = {" % name]
    for key, (at, n) in sorted(table.items(), key=lambda x: x[0].encode()):
        out.append('    {"%s", %d, %d},' % (key, at, n))
    return out + ["};", ""]


def main():
    folder, path = sys.argv[1:]
    f = lambda name: os.path.join(folder, name)
    t = Tables()
    gc, upper = read_general(folder)
    props, scripts, extensions = {}, {}, {}

    aliases = {}
    for row in rows(f("PropertyAliases.txt")):
        for name in row:
            aliases[name] = row[:2]
    binary = {}
    for source, wanted in (("DerivedCoreProperties.txt", CORE),
                           ("PropList.txt", PROP),
                           ("emoji/emoji-data.txt", EMOJI),
                           ("DerivedNormalizationProps.txt",
                            ["Changes_When_NFKC_Casefolded"]),
                           ("extracted/DerivedBinaryProperties.txt",
                            ["Bidi_Mirrored"])):
        found = by_property(f(source))
        for name in wanted:
            binary[name] = found[name]
    binary["ASCII"] = set(range(128))
    binary["Any"] = set(range(0x110000))
    binary["Assigned"] = binary["Any"] - gc["Cn"]
    for name, points in binary.items():
        names = [name] if name in ("ASCII", "Any", "Assigned") \
            else aliases[name]
        for n in names:
            props[n] = t.add(points)

    short = {}
    for row in rows(f("PropertyValueAliases.txt")):
        if row[0] == "gc":
            cats = [k for k in gc if k == row[1] or
                    (len(row[1]) == 1 and k[0] == row[1]) or
                    (row[1] == "LC" and k in ("Lu", "Ll", "Lt"))]
            points = set().union(*(gc[k] for k in cats))
            for n in row[1:]:
                props["gc=" + n] = t.add(points)
        elif row[0] == "sc":
            short[row[1]] = row[2]
    by_script = by_property(f("Scripts.txt"))
    every = set().union(*by_script.values())
    by_script["Unknown"] = binary["Any"] - every
    by_ext = read_script_extensions(folder, by_script, short)
    for row in rows(f("PropertyValueAliases.txt")):
        if row[0] != "sc" or row[2] not in by_script:
            continue
        for n in row[1:]:
            scripts[n] = t.add(by_script[row[2]])
            extensions[n] = t.add(by_ext[row[2]])

    multi = set()
    for row in rows(f("SpecialCasing.txt")):
        if len(row[3].split()) > 1 and (len(row) < 5 or not row[4]):
            multi.add(int(row[0], 16))
    simple_upper = {a: b for a, b in upper.items()
                    if a not in multi and a < 0x10000 and
                    not (a >= 128 and b < 128)}
    fold = {}
    for row in rows(f("CaseFolding.txt")):
        if row[1] in "CS":
            fold[int(row[0], 16)] = int(row[2], 16)

    out = ["/* Made by gen_re_tables.py. */", ""]
    out.append("static const unsigned char re_set_data[] = {")
    for i in range(0, len(t.data), 16):
        out.append("    " + " ".join("%d," % b for b in t.data[i:i + 16]))
    out += ["};", ""]
    out += named("re_properties", props)
    out += named("re_scripts", scripts)
    out += named("re_extensions", extensions)
    data, table = [], {}
    for name, strings in read_sequences(folder).items():
        table[name] = (len(data), len(strings))
        for s in sorted(strings):
            data += [len(s)] + [b for c in s for b in varint(c)]
    out.append("static const unsigned char re_string_data[] = {")
    for i in range(0, len(data), 16):
        out.append("    " + " ".join("%d," % b for b in data[i:i + 16]))
    out += ["};", ""]
    out += named("re_string_properties", table)
    out += pairs("re_upper", simple_upper)
    out += pairs("re_fold", fold)
    with open(path, "w", encoding="ascii") as o:
        o.write("\n".join(out))


main()
