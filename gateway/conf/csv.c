/* csv.c - strict CSV with places for faults.  See csv.h. */
#include "gateway/conf/csv.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "gateway/base/buf.h"
#include "gateway/conf/plain.h"
#include "parsers/utf8.h"

enum {
    FILE_MAX = 32 << 20,
};

struct reader {
    struct slice text;
    char *copy; /* the same bytes, ours to change */
    size_t at;
    unsigned line, col; /* of the next byte */
    int sep;            /* ';' where the first line has no ',': what Excel writes in Indonesia */
    const char *file;
    struct arena *arena;
    struct faults *faults;
};

struct cell {
    struct slice text;
    struct mark mark;
    bool ends_row;
};

static struct mark here(const struct reader *r)
{
    return (struct mark){ .file = r->file, .line = r->line, .col = r->col };
}

static int peek(const struct reader *r)
{
    return r->at < r->text.n ? (unsigned char)r->text.p[r->at] : -1;
}

static void take(struct reader *r)
{
    if (r->text.p[r->at++] == '\n') {
        r->line++;
        r->col = 1;
    } else {
        r->col++;
    }
}

static bool is_text(struct reader *r)
{
    struct slice rest = slice_skip(r->text, r->at);
    struct mark m = here(r);

    while (rest.n) {
        size_t before = rest.n;
        uint32_t c = utf8_next(&rest);

        if (c == 0 || (c == 0xFFFD && before - rest.n == 1)) {
            fault_add(r->faults, m, "not UTF-8 text: save the file as CSV UTF-8");
            return false;
        }
        m.col++;
        if (c == '\n') {
            m.line++;
            m.col = 1;
        }
    }
    return true;
}

/* At "\n" or "\r\n", or at a "\r" that ends the file: a lone one ends no row. */
static bool at_line_end(const struct reader *r)
{
    struct slice rest = slice_skip(r->text, r->at);

    return slice_starts(rest, "\n") || slice_starts(rest, "\r\n") || slice_is(rest, "\r");
}

/* A quoted cell; r stands on the opening quote.  Doubled quotes are undone in place: the text is our copy. */
static bool read_quoted(struct reader *r, struct cell *out)
{
    struct mark open = here(r);
    size_t n = 0;
    char *p;

    take(r);
    p = r->copy + r->at;
    for (;;) {
        int c = peek(r);

        if (c < 0) {
            fault_add(r->faults, open, "a quote is opened here and never closed");
            return false;
        }
        take(r);
        if (c == '"') {
            if (peek(r) != '"')
                break;
            take(r);
        }
        p[n++] = (char)c;
    }
    out->text = slice_make(p, n);
    while (peek(r) == ' ')
        take(r);
    if (peek(r) >= 0 && peek(r) != r->sep && !at_line_end(r)) {
        fault_add(r->faults, here(r), "text behind a closing quote: put the whole cell in quotes");
        return false;
    }
    return true;
}

static bool read_cell(struct reader *r, struct cell *out)
{
    while (peek(r) == ' ')
        take(r);
    *out = (struct cell){ .mark = here(r) };
    if (peek(r) == '"') {
        if (!read_quoted(r, out))
            return false;
    } else {
        size_t start = r->at;

        while (peek(r) >= 0 && peek(r) != r->sep && peek(r) != '\n') {
            if (peek(r) == '"') {
                fault_add(r->faults, here(r), "a quote inside a cell: put the cell in quotes and double it");
                return false;
            }
            take(r);
        }
        out->text = slice_make(r->text.p + start, r->at - start);
    }
    out->text = slice_trim(out->text);
    if (peek(r) == '\r')
        take(r);
    out->ends_row = peek(r) != r->sep;
    if (peek(r) >= 0)
        take(r);
    return true;
}

/* One row of at most CSV_COLUMNS cells; *n = 0 for an empty line. */
static bool read_row(struct reader *r, struct cell *cells, unsigned *n)
{
    struct cell c;

    *n = 0;
    do {
        if (!read_cell(r, &c))
            return false;
        if (*n == CSV_COLUMNS) {
            fault_add(r->faults, c.mark, "more than %d columns", CSV_COLUMNS);
            return false;
        }
        cells[(*n)++] = c;
    } while (!c.ends_row);
    if (*n == 1 && cells[0].text.n == 0)
        *n = 0;
    return true;
}

static const char *bare(const char *column)
{
    return column + (column[0] == '?');
}

static int separator(struct slice text)
{
    struct slice first = slice_cut(&text, '\n');

    return slice_find(first, ',') == (size_t)-1 && slice_find(first, ';') != (size_t)-1 ? ';' : ',';
}

