/* view.h - pages out of templates (gateway/console/www/NAME.html) and a tree of values.
 *
 * Whatever is put in is escaped: there is no tag that puts a value in as it stands, so none can become
 * markup.
 *
 *   {{x}}           the value x, looked up in the innermost list item first, then outwards; {{.}} the item
 *   {{#x}} … {{/x}} once for each item of a list; once if x is an object, or is not empty, 0 or false
 *   {{^x}} … {{/x}} if it is
 *   {{>x}}          the template x.html
 *   {{t:key}}       the catalogue's text; {{t:hasil.@x}} the one called hasil.<value of x>, else that value.
 *                   {y} in a text is the value y
 *   {{u:x}}         for a part of a URL     {{n:x}}  a whole number, 12.345
 *   {{d:x}}         a moment (ms, or RFC 3339) as date and time   {{r:x}}  how long ago or ahead
 *   {{a:x}}         the name of an asset
 *
 * A row has all its members, if empty: one that is not there is found outside.  Attributes stand in double
 * quotes, and no attribute that is a URL begins with a value (test_view.c). */
#ifndef KENTONGAN_CONSOLE_VIEW_H
#define KENTONGAN_CONSOLE_VIEW_H

#include "gateway/base/node.h"
#include "gateway/console/catalogue.h"

struct view_look {
    const struct catalogue *texts;
    int utc_offset_min;
    int64_t now_ms;
};

/* Appends the page; one that misses a template says so in it.  What is not in `values` is looked for in
 * `around`, which may be NULL. */
void view_render(struct buf *, const char *name, const struct node *values, const struct node *around,
                 const struct view_look *);
/* The same of a template in memory. */
void view_render_text(struct buf *, struct slice, const struct node *values, const struct node *around,
                      const struct view_look *);
/* "29 Nov 14.05" in local time, with the year when it is another. */
struct slice view_moment(struct arena *, const struct view_look *, int64_t ms);

#endif
