/* forms_lists.h - the word lists of config/forms/lists/, and small helpers of the forms' loader.  Private to
 * gateway/conf. */
#ifndef KENTONGAN_CONF_FORMS_LISTS_H
#define KENTONGAN_CONF_FORMS_LISTS_H

#include "gateway/model/form.h"

/* Loads every list of `folder`/lists into out->lists.  0 when no fault was added. */
int forms_lists_load(const char *folder, struct arena *, struct faults *, struct form_set *out) MUST_CHECK;
/* The *.yaml files of a folder, sorted by name; NULL with a fault when it cannot be read. */
struct slice *forms_folder(const char *folder, struct arena *, struct faults *, unsigned *n);
/* ASCII upper case, in the arena. */
struct slice forms_upper(struct slice, struct arena *);

#endif
