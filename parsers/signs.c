/* signs.c - signs and their negation.  See signs.h. */
#include "parsers/signs.h"

#include "parsers/asides.h"
#include "parsers/negation.h"
#include "parsers/phrase.h"
#include "parsers/signs_words.h"

enum {
    COUNT = 2, /* digits of so many weeks: `demam 3 minggu lalu` */
};

/* How far the negation of the last sign reaches. */
enum reach {
    REACH_NONE,
    REACH_ONE,  /* `tidak demam`: over `dan`, `/` */
    REACH_LIST, /* `tidak ada demam`: over commas too */
    REACH_WELL, /* `tidak ada keluhan, dada aman, …`: a list, and then what is well; is the next denied? */
};

struct state {
    const struct sign_scan *s;
    const struct tokens *ts;
    unsigned end;
    list_bits lists;       /* all that are looked for */
    bool words;            /* other words stand behind the waiting negator */
    unsigned loose;        /* where the last word of no list ends */
    struct negation waits; /* for its sign; NEGATION_NONE: none does */
    unsigned since, until; /* where that one begins, and ends with the words that carry it on */
    enum reach reach;
    bool certain;     /* that negation is */
    bool linked;      /* `dan`, `/` behind it */
    bool bare;        /* a comma behind it, and nothing since */
    struct sign last; /* the sign just before, not yet told */
    bool has_last;
    struct mention who;
    struct sign_spoken spoken;
};

static struct slice kata_at(const struct state *x, unsigned i, unsigned *used)
{
    return phrase_code(x->ts, i, x->s->kata, used);
}

static void tell(struct state *x)
{
    if (x->has_last)
        x->s->sign(x->s->arg, &x->last);
    x->has_last = false;
}

static void other(struct state *x, unsigned from, unsigned to)
{
    unsigned at = from;

    for (unsigned k = from; x->s->other && k <= to; k++)
        if (k == to || signs_value_at(x->s, x->ts, k, x->end)) {
            if (at < k)
                x->s->other(x->s->arg, at, k);
            at = k + 1;
        }
}

/* `gerakan bayi tidak ada keluhan`: nothing is missing, of what is needed. */
static bool complains(const struct state *x)
{
    unsigned used;
    const struct word *w = phrase_at(x->ts, x->since, x->s->negators, &used);

    return x->last.word->needed && w && slice_is(w->also, "keluhan");
}

/* A negator with no sign behind it, right behind a sign: `perdarahan tidak ada`.  Who can tell? */
static void end_of_wait(struct state *x, unsigned at)
{
    if (x->waits.kind) {
        bool maybe = x->last.kind == SIGN_MAYBE;

        if (x->has_last && x->last.to == x->since &&
            (maybe || x->last.kind == SIGN_PLAIN || (x->last.kind == SIGN_DOUBT && x->last.word->needed))) {
            x->last.kind = maybe ? SIGN_MAYBE : SIGN_UNSURE;
            x->last.behind = maybe; /* `tidak sesak, kejang tidak` */
            x->last.words_after = x->words && x->waits.certain;
            x->last.clear = !x->words;
            x->last.to = at;
            if (complains(x))
                x->last.kind = SIGN_DOUBT;
        } else {
            tell(x);
            other(x, x->since, at);
        }
    }
    tell(x);
    x->waits.kind = NEGATION_NONE;
}

static void end_of_reach(struct state *x, unsigned at)
{
    end_of_wait(x, at);
    x->reach = REACH_NONE;
    x->linked = x->bare = false;
}

/* The waiting negator is about what stands before it: `sinyal tidak ada`, `nafsu makan hilang`. */
static bool about_before(const struct state *x)
{
    return x->since > 0 && (x->loose == x->since || (x->has_last && x->last.to == x->since));
}

