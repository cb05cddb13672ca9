/* texts.h - the catalogue of everything that the gateway says to people (config/texts/).
 *
 * A file is named LANGUAGE.yaml or LANGUAGE-PART.yaml (id.yaml, id-ussd.yaml): all parts of a language make
 * one catalogue.  At the top of a file, `slots:` declares the slots of its language and what they may hold:
 *
 *     slots:
 *       nama: cut 20      # cut at a word with ".." to 20 septets
 *       isi: words 90     # so too, and of what the others leave unused it gets what it lacks
 *       nomor: keep 11    # numbers and dates: never cut; 11 is the longest
 *     receipt:
 *       done: "Diterima {nomor}: {isi 90}"     # the key is "receipt.done"; {isi 90} is {isi} cut at 90 here
 *
 * Every other key is a text or a group of texts; keys of groups are joined by dots.  A text longer than 160
 * septets (182 under `ussd:`, 400 under `card:`, which is printed on paper) at its longest fill, an
 * undeclared slot, or a letter outside those common to GSM-7 and ASCII is a fault when the catalogue is
 * loaded.  "\n" may stand in texts under `ussd:`. */
#ifndef KENTONGAN_CONF_TEXTS_H
#define KENTONGAN_CONF_TEXTS_H

#include "gateway/base/arena.h"
#include "gateway/base/buf.h"
#include "gateway/base/err.h"

enum {
    TEXT_SMS = 160,  /* septets of one SMS */
    TEXT_USSD = 182, /* septets of one USSD page */
    TEXT_CARD = 400, /* a text of the pocket card */
};

struct text_set;

/* Loads every *.yaml of a folder.  NULL when a fault was added. */
struct text_set *texts_load(const char *folder, struct arena *, struct faults *);

struct text_fill {
    const char *slot;
    struct slice value;
};
/* An array of them and how many: the last two arguments of what fills a text. */
#define FILLS(f) (f), (unsigned)(sizeof(f) / sizeof((f)[0]))

/* Fills text `key` of `language` (falls back to "id"; an unknown key fills in the key itself and is a bug
 * that a test finds).  Slots that are not given are empty; doubled blanks that this leaves are closed.  The
 * result is at most 160 septets (182 under "ussd.", 400 under "card."), one byte each, and lives in the
 * arena. */
struct slice text_fill(const struct text_set *, struct slice language, const char *key,
                       const struct text_fill *, unsigned n, struct arena *);
bool text_exists(const struct text_set *, struct slice language, const char *key);
/* Number of texts of a language, "id" for an empty one. */
unsigned texts_count(const struct text_set *, struct slice language);
/* True when the catalogue has this language. */
bool texts_language(const struct text_set *, struct slice language);
/* Cuts at a word so that it fits the budget, with ".."; letters outside common ASCII/GSM-7 become their base
 * letter or are left out; newlines become blanks. */
struct slice text_cut(struct slice, unsigned budget, struct arena *);
/* True for the characters that every phone and every telco reads alike: digits, letters, space and
 * # * . , / - + : ; = ( ) ' % & ? ! " < > (DOMAIN 8.1). */
bool text_is_safe(char c);

#endif
