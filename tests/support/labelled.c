/* labelled.c - see labelled.h. */
#include "tests/support/labelled.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t newlines(char *body)
{
    size_t out = 0;

    for (char *p = body; *p; p++) {
        if (p[0] == '\\' && p[1] == 'n') {
            body[out++] = '\n';
            p++;
        } else {
            body[out++] = *p;
        }
    }
    return out;
}

static void read_line(char *line, struct labelled *r)
{
    char *cells[5] = { "", "", "", "", "" }, *rest;

    r->line = strdup(line);
    rest = r->cells = strdup(line);
    for (unsigned c = 0; c < 5 && rest; c++)
        cells[c] = strsep(&rest, "\t");
    r->status = cells[1];
    r->form = cells[2];
    r->expect = cells[3];
    r->told = cells[4];
    r->text = slice_make(cells[0], newlines(cells[0]));
}

void labelled_read(const char *path, struct labelled *rows, unsigned *n)
{
    FILE *f = fopen(path, "r");
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;

    if (!f) {
        perror(path);
        exit(2);
    }
    while ((len = getline(&line, &cap, f)) >= 0) {
        if (len && line[len - 1] == '\n')
            line[--len] = '\0';
        if (*n == LABELLED_MAX) { /* none is left out unsaid */
            fprintf(stderr, "%s: more than %u rows\n", path, (unsigned)LABELLED_MAX);
            exit(2);
        }
        if (line[0] != '#' && len)
            read_line(line, &rows[(*n)++]);
    }
    free(line);
    fclose(f);
}

void labelled_free(struct labelled *rows, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        free(rows[i].line);
        free(rows[i].cells);
    }
}
