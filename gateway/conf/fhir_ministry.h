/* fhir_ministry.h - what the ministry's platform asks beyond FHIR R4: config/forms/fhir/satusehat.yaml
 * (DISTRICT 5).
 *
 *   identifiers  system of our identifiers; {type} is the resource's, in small letters
 *   kader      by whom a vaccine was reported
 *   encounter  class of every visit       minutes  how long one took
 *   vaccines   system of the ministry's own codes of vaccines (member kfa of an immunization's codes)
 *   reasons    reason -> age in months from which on it is catching up
 *   stages     needs_…: {words, who, do}  what a record waits for, who can give it and how
 *   rules      - {rule, to, fate, words, do}: what an answer with that RuleNumber means; fate is there, wait,
 *              refused, follows or the name of a stage */
#ifndef KENTONGAN_CONF_FHIR_MINISTRY_H
#define KENTONGAN_CONF_FHIR_MINISTRY_H

#include "gateway/conf/yaml.h"

enum {
    MINISTRY_REASONS = 8,
};

struct ministry_stage {
    struct slice name, words, who, act;
};

enum ministry_fate {
    MINISTRY_REFUSED,
    MINISTRY_THERE,
    MINISTRY_WAIT,
    MINISTRY_FOLLOWS, /* from another error of the same answer */
    MINISTRY_STAGE,
};

struct ministry_rule {
    int64_t from, to; /* RuleNumber */
    enum ministry_fate fate;
    const struct ministry_stage *stage; /* MINISTRY_STAGE */
    struct slice words, act;
};

struct ministry_reason {
    struct slice code;
    int64_t catch_up; /* months */
};

struct fhir_ministry {
    int64_t version, minutes;
    struct slice identifiers, kader, encounter, vaccines; /* vaccines: the short name of the system */
    struct ministry_reason reasons[MINISTRY_REASONS];
    unsigned reasons_n;
    struct ministry_stage *stages;
    unsigned stages_n;
    struct ministry_rule *rules;
    unsigned rules_n;
};

/* The file at `path`.  NULL with faults; a file that is not there is NULL without one. */
const struct fhir_ministry *fhir_ministry_load(const char *path, struct arena *, struct faults *);
const struct ministry_stage *ministry_stage(const struct fhir_ministry *, struct slice name);
/* NULL: no row. */
const struct ministry_rule *ministry_rule(const struct fhir_ministry *, int64_t number);
const struct ministry_reason *ministry_reason(const struct fhir_ministry *, struct slice code);

#endif
