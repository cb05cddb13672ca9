/* forms.h - config/forms/ (one file a form, lists/ beside them) as a form_set (gateway/model/form.h). */
#ifndef KENTONGAN_CONF_FORMS_H
#define KENTONGAN_CONF_FORMS_H

#include "gateway/base/arena.h"
#include "gateway/base/err.h"
#include "gateway/model/form.h"

/* Loads every *.yaml of the folder and of its lists/.  0 when no fault was added. */
int forms_load(const char *folder, struct arena *, struct faults *, struct form_set *out) MUST_CHECK;

#endif
