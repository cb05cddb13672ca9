/* version.c - see version.h.  The Makefile defines it for this file alone. */
#include "gateway/base/version.h"

#ifndef KENTONGAN_VERSION
#define KENTONGAN_VERSION "unknown"
#endif

const char version_text[] = KENTONGAN_VERSION;
