#include "CSystem.h"
#ifdef __GLIBC__
#include <malloc.h>
int csystem_malloc_trim(void) { return malloc_trim(0); }
#else
int csystem_malloc_trim(void) { return 0; }
#endif
