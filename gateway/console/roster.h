/* roster.h - places, people and known words of the district as the reading threads need them: a copy that
 * never changes, made anew when the configuration or the people change.
 *
 * Counted in the loop alone; threads only read. */
#ifndef KENTONGAN_CONSOLE_ROSTER_H
#define KENTONGAN_CONSOLE_ROSTER_H

#include "gateway/base/arena.h"
#include "gateway/model/ruleset.h"

struct roster_place {
    struct slice code, name, level, parent, area, village, kecamatan;
};

struct roster_person {
    struct slice msisdn, role, name, place, pseudonym;
    bool active, leader;
};

struct roster {
    struct arena arena;
    unsigned refs;
    uint64_t serial;
    struct roster_place *places;
    unsigned places_n;
    struct roster_person *people;
    unsigned people_n;
    struct slice district; /* code of the kabkota */
    struct slice *words;   /* hash table of the words that name nobody */
    bool *is_place;        /* beside it: nothing but a place is called so */
    bool adds_places;      /* while those are put in */
    unsigned words_cap, words_n;
    struct slice *named; /* keywords behind which a name stands, lower case */
    unsigned named_n;
    /* Fields that say whom a report is about, by their type: names; NIK and places too. */
    struct slice *name_fields, *whom_fields;
    unsigned name_fields_n, whom_fields_n;
};

/* key: of the pseudonyms in addresses.  texts: folder of the catalogues, whose words name nobody.  NULL when
 * memory is out. */
struct roster *roster_new(const struct ruleset *, struct slice texts, const unsigned char key[32],
                          uint64_t serial);
struct roster *roster_hold(struct roster *);
void roster_drop(struct roster *); /* NULL is none */

/* "P-7F3A-1c2d3e": the pseudonym of the log, and enough behind it to be one person's address. */
struct slice roster_pseudonym(struct slice msisdn, const unsigned char key[32], struct arena *);
/* Lower case letters only.  Does the configuration know the word (forms, lists, texts, places)? */
bool roster_knows(const struct roster *, struct slice word);
/* Is it a field of some form that holds a name; does it say whom a report is about? */
bool roster_is_name(const struct roster *, struct slice field);
bool roster_is_whom(const struct roster *, struct slice field);
/* What may be shown unasked: words that the configuration does not know (names, mostly), those of `names` and
 * those where a name is due (behind TIMBANG, up to a number or the sex: `Bulan` may be somebody) to their
 * first letter, numbers of eight digits or more to their last two. */
struct slice roster_mask(const struct roster *, struct slice text, struct slice names, struct arena *);
/* "Siti Aminah" is "S••• A•••", whatever words the configuration knows. */
struct slice roster_mask_name(struct slice name, struct arena *);

#endif
