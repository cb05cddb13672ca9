/* geo.c - see geo.h.  Plate carrée with the scale of the middle latitude: over one district nobody sees it
 * bent. */
#include "gateway/conf/geo.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/node.h"
#include "gateway/conf/plain.h"

enum {
    FILE_MOST = 8 << 20,
    TREE_MEMORY = 512 << 20,
    PATH_MOST = 256 << 10, /* bytes of one village's outline */
    WIDTH = 620,
    TALLEST = 900,
    MARGIN = 4,
};

struct loading {
    const char *path;
    struct arena *arena;
    struct faults *faults;
    double west, east, south, north, scale, squeeze;
    bool measuring, broken;
};

static void fault(struct loading *l, unsigned feature, const char *why)
{
    fault_add(l->faults, (struct mark){ .file = l->path }, "feature %u: %s", feature, why);
    l->broken = true;
}

/* The coordinates of a position; false when it is none on earth. */
static bool position(const struct node *p, double *lon, double *lat)
{
    const struct node *x = node_first(p), *y = x ? x->next : NULL;

    if (!x || !y || x->kind != NODE_NUMBER || y->kind != NODE_NUMBER)
        return false;
    *lon = strtod(x->raw.p, NULL);
    *lat = strtod(y->raw.p, NULL);
    return fabs(*lon) <= 180 && fabs(*lat) <= 90;
}

static void measure(struct loading *l, double lon, double lat)
{
    l->west = fmin(l->west, lon);
    l->east = fmax(l->east, lon);
    l->south = fmin(l->south, lat);
    l->north = fmax(l->north, lat);
}

static int64_t to_x(const struct loading *l, double lon)
{
    return MARGIN + (int64_t)lround((lon - l->west) * l->squeeze * l->scale);
}

static int64_t to_y(const struct loading *l, double lat)
{
    return MARGIN + (int64_t)lround((l->north - lat) * l->scale);
}

/* The middle of the largest outer ring is where the name stands. */
struct centre {
    double area, x, y;
};

static bool ring(struct loading *l, const struct node *r, struct buf *d, struct centre *c)
{
    double area = 0, cx = 0, cy = 0, x0 = 0, y0 = 0;
    int64_t lastx = -1, lasty = -1;
    unsigned n = 0;

    for (const struct node *p = node_first(r); p; p = p->next, n++) {
        double lon, lat, x, y;

        if (!position(p, &lon, &lat))
            return false;
        if (l->measuring) {
            measure(l, lon, lat);
            continue;
        }
        x = (double)to_x(l, lon);
        y = (double)to_y(l, lat);
        if (n) {
            double cross = x0 * y - x * y0;

            area += cross;
            cx += (x0 + x) * cross;
            cy += (y0 + y) * cross;
        }
        x0 = x;
        y0 = y;
        if ((int64_t)x != lastx || (int64_t)y != lasty)
            buf_printf(d, "%c%lld %lld", n ? 'L' : 'M', (long long)x, (long long)y);
        lastx = (int64_t)x;
        lasty = (int64_t)y;
    }
    if (!l->measuring)
        buf_char(d, 'Z');
    if (c && fabs(area) > c->area)
        *c = (struct centre){ fabs(area), cx / (3 * area), cy / (3 * area) };
    return n >= 4;
}

static bool polygon(struct loading *l, const struct node *rings, struct buf *d, struct centre *c)
{
    const struct node *outer = node_first(rings);

    for (const struct node *r = outer; r; r = r->next)
        if (!ring(l, r, d, r == outer ? c : NULL))
            return false;
    return outer != NULL;
}

static bool outline(struct loading *l, const struct node *geometry, struct buf *d, struct centre *c)
{
    const struct node *at = node_get(geometry, "coordinates");

    if (slice_is(node_text(geometry, "type"), "Polygon"))
        return polygon(l, at, d, c);
    for (const struct node *p = node_first(at); p; p = p->next)
        if (!polygon(l, p, d, c))
            return false;
    return node_first(at) != NULL;
}

static struct slice code_of(const struct node *feature)
{
    const struct node *p = node_get(feature, "properties");
    struct slice code = node_text(p, "kode");

    return code.n ? code : node_text(p, "code");
}

static bool is_area(const struct node *feature)
{
    struct slice type = node_text(node_get(feature, "geometry"), "type");

    return slice_is(type, "Polygon") || slice_is(type, "MultiPolygon");
}

