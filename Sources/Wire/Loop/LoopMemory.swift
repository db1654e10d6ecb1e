import CEvent

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where libevent's smallest allocations go: it keeps 16 bytes for each descriptor it has ever seen, and strewn over
/// the heap they would hold a page each after a burst of connections (3 MB after 5,000).
enum LoopMemory {
    private static let cellBytes = 16
    /// For as many descriptors as a process usually may have, and those beyond are on the heap; memory that is not used is
    /// only a range of addresses.
    private static let regionBytes = 65_536 * cellBytes

    /// Only the loop's thread calls libevent, so nothing here needs a lock.
    private nonisolated(unsafe) static var start: UnsafeMutableRawPointer?
    private nonisolated(unsafe) static var usedBytes = 0
    private nonisolated(unsafe) static var freeCell: UnsafeMutableRawPointer?

    /// Must come before any other call of libevent.
    static func install() {
        let region = mmap(nil, regionBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let region, region != MAP_FAILED else { return }
        start = region
        event_set_mem_functions(
            { LoopMemory.allocate($0) }, { LoopMemory.resize($0, $1) }, { LoopMemory.release($0) })
    }

    private static func allocate(_ count: Int) -> UnsafeMutableRawPointer? {
        guard count <= cellBytes, let start else { return malloc(count) }
        if let cell = freeCell {
            freeCell = cell.load(as: UnsafeMutableRawPointer?.self)
            return cell
        }
        guard usedBytes < regionBytes else { return malloc(count) }
        defer { usedBytes += cellBytes }
        return start + usedBytes
    }

    private static func resize(_ old: UnsafeMutableRawPointer?, _ count: Int) -> UnsafeMutableRawPointer? {
        guard let old, isCell(old) else { return realloc(old, count) }
        guard count > cellBytes, let new = malloc(count) else { return count <= cellBytes ? old : nil }
        new.copyMemory(from: old, byteCount: cellBytes)
        release(old)
        return new
    }

    private static func release(_ pointer: UnsafeMutableRawPointer?) {
        guard let pointer, isCell(pointer) else { return free(pointer) }
        pointer.storeBytes(of: freeCell, as: UnsafeMutableRawPointer?.self)
        freeCell = pointer
    }

    private static func isCell(_ pointer: UnsafeMutableRawPointer) -> Bool {
        guard let start else { return false }
        return pointer >= start && pointer < start + regionBytes
    }
}
