/* menus.h - USSD menus by role (config/menus/): pages with numbered entries that lead to a form, a command or
 * another page. */
#ifndef KENTONGAN_CONF_MENUS_H
#define KENTONGAN_CONF_MENUS_H

#include "gateway/base/arena.h"
#include "gateway/base/err.h"
#include "gateway/model/form.h"

struct menu_set;

/* NULL when a fault was added. */
struct menu_set *menus_load(const char *folder, const struct form_set *, struct arena *, struct faults *);

#endif
