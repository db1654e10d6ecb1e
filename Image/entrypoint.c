/* The first program of the container image. As root it hands over what root owns on the volume and becomes an ordinary
 * user. As the first process it also passes signals on and buries the processes that others leave behind.
 *
 *   openclaw-entrypoint COMMAND …   runs any command so
 *   openclaw …, node …              links to this program: they run the gateway's own program with the same words
 *
 * So it makes no difference whether a platform keeps the image's entrypoint, and a command that root types over SSH leaves
 * no file that the gateway cannot read. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The user of the original's image has this number, home and place for its state: volumes go on as they are. */
enum { USER_ID = 1000, GROUP_ID = 1000 };
static const char USER_NAME[] = "openclaw";
static const char HOME[] = "/home/node";
static const char PROGRAM[] = "/usr/local/lib/openclaw/openclaw";

/* Folders within folders that are handed over. Each open one takes a descriptor; what is deeper stays as it is. */
enum { DEEPEST = 64 };

/* What a shell says when a command cannot be run, or is not there. */
enum { FAILED = 1, NO_COMMAND = 64, CANNOT_RUN = 126, NOT_FOUND = 127 };

/* ---- The volume ---- */

static void hand_over_folder(int folder, const char *path, dev_t device, int depth);

static void tell(const char *path) {
    fprintf(stderr, "[entrypoint] %s cannot be handed to the user %s: %s. The gateway starts all the same.\n", path,
            USER_NAME, strerror(errno));
}

/* A file with several names may be one that root needs elsewhere. */
static int is_to_hand_over(const struct stat *status) {
    return status->st_uid == 0 &&
           (S_ISDIR(status->st_mode) || S_ISLNK(status->st_mode) || (S_ISREG(status->st_mode) && status->st_nlink == 1));
}

/* 0, or -1 when the file system allows no change at all. */
static int hand_over_entry(int folder, const char *name, const char *path, dev_t device, int depth) {
    struct stat status;
    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0 || status.st_dev != device) return 0;
    if (is_to_hand_over(&status) && fchownat(folder, name, USER_ID, GROUP_ID, AT_SYMLINK_NOFOLLOW) != 0) {
        tell(path);
        return -1;
    }
    if (!S_ISDIR(status.st_mode) || depth == DEEPEST) return 0;
    int inner = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (inner >= 0) hand_over_folder(inner, path, device, depth + 1);
    return 0;
}

/* Takes over the descriptor `folder`. `path` is the volume, for messages. */
static void hand_over_folder(int folder, const char *path, dev_t device, int depth) {
    DIR *entries = fdopendir(folder);
    if (entries == NULL) {
        close(folder);
        return;
    }
    struct dirent *entry;
    while ((entry = readdir(entries)) != NULL) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) continue;
        /* The file system's own. */
        if (depth == 0 && strcmp(name, "lost+found") == 0) continue;
        if (hand_over_entry(folder, name, path, device, depth) != 0) break;
    }
    closedir(entries);
}

/* A path that begins at the root, one folder after another and over no link: what the user may have laid on the way leads
 * nowhere. What is not there is made for the user if `makes` is set. A descriptor, or -1. */
static int open_folder(const char *path, int makes) {
    char part[4096];
    if (path[0] != '/' || strlen(path) >= sizeof part) return -1;
    strcpy(part, path);
    int folder = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (char *name = strtok(part, "/"); name != NULL && folder >= 0; name = strtok(NULL, "/")) {
        int is_made = makes && mkdirat(folder, name, 0755) == 0;
        int reason = errno;
        int inner = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (is_made && inner >= 0 && fchown(inner, USER_ID, GROUP_ID) != 0) tell(path);
        if (inner < 0 && errno == ENOENT) errno = makes ? reason : 0;
        if (inner < 0 && errno != 0) tell(path);
        close(folder);
        folder = inner;
    }
    return folder;
}

/* Only what is mounted: the image's own folders belong to whom they should. Takes over the descriptor `folder`. */
static void hand_over_mount(int folder, const char *path) {
    struct stat root, status;
    if (stat("/", &root) != 0 || fstat(folder, &status) != 0 || status.st_dev == root.st_dev) {
        close(folder);
        return;
    }
    if (status.st_uid == 0 && fchown(folder, USER_ID, GROUP_ID) != 0) {
        tell(path);
        close(folder);
        return;
    }
    hand_over_folder(folder, path, status.st_dev, 0);
}

/* Compose files of the original mount the workspace by itself. What else is mounted inside stays as it is: it may be a
 * folder of the machine outside. */
