/* catalogue.h - what the console says to its readers: config/texts/LANGUAGE-console.yaml, any length, any
 * letter.  {name} in a text is filled from the page's values. */
#ifndef KENTONGAN_CONSOLE_CATALOGUE_H
#define KENTONGAN_CONSOLE_CATALOGUE_H

#include "gateway/base/arena.h"
#include "gateway/base/err.h"

struct catalogue;

/* <folder>/<language>-console.yaml; NULL with faults.  Lives in the arena. */
struct catalogue *catalogue_load(struct slice folder, const char *language, struct arena *, struct faults *);
/* The text under "pesan.title"; false when there is none. */
bool catalogue_find(const struct catalogue *, struct slice key, struct slice *text);
/* Calls f with each key, in the order of the file. */
void catalogue_each(const struct catalogue *, void (*f)(void *arg, struct slice key), void *arg);

#endif
