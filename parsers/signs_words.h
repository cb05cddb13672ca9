/* signs_words.h - which words of a text are signs: shared by signs.c and signs_end().
 *
 * Pure; behind signs.h. */
#ifndef KENTONGAN_PARSERS_SIGNS_WORDS_H
#define KENTONGAN_PARSERS_SIGNS_WORDS_H

#include "parsers/negation.h"
#include "parsers/signs.h"

/* The longest sign that begins at token i, of which list, and its tokens; NULL: none. */
const struct word *signs_longest(const struct sign_scan *, const struct tokens *, unsigned i, unsigned *list,
                                 unsigned *used);

/* The same with one edit, where the scan allows it. */
const struct word *signs_near(const struct sign_scan *, const struct tokens *, unsigned i, unsigned *list,
                              unsigned *used);

/* How the sign that begins at token `at` is spoken of, by the words of lists/kata.yaml right before it. */
struct sign_spoken {
    enum {
        SPOKEN_AS_IS,
        SPOKEN_ONCE,   /* `riwayat stroke` */
        SPOKEN_ABOUT,  /* `simulasi kejang` */
        SPOKEN_EVER,   /* `pernah kejang`: when? */
        SPOKEN_THEN,   /* `waktu lahir perdarahan` */
        SPOKEN_KIN,    /* `keluarga ada yang lumpuh`, `keturunan stroke`: whose? */
        SPOKEN_FEARED, /* `takut kejang`, `obat kejang` */
        SPOKEN_ASKED,  /* `kalau kejang` */
        SPOKEN_TOLD,   /* `diberi tahu tanda bahaya kejang`, `kalau nanti kejang` */
    } how;
    unsigned at;
    unsigned now;   /* behind the last word of today: `tadi` */
    bool alone;     /* `obat kejang`: of one sign */
    bool birth;     /* THEN: `waktu hamil` */
    bool list;      /* a sign was spoken of so, and at token `at` the next may be */
    bool all;       /* of the signs of danger, whichever are listed */
    unsigned joins; /* the same, where a word joins them: `kalau kejang atau sesak` */
};

/* The `dulu` of `ditolong dulu perdarahan`, behind an ordinary word: before anything else, and not long ago,
 * as `kakaknya dulu kejang` and `hamil dulu kejang` are. */
bool signs_first(const struct sign_scan *, const struct tokens *, unsigned i, const struct mention *);
/* The words `w` of lists/kata.yaml (NULL: of none) stand from token `from` to `at`, where no separator stands
 * before them; low: the first. */
void signs_speak(struct sign_spoken *, const struct word *w, struct slice low, unsigned from, unsigned at);

/* What the sign of tokens i..to is by them, and those listed behind it: one that was once is there all the
 * same where the words behind say when.  `much`: the words say how much of it there is, and then it is no
 * fear. */
enum sign_kind signs_spoken(const struct sign_scan *, const struct tokens *, struct sign_spoken *, unsigned i,
                            unsigned to, bool much);

/* `tidak ada keluhan, perdarahan banyak`: the sign of tokens i..to has a word that says how much of it there
 * is, before token `end`; nobody denies that. */
bool signs_how_much(const struct sign_scan *, const struct tokens *, unsigned i, unsigned to, unsigned end);

/* From behind a sign, which ends before token i, to a separator or token `to`, each sign has behind it
 * whether it is there: `… ada pusing tidak ada`. */
bool signs_each_behind(const struct sign_scan *, const struct tokens *, unsigned i, unsigned to);

/* `berkurang`, `jarang`, `hilang` at token i; *used: its tokens. */
bool signs_less(const struct sign_scan *, const struct tokens *, unsigned i, unsigned *used);

/* `gerakan janin sudah mulai berkurang`, `… hampir tidak ada`: behind what is needed stands, before token
 * `to` and any separator, that it grows less, whatever says how much: the token behind, or i.  *denied:
 * `tidak berkurang`. */
unsigned signs_lessened(const struct sign_scan *, const struct tokens *, unsigned i, unsigned to,
                        bool *denied);

/* `menyusu tidak kuat`, `gerakan janin kurang aktif`: what stands behind the sign `w`, from token i on, says
 * that it is not well, so it is there; the token behind, or i. */
unsigned signs_unwell_end(const struct sign_scan *, const struct tokens *, const struct word *w, unsigned i,
                          unsigned to);

/* A no behind a sign, which ends before token i: signs_behind.c. */
enum behind_sign {
    BEHIND_NOTHING,
    BEHIND_NO,    /* about it: `perdarahan, tidak`, `… tidak kejang tidak`; up to token *to */
    BEHIND_ALL,   /* about it and others that are joined to it: `… dan kejang tidak ada` */
    BEHIND_MAYBE, /* or about the last alone: `… dan kejang tidak`; or not only: `sesak tidak cuma pilek` */
};
enum behind_sign signs_denied_behind(const struct sign_scan *, const struct tokens *, unsigned i,
                                     unsigned end, unsigned *to);

/* `bukan tidak kejang`: the second of two negators turns the first. */
bool signs_twice(const struct negation *first, const struct negation *second);

/* `tidak ada gerak`: the negator at token `from`, right before what is needed at token i, says that it is
 * missing; `tidak ada masalah gerak` does not. */
bool signs_lacks(const struct tokens *, unsigned from, unsigned i, const struct negation *,
                 const struct word *needed);

/* `bengkak - pusing - kejang -`, `bengkak - kejang +`: from behind a sign, at token i, each is said not to be
 * there, where the last one is marked. */
bool signs_dashed_away(const struct sign_scan *, const struct tokens *, unsigned i, unsigned to);

/* The negator at token i, behind the sign `w` and a colon, says that it is not there: `X: tidak`; `lihat:
 * tidak jelas`, `mobilitas: tidak bisa jalan`, `gizi: kurang` say that it is (RULINGS 47). */
bool signs_say_no(const struct sign_scan *, const struct tokens *, const struct word *w, unsigned i,
                  unsigned to, const struct negation *);

/* What stands behind the sign `w`, from token *to on: (-), a minus, `baik` behind what can be well; `:
 * tidak`,
 * `= baik` behind any (RULINGS 40, 47).  *gone: by a no, and not by a word for well. */
bool signs_is_well(const struct sign_scan *, const struct tokens *, const struct word *w, unsigned *to,
                   unsigned end, bool *gone);

/* A number that is no duration, and nothing else's: some field's value. */
bool signs_value_at(const struct sign_scan *, const struct tokens *, unsigned i, unsigned to);

/* An organ of tokens from..to; `end` bounds what may stand behind it. */
struct organ {
    const struct word *word;
    unsigned from, to, end; /* out: to */
    enum sign_kind kind;    /* out: whether it has a sign */
    struct negation denied; /* out: the negator between; NEGATION_NONE: none */
};

/* `dada kiri tidak nyeri`, `ketuban jernih`, `tali pusat tidak kering`: the words behind the organ say
 * whether it has a sign; organ->to is behind them.  `dada tidak sesak` says it by another sign, which it
 * leaves. */
bool signs_of_organ(const struct sign_scan *, const struct tokens *, struct organ *);

/* Behind the words that say on which side, from token i on: `nyeri dada sebelah kiri`; i where none stand. */
unsigned signs_side_end(const struct sign_scan *, const struct tokens *, unsigned i, unsigned to);

/* All is well, the word at token i says: `sehat`, `normal`. */
bool signs_well(const struct sign_scan *, const struct tokens *, unsigned i);

#endif
