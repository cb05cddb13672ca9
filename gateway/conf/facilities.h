/* facilities.h - what the ministry's platform calls our places and our staff: facilities.csv and nakes.csv
 * beside people.csv (SPEC 5, DISTRICT 5.3).  Each may be missing: then nothing is known.
 *
 *   facilities.csv  place,organization,location,client_id,client_secret_file
 *                   credentials stand with a puskesmas and hold for all that it stands above; a posyandu or
 *                   pustu has an organization and a location of its own
 *   nakes.csv       msisdn,nik,ihs    ihs: her number as a Practitioner; without one she is not yet known
 *                   there */
#ifndef KENTONGAN_CONF_FACILITIES_H
#define KENTONGAN_CONF_FACILITIES_H

#include "gateway/base/arena.h"
#include "gateway/model/directory.h"

struct facility {
    const struct place *place;
    struct slice organization, location; /* ids of the platform; location may be empty */
    struct slice client_id, client_secret;
};

struct nakes {
    struct slice msisdn, nik, ihs;
};

struct facility_set {
    struct facility *facilities;
    unsigned facilities_n;
    struct nakes *nakes;
    unsigned nakes_n;
};

/* folder: where people.csv lies.  0 when no fault was added. */
int facilities_load(const char *folder, const struct directory *, struct arena *, struct faults *,
                    struct facility_set *out) MUST_CHECK;
/* The row of exactly this place; NULL. */
const struct facility *facility_at(const struct facility_set *, const struct place *);
/* The nearest one at or above this place that has credentials; NULL. */
const struct facility *facility_credentials(const struct facility_set *, const struct place *);
/* NULL: not in nakes.csv. */
const struct nakes *nakes_of(const struct facility_set *, struct slice msisdn);

#endif