/* Once to see how large it is, once to draw. */
static void pass(struct loading *l, const struct node *features, struct geo_map *out)
{
    unsigned i = 0;

    for (const struct node *f = node_first(features); f && !l->broken; f = f->next) {
        struct centre c = { 0 };
        struct buf d;

        i++;
        if (!is_area(f) || !code_of(f).n) {
            if (l->measuring)
                fault_warn(l->faults, (struct mark){ .file = l->path },
                           "feature %u is no Polygon with a property \"kode\": left out", i);
            continue;
        }
        buf_init(&d, PATH_MOST);
        if (!outline(l, node_get(f, "geometry"), &d, &c))
            fault(l, i, "a ring has at least four positions [longitude, latitude], in degrees");
        else if (d.failed)
            fault(l, i, "its outline is longer than 256 kB: simplify it");
        else if (!l->measuring)
            out->shapes[out->n++] = (struct geo_shape){ .code = arena_copy(l->arena, code_of(f)),
                                                        .d = arena_copy(l->arena, buf_slice(&d)),
                                                        .x = (int64_t)c.x,
                                                        .y = (int64_t)c.y };
        buf_free(&d);
    }
}

static void draw(struct loading *l, const struct node *features, struct geo_map *out)
{
    size_t n = 0;

    l->measuring = true;
    pass(l, features, out);
    if (l->broken || l->west > l->east) {
        if (!l->broken)
            fault(l, 0, "no village in it: each needs a property \"kode\" with its code of places.csv");
        return;
    }
    l->squeeze = cos((l->south + l->north) / 2 * 3.14159265358979 / 180);
    l->scale = fmin((WIDTH - 2 * MARGIN) / fmax((l->east - l->west) * l->squeeze, 1e-6),
                    (TALLEST - 2 * MARGIN) / fmax(l->north - l->south, 1e-6));
    out->w = to_x(l, l->east) + MARGIN;
    out->h = to_y(l, l->south) + MARGIN;
    for (const struct node *f = node_first(features); f; f = f->next)
        n++;
    out->shapes = ARENA_ARRAY(l->arena, struct geo_shape, n + 1);
    l->measuring = false;
    if (out->shapes)
        pass(l, features, out);
}

/* The whole file; empty with a fault when it cannot be had. */
static struct slice read_whole(struct loading *l, struct arena *a)
{
    int fd = open(l->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct slice s = S("");
    struct stat st;
    char *p;
    ssize_t n;

    if (fd < 0 || fstat(fd, &st) != 0) {
        fault_add(l->faults, (struct mark){ .file = l->path }, "cannot be read: %s", strerror(errno));
    } else if (!S_ISREG(st.st_mode)) {
        fault_add(l->faults, (struct mark){ .file = l->path }, "cannot be read: %s", plain_why(0));
    } else if (st.st_size > FILE_MOST) {
        fault_add(l->faults, (struct mark){ .file = l->path }, "is larger than 8 MB: simplify the outlines");
    } else if ((p = arena_raw(a, (size_t)st.st_size + 1)) != NULL &&
               (n = read(fd, p, (size_t)st.st_size)) > 0) {
        p[n] = '\0';
        s = slice_make(p, (size_t)n);
    } else {
        fault_add(l->faults, (struct mark){ .file = l->path }, "is empty");
    }
    if (fd >= 0)
        close(fd);
    return s;
}

int geo_load(const char *path, struct arena *arena, struct faults *faults, struct geo_map *out)
{
    struct loading l = {
        .path = path, .arena = arena, .faults = faults, .west = 1e9, .east = -1e9, .south = 1e9, .north = -1e9
    };
    unsigned before = faults_count(faults);
    struct arena tree;
    struct slice text;

    *out = (struct geo_map){ 0 };
    arena_init(&tree, TREE_MEMORY);
    text = read_whole(&l, &tree);
    if (text.n) {
        const struct node *o = node_read(slice_trim(text), &tree), *features = node_get(o, "features");

        if (!features || features->kind != NODE_LIST)
            fault_add(faults, (struct mark){ .file = path },
                      "is no GeoJSON FeatureCollection: export it again, as RFC 7946 says");
        else
            draw(&l, features, out);
    }
    arena_free(&tree);
    return faults_count(faults) == before ? 0 : -1;
}
