/* cut.h - a short text as words, and what the list of answers (config/forms/lists/iya.yaml) knows of them.
 *
 * Pure.  For words.c alone, which says what the whole text means. */
#ifndef KENTONGAN_FLOWS_TALK_CUT_H
#define KENTONGAN_FLOWS_TALK_CUT_H

#include "gateway/base/arena.h"
#include "gateway/model/form.h"
#include "gateway/model/vocabulary.h"

enum {
    WORDS = 12,    /* more is no short answer */
    PHRASE_MAX = 4 /* words of one phrase */
};

/* Codes of the list, as bits. */
enum heard_bit {
    SAID_YES = 1 << 0,
    SAID_NO = 1 << 1,
    SAID_OTHER = 1 << 2,
    SAID_NOTHING_THERE = 1 << 3,
    SAID_CANCEL = 1 << 4,
    SAID_MENDING = 1 << 5, /* `harusnya` */
    SAID_KEEP = 1 << 6,    /* `jangan batal`: no answer, but known */
    SAID_FILLER = 1 << 7,
    SAID_NEW = 1 << 8,
    SAID_REPLACE = 1 << 9,  /* `ganti` */
    SAID_EARLIER = 1 << 10, /* `yang tadi` */
    SAID_UNSURE = 1 << 11,  /* `belum tahu` */
    SAID_FORGOT = 1 << 12,  /* `lupa bu, 120/80` */
    SAID_ALL = 1 << 13,     /* `semua` */
    SAID_POLITE = 1 << 14,  /* `makasih`, `maaf` */
    SAID_RECALL = 1 << 15,  /* `oh ya` */
    SAID_SAME = 1 << 16,    /* `anak yang sama` */
    SAID_ONLY = 1 << 17,    /* `cuma penyuluhan` */
};

struct cut {
    const struct vocabulary *vocabulary; /* NULL: words are as they are spelt */
    struct slice word[WORDS];            /* lower case, without marks at its ends; "-" stands for itself */
    const char *at[WORDS];               /* where it begins in the text */
    unsigned n;
    bool more;
};

/* vocabulary: how words are spelt; or NULL. */
void cut_words(const struct vocabulary *, struct slice text, struct arena *, struct cut *out);
/* Words i to i + n as one text; empty past the end.  as_listed: each as the lists spell it. */
struct slice cut_joined(const struct cut *, unsigned i, unsigned n, bool as_listed, struct arena *);
/* The bit of the longest phrase of the list that begins at word i, and its words, with those of one that says
 * the same and begins within; 0 when none does. */
unsigned cut_phrase(const struct word_list *, const struct cut *, unsigned i, struct arena *, unsigned *used);

/* `oh ya` is a yes by itself; before more, `oh ya bb nya 55`, it says that this was left out. */
unsigned cut_recalled(unsigned bits, bool whole);

#endif
