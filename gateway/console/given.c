/* given.c - see given.h. */
#include "gateway/console/given.h"

#include "flows/rows/clocks.h"
#include "parsers/date.h"
#include "parsers/msisdn.h"
#include "parsers/text.h"

static void give(struct request *r, const char *name, struct slice value)
{
    if (r->params.n == PARAMS_MAX) /* an address of that many parameters is nobody's */
        r->params.n--;
    r->params.item[r->params.n++] = (struct param){ slice_of(name), value };
}

static void give_number(struct request *r, const char *name, int64_t n)
{
    give(r, name, arena_printf(&r->arena, "%lld", (long long)n));
}

/* Each word as it is typed, the last one as the beginning of a word too. */
static struct slice match_of(struct request *r, struct slice rest)
{
    struct slice s;
    struct buf b;

    buf_init(&b, 1024);
    while (rest.n) {
        struct slice word = slice_cut(&rest, ' ');
        bool any = false;

        for (size_t i = 0; i < word.n; i++)
            any = any || text_is_word(word.p[i]) || (unsigned char)word.p[i] >= 0x80;
        if (!any)
            continue;
        buf_str(&b, b.n ? " \"" : "\"");
        for (size_t i = 0; i < word.n; i++)
            buf_char(&b, word.p[i] == '"' ? ' ' : word.p[i]);
        buf_char(&b, '"');
    }
    if (b.n && !b.failed)
        buf_char(&b, '*');
    s = b.failed || !b.n ? S("\"\"") : arena_copy(&r->arena, buf_slice(&b));
    buf_free(&b);
    return s;
}

/* The number of one of the people, by her pseudonym as it is shown: P-6351, or the whole of her address. */
static struct slice by_pseudonym(struct request *r, struct slice shown)
{
    const struct roster *roster = slice_starts(shown, "P-") ? console_roster(r->console) : NULL;

    for (unsigned i = 0; roster && shown.n >= 6 && i < roster->people_n; i++)
        if (slice_ieq(slice_take(roster->people[i].pseudonym, shown.n), shown))
            return arena_copy(&r->arena, roster->people[i].msisdn);
    return S("");
}

static void give_search(struct request *r)
{
    struct slice words = arena_copy(&r->arena,
                                    slice_trim(session_kept(request_session(r), request_param(r, "cari")))),
                 taught = slice_trim(request_param(r, "kata"));
    struct slice who;
    struct msisdn m;

    if (taught.n)
        give(r, "_kata", match_of(r, taught));
    if (!words.n)
        return;
    who = by_pseudonym(r, words);
    if (who.n)
        give(r, "_dari", who);
    else if (slice_all_digits(words) && words.n >= 4 && words.n <= 10 && words.p[0] != '0')
        give(r, "_nomor", words);
    else if ((words.p[0] == '+' || text_is_digit(words.p[0])) && msisdn_parse(words, &m))
        give(r, "_dari", arena_copy(&r->arena, msisdn_slice(&m)));
    else
        give(r, "_match", match_of(r, words));
}

static bool is_month(struct slice s)
{
    return s.n == 7 && s.p[4] == '-' && slice_all_digits(slice_take(s, 4)) &&
           slice_all_digits(slice_skip(s, 5));
}

static void give_months(struct request *r, int64_t today)
{
    struct slice asked = request_param(r, "bulan"), year;
    struct date d = date_of_days(today);
    uint64_t y = (uint64_t)d.year, m = (uint64_t)d.month, before;

    year = slice_take(asked, 4);
    if (is_month(asked) &&
        (!slice_to_u64(year, &y) || !slice_to_u64(slice_skip(asked, 5), &m) || m < 1 || m > 12 || y < 1)) {
        y = (uint64_t)d.year;
        m = (uint64_t)d.month;
    }
    before = y * 12 + m - 2;
    give(r, "_bulan", arena_printf(&r->arena, "%04llu-%02llu", (unsigned long long)y, (unsigned long long)m));
    give(r, "_lalu",
         arena_printf(&r->arena, "%04llu-%02llu", (unsigned long long)(before / 12),
                      (unsigned long long)(before % 12 + 1)));
}

/* A kecamatan is many people, a village few: page_messages.c looks for them in different ways. */
static void give_place(struct request *r, const struct ruleset *rules)
{
    struct slice code = request_param(r, "desa");
    const struct place *p = directory_place(&rules->directory, code);

    if (code.n)
        give(r, p && p->level == PLACE_KECAMATAN ? "_kecamatan" : "_desa", code);
}

void given_add(struct request *r)
{
    const struct ruleset *rules = r->console->ops.rules(r->console->ops.arg);
    int64_t today = date_today(r->now_ms, rules->utc_offset_min);

    give_number(r, "_e1", clock_of(rules, "referral_e1"));
    give_number(r, "_e2", clock_of(rules, "referral_e2"));
    give_number(r, "_e3", clock_of(rules, "referral_e3"));
    give_number(r, "_verify", clock_of(rules, "episode_verify"));
    give_number(r, "_week", date_epi_week(today - 7).week);
    give_months(r, today);
    give_search(r);
    give_place(r, rules);
}
