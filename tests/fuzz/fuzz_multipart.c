/*
 * Forms: the input is the body of a multipart/form-data response whose
 * boundary is "b". A form that parses is written and parsed to the same
 * entries, in whose names quotes and line ends are then percent-encoded.
 */
#include "config.h"

#include "tests/fuzz/api_rig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char script[] =
    "const crlf = (s) => s.replace(/\\r\\n?|\\n/g, '\\r\\n');"
    "const name = (s) => s.replace(/\\r/g, '%0D').replace(/\\n/g, '%0A')"
    "  .replace(/\"/g, '%22');"
    "const list = (form) => Promise.all([...form].map(async ([k, v]) =>"
    "  typeof v === 'string' ? [name(crlf(k)), crlf(v)] :"
    "    [name(crlf(k)), name(v.name), v.type || 'application/octet-stream',"
    "      await v.text()]));"
    "async function trip(body) {"
    "  let form;"
    "  try { form = await new Response(body, { headers: { 'Content-Type':"
    "    'multipart/form-data; boundary=b' } }).formData(); }"
    "  catch (e) {"
    "    if (!(e instanceof TypeError)) failure = String(e);"
    "    return;"
    "  }"
    "  if ([...form].some(([k, v]) => /\\\\$/.test(k) ||"
    "    typeof v !== 'string' && /\\\\$/.test(v.name))) return;"
    "  const again = await new Response(form).formData();"
    "  const a = JSON.stringify(await list(form));"
    "  const b = JSON.stringify(await list(again));"
    "  if (a !== b) failure = `${a} became ${b}`;"
    "}"
    "function fuzz(bytes) {"
    "  trip(bytes).catch((e) => { failure = String(e); });"
    "  new Response(bytes, { headers: { 'Content-Type':"
    "    'application/x-www-form-urlencoded' } }).formData().catch(() => {});"
    "}";

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size <= 8192)
		rig_run(script, data, size);
	return 0;
}
