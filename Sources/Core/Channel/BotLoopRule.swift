/// How often another bot is answered before it is left alone for a while: `botLoopProtection`.
package struct BotLoopRule: Sendable, Hashable {
    package var isEnabled = true
    /// Messages of one bot in one chat within `window`.
    package var mostMessages = 20
    package var window = Duration.seconds(60)
    package var cooldown = Duration.seconds(60)

    package init() {}

    /// Each key is taken from the first section that has it.
    package init(_ sections: JSON?...) {
        func value(_ key: String) -> JSON? { sections.lazy.compactMap { $0?[key] }.first }
        func number(_ key: String) -> Int? { value(key)?.intValue.flatMap { $0 > 0 ? $0 : nil } }
        isEnabled = value("enabled")?.boolValue ?? isEnabled
        mostMessages = number("maxEventsPerWindow") ?? mostMessages
        window = number("windowSeconds").map { .seconds($0) } ?? window
        cooldown = number("cooldownSeconds").map { .seconds($0) } ?? cooldown
    }
}
