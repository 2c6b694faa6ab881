#!/usr/bin/env python3
"""Make the C table of the embedded scripts: embed.py OUT IN.js..."""
import os
import sys


def main(out, paths):
    lines = ["/* Made by worker/api/embed.py; do not edit. */"]
    names = []
    for path in paths:
        name = os.path.basename(path)
        ident = "js_" + name.replace(".", "_").replace("-", "_")
        with open(path, "rb") as f:
            text = f.read()
        names.append((name, ident, len(text)))
        lines.append(f"static const unsigned char {ident}[] = {{")
        for i in range(0, len(text), 20):
            lines.append("\t" + "".join(f"{b}," for b in text[i:i + 20]))
        lines.append("};")
    lines.append("static const struct {")
    lines.append("\tconst char *name;\n\tconst char *text;\n\tsize_t len;")
    lines.append("} js_scripts[] = {")
    for name, ident, n in names:
        lines.append(f'\t{{ "{name}", (const char *){ident}, {n} }},')
    lines.append("};")
    with open(out, "w", encoding="ascii") as f:
        f.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
