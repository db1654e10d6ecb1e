import Agent
import Core

extension ToolRules {
    /// Groups in lists of tools that nobody knows: nothing is taken away by them.
    static func groupWarnings(_ config: Config) -> [String] {
        config.raw.texts().filter { path, text in
            lists.contains(path.lastKey) && ToolPolicy.isUnknownGroup(text)
        }.map { path, group in
            "`\(path)` is `\(group)`, and there is no such group of tools: it stands for none. `*` is every tool, "
                + "`group:fs`, `group:runtime` and `group:messaging` are those of files, commands and messages."
        }
    }

    private static let lists: Set<String> = ["allow", "alsoAllow", "deny"]
}
