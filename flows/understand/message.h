/* message.h - the inner parts of a whole message: which part is what, and short answers.  Private to
 * flows/understand.
 *
 * Each file calls only those below it here, and the rooms below: report, values, signs, filling.
 *   sms.c             the parts of an SMS, emergencies among commands       RULINGS 19, 44
 *   command.c         commands                                              RULINGS 8, 30, 52
 *   cry.c             an emergency without a keyword, as a report           SPEC 2.2
 *   instead.c         one value in the place of another                     RULINGS 43, 56
 *   answer.c          short answers, corrections, pages                     SPEC 2.2, RULINGS 56
 *   beside_answer.c   what stands beside an answer without a label
 *   split.c           where one report ends and the next begins             RULINGS 19
 *   keyword.c         which form or command a text is about, if any         RULINGS 11-13, 43, 44
 *   behind.c          what stands behind a command                          RULINGS 43
 *   commands.c        the words of commands, and their numbers              RULINGS 30 */
#ifndef KENTONGAN_FLOWS_UNDERSTAND_MESSAGE_H
#define KENTONGAN_FLOWS_UNDERSTAND_MESSAGE_H

#include "flows/understand/filling/filling.h"
#include "flows/understand/understanding.h"

/* What stands behind a command. */
struct behind {
    struct slice nomor; /* valid */
    bool number;        /* one stands there, valid or not */
    bool words;         /* free words, on the same line */
    bool negated;       /* by a negator, somewhere in them */
    bool arg;           /* exactly one word, or thanks behind it */
    unsigned denials;   /* what they deny: bits of flows/understand/behind.c */
};

struct behind understand_behind(const struct words *, const struct tokens *, unsigned i, struct arena *);
/* The words behind the command say the opposite of it: which is asked. */
bool understand_refuses(const struct behind *, enum command_kind);
/* A greeting, thanks or an address at token i. */
bool understand_says_nothing(const struct words *, const struct tokens *, unsigned i, unsigned *used);
/* Thanks or an apology right before token `to`, whose `ya` is theirs: `makasih ya bu`. */
bool understand_thanks_before(const struct words *, const struct tokens *, unsigned to);

struct keyword {
    const struct form *form;
    enum command_kind command;
    size_t from, to; /* of the keyword in the text */
    bool found;
    bool unknown;         /* near two different keywords */
    bool far;             /* a form behind the second word: a report only if a field is read behind it */
    struct turned turned; /* neither form nor command is to be carried out */
};

/* The keyword of a whole text. */
void understand_keyword(const struct ruleset *, struct text_tokens *, struct arena *, struct keyword *out);
/* A negator before the keyword that begins at this place of the text turns it (RULINGS 43). */
bool understand_turned(const struct ruleset *, struct slice text, size_t keyword, struct arena *);
/* A line that is a command: its word, and the number that belongs to it or nothing else; a turned one too. */
bool understand_begins_command(const struct ruleset *, struct slice line, struct arena *);
/* A line that is a report: its keyword, and a figure somewhere. */
bool understand_begins_report(const struct ruleset *, struct slice line);
/* Words that cry for help and name no sign: `darurat bu rt 3`; `mau melahirkan` makes it one of the day. */
void understand_help(const struct words *, const struct tokens *, struct said *);
/* A line behind a report that calls for help for somebody by name: `tolong bu Sari pendarahan`.  It is no
 * sign of the one above. */
bool understand_cries_of_another(const struct ruleset *, struct slice line, struct arena *);
void understand_command(const struct ruleset *, const struct keyword *, struct slice text, int64_t today,
                        struct arena *, struct command *out);
/* `TERIMA 1007 dan 1010`: the same command as it is typed for the next number, and c without the words of
 * that; empty when one number is all. */
struct slice understand_next_number(const struct ruleset *, struct slice text, struct arena *,
                                    struct command *c);
/* Only labelled values of text; false when there is none, or words are left over. */
bool understand_labelled_only(struct filling *, struct slice text);
/* The reports of a part that begins with the keyword of a form, into out.  False: memory is out. */
bool understand_split(const struct ruleset *, struct slice text, const struct keyword *, int64_t today,
                      struct arena *, struct said *out);
/* Where the line ends that has `from` in it. */
size_t understand_line_end(struct slice text, size_t from);

#endif
