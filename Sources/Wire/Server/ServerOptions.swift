#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The limits of a server.
package struct ServerOptions: Sendable {
    /// Largest request body in bytes.
    package var maxBodyBytes = 1 << 20
    /// Bytes of requests with a body held for all together, so that a 256 MB machine survives; beyond it those that are stuck,
    /// then the largest, get 503.
    package var maxBufferedBodyBytes = 32 << 20
    /// The same for heads that are not whole yet, and for what comes before an answer has been read.
    package var maxBufferedHeadBytes = 8 << 20
    /// Bytes of WebSocket messages that are not whole yet, for all together; beyond it those that are stuck, then the
    /// largest, are given up with 1013.
    package var maxUnfinishedBytes = 64 << 20
    /// The same for those whom the handler does not know yet, who send little.
    package var maxUnfinishedBytesOfStrangers = 8 << 20
    /// Connections at once; nil means 10,000, or what the descriptor limit leaves.
    package var maxConnections: Int?
    /// Connections at once of one IPv4 address or one IPv6 /64, its own and those that proxies bring for it.
    package var maxConnectionsPerAddress = 256
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
