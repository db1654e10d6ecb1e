#ifndef CSYSTEM_SPAWN_H
#define CSYSTEM_SPAWN_H
#include <sys/types.h>

/* A program to start. Zero in a limit means none. */
struct csystem_order {
    const char *path;
    char *const *arguments;
    char *const *environment;
    const char *directory;
    int output;               /* becomes its standard output and standard error */
    long long memory_bytes;   /* of data a process */
    long long processes;      /* beyond those that are there */
    long long cpu_seconds;    /* a process */
    long long file_bytes;     /* of one file it writes */
    long long open_files;
};

/* Starts it in a session of its own, with nothing open but /dev/null and `output`. Returns 0, or errno of what failed. */
int csystem_spawn(const struct csystem_order *order, pid_t *pid);

/* From now on, processes whose parent has ended become children of this one. Returns 0, or errno; ENOSYS beyond Linux. */
int csystem_adopt_orphans(void);

/* Bytes of physical memory, or 0 when the system does not say. */
long long csystem_physical_memory(void);
#endif
