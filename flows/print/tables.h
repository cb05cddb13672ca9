/* tables.h - the tables of forms and commands as Markdown: what README.md shows and a test compares.
 *
 * Pure. */
#ifndef KENTONGAN_FLOWS_PRINT_TABLES_H
#define KENTONGAN_FLOWS_PRINT_TABLES_H

#include "gateway/base/buf.h"
#include "gateway/model/ruleset.h"

/* A row a form: name, klaster, keywords, fields in order with the optional ones in brackets, an example. */
void tables_forms(struct buf *, const struct form_set *);
/* A row a command: the word, an example out of the catalogue (card.type), who may say it
 * (flows/step/roles.h). */
void tables_commands(struct buf *, const struct ruleset *, struct arena *);

#endif
