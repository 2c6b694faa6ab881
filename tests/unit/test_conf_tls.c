/*
 * conf: sockets with https.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/util.h"
#include "base/xmalloc.h"
#include "conf/conf.h"
#include "tests/unit/conf_cases.h"
#include "tests/unit/conf_tree.h"
#include "tests/unit/tls_pair.h"

#define WORKER                                                                 \
	"[worker a]\ncompatibilityDate = 2026-11-01\n"                         \
	"modules = m esModule ''\n"
#define SOCKET "[socket s]\naddress = *\nservice = a\n"
#define PAIR(name_)                                                            \
	"https.tlsOptions.keypair = privateKey=embed(" name_                   \
	".key) certificateChain=embed(" name_ ".pem)\n"
#define DAY (24 * 60 * 60)

/* A socket's lines, from line 4 on, and what is wrong with them. */
static const struct {
	const char *lines;
	const char *want;
} cases[] = {
    {PAIR("a"), ""},
    {PAIR("a") PAIR("b"), ""},
    {"https.tlsOptions.keypair.privateKey = embed(a.key)\n"
     "https.tlsOptions.keypair.certificateChain = embed(a.pem)\n",
	""},
    {PAIR("a") "https.tlsOptions.requireClientCerts = true\n"
	       "https.tlsOptions.trustedCertificates = embed(b.pem)\n",
	""},
    {PAIR("a") "https.tlsOptions.cipherList = ECDHE+AESGCM\n", ""},
    {PAIR("a") "https.tlsOptions.keypair.privateKey = embed(b.key)\n"
	       "https.tlsOptions.keypair.certificateChain = embed(b.pem)\n",
	"$DIR/t.ini:1: https.tlsOptions.keypair: is written in parts as well; "
	"write one line for each keypair\n"},
    {"https =\n",
	"$DIR/t.ini:4: socket \"s\": https needs a certificate; write "
	"https.tlsOptions.keypair = privateKey=embed(FILE) "
	"certificateChain=embed(FILE)\n"},
    {"https.tlsOptions.keypair = privateKey=embed(a.key)\n",
	"$DIR/t.ini:4: https.tlsOptions.keypair: needs certificateChain\n"},
    {"https.tlsOptions.keypair = certificateChain=embed(a.pem)\n",
	"$DIR/t.ini:4: https.tlsOptions.keypair: needs privateKey\n"},
    {"https.tlsOptions.keypair = privateKey='-----BEGIN'\n",
	"$DIR/t.ini:4: https.tlsOptions.keypair: a private key does not belong "
	"into the config; write embed(FILE) or credential(NAME)\n"},
    {"https.tlsOptions.keypair = privateKey=base64('QQ==')\n",
	"$DIR/t.ini:4: https.tlsOptions.keypair: a private key does not belong "
	"into the config; write embed(FILE) or credential(NAME)\n"},
    {"https.tlsOptions.keypair = key=embed(a.key)\n",
	"$DIR/t.ini:4: https.tlsOptions.keypair: option \"key\" is unknown; "
	"there are privateKey, certificateChain and ocspResponse\n"},
    {"https.tlsOptions.keypair = privateKey=embed(a.key) "
     "certificateChain=embed(b.pem)\n",
	"$DIR/t.ini:4: https.tlsOptions.keypair: embed($DIR/a.key) with "
	"embed($DIR/b.pem): the private key does not belong to the first "
	"certificate of the chain\n"},
    {"https.tlsOptions.keypair = privateKey=embed(a.pem) "
     "certificateChain=embed(a.pem)\n",
	"$DIR/t.ini:4: https.tlsOptions.keypair: embed($DIR/a.pem) with "
	"embed($DIR/a.pem): the private key is not PEM text of a key without a "
	"password\n"},
    {"https.tlsOptions.keypair = privateKey=embed(a.key) "
     "certificateChain=embed(cut.pem)\n",
	"$DIR/t.ini:4: https.tlsOptions.keypair: embed($DIR/a.key) with "
	"embed($DIR/cut.pem): the certificate chain is not PEM text of "
	"certificates\n"},
    {PAIR("weak"), "$DIR/t.ini:4: https.tlsOptions.keypair: "
		   "embed($DIR/weak.pem) cannot be "
		   "used: ee key too small\n"},
    {"https.tlsOptions.keypair = privateKey=embed(a.key) "
     "certificateChain=embed(a.pem) ocspResponse=embed(cut.pem)\n",
	"$DIR/t.ini:4: https.tlsOptions.keypair: embed($DIR/cut.pem) is not a "
	"successful OCSP response in DER; write what \"openssl ocsp -respout\" "
	"does\n"},
    {PAIR("a") "https.tlsOptions.requireClientCerts = true\n",
	"$DIR/t.ini:1: https.tlsOptions.requireClientCerts: nobody is trusted "
	"to sign them; add trustedCertificates = embed(FILE)\n"},
    {PAIR("a") "https.tlsOptions.requireClientCerts = yes\n",
	"$DIR/t.ini:5: https.tlsOptions.requireClientCerts: \"yes\" is "
	"unknown; write false, true or optional\n"},
    {PAIR("a") "https.tlsOptions.minVersion = ssl3\n",
	"$DIR/t.ini:5: https.tlsOptions.minVersion: \"ssl3\" is unknown; write "
	"goodDefault, tls1Dot2 or tls1Dot3\n"},
    {PAIR("a") "https.tlsOptions.cipherList = NONSENSE\n",
	"$DIR/t.ini:1: https.tlsOptions.cipherList: \"NONSENSE\" names no "
	"cipher that there is\n"},
    {PAIR("a") "https.tlsOptions.trustedCertificates = embed(a.key)\n",
	"$DIR/t.ini:5: https.tlsOptions.trustedCertificates: "
	"embed($DIR/a.key) is not PEM text of certificates\n"},
    {PAIR("a") "http.style = host\n",
	"$DIR/t.ini:5: socket \"s\": has https already, at $DIR/t.ini:4; write "
	"https.options.NAME instead of http.NAME\n"},
    {"proxyProtocol = 10.0.0.0/8 2001:db8::/32 ::1 unix\n", ""},
    {"proxyProtocol = 10.0.0.1/8\n",
	"$DIR/t.ini:4: proxyProtocol: \"10.0.0.1/8\" has bits set behind its "
	"prefix\n"},
    {"proxyProtocol = 10.0.0.0/33\n",
	"$DIR/t.ini:4: proxyProtocol: \"10.0.0.0/33\" has a bad prefix length; "
	"it is 0 to 32\n"},
    {"proxyProtocol = ::/129\n", "$DIR/t.ini:4: proxyProtocol: \"::/129\" has "
				 "a bad prefix length; it is "
				 "0 to 128\n"},
    {"proxyProtocol = example.com\n",
	"$DIR/t.ini:4: proxyProtocol: \"example.com\" is not a network; write "
	"10.0.0.0/8, 2001:db8::/32 or unix\n"},
    {"accessLog = access.log\n",
	"$DIR/t.ini:4: accessLog: \"access.log\" is unknown; write none, "
	"stderr, journald, or a file as ./access.log\n"},
    {"accessLogFormat = xml\n",
	"$DIR/t.ini:4: accessLogFormat: \"xml\" is unknown; write combined or "
	"json\n"},
    {"serverTiming = yes\n",
	"$DIR/t.ini:4: serverTiming: \"yes\" is unknown; write true or "
	"false\n"},
};

