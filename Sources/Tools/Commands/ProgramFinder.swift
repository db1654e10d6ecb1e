import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Finds out which programs a command line starts, as the shell will find them.
@MainActor
struct ProgramFinder {
    let directory: String
    let environment: [String: String]

    /// Nil when it cannot be told with certainty.
    func programs(of line: String) -> [CommandProgram]? {
        guard let commands = ShellLine(line)?.commands else { return nil }
        var programs: [CommandProgram] = []
        for command in commands {
            guard let program = program(command) else { return nil }
            programs.append(program)
        }
        return programs
    }

    private func program(_ words: [ShellLine.Word]) -> CommandProgram? {
        guard let first = words.first, let name = name(first), !Self.namesVariable(name, words.dropFirst()),
            let path = path(of: name),
            let real = RealPath.of(path), !Self.startsOthers(path, real, words.dropFirst())
        else { return nil }
        return CommandProgram(
            name: name, path: path, realPath: real,
            isHarmless: SafeBins.isHarmless(real, Array(words.dropFirst())))
    }

    /// The word that names the program; nil for an assignment, a pattern, and what the shell does itself.
    private func name(_ word: ShellLine.Word) -> String? {
        var name = word.text
        if word.isExpanded {
            guard name.hasPrefix("~/"), !name.contains(where: { "*?[{}".contains($0) }),
                let home = environment["HOME"]
            else { return nil }
            name = home + name.dropFirst()
        }
        guard !name.isEmpty, !name.contains("="), !Self.ofTheShell.contains(name) else { return nil }
        return name
    }

    // MARK: Where it is

    private func path(of name: String) -> String? {
        if name.contains("/") { return executable(name.hasPrefix("/") ? name : "\(directory)/\(name)") }
        for folder in (environment["PATH"] ?? "").split(separator: ":", omittingEmptySubsequences: false) {
            let folder = folder.hasPrefix("/") ? String(folder) : "\(directory)/\(folder)"
            if let found = executable("\(folder)/\(name)") { return found }
        }
        return nil
    }

    /// The folder is resolved, so that `..` leads where the system lets it lead.
    private func executable(_ path: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, access(path, X_OK) == 0,
            !RealPath.leads(path, over: Self.ownToEachProcess),
            let slash = path.lastIndex(of: "/"),
            let folder = RealPath.of(slash == path.startIndex ? "/" : String(path[..<slash]))
        else { return nil }
        return folder == "/" ? String(path[slash...]) : folder + path[slash...]
    }

    /// What leads through here is another place for the command than it is for this process.
    private static let ownToEachProcess = "/proc/self"

    // MARK: What is not one program

    /// Words that a shell takes for itself, whatever program has the same name.
    ///
    /// Not in it: `echo`, `printf`, `test`, `[`, `true`, `false`, `pwd`, which do what the programs do.
    private static let ofTheShell: Set<String> = [
        ".", ":", "!", "[[", "alias", "bg", "bind", "break", "builtin", "caller", "case", "cd", "command",
        "compgen", "complete", "continue", "coproc", "declare", "dirs", "disown", "do", "done", "elif",
        "else", "enable", "esac", "eval", "exec", "exit", "export", "fc", "fg", "fi", "for", "function",
        "getopts", "hash", "help", "history", "if", "in", "jobs", "let", "local", "logout", "mapfile", "popd",
        "pushd", "read", "readarray", "readonly", "return", "select", "set", "shift", "shopt", "source",
        "suspend", "then", "time", "times", "trap", "type", "typeset", "ulimit", "umask", "unalias", "unset",
        "until", "wait", "while",
    ]

    /// `printf -v` and `test -v` are the shell's own and name a variable; some shells run a command in its index.
    private static func namesVariable(_ name: String, _ arguments: ArraySlice<ShellLine.Word>) -> Bool {
        ["printf", "test"].contains(name) && arguments.contains { $0.isExpanded || $0.text.hasPrefix("-v") }
    }

    /// Programs that start what their arguments or a script say: which one is not known, so they count as unknown.
    private static let starters: Set<String> = [
        "sh", "bash", "rbash", "dash", "zsh", "ksh", "ksh93", "rksh", "mksh", "lksh", "yash", "posh", "ash",
        "fish", "csh", "tcsh", "elvish", "nu", "osh", "xonsh", "pwsh", "busybox", "toybox", "execlineb",
        "sudo", "doas", "su", "sudoedit", "runuser", "setpriv", "pkexec", "gosu", "su-exec", "sg", "newgrp",
        "newrole", "runcon", "capsh", "chpst", "setuidgid", "envuidgid", "s6-setuidgid", "s6-applyuidgid",
        "sshpass",
        "env", "nohup", "nice", "ionice", "timeout", "timelimit", "setsid", "stdbuf", "unbuffer", "chrt",
        "taskset", "uclampset", "coresched", "choom", "prlimit", "softlimit", "cpulimit", "numactl",
        "cgexec", "systemd-run", "systemd-inhibit", "systemd-cat", "systemd-socket-activate", "caffeinate",
        "chroot", "fakechroot", "schroot", "dchroot", "unshare", "nsenter", "systemd-nspawn", "machinectl",
        "bwrap", "firejail", "proot", "fakeroot", "fakeroot-sysv", "fakeroot-tcp", "pseudo", "sandbox-exec",
        "lxc-execute",
        "arch", "setarch", "linux32", "linux64", "uname26", "i386", "i486", "i586", "i686", "x86_64",
        "enosys", "box64", "wine", "faketime", "eatmydata", "torsocks", "torify", "tsocks", "proxychains",
        "proxychains3", "proxychains4", "trickle",
        "strace", "ltrace", "gdb", "lldb", "rr", "valgrind", "perf", "heaptrack", "uftrace", "bpftrace",
        "catchsegv", "dtruss", "time", "hyperfine", "xcrun",
        "xargs", "parallel", "watch", "watchexec", "entr", "flock", "setlock", "at", "batch", "crontab",
        "run-parts", "chronic", "ifne", "mispipe", "pee", "pipesz",
        "script", "scriptlive", "expect", "screen", "tmux", "dtach", "abduco", "rlwrap", "logsave", "xterm",
        "xvfb-run", "startx", "xinit", "dbus-run-session", "dbus-launch", "ssh-agent", "gpg-agent",
        "keychain",
        "start-stop-daemon", "daemonize", "daemon", "runsv", "runsvdir", "tini", "dumb-init", "catatonit",
        "launchctl",
        "ssh", "autossh", "mosh", "dbclient",
        "ld.so", "ld64.so",
    ]

    private static let startingOptions: Set<String> = [
        "-exec", "-execdir", "-ok", "-okdir", "-delete", "-fprint", "-fprint0", "-fprintf", "-fls",
    ]

    private static func startsOthers(
        _ path: String, _ real: String, _ arguments: ArraySlice<ShellLine.Word>
    ) -> Bool {
        for path in [path, real] {
            let name = path.split(separator: "/").last?.lowercased() ?? ""
            if starters.contains(name) || name.hasPrefix("ld-") { return true }
            if name == "find",
                arguments.contains(where: { $0.isExpanded || startingOptions.contains($0.text) })
            {
                return true
            }
        }
        return false
    }
}
