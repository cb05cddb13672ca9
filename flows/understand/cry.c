/* cry.c - an emergency without a keyword, as an unfinished referral (SPEC 2.2).  See understanding.h. */
#include "flows/understand/understand.h"
#include "gateway/conf/rules.h"
#include "parsers/phrase.h"
#include "parsers/signs.h"

/* The referral that lacks whom. */
static bool referral_of(const struct ruleset *rs, struct slice words, int64_t at_ms, struct arena *a,
                        struct report *out)
{
    const struct form *form = NULL;
    int alasan;

    for (unsigned i = 0; i < rs->forms.n && !form; i++)
        if (form_is(&rs->forms.forms[i], FORM_REFERRAL))
            form = &rs->forms.forms[i];
    alasan = form ? form_as(form, AS_REASON) : -1;
    if (alasan < 0)
        return false;
    *out = (struct report){ .form = form, .variant = &form->variants[0], .body = words };
    out->values[alasan] = value_text(words);
    understand_judge(rs, at_ms, a, out);
    return !a->failed;
}

bool understand_cry(const struct ruleset *rs, struct slice words, int64_t at_ms, struct arena *a,
                    struct report *out)
{
    if (!referral_of(rs, words, at_ms, a, out))
        return false;
    if (!out->emergency) { /* heard before, however its reason is read now */
        out->emergency = true;
        out->emergency_reason = words;
    }
    return true;
}

bool understand_plea(const struct ruleset *rs, struct slice words, int64_t at_ms, struct arena *a,
                     struct report *out)
{
    if (!referral_of(rs, words, at_ms, a, out))
        return false;
    out->plea = !out->emergency;
    return true;
}

struct help {
    const struct words *words;
    const struct tokens *ts;
    struct said *out;
};

/* Nothing else is said: `tolong bu`. */
static bool all_said(const struct help *h, const struct sign *s)
{
    unsigned used;

    for (unsigned i = 0; i < h->ts->n; i++) {
        struct slice code = phrase_code(h->ts, i, h->words->kata, &used);

        if ((i < s->from || i >= s->to) && h->ts->t[i].kind == TOKEN_WORD &&
            !slice_is(code, "penanda_tangan") && !slice_is(code, "pengisi") &&
            !phrase_at(h->ts, i, h->words->greetings, &used) && !phrase_at(h->ts, i, h->words->help, &used))
            return false;
    }
    return true;
}

static void on_help(void *arg, const struct sign *s)
{
    const struct help *h = arg;
    struct slice code = s->word->code;

    if (s->kind != SIGN_PLAIN || s->word->below_months) /* whose age nobody knows */
        return;
    if (slice_is(code, "hari_saja") && !all_said(h, s))
        return;
    h->out->emergency |= slice_starts(code, "darurat");
    h->out->today |= slice_starts(code, "hari");
}

void understand_help(const struct words *words, const struct tokens *ts, struct said *out)
{
    struct help h = { .words = words, .ts = ts, .out = out };
    struct sign_scan scan = { .lists = { words->help },
                              .lists_n = words->help != NULL,
                              .kata = words->kata,
                              .negators = words->negators,
                              .sign = on_help,
                              .arg = &h };

    signs_scan(&scan, ts, 0, ts->n);
    for (unsigned i = 0, used; i < ts->n; i += used ? used : 1)
        out->emergency |= slice_is(phrase_code(ts, i, words->kata, &used), "hidup_gawat");
}

/* `bu Sari`: an address and a name that is neither another address nor a sign. */
static bool names_somebody(const struct words *words, const struct tokens *ts, unsigned i)
{
    unsigned used;

    return slice_is(phrase_code(ts, i, words->kata, &used), "penanda_tangan") && i + used < ts->n &&
           ts->t[i + used].kind == TOKEN_WORD && !(ts->t[i + used].sep & SEP_HARD) &&
           !slice_is(phrase_code(ts, i + used, words->kata, &used), "penanda_tangan") &&
           !phrase_at(ts, i + 1, words->signs, &used);
}

bool understand_cries_of_another(const struct ruleset *rs, struct slice line, struct arena *a)
{
    struct said heard = { 0 };
    bool somebody = false, e1 = false;
    struct tokens ts;

    if (!rs->rules || !tokens_cut(line, NULL, &rs->forms, a, &ts))
        return false;
    for (unsigned i = 0; i < ts.n && !somebody; i++)
        somebody = ts.t[i].kind == TOKEN_WORD && names_somebody(&rs->forms.words, &ts, i);
    if (!somebody)
        return false;
    understand_heard(&rs->forms.words, &ts, a, &heard);
    for (unsigned i = 0; i < heard.heard_n; i++)
        e1 = e1 || rules_sign(rs->rules, heard.heard[i]) == URGENCY_E1;
    return e1;
}
