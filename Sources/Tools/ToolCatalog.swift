package import Core

/// Every tool we have: one line each.
@MainActor
package enum ToolCatalog {
    package static func tools(_ settings: ToolSettings) -> [any Tool] {
        [
            ReadFile(settings: settings),
            WriteFile(settings: settings),
            EditFile(settings: settings),
            RunCommand(settings: settings),
        ]
    }
}
