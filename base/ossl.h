#ifndef BASE_OSSL_H
#define BASE_OSSL_H

/*
 * OpenSSL beside base/err.def: both have an ERR_STATE. To be included before
 * any header of OpenSSL's.
 */
#define ERR_STATE OSSL_ERR_STATE
#include <openssl/err.h>
#include <openssl/types.h>
#undef ERR_STATE

#endif
