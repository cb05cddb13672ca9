/* sqlite_figures_print.c - the figures of indicators as a table for people.  See sqlite_figures.h. */
#include "gateway/base/arena.h"
#include "gateway/district/sqlite_figures.h"

static struct slice column(sqlite3_stmt *st, int i)
{
    return slice_make((const char *)sqlite3_column_text(st, i), (size_t)sqlite3_column_bytes(st, i));
}

static void percent(struct buf *b, sqlite3_stmt *st, int n, int d)
{
    double per;

    if (sqlite3_column_type(st, d) == SQLITE_NULL || sqlite3_column_int64(st, d) <= 0) {
        buf_printf(b, " %11lld %7s", (long long)sqlite3_column_int64(st, n), "");
        return;
    }
    per = 100.0 * (double)sqlite3_column_int64(st, n) / (double)sqlite3_column_int64(st, d);
    buf_printf(b, " %5lld/%-5lld %6.1f%%", (long long)sqlite3_column_int64(st, n),
               (long long)sqlite3_column_int64(st, d), per);
}

enum sqlite_rc sqlite_figures_print(struct sqlite_file *d, const struct ruleset *rules, struct slice place,
                                    struct slice month, struct buf *b, struct err *e)
{
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(
        d->db,
        "SELECT v.place, i.id, v.n, v.d, v.n_year, v.d_year, i.target *"
        " CASE i.denominator WHEN 'year' THEN CAST(substr(v.month, 6) AS INTEGER) / 12.0 ELSE 1 END, "
        "i.grade, i.words"
        " FROM indicator_value v JOIN indicator i ON i.id = v.indicator WHERE v.month = ?2 AND"
        " (v.place = ?1 OR ?1 = '') ORDER BY v.place, i.position",
        -1, &st, NULL);
    struct slice last = slice_make("", 0);
    struct arena names;

    arena_init(&names, 1 << 20);
    if (st) {
        sqlite3_bind_text(st, 1, place.p ? place.p : "", (int)place.n, SQLITE_STATIC);
        sqlite3_bind_text(st, 2, month.p, (int)month.n, SQLITE_STATIC);
    }
    while (st && (rc = sqlite3_step(st)) == SQLITE_ROW) {
        const struct place *p = directory_place(&rules->directory, column(st, 0));

        if (!place.n && (!p || p->level != PLACE_PUSKESMAS))
            continue;
        if (!slice_eq(column(st, 0), last)) {
            last = arena_copy(&names, column(st, 0));
            buf_printf(b, "%s%.*s %.*s, %.*s\n%-16s %19s %20s %9s\n", b->n ? "\n" : "", SLICE_ARG(last),
                       p ? (int)p->name.n : 0, p ? p->name.p : "", SLICE_ARG(month), "indicator", "month",
                       "since January", "target");
        }
        buf_printf(b, "%-16s", (const char *)sqlite3_column_text(st, 1));
        percent(b, st, 2, 3);
        percent(b, st, 4, 5);
        if (sqlite3_column_type(st, 6) == SQLITE_NULL)
            buf_printf(b, " %8s", "");
        else
            buf_printf(b, " %7.1f%%", sqlite3_column_double(st, 6));
        buf_printf(b, "  %s %s\n", (const char *)sqlite3_column_text(st, 7),
                   (const char *)sqlite3_column_text(st, 8));
    }
    sqlite3_finalize(st);
    arena_free(&names);
    return rc == SQLITE_DONE ? SQLITE_DB_OK : sqlite_file_later(d, "figures", e);
}

enum sqlite_rc sqlite_figures_signals(struct sqlite_file *d, struct buf *b, struct err *e)
{
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(d->db,
                                "SELECT penyakit, sinyal, benar, bukan, belum, ralat, nilai FROM nilai_sinyal"
                                " ORDER BY sinyal DESC, penyakit",
                                -1, &st, NULL);

    while (st && (rc = sqlite3_step(st)) == SQLITE_ROW) {
        if (!b->n)
            buf_printf(b, "%-18s %8s %7s %7s %7s %7s %8s\n", "disease", "signals", "benar", "bukan", "open",
                       "ralat", "true");
        buf_printf(b, "%-18s", (const char *)sqlite3_column_text(st, 0));
        for (int i = 1; i <= 5; i++)
            buf_printf(b, " %*lld", i == 1 ? 8 : 7, (long long)sqlite3_column_int64(st, i));
        if (sqlite3_column_type(st, 6) == SQLITE_NULL)
            buf_str(b, "        -\n");
        else
            buf_printf(b, " %7.1f%%\n", sqlite3_column_double(st, 6));
    }
    sqlite3_finalize(st);
    return rc == SQLITE_DONE ? SQLITE_DB_OK : sqlite_file_later(d, "signals", e);
}
