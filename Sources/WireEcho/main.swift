import Wire

EventLoop.install()
EventLoop.shared.run()
