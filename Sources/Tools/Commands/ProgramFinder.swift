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
        guard let first = words.first, let name = name(first), let path = path(of: name),
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
            let slash = path.lastIndex(of: "/"),
            let folder = RealPath.of(slash == path.startIndex ? "/" : String(path[..<slash]))
        else { return nil }
        return folder == "/" ? String(path[slash...]) : folder + path[slash...]
    }

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

    /// Programs that start what their arguments or a script say: which one is not known, so they count as unknown.
    private static let starters: Set<String> = [
        "sh", "bash", "dash", "zsh", "ksh", "mksh", "ash", "fish", "csh", "tcsh", "busybox", "toybox", "env",
        "xargs", "parallel", "nohup", "nice", "ionice", "timeout", "setsid", "stdbuf", "sudo", "doas", "su",
        "runuser", "setpriv", "unshare", "nsenter", "chroot", "chrt", "taskset", "prlimit", "flock", "script",
        "strace", "ltrace", "gdb", "watch", "entr", "expect", "ssh", "at", "batch", "systemd-run", "time",
        "ld.so",
    ]

    private static let startingOptions: Set<String> = [
        "-exec", "-execdir", "-ok", "-okdir", "-delete", "-fprint", "-fprint0", "-fprintf", "-fls",
    ]

    private static func startsOthers(
        _ path: String, _ real: String, _ arguments: ArraySlice<ShellLine.Word>
    ) -> Bool {
        for path in [path, real] {
            let name = path.split(separator: "/").last?.lowercased() ?? ""
            if starters.contains(name) || name.hasPrefix("ld-linux") { return true }
            if name == "find",
                arguments.contains(where: { $0.isExpanded || startingOptions.contains($0.text) })
            {
                return true
            }
        }
        return false
    }
}
