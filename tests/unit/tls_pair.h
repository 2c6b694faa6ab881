#ifndef TESTS_UNIT_TLS_PAIR_H
#define TESTS_UNIT_TLS_PAIR_H

#include "tests/unit/conf_tree.h"

/*
 * Certificates that sign themselves, made anew. Writes NAME.key and NAME.pem
 * into the tree, valid from now + FROM_S to now + TO_S seconds. BITS: of an
 * RSA key; 0: P-256.
 */
void tls_pair_write(const struct conf_tree *tree, const char *name,
    unsigned int bits, long from_s, long to_s);

#endif
