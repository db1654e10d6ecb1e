#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

// `open` and `close` under names of their own: types here have methods that are called so.

func openFile(_ path: String, _ flags: Int32, _ mode: mode_t = 0) -> Int32 { open(path, flags, mode) }

func closeFile(_ descriptor: Int32) { _ = close(descriptor) }
