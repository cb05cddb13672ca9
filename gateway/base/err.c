/* err.c - errors and faults for people.  See err.h. */
#include "gateway/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int err_set(struct err *e, const char *fmt, ...)
{
    va_list ap;

    if (e) {
        va_start(ap, fmt);
        vsnprintf(e->text, sizeof e->text, fmt, ap);
        va_end(ap);
    }
    return -1;
}

static bool fault_line(struct faults *f, struct mark m, const char *kind, const char *fmt, va_list ap)
{
    char text[640], line[1024];

    vsnprintf(text, sizeof text, fmt, ap);
    /* Of a whole file, or of a default that stands in none: its beginning. */
    snprintf(line, sizeof line, "%s:%u:%u: %s%s", m.file ? m.file : "?", m.line ? m.line : 1,
             m.line ? m.col : 1, kind, text);
    for (unsigned i = 0; i < f->n; i++)
        if (strcmp(f->lines[i], line) == 0)
            return false; /* one place, used by many: said once */
    if (f->n == f->cap) {
        f->cap = f->cap ? f->cap * 2 : 16;
        f->lines = realloc(f->lines, f->cap * sizeof *f->lines);
        if (!f->lines)
            abort();
    }
    f->lines[f->n] = strdup(line);
    if (!f->lines[f->n])
        abort();
    f->n++;
    return true;
}

void fault_add(struct faults *f, struct mark m, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    fault_line(f, m, "", fmt, ap);
    va_end(ap);
}

void fault_warn(struct faults *f, struct mark m, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    f->warnings += fault_line(f, m, "warning: ", fmt, ap);
    va_end(ap);
}

unsigned faults_count(const struct faults *f)
{
    return f->n - f->warnings;
}

void faults_free(struct faults *f)
{
    for (unsigned i = 0; i < f->n; i++)
        free(f->lines[i]);
    free(f->lines);
    *f = (struct faults){ 0 };
}
