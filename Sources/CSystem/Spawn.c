#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "Spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#endif

/* Everything from here to `child` runs between fork and exec: only what is safe after a signal may be called. */

static void limit(int resource, long long value) {
    if (value <= 0) return;
    struct rlimit wanted = {(rlim_t)value, (rlim_t)value};
    struct rlimit now;
    if (getrlimit(resource, &now) == 0 && now.rlim_max != RLIM_INFINITY && wanted.rlim_max > now.rlim_max)
        wanted.rlim_cur = wanted.rlim_max = now.rlim_max;
    setrlimit(resource, &wanted);
}

static void limit_all(const struct csystem_order *order, long long processes) {
    limit(RLIMIT_CPU, order->cpu_seconds);
    limit(RLIMIT_FSIZE, order->file_bytes);
    limit(RLIMIT_NOFILE, order->open_files);
    limit(RLIMIT_NPROC, processes);
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
#ifdef __linux__
    /* Not RLIMIT_AS: runtimes reserve far more addresses than they use. */
    limit(RLIMIT_DATA, order->memory_bytes);
    /* When memory runs out all the same, the child goes and not the gateway. */
    int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (file >= 0) {
        ssize_t ignored = write(file, "500", 3);
        (void)ignored;
        close(file);
    }
#else
    limit(RLIMIT_AS, order->memory_bytes);
#endif
}

static void close_rest(int report) {
#if defined(__linux__) && defined(SYS_close_range)
    /* 3 and up, except `report`, which closes itself on exec. */
    if (syscall(SYS_close_range, 3u, (unsigned)report - 1, 0u) == 0 || report == 3)
        if (syscall(SYS_close_range, (unsigned)report + 1, ~0u, 0u) == 0) return;
#endif
    long most = sysconf(_SC_OPEN_MAX);
    if (most < 0 || most > 65536) most = 65536;
    for (int descriptor = 3; descriptor < most; descriptor++)
        if (descriptor != report) close(descriptor);
}

static void child(const struct csystem_order *order, long long processes, int report) {
    setsid();
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, 0);
    int nothing = open("/dev/null", O_RDONLY);
    int failed = nothing < 0 || dup2(nothing, 0) < 0 || dup2(order->output, 1) < 0 || dup2(order->output, 2) < 0;
    if (!failed) {
        close_rest(report);
        limit_all(order, processes);
        failed = chdir(order->directory) != 0;
    }
    if (!failed) execve(order->path, order->arguments, order->environment);
    int error = errno;
    ssize_t ignored = write(report, &error, sizeof error);
    (void)ignored;
    _exit(127);
}

static int make_report(int report[2]) {
#ifdef __linux__
    return pipe2(report, O_CLOEXEC);
#else
    if (pipe(report) != 0) return -1;
    fcntl(report[0], F_SETFD, FD_CLOEXEC);
    fcntl(report[1], F_SETFD, FD_CLOEXEC);
    return 0;
#endif
}

int csystem_spawn(const struct csystem_order *order, pid_t *pid) {
    int report[2];
    if (make_report(report) != 0) return errno;
    long long processes = order->processes;
#ifdef __linux__
    struct sysinfo info;
    if (processes > 0 && sysinfo(&info) == 0) processes += info.procs;
#endif
    /* No handler of ours may run in the child before it has reset them. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t made = fork();
    int error = errno;
    if (made == 0) child(order, processes, report[1]);
    pthread_sigmask(SIG_SETMASK, &before, 0);
    close(report[1]);
    if (made < 0) {
        close(report[0]);
        return error;
    }
    ssize_t count;
    do count = read(report[0], &error, sizeof error);
    while (count < 0 && errno == EINTR);
    close(report[0]);
    if (count > 0) {
        while (waitpid(made, 0, 0) < 0 && errno == EINTR) {
        }
        return error;
    }
    *pid = made;
    return 0;
}

int csystem_adopt_orphans(void) {
#ifdef __linux__
    return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0 ? 0 : errno;
#else
    return ENOSYS;
#endif
}

long long csystem_physical_memory(void) {
    long pages = sysconf(_SC_PHYS_PAGES);
    long size = sysconf(_SC_PAGESIZE);
    return pages > 0 && size > 0 ? (long long)pages * size : 0;
}
