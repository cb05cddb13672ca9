/* idiom.h - made-up ways of saying that a danger sign is not there, that one is, and that a value is not so:
 * dialect, order, courtesy.
 *
 * For property tests: the same seed gives the same text. */
#ifndef KENTONGAN_TESTS_IDIOM_H
#define KENTONGAN_TESTS_IDIOM_H

#include <stddef.h>
#include <stdint.h>

/* `dak ado kejang bu`, `kejangnya udah ga ada, makasih`: it denies signs of class E1 and says nothing else.
 */
void idiom_denies(uint32_t seed, char *out, size_t max);
/* `ibunya dak sadar`, `perdarahan tdk mau berhenti`: somebody is in danger, and a no is part of the words. */
void idiom_alarms(uint32_t seed, char *out, size_t max);
/* `bukan 9,2`, `9,2 eh salah bu`: a value of a question, and that it is not so. */
void idiom_unsays(uint32_t seed, const char *value, char *out, size_t max);

#endif
