import Wire

@main
struct OpenClaw {
    static func main() {
        EventLoop.install()
        EventLoop.shared.run()
    }
}
