#if canImport(Glibc)
    package import Glibc
#else
    package import Darwin
#endif

extension stat {
    /// When the file was written last; the systems name it differently.
    package var modified: timespec {
        #if canImport(Glibc)
            st_mtim
        #else
            st_mtimespec
        #endif
    }

    /// When the file was written, moved, or given another owner or mode last.
    package var changed: timespec {
        #if canImport(Glibc)
            st_ctim
        #else
            st_ctimespec
        #endif
    }
}
