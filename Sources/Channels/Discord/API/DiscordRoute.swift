import Core

/// One request's method and path, and what its rate limit depends on.
struct DiscordRoute: Sendable {
    var method: String
    /// Below the API's root, with query.
    var path: String
    /// The path without what differs from request to request.
    var template: String
    /// The channel, guild or webhook that has a limit of its own.
    var major: String
    /// False where the path holds a token: such requests need none, and count for no global limit.
    var needsToken = true
    /// Whether what it makes has no mark by which Discord would know it again.
    var isSentOnce = false

    init(_ method: String, _ path: String, template: String, major: String = "") {
        self.method = method
        self.path = path
        self.template = template
        self.major = major
    }

    static func get(_ path: String, template: String, major: String = "") -> DiscordRoute {
        DiscordRoute("GET", path, template: template, major: major)
    }

    static func channel(_ method: String, _ id: Snowflake, _ rest: String = "", template: String? = nil)
        -> DiscordRoute
    {
        DiscordRoute(
            method, "/channels/\(id)\(rest)", template: "/channels/*" + (template ?? rest),
            major: id.description)
    }

    /// Where threads are begun.
    static func threads(of channel: Snowflake) -> DiscordRoute {
        var route = DiscordRoute.channel("POST", channel, "/threads")
        route.isSentOnce = true
        return route
    }

    static func guild(_ method: String, _ id: Snowflake, _ rest: String = "", template: String? = nil)
        -> DiscordRoute
    {
        DiscordRoute(
            method, "/guilds/\(id)\(rest)", template: "/guilds/*" + (template ?? rest), major: id.description)
    }

    /// An interaction's own address; it knows no other token than its own.
    static func interaction(_ id: Snowflake, _ token: String) -> DiscordRoute {
        var route = DiscordRoute(
            "POST", "/interactions/\(id)/\(token)/callback", template: "/interactions/*/*/callback",
            major: token)
        route.needsToken = false
        return route
    }

    /// Answers of an interaction; `message` is an id or `@original`.
    static func webhook(_ method: String, _ application: Snowflake, _ token: String, message: String? = nil)
        -> DiscordRoute
    {
        let rest = message.map { "/messages/\($0)" } ?? ""
        var route = DiscordRoute(
            method, "/webhooks/\(application)/\(token)\(rest)",
            template: "/webhooks/*/*" + (message == nil ? "" : "/messages/*"), major: token)
        route.needsToken = false
        route.isSentOnce = method == "POST"
        return route
    }

    var key: String { "\(method) \(template)" }
}
