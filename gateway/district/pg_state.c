/* pg_state.c - see pg_state.h. */
#include "gateway/district/pg_state.h"

#include <string.h>

enum pg_fault pg_state_fault(const char *state)
{
    static const char *const of_row[] = { "22", "23", "44", NULL };
    static const char *const of_server[] = { "08", "25", "28", "3D", "40",    "42501", "53",
                                             "55", "57", "58", "F0", "XX001", "XX002", NULL };

    for (const char *const *c = of_row; *c; c++)
        if (strncmp(state, *c, strlen(*c)) == 0)
            return PG_ROW;
    for (const char *const *c = of_server; *c; c++)
        if (strncmp(state, *c, strlen(*c)) == 0)
            return PG_OTHER;
    return state[0] ? PG_DOUBT : PG_OTHER;
}
