/// Which handler a method and a path lead to.
///
/// A pattern is a path (`/healthz`); a segment `:name` takes any one segment, and a last segment `*name` all that is
/// left, which may be nothing. An exact path wins over a pattern, and an earlier pattern over a later one.
package struct RouteTable<Handler: Sendable>: Sendable {
    private struct Pattern {
        let segments: [Substring]
        var handlers: [String: Handler]
    }

    private var exact: [String: [String: Handler]] = [:]
    private var patterns: [Pattern] = []

    package init() {}

    /// Adds a route; each method of a pattern can be added once.
    package mutating func add(_ method: String, _ pattern: String, _ handler: Handler) {
        precondition(pattern.hasPrefix("/"), "The route '\(pattern)' does not start with a slash.")
        let segments = Self.segments(pattern)
        guard segments.contains(where: { $0.hasPrefix(":") || $0.hasPrefix("*") }) else {
            let previous = exact[pattern, default: [:]].updateValue(handler, forKey: method)
            precondition(previous == nil, "The route '\(method) \(pattern)' is added twice.")
            return
        }
        if let index = patterns.firstIndex(where: { $0.segments == segments }) {
            let previous = patterns[index].handlers.updateValue(handler, forKey: method)
            precondition(previous == nil, "The route '\(method) \(pattern)' is added twice.")
        } else {
            patterns.append(Pattern(segments: segments, handlers: [method: handler]))
        }
    }

    /// Finds the handler; HEAD is answered by GET's where it has none of its own.
    package func match(_ method: String, _ path: String) -> RouteMatch<Handler> {
        if let handlers = exact[path] { return Self.choose(method, handlers, [:]) }
        guard !patterns.isEmpty else { return .notFound }
        let segments = Self.segments(path)
        for pattern in patterns {
            if let parameters = Self.parameters(pattern.segments, segments) {
                return Self.choose(method, pattern.handlers, parameters)
            }
        }
        return .notFound
    }

    private static func segments(_ path: String) -> [Substring] {
        path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    }

    private static func choose(
        _ method: String, _ handlers: [String: Handler], _ parameters: [String: String]
    ) -> RouteMatch<Handler> {
        let handler = handlers[method] ?? (method == "HEAD" ? handlers["GET"] : nil)
        if let handler { return .found(handler, parameters: parameters) }
        var allowed = Set(handlers.keys)
        if allowed.contains("GET") { allowed.insert("HEAD") }
        return .methodNotAllowed(allow: allowed.sorted().joined(separator: ", "))
    }

    private static func parameters(_ pattern: [Substring], _ path: [Substring]) -> [String: String]? {
        var found: [String: String] = [:]
        for (index, segment) in pattern.enumerated() {
            if segment.hasPrefix("*") {
                found[String(segment.dropFirst())] = path.dropFirst(index).joined(separator: "/")
                return found
            }
            guard index < path.count else { return nil }
            if segment.hasPrefix(":") {
                guard !path[index].isEmpty else { return nil }
                found[String(segment.dropFirst())] = String(path[index])
            } else if segment != path[index] {
                return nil
            }
        }
        return pattern.count == path.count ? found : nil
    }
}

/// Where a method and a path lead.
package enum RouteMatch<Handler: Sendable>: Sendable {
    case found(Handler, parameters: [String: String])
    /// The path exists; `allow` is the value of the `Allow` header.
    case methodNotAllowed(allow: String)
    case notFound
}
