/*
 * conf/ini, conf/words: what is no config, and what is said about it.
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
    {"entry before a section",
	TEXT("x = 1\n"),
	"t.ini:1: x: no section yet; begin with one, such as [serve"
	"r]\n"},
    {"colon instead of equals",
	TEXT("[server]\n"
		"fronts: 1\n"),
	"t.ini:2: fronts: \":\" does not separate; write \"fronts ="
	" ...\"\n"},
    {"colon and equals",
	TEXT("[server]\n"
		"fronts: a=1\n"),
	"t.ini:2: fronts: \":\" does not separate; write \"fronts ="
	" ...\"\n"},
    {"colon in a key",
	TEXT("[server]\n"
		"fro:nts = 1\n"),
	"t.ini:2: fro: \":\" does not separate; write \"fro = ...\""
	"\n"},
    {"no equals",
	TEXT("[server]\n"
		"fronts\n"),
	"t.ini:2: \"fronts\" is neither a section nor an entry; wri"
	"te \"key = value\"\n"},
    {"word and no equals",
	TEXT("[server]\n"
		"fronts 1\n"),
	"t.ini:2: \"fronts 1\" is neither a section nor an entry; w"
	"rite \"key = value\"\n"},
    {"empty key",
	TEXT("[server]\n"
		"= 1\n"),
	"t.ini:2: \"\" is not a key; keys are letters and digits, j"
	"oined by single dots\n"},
    {"key with a space",
	TEXT("[server]\n"
		"fro nts = 1\n"),
	"t.ini:2: \"fro nts\" is not a key; keys are letters and di"
	"gits, joined by single dots\n"},
    {"key with two dots",
	TEXT("[server]\n"
		"limits..cpu = 1s\n"),
	"t.ini:2: \"limits..cpu\" is not a key; keys are letters an"
	"d digits, joined by single dots\n"},
    {"key with a dot first",
	TEXT("[server]\n"
		".cpu = 1s\n"),
	"t.ini:2: \".cpu\" is not a key; keys are letters and digit"
	"s, joined by single dots\n"},
    {"key with a dot last",
	TEXT("[server]\n"
		"limits. = 1s\n"),
	"t.ini:2: \"limits.\" is not a key; keys are letters and di"
	"gits, joined by single dots\n"},
    {"key that starts with a digit",
	TEXT("[server]\n"
		"1x = 1s\n"),
	"t.ini:2: \"1x\" is not a key; keys are letters and digits,"
	" joined by single dots\n"},
    {"key in quotes",
	TEXT("[server]\n"
		"\"fronts\" = 1\n"),
	"t.ini:2: \"\"fronts\"\" is not a key; keys are letters and"
	" digits, joined by single dots\n"},
    {"NUL in a line",
	TEXT("[server]\n"
		"fronts = 1\000\n"),
	"t.ini:2: byte 11 is NUL; this is not a text file, or it is"
	" damaged\n"},
    {"NUL in a comment",
	TEXT("; a\000b\n"),
	"t.ini:1: byte 4 is NUL; this is not a text file, or it is "
	"damaged\n"},
    {"NUL in a header",
	TEXT("[ser\000ver]\n"),
	"t.ini:1: byte 5 is NUL; this is not a text file, or it is "
	"damaged\n"},
    {"escape character",
	TEXT("[server]\n"
		"fronts = \0331\n"),
	"t.ini:2: byte 10 is a control character; write it as an es"
	"cape in double quotes: \"\\u001b\"\n"},
    {"carriage return inside",
	TEXT("[server]\rfronts = 1\n"),
	"t.ini:1: byte 9 is a control character; write it as an esc"
	"ape in double quotes: \"\\u000d\"\n"},
    {"form feed",
	TEXT("[server]\n"
		"\014fronts = 1\n"),
	"t.ini:2: byte 1 is a control character; write it as an esc"
	"ape in double quotes: \"\\u000c\"\n"},
    {"not UTF-8",
	TEXT("[server]\n"
		"fronts = \3771\n"),
	"t.ini:2: byte 10 (0xff) is not UTF-8 text; save the file a"
	"s UTF-8\n"},
    {"overlong UTF-8",
	TEXT("[server]\n"
		"fronts = \300\200\n"),
	"t.ini:2: byte 10 (0xc0) is not UTF-8 text; save the file a"
	"s UTF-8\n"},
    {"surrogate in UTF-8",
	TEXT("[server]\n"
		"fronts = \355\240\200\n"),
	"t.ini:2: byte 10 (0xed) is not UTF-8 text; save the file a"
	"s UTF-8\n"},
    {"UTF-8 cut at the end of a line",
	TEXT("[server]\n"
		"fronts = \342\202\n"),
	"t.ini:2: byte 10 (0xe2) is not UTF-8 text; save the file a"
	"s UTF-8\n"},
    {"byte order mark in the middle",
	TEXT("[server]\n"
		"\357\273\277fronts = 1\n"),
	"t.ini:2: \"\357\273\277fronts\" is not a key; keys are let"
	"ters and digits, joined by single dots\n"},
    {"header without end",
	TEXT("[server\n"),
	"t.ini:1: section \"server\": the closing \"]\" is missing"
	"\n"},
    {"header without name",
	TEXT("[]\n"),
	"t.ini:1: section header: expected a name, found \"]\", suc"
	"h as [worker hello]\n"},
    {"header of spaces",
	TEXT("[  ]\n"),
	"t.ini:1: section header: expected a name, found \"]\", suc"
	"h as [worker hello]\n"},
    {"header and entry on a line",
	TEXT("[server] fronts = 1\n"),
	"t.ini:1: section \"server\": \"fronts = 1\" follows the \""
	"]\"; put entries on lines of their own\n"},
    {"header with a dot last",
	TEXT("[worker x.]\n"),
	"t.ini:1: section header: expected a name, found \"]\", suc"
	"h as [worker hello]\n"},
    {"header with a dot first",
	TEXT("[worker .x]\n"),
	"t.ini:1: section header: expected a name, found \".\", suc"
	"h as [worker hello]\n"},
    {"header with a quote left open",
	TEXT("[worker \"x]\n"),
	"t.ini:1: section header: the closing quote is missing\n"},
    {"header with an empty name",
	TEXT("[worker \"\"]\n"),
	"t.ini:1: section header: a name is empty\n"},
    {"header with two words",
	TEXT("[worker x y]\n"),
	"t.ini:1: section \"worker\": expected \".\" or \"]\", foun"
	"d \"y]\"; quote names with spaces\n"},
    {"header with too many names",
	TEXT("[bindings a.b.c.d.e.f.g.h.i]\n"),
	"t.ini:1: section \"bindings\": more than 8 names\n"},
    {"header with dots unquoted",
	TEXT("[worker my.worker]\n"),
	"t.ini:1: section \"worker\": write it as [worker NAME]; qu"
	"ote names that contain dots\n"},
    {"header without its name",
	TEXT("[worker]\n"),
	"t.ini:1: section \"worker\": write it as [worker NAME]\n"},
    {"header with a name too many",
	TEXT("[server x]\n"),
	"t.ini:1: section \"server\": write it as [server]\n"},
    {"header in brackets twice",
	TEXT("[[server]]\n"),
	"t.ini:1: section header: expected a name, found \"[\", suc"
	"h as [worker hello]\n"},
    {"header with parentheses",
	TEXT("[worker f(x)]\n"),
	"t.ini:1: section \"worker\": expected \".\" or \"]\", foun"
	"d \"(x)]\"; quote names with spaces\n"},
    {"entries of a bad header are not reported",
	TEXT("[server\n"
		"nonsense = 1\n"),
	"t.ini:1: section \"server\": the closing \"]\" is missing"
	"\n"},
    {"unknown section",
	TEXT("[servers]\n"),
	"t.ini:1: unknown section \"servers\"; nearest is \"server"
	"\"\n"},
    {"unknown section, nothing near",
	TEXT("[completely-else]\n"),
	"t.ini:1: unknown section \"completely-else\"; see eider.in"
	"i(5)\n"},
    {"section in another case",
	TEXT("[Server]\n"),
	"t.ini:1: unknown section \"Server\"; nearest is \"server\""
	"\n"},
    {"section of a later version",
	TEXT("[network internet]\n"
		"allow = public\n"),
	"t.ini:1: section \"network\" is not supported by this vers"
	"ion\n"},
    {"section of a later version, twice",
	TEXT("[disk x]\n"
		"path = /x\n"
		"[disk y]\n"
		"path = /y\n"),
	"t.ini:1: section \"disk\" is not supported by this version"
	"\n"
	"t.ini:3: section \"disk\" is not supported by this version"
	"\n"},
    {"nested section of a later version",
	TEXT("[durableObjectNamespaces a.Room]\n"
		"uniqueKey = x\n"),
	"t.ini:1: section \"durableObjectNamespaces\" is not suppor"
	"ted by this version\n"},
    {"worker's name with an equals sign",
	TEXT("[worker \"a=b\"]\n"),
	"t.ini:1: worker \"a=b\": a name has no \"=\" and no contro"
	"l characters\n"},
    {"socket twice",
	TEXT("[socket x]\n"
		"address = *:2\n"
		"service = a\n"
		"[socket x]\n"
		"address = *:3\n"),
	"t.ini:4: socket \"x\" is defined twice; first at t.ini:1; "
	"rename or remove one\n"},
    {"worker twice",
	TEXT("[worker x]\n"
		"compatibilityDate = 2026-01-01\n"
		"modules = m esModule ''\n"
		"[worker x]\n"),
	"t.ini:4: worker \"x\" is defined twice; first at t.ini:1; "
	"rename or remove one\n"},
    {"worker named as another service",
	TEXT("[network x]\n"
		"[worker x]\n"),
	"t.ini:1: section \"network\" is not supported by this vers"
	"ion\n"
	"t.ini:2: worker \"x\": another service has this name; rena"
	"me one\n"},
    {"quote left open",
	TEXT("[server]\n"
		"stateDir = \"x\n"),
	"t.ini:2: stateDir: the closing \" is missing (column 12)\n"},
    {"raw quote left open",
	TEXT("[server]\n"
		"stateDir = 'x\n"),
	"t.ini:2: stateDir: the closing ' is missing (column 12)\n"},
    {"quote ends in a backslash",
	TEXT("[server]\n"
		"stateDir = \"x\\\n"),
	"t.ini:2: stateDir: the closing \" is missing (column 14)\n"},
    {"unknown escape",
	TEXT("[server]\n"
		"stateDir = \"\\x41\"\n"),
	"t.ini:2: stateDir: \"\\x\" is no escape; there are \\\" \\"
	"\\ \\/ \\b \\f \\n \\r \\t \\uXXXX, and 'raw' text without"
	" any (column 13)\n"},
    {"unknown escape of a wide character",
	TEXT("[server]\n"
		"stateDir = \"\\\342\202\254\"\n"),
	"t.ini:2: stateDir: \"\\\342\202\254\" is no escape; there "
	"are \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX, and 'raw' t"
	"ext without any (column 13)\n"},
    {"short unicode escape",
	TEXT("[server]\n"
		"stateDir = \"\\u12\"\n"),
	"t.ini:2: stateDir: \"\\u\" needs four hexadecimal digits ("
	"column 13)\n"},
    {"unicode escape that is not hexadecimal",
	TEXT("[server]\n"
		"stateDir = \"\\u12g4\"\n"),
	"t.ini:2: stateDir: \"\\u\" needs four hexadecimal digits ("
	"column 13)\n"},
    {"half a surrogate pair",
	TEXT("[server]\n"
		"stateDir = \"\\ud83d\"\n"),
	"t.ini:2: stateDir: half of a surrogate pair; write both ha"
	"lves, or the character itself (column 13)\n"},
    {"second half of a surrogate pair",
	TEXT("[server]\n"
		"stateDir = \"\\ude00\"\n"),
	"t.ini:2: stateDir: half of a surrogate pair; write both ha"
	"lves, or the character itself (column 13)\n"},
    {"surrogate pair of two first halves",
	TEXT("[server]\n"
		"stateDir = \"\\ud83d\\ud83d\"\n"),
	"t.ini:2: stateDir: half of a surrogate pair; write both ha"
	"lves, or the character itself (column 13)\n"},
    {"NUL by an escape",
	TEXT("[server]\n"
		"stateDir = \"a\\u0000b\"\n"),
	"t.ini:2: stateDir: a NUL character is not possible here\n"},
    {"word behind a quote",
	TEXT("[server]\n"
		"stateDir = \"a\"b\n"),
	"t.ini:2: stateDir: a word goes on behind its end; put a sp"
	"ace between words, or quote all of it (column 15)\n"},
    {"quote inside a word",
	TEXT("[server]\n"
		"stateDir = a\"b\"\n"),
	"t.ini:2: stateDir: a quote inside a word; quote all of it "
	"(column 13)\n"},
    {"raw quote inside a word",
	TEXT("[server]\n"
		"stateDir = a'b'\n"),
	"t.ini:2: stateDir: a quote inside a word; quote all of it "
	"(column 13)\n"},
    {"semicolon inside a word",
	TEXT("[server]\n"
		"stateDir = a;b\n"),
	"t.ini:2: stateDir: \";\" inside a word; quote the word, or"
	" put a space before a comment (column 13)\n"},
    {"semicolon behind a quote",
	TEXT("[server]\n"
		"stateDir = \"a\";b\n"),
	"t.ini:2: stateDir: \";\" inside a word; quote the word, or"
	" put a space before a comment (column 15)\n"},
    {"closing parenthesis",
	TEXT("[server]\n"
		"stateDir = a)\n"),
	"t.ini:2: stateDir: unexpected \")\"; quote words with pare"
	"ntheses (column 13)\n"},
    {"opening parenthesis",
	TEXT("[server]\n"
		"stateDir = (a)\n"),
	"t.ini:2: stateDir: unexpected \"(\"; quote words with pare"
	"ntheses (column 12)\n"},
    {"unknown source",
	TEXT("[server]\n"
		"stateDir = file(a)\n"),
	"t.ini:2: stateDir: \"file(\" is no source; there are embed"
	"(), env(), credential(), base64(); quote other words with "
	"parentheses (column 12)\n"},
    {"source in another case",
	TEXT("[server]\n"
		"stateDir = ENV(a)\n"),
	"t.ini:2: stateDir: \"ENV(\" is no source; there are embed("
	"), env(), credential(), base64(); quote other words with p"
	"arentheses (column 12)\n"},
    {"source without a word",
	TEXT("[server]\n"
		"stateDir = env()\n"),
	"t.ini:2: stateDir: env() needs a word in its parentheses ("
	"column 16)\n"},
    {"source left open",
	TEXT("[server]\n"
		"stateDir = env(\n"),
	"t.ini:2: stateDir: env() needs a word in its parentheses ("
	"column 16)\n"},
    {"source without its end",
	TEXT("[server]\n"
		"stateDir = env(a\n"),
	"t.ini:2: stateDir: env(): expected \")\" after one word; q"
	"uote words with spaces (column 17)\n"},
    {"source with two words",
	TEXT("[server]\n"
		"stateDir = env(a b)\n"),
	"t.ini:2: stateDir: env(): expected \")\" after one word; q"
	"uote words with spaces (column 18)\n"},
    {"source with a space before",
	TEXT("[server]\n"
		"stateDir = env (a)\n"),
	"t.ini:2: stateDir: unexpected \"(\"; quote words with pare"
	"ntheses (column 16)\n"},
    {"source and more",
	TEXT("[server]\n"
		"stateDir = env(PATH)x\n"),
	"t.ini:2: stateDir: a word goes on behind its end; put a sp"
	"ace between words, or quote all of it (column 21)\n"},
    {"too many sources",
	TEXT("[server]\n"
		"stateDir = env(env(env(env(env(env(x))))))\n"),
	"t.ini:2: stateDir: more than 4 sources inside each other ("
	"column 28)\n"},
    {"environment variable not set",
	TEXT("[server]\n"
		"stateDir = env(EIDER_TEST_UNSET)\n"),
	"t.ini:2: stateDir: env: the environment variable \"EIDER_T"
	"EST_UNSET\" is not set; set it, or use a binding of the ki"
	"nd fromEnvironment, which is null then\n"},
    {"environment variable without a name",
	TEXT("[server]\n"
		"stateDir = env(\"\")\n"),
	"t.ini:2: stateDir: env: the name is empty, too long or has"
	" a NUL\n"},
    {"no credentials",
	TEXT("[server]\n"
		"stateDir = credential(x)\n"),
	"t.ini:2: stateDir: credential: no credentials were passed;"
	" use LoadCredential= in the unit, or set CREDENTIALS_DIREC"
	"TORY\n"},
    {"credential with a slash",
	TEXT("[server]\n"
		"stateDir = credential(../x)\n"),
	"t.ini:2: stateDir: credential: \"../x\" is not a credentia"
	"l's name; it has no \"/\" and does not start with \".\"\n"},
    {"hidden credential",
	TEXT("[server]\n"
		"stateDir = credential(.x)\n"),
	"t.ini:2: stateDir: credential: \".x\" is not a credential'"
	"s name; it has no \"/\" and does not start with \".\"\n"},
    {"bad base64",
	TEXT("[server]\n"
		"stateDir = base64(a*b)\n"),
	"t.ini:2: stateDir: base64: not valid; expected A-Z a-z 0-9"
	" + / and closing \"=\"\n"},
    {"base64 of one character",
	TEXT("[server]\n"
		"stateDir = base64(a)\n"),
	"t.ini:2: stateDir: base64: not valid; expected A-Z a-z 0-9"
	" + / and closing \"=\"\n"},
    {"base64 that is not text",
	TEXT("[server]\n"
		"stateDir = base64(/w==)\n"),
	"t.ini:2: stateDir: byte 1 (0xff) is not UTF-8 text; use \""
	"data\" for bytes\n"},
    {"embed a directory",
	TEXT("[server]\n"
		"stateDir = embed(/)\n"),
	"t.ini:2: stateDir: embed: \"/\" is not a regular file\n"},
    {"embed a device",
	TEXT("[server]\n"
		"stateDir = embed(/dev/null)\n"),
	"t.ini:2: stateDir: embed: \"/dev/null\" is not a regular f"
	"ile\n"},
    {"embed nothing",
	TEXT("[server]\n"
		"stateDir = embed(/nonexistent/file)\n"),
	"t.ini:2: stateDir: embed: cannot open \"/nonexistent/file"
	"\": No such file or directory\n"},
    {"two words",
	TEXT("[server]\n"
		"stateDir = a b\n"),
	"t.ini:2: stateDir: one word too many: \"b\"; options are w"
	"ritten name=value (column 14)\n"},
    {"word and option",
	TEXT("[server]\n"
		"stateDir = a b=c\n"),
	"t.ini:2: stateDir: option \"b\" is not known here\n"},
    {"comment without space is a word",
	TEXT("[server]\n"
		"stateDir = a #b\n"),
	"t.ini:2: stateDir: one word too many: \"#b\"; options are "
	"written name=value (column 14)\n"},
    {"no value",
	TEXT("[server]\n"
		"stateDir =\n"),
	"t.ini:2: stateDir: needs a path\n"},
    {"comment instead of a value",
	TEXT("[server]\n"
		"stateDir = ; nothing\n"),
	"t.ini:2: stateDir: needs a path\n"},
    {"empty path",
	TEXT("[server]\n"
		"stateDir = \"\"\n"),
	"t.ini:2: stateDir: the path is empty\n"},
};
/* clang-format on */

static void
test_syntax_errors(void **state)
{
	(void)state;
	conf_cases_expect_errors(cases, NELEMS(cases));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_syntax_errors),
	};

	unsetenv("CREDENTIALS_DIRECTORY");
	unsetenv("EIDER_TEST_UNSET");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
