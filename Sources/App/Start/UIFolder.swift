import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where the page's files are: beside the program, in the system's folder for such things, or in the checkout.
enum UIFolder {
    /// How far above the program a checkout's `dist/ui` is looked for: `.build/<platform>/debug/openclaw`.
    private static let mostLevelsUp = 4

    static func find(_ environment: Environment) -> String? {
        candidates(environment).first { access("\($0)/index.html", R_OK) == 0 }
    }

    private static func candidates(_ environment: Environment) -> [String] {
        var folder = programFolder
        var found = ["\(folder)/ui", "\(folder)/../share/openclaw/ui"]
        for _ in 0..<mostLevelsUp {
            found.append("\(folder)/dist/ui")
            folder += "/.."
        }
        return [environment["OPENCLAW_UI_DIR"]].compactMap { $0 } + found
    }

    private static var programFolder: String {
        let path = RealPath.of("/proc/self/exe") ?? RealPath.of(CommandLine.arguments[0])
        return path.flatMap { path in path.lastIndex(of: "/").map { String(path[..<$0]) } } ?? "."
    }
}
