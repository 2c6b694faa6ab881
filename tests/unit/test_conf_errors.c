/*
 * conf: what directives, sockets and workers refuse, and how.
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
    {"key set twice",
	TEXT("[server]\n"
		"fronts = 1\n"
		"fronts = 2\n"),
	"t.ini:3: fronts: is set twice; first at t.ini:2; remove on"
	"e\n"},
    {"key set twice in two sections",
	TEXT("[server]\n"
		"fronts = 1\n"
		"[server]\n"
		"fronts = 2\n"),
	"t.ini:4: fronts: is set twice; first at t.ini:2; remove on"
	"e\n"},
    {"unknown key",
	TEXT("[server]\n"
		"front = 1\n"),
	"t.ini:2: unknown key \"front\"; nearest is \"fronts\"\n"},
    {"unknown key, nothing near",
	TEXT("[server]\n"
		"somethingElse = 1\n"),
	"t.ini:2: unknown key \"somethingElse\"; see eider.ini(5)\n"},
    {"key in another case",
	TEXT("[server]\n"
		"statedir = /x\n"),
	"t.ini:2: unknown key \"statedir\"; nearest is \"stateDir\""
	"\n"},
    {"key of a later version",
	TEXT("[server]\n"
		"v8Flags = --expose-gc\n"),
	"t.ini:2: v8Flags: not supported by this version; remove it"
	"\n"},
    {"key of another section",
	TEXT("[server]\n"
		"address = *:80\n"),
	"t.ini:2: unknown key \"address\"; see eider.ini(5)\n"},
    {"count with a sign",
	TEXT("[server]\n"
		"fronts = +1\n"),
	"t.ini:2: fronts: \"+1\" is not a number; use digits alone,"
	" such as 4\n"},
    {"count below zero",
	TEXT("[server]\n"
		"fronts = -1\n"),
	"t.ini:2: fronts: \"-1\" is not a number; use digits alone,"
	" such as 4\n"},
    {"count with a unit",
	TEXT("[server]\n"
		"fronts = 1K\n"),
	"t.ini:2: fronts: \"1K\" is not a number; use digits alone,"
	" such as 4\n"},
    {"count with a fraction",
	TEXT("[server]\n"
		"fronts = 1.5\n"),
	"t.ini:2: fronts: \"1.5\" is not a number; use digits alone"
	", such as 4\n"},
    {"count in hexadecimal",
	TEXT("[server]\n"
		"fronts = 0x10\n"),
	"t.ini:2: fronts: \"0x10\" is not a number; use digits alon"
	"e, such as 4\n"},
    {"count too large",
	TEXT("[server]\n"
		"fronts = 65\n"),
	"t.ini:2: fronts: \"65\" is out of range; allowed is 0 to 6"
	"4\n"},
    {"count beyond 64 bits",
	TEXT("[server]\n"
		"fronts = 99999999999999999999\n"),
	"t.ini:2: fronts: \"99999999999999999999\" is too large; th"
	"e limit is 64\n"},
    {"count empty",
	TEXT("[server]\n"
		"fronts = \"\"\n"),
	"t.ini:2: fronts: \"\" is not a number; use digits alone, s"
	"uch as 4\n"},
    {"size with a wrong unit",
	TEXT("[server]\n"
		"limits.memory = 12Q\n"),
	"t.ini:2: limits.memory: \"12Q\" is not a size; use digits "
	"with K, M or G, such as 64M\n"},
    {"size in small letters",
	TEXT("[server]\n"
		"limits.memory = 64m\n"),
	"t.ini:2: limits.memory: \"64m\" is not a size; use digits "
	"with K, M or G, such as 64M\n"},
    {"size with a space",
	TEXT("[server]\n"
		"limits.memory = 64 M\n"),
	"t.ini:2: limits.memory: one word too many: \"M\"; options "
	"are written name=value (column 20)\n"},
    {"size too small",
	TEXT("[server]\n"
		"limits.memory = 4095K\n"),
	"t.ini:2: limits.memory: \"4095K\" is out of range; allowed"
	" is 4M to 4G\n"},
    {"size too large",
	TEXT("[server]\n"
		"limits.memory = 5G\n"),
	"t.ini:2: limits.memory: \"5G\" is out of range; allowed is"
	" 4M to 4G\n"},
    {"size beyond 64 bits",
	TEXT("[server]\n"
		"limits.memory = 99999999999G\n"),
	"t.ini:2: limits.memory: \"99999999999G\" is too large; the"
	" limit is 4G\n"},
    {"duration without a unit",
	TEXT("[server]\n"
		"stopTimeout = 10\n"),
	"t.ini:2: stopTimeout: \"10\" is not a duration; use digits"
	" with ms, s, m, h or d, such as 10s\n"},
    {"duration with a wrong unit",
	TEXT("[server]\n"
		"stopTimeout = 10sec\n"),
	"t.ini:2: stopTimeout: \"10sec\" is not a duration; use dig"
	"its with ms, s, m, h or d, such as 10s\n"},
    {"duration of two units",
	TEXT("[server]\n"
		"stopTimeout = 1m30s\n"),
	"t.ini:2: stopTimeout: \"1m30s\" is not a duration; use dig"
	"its with ms, s, m, h or d, such as 10s\n"},
    {"duration too long",
	TEXT("[server]\n"
		"stopTimeout = 2h\n"),
	"t.ini:2: stopTimeout: \"2h\" is out of range; allowed is 1"
	"0ms to 1h\n"},
    {"duration of zero",
	TEXT("[server]\n"
		"stopTimeout = 0s\n"),
	"t.ini:2: stopTimeout: \"0s\" is out of range; allowed is 1"
	"0ms to 1h\n"},
    {"duration beyond 64 bits",
	TEXT("[server]\n"
		"stopTimeout = 999999999999999999d\n"),
	"t.ini:2: stopTimeout: \"999999999999999999d\" is too large"
	"; the limit is 1h\n"},
    {"keyword unknown",
	TEXT("[server]\n"
		"sandbox = maybe\n"),
	"t.ini:2: sandbox: \"maybe\" is unknown; write auto, none, "
	"require-A, require-B or require-C\n"},
    {"keyword in another case",
	TEXT("[server]\n"
		"sandbox = require-a\n"),
	"t.ini:2: sandbox: \"require-a\" is unknown; write auto, no"
	"ne, require-A, require-B or require-C\n"},
    {"level unknown",
	TEXT("[logging]\n"
		"level = trace\n"),
	"t.ini:2: level: \"trace\" is unknown; write debug, info, w"
	"arn, error or fatal\n"},
    {"boolean",
	TEXT("[logging]\n"
		"structuredLogging = yes\n"),
	"t.ini:2: structuredLogging: \"yes\" is unknown; write auto"
	", false or true\n"},
    {"limits as a group, bad",
	TEXT("[limits]\n"
		"cpu = 1\n"),
	"t.ini:2: limits.cpu: \"1\" is not a duration; use digits w"
	"ith ms, s, m, h or d, such as 10s\n"},
    {"address of a name",
	TEXT("[socket t]\n"
		"address = localhost:80\n"
		"service = a\n"),
	"t.ini:2: address: \"localhost:80\" is not an IP address; n"
	"ames are not resolved, write the address itself, such as 1"
	"27.0.0.1:8080, or *:8080 for all\n"},
    {"address of a bare port",
	TEXT("[socket t]\n"
		"address = 8080\n"
		"service = a\n"),
	"t.ini:2: address: \"8080\" is a port alone; write *:8080, "
	"or 127.0.0.1:8080 for this machine only\n"},
    {"address of a port with colon",
	TEXT("[socket t]\n"
		"address = :8080\n"
		"service = a\n"),
	"t.ini:2: address: \":8080\" is not an address; write *:808"
	"0, 127.0.0.1:8080, [::1]:8080, unix:/path or unix-abstract"
	":name\n"},
    {"port too large",
	TEXT("[socket t]\n"
		"address = *:65536\n"
		"service = a\n"),
	"t.ini:2: address: \"*:65536\" has a bad port; ports are 0 "
	"to 65535\n"},
    {"port empty",
	TEXT("[socket t]\n"
		"address = *:\n"
		"service = a\n"),
	"t.ini:2: address: \"*:\" has a bad port; ports are 0 to 65"
	"535\n"},
    {"port not a number",
	TEXT("[socket t]\n"
		"address = *:http\n"
		"service = a\n"),
	"t.ini:2: address: \"*:http\" has a bad port; ports are 0 t"
	"o 65535\n"},
    {"IPv4 too short",
	TEXT("[socket t]\n"
		"address = 127.1:80\n"
		"service = a\n"),
	"t.ini:2: address: \"127.1:80\" is not an IP address; names"
	" are not resolved, write the address itself, such as 127.0"
	".0.1:8080, or *:8080 for all\n"},
    {"IPv4 with a leading zero",
	TEXT("[socket t]\n"
		"address = 127.0.0.01:80\n"
		"service = a\n"),
	"t.ini:2: address: \"127.0.0.01:80\" is not an IP address; "
	"names are not resolved, write the address itself, such as "
	"127.0.0.1:8080, or *:8080 for all\n"},
    {"IPv6 without brackets",
	TEXT("[socket t]\n"
		"address = ::1:80\n"
		"service = a\n"),
	"t.ini:2: address: \"::1:80\" is not an address; put IPv6 a"
	"ddresses into brackets, such as [::1]:8080\n"},
    {"IPv6 bracket open",
	TEXT("[socket t]\n"
		"address = [::1:80\n"
		"service = a\n"),
	"t.ini:2: address: \"[::1:80\" is not an address; write *:8"
	"080, 127.0.0.1:8080, [::1]:8080, unix:/path or unix-abstra"
	"ct:name\n"},
    {"IPv6 not one",
	TEXT("[socket t]\n"
		"address = [::g]:80\n"
		"service = a\n"),
	"t.ini:2: address: \"[::g]:80\" is not an IPv6 address; wri"
	"te it as [::1]:8080\n"},
    {"IPv6 and rest",
	TEXT("[socket t]\n"
		"address = [::1]80\n"
		"service = a\n"),
	"t.ini:2: address: \"[::1]80\" has a bad port; ports are 0 "
	"to 65535\n"},
    {"unix without path",
	TEXT("[socket t]\n"
		"address = unix:\n"
		"service = a\n"),
	"t.ini:2: address: \"unix:\" has no path; write unix:/path"
	"\n"},
    {"unix path too long",
	TEXT("[socket t]\n"
		"address = unix:/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		"xxxxxxx\n"
		"service = a\n"),
	"t.ini:2: address: \"unix:/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	"xxxxxxxxxxxxxxxxx\" has a path of more than 107 bytes; cho"
	"ose a shorter one\n"},
    {"abstract without name",
	TEXT("[socket t]\n"
		"address = unix-abstract:\n"
		"service = a\n"),
	"t.ini:2: address: \"unix-abstract:\" needs a name of 1 to "
	"107 bytes\n"},
    {"abstract name too long",
	TEXT("[socket t]\n"
		"address = unix-abstract:xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		"xxxxxxxxxxxxxxxx\n"
		"service = a\n"),
	"t.ini:2: address: \"unix-abstract:xxxxxxxxxxxxxxxxxxxxxxxx"
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	"xxxxxxxxxxxxxxxxxxxxxxxxxx\" needs a name of 1 to 107 byte"
	"s\n"},
    {"address as a URL",
	TEXT("[socket t]\n"
		"address = http://127.0.0.1:80\n"
		"service = a\n"),
	"t.ini:2: address: \"http://127.0.0.1:80\" is not an addres"
	"s; write *:8080, 127.0.0.1:8080, [::1]:8080, unix:/path or"
	" unix-abstract:name\n"},
    {"socket without an address",
	TEXT("[socket t]\n"
		"service = a\n"),
	"t.ini:1: socket \"t\": has no address; write address = *:8"
	"080, or give --socket-addr t=*:8080\n"},
    {"socket without a service",
	TEXT("[socket t]\n"
		"address = *:2\n"),
	"t.ini:1: socket \"t\": nobody answers; write service = NAM"
	"E, or routes\n"},
    {"socket with tcp",
	TEXT("[socket t]\n"
		"address = *:2\n"
		"service = a\n"
		"tcp =\n"),
	"t.ini:4: tcp: not supported by this version; remove it\n"},
    {"http with a value",
	TEXT("[socket t]\n"
		"address = *:2\n"
		"service = a\n"
		"http = yes\n"),
	"t.ini:4: http: takes no value; write \"http =\", and its o"
	"ptions as \"http.NAME = ...\"\n"},
    {"http style unknown",
	TEXT("[socket t]\n"
		"address = *:2\n"
		"service = a\n"
		"http.style = reverse\n"),
	"t.ini:4: http.style: \"reverse\" is unknown; write host or"
	" proxy\n"},
    {"header name with a space",
	TEXT("[socket t]\n"
		"address = *:2\n"
		"service = a\n"
		"http.cfBlobHeader = \"a b\"\n"),
	"t.ini:4: http.cfBlobHeader: \"a b\" is not a header name; "
	"use letters, digits and \"-\"\n"},
    {"header name with a colon",
	TEXT("[socket t]\n"
		"address = *:2\n"
		"service = a\n"
		"http.forwardedProtoHeader = X:\n"),
	"t.ini:4: http.forwardedProtoHeader: \"X:\" is not a header"
	" name; use letters, digits and \"-\"\n"},
    {"header value with a line break",
	TEXT("[socket t]\n"
		"address = *:2\n"
		"service = a\n"
		"http.injectRequestHeaders = X \"a\\r\\nb\"\n"),
	"t.ini:4: http.injectRequestHeaders: the header's value has"
	" a control character\n"},
    {"header of the connection to inject",
	TEXT("[socket t]\n"
		"address = *:2\n"
		"service = a\n"
		"http.injectResponseHeaders = Content-Length 5\n"
		"http.injectRequestHeaders = TE\n"),
	"t.ini:4: http.injectResponseHeaders: \"Content-Length\" be"
	"longs to the connection and cannot be set or removed\n"
	"t.ini:5: http.injectRequestHeaders: \"TE\" belongs to the "
	"connection and cannot be set or removed\n"},
    {"prefixes of standard output",
	TEXT("[logging]\n"
		"stdoutPrefix = x\n"
		"stderrPrefix = x\n"),
	"t.ini:2: stdoutPrefix: not supported by this version; remo"
	"ve it\n"
	"t.ini:3: stderrPrefix: not supported by this version; remo"
	"ve it\n"},
    {"no subrequests",
	TEXT("[server]\n"
		"limits.subrequests = 0\n"),
	"t.ini:2: limits.subrequests: \"0\" is out of range; allowe"
	"d is 1 to 100000\n"},
    {"header with three words",
	TEXT("[socket t]\n"
		"address = *:2\n"
		"service = a\n"
		"http.injectResponseHeaders = X y z\n"),
	"t.ini:4: http.injectResponseHeaders: one word too many: \""
	"z\"; options are written name=value (column 34)\n"},
    {"http option of a later version",
	TEXT("[socket t]\n"
		"address = *:2\n"
		"service = a\n"
		"http.capnpConnectHost = x\n"),
	"t.ini:4: http.capnpConnectHost: not supported by this vers"
	"ion; remove it\n"},
    {"http option unknown",
	TEXT("[socket t]\n"
		"address = *:2\n"
		"service = a\n"
		"http.stile = host\n"),
	"t.ini:4: unknown key \"http.stile\"; nearest is \"http.sty"
	"le\"\n"},
    {"service unknown",
	TEXT("[socket t]\n"
		"address = *:2\n"
		"service = b\n"),
	"t.ini:3: socket \"t\": no service \"b\" is defined; neares"
	"t is \"a\"\n"},
    {"service misspelt",
	TEXT("[worker backend]\n"
		"compatibilityDate = 2026-01-01\n"
		"modules = m esModule ''\n"
		"[socket t]\n"
		"address = *:2\n"
		"service = bakcend\n"),
	"t.ini:6: socket \"t\": no service \"bakcend\" is defined; "
	"nearest is \"backend\"\n"},
    {"service of an unsupported kind is reported once",
	TEXT("[external x]\n"
		"address = 1.2.3.4\n"
		"[socket t]\n"
		"address = *:2\n"
		"service = x\n"),
	"t.ini:1: section \"external\" is not supported by this ver"
	"sion\n"},
    {"service internet",
	TEXT("[socket t]\n"
		"address = *:2\n"
		"service = internet\n"),
	"t.ini:3: socket \"t\": the network service \"internet\" is"
	" not supported by this version\n"},
    {"service with an unknown option",
	TEXT("[socket t]\n"
		"address = *:2\n"
		"service = a entry=x\n"),
	"t.ini:3: service: option \"entry\" is unknown; there are e"
	"ntrypoint and props.json\n"},
    {"service with an option twice",
	TEXT("[socket t]\n"
		"address = *:2\n"
		"service = a entrypoint=x entrypoint=y\n"),
	"t.ini:3: service: option \"entrypoint\" is given twice; re"
	"move one\n"},
    {"service and service.name",
	TEXT("[socket t]\n"
		"address = *:2\n"
		"service = a\n"
		"service.name = a\n"),
	"t.ini:4: service.name: is given twice; remove one\n"},
    {"entrypoint inline and as a key",
	TEXT("[socket t]\n"
		"address = *:2\n"
		"service = a entrypoint=x\n"
		"service.entrypoint = y\n"),
	"t.ini:4: service.entrypoint: is given twice; remove one\n"},
    {"props that are not JSON",
	TEXT("[socket t]\n"
		"address = *:2\n"
		"service = a props.json={a:1}\n"),
	"t.ini:3: service: not JSON from character 2 on, \"a:1}\"\n"},
    {"props cut short",
	TEXT("[socket t]\n"
		"address = *:2\n"
		"service = a props.json='{'\n"),
	"t.ini:3: service: the JSON text ends too early\n"},
    {"service with an option without value",
	TEXT("[socket t]\n"
		"address = *:2\n"
		"service = a entrypoint=\n"),
	"t.ini:3: service: option \"entrypoint\" has no value; writ"
	"e it right after the \"=\" (column 13)\n"},
    {"service with a space at the option",
	TEXT("[socket t]\n"
		"address = *:2\n"
		"service = a entrypoint = x\n"),
	"t.ini:3: service: one word too many: \"entrypoint\"; optio"
	"ns are written name=value (column 13)\n"},
    {"service as two words",
	TEXT("[socket t]\n"
		"address = *:2\n"
		"service = a b\n"),
	"t.ini:3: service: one word too many: \"b\"; options are wr"
	"itten name=value (column 13)\n"},
    {"group of a socket that is not there",
	TEXT("[http t]\n"
		"style = host\n"),
	"t.ini:1: section \"http\": there is no socket \"t\"; defin"
	"e [socket t] first\n"},
    {"route without a service",
	TEXT("[socket t]\n"
		"address = *:2\n"
		"routes = example.com/*\n"),
	"t.ini:3: routes: needs the name of a service behind HOST/P"
	"ATH\n"},
    {"route without a path",
	TEXT("[socket t]\n"
		"address = *:2\n"
		"routes = example.com a\n"),
	"t.ini:3: routes: \"example.com\": has no path; write HOST/"
	"PATH, such as example.com/*\n"},
    {"route with a scheme",
	TEXT("[socket t]\n"
		"address = *:2\n"
		"routes = https://example.com/* a\n"),
	"t.ini:3: routes: \"https://example.com/*\": write it witho"
	"ut a scheme, such as example.com/*\n"},
    {"route with a port",
	TEXT("[socket t]\n"
		"address = *:2\n"
		"routes = example.com:80/* a\n"),
	"t.ini:3: routes: \"example.com:80/*\": hosts are matched w"
	"ithout a port\n"},
    {"route with a query",
	TEXT("[socket t]\n"
		"address = *:2\n"
		"routes = example.com/?x a\n"),
	"t.ini:3: routes: \"example.com/?x\": paths are matched wit"
	"hout a query\n"},
    {"route with a star inside",
	TEXT("[socket t]\n"
		"address = *:2\n"
		"routes = example.com/*/x a\n"),
	"t.ini:3: routes: \"example.com/*/x\": a path may only end "
	"with \"*\"\n"},
    {"route with a star in the host",
	TEXT("[socket t]\n"
		"address = *:2\n"
		"routes = a*.example.com/* a\n"),
	"t.ini:3: routes: \"a*.example.com/*\": a host may only beg"
	"in with \"*.\"\n"},
    {"route with a wide host",
	TEXT("[socket t]\n"
		"address = *:2\n"
		"routes = b\303\274cher.example/* a\n"),
	"t.ini:3: routes: \"b\303\274cher.example/*\": write the ho"
	"st in its ASCII form, xn--...\n"},
    {"route with a wide path",
	TEXT("[socket t]\n"
		"address = *:2\n"
		"routes = example.com/\303\274 a\n"),
	"t.ini:3: routes: \"example.com/\303\274\": write other cha"
	"racters as %XX\n"},
    {"route with an empty host",
	TEXT("[socket t]\n"
		"address = *:2\n"
		"routes = /x a\n"),
	"t.ini:3: routes: \"/x\": the host is empty; write * for an"
	"y\n"},
    {"route to nobody",
	TEXT("[socket t]\n"
		"address = *:2\n"
		"routes = example.com/* nobody\n"),
	"t.ini:3: route of socket \"t\": no service \"nobody\" is d"
	"efined; add [worker nobody]\n"},
    {"worker without a date",
	TEXT("[worker x]\n"
		"modules = m esModule ''\n"),
	"t.ini:1: worker \"x\": needs compatibilityDate; write comp"
	"atibilityDate = 2026-11-17\n"},
    {"worker without code",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-01-01\n"),
	"t.ini:1: worker \"x\": has no code; write modules = main.j"
	"s esModule embed(main.js)\n"},
    {"worker with an empty list of modules",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-01-01\n"
		"modules =\n"),
	"t.ini:1: worker \"x\": has no code; write modules = main.j"
	"s esModule embed(main.js)\n"},
    {"date in the future",
	TEXT("[worker x]\n"
		"compatibilityDate = 2999-01-01\n"
		"modules = m esModule ''\n"),
	"t.ini:2: compatibilityDate: \"2999-01-01\" is later than 2"
	"026-11-17, the newest date that this version knows; use th"
	"at one or an earlier one\n"},
    {"date that is none",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-02-29\n"
		"modules = m esModule ''\n"),
	"t.ini:2: compatibilityDate: \"2026-02-29\" is not a date; "
	"write YYYY-MM-DD, such as 2026-11-17\n"},
    {"date in another form",
	TEXT("[worker x]\n"
		"compatibilityDate = 01.11.2026\n"
		"modules = m esModule ''\n"),
	"t.ini:2: compatibilityDate: \"01.11.2026\" is not a date; "
	"write YYYY-MM-DD, such as 2026-11-17\n"},
    {"date with a sign",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-+1-01\n"
		"modules = m esModule ''\n"),
	"t.ini:2: compatibilityDate: \"2026-+1-01\" is not a date; "
	"write YYYY-MM-DD, such as 2026-11-17\n"},
    {"flag in another case",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-01-01\n"
		"compatibilityFlags = NodeJS\n"
		"modules = m esModule ''\n"),
	"t.ini:3: compatibilityFlags: unknown flag \"NodeJS\"; remo"
	"ve it\n"},
    {"flag unknown",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-01-01\n"
		"compatibilityFlags = nodejs_compact\n"
		"modules = m esModule ''\n"),
	"t.ini:3: compatibilityFlags: unknown flag \"nodejs_compact"
	"\"; nearest is \"nodejs_compat\"\n"},
    {"flag unknown, nothing near",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-01-01\n"
		"compatibilityFlags = make_it_fast\n"
		"modules = m esModule ''\n"),
	"t.ini:3: compatibilityFlags: unknown flag \"make_it_fast\""
	"; remove it\n"},
    {"flag for old behaviour",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-01-01\n"
		"compatibilityFlags = url_original\n"
		"modules = m esModule ''\n"),
	"t.ini:3: compatibilityFlags: \"url_original\" asks for old"
	" behaviour, which is not there; remove it\n"},
    {"flag for experiments",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-01-01\n"
		"compatibilityFlags = experimental\n"
		"modules = m esModule ''\n"),
	"t.ini:3: compatibilityFlags: \"experimental\" is experimen"
	"tal in workerd and not supported by this version; remove i"
	"t\n"},
    {"flag twice",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-01-01\n"
		"compatibilityFlags = nodejs_als\n"
		"compatibilityFlags = nodejs_als\n"
		"modules = m esModule ''\n"),
	"t.ini:4: compatibilityFlags: \"nodejs_als\" is given twice"
	"; remove one\n"},
    {"flags empty after an entry",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-01-01\n"
		"compatibilityFlags = nodejs_als\n"
		"compatibilityFlags =\n"
		"modules = m esModule ''\n"),
	"t.ini:4: compatibilityFlags: an empty list, but it has ent"
	"ries since line 3; remove this line\n"},
    {"module without a kind",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-01-01\n"
		"modules = m\n"),
	"t.ini:3: module \"m\": needs a kind behind its name, such "
	"as esModule\n"},
    {"module without code",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-01-01\n"
		"modules = m.js esModule\n"),
	"t.ini:3: module \"m.js\": needs the code; write embed(m.js"
	"), or the text in quotes\n"},
    {"module of an unknown kind",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-01-01\n"
		"modules = m.js es ''\n"),
	"t.ini:3: module \"m.js\": \"es\" is not a kind of module; "
	"such as esModule\n"},
    {"module of a kind near another",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-01-01\n"
		"modules = m.js esmodule ''\n"),
	"t.ini:3: module \"m.js\": \"esmodule\" is not a kind of mo"
	"dule; nearest is esModule\n"},
    {"module of a later version",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-01-01\n"
		"modules = m.js wasm ''\n"),
	"t.ini:3: module \"m.js\": the kind \"wasm\" is not support"
	"ed by this version\n"},
    {"module of the kind of a script",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-01-01\n"
		"modules = m.js serviceWorkerScript ''\n"),
	"t.ini:3: module \"m.js\": a script is no module; write ser"
	"viceWorkerScript = ... instead of modules\n"},
    {"module twice",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-01-01\n"
		"modules = m esModule ''\n"
		"modules = m text ''\n"),
	"t.ini:4: module \"m\": is defined twice in this worker; re"
	"name or remove one\n"},
    {"module without a name",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-01-01\n"
		"modules = '' esModule ''\n"),
	"t.ini:3: module \"\": a name has 1 to 4096 bytes\n"},
    {"module that is not UTF-8",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-01-01\n"
		"modules = m esModule base64(gIA=)\n"),
	"t.ini:3: module \"m\": byte 1 (0x80) is not UTF-8 text; us"
	"e \"data\" for bytes\n"},
    {"module of bad JSON",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-01-01\n"
		"modules = m esModule ''\n"
		"modules = j json '[1,2'\n"),
	"t.ini:4: module \"j\": the JSON text ends too early\n"},
    {"text as main module",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-01-01\n"
		"modules = m text ''\n"
		"modules = n esModule ''\n"),
	"t.ini:3: worker \"x\": the first module, \"m\", is the mai"
	"n one and cannot be of the kind text; put the code first\n"},
    {"named exports of an ES module",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-01-01\n"
		"modules = m esModule '' namedExports=a\n"),
	"t.ini:3: module \"m\": esModule has no option \"namedExpor"
	"ts\"; only commonJsModule has one, namedExports\n"},
    {"option of a module unknown",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-01-01\n"
		"modules = m commonJsModule '' exports=a\n"),
	"t.ini:3: module \"m\": commonJsModule has no option \"expo"
	"rts\"; only commonJsModule has one, namedExports\n"},
    {"script and modules",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-01-01\n"
		"serviceWorkerScript = ''\n"
		"modules = m esModule ''\n"),
	"t.ini:4: worker \"x\": has both serviceWorkerScript and mo"
	"dules; write one of them\n"},
    {"modules and script",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-01-01\n"
		"modules = m esModule ''\n"
		"serviceWorkerScript = ''\n"),
	"t.ini:4: serviceWorkerScript: the worker has modules alrea"
	"dy; write either modules or serviceWorkerScript\n"},
    {"script without a value",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-01-01\n"
		"serviceWorkerScript =\n"),
	"t.ini:3: serviceWorkerScript: needs the script; write embe"
	"d(FILE), or the text in quotes\n"},
    {"binding without a kind",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m esModule ''\n"
		"bindings = A\n"),
	"t.ini:4: binding \"A\": needs a kind behind its name, such"
	" as text\n"},
    {"binding without a value",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m esModule ''\n"
		"bindings = A text\n"),
	"t.ini:4: binding \"A\": needs a value behind \"text\"; wri"
	"te \"\" for an empty text\n"},
    {"binding of an unknown kind",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m esModule ''\n"
		"bindings = A txet x\n"),
	"t.ini:4: binding \"A\": \"txet\" is not a kind of binding;"
	" nearest is text\n"},
    {"binding of a later version",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m esModule ''\n"
		"bindings = A kvNamespace x\n"),
	"t.ini:4: binding \"A\": the kind \"kvNamespace\" is not su"
	"pported by this version\n"},
    {"binding of a later version with options",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m esModule ''\n"
		"bindings = sig cryptoKey jwk='{}' usages=sign\n"),
	"t.ini:4: binding \"sig\": the kind \"cryptoKey\" is not su"
	"pported by this version\n"},
    {"binding twice",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m esModule ''\n"
		"bindings = A text x\n"
		"bindings = A json 1\n"),
	"t.ini:5: binding \"A\": is defined twice in this worker; r"
	"ename or remove one\n"},
    {"binding without a name",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m esModule ''\n"
		"bindings = '' text x\n"),
	"t.ini:4: binding \"\": a name has 1 to 255 bytes\n"},
    {"binding with two words",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m esModule ''\n"
		"bindings = A text x y\n"),
	"t.ini:4: binding \"A\": one word too many: \"y\"; options "
	"are written name=value (column 21)\n"},
    {"binding with an option",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m esModule ''\n"
		"bindings = A text x y=z\n"),
	"t.ini:4: binding \"A\": option \"y\" is unknown; this kind"
	" has none\n"},
    {"binding of bad JSON",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m esModule ''\n"
		"bindings = A json {a\n"),
	"t.ini:4: binding \"A\": not JSON from character 2 on, \"a"
	"\"\n"},
    {"binding of empty JSON",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m esModule ''\n"
		"bindings = A json ''\n"),
	"t.ini:4: binding \"A\": the JSON text ends too early\n"},
    {"binding of JSON and more",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m esModule ''\n"
		"bindings = A json '1 2'\n"),
	"t.ini:4: binding \"A\": not JSON from character 3 on, \"2"
	"\"\n"},
    {"binding of text that is bytes",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m esModule ''\n"
		"bindings = A text base64(/w==)\n"),
	"t.ini:4: binding \"A\": byte 1 (0xff) is not UTF-8 text; u"
	"se \"data\" for bytes\n"},
    {"binding to nobody",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m esModule ''\n"
		"bindings = A service nobody\n"),
	"t.ini:4: binding \"A\": no service \"nobody\" is defined; "
	"add [worker nobody]\n"},
    {"binding to a name near another",
	TEXT("[worker backend]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m esModule ''\n"
		"bindings = A service backedn\n"),
	"t.ini:4: binding \"A\": no service \"backedn\" is defined;"
	" nearest is \"backend\"\n"},
    {"binding with an unknown option",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m esModule ''\n"
		"bindings = A service x prop=1\n"),
	"t.ini:4: binding \"A\": option \"prop\" is unknown; there "
	"are entrypoint and props.json\n"},
    {"binding from nothing",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m esModule ''\n"
		"bindings = A fromEnvironment\n"),
	"t.ini:4: binding \"A\": needs a value behind \"fromEnviron"
	"ment\"\n"},
    {"binding section without a kind",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m esModule ''\n"
		"[bindings x.A]\n"),
	"t.ini:4: binding \"A\": the section says no kind; write on"
	"e, such as text = ...\n"},
    {"binding section of an unknown kind",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m esModule ''\n"
		"[bindings x.A]\n"
		"value = x\n"),
	"t.ini:5: binding \"A\": \"value\" is not a kind of binding"
	"; such as text\n"},
    {"binding section of a kind near another",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m esModule ''\n"
		"[bindings x.A]\n"
		"txt = x\n"),
	"t.ini:5: binding \"A\": \"txt\" is not a kind of binding; "
	"nearest is text\n"},
    {"binding section with two kinds",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m esModule ''\n"
		"[bindings x.A]\n"
		"text = x\n"
		"json = 1\n"),
	"t.ini:6: binding \"A\": \"json\" does not belong to a bind"
	"ing of the kind \"text\"\n"},
    {"binding section before its worker",
	TEXT("[bindings x.A]\n"
		"text = x\n"
		"[worker x]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m esModule ''\n"),
	"t.ini:1: section \"bindings\": there is no worker \"x\"; d"
	"efine [worker x] first\n"},
    {"binding section with one name",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m esModule ''\n"
		"[bindings x]\n"
		"text = x\n"),
	"t.ini:4: section \"bindings\": write it as [bindings PAREN"
	"T.NAME]\n"},
    {"binding section of a name defined before",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m esModule ''\n"
		"bindings = A text a\n"
		"[bindings x.A]\n"
		"text = x\n"),
	"t.ini:5: binding \"A\": is defined twice in this worker; r"
	"ename or remove one\n"},
    {"module section without code",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m esModule ''\n"
		"[modules x.n]\n"
		"esModule =\n"),
	"t.ini:4: module \"n\": needs the code; write embed(n), or "
	"the text in quotes\n"},
    {"module section with a foreign option",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m esModule ''\n"
		"[modules x.n]\n"
		"esModule = ''\n"
		"entrypoint = a\n"),
	"t.ini:6: module \"n\": \"entrypoint\" does not belong to a"
	" module of the kind \"esModule\"\n"},
    {"outbound to nobody",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m esModule ''\n"
		"globalOutbound = nobody\n"),
	"t.ini:4: globalOutbound of worker \"x\": no service \"nobo"
	"dy\" is defined; add [worker nobody]\n"},
    {"outbound to the internet",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m esModule ''\n"
		"globalOutbound = internet\n"),
	"t.ini:4: globalOutbound of worker \"x\": the network servi"
	"ce \"internet\" is not supported by this version\n"},
    {"worker key of a later version",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m esModule ''\n"
		"durableObjectStorage = localDisk x\n"),
	"t.ini:4: durableObjectStorage: not supported by this versi"
	"on; remove it\n"},
    {"worker with tails",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m esModule ''\n"
		"tails = x\n"),
	"t.ini:4: tails: not supported by this version; remove it\n"},
    {"worker key misspelt",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m esModule ''\n"
		"idletimeout = 1s\n"),
	"t.ini:4: unknown key \"idletimeout\"; nearest is \"idleTim"
	"eout\"\n"},
    {"idle timeout too short",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m esModule ''\n"
		"idleTimeout = 1ms\n"),
	"t.ini:4: idleTimeout: \"1ms\" is out of range; allowed is "
	"10ms to 1d\n"},
    {"no instances",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m esModule ''\n"
		"instances = 0\n"),
	"t.ini:4: instances: \"0\" is out of range; allowed is 1 to"
	" 256\n"},
    {"limit unknown",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m esModule ''\n"
		"limits.cpus = 1s\n"),
	"t.ini:4: unknown key \"limits.cpus\"; nearest is \"limits."
	"cpu\"\n"},
    {"limits as a group of nobody",
	TEXT("[limits nobody]\n"
		"cpu = 1s\n"),
	"t.ini:1: section \"limits\": there is no worker \"nobody\""
	"; define [worker nobody] first\n"},
    {"limit twice, once in a group",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-11-01\n"
		"modules = m esModule ''\n"
		"limits.cpu = 1s\n"
		"[limits x]\n"
		"cpu = 2s\n"),
	"t.ini:6: limits.cpu: is set twice; first at t.ini:4; remov"
	"e one\n"},
    {"include of nothing",
	TEXT("[server]\n"
		"include = /nonexistent/x.ini\n"),
	"t.ini:2: include: config: cannot open \"/nonexistent/x.ini"
	"\": No such file or directory\n"},
    {"include of a directory",
	TEXT("[server]\n"
		"include = /\n"),
	"t.ini:2: include: config: \"/\" is not a regular file\n"},
    {"two errors in one run",
	TEXT("[server]\n"
		"fronts = x\n"
		"sandbox = y\n"),
	"t.ini:2: fronts: \"x\" is not a number; use digits alone, "
	"such as 4\n"
	"t.ini:3: sandbox: \"y\" is unknown; write auto, none, requ"
	"ire-A, require-B or require-C\n"},
};
/* clang-format on */

static void
test_errors(void **state)
{
	(void)state;
	conf_cases_expect_errors(cases, NELEMS(cases));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_errors),
	};

	unsetenv("CREDENTIALS_DIRECTORY");
	unsetenv("EIDER_TEST_UNSET");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
