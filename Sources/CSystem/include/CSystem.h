#ifndef CSYSTEM_H
#define CSYSTEM_H
#include <stddef.h>
#include <stdint.h>
#ifdef __linux__
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/random.h>
#endif

#include "Spawn.h"

/* Gives freed memory back to the system (malloc.h is not in Swift's Glibc module). Returns 1 when some was given back. */
int csystem_malloc_trim(void);
#endif
