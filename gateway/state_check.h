/* state_check.h - is what lies in the state folder ours alone?  Asked at start, before anything in it is
 * opened: whoever else may write there could have us read, cut or overwrite what they please (SPEC 7). */
#ifndef KENTONGAN_STATE_CHECK_H
#define KENTONGAN_STATE_CHECK_H

#include "gateway/base/err.h"

/* Makes the folder where there is none.  -1 with an error that names the place and the remedy: it, or
 * anything in it, is a link, belongs to another user, or can be written by others.  What others can merely
 * read is warned of in the log. */
int state_check(const char *state_dir, struct err *) MUST_CHECK;

#endif
