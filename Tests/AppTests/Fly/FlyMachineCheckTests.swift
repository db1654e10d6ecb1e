import Testing

@testable import App

struct FlyMachineCheckTests {
    @Test(arguments: [
        ("nr_free_pages 12\noom_kill 3\nballoon_inflate 0\n", 3), ("oom_kill 0\n", 0), ("", 0),
        ("no_oom_kill 7\noom_kill_other 8\n", 0), ("oom_kill many", 0), ("oom_kill 2", 2),
    ])
    func `what was ended for want of memory is counted by the kernel`(table: String, count: Int) {
        #expect(FlyMachineCheck.killed(in: table) == count)
    }
}
