#ifndef SUPERVISOR_KEYFILE_H
#define SUPERVISOR_KEYFILE_H

#include <stdint.h>

struct conf;
struct conf_tls;

/*
 * Certificates and keys of a socket in a sealed memory file, from where fronts
 * read them, also those that are started later. The supervisor wipes its own
 * copies: the file, which it never maps, is what is left.
 */
#define KEYFILE_HASH_LEN 32

struct keyfile {
	int fd;       /* owned; -1: none */
	uint32_t len; /* bytes of a struct tls_spec */
	uint8_t hash[KEYFILE_HASH_LEN];
};

/* Returns 0 or ERR_SYS; KF is owned by the caller: keyfile_close(). */
int keyfile_make(const struct conf_tls *tls, struct keyfile *kf_out);
void keyfile_close(struct keyfile *kf);

/* Call WARN for each certificate of CONF that is not valid now. */
void keyfile_check_dates(const struct conf *conf,
    void (*warn)(const char *text));

#endif