/* A separator before token i (RULINGS 47): `/` goes on like `dan`, a comma only for a list. */
static void separator(struct state *x, unsigned i)
{
    unsigned sep = x->ts->t[i].sep;
    bool list = x->waits.kind == NEGATION_NONE_OF;

    whose_separator(&x->who, sep);
    if ((sep & SEP_DOT) && (sep & SEP_BLANK)) { /* `tidak. kejang`: no, or one shortened? */
        x->words |= x->waits.kind != NEGATION_NONE;
        x->reach = REACH_NONE;
    }
    if ((sep & (SEP_HASH | SEP_LINE | SEP_DASH)) || ((sep & SEP_STOP) && (x->waits.kind || x->reach))) {
        end_of_reach(x, i); /* `jadi dirujuk gak? darahnya banyak` */
        return;
    }
    if (list && (sep & (SEP_COMMA | SEP_SLASH)) && !about_before(x)) {
        /* `tidak ada keluhan, demam`: one of what is not there; `tidak ada, demam`: who can tell? */
        x->reach = REACH_LIST;
        x->certain = x->waits.certain && !x->words && !slice_is(x->ts->t[i - 1].low, "ada");
    }
    if (sep & SEP_COMMA) {
        x->bare = (x->reach == REACH_ONE && x->has_last && x->last.to == i) || x->linked;
        end_of_wait(x, i);
        x->reach = x->reach >= REACH_LIST ? x->reach : REACH_NONE;
        x->linked = false;
    } else if (sep & SEP_SLASH) {
        x->linked = x->reach != REACH_NONE;
        end_of_wait(x, i);
    } else if ((sep & SEP_HARD) && !list) { /* `tidak ada tanda: kejang` goes on */
        end_of_wait(x, i);
        x->reach = x->reach >= REACH_LIST ? x->reach : REACH_NONE;
    }
}

static bool parted(const struct state *x, unsigned i)
{
    return i >= x->end || (x->ts->t[i].sep & SEP_HARD) != 0;
}

/* Whether a sign that says nothing of itself is negated by what stands before it. */
static enum sign_kind negated(struct state *x, const struct word *w, unsigned i)
{
    struct negation own; /* `tidak demam, tidak mau menyusu`: it says no by itself, and is no bare sign */
    bool waits = x->waits.kind != NEGATION_NONE;

    if (waits) {
        x->reach = x->waits.kind == NEGATION_NONE_OF ? REACH_LIST : REACH_ONE;
        x->certain = x->waits.certain && !x->words && /* `tidak ada mobil, …`: of something else, perhaps */
                     !(x->reach == REACH_LIST && whose_absence(&x->who, x->since));
    } else if ((x->bare || x->reach == REACH_WELL) && x->reach != REACH_LIST &&
               !negation_at(x->ts, i, x->s->negators, &own)) {
        x->reach = REACH_NONE;
        return SIGN_MAYBE;
    } else if (!x->linked && x->reach != REACH_LIST) {
        x->reach = REACH_NONE;
        return w->doubt && !(w->birth && x->s->with_child) ? SIGN_DOUBT : SIGN_PLAIN;
    }
    return x->certain ? SIGN_NEGATED : SIGN_UNSURE;
}

static bool denied(const struct state *x, unsigned i)
{
    struct negation n;

    return !parted(x, i) && negation_at(x->ts, i, x->s->negators, &n) && negation_turns_signs(x->ts, i, &n);
}

/* Something is well: of what follows nobody can say that the list denies it. */
static void list_ends(struct state *x)
{
    if (x->reach == REACH_LIST && !x->waits.kind)
        x->reach = REACH_WELL;
}

/* `bukan perdarahan cuma flek`: the sign that was denied, by another name; the word for `ada` says that it is
 * there. */
static bool named_less(const struct state *x, unsigned i, const struct word *w)
{
    unsigned from = x->last.to, used;

    return x->last.kind == SIGN_NEGATED && x->last.word && slice_eq(x->last.word->code, w->code) &&
           from < i && slice_is(kata_at(x, from, &used), "tapi") && from + used == i &&
           !slice_is(x->ts->t[i - 1].low, "ada");
}

/* `demam 3 hari`, `nyeri dada kanan tidak ada`: behind the words that belong to the sign before token i. */
static unsigned sign_end(const struct state *x, unsigned i)
{
    unsigned to = asides_lasting_end(x->ts, x->s->units, x->end, i),
             side = signs_side_end(x->s, x->ts, to, x->end);

    return side > to && side < x->end && (denied(x, side) || x->ts->t[side].kind == TOKEN_NEGATED) ? side
                                                                                                   : to;
}

/* A no behind the sign that ends before token *to is about it, as far as one can tell; *to: behind that. */
static bool denied_behind(struct state *x, unsigned *to)
{
    unsigned behind;
    enum behind_sign said = signs_denied_behind(x->s, x->ts, *to, x->end, &behind);

    if (said == BEHIND_NOTHING)
        return false;
    x->last.kind = SIGN_UNSURE;
    x->last.clear = true;
    x->last.far = said == BEHIND_MAYBE;
    *to = said == BEHIND_NO ? behind : *to;
    return true;
}

