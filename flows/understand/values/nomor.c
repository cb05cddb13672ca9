/* nomor.c - the number of a report, with its check digit (RULINGS 30). */
#include "flows/understand/values/read.h"

#include "parsers/damm.h"

bool understand_nomor(struct slice typed, struct slice *digits, enum report_error *error, struct arena *a)
{
    *digits = arena_copy(a, typed);
    if (!slice_all_digits(typed) || typed.n < COMMAND_NUMBER_LEAST || typed.n > COMMAND_NUMBER_MOST ||
        typed.p[0] == '0') {
        *error = ERROR_INVALID; /* RULINGS 30 */
        return false;
    }
    if (!damm_valid(typed)) {
        *error = ERROR_CHECK_DIGIT;
        return false;
    }
    return true;
}
