/* people.h - what the operator asks and orders about people (`kentongan people`), carried out in the
 * gateway. */
#ifndef KENTONGAN_DESK_PEOPLE_H
#define KENTONGAN_DESK_PEOPLE_H

#include "gateway/desk/desk.h"

/* words: "export", "approve NOMOR", "retire NUMBER", "put msisdn,role,name,place,language,active,leader". */
desk_fn people_desk;

#endif