static unsigned sign_at(struct state *x, unsigned i, const struct word *w, unsigned list, unsigned used)
{
    unsigned to = sign_end(x, i + used), unwell = signs_unwell_end(x->s, x->ts, w, to, x->end);
    bool lasts = false, gone,
         never = to > i + used && slice_is(x->ts->t[i + used].low, "0") && !x->ts->t[i + used].odd &&
                 !x->ts->t[i + used].approx; /* `kejang 0x` */
    bool is_well = signs_is_well(x->s, x->ts, w, &to, x->end, &gone) || never, waited,
         less = named_less(x, i, w);

    /* `nafsu makan hilang demam`: what is gone is named before it. */
    if ((x->waits.kind == NEGATION_GONE || x->waits.kind == NEGATION_NIL) && about_before(x))
        end_of_wait(x, i);
    /* `sesak tidak ada nyeri dada ada` */
    if (x->waits.kind == NEGATION_NONE_OF && x->since + x->waits.used == i && x->has_last &&
        x->last.to == x->since && x->last.kind == SIGN_PLAIN && signs_each_behind(x->s, x->ts, to, x->end))
        end_of_wait(x, i);
    waited = x->waits.kind != NEGATION_NONE;
    tell(x);
    x->last =
        (struct sign){ .list = list, .word = w, .from = waited ? x->since : i, .to = to, .who = x->who };
    x->last.kind = negated(x, w, i);
    x->last.before = x->last.kind == SIGN_UNSURE;
    x->last.clear = x->last.before && !x->words;
    if ((less && x->last.kind == SIGN_PLAIN) ||
        (!waited && x->last.kind == SIGN_NEGATED && to < x->end && slice_is(x->ts->t[to].low, "ada") &&
         !parted(x, to))) /* `tidak ada kejang, demam ada` */
        x->last.kind = SIGN_MAYBE;
    if (!waited && x->last.kind == SIGN_PLAIN && denied_behind(x, &to))
        x->last.to = to;
    else if (!waited && x->last.kind == SIGN_PLAIN)
        x->last.kind =
            signs_spoken(x->s, x->ts, &x->spoken, i, to, signs_how_much(x->s, x->ts, i, to, x->end));
    if (unwell == to && !is_well && w->needed && w->can_be_normal)
        unwell = signs_lessened(x->s, x->ts, to, x->end, &lasts);
    if (unwell > to && lasts) {
        x->last.kind = SIGN_DOUBT; /* `gerakan janin tidak berkurang` */
        x->last.to = to = unwell;
    } else if (unwell > to && !waited) {
        x->last.kind = SIGN_PLAIN;
        x->last.to = to = unwell;
    } else if (w->neutral || is_well)
        x->last.kind = w->needed && gone && is_well ? SIGN_UNSURE : SIGN_NEGATED;
    if (waited && x->last.kind == SIGN_NEGATED && !is_well && signs_lacks(x->ts, x->since, i, &x->waits, w))
        x->last.kind = SIGN_PLAIN; /* `tidak ada gerak` */
    if (!waited && x->reach == REACH_LIST && x->last.kind == SIGN_NEGATED && !w->neutral && !is_well &&
        signs_how_much(x->s, x->ts, i, to, x->end))
        x->last.kind = SIGN_UNSURE;
    x->has_last = true;
    x->waits.kind = NEGATION_NONE;
    x->linked = x->bare = false;
    if (is_well || (w->neutral && signs_well(x->s, x->ts, to - 1)))
        list_ends(x);
    return to;
}

/* `dada tidak nyeri`, `tali pusat sudah kering`: the words behind an organ say whether it is a sign. */
static unsigned organ_at(struct state *x, unsigned i, const struct word *w, unsigned list, unsigned used)
{
    struct organ o = { .word = w, .from = i, .to = i + used, .end = x->end };
    bool listed = x->reach >= REACH_LIST;

    if (x->waits.kind || !signs_of_organ(x->s, x->ts, &o))
        return sign_at(x, i, w, list, used);
    tell(x);
    x->last = (struct sign){ .kind = o.kind, .list = list, .word = w, .from = i, .to = o.to, .who = x->who };
    x->last.clear = o.kind == SIGN_UNSURE;
    x->has_last = true;
    x->certain = o.denied.certain;
    x->reach = o.kind == SIGN_PLAIN || !o.denied.kind ? REACH_NONE
               : o.denied.kind == NEGATION_NONE_OF    ? REACH_LIST
                                                      : REACH_ONE;
    x->reach = listed && o.kind == SIGN_NEGATED && !x->reach ? REACH_WELL : x->reach;
    x->linked = x->bare = false;
    return o.to;
}

