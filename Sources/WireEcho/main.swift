import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

// `wire-echo PORT [ADDRESS]`: Wire alone, to be measured beside the limit and judged by outside conformance suites.
// It listens on loopback unless an address is given, and prints the port when PORT is 0.

EventLoop.install()
let arguments = CommandLine.arguments
guard arguments.count == 2 || arguments.count == 3, let port = Int(arguments[1]), (0...65535).contains(port) else {
    fputs("usage: wire-echo PORT [ADDRESS]\n", stderr)
    exit(64)
}
let echo = EchoServer()
do {
    try echo.start(arguments.count == 3 ? .address(arguments[2], port: port) : .loopback(port: port))
} catch {
    fputs("\(error.message)\n", stderr)
    exit(1)
}
if port == 0 {
    print(echo.port)
    fflush(stdout)
}
let stops = [SIGINT, SIGTERM].map { LoopEvent.signal($0) { echo.stop() } }
EventLoop.shared.run()
withExtendedLifetime(stops) {}
