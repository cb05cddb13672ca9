/* line.c - see line.h. */
#include "gateway/base/line.h"

#include <stdlib.h>

struct line *line_new(void)
{
    struct line *l = calloc(1, sizeof *l);

    if (l)
        l->held = 1;
    return l;
}

struct line *line_hold(struct line *l)
{
    if (l)
        l->held++;
    return l;
}

void line_drop(struct line *l)
{
    if (l && --l->held == 0)
        free(l);
}

bool line_broke(struct line *l)
{
    if (l && !l->broke && l->gone)
        l->broke = l->gone(l->owner);
    return l && l->broke;
}

void line_end(struct line *l, bool broke)
{
    if (!l)
        return;
    l->broke = l->broke || broke;
    l->gone = NULL;
    line_drop(l);
}