/* `baik bu gerakannya`: behind the one who is spoken to. */
static unsigned behind_address(const struct state *x, unsigned i)
{
    unsigned used;

    return !parted(x, i) && slice_is(kata_at(x, i, &used), "penanda_tangan") ? i + used : i;
}

/* `kuat menyusu`, `tidak kuat menyusu`: well, or not, before what can be well (RULINGS 40); the token behind
 * the sign, or i. */
static unsigned normal_before(struct state *x, unsigned i, unsigned normal)
{
    unsigned at = behind_address(x, i + normal), list = 0, used, from = i;
    const struct word *w = parted(x, at) ? NULL : signs_longest(x->s, x->ts, at, &list, &used);
    enum sign_kind kind = SIGN_NEGATED;

    if (!w || !w->can_be_normal || w->neutral)
        return i;
    if (x->waits.kind) {
        if (x->since + x->waits.used != i)
            return i;
        from = x->since;
        kind = x->waits.certain || x->waits.kind == NEGATION_GONE ? SIGN_PLAIN : SIGN_UNSURE;
    }
    tell(x);
    x->last =
        (struct sign){ .list = list, .word = w, .from = from, .to = at + used, .kind = kind, .who = x->who };
    x->has_last = true;
    x->waits.kind = NEGATION_NONE;
    x->reach = REACH_NONE;
    x->linked = x->bare = false;
    return at + used;
}

/* `dan`, `tapi`, `sudah`: no word of their own. */
static unsigned filler_at(struct state *x, unsigned i, struct slice kata, unsigned used)
{
    unsigned end = i + used;

    if (slice_is(kata, "sambung")) {
        x->linked = x->reach != REACH_NONE;
    } else if (slice_is(kata, "tapi") || slice_is(kata, "kecuali")) {
        x->who.doubt |= !slice_is(x->ts->t[i].low, "ada");
        if (!x->waits.kind || x->until != i || !slice_is(x->ts->t[i].low, "ada")) /* `tidak terlihat ada` */
            end_of_reach(x, i);
    } else if (asides_begins(&x->ts->t[i])) {
        end = asides_lasting_end(x->ts, x->s->units, x->end, i + used);
        if (end > i + used)
            other(x, i, end);
        else if (x->has_last && x->last.to == i && !x->waits.kind && denied(x, end))
            x->last.to = end; /* `perdarahan sudah tidak ada` */
    }
    return end;
}

static unsigned negator_at(struct state *x, unsigned i, const struct negation *n)
{
    bool gone = n->kind == NEGATION_GONE || (x->has_last && x->last.to == i && x->last.word->can_be_normal);
    unsigned end = gone ? i : negation_goes_on(x->ts, i, n, x->s->kata, x->end);

    if (end > i) { /* where it goes on nothing is negated */
        if (!x->waits.kind) {
            tell(x);
            other(x, i, end);
        }
        return end;
    }
    if (x->waits.kind && x->words && x->until != i) /* `tidak merokok tidak sesak` */
        end_of_wait(x, i);
    if (!x->waits.kind) {
        x->since = i;
        x->words = false;
        x->waits = *n;
    } else {
        x->waits.certain |= n->certain;
        x->words |= signs_twice(&x->waits, n); /* `bukan tidak kejang`: it is there, or is it? */
    }
    x->until = i + n->used;
    return x->until;
}

/* `perdarahan ibunya`: a person behind the sign, and nothing behind her. */
static void person_at(struct state *x, unsigned i)
{
    unsigned before = x->who.from;

    if (!x->s->people)
        return;
    whose_word(&x->who, x->ts, i, x->s->people);
    if (x->who.code.n && x->who.from == i && before != i && !x->waits.kind) { /* of her it says nothing yet */
        x->reach = REACH_NONE;
        x->linked = x->bare = false;
    }
    if (x->who.code.n && x->who.from == i && before != i && x->has_last && x->last.to == i &&
        !slice_is(x->who.code, "sapaan") && parted(x, x->who.name))
        x->last.who = x->who;
    if (x->spoken.how == SPOKEN_ASKED && x->spoken.at == i && !parted(x, i) && x->who.from == i &&
        !slice_is(x->who.code, "sapaan"))
        x->spoken.at = x->who.name; /* `kalau anaknya kejang` */
}

