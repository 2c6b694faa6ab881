#ifndef CONF_FINISH_H
#define CONF_FINISH_H

#include "conf/load.h"

/*
 * After all is read: defaults, what the command line says, checks across
 * sections, and the drafts as the arrays of the struct conf. What is wrong is
 * added to the errors of L; then the struct conf is not to be used.
 */
void finish_load(struct load *l);

#endif
