/* rules.h - versioned rows of config/rules/: emergencies, thresholds, clocks, signals, the WHO cut-offs.
 *
 * Every row names its id, version, source and doubt (DOMAIN 0); a finding carries id and version into the
 * record. Conditions are data: "td.sis >= 160" compares a part of a field with a constant (numbers in
 * thousandths inside), "tanda has darah" looks for a code in a list, "alasan names perdarahan" for an
 * emergency word in a text. */
#ifndef KENTONGAN_CONF_RULES_H
#define KENTONGAN_CONF_RULES_H

#include "gateway/base/arena.h"
#include "gateway/base/err.h"
#include "gateway/model/form.h"

struct rule_set;

/* Loads every *.yaml and the cut-offs (who-growth-cutoffs.csv) of a folder; fields and codes are checked
 * against the forms.  NULL when a fault was added. */
struct rule_set *rules_load(const char *folder, const struct form_set *, struct arena *, struct faults *);

#endif
