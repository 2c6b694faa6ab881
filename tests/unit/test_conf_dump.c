/*
 * conf: what is accepted, what it means, and that its dump loads again.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/util.h"
#include "tests/unit/conf_cases.h"

/* clang-format off */
static const struct conf_case cases[] = {
    {"nothing but the least",
	TEXT(""),
	"[socket s]\n"
	"address = *:1\n"
	"service = a\n"
	"[worker a]\n"
	"compatibilityDate = 2026-11-01\n"
	"modules = m esModule ''\n"},
    {"defaults",
	TEXT(""),
	"fronts = 0\n"
	"sandbox = auto\n"
	"stopTimeout = 8s\n"
	"idleTimeout = 10s\n"
	"limits.cpu = 10s\n"
	"limits.wall = 15m\n"
	"limits.memory = 64M\n"
	"limits.requests = 1000\n"
	"limits.subrequests = 1000\n"
	"structuredLogging = auto\n"
	"level = info\n"
	"http.style = host\n"
	"instances = 1\n"},
    {"byte order mark",
	TEXT("\357\273\277[server]\n"
		"fronts = 1\n"),
	"fronts = 1\n"},
    {"CRLF",
	TEXT("[server]\r\n"
		"fronts = 1\r\n"
		"stateDir = /x\r\n"),
	"fronts = 1\n"
	"stateDir = /x\n"},
    {"comments at line starts",
	TEXT("# a\n"
		"; b\n"
		"  ; c\n"
		"\t# d\n"
		"[server]\n"
		"fronts = 1\n"),
	"fronts = 1\n"},
    {"comment behind a value",
	TEXT("[server]\n"
		"fronts = 1 ; one\n"
		"stateDir = /x\t;two\n"),
	"fronts = 1\n"
	"stateDir = /x\n"},
    {"comment behind a header",
	TEXT("[server] ; a\n"
		"fronts = 1\n"
		"[logging]# b\n"
		"level = warn\n"),
	"fronts = 1\n"
	"level = warn\n"},
    {"hash in a word is no comment",
	TEXT("[server]\n"
		"stateDir = /a#b\n"),
	"stateDir = /a#b\n"},
    {"semicolon in quotes is no comment",
	TEXT("[server]\n"
		"stateDir = \"/a ;b\"\n"),
	"stateDir = '/a ;b'\n"},
    {"indented key is no continuation",
	TEXT("[server]\n"
		"fronts = 1\n"
		"    stateDir = /x\n"),
	"fronts = 1\n"
	"stateDir = /x\n"},
    {"no space around equals",
	TEXT("[server]\n"
		"fronts=1\n"),
	"fronts = 1\n"},
    {"much space around equals",
	TEXT("[server]\n"
		" \t fronts \t = \t 1 \t \n"),
	"fronts = 1\n"},
    {"colon in a value",
	TEXT("[server]\n"
		"stateDir = /a:b\n"),
	"stateDir = /a:b\n"},
    {"equals in a value",
	TEXT("[server]\n"
		"stateDir = /a=b\n"),
	"stateDir = /a=b\n"},
    {"brackets in a value",
	TEXT("[server]\n"
		"stateDir = /[a]\n"),
	"stateDir = /[a]\n"},
    {"space inside a header",
	TEXT("[ server ]\n"
		"fronts = 1\n"
		"[ worker  b ]\n"
		"compatibilityDate = 2026-01-01\n"
		"modules = m esModule ''\n"),
	"fronts = 1\n"
	"[worker b]\n"},
    {"section twice",
	TEXT("[server]\n"
		"fronts = 1\n"
		"[server]\n"
		"stateDir = /x\n"),
	"fronts = 1\n"
	"stateDir = /x\n"},
    {"section without keys",
	TEXT("[server]\n"
		"[logging]\n"),
	"fronts = 0\n"
	"level = info\n"},
    {"section name of more than 49 characters",
	TEXT("[worker xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx]\n"
		"compatibilityDate = 2026-01-01\n"
		"modules = m esModule ''\n"),
	"[worker xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx]\n"},
    {"line of more than 200 bytes",
	TEXT("[server]\n"
		"stateDir = /yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
		"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
		"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
		"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
		"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
		"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
		"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
		"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
		"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
		"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
		"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
		"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
		"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
		"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
		"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
		"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
		"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
		"yyyyyyyyyyyyyyyyyyyyyyyyyy\n"),
	"stateDir = /yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
	"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
	"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
	"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
	"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
	"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
	"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
	"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
	"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
	"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
	"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
	"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
	"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
	"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
	"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
	"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
	"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
	"yyyyyyyyyyyyyyyyyyyyyyyyyy\n"},
    {"last line without its end",
	TEXT("[worker b]\n"
		"compatibilityDate = 2026-01-01\n"
		"modules = m esModule ''\n"
		"[worker c]\n"
		" modules = m esModule ''\n"
		"compatibilityDate = 2025-01-01\n"),
	"[worker c]\n"
	"compatibilityDate = 2025-01-01\n"},
    {"quoted names in headers",
	TEXT("[worker \"my.own worker\"]\n"
		"compatibilityDate = 2026-01-01\n"
		"modules = m esModule ''\n"),
	"[worker \"my.own worker\"]\n"},
    {"raw names in headers",
	TEXT("[worker 'a\"b']\n"
		"compatibilityDate = 2026-01-01\n"
		"modules = m esModule ''\n"),
	"[worker \"a\\\"b\"]\n"},
    {"escaped names in headers",
	TEXT("[worker \"a\\\"b\\\\c\"]\n"
		"compatibilityDate = 2026-01-01\n"
		"modules = m esModule ''\n"),
	"[worker \"a\\\"b\\\\c\"]\n"},
    {"wide names in headers",
	TEXT("[worker gr\303\266\303\237e]\n"
		"compatibilityDate = 2026-01-01\n"
		"modules = m esModule ''\n"),
	"[worker gr\303\266\303\237e]\n"},
    {"bare word",
	TEXT("[server]\n"
		"stateDir = /a\n"),
	"stateDir = /a\n"},
    {"quoted word",
	TEXT("[server]\n"
		"stateDir = \"/a b\"\n"),
	"stateDir = '/a b'\n"},
    {"raw word",
	TEXT("[server]\n"
		"stateDir = '/a \\n b'\n"),
	"stateDir = '/a \\n b'\n"},
    {"all escapes",
	TEXT("[worker b]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m.js esModule ''\n"
		"bindings = A text \"\\\"\\\\\\/\\b\\f\\n\\r\\t\"\n"),
	"bindings = A text \"\\\"\\\\/\\b\\f\\n\\r\\t\"\n"},
    {"unicode escapes",
	TEXT("[worker b]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m.js esModule ''\n"
		"bindings = A text \"\\u0041\\u00e4\\u20ac\\ud83d\\ude00\\u"
		"D83D\\uDE00\"\n"),
	"bindings = A text A\303\244\342\202\254\360\237\230\200"
	"\360\237\230\200\n"},
    {"NUL in a text",
	TEXT("[worker b]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m.js esModule ''\n"
		"bindings = A text \"a\\u0000b\"\n"),
	"bindings = A text \"a\\u0000b\"\n"},
    {"tab in quotes",
	TEXT("[worker b]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m.js esModule ''\n"
		"bindings = A text \"a\tb\"\n"),
	"bindings = A text \"a\\tb\"\n"},
    {"apostrophe in quotes",
	TEXT("[worker b]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m.js esModule ''\n"
		"bindings = A text \"it's\"\n"),
	"bindings = A text \"it's\"\n"},
    {"both quotes",
	TEXT("[worker b]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m.js esModule ''\n"
		"bindings = A text \"it's \\\"x\\\"\"\n"),
	"bindings = A text \"it's \\\"x\\\"\"\n"},
    {"empty words",
	TEXT("[worker b]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m.js esModule ''\n"
		"bindings = A text \"\"\n"
		"bindings = B text ''\n"),
	"bindings = A text ''\n"
	"bindings = B text ''\n"},
    {"wide text",
	TEXT("[worker b]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m.js esModule ''\n"
		"bindings = A text gr\303\266\303\237e\n"),
	"bindings = A text gr\303\266\303\237e\n"},
    {"base64",
	TEXT("[worker b]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m.js esModule ''\n"
		"bindings = A data base64(AP8=)\n"),
	"bindings = A data base64(AP8=)\n"},
    {"base64 without padding",
	TEXT("[worker b]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m.js esModule ''\n"
		"bindings = A data base64(AP8)\n"),
	"bindings = A data base64(AP8)\n"},
    {"base64 with white space",
	TEXT("[worker b]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m.js esModule ''\n"
		"bindings = A data base64('AP 8=')\n"),
	"bindings = A data base64('AP 8=')\n"},
    {"base64 of nothing",
	TEXT("[worker b]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m.js esModule ''\n"
		"bindings = A data base64('')\n"),
	"bindings = A data base64('')\n"},
    {"space in a source",
	TEXT("[worker b]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m.js esModule ''\n"
		"bindings = A data base64( AP8= )\n"),
	"bindings = A data base64(AP8=)\n"},
    {"environment",
	TEXT("[worker b]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m.js esModule ''\n"
		"bindings = A text env(EIDER_TEST)\n"),
	"bindings = A text env(EIDER_TEST)\n"},
    {"environment in base64",
	TEXT("[worker b]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m.js esModule ''\n"
		"bindings = A text base64(env(EIDER_TEST_BASE64))\n"),
	"bindings = A text base64(env(EIDER_TEST_BASE64))\n"},
    {"environment as a scalar",
	TEXT("[server]\n"
		"fronts = env(EIDER_TEST_NUMBER)\n"),
	"fronts = 12\n"},
    {"every key of [server]",
	TEXT("[server]\n"
		"stateDir = /s\n"
		"fronts = 2\n"
		"sandbox = require-B\n"
		"stopTimeout = 1m\n"
		"idleTimeout = 1h\n"
		"limits.cpu = 50ms\n"
		"limits.wall = 30s\n"
		"limits.memory = 128M\n"
		"limits.requests = 10\n"
		"limits.subrequests = 1\n"),
	"stateDir = /s\n"
	"fronts = 2\n"
	"sandbox = require-B\n"
	"stopTimeout = 1m\n"
	"idleTimeout = 1h\n"
	"limits.cpu = 50ms\n"
	"limits.wall = 30s\n"
	"limits.memory = 128M\n"
	"limits.requests = 10\n"
	"limits.subrequests = 1\n"},
    {"every sandbox mode: none",
	TEXT("[server]\n"
		"sandbox = none\n"),
	"sandbox = none\n"},
    {"every sandbox mode: A",
	TEXT("[server]\n"
		"sandbox = require-A\n"),
	"sandbox = require-A\n"},
    {"every sandbox mode: C",
	TEXT("[server]\n"
		"sandbox = require-C\n"),
	"sandbox = require-C\n"},
    {"limits as a group",
	TEXT("[limits]\n"
		"cpu = 20ms\n"
		"memory = 1G\n"),
	"limits.cpu = 20ms\n"
	"limits.memory = 1G\n"},
    {"every key of [logging]",
	TEXT("[logging]\n"
		"structuredLogging = true\n"
		"level = debug\n"),
	"structuredLogging = true\n"
	"level = debug\n"},
    {"structured logging off",
	TEXT("[logging]\n"
		"structuredLogging = false\n"),
	"structuredLogging = false\n"},
    {"size in bytes",
	TEXT("[server]\n"
		"limits.memory = 4194305\n"),
	"limits.memory = 4194305\n"},
    {"size in its largest unit",
	TEXT("[server]\n"
		"limits.memory = 2048M\n"),
	"limits.memory = 2G\n"},
    {"size at its least",
	TEXT("[server]\n"
		"limits.memory = 4096K\n"),
	"limits.memory = 4M\n"},
    {"duration in its largest unit",
	TEXT("[server]\n"
		"idleTimeout = 90000ms\n"),
	"idleTimeout = 90s\n"},
    {"duration at its most",
	TEXT("[server]\n"
		"idleTimeout = 24h\n"),
	"idleTimeout = 1d\n"},
    {"count with leading zeros",
	TEXT("[server]\n"
		"fronts = 007\n"),
	"fronts = 7\n"},
    {"IPv4",
	TEXT("[socket t]\n"
		"address = 127.0.0.1:8080\n"
		"service = a\n"),
	"address = 127.0.0.1:8080\n"},
    {"IPv4 without a port",
	TEXT("[socket t]\n"
		"address = 127.0.0.1\n"
		"service = a\n"),
	"address = 127.0.0.1\n"},
    {"IPv6",
	TEXT("[socket t]\n"
		"address = [::1]:8080\n"
		"service = a\n"),
	"address = [::1]:8080\n"},
    {"IPv6 without a port",
	TEXT("[socket t]\n"
		"address = [2001:db8::1]\n"
		"service = a\n"),
	"address = [2001:db8::1]\n"},
    {"any",
	TEXT("[socket t]\n"
		"address = *\n"
		"service = a\n"),
	"address = *\n"},
    {"port 0",
	TEXT("[socket t]\n"
		"address = *:0\n"
		"service = a\n"),
	"address = *:0\n"},
    {"unix",
	TEXT("[socket t]\n"
		"address = unix:/run/x.sock\n"
		"service = a\n"),
	"address = unix:/run/x.sock\n"},
    {"unix with spaces",
	TEXT("[socket t]\n"
		"address = \"unix:/run/x y\"\n"
		"service = a\n"),
	"address = 'unix:/run/x y'\n"},
    {"unix of the longest path",
	TEXT("[socket t]\n"
		"address = unix:/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		"xxxxxx\n"
		"service = a\n"),
	"address = unix:/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	"xxxxxx\n"},
    {"unix-abstract",
	TEXT("[socket t]\n"
		"address = unix-abstract:eider\n"
		"service = a\n"),
	"address = unix-abstract:eider\n"},
    {"http selected",
	TEXT("[socket t]\n"
		"address = *:2\n"
		"service = a\n"
		"http =\n"),
	"http.style = host\n"},
    {"http options",
	TEXT("[socket t]\n"
		"address = *:2\n"
		"service = a\n"
		"http.style = host\n"
		"http.forwardedProtoHeader = X-Forwarded-Proto\n"
		"http.cfBlobHeader = CF-Blob\n"
		"http.injectRequestHeaders = Authorization \"Bearer x\"\n"
		"http.injectRequestHeaders = Cookie\n"
		"http.injectResponseHeaders = X-A \"\"\n"),
	"http.style = host\n"
	"http.forwardedProtoHeader = X-Forwarded-Proto\n"
	"http.cfBlobHeader = CF-Blob\n"
	"http.injectRequestHeaders = Authorization 'Bearer x'\n"
	"http.injectRequestHeaders = Cookie\n"
	"http.injectResponseHeaders = X-A ''\n"},
    {"http options as a group",
	TEXT("[socket t]\n"
		"address = *:2\n"
		"service = a\n"
		"[http t]\n"
		"style = host\n"
		"injectResponseHeaders = Server\n"),
	"http.style = host\n"
	"http.injectResponseHeaders = Server\n"},
    {"service with options",
	TEXT("[socket t]\n"
		"address = *:2\n"
		"service = a entrypoint=Admin props.json='{\"x\": [1, 2]}'"
		"\n"),
	"service = a entrypoint=Admin props.json='{\"x\": [1, 2]}'"
	"\n"},
    {"service as keys",
	TEXT("[socket t]\n"
		"address = *:2\n"
		"service.name = a\n"
		"service.entrypoint = Admin\n"
		"service.props.json = '{}'\n"),
	"service = a entrypoint=Admin props.json={}\n"},
    {"service as a group",
	TEXT("[socket t]\n"
		"address = *:2\n"
		"[service t]\n"
		"name = a\n"
		"entrypoint = Admin\n"),
	"service = a entrypoint=Admin\n"},
    {"service defined later",
	TEXT("[socket t]\n"
		"address = *:2\n"
		"service = z\n"
		"[worker z]\n"
		"compatibilityDate = 2026-01-01\n"
		"modules = m esModule ''\n"),
	"service = z\n"},
    {"service whose name has dots and spaces",
	TEXT("[worker \"x. y\"]\n"
		"compatibilityDate = 2026-01-01\n"
		"modules = m esModule ''\n"
		"[socket t]\n"
		"address = *:2\n"
		"service = \"x. y\"\n"),
	"service = 'x. y'\n"},
    {"routes",
	TEXT("[socket t]\n"
		"address = *:2\n"
		"routes = Example.COM/api/* a\n"
		"routes = *.example.com/ a entrypoint=E\n"
		"routes = */x a props.json=1\n"),
	"routes = example.com/api/* a\n"
	"routes = *.example.com/ a entrypoint=E\n"
	"routes = */x a props.json=1\n"},
    {"routes beside a service",
	TEXT("[socket t]\n"
		"address = *:2\n"
		"service = a\n"
		"routes = [::1]/* a\n"),
	"routes = [::1]/* a\n"
	"service = a\n"},
    {"worker with everything",
	TEXT("[worker b]\n"
		"compatibilityDate = 2025-02-28\n"
		"compatibilityFlags = nodejs_compat\n"
		"compatibilityFlags = url_standard global_navigator\n"
		"modules = src/m.js esModule 'export default {}'\n"
		"modules = c.cjs commonJsModule '1' namedExports=x namedExp"
		"orts=y\n"
		"modules = t.txt text hello\n"
		"modules = d.bin data base64(AAEC)\n"
		"modules = j.json json '{\"a\":[1,true,null,\"x\"]}'\n"
		"bindings = T text 'a b'\n"
		"bindings = J json '[]'\n"
		"bindings = D data base64(AAEC)\n"
		"bindings = E fromEnvironment EIDER_TEST\n"
		"bindings = N fromEnvironment EIDER_TEST_UNSET\n"
		"bindings = S service a entrypoint=X props.json='{}'\n"
		"globalOutbound = a\n"
		"idleTimeout = 20s\n"
		"instances = 4\n"
		"limits.cpu = 50ms\n"
		"limits.wall = 1s\n"
		"limits.memory = 16M\n"
		"limits.requests = 5\n"
		"limits.subrequests = 6\n"),
	"[worker b]\n"
	"compatibilityDate = 2025-02-28\n"
	"compatibilityFlags = nodejs_compat\n"
	"compatibilityFlags = url_standard\n"
	"compatibilityFlags = global_navigator\n"
	"modules = src/m.js esModule 'export default {}'\n"
	"modules = c.cjs commonJsModule 1 namedExports=x namedExpor"
	"ts=y\n"
	"modules = t.txt text hello\n"
	"modules = d.bin data base64(AAEC)\n"
	"modules = j.json json '{\"a\":[1,true,null,\"x\"]}'\n"
	"bindings = T text 'a b'\n"
	"bindings = J json []\n"
	"bindings = D data base64(AAEC)\n"
	"bindings = E fromEnvironment EIDER_TEST\n"
	"bindings = N fromEnvironment EIDER_TEST_UNSET\n"
	"bindings = S service a entrypoint=X props.json={}\n"
	"globalOutbound = a\n"
	"idleTimeout = 20s\n"
	"instances = 4\n"
	"limits.cpu = 50ms\n"
	"limits.wall = 1s\n"
	"limits.memory = 16M\n"
	"limits.requests = 5\n"
	"limits.subrequests = 6\n"},
    {"CommonJS as main module",
	TEXT("[worker b]\n"
		"compatibilityDate = 2026-01-01\n"
		"modules = m commonJsModule ''\n"),
	"modules = m commonJsModule ''\n"},
    {"serviceWorkerScript",
	TEXT("[worker b]\n"
		"compatibilityDate = 2026-01-01\n"
		"serviceWorkerScript = 'addEventListener(\"fetch\", f)'\n"),
	"serviceWorkerScript = 'addEventListener(\"fetch\", f)'\n"},
    {"limits from [server], which comes later",
	TEXT("[worker b]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m.js esModule ''\n"
		"[server]\n"
		"limits.cpu = 77ms\n"
		"idleTimeout = 3s\n"),
	"limits.cpu = 77ms\n"
	"idleTimeout = 3s\n"},
    {"limits of a worker as a group",
	TEXT("[worker b]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m.js esModule ''\n"
		"[limits b]\n"
		"cpu = 5ms\n"
		"memory = 8M\n"),
	"limits.cpu = 5ms\n"
	"limits.memory = 8M\n"},
    {"binding that looks like an option",
	TEXT("[worker b]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m.js esModule ''\n"
		"bindings = A text a=b\n"),
	"bindings = A text a=b\n"},
    {"binding to itself",
	TEXT("[worker b]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m.js esModule ''\n"
		"bindings = SELF service b\n"),
	"bindings = SELF service b\n"},
    {"empty lists",
	TEXT("[worker b]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m.js esModule ''\n"
		"bindings =\n"
		"compatibilityFlags =\n"),
	"modules = m.js esModule ''\n"},
    {"bindings as sections",
	TEXT("[worker b]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m.js esModule ''\n"
		"bindings = A text 1\n"
		"[bindings b.B]\n"
		"text = 2\n"
		"[bindings b.C]\n"
		"service = a\n"
		"service.entrypoint = X\n"
		"service.props.json = '{\"k\":1}'\n"
		"[bindings b.\"D.E\"]\n"
		"service = a entrypoint=Y\n"),
	"bindings = A text 1\n"
	"bindings = B text 2\n"
	"bindings = C service a entrypoint=X props.json='{\"k\":1}'"
	"\n"
	"bindings = D.E service a entrypoint=Y\n"},
    {"service binding with its name as a key",
	TEXT("[worker b]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m.js esModule ''\n"
		"[bindings b.C]\n"
		"service =\n"
		"service.name = a\n"),
	"bindings = C service a\n"},
    {"modules as sections",
	TEXT("[worker b]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m.js esModule ''\n"
		"[modules b.'lib/x.cjs']\n"
		"commonJsModule = '2'\n"
		"namedExports = x\n"
		"namedExports = y\n"
		"[modules b.t]\n"
		"text = hello\n"),
	"modules = lib/x.cjs commonJsModule 2 namedExports=x namedE"
	"xports=y\n"
	"modules = t text hello\n"},
    {"all modules in sections",
	TEXT("[worker b]\n"
		"compatibilityDate = 2026-01-01\n"
		"[modules b.m]\n"
		"esModule = ''\n"),
	"modules = m esModule ''\n"},
    {"date at the newest",
	TEXT("[worker b]\n"
		"compatibilityDate = 2026-11-17\n"
		"modules = m esModule ''\n"),
	"compatibilityDate = 2026-11-17\n"},
    {"leap day",
	TEXT("[worker b]\n"
		"compatibilityDate = 2024-02-29\n"
		"modules = m esModule ''\n"),
	"compatibilityDate = 2024-02-29\n"},
    {"JSON numbers and escapes",
	TEXT("[worker b]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m.js esModule ''\n"
		"bindings = J json '[-0, 1.5e-3, 0.1, \"\\u00e4\\n\", {\"\""
		": {}}]'\n"),
	"bindings = J json '[-0, 1.5e-3, 0.1, \"\\u00e4\\n\", {\"\""
	": {}}]'\n"},
};
/* clang-format on */

static void
test_dumps(void **state)
{
	(void)state;
	conf_cases_expect_dumps(cases, NELEMS(cases));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_dumps),
	};

	setenv("EIDER_TEST", "value", 1);
	setenv("EIDER_TEST_BASE64", "aGVsbG8=", 1);
	setenv("EIDER_TEST_NUMBER", "12", 1);
	unsetenv("EIDER_TEST_UNSET");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
