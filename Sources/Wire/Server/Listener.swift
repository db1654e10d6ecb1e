import CSystem

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One listening socket.
@MainActor
final class Listener {
    /// Connections that the kernel holds until we take them.
    private static let backlog: CInt = 1024
    /// Connections taken in one pass, so that those already open get their turn.
    private static let maxAcceptsAtOnce = 64
    /// How long no connection is taken when the process has no descriptor left.
    private static let pause: Duration = .seconds(1)

    let address: String
    let port: Int
    private let descriptor: CInt
    private let accepted: @MainActor (CInt, PeerAddress) -> Void
    private var event: LoopEvent?
    /// Given up for a moment to take and drop a connection when no other descriptor is left.
    private var reserve: CInt

    init(
        _ address: String, port: Int, isDualStack: Bool = false,
        accepted: @escaping @MainActor (CInt, PeerAddress) -> Void
    ) throws(ListenError) {
        guard let peer = PeerAddress(address) else { throw .noSuchAddress(address) }
        let socket = try Self.open(peer, address, port, isDualStack)
        self.address = address
        self.accepted = accepted
        descriptor = socket
        self.port = Self.boundPort(socket)
        reserve = Self.openReserve()
        watch()
    }

    /// All that are needed to listen there.
    static func open(
        _ endpoint: ListenEndpoint, accepted: @escaping @MainActor (CInt, PeerAddress) -> Void
    ) throws(ListenError) -> [Listener] {
        switch endpoint {
        case .address(let address, let port): return [try Listener(address, port: port, accepted: accepted)]
        case .loopback(let port):
            let first = try Listener("127.0.0.1", port: port, accepted: accepted)
            // A machine without IPv6, or another process on ::1, is no reason not to serve 127.0.0.1.
            let second = try? Listener("::1", port: first.port, accepted: accepted)
            return [first] + (second.map { [$0] } ?? [])
        case .everywhere(let port):
            do throws(ListenError) {
                return [try Listener("::", port: port, isDualStack: true, accepted: accepted)]
            } catch .noSuchAddress, .failed {
                return [try Listener("0.0.0.0", port: port, accepted: accepted)]
            }
        }
    }

    func close() {
        event?.cancel()
        event = nil
        Descriptor.close(descriptor)
        Descriptor.close(reserve)
    }

    private func watch() {
        event = LoopEvent.readable(descriptor) { [unowned self] in acceptAll() }
    }

    private func acceptAll() {
        for _ in 0..<Self.maxAcceptsAtOnce {
            var storage = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let socket = withUnsafeMutablePointer(to: &storage) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    csystem_accept(descriptor, $0, &length)
                }
            }
            if socket >= 0 {
                guard let peer = PeerAddress(storage) else {
                    Descriptor.close(socket)
                    continue
                }
                accepted(socket, peer)
            } else if errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM {
                return pauseAccepting()
            } else if errno != EINTR && errno != ECONNABORTED {
                return
            }
            guard event != nil else { return }
        }
    }

    /// Drops the connection that waits first, for its client should not hang, and takes no other for a second.
    private func pauseAccepting() {
        if reserve >= 0 {
            Descriptor.close(reserve)
            let socket = csystem_accept(descriptor, nil, nil)
            if socket >= 0 { Descriptor.close(socket) }
            reserve = Self.openReserve()
        }
        event = LoopEvent.after(Self.pause) { [unowned self] in
            if reserve < 0 { reserve = Self.openReserve() }
            watch()
        }
    }

    // MARK: Sockets

    private static func open(
        _ peer: PeerAddress, _ address: String, _ port: Int, _ isDualStack: Bool
    ) throws(ListenError) -> CInt {
        let isIPv4 = peer.isIPv4
        let socket = openSocket(isIPv4 ? AF_INET : AF_INET6)
        guard socket >= 0 else { throw ListenError(errno, address: address, port: port) }
        set(socket, SOL_SOCKET, SO_REUSEADDR, 1)
        if !isIPv4 { set(socket, CInt(IPPROTO_IPV6), IPV6_V6ONLY, isDualStack ? 0 : 1) }
        set(socket, CInt(IPPROTO_TCP), TCP_NODELAY, 1)  // accepted sockets inherit it on Linux
        keepAlive(socket)
        guard bind(socket, peer, port), listen(socket, backlog) == 0 else {
            let error = ListenError(errno, address: address, port: port)
            Descriptor.close(socket)
            throw error
        }
        return socket
    }

    private static func openSocket(_ family: CInt) -> CInt {
        #if canImport(Glibc)
            let socket = socket(family, CInt(SOCK_STREAM.rawValue), 0)
        #else
            let socket = socket(family, SOCK_STREAM, 0)
        #endif
        guard socket >= 0 else { return socket }
        _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
        _ = fcntl(socket, F_SETFL, O_NONBLOCK)
        return socket
    }

    /// The kernel finds out about peers that vanished from an idle stream; accepted sockets inherit this on Linux.
    private static func keepAlive(_ socket: CInt) {
        set(socket, SOL_SOCKET, SO_KEEPALIVE, 1)
        #if canImport(Glibc)
            set(socket, CInt(IPPROTO_TCP), TCP_KEEPIDLE, 60)
            set(socket, CInt(IPPROTO_TCP), TCP_KEEPINTVL, 15)
            set(socket, CInt(IPPROTO_TCP), TCP_KEEPCNT, 4)
        #endif
    }

    static func set(_ socket: CInt, _ level: CInt, _ option: CInt, _ value: CInt) {
        var value = value
        setsockopt(socket, level, option, &value, socklen_t(MemoryLayout<CInt>.size))
    }

    private static func bind(_ socket: CInt, _ peer: PeerAddress, _ port: Int) -> Bool {
        guard let port = UInt16(exactly: port) else {
            errno = EINVAL
            return false
        }
        if peer.isIPv4 {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(truncatingIfNeeded: peer.low).bigEndian
            return bind(socket, &address)
        }
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        withUnsafeMutableBytes(of: &address.sin6_addr) { bytes in
            bytes.storeBytes(of: peer.high.bigEndian, as: UInt64.self)
            bytes.storeBytes(of: peer.low.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
        return bind(socket, &address)
    }

    private static func bind<Address>(_ socket: CInt, _ address: inout Address) -> Bool {
        withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Descriptor.bind(socket, $0, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }

    private static func boundPort(_ socket: CInt) -> Int {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        _ = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &length) }
        }
        return PeerAddress(storage)?.port ?? 0
    }

    private static func openReserve() -> CInt { Descriptor.openForReading("/dev/null") }
}
