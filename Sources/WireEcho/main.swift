import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

// Wire alone, to be measured beside the limit and judged by outside conformance suites and servers.
//
// `wire-echo PORT [ADDRESS]` serves. It listens on loopback unless an address is given (`*` for every one), and prints the
// port when PORT is 0. `wire-echo connect URL …` opens a WebSocket, see `SocketDriver`; `post` and `save`: see `send`.

/// Straight to the descriptor: the C streams are shared mutable state.
func say(_ text: String, to descriptor: CInt) { _ = write(descriptor, text, text.utf8.count) }

func fail(_ text: String, code: CInt) -> Never {
    say(text + "\n", to: STDERR_FILENO)
    exit(code)
}

@MainActor
func serve(_ arguments: ArraySlice<String>) {
    guard let port = arguments.first.flatMap({ Int($0) }), (0...65535).contains(port), arguments.count <= 2
    else {
        fail("usage: wire-echo PORT [ADDRESS] | connect URL [NAME=VALUE …]", code: 64)
    }
    let echo = EchoServer()
    do {
        switch arguments.dropFirst().first {
        case nil: try echo.start(.loopback(port: port))
        case "*": try echo.start(.everywhere(port: port))
        case let address?: try echo.start(.address(address, port: port))
        }
    } catch {
        fail(error.message, code: 1)
    }
    if port == 0 { say("\(echo.port)\n", to: STDOUT_FILENO) }
    let stops = [SIGINT, SIGTERM].map { LoopEvent.signal($0) { echo.stop() } }
    EventLoop.shared.run()
    withExtendedLifetime(stops) {}
}

/// Proxies and certificates are those of the environment.
@MainActor
func client() -> WebClient {
    func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
    let names = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"]
    let environment = names.reduce(into: [String: String]()) { $0[$1] = variable($1) }
    return WebClient(
        userAgent: "wire-echo",
        trust: TrustedCertificates(file: variable("SSL_CERT_FILE"), folder: variable("SSL_CERT_DIR")),
        proxies: ProxyVariables(environment))
}

EventLoop.install()
let arguments = CommandLine.arguments.dropFirst()
switch arguments.first {
case "connect":
    guard let driver = SocketDriver(arguments.dropFirst()) else {
        fail("usage: wire-echo connect URL", code: 64)
    }
    Task {
        await driver.run(client())
        exit(0)
    }
    EventLoop.shared.run()
case "post", "save":
    Task {
        await send(arguments, by: client())
        exit(0)
    }
    EventLoop.shared.run()
default: serve(arguments)
}
