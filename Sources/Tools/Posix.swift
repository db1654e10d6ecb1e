#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

// The system's calls under names that our own methods do not hide.

func posixRead(_ descriptor: CInt, _ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int {
    read(descriptor, buffer, count)
}

func posixWrite(_ descriptor: CInt, _ buffer: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, buffer, count)
}

func makePipe(_ ends: inout [CInt]) -> CInt { pipe(&ends) }
