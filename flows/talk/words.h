/* words.h - the short words with which people answer: `iya bu bener`, `ga jadi`, `bukan bu, anak lain`.
 *
 * Pure.  The words are the list `iya` (config/forms/lists/): a text is an answer only when every word of it
 * is one, so that nothing that was meant otherwise is heard as a yes. */
#ifndef KENTONGAN_FLOWS_TALK_WORDS_H
#define KENTONGAN_FLOWS_TALK_WORDS_H

#include "flows/understand/understanding.h"

enum answer_word {
    WORD_NONE,       /* not such words, or words that contradict each other */
    WORD_YES,        /* `iya bu bener` */
    WORD_NO,         /* `bukan`, `salah` */
    WORD_NEW,        /* `baru` */
    WORD_OTHER,      /* `anak lain` */
    WORD_NOTHING,    /* `tidak ada`: there is nothing of what was asked */
    WORD_CANCEL,     /* `ga jadi` */
    WORD_DENIED,     /* `9,2 salah`: reading->answer has the value that is not so */
    WORD_UNMEASURED, /* `tensimeternya rusak`: it cannot be measured */
    WORD_LATER,      /* `nanti ya bu`: it will be yet */
    WORD_UNHEARD,    /* it was meant for the question, and answers it in no way */
};

/* What the whole text says.  asked: the field in question, whose label may stand before (`tanda -`); or NULL.
 */
enum answer_word words_answer(const struct ruleset *, const struct field *asked, struct slice text,
                              struct arena *);
/* `betul semua`, `ya dua duanya`: yes to all that is asked. */
bool words_yes_to_all(const struct ruleset *, struct slice text, struct arena *);
/* What it says to whether a report is to take the place of one before (ASK_AGAIN): `ganti bu`, `yang tadi
 * salah` are a yes, `yang tadi benar` is a no. */
enum answer_word words_again(const struct ruleset *, struct slice text, struct arena *);
/* `ada`, `masih`: what is asked about is there. */
bool words_there(const struct ruleset *, struct slice word);
/* A label of the form begins with this word, `bb`, `bbnya`. */
bool words_label(const struct ruleset *, const struct form *, struct slice low);
/* One of the first words is a label of the field. */
bool words_labelled(const struct field *, struct slice text, struct arena *);
/* The text says nothing but that, or nothing at all: what stands behind YA must not take it back. */
bool words_agree(const struct ruleset *, enum answer_word with, struct slice text, struct arena *);
/* `tb nya 77 bu`, `tensinya 110/70`: without the words that say nothing.  form: whose labels may have such an
 * ending; NULL: none. */
struct slice words_plain(const struct ruleset *, const struct form *, struct slice text, struct arena *);
/* `iya bu 8,8`: what stands behind words that only say yes; empty when nothing does, or they say more. */
struct slice words_behind_yes(const struct ruleset *, struct slice text, struct arena *);
/* `pakai yang 8,9`: what stands behind words that only say what is to be taken; else empty. */
struct slice words_behind_pick(const struct ruleset *, struct slice text, struct arena *);
/* `salah bu, harusnya 9.2`: what stands behind words that only say that something is to be put right; the
 * text itself when there are none.  A negator right before words, no number, is theirs (RULINGS 40): `tidak
 * kejang`.
 */
struct slice words_correction(const struct ruleset *, struct slice text, struct arena *);
/* Words in the middle that say that what stands behind them is right (`bb 9,2 harusnya 9,4`), or that
 * something was wrong (`bb 9,4 maaf salah ketik`): what stands before and behind them. */
bool words_mended(const struct ruleset *, struct slice text, struct arena *, struct slice *before,
                  struct slice *after);
/* It only says that a report or its number follows: `laporan`, `nomor`. */
bool words_names_report(const struct ruleset *, struct slice word);
/* `terima?`, `selesai ?`: a question is not the thing itself. */
bool words_ask(struct slice text);
/* A phrase of this class of lists/iya.yaml stands in it.  `batal`, as in `yang tadi batal ya bu`: something
 * is taken back; what, it does not say.  `tetap`, as in `jangan batal`: nothing is. */
bool words_say(const struct ruleset *, const char *code, struct slice text, struct arena *);
/* What the whole text says to whether `whom` died, or (died, struct report) somebody of hers: `ya meninggal`,
 * `tidak wafat bu`, `ya janinnya meninggal`; WORD_NONE when it says anything else, or neither. */
enum answer_word words_death_answer(const struct ruleset *, struct slice whom, struct slice died,
                                    struct slice text, struct arena *);
/* What it says to whether it is certain that `whom` died: `iya sudah pasti`, `sudah meninggal` are a yes,
 * `belum`, `belum pasti bu` a no. */
enum answer_word words_sure(const struct ruleset *, struct slice whom, struct slice text, struct arena *);
/* "Terima kasih bu": no more than thanks. */
bool words_thank(const struct ruleset *, struct slice text);

#endif
