/* said_name.c - whose name it is, in the words of an answer.  See names.h. */
#include "flows/understand/values/names.h"

#include "parsers/negation.h"
#include "parsers/phrase.h"

static bool one_of(struct slice code, const char *const *codes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (slice_is(code, codes[i]))
            return true;
    return false;
}

/* A sentence begins or goes on at token i, and no name: `sudah di jalan`, `belum tahu`, `lanjut lewat sms`.
 */
static bool in_sentence(const struct filling *x, unsigned i, bool first)
{
    static const char *const kata[] = { "bukan_nama", "sebab",        "letak",   "pengisi",  "partikel",
                                        "sambung",    "sanggup",      "datang",  "menerima", "selesai",
                                        "antara",     "andai",        "kecuali", "nanti",    "sela",
                                        "ternyata",   "terima_kasih", "tanya",   "tunggu",   "kelak" };
    static const char *const free[] = { "dalam_kalimat", "tapi",    "lampau", "kini", "imbuhan",
                                        "pulang",        "mungkin", "sangat", "umur", "tidak_diberi" };
    static const char *const iya[] = { "ragu", "kosong", "tak_diukur", "batal", "tetap" };
    unsigned used;
    struct slice word = phrase_code(&x->ts, i, x->words->kata, &used);
    struct negation n;

    return one_of(word, kata, sizeof kata / sizeof *kata) ||
           (first ? slice_is(word, "tapi") : one_of(word, free, sizeof free / sizeof *free)) ||
           one_of(phrase_code(&x->ts, i, x->words->answers, &used), iya, sizeof iya / sizeof *iya) ||
           negation_at(&x->ts, i, x->words->negators, &n);
}

bool understand_may_name(const struct filling *x, unsigned i)
{
    const struct token *t = &x->ts.t[i];
    unsigned used;

    return t->kind == TOKEN_WORD &&
           (!t->known || !t->known->begins || understand_is(x, i, "nama_orang", &used) ||
            understand_is(x, i, "bukan_kunci", &used));
}

bool understand_named_before(const struct filling *x, unsigned i)
{
    for (unsigned k = 0; k < i; k++)
        if (understand_may_name(x, k))
            return true;
    return false;
}

static bool is_relative(const struct filling *x, unsigned i, unsigned *used)
{
    static const char *const codes[] = { "anak", "ibu", "lain" };

    return one_of(phrase_code(&x->ts, i, x->words->people, used), codes, sizeof codes / sizeof *codes);
}

/* `ibunya Sri`; but `anaknya bu Sri`, `Bayi Ny Sri` are names as they stand (RULINGS 54). */
static bool leads_to_name(const struct filling *x, unsigned i, unsigned *used)
{
    unsigned behind;

    return is_relative(x, i, used) && i + *used < x->ts.n && slice_ends(x->ts.t[i + *used - 1].low, "nya") &&
           !slice_is(phrase_code(&x->ts, i + *used, x->words->people, &behind), "sapaan");
}

bool understand_said_name(const struct filling *x, unsigned *from, unsigned *to)
{
    bool wrong = false;
    unsigned used;

    for (; *from < *to; *from += used) {
        struct negation n;

        if (phrase_is(&x->ts, *from, x->words->answers, "ralat", &used))
            wrong = false;
        else if (negation_at(&x->ts, *from, x->words->negators, &n) && n.kind == NEGATION_FALSE)
            wrong = true;
        else if (!understand_is(x, *from, "pembuka_nama", &used) &&
                 !understand_is(x, *from, "sebelum_nama", &used) && !leads_to_name(x, *from, &used))
            break;
    }
    if (wrong || *from >= *to || in_sentence(x, *from, true))
        return false;
    for (unsigned k = *from + 1; k + 1 < *to; k++) /* `Bu Sri istri pak Joko` */
        if (is_relative(x, k, &used))
            *to = k;
    return true;
}

bool understand_free_name(const struct filling *x, unsigned *from, unsigned *to)
{
    unsigned own = 0, ours = 0, used; /* words that may be a name, and words of ours */

    if (!understand_said_name(x, from, to))
        return false;
    for (unsigned i = *from; i < *to; i++) {
        if (in_sentence(x, i, false))
            return false;
        if (x->ts.t[i].kind != TOKEN_WORD || understand_may_name(x, i))
            own++;
        else if (!phrase_at(&x->ts, i, x->words->people, &used) &&
                 !understand_is(x, i, "penanda_tangan", &used) &&
                 !phrase_at(&x->ts, i, x->words->titles, &used))
            ours++;
    }
    return own > 0 && ours <= own;
}

unsigned understand_without_courtesy(const struct filling *x, unsigned from, unsigned to)
{
    unsigned used;

    while (to > from + 1 && x->ts.t[to - 1].low.n > 1 &&
           (understand_is(x, to - 1, "partikel", &used) || understand_is(x, to - 1, "penanda_tangan", &used)))
        x->ts.t[--to].taken = true;
    return to;
}
