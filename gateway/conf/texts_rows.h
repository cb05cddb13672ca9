/* texts_rows.h - private to texts*.c: a catalogue as loaded. */
#ifndef KENTONGAN_CONF_TEXTS_ROWS_H
#define KENTONGAN_CONF_TEXTS_ROWS_H

#include "gateway/conf/texts.h"

enum {
    LANGUAGES = 8,
};

struct slot {
    struct slice name;
    unsigned budget;
    bool keep;  /* never cut */
    bool grows; /* gets what the others leave */
};

struct part {
    struct slice literal; /* a literal when slot is NULL */
    struct slice name;    /* of the slot; NUL-terminated */
    unsigned budget;
    bool slot, keep, grows;
};

struct text {
    struct slice key;
    struct part *parts;
    unsigned n, limit;
    bool lines; /* newlines may stand in it: a USSD page */
};

struct language {
    struct slice name;
    struct slot *slots;
    unsigned slots_n, slots_cap;
    struct text *texts; /* open-addressed by key */
    size_t mask;
    unsigned n;
};

struct text_set {
    struct language languages[LANGUAGES];
    unsigned n;
};

/* texts.c; NULL when there is none. */
const struct text *texts_find_in(const struct language *, struct slice key);
const struct language *texts_find_language(const struct text_set *, struct slice name);

#endif
