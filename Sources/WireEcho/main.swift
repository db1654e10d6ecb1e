import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

// `wire-echo PORT [ADDRESS]`: Wire alone, to be measured beside the limit and judged by outside conformance suites.
// It listens on loopback unless an address is given, and prints the port when PORT is 0.

/// Straight to the descriptor: the C streams are shared mutable state.
func say(_ text: String, to descriptor: CInt) { _ = write(descriptor, text, text.utf8.count) }

EventLoop.install()
let arguments = CommandLine.arguments
guard arguments.count == 2 || arguments.count == 3, let port = Int(arguments[1]), (0...65535).contains(port)
else {
    say("usage: wire-echo PORT [ADDRESS]\n", to: STDERR_FILENO)
    exit(64)
}
let echo = EchoServer()
do {
    try echo.start(arguments.count == 3 ? .address(arguments[2], port: port) : .loopback(port: port))
} catch {
    say("\(error.message)\n", to: STDERR_FILENO)
    exit(1)
}
if port == 0 { say("\(echo.port)\n", to: STDOUT_FILENO) }
let stops = [SIGINT, SIGTERM].map { LoopEvent.signal($0) { echo.stop() } }
EventLoop.shared.run()
withExtendedLifetime(stops) {}
