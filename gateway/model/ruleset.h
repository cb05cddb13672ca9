/* ruleset.h - all the data that understanding and deciding lean on, loaded once, never changed, swapped whole
 * at a reload.  flows/ and the pipeline get a const pointer to it. */
#ifndef KENTONGAN_MODEL_RULESET_H
#define KENTONGAN_MODEL_RULESET_H

#include "gateway/model/directory.h"
#include "gateway/model/form.h"

struct text_set;      /* gateway/conf/texts.h: the catalogue of replies */
struct rule_set;      /* gateway/conf/rules.h: thresholds, clocks, the WHO cut-offs */
struct menu_set;      /* gateway/conf/menus.h: USSD menus by role */
struct indicator_set; /* gateway/conf/indicators.h: what is counted */
struct programme;     /* gateway/conf/programme.h: schedule, targets, competences */
struct fhir_map;      /* gateway/conf/fhir.h: what records are to a FHIR receiver */
struct export_set;    /* gateway/conf/exports.h: tables that offices copy elsewhere */
struct facility_set;  /* gateway/conf/facilities.h: what the ministry's platform calls our places */

struct ruleset {
    struct form_set forms;
    struct directory directory;
    const struct text_set *texts;
    const struct rule_set *rules;
    const struct menu_set *menus;
    const struct programme *programme;
    const struct fhir_map *fhir;
    const struct facility_set *facilities;
    const struct export_set *exports;
    const struct indicator_set *indicators;
    struct slice views;        /* rules/views.sql: views of the district database; may be empty */
    int utc_offset_min;        /* of `timezone`; Indonesia has no summer time */
    struct slice language;     /* default catalogue */
    struct slice district;     /* code of the kabkota: "19.06", the hash tag of every key */
    struct slice short_code;   /* "98120" */
    struct slice service_code; /* "*123#" */
    const struct slice *duty;  /* MSISDNs told when nobody else can be */
    unsigned duty_n;
    bool duty_by_role; /* the configuration names nobody: the dinkes people are told */
};

#endif
