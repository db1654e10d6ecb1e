/* Runs a program so many times: prints the best time in ms and the highest peak of its memory in MB.

     once COUNT PROGRAM [ARGUMENT]...                                                                                 */
#define _GNU_SOURCE
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

int main(int argc, char **argv) {
    if (argc < 3) return fprintf(stderr, "see the head of once.c\n"), 2;
    double best = 1e9;
    long peak = 0;
    posix_spawn_file_actions_t quiet;
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", 1, 0);
    posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", 1, 0);
    for (int left = atoi(argv[1]); left > 0; left--) {
        extern char **environ;
        pid_t child;
        int status;
        struct rusage used;
        double start = now();
        if (posix_spawn(&child, argv[2], &quiet, NULL, argv + 2, environ)) return perror(argv[2]), 1;
        if (wait4(child, &status, 0, &used) != child || status) return fprintf(stderr, "%s failed\n", argv[2]), 1;
        double took = now() - start;
        if (took < best) best = took;
        if (used.ru_maxrss > peak) peak = used.ru_maxrss;
    }
    printf("%.2f %.2f\n", best, peak / 1024.0);
    return 0;
}
