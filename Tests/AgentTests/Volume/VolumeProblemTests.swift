import Testing

@testable import Agent

struct VolumeProblemTests {
    private static let space = VolumeSpace(totalBytes: 1 << 30, freeBytes: 3 << 20)
    private static let fly = VolumeAdvice(flyApp: "my-app", machine: "148e12")

    private func problem(_ level: VolumeLevel, _ advice: VolumeAdvice = fly) -> VolumeProblem? {
        VolumeProblem("/data", Self.space, level: level, advice: advice)
    }

    @Test func `room is no problem`() {
        #expect(problem(.roomy) == nil)
    }

    @Test(arguments: [
        (
            VolumeLevel.low, "The volume of `/data` is nearly full (3 MB of 1024 MB free)",
            "fly volumes extend VOLUME"
        ),
        (
            .full, "The volume of `/data` is full (3 MB of 1024 MB free)",
            "fly volumes extend VOLUME --size GB -a my-app"
        ),
        (.readOnly, "The volume of `/data` is mounted read-only", "fly machine restart 148e12 -a my-app"),
    ])
    func `each level says what it is and the command that mends it`(
        level: VolumeLevel, what: String, command: String
    ) throws {
        let problem = try #require(self.problem(level))

        #expect(problem.what == what)
        #expect(problem.fix.contains("`\(command)"))
    }

    @Test func `elsewhere than on Fly no command of Fly's is named`() throws {
        for level in [VolumeLevel.low, .full, .readOnly] {
            let problem = try #require(self.problem(level, VolumeAdvice(flyApp: nil, machine: nil)))
            #expect(!problem.fix.isEmpty && !problem.fix.contains("fly "))
        }
    }

    @Test func `a volume that cannot be asked about has no numbers`() {
        let problem = VolumeProblem("/data", nil, level: .full, advice: Self.fly)

        #expect(problem?.what == "The volume of `/data` is full")
    }
}
