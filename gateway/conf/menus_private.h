/* menus_private.h - between menus.c (roles: pages and entries) and menus_forms.c (how forms are asked). */
#ifndef KENTONGAN_CONF_MENUS_PRIVATE_H
#define KENTONGAN_CONF_MENUS_PRIVATE_H

#include "gateway/conf/menus.h"
#include "gateway/conf/yaml.h"

struct menus_reader {
    struct menu_set *set;
    const struct form_set *forms;
    struct arena *arena;
    struct faults *faults;
};

/* `forms`, `groups` and `offers` of a file; false when it has none of them. */
bool menus_read_forms(struct menus_reader *, struct yaml *);
/* Makes room for them; false when the arena is full. */
bool menus_forms_room(struct menus_reader *);
/* After all files: what is named by `for` and `group` exists. */
void menus_link_groups(struct menus_reader *);
enum menu_places menus_places(struct menus_reader *, struct yaml *);

#endif
