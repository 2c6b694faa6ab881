#!/usr/bin/env python3
"""The indexes of the multi-byte encodings, from Python's codecs.

usage: gen_multibyte.py OUT

An index maps a pointer, a number computed from two bytes, to a code point; 0
is none. The Encoding standard's indexes are those of the codecs named below
but for the differences listed here.
"""
import re
import sys

# Where Python's big5hkscs is older than the standard (HKSCS-2008), or follows
# another table of Big5: pointer:code points in a row, hexadecimal.
BIG5 = """
1000:3875,21d53,2369e,26021,3eec,258de,3af5,7afc,9f97,24161,2890d,231ea,20a8a,
2325e,430a,8484,9f96,942f,4930,8613,5896,974a,9218,79d0,7a32,6660,6a29,889d,
744c,7bc5,6782,7a2c,524f,9046,34e6,73c4,25db9,74c6,9fc7,57b3,492f,544c,4131,
2368e,5818,7a72,27b65,8b8f,46ae,26e88,4181,25d99,7bae,224bc,9fc8,224c1,224c9,
224cc,9fc9,8504,235bb,40b4,9fca,44e1,2adff,62c1,706e,9fcb 2082:7bb8 2088:7c06
2103:7cce 2114:7dd2 2123:7e1d 2148:8005 2151:8028 2221:83c1 2239:84a8
2244:840f 2303:89a6,89a9 2354:8d77 2400:90fd 2413:92b9 2477:975c 2498:97ff
2605:9f16 2673:8503 2746:5159,515b,515d,515e 2771:936e 2780:7479 2990:6d67
3087:799b 3259:9097 3301:975d 3436:701e 3451:5b28 4136:7201 4138:77d7
4141:7e87 4182:99d6 4206:91d4 4220:60de 4230:6fb6 4241:8f36 4258:4fbb
4273:71df 4279:9104 4282:9df0 4294:83cf 4329:5c10,79e3 4349:5a67 4419:8f0b
4422:7b51 4494:62d0 4624:6062 4694:75f9 4708:6c4a 4742:9b2e 4748:9f17
4815:50ed 4828:5f0c 4902:880f 4922:62ce 4982:7468 4992:7162 4997:7250
5029:2027 5038:fe51 5120:af 5153:ff5e 5168:2295,2299 5182:2215,fe68 5185:ffe5
5187:ffe0,ffe1 5432:2400,2401,2402,2403,2404,2405,2406,2407,2408,2409,240a,
240b,240c,240d,240e,240f,2410,2411,2412,2413,2414,2415,2416,2417,2418,2419,
241a,241b,241c,241d,241e,241f,2421,20ac 10942:5ef4 10946:65e0 10948:7676
10950:96b6 10957:3003,4edd 19028:5029 19035:507d 19088:5305 19096:5344
19112:537f 19162:5605 19240:5a77 19299:5e75 19305:5ed0 19326:5f58 19355:60a4
19398:6490 19439:6674 19454:675e 19553:6c9c,6e1d 19557:6e2f 19611:716e
19643:732a 19672:745c 19697:74e9 19748:7809
"""

# gb18030: characters that have left the private use area since.
GB18030 = """
6555:3000 7182:fe10,fe12,fe11,fe13,fe14,fe15,fe16 7201:fe17,fe18 7208:fe19
7533:1e3f 23775:9fb4 23783:9fb5 23788:9fb6,9fb7 23795:9fb8 23812:9fb9
23829:9fba 23845:9fbb
"""
GB18030_RANGE = {7457: 0xe7c7}

# A wave is full-width there.
JIS0212 = "116:ff5e"


def decode(codec, data):
    try:
        s = data.decode(codec)
    except UnicodeDecodeError:
        return 0
    return ord(s) if len(s) == 1 else 0


def index(n, codec, pointer_bytes, differences=""):
    table = [decode(codec, pointer_bytes(p)) for p in range(n)]
    for run in re.sub(r",\s+", ",", differences).split():
        start, codes = run.split(":")
        for i, code in enumerate(codes.split(",")):
            table[int(start) + i] = int(code, 16)
    return table


def two(columns, low, gap_at, gap, lead=0x81):
    """Bytes of a pointer: rows of COLUMNS, GAP more from column GAP_AT."""
    def pointer_bytes(p):
        row, column = divmod(p, columns)
        return bytes([row + lead,
                      column + low + (gap if column >= gap_at else 0)])
    return pointer_bytes


def shift_jis(p):
    row, column = divmod(p, 188)
    return bytes([row + (0x81 if row < 0x1f else 0xc1),
                  column + (0x40 if column < 0x3f else 0x41)])


def jis0212(p):
    return bytes([0x8f, p // 94 + 0xa1, p % 94 + 0xa1])


def gb_four(p):
    return bytes([0x81 + p // 12600, 0x30 + p // 1260 % 10,
                  0x81 + p // 10 % 126, 0x30 + p % 10])


def gb_ranges():
    """(pointer, code point) where a run of both begins."""
    found = []
    last = None
    for p in range(39420):
        code = GB18030_RANGE.get(p) or decode("gb18030", gb_four(p))
        if code - p != last:
            found.append((p, code))
            last = code - p
    return found


def write_words(f, name, words):
    f.write("static const uint16_t %s[%d] = {\n" % (name, len(words)))
    for i in range(0, len(words), 10):
        f.write("\t%s,\n" % ", ".join("%d" % w for w in words[i:i + 10]))
    f.write("};\n")


def main():
    jis0208 = index(11280, "cp932", shift_jis)
    for p in range(8836, 10716):  # the private use area of Shift_JIS alone
        jis0208[p] = 0
    big5 = index(19782, "big5hkscs", two(157, 0x40, 0x3f, 0x22), BIG5)
    ranges = gb_ranges()
    with open(sys.argv[1], "w", encoding="ascii") as f:
        f.write("/* Made by gen_multibyte.py. */\n")
        write_words(f, "index_jis0208", jis0208)
        write_words(f, "index_jis0212",
                    index(8836, "euc_jp", jis0212, JIS0212))
        write_words(f, "index_euc_kr",
                    index(23940, "cp949", two(190, 0x41, 190, 0)))
        write_words(f, "index_gb18030",
                    index(23940, "gb18030", two(190, 0x40, 0x3f, 1),
                          GB18030))
        # big5 reaches into plane 2: its pointers are set here
        write_words(f, "index_big5", [c & 0xffff for c in big5])
        planes = [0] * ((len(big5) + 15) // 16)
        for p, c in enumerate(big5):
            assert c >> 16 in (0, 2)
            if c >> 16:
                planes[p // 16] |= 1 << p % 16
        write_words(f, "big5_plane2", planes)
        write_words(f, "gb18030_pointers", [p for p, _ in ranges])
        write_words(f, "gb18030_codes", [c for _, c in ranges])


main()
