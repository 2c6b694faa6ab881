#ifndef CONF_DUMP_H
#define CONF_DUMP_H

#include "conf/conf.h"

/* The work of conf_dump(). Owned by the caller, free(3). */
char *dump_config(const struct conf *conf);

#endif
