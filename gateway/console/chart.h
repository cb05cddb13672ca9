/* chart.h - figures of a page as the coordinates of an SVG that its template draws: bars, lines, marks.
 *
 * Pure.  A chart is an object with w, h and lists of objects; numbers are whole units of its viewBox. */
#ifndef KENTONGAN_CONSOLE_CHART_H
#define KENTONGAN_CONSOLE_CHART_H

#include "gateway/base/node.h"
#include "gateway/conf/rules.h"

/* Cases of n spans of `days` days, the last one ending today (days since 1970), and a line at so many
 * thousandths of a case (0: none): {w, h, atas, garis, batang: [{x, y, w, h, n, tanggal}], sumbu: [{x,
 * text}]}.
 */
struct chart_counts {
    const int64_t *counts;
    unsigned n, days;
    int64_t today, line_milli;
};
struct node *chart_cases(struct arena *, const struct chart_counts *);

struct chart_weight {
    int64_t age_months, milli; /* age in completed months; kg in thousandths */
};

/* The growth curve of a child: the lines of the cut-offs and its weights: {w, h, garis: [{d, sd}], titik:
 * [{x, y, kg, umur}], anak: d, sumbu: [{x, text}], tinggi: [{y, text}]}.  NULL when there are no cut-offs for
 * the sex.
 */
struct node *chart_growth(struct arena *, const struct rule_set *, struct slice sex,
                          const struct chart_weight *, unsigned n);

/* One bar a place, best first: {w, h, target: y, batang: [{x, y, w, h, …}]}. */
struct chart_bar {
    struct slice name, code;
    int64_t permille; /* of coverage */
};
struct node *chart_bars(struct arena *, const struct chart_bar *, unsigned n, int64_t target_permille);

#endif
