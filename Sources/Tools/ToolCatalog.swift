package import Core

/// Every tool we have: one line each.
@MainActor
package enum ToolCatalog {
    /// `gate` is asked before a command runs.
    package static func tools(_ settings: ToolSettings, gate: CommandGate) -> [any Tool] {
        [
            ReadFile(settings: settings),
            WriteFile(settings: settings),
            EditFile(settings: settings),
            RunCommand(settings: settings, gate: gate),
        ]
    }
}
