/*
 * URLPattern: a pattern and a URL, split at the first NUL. Only TypeErrors may
 * come out, what test() and exec() say is the same, and the parts that a
 * pattern shows make a pattern again.
 */
#include "config.h"

#include "tests/fuzz/api_rig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char script[] =
    "const parts = ['protocol', 'username', 'password', 'hostname', 'port',"
    "  'pathname', 'search', 'hash'];"
    "function make(...args) {"
    "  try { return new URLPattern(...args); }"
    "  catch (e) { if (!(e instanceof TypeError)) failure = String(e); }"
    "}"
    "function look(p, url) {"
    "  const m = p.exec(url), t = p.test(url);"
    "  if (t !== (m !== null)) failure = 'test and exec differ';"
    "  if (m !== null && parts.some((k) => typeof m[k].input !== 'string'))"
    "    failure = 'no input';"
    "}"
    "function fuzz(bytes) {"
    "  const text = new TextDecoder().decode(bytes);"
    "  const at = text.indexOf('\\0');"
    "  const pattern = at < 0 ? text : text.slice(0, at);"
    "  const url = at < 0 ? 'https://a.example/b/c?d=e#f' :"
    "    text.slice(at + 1);"
    "  for (const p of [make(pattern), make(pattern, 'https://h.example/x/'),"
    "      make({ pathname: pattern }, { ignoreCase: true }),"
    "      make({ hostname: pattern }), make({ search: pattern })]) {"
    "    if (p === undefined) continue;"
    "    look(p, url);"
    "    look(p, { pathname: url, search: url });"
    "    const init = {};"
    "    for (const k of parts) init[k] = p[k];"
    "    make(init);"
    "  }"
    "}";

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size <= 512)
		rig_run(script, data, size);
	return 0;
}