/* A word of no list. */
static unsigned other_at(struct state *x, unsigned i)
{
    /* `sejak 3 hari` */
    unsigned used, end = asides_begins(&x->ts->t[i]) ? asides_lasting_end(x->ts, x->s->units, x->end, i + 1)
                                                     : asides_place_end(x->ts, x->end, i + 1);

    if (x->who.code.n && x->who.from == i && x->who.name > end)
        end = x->who.name; /* `ibu hamil`: no keyword */
    if (phrase_is(x->ts, i, x->s->kata, "dahulu", &used))
        end = i + used; /* nor `waktu hamil` */
    if (!x->waits.kind) {
        tell(x);
        x->linked = x->bare = false;
        x->loose = parted(x, end) ? 0 : end;
        other(x, i, end);
    }
    x->words = true;
    return end;
}

static list_bits bit_of(const struct word_list *list)
{
    return list ? list->bit : 0;
}

static unsigned word_at(struct state *x, unsigned i)
{
    const struct token *t = &x->ts->t[i];
    unsigned list = 0, used;
    const struct word *w;
    struct negation n;
    struct slice kata;

    if (!(x->lists & (t->begins | (x->s->near ? t->near : 0))))
        return other_at(x, i); /* as most are */
    w = signs_longest(x->s, x->ts, i, &list, &used);
    if (w)
        return organ_at(x, i, w, list, used);
    if (negation_at(x->ts, i, x->s->negators, &n) && negation_turns_signs(x->ts, i, &n))
        return negator_at(x, i, &n);
    person_at(x, i);
    w = phrase_at(x->ts, i, x->s->kata, &used);
    /* `demam minggu lalu pingsan`, `demam 3 minggu lalu`: of the sign before it */
    if (!(w && slice_is(w->code, "silam") &&
          ((x->has_last && x->last.to == i) ||
           (i > 0 && x->ts->t[i - 1].kind == TOKEN_NUMBER && x->ts->t[i - 1].low.n <= COUNT))))
        signs_speak(&x->spoken, w, x->loose == i && signs_first(x->s, x->ts, i, &x->who) ? S("") : t->low,
                    parted(x, i) ? x->end : i, i + used);
    kata = w ? w->code : slice_make("", 0);
    if (slice_is(kata, "normal") && normal_before(x, i, used) > i)
        return x->last.to;
    if (signs_well(x->s, x->ts, i))
        list_ends(x);
    if (signs_filler(kata))
        return filler_at(x, i, kata, used);
    if (x->waits.kind && (slice_is(kata, "antara") || slice_is(kata, "riwayat") || slice_is(kata, "letak") ||
                          slice_is(kata, "mungkin"))) {
        x->until += x->until == i ? used : 0;
        x->words |= slice_is(kata, "mungkin");
        return i + used;
    }
    w = signs_near(x->s, x->ts, i, &list, &used);
    if (w)
        return sign_at(x, i, w, list, used);
    return other_at(x, i);
}

void signs_scan(const struct sign_scan *s, const struct tokens *ts, unsigned from, unsigned to)
{
    struct state x = { .s = s, .ts = ts, .end = to };

    for (unsigned l = 0; l < s->lists_n; l++)
        x.lists |= bit_of(s->lists[l]);
    if (!s->other && !(x.lists & (ts->begins | (s->near ? ts->near : 0))))
        return; /* no sign stands anywhere, as in many a report */
    x.lists |= bit_of(s->kata) | bit_of(s->negators) | bit_of(s->people);
    for (unsigned i = from; i < to;) {
        const struct token *t = &ts->t[i];

        if (t->sep & (SEP_HARD | SEP_DOT | SEP_STOP))
            separator(&x, i);
        if (t->taken || t->kind == TOKEN_EMPTY || t->kind == TOKEN_NEGATED) {
            if (t->taken) {
                end_of_reach(&x, i);
                x.who = (struct mention){ 0 };
            }
            i++;
        } else if (t->kind == TOKEN_NUMBER) {
            unsigned list = 0, used;
            const struct word *w = signs_longest(x.s, x.ts, i, &list, &used);

            if (!w && signs_value_at(s, ts, i, to)) {
                x.who = (struct mention){ 0 };
                if (x.waits.kind && (x.words || t->low.n > 1))
                    end_of_wait(&x, i); /* `tidak rewel 76 demam` */
            }
            i = w ? sign_at(&x, i, w, list, used) : i + 1;
        } else {
            i = word_at(&x, i);
        }
    }
    end_of_reach(&x, to);
}
