#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where a server listens; port 0 takes any free one.
package enum ListenEndpoint: Sendable, Equatable {
    /// Every address, IPv6 and IPv4 on one socket; IPv4 alone where the kernel has no IPv6.
    case everywhere(port: Int)
    /// `127.0.0.1`, and `::1` where that is possible.
    case loopback(port: Int)
    case address(String, port: Int)

    /// Throws why nothing could listen there now.
    @MainActor
    package func check() throws(ListenError) {
        for listener in try Listener.open(self, accepted: { socket, _ in Descriptor.close(socket) }) {
            listener.close()
        }
    }
}

/// Why a server cannot listen.
package enum ListenError: Error, Equatable {
    case inUse(address: String, port: Int)
    case notPermitted(address: String, port: Int)
    case noSuchAddress(String)
    case failed(address: String, port: Int, reason: String)

    init(_ number: CInt, address: String, port: Int) {
        switch number {
        case EADDRINUSE: self = .inUse(address: address, port: port)
        case EACCES, EPERM: self = .notPermitted(address: address, port: port)
        case EADDRNOTAVAIL: self = .noSuchAddress(address)
        default: self = .failed(address: address, port: port, reason: String(cString: strerror(number)))
        }
    }

    /// What happened, in one sentence.
    package var message: String {
        switch self {
        case .inUse(_, let port): "Port \(port) is already in use."
        case .notPermitted(let address, let port): "Listening on \(address) port \(port) is not permitted."
        case .noSuchAddress(let address): "This machine has no address `\(address)`."
        case .failed(let address, let port, let reason):
            "Listening on \(address) port \(port) failed: \(reason)."
        }
    }
}
