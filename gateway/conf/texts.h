/* texts.h - the catalogue of everything that the gateway says to people (config/texts/<language>.yaml).
 *
 * A text is a template with named slots in braces, each with a budget in septets: "Diterima {nomor}: {isi}".
 * Budgets (SPEC 2.4): name 20, list 30, free text 24 are cut at a word with ".."; numbers and dates are never
 * cut. A text longer than 160 septets at its longest fill, or with letters outside those common to GSM-7 and
 * ASCII, is a fault when the catalogue is loaded. */
#ifndef KENTONGAN_CONF_TEXTS_H
#define KENTONGAN_CONF_TEXTS_H

#include "gateway/base/arena.h"
#include "gateway/base/buf.h"
#include "gateway/base/err.h"

struct text_set;

/* Loads every *.yaml of a folder as a language.  NULL when a fault was added. */
struct text_set *texts_load(const char *folder, struct arena *, struct faults *);

struct text_fill {
    const char *slot;
    struct slice value;
};

/* Fills text `key` of `language` (falls back to "id"; an unknown key fills in the key itself and is a bug
 * that a test finds).  Slots that are not given are empty; doubled blanks that this leaves are closed.  The
 * result is at most `limit` septets (160 for an SMS, 182 for a USSD page). */
struct slice text_fill(const struct text_set *, struct slice language, const char *key,
                       const struct text_fill *, unsigned n, struct arena *);
bool text_exists(const struct text_set *, struct slice language, const char *key);
/* Cuts at a word so that it fits the budget, with ".."; letters outside common ASCII/GSM-7 become their base
 * letter or are left out. */
struct slice text_cut(struct slice, unsigned budget, struct arena *);

#endif