/* Which cell of a row of the file is which wanted column; to[] holds -1 for those that the file lacks. */
static bool read_header(struct reader *r, const char *const *columns, int *to, unsigned *width)
{
    struct cell cells[CSV_COLUMNS];
    unsigned before = faults_count(r->faults);

    if (!read_row(r, cells, width))
        return false;
    for (unsigned w = 0; columns[w]; w++) {
        to[w] = -1;
        for (unsigned c = 0; c < *width; c++)
            if (slice_is(cells[c].text, bare(columns[w])))
                to[w] = (int)c;
        if (to[w] < 0 && columns[w][0] != '?')
            fault_add(r->faults, (struct mark){ .file = r->file, .line = 1, .col = 1 },
                      "the first row lacks the column \"%s\"", columns[w]);
    }
    for (unsigned c = 0; c < *width; c++) {
        bool known = false;

        for (unsigned w = 0; columns[w]; w++)
            known = known || slice_is(cells[c].text, bare(columns[w]));
        if (!known)
            fault_add(r->faults, cells[c].mark, "unknown column \"%.*s\"", SLICE_ARG(cells[c].text));
        for (unsigned d = 0; d < c; d++)
            if (slice_eq(cells[c].text, cells[d].text))
                fault_add(r->faults, cells[c].mark, "column \"%.*s\" stands twice", SLICE_ARG(cells[c].text));
    }
    return faults_count(r->faults) == before;
}

/* Room for `cap` rows of so many cells. */
static bool rows_new(struct arena *a, unsigned cap, unsigned wanted, struct csv *out)
{
    struct slice *cells = ARENA_ARRAY(a, struct slice, (size_t)cap * wanted);
    struct mark *marks = ARENA_ARRAY(a, struct mark, (size_t)cap * wanted);

    out->rows = ARENA_ARRAY(a, struct csv_row, cap);
    if (!cells || !marks || !out->rows)
        return false;
    for (size_t i = 0; i < cap; i++)
        out->rows[i] = (struct csv_row){ .cells = cells + i * wanted, .marks = marks + i * wanted };
    return true;
}

static void read_rows(struct reader *r, const int *to, unsigned wanted, unsigned width, struct csv *out)
{
    struct cell cells[CSV_COLUMNS];
    unsigned n, cap = 1;

    for (size_t i = r->at; i < r->text.n; i++)
        cap += r->text.p[i] == '\n';
    if (!rows_new(arena_scratch(r->arena), cap, wanted, out)) {
        fault_add(r->faults, here(r), "file too large");
        return;
    }
    while (r->at < r->text.n) {
        struct csv_row *row = &out->rows[out->n];

        if (!read_row(r, cells, &n))
            return;
        if (n == 0)
            continue;
        if (n != width) {
            fault_add(r->faults, cells[0].mark, "%u cells where the first row has %u", n, width);
            continue;
        }
        row->mark = cells[0].mark;
        for (unsigned w = 0; w < wanted; w++) {
            row->marks[w] = to[w] < 0 ? cells[0].mark : cells[to[w]].mark;
            row->cells[w] = to[w] < 0 ? S("") : cells[to[w]].text;
        }
        out->n++;
    }
}

int csv_parse(struct slice text, const char *name, const char *const *columns, struct arena *arena,
              struct faults *faults, struct csv *out)
{
    struct reader r = { .line = 1, .col = 1, .arena = arena, .faults = faults };
    unsigned before = faults_count(faults), wanted = 0, width;
    int to[CSV_COLUMNS];

    *out = (struct csv){ 0 };
    r.file = arena_str(arena, name).p;
    r.copy = arena_alloc(arena, text.n + 1); /* cells borrow from it */
    if (!r.copy) {
        fault_add(faults, (struct mark){ .file = r.file }, "too large");
        return -1;
    }
    if (text.n)
        memcpy(r.copy, text.p, text.n);
    r.text = slice_make(r.copy, text.n);
    while (columns[wanted])
        wanted++;
    if (wanted > CSV_COLUMNS)
        return err_set(NULL, "csv: too many columns wanted");
    if (slice_starts(r.text, "\xEF\xBB\xBF"))
        r.at = 3;
    r.sep = separator(slice_skip(r.text, r.at));
    if (is_text(&r) && read_header(&r, columns, to, &width))
        read_rows(&r, to, wanted, width, out);
    return faults_count(faults) == before ? 0 : -1;
}

int csv_load(const char *path, const char *const *columns, struct arena *arena, struct faults *faults,
             struct csv *out)
{
    struct mark m = { .file = arena_str(arena, path).p };
    FILE *f = plain_open(path);
    struct buf text;
    char chunk[8192];
    size_t n;
    int rc = -1;

    *out = (struct csv){ 0 };
    if (!f) {
        fault_add(faults, m, "cannot be read: %s", plain_why(errno));
        return -1;
    }
    buf_init(&text, FILE_MAX);
    while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
        buf_add(&text, slice_make(chunk, n));
    if (ferror(f) || text.failed)
        fault_add(faults, m, "%s", text.failed ? "over 32 MiB: split it" : "cannot be read: is it a file?");
    else
        rc = csv_parse(buf_slice(&text), path, columns, arena, faults, out);
    buf_free(&text);
    fclose(f);
    return rc;
}
