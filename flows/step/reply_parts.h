/* reply_parts.h - the pieces of replies that several flows share.  Behind flows/step/reply.h; pure. */
#ifndef KENTONGAN_FLOWS_STEP_REPLY_PARTS_H
#define KENTONGAN_FLOWS_STEP_REPLY_PARTS_H

#include "flows/understand/understanding.h"

/* One field's value for people: "9,2", "kabur, bengkak"; empty when absent. */
struct slice reply_value(const struct form *, const struct value *values, struct slice field, struct arena *);
/* The value in question is there to be asked about: `BB 9,2, benar?`. */
bool reply_shows_guess(const struct report *);
/* "BB": how people call a field; a name that is none is itself (the letters of W2). */
struct slice reply_label(const struct form *, struct slice field);
/* "BB 9,2": what to type. */
struct slice reply_example(const struct form *, struct slice field, struct arena *);

/* The question is whether the signs `typed` are there that a RUJUK's reason may deny. */
bool reply_doubts_reason(const struct report *);
/* Beside YA to a value that is doubted: the example, or how a sign is denied. */
struct slice reply_other_example(const struct report *, struct arena *);
/* It shows another value than the one that is doubted. */
bool reply_example_is_other(const struct report *, const struct value *values, struct slice example,
                            struct arena *);

/* One of several reports of an SMS: number, and what is asked (empty = accepted). */
struct reply_outcome {
    struct slice nomor, isi, field;
    struct slice danger;     /* what was found in it, if that is urgent */
    bool now;                /* the danger is one for now, not for today */
    struct slice called, hp; /* who was told of it at once, or empty */
};

struct reply_outcome reply_outcome_of(const struct report *, struct slice nomor, struct arena *);
void reply_many_add(struct buf *, const struct ruleset *, struct slice language, const struct reply_outcome *,
                    struct arena *);
/* Puts those with a danger first.  rest: how many more reports the SMS held than were taken; they must come
 * again. */
struct slice reply_many(const struct ruleset *, struct slice language, struct reply_outcome *, unsigned n,
                        unsigned rest, struct arena *);

/* "nama jk umur bb (tb)": the fields of one way to fill a form, in order, the optional ones in brackets. */
void reply_fields(struct buf *, const struct form *, const struct variant *, const char *open,
                  const char *close);
struct slice reply_format(const struct ruleset *, struct slice language, const struct form *, struct arena *);
/* role: "kades", for the texts of that role; empty: those of all. */
struct slice reply_help(const struct ruleset *, struct slice language, struct slice role, struct arena *);
struct slice reply_unknown(const struct ruleset *, struct slice language, struct slice role, struct arena *);
/* form: of the report that a KOREKSI is about, for the example; NULL when it is not known. */
struct slice reply_command_error(const struct ruleset *, struct slice language, const struct command *,
                                 const struct form *, struct arena *);

#endif
