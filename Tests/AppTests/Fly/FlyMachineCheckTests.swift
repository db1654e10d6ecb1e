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

    @Test(arguments: [(nil, 512), (256, 512), (512, 1024), (2048, 4096)] as [(Int?, Int)])
    func `where programs were ended, more memory than there is helps`(megabytes: Int?, more: Int) {
        let finding = FlyMachineCheck.memory(of: megabytes, killed: 3) { "\($0)" }

        #expect(finding?.fix == "\(more)" && finding?.text.hasSuffix("since this machine started: 3") == true)
    }

    @Test(arguments: [0, 3])
    func `less than the smallest machine has is too little in any case`(killed: Int) {
        let finding = FlyMachineCheck.memory(of: 128, killed: killed) { "\($0)" }

        #expect(finding?.weight == .problem && finding?.fix == "256")
    }

    @Test func `where none was, less may be enough`() {
        #expect(FlyMachineCheck.memory(of: nil, killed: 0) { "\($0)" } == nil)
        #expect(FlyMachineCheck.memory(of: 256, killed: 0) { "\($0)" }?.weight == .ok)
        #expect(FlyMachineCheck.memory(of: 2048, killed: 0) { "\($0)" }?.fix == "256")
    }
}
