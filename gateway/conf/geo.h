/* geo.h - the district's map: the outlines of its villages, from the operator's GeoJSON (RFC 7946), as paths
 * of an SVG.
 *
 * Pure but for reading the file.  A feature is a Polygon or MultiPolygon whose property "kode" (or "code") is
 * a place's code; others are left out and warned of. */
#ifndef KENTONGAN_CONF_GEO_H
#define KENTONGAN_CONF_GEO_H

#include "gateway/base/arena.h"
#include "gateway/base/err.h"

struct geo_shape {
    struct slice code, d; /* d: of <path>, in whole units of the map */
    int64_t x, y;         /* where its name may stand */
};

struct geo_map {
    int64_t w, h;
    struct geo_shape *shapes;
    unsigned n;
};

/* All in the arena.  0 when no fault was added. */
int geo_load(const char *path, struct arena *, struct faults *, struct geo_map *out) MUST_CHECK;

#endif
