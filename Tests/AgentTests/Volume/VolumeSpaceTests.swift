import Testing

@testable import Agent

struct VolumeSpaceTests {
    private static let megabyte: Int64 = 1 << 20

    private func space(_ free: Int64, of total: Int64, files: Int64? = nil) -> VolumeSpace {
        VolumeSpace(
            totalBytes: total * Self.megabyte, freeBytes: free * Self.megabyte, freeFiles: files)
    }

    @Test(arguments: [
        // Fly's smallest volume, three of them, and a disk of a computer at home.
        (Int64(1024), Int64(103), VolumeLevel.roomy), (1024, 101, .low), (1024, 8, .low), (1024, 7, .full),
        (3072, 308, .roomy), (3072, 306, .low), (500_000, 600, .roomy), (500_000, 500, .low),
        (500_000, 7, .full),
        // Smaller than any that is sold.
        (32, 9, .roomy), (32, 7, .low), (32, 1, .full),
    ])
    func `what is left says how the volume is`(total: Int64, free: Int64, level: VolumeLevel) {
        #expect(space(free, of: total).level() == level)
    }

    @Test(arguments: [(Int64(1_001), VolumeLevel.roomy), (999, .low), (31, .full)])
    func `a volume may run out of files first`(files: Int64, level: VolumeLevel) {
        #expect(space(900, of: 1024, files: files).level() == level)
    }

    @Test func `what is mounted read-only is that, however much is free`() {
        var space = space(900, of: 1024)
        space.isReadOnly = true
        #expect(space.level() == .readOnly)
    }

    @Test func `it does not flap at a limit`() {
        #expect(space(8, of: 1024).level(after: .full) == .full)
        #expect(space(9, of: 1024).level(after: .full) == .low)
        #expect(space(103, of: 1024).level(after: .low) == .low)
        #expect(space(120, of: 1024).level(after: .low) == .roomy)
    }

    @Test func `a real folder has a size, and none that is not there`() throws {
        let space = try #require(VolumeSpace(of: "/"))
        #expect(space.totalBytes > 0 && space.freeBytes <= space.totalBytes)
        #expect(VolumeSpace(of: "/nowhere/at/all") == nil)
    }
}
