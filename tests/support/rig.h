/* rig.h - a temporary folder, a loop and waiting for a condition: what every test with real servers needs. */
#ifndef KENTONGAN_TESTS_SUPPORT_RIG_H
#define KENTONGAN_TESTS_SUPPORT_RIG_H

#include <stdbool.h>

struct loop;

/* A fresh folder under TMPDIR, short enough for a socket; remove it with rig_folder_remove(). */
char *rig_folder(void);
void rig_folder_remove(char *path);
/* The path of a file in it.  Valid until the fourth call after this one. */
const char *rig_path(const char *folder, const char *name);
/* Writes a file there. */
void rig_write(const char *folder, const char *name, const char *text);

#endif