static void hand_over_state_at(const char *path, int makes) {
    int folder = open_folder(path, makes);
    if (folder < 0) return;
    int workspace = openat(folder, "workspace", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat outer, inner;
    int is_mounted = workspace >= 0 && fstat(folder, &outer) == 0 && fstat(workspace, &inner) == 0 &&
                     inner.st_dev != outer.st_dev;
    hand_over_mount(folder, path);
    if (is_mounted)
        hand_over_mount(workspace, path);
    else if (workspace >= 0)
        close(workspace);
}

/* A link may lead from one to the other, as derived images lay it. */
static int is_same(const char *path, const char *other) {
    struct stat one, two;
    return stat(path, &one) == 0 && stat(other, &two) == 0 && one.st_dev == two.st_dev && one.st_ino == two.st_ino;
}

static void hand_over_state(void) {
    static const char VOLUME[] = "/data", USUAL[] = "/home/node/.openclaw";
    const char *state = getenv("OPENCLAW_STATE_DIR");
    if (state == NULL) state = "";
    hand_over_state_at(VOLUME, 0);
    if (state[0] != '\0' && !is_same(state, VOLUME)) hand_over_state_at(state, 1);
    if (!is_same(USUAL, VOLUME) && strcmp(USUAL, state) != 0) hand_over_state_at(USUAL, 0);
}

/* ---- The user ---- */

static void become_user(void) {
    if (setgroups(0, NULL) != 0 || setgid(GROUP_ID) != 0 || setuid(USER_ID) != 0) {
        fprintf(stderr,
                "[entrypoint] root cannot become the user %s: %s. Allow the container SETUID and SETGID, or start it as "
                "the user %d.\n",
                USER_NAME, strerror(errno), USER_ID);
        exit(FAILED);
    }
    const char *home = getenv("HOME");
    if (home == NULL || strcmp(home, "/") == 0 || strcmp(home, "/root") == 0) setenv("HOME", HOME, 1);
    setenv("USER", USER_NAME, 1);
    setenv("LOGNAME", USER_NAME, 1);
    /* Root's own folder is closed to others. */
    if (access(".", X_OK) != 0 && chdir(HOME) != 0 && chdir("/") != 0) perror("[entrypoint] chdir");
}

static void drop_privileges(void) {
    if (geteuid() == 0) {
        hand_over_state();
        become_user();
    }
}

/* ---- The command ---- */

/* `file` is looked for on PATH unless it has a slash. Never comes back. */
static void run(const char *file, char **words) {
    execvp(file, words);
    int reason = errno;
    fprintf(stderr, "[entrypoint] %s cannot be run: %s.\n", file, strerror(reason));
    exit(reason == ENOENT ? NOT_FOUND : CANNOT_RUN);
}

/* ---- The first process ---- */

static sigset_t passed_on(void) {
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS, SIGTTIN, SIGTTOU};
    sigset_t set;
    sigfillset(&set);
    for (size_t index = 0; index < sizeof faults / sizeof *faults; index++) sigdelset(&set, faults[index]);
    return set;
}

/* A group of its own, in the foreground of a terminal: Ctrl-C then reaches the child once. */
static void take_foreground(void) {
    setpgid(0, 0);
    if (isatty(STDIN_FILENO)) {
        signal(SIGTTOU, SIG_IGN);
        tcsetpgrp(STDIN_FILENO, getpgrp());
        signal(SIGTTOU, SIG_DFL);
    }
}

/* Buries all that have ended. The exit code once `child` is among them, else -1. */
static int bury(pid_t child) {
    int code = -1, status;
    pid_t ended;
    while ((ended = waitpid(-1, &status, WNOHANG)) > 0)
        if (ended == child) code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return code;
}

/* Comes back in the child, which is to run the command. */
static void watch_over_child(void) {
    sigset_t signals = passed_on(), before;
    sigprocmask(SIG_BLOCK, &signals, &before);
    signal(SIGTTIN, SIG_IGN);
    signal(SIGTTOU, SIG_IGN);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    pid_t child = fork();
    if (child < 0) {
        perror("[entrypoint] fork");
        exit(FAILED);
    }
    if (child == 0) {
        signal(SIGTTIN, SIG_DFL);
        signal(SIGTTOU, SIG_DFL);
        take_foreground();
        sigprocmask(SIG_SETMASK, &before, NULL);
        return;
    }
    for (;;) {
        int number = sigwaitinfo(&signals, NULL);
        if (number > 0 && number != SIGCHLD) kill(child, number);
        int code = bury(child);
        if (code >= 0) exit(code);
    }
}

int main(int count, char **words) {
    const char *slash = count > 0 ? strrchr(words[0], '/') : NULL;
    const char *name = count == 0 ? "" : slash == NULL ? words[0] : slash + 1;
    int is_link = strcmp(name, "openclaw") == 0 || strcmp(name, "node") == 0;
    if (!is_link && count < 2) {
        fprintf(stderr, "Usage: openclaw-entrypoint COMMAND …\n");
        return NO_COMMAND;
    }
    if (!is_link || getpid() == 1) watch_over_child();
    drop_privileges();
    if (is_link) run(PROGRAM, words);
    run(words[1], words + 1);
}
