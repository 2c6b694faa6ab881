#ifndef CONF_KEYPAIR_H
#define CONF_KEYPAIR_H

#include "conf/load.h"

/*
 * Certificates and keys of a socket. What is wrong is added to the errors of
 * L; that they fit together is checked by keypair_check().
 */

/* "keypair = privateKey=... certificateChain=..." */
void keypair_add(struct load *l, struct socket_draft *d, struct words *words);

/* One part of "keypair.privateKey = ..." */
void keypair_set_part(struct load *l, struct conf_bytes *field,
    bool is_private_key, struct words *words);

/* "trustedCertificates = ..." */
void keypair_add_trusted(struct load *l, struct socket_draft *d,
    struct words *words);

/* For a socket with https, when everything about it has been read. */
void keypair_check(struct load *l, struct socket_draft *d);

#endif
