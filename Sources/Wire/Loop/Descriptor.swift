#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// System calls whose names our own methods also have.
enum Descriptor {
    /// Opens without waiting, closed on exec; -1 and `errno` on failure.
    static func openForReading(_ path: String) -> CInt { open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }

    /// Closes it, if it is one.
    static func close(_ descriptor: CInt) {
        guard descriptor >= 0 else { return }
        #if canImport(Glibc)
            _ = Glibc.close(descriptor)
        #else
            _ = Darwin.close(descriptor)
        #endif
    }

    static func bind(_ socket: CInt, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> Bool {
        #if canImport(Glibc)
            Glibc.bind(socket, address, length) == 0
        #else
            Darwin.bind(socket, address, length) == 0
        #endif
    }
}
