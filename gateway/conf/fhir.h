/* fhir.h - how a form's record becomes FHIR R4 resources: config/forms/fhir/, a file a form (SPEC 5, 2.7).
 *
 *   common.yaml     version, systems (a name -> its URI), identifiers, nik, floor, referral (event -> status)
 *   satusehat.yaml  what the ministry's platform asks beyond it (fhir_ministry.h)
 *   FORM.yaml       send: checked | always     only what staff have checked, or as soon as it is accepted
 *                   encounter: AMB | HH        class of the Encounter; left out = none
 *                   gender: female             where the form does not ask
 *                   name: "By Ny {}"           where the name, and a NIK, are not the patient's own
 *                   born, deceased: FIELD      a date of the form
 *                   resources:
 *   - {observation: FIELD, code: SYSTEM CODE, display, unit: UCUM, category, times: 1000, half: first |
 * second} a number; half: of a blood pressure
 *   - {signs: FIELD, system}                   one Observation, a component a sign, true
 *   - {condition: FIELD, on: FIELD, system, codes: {value: CODE | none}}
 *   - {immunization: FIELD, on: FIELD, system, codes: {value: CODE | {code, dose, kfa, reason} | none}}
 *                                              kfa, reason: the ministry's
 *   - {referral: FIELD, to: FIELD, code: SYSTEM CODE, display}
 *
 * Checked at load: fields exist, have the type that is asked for, and every value of a list has its code. */
#ifndef KENTONGAN_CONF_FHIR_H
#define KENTONGAN_CONF_FHIR_H

#include "gateway/base/arena.h"
#include "gateway/base/err.h"
#include "gateway/conf/fhir_ministry.h"
#include "gateway/model/form.h"

enum fhir_kind {
    FHIR_OBSERVATION,
    FHIR_SIGNS,
    FHIR_CONDITION,
    FHIR_IMMUNIZATION,
    FHIR_REFERRAL,
};

struct fhir_code {
    struct slice value; /* of the list: "mr1" */
    struct slice code;  /* empty: it has none, and is not sent */
    int64_t dose;       /* 0 = none */
    struct slice kfa, reason;
};

struct fhir_resource {
    enum fhir_kind kind;
    struct slice field, on, to; /* names; on: its date, to: where to */
    struct slice system, code, display, unit, category;
    unsigned half; /* 1, 2: of a blood pressure; 0 = the whole value */
    int64_t times; /* the value is multiplied by it */
    const struct fhir_code *codes;
    unsigned codes_n;
};

struct fhir_form {
    const struct form *form;
    bool always; /* else only status checked */
    struct slice encounter, gender, name, born, deceased;
    const struct fhir_resource *resources;
    unsigned resources_n;
};

struct fhir_map {
    int64_t version;
    struct slice identifiers, nik, category_system, vaccine_system;
    const struct fhir_ministry *ministry; /* NULL: nobody sends there */
    int64_t floor_day;                    /* days since 1970; earlier dates are not taken */
    const struct fhir_code *events;       /* of a referral: status of its Task */
    unsigned events_n;
    const struct fhir_form *forms;
    unsigned n;
};

/* folder: that of the forms.  NULL and faults.  A folder without fhir/ is an empty map. */
const struct fhir_map *fhir_map_load(const char *folder, const struct form_set *, struct arena *,
                                     struct faults *) MUST_CHECK;
/* NULL: this form is not sent. */
const struct fhir_form *fhir_form_of(const struct fhir_map *, struct slice form);

#endif