static void
make_tree(struct conf_tree *t)
{
	conf_tree_make(t);
	tls_pair_write(t, "a", 0, -DAY, 90 * DAY);
	tls_pair_write(t, "b", 0, -DAY, 90 * DAY);
	tls_pair_write(t, "weak", 1024, -DAY, DAY);
	conf_tree_write(t, "cut.pem", "-----BEGIN CERTIFICATE-----\nMIIB\n");
}

static void
test_cases(void **state)
{
	struct conf_tree t;

	(void)state;
	make_tree(&t);
	for (size_t i = 0; i < NELEMS(cases); i++) {
		char *text = xasprintf(SOCKET "%s" WORKER, cases[i].lines);
		char *messages;
		struct conf *conf;

		conf_tree_write(&t, "t.ini", text);
		conf = conf_tree_load(&t, "t.ini", NULL, &messages);
		if (strcmp(messages, cases[i].want) != 0)
			fail_msg("%s\ngives\n%s\nnot\n%s", cases[i].lines,
			    messages, cases[i].want);
		conf_free(&conf);
		free(messages);
		free(text);
	}
	conf_tree_remove(&t);
}

/* What the dump says loads to the same dump. */
static void
test_round_trip(void **state)
{
	static const char text[] = SOCKET PAIR("a")
	    PAIR("b") "https.options.forwardedProtoHeader = X\n"
		      "https.options.cfBlobHeader = Y\n"
		      "https.options.injectRequestHeaders = C c\n"
		      "https.options.injectResponseHeaders = D\n"
		      "https.tlsOptions.requireClientCerts = optional\n"
		      "https.tlsOptions.trustedCertificates = embed(a.pem)\n"
		      "https.tlsOptions.minVersion = tls1Dot3\n"
		      "https.tlsOptions.cipherList = ECDHE+AESGCM\n"
		      "proxyProtocol = 10.0.0.0/8 unix\n"
		      "accessLog = journald:/run/j\naccessLogFormat = json\n"
		      "serverTiming = true\n"
		      "[socket f]\naddress = *:1\nservice = a\naccessLog = "
		      "./x\n" WORKER;
	struct conf_tree t;
	struct conf *conf;
	char *messages, *first, *second;

	(void)state;
	make_tree(&t);
	conf_tree_write(&t, "t.ini", text);
	conf = conf_tree_load(&t, "t.ini", NULL, &messages);
	assert_string_equal(messages, "");
	free(messages);
	assert_int_equal(conf->sockets[0].address.port, 443);
	assert_true(conf->sockets[0].is_https);
	first = conf_dump(conf);
	conf_free(&conf);
	assert_non_null(strstr(first, "\naccessLog = /"));
	conf_tree_write(&t, "t.ini", first);
	conf = conf_tree_load(&t, "t.ini", NULL, &messages);
	assert_string_equal(messages, "");
	free(messages);
	second = conf_dump(conf);
	assert_string_equal(first, second);
	assert_null(strstr(first, "PRIVATE"));
	conf_free(&conf);
	free(first);
	free(second);
	conf_tree_remove(&t);
}

static void
test_keys_are_wiped(void **state)
{
	struct conf_tree t;
	struct conf *conf;
	const struct conf_keypair *k;
	char *messages;

	(void)state;
	make_tree(&t);
	conf_tree_write(&t, "t.ini", SOCKET PAIR("a") WORKER);
	conf = conf_tree_load(&t, "t.ini", NULL, &messages);
	assert_non_null(conf);
	free(messages);
	k = &conf->sockets[0].tls.keypairs[0];
	assert_memory_equal(k->private_key.data, "-----BEGIN", 10);
	assert_true(k->not_before < time(NULL));
	assert_true(k->not_after > time(NULL) + 80 * DAY);
	conf_wipe_keys(conf);
	for (size_t i = 0; i < k->private_key.len; i++)
		assert_int_equal(k->private_key.data[i], 0);
	assert_memory_equal(k->certificate_chain.data, "-----BEGIN", 10);
	conf_free(&conf);
	conf_tree_remove(&t);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_cases),
	    cmocka_unit_test(test_round_trip),
	    cmocka_unit_test(test_keys_are_wiped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
