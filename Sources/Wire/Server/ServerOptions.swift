#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The limits of a server.
package struct ServerOptions: Sendable {
    /// Largest request body in bytes, where the handler does not say otherwise for a path.
    package var maxBodyBytes = 1 << 20
    /// Bytes of bodies held for all requests together, so that a 256 MB machine survives; beyond it a request gets 503.
    package var maxBufferedBodyBytes = 32 << 20
    /// Bytes of WebSocket messages that are not whole yet, for all together; beyond it the one that has been silent longest
    /// is given up with 1013.
    package var maxUnfinishedBytes = 64 << 20
    /// The same for those whom the handler does not know yet, who send little.
    package var maxUnfinishedBytesOfStrangers = 8 << 20
    /// Connections at once; nil means 10,000, or what the descriptor limit leaves.
    package var maxConnections: Int?
    /// Connections at once from one IPv4 address or one IPv6 /64.
    package var maxConnectionsPerAddress = 256
    /// Who has no limit of his own: loopback, and proxies that carry everybody's connections.
    package var exemptFromAddressLimit: @Sendable (PeerAddress) -> Bool = { $0.isLoopback }
    /// For a request's head to come in, from its first byte or from the connection's start.
    package var headerTimeout: Duration = .seconds(10)
    /// How long a connection may wait for its next request.
    package var idleTimeout: Duration = .seconds(65)
    /// How long a peer may leave what we send untouched.
    package var stallTimeout: Duration = .seconds(30)

    package init() {}
}

/// How many descriptors the process may have.
enum DescriptorLimit {
    /// As many as we ever ask for; a hard limit of a billion would be taken literally by some.
    private static let wanted: rlim_t = 65_536
    /// Kept for files, the database, the model's connections and child processes.
    private static let reserved = 64

    /// Raises the soft limit as far as allowed, and says how many connections fit.
    static func connections(atMost wish: Int) -> Int {
        var limit = rlimit()
        #if canImport(Glibc)
            let resource = __rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue))
        #else
            let resource = RLIMIT_NOFILE
        #endif
        guard getrlimit(resource, &limit) == 0 else { return wish }
        let target = min(limit.rlim_max, wanted)
        if limit.rlim_cur < target {
            limit.rlim_cur = target
            if setrlimit(resource, &limit) != 0 { _ = getrlimit(resource, &limit) }
        }
        let available = Int(min(limit.rlim_cur, rlim_t(1 << 30)))
        return max(1, min(wish, available - reserved))
    }
}
