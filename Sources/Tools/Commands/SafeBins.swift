import Core

/// Programs that only turn their input into their output, as long as no argument names a file or another program.
///
/// Long options are not looked through: a command that has one is not harmless.
enum SafeBins {
    private struct Rule {
        /// Letters of options without a value, and of those with one.
        var switches: Set<Character>
        var valued: Set<Character>
        /// Arguments that are no options and no files: what to look for, what to do.
        var mostPlain: Int

        init(_ switches: String, valued: String = "", plain: Int = 0) {
            self.switches = Set(switches)
            self.valued = Set(valued)
            mostPlain = plain
        }
    }

    private static let rules: [String: Rule] = [
        "jq": Rule("acCejnrsSM", plain: 1),
        "grep": Rule("acEFGhHinoqsvwxz", valued: "ABCem", plain: 1),
        "cut": Rule("nsz", valued: "bcdf"),
        "sort": Rule("bcCdfghiMnrRsuVz", valued: "kt"),
        "uniq": Rule("cdDiuz", valued: "fsw"),
        "head": Rule("qvz0123456789", valued: "cn"),
        "tail": Rule("qvz0123456789", valued: "cn"),
        "tr": Rule("cCdst", plain: 2),
        "wc": Rule("clLmw"),
    ]

    /// Folders that only the system's owner writes to.
    private static let trusted: Set<String> = ["/bin", "/usr/bin"]

    /// `path` is the program's own, `arguments` what follows its name.
    static func isHarmless(_ path: String, _ arguments: [ShellLine.Word]) -> Bool {
        guard let slash = path.lastIndex(of: "/"), trusted.contains(String(path[..<slash])) else {
            return false
        }
        let name = String(path[path.index(after: slash)...])
        guard let rule = rules[name], !arguments.contains(where: \.isExpanded),
            let plain = plain(arguments.map(\.text), rule)
        else { return false }
        return name != "jq" || plain.allSatisfy(isPlainFilter)
    }

    /// The arguments that are no options; nil when there is one that is not known to be harmless.
    private static func plain(_ arguments: [String], _ rule: Rule) -> [String]? {
        var plain: [String] = []
        var hasPattern = false
        var isAfterOptions = false
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if isAfterOptions || argument == "-" || !argument.hasPrefix("-") {
                if argument != "-" { plain.append(argument) }
            } else if argument == "--" {
                isAfterOptions = true
            } else {
                var letters = argument.dropFirst()
                while let letter = letters.popFirst() {
                    if rule.switches.contains(letter) { continue }
                    guard rule.valued.contains(letter) else { return nil }
                    if letters.isEmpty, rest.popFirst() == nil { return nil }
                    if letter == "e" { hasPattern = true }
                    letters = ""
                }
            }
        }
        // With `-e` the first of grep's other arguments is a file.
        return plain.count <= (hasPattern ? 0 : rule.mostPlain) ? plain : nil
    }

    /// A filter can read the environment, and modules from files.
    private static func isPlainFilter(_ filter: String) -> Bool {
        let filter = filter.lowercased()
        return !["env", "import", "include"].contains { filter.contains($0) }
    }
}
