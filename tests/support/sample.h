/* sample.h - the rules of the sample configuration, loaded once, for tests of what they do. */
#ifndef KENTONGAN_TESTS_SUPPORT_SAMPLE_H
#define KENTONGAN_TESTS_SUPPORT_SAMPLE_H

#include "flows/ruleset.h"

/* config/kentongan.yaml, from the top folder.  NULL after its faults went to stderr.  Lives until
 * sample_free(). */
const struct ruleset *sample_rules(void);
void sample_free(void);

#endif
