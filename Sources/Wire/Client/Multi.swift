import CCurl

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Somebody whose easy handle curl works on.
@MainActor
protocol MultiMember: AnyObject {
    /// curl has done what the handle was added for.
    func ended(_ code: CURLcode)
}

/// curl's multi handle, driven by the loop: every socket curl names is watched, and its one timer is kept.
@MainActor
final class Multi {
    /// Idle connections kept for the next request.
    ///
    /// More cost about 60 kB each with TLS.
    private static let maxIdleConnections = 8

    private struct Watch {
        var read: LoopEvent?
        var write: LoopEvent?
    }

    private let handle: UnsafeMutableRawPointer
    private var members: [UnsafeMutableRawPointer: any MultiMember] = [:]
    private var watches: [curl_socket_t: Watch] = [:]
    private var timer: LoopEvent?

    /// Makes libcurl ready the first time (a shared one is opened, which takes about 12 ms), and ignores SIGPIPE.
    init() throws(WebError) {
        guard ccurl_load() == 0, let handle = ccurl_multi_init() else {
            throw .unavailable(
                "libcurl could not be opened, so no request can be sent. Install the package `libcurl4` "
                    + "(Debian and Ubuntu: `apt install libcurl4`).")
        }
        self.handle = handle
        signal(SIGPIPE, SIG_IGN)  // TLS writes without MSG_NOSIGNAL
        _ = ccurl_multi_set_long(handle, CURLMOPT_MAXCONNECTS, Self.maxIdleConnections)
        _ = ccurl_multi_set_callbacks(
            handle, curlWantsSocket, curlWantsTimer, Unmanaged.passUnretained(self).toOpaque())
    }

    func add(_ easy: EasyHandle, _ member: any MultiMember) throws(WebError) {
        members[easy.pointer] = member
        guard ccurl_multi_add_handle(handle, easy.pointer) == 0 else {
            members[easy.pointer] = nil
            throw .unavailable("libcurl would not take the request.")
        }
    }

    func remove(_ easy: EasyHandle) {
        _ = ccurl_multi_remove_handle(handle, easy.pointer)
        members[easy.pointer] = nil
    }

    /// Lets curl work, then hears which handles it is done with.
    private func act(_ socket: curl_socket_t, _ events: CInt) {
        _ = ccurl_multi_socket_action(handle, socket, events)
        var easy: UnsafeMutableRawPointer?
        var code: CInt = 0
        while ccurl_multi_next_done(handle, &easy, &code) == 1 {
            if let easy { members[easy]?.ended(CURLcode(rawValue: CURLcode.RawValue(max(code, 0)))) }
        }
    }

    fileprivate func watch(_ socket: curl_socket_t, for what: CInt) {
        guard what != CURL_POLL_REMOVE else {
            watches[socket] = nil
            return
        }
        var watch = watches[socket] ?? Watch()
        let reads = what & CURL_POLL_IN != 0
        let writes = what & CURL_POLL_OUT != 0
        if reads != (watch.read != nil) {
            watch.read =
                reads ? .readable(socket) { [weak self] in self?.act(socket, CURL_CSELECT_IN) } : nil
        }
        if writes != (watch.write != nil) {
            watch.write =
                writes ? .writable(socket) { [weak self] in self?.act(socket, CURL_CSELECT_OUT) } : nil
        }
        watches[socket] = watch
    }

    /// Only arms: curl must not be called from its own timer callback.
    fileprivate func setTimer(milliseconds: Int) {
        timer =
            milliseconds < 0
            ? nil : .after(.milliseconds(milliseconds)) { [weak self] in self?.act(CURL_SOCKET_BAD, 0) }
    }

    isolated deinit {
        _ = ccurl_multi_set_callbacks(handle, nil, nil, nil)
        ccurl_multi_cleanup(handle)
    }
}

/// Outside the main actor, so that curl may call them; they are only ever called on the loop's thread.
private nonisolated func curlWantsSocket(
    _ easy: UnsafeMutableRawPointer?, _ socket: curl_socket_t, _ what: CInt,
    _ context: UnsafeMutableRawPointer?,
    _ socketContext: UnsafeMutableRawPointer?
) -> CInt {
    guard let context else { return 0 }
    let multi = Unmanaged<Multi>.fromOpaque(context).takeUnretainedValue()
    MainActor.assumeIsolated { multi.watch(socket, for: what) }
    return 0
}

private nonisolated func curlWantsTimer(
    _ handle: UnsafeMutableRawPointer?, _ milliseconds: Int, _ context: UnsafeMutableRawPointer?
) -> CInt {
    guard let context else { return 0 }
    let multi = Unmanaged<Multi>.fromOpaque(context).takeUnretainedValue()
    MainActor.assumeIsolated { multi.setTimer(milliseconds: milliseconds) }
    return 0
}
