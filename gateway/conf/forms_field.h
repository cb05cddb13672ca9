/* forms_field.h - one field of a form, from its own lines and those of fields.yaml.  Behind forms.h. */
#ifndef KENTONGAN_CONF_FORMS_FIELD_H
#define KENTONGAN_CONF_FORMS_FIELD_H

#include "gateway/conf/yaml.h"
#include "gateway/model/form.h"

struct form_loader {
    struct arena *arena;
    struct faults *faults;
    struct form_set *set;
    struct yaml *common; /* fields.yaml */
};

/* The member of a map with this key, marked as read; NULL when there is none. */
struct yaml *field_member(struct yaml *map, struct slice key);
/* The next field of the form, with its companion: what fields.yaml says of the name, then what the form says
 * itself (own, may be NULL).  NULL after a fault. */
struct field *field_add(struct form_loader *, struct form *, struct slice name, struct yaml *own);
/* A fault unless a field of the form means it.  what: who needs it ("is: weighing"). */
void field_need(struct form_loader *, const struct form *, struct mark, const char *what, enum meaning);

#endif
